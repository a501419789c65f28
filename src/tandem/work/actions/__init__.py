"""What may be done in work."""
