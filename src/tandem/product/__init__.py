"""Products, features, releases, promises: what is worth building and what was told to whom."""
