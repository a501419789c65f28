"""What may be done in strategy."""
