"""What may be done in collaboration."""
