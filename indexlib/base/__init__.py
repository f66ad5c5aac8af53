"""What any program needs: problems, texts and numbers, safe files."""
