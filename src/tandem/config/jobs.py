"""What the job queue needs when Django is ready."""

from procrastinate import App


def on_ready(app: App) -> None:
    """Jobs are found in each app's `jobs.py`; nothing else is registered."""
