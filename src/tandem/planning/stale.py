"""What a change makes stale is queued again, in the transaction of the change: the forecasts of its space, the levelled plan
of all, and where the work goes when it is said to serve something else. Items that move on are counted at night."""

from django.db import connection, transaction

from tandem.history.models import Event
from tandem.kit import jobs

JOB = "planning.forecast"
DELAY_SECONDS = 2
_NOUNS = frozenset(
    ("work_item", "link", "calendar", "workflow", "feature", "release", "scope", "promise", "project", "product", "import", "flow_clock")
)
_TIME = frozenset(("meeting_series", "employment", "time_off", "booking", "skill_need", "person_skill", "equipment", "equipment_need"))
"""What says how much time people have and what they can do: the levelled plan and its conflicts rest on it, forecasts do not."""
_MEETINGS = frozenset(("meeting.planned", "meeting.rescheduled", "meeting.moved", "meeting.taken_back", "meeting.answered", "user.zone_changed", "membership.granted", "membership.revoked", "user.disabled", "user.enabled"))
"""Of meetings what says who is in one when, on whose clock, and whether they are asked at all; agendas and minutes take nobody's time."""
ALIGNMENT, ALIGNMENT_DELAY = "planning.alignment", 20
_SERVING = frozenset(("contribution", "scope", "objective"))
LEVEL, SEARCH = "planning.level", "planning.search_level"
SOLVE, PREPARE = "planning.solve_scenario", "planning.prepare_solver"
_EVERYWHERE, _ALL = 0, -1


class _Told:
    """Stands among the callbacks of the transaction, so that a rollback (also of a savepoint) forgets it with the job."""

    def __init__(self, space_id: int) -> None:
        self.space_id = space_id

    def __call__(self) -> None:
        """Nothing is left to do after the commit."""


def on_events(events: list[Event]) -> None:
    """A subscriber of `history.record`. However many events a transaction writes, each space is queued once."""
    told = _told()
    if _EVERYWHERE not in told and any(e.verb.partition(".")[0] in _SERVING for e in events):
        transaction.on_commit(_Told(_EVERYWHERE))
        jobs.enqueue(ALIGNMENT, once=ALIGNMENT, in_seconds=ALIGNMENT_DELAY)
    spaces = {e.space_id for e in events if e.space_id and e.verb.partition(".")[0] in _NOUNS}
    is_levelled = bool(spaces) or any(e.verb.partition(".")[0] in _TIME or e.verb in _MEETINGS for e in events)
    if is_levelled and _ALL not in told:
        transaction.on_commit(_Told(_ALL))
        jobs.enqueue(LEVEL, once=LEVEL, priority=1)
    for space_id in sorted(spaces - told):
        transaction.on_commit(_Told(space_id))
        jobs.enqueue(JOB, once=f"forecast:{space_id}", in_seconds=DELAY_SECONDS, space_id=space_id)


def _told() -> set[int]:
    return {entry[1].space_id for entry in connection.run_on_commit if isinstance(entry[1], _Told)}
