"""Weeks of time, and the running clock."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, Day, Reference, body, words
from tandem.api.work.time_entries import NOUN as ENTRY
from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.resources.actions import time_sheets as actions
from tandem.resources.models import TimeSheet
from tandem.work.actions import timers as timer_actions
from tandem.work.models import TimeEntry, Timer

router, timers = Router(tags=["resources"]), Router(tags=["work"])
NOUN = Noun(
    path="time-sheets", model=TimeSheet, word="time_sheet", shows="id space_id person_id week ends_on state version created_at", filters="person_id week state",
    asks={"awaiting_me": (bool, lambda rows, is_asked, user: rows.waiting_for(user) if is_asked else rows)},
)  # fmt: skip
TIMER = Noun(path="timers", model=Timer, word="timer", shows="id space_id item_id user_id started_at note version created_at")


class Verdict(Body):
    """Approved or sent back; who sends it back says why."""

    is_approved: bool
    reason: words(300) = ""  # type: ignore[valid-type]


class Reopening(Body):
    """Why an approved week is open again."""

    reason: words(300, 1)  # type: ignore[valid-type]


class Stop(Body):
    """How long it was where the clock does not know: it was forgotten, or ran beside something else."""

    minutes: Annotated[int, Field(ge=1, le=24 * 60)] | None = None


def _stop(*, actor: Any, timer: Timer, minutes: int | None = None) -> TimeEntry:
    made = timer_actions.stop(actor=actor, timer=timer, minutes=minutes)
    if not made:
        raise Refused("timer_short")
    return made[-1]


def _open(*, actor: Any, week: Any, person: User | None = None) -> TimeSheet:
    return actions.open_week(actor=actor, person=person or actor, week=week)


def _submit(*, actor: Any, time_sheet: TimeSheet, version: int) -> TimeSheet:
    return actions.submit(actor=actor, time_sheet=time_sheet, version=version)


def _withdraw(*, actor: Any, time_sheet: TimeSheet, version: int) -> TimeSheet:
    return actions.withdraw(actor=actor, time_sheet=time_sheet, version=version)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("TimeSheetOpen", TimeSheet, "", week=Day, person_id=Reference(User, "person", is_needed=False)), _open)
generic.acts(router, NOUN, "submissions", Body, _submit)
generic.acts(router, NOUN, "withdrawals", Body, _withdraw)
generic.acts(router, NOUN, "verdicts", Verdict, actions.decide)
generic.acts(router, NOUN, "reopenings", Reopening, actions.reopen)

generic.reads(timers, TIMER, history=False)
generic.creates(timers, TIMER, body("TimerStart", Timer, "item note"), timer_actions.start)
generic.removes(timers, TIMER, timer_actions.discard)
generic.adds(timers, TIMER, "stops", Stop, _stop, gives=ENTRY)
