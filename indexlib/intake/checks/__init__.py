"""Whether figures bear each other out."""
