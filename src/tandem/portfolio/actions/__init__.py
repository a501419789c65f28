"""What may be done in portfolio."""
