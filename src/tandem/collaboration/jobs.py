"""What the worker does for this room now and then."""

from procrastinate.contrib.django import app

from tandem.collaboration.actions import attachments, pulses, stakeholders


@app.periodic(cron="20 4 * * *")
@app.task(name="collaboration.forget_orphans", queueing_lock="collaboration.forget_orphans")
def forget_orphans(timestamp: int) -> None:
    attachments.forget_orphans()


@app.periodic(cron="25 * * * *")
@app.task(name="collaboration.remind_of_stakeholders", queueing_lock="collaboration.remind_of_stakeholders")
def remind_of_stakeholders(timestamp: int) -> None:
    stakeholders.remind()


@app.periodic(cron="5 * * * *")
@app.task(name="collaboration.keep_pulses_going", queueing_lock="collaboration.keep_pulses_going")
def keep_pulses_going(timestamp: int) -> None:
    pulses.keep_going()
