"""What the worker does for this room: one try of one message; the log cleared at night."""

from procrastinate.contrib.django import app

from tandem.automation.actions import deliveries


@app.task(name=deliveries.JOB)
def deliver(delivery_id: int) -> None:
    deliveries.deliver(delivery_id)


@app.periodic(cron="40 4 * * *")
@app.task(name="automation.forget_old", queueing_lock="automation.forget_old")
def forget_old(timestamp: int) -> None:
    deliveries.forget_old()
