"""The worksheets of the units: handed out, read back, counted."""
