"""People, teams, spaces, roles, and the one place that says who may do what."""
