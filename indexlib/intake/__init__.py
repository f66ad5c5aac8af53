"""A published file to figures that may be added."""
