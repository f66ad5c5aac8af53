"""Files of all kinds opened as sheets of cells."""
