"""Portfolios, programmes and projects: the tree that the PMO steers by."""
