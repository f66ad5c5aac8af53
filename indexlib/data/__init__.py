"""Everything known: reviewed tables in, checked frames out."""
