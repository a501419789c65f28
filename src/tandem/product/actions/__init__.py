"""What may be done in product."""
