"""The layouts of publishers."""
