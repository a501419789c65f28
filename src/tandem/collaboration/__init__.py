"""Comments, files, saved views, jobs: what every noun shares when people work on it together."""
