"""Reads across apps that return dataclasses."""
