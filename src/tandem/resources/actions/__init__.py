"""What may be done in resources."""
