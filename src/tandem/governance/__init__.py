"""Risks and what became of them: issues, reserves, what could happen computed."""
