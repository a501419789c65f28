"""What the worker does for this room now and then."""

from procrastinate.contrib.django import app

from tandem.work.actions import derived, recurrences, reminders


@app.periodic(cron="5 * * * *")
@app.task(name="work.remind", queueing_lock="work.remind")
def remind(timestamp: int) -> None:
    """Every hour: somewhere a day begins."""
    reminders.remind()


@app.periodic(cron="20 * * * *")
@app.task(name="work.recur", queueing_lock="work.recur")
def recur(timestamp: int) -> None:
    """Every hour: somewhere a day begins."""
    recurrences.make_due()


@app.task(name="work.derive")
def derive(space_id: int) -> None:
    """A formula or a roll-up was defined where there are many items."""
    derived.settle(space_id)
