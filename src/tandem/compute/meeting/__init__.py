"""When a meeting costs least."""
