"""What a change makes stale: the forecasts of its space are queued again, in the transaction of the change."""

from django.db import connection, transaction

from tandem.history.models import Event
from tandem.kit import jobs

JOB = "planning.forecast"
DELAY_SECONDS = 2
_NOUNS = frozenset(
    ("work_item", "link", "calendar", "workflow", "feature", "release", "scope", "promise", "project", "product", "import")
)


class _Told:
    """Stands among the callbacks of the transaction, so that a rollback (also of a savepoint) forgets it with the job."""

    def __init__(self, space_id: int) -> None:
        self.space_id = space_id

    def __call__(self) -> None:
        """Nothing is left to do after the commit."""


def on_events(events: list[Event]) -> None:
    """A subscriber of `history.record`. However many events a transaction writes, each space is queued once."""
    spaces = {e.space_id for e in events if e.space_id and e.verb.partition(".")[0] in _NOUNS}
    for space_id in sorted(spaces - _told()):
        transaction.on_commit(_Told(space_id))
        jobs.enqueue(JOB, once=f"forecast:{space_id}", in_seconds=DELAY_SECONDS, space_id=space_id)


def _told() -> set[int]:
    return {entry[1].space_id for entry in connection.run_on_commit if isinstance(entry[1], _Told)}
