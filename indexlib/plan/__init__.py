"""What a plan asks, of whom, and what follows for one place and year."""
