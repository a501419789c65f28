"""What happened, to what, by whom: written once, never changed."""
