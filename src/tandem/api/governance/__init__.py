"""Risks and issues in the API."""
