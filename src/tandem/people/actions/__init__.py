"""What may be done to people, spaces, access and tokens."""
