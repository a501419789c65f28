"""What may be done in governance."""
