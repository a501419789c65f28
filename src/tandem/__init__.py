"""Tandem: PMO and product management in one graph; the plan is computed, not typed."""

__version__ = "0.1.0"
