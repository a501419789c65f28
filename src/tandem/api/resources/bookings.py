"""Bookings, and time off."""

from typing import Any, Literal

from ninja import Router

from tandem.api import generic, subjects
from tandem.api.generic import Noun
from tandem.api.shapes import Body, Reference, body, words
from tandem.kit.types import Id
from tandem.people.models import User
from tandem.resources.actions import bookings as actions
from tandem.resources.actions import time_off as time_off_actions
from tandem.resources.models import Booking, TimeOff
from tandem.resources.models.booking import SUBJECTS

router, time_off = Router(tags=["resources"]), Router(tags=["resources"])
_FIELDS = "person job_role team starts_on ends_on percent is_hard note override_reason"
NOUN = Noun(
    path="bookings", model=Booking, word="booking",
    shows=(
        "id space_id person_id job_role_id team_id subject_kind subject_id starts_on ends_on percent is_hard note override_reason booked_by_id"
        " version created_at"
    ),
    filters="space_id person_id job_role_id team_id subject_kind subject_id is_hard",
)  # fmt: skip


def _create(*, actor: Any, subject_kind: str, subject_id: int, **values: Any) -> Booking:
    return actions.create(actor=actor, subject=subjects.find(actor, subject_kind, subject_id), **values)


class Fill(Body):
    """Who takes the place; firm and overbooked only with a reason."""

    person_id: Id
    override_reason: words(300) = ""  # type: ignore[valid-type]


Fill.references = {"person_id": Reference(User, "person")}
generic.reads(router, NOUN)
generic.creates(
    router, NOUN, body("BookingCreate", Booking, _FIELDS, subject_kind=Literal[SUBJECTS], subject_id=Id), _create
)
generic.changes(router, NOUN, body("BookingChange", Booking, _FIELDS, partial=True), actions.change)
generic.removes(router, NOUN, actions.remove)
generic.acts(router, NOUN, "fillings", Fill, actions.fill)

TIME_OFF = Noun(
    path="time-off", model=TimeOff, word="time_off",
    shows="id space_id person_id kind starts_on ends_on starts_half ends_half note state asked_by_id decided_by_id answer version created_at",
    filters="person_id kind state",
)  # fmt: skip


class Verdict(Body):
    """Approved or not; who declines says why."""

    is_approved: bool
    answer: words(300) = ""  # type: ignore[valid-type]


def _withdraw(*, actor: Any, time_off: TimeOff, version: int) -> TimeOff:
    return time_off_actions.withdraw(actor=actor, time_off=time_off, version=version)


generic.reads(time_off, TIME_OFF)
generic.creates(
    time_off, TIME_OFF, body("TimeOffCreate", TimeOff, "person kind starts_on ends_on starts_half ends_half note"), time_off_actions.ask
)
generic.acts(time_off, TIME_OFF, "verdicts", Verdict, time_off_actions.decide)
generic.acts(time_off, TIME_OFF, "withdrawals", Body, _withdraw)
