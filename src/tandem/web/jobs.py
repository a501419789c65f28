"""Letters, which the worker writes: pages, but for the mail."""

from procrastinate.contrib.django import app

from tandem.product.actions import portals
from tandem.web import feedback_letters, letters


@app.task(name="web.letter")
def letter(user_id: int) -> None:
    """What somebody wants to hear at once; in their quiet hours it waits for the next round after them."""
    letters.send_at_once(user_id)


@app.periodic(cron="*/10 * * * *")
@app.task(name="web.letters", queueing_lock="web.letters", lock="web.letters")
def round_of_letters(timestamp: int) -> None:
    """Digests, in whose time zone their hour has come."""
    letters.send_due()


@app.task(name="web.feedback_letters", lock="web.feedback_letters")
def answers_to_feedback() -> None:
    """What became of what people outside said."""
    feedback_letters.send_due()


@app.task(name="web.feedback_confirmation")
def confirmation_of_vote(vote_id: int) -> None:
    """Whether somebody wants it really."""
    feedback_letters.ask(vote_id)


@app.periodic(cron="5-59/10 * * * *")
@app.task(name="web.feedback_letters_round", queueing_lock="web.feedback_letters_round", lock="web.feedback_letters")
def round_of_answers(timestamp: int) -> None:
    """What a mail server had refused; and whoever did not confirm a vote is forgotten."""
    feedback_letters.send_due()
    portals.forget_unconfirmed()
