"""What the worker does for this room now and then."""

from procrastinate.contrib.django import app

from tandem.work.actions import reminders


@app.periodic(cron="5 * * * *")
@app.task(name="work.remind", queueing_lock="work.remind")
def remind(timestamp: int) -> None:
    """Every hour: somewhere a day begins."""
    reminders.remind()
