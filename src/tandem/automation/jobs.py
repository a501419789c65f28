"""What the worker does for this room: messages, rules, days that pass, ages; the logs cleared at night."""

from procrastinate.contrib.django import app

from tandem.automation.actions import ageing, deliveries, running


@app.task(name=deliveries.JOB)
def deliver(delivery_id: int) -> None:
    deliveries.deliver(delivery_id)


@app.periodic(cron="40 4 * * *")
@app.task(name="automation.forget_old", queueing_lock="automation.forget_old")
def forget_old(timestamp: int) -> None:
    deliveries.forget_old()
    running.forget_old()


@app.task(name=running.JOB)
def run(run_id: int) -> None:
    running.run(run_id)


@app.periodic(cron="15 * * * *")
@app.task(name="automation.dates", queueing_lock="automation.dates")
def dates(timestamp: int) -> None:
    """Every hour: the day may have changed."""
    running.queue_dates()


@app.periodic(cron="10 5 * * *")
@app.task(name="automation.ages", queueing_lock="automation.ages")
def ages(timestamp: int) -> None:
    """Every day: what is in progress has become a day older."""
    ageing.tell_all()
