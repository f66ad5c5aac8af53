"""What is said and shown, composed once for every output."""
