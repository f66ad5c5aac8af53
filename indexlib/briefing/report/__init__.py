"""The report, to be read and signed."""
