"""Django's PostgreSQL, whose pool gets over a database that was away. Its connections are made in `base.py`."""
