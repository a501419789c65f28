"""Dates from history: how fast a team finishes things, what that means for a promise, and why it slips."""
