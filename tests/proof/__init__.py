"""Proofs: the program as a whole, under kills and races. `make proof` runs the full sizes."""
