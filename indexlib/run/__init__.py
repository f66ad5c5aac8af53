"""A run: made, kept, checked."""
