"""What may be done in exchange."""
