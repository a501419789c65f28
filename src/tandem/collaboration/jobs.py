"""What the worker does for this room now and then."""

from procrastinate.contrib.django import app

from tandem.collaboration.actions import attachments, telling


@app.periodic(cron="20 4 * * *")
@app.task(name="collaboration.forget_orphans", queueing_lock="collaboration.forget_orphans")
def forget_orphans(timestamp: int) -> None:
    attachments.forget_orphans()


@app.task(name="collaboration.tell")
def tell() -> None:
    """Queued by the keeper whenever it sealed something."""
    telling.tell_all()


@app.periodic(cron="*/5 * * * *")
@app.task(name="collaboration.tell_late", queueing_lock="collaboration.tell_late")
def tell_late(timestamp: int) -> None:
    """What a killed keeper has sealed and not queued."""
    telling.tell_all()
