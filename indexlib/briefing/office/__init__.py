"""Writing Word, Excel and PowerPoint files."""
