"""Dates from a network of activities: working calendars, critical path, slack, proof by stored plans."""
