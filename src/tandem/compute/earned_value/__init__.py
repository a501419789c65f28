"""Earned value: what was planned, what was done and what it cost, in money, hours or points alike."""
