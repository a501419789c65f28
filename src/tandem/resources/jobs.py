"""What the worker does for this room now and then."""

from procrastinate.contrib.django import app

from tandem.resources.actions import time_news


@app.periodic(cron="35 * * * *")
@app.task(name="resources.remind_of_time", queueing_lock="resources.remind_of_time")
def remind_of_time(timestamp: int) -> None:
    """Every hour: somewhere a Monday begins."""
    time_news.remind()
