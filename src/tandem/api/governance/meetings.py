"""Meetings: series, single meetings, points with their minutes, and what was born from them."""

from datetime import datetime
from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Body, Day, Moment, Reference, body, words
from tandem.governance.actions import meeting_points, meetings
from tandem.governance.actions import meeting_series as actions
from tandem.governance.models import Meeting, MeetingOutcome, MeetingPoint, MeetingSeries
from tandem.governance.models.meeting import LONGEST
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.people.models import Space, User
from tandem.reports.queries import references

series = Router(tags=["governance"])
router = Router(tags=["governance"])
points = Router(tags=["governance"])
outcomes = Router(tags=["governance"])

def _mask(user: Any, rows: list[dict[str, Any]]) -> None:
    """The words of a point about a record that the asker does not see are not told."""
    found = references.read(user, [(row["slug"], row["at"]) for row in rows if row["slug"]])
    for row in rows:
        if row["slug"] and (row["slug"], row["at"]) not in found:
            row["title"] = row["slug"] = row["at"] = ""


SERIES = Noun(
    path="meeting-series", model=MeetingSeries, word="meeting_series",
    shows="id space_id title purpose owner_id rule starts_on at zone minutes place is_gathered gather_days state version created_at", filters="space_id owner_id state",
)  # fmt: skip
NOUN = Noun(
    path="meetings", model=Meeting, word="meeting",
    shows="id space_id series_id on starts_at ends_at state reason gathered_at held_at sent_at version created_at", filters="space_id series_id state",
)  # fmt: skip
POINTS = Noun(
    path="meeting-points", model=MeetingPoint, word="meeting_point",
    shows="id space_id meeting_id title minutes rank why slug at notes noted_by_id is_dropped version created_at", filters="meeting_id why is_dropped",
    masks=_mask,
)  # fmt: skip
OUTCOMES = Noun(path="meeting-outcomes", model=MeetingOutcome, word="meeting_outcome", shows="id space_id meeting_id point_id kind decision_id item_id created_at", filters="meeting_id kind")
_SEATS = {"owner_id": Reference(User, "owner", is_needed=False), "needed_ids": Reference(User, "needed", is_many=True), "welcome_ids": Reference(User, "welcome", is_many=True)}
_FIELDS = "title purpose rule starts_on zone minutes place is_gathered gather_days"
_AT = {"at": (words(5, 5), ...)}
_DATE = (Day | None, OPTIONAL)


def _clock(values: dict[str, Any]) -> dict[str, Any]:
    if "at" in values:
        try:
            values["at"] = datetime.strptime(values["at"], "%H:%M").time()
        except ValueError:
            raise Refused("time_unreadable", field="at") from None
    return values


def _ask(*, actor: Any, space: Space, **values: Any) -> MeetingSeries:
    return actions.create(actor=actor, space=space, **_clock(values))


def _change(*, actor: Any, meeting_series: MeetingSeries, version: int | None, **values: Any) -> MeetingSeries:
    return actions.change(actor=actor, meeting_series=meeting_series, version=version, **_clock(values))


def _turn(*, actor: Any, meeting_series: MeetingSeries, version: int | None, state: str) -> MeetingSeries:
    does = actions.end if state == MeetingSeries.State.ENDED else actions.resume
    return does(actor=actor, meeting_series=meeting_series, version=version)


def _gather(*, actor: Any, meeting: Meeting) -> Meeting:
    meetings.gather(actor=actor, meeting=meeting)
    return meeting


def _send(*, actor: Any, meeting: Meeting, version: int | None) -> Meeting:
    return meetings.send(actor=actor, meeting=meeting, version=version)


generic.reads(series, SERIES)
generic.creates(series, SERIES, body("MeetingSeriesCreate", MeetingSeries, f"space {_FIELDS}", **_AT, **_SEATS), _ask)
generic.changes(series, SERIES, body("MeetingSeriesChange", MeetingSeries, _FIELDS, partial=True, at=(words(5, 5), OPTIONAL), **_SEATS), _change)
generic.removes(series, SERIES, actions.remove)
generic.acts(series, SERIES, "moves", body("MeetingSeriesMove", MeetingSeries, "", state=generic.choice(MeetingSeries.State)), _turn)

_PRESENT = {"present_ids": Reference(User, "present", is_many=True)}
generic.reads(router, NOUN)
generic.acts(router, NOUN, "moves", body("MeetingMove", Meeting, "", state=generic.choice(Meeting.State), reason=(words(300), ""), **_PRESENT), meetings.move)
generic.acts(router, NOUN, "reschedulings", body("MeetingRescheduling", Meeting, "", starts_at=Moment, minutes=(int | None, OPTIONAL)), meetings.reschedule)
generic.acts(router, NOUN, "sendings", Body, _send)
generic.adds(router, NOUN, "gatherings", Body, _gather)
generic.adds(router, NOUN, "answers", body("MeetingAnswer", Meeting, "", comes=(bool, ...)), meetings.answer)
generic.parts(router, NOUN, "points", POINTS, lambda user, row: POINTS.of(user).filter(meeting=row))
generic.parts(router, NOUN, "outcomes", OUTCOMES, lambda user, row: OUTCOMES.of(user).filter(meeting=row))
generic.adds(router, NOUN, "points", body("MeetingPointCreate", MeetingPoint, "title minutes"), meeting_points.add, gives=POINTS)

generic.reads(points, POINTS)
generic.changes(points, POINTS, body("MeetingPointChange", MeetingPoint, "title minutes", partial=True), meeting_points.change)
generic.acts(points, POINTS, "places", body("MeetingPointPlace", MeetingPoint, "", to=Id), meeting_points.place)
generic.acts(points, POINTS, "droppings", body("MeetingPointDropping", MeetingPoint, "", is_dropped=(bool, True)), meeting_points.drop)
generic.adds(points, POINTS, "notes", body("MeetingNote", MeetingPoint, "", text=words(LONGEST), base=(words(LONGEST), "")), meeting_points.note)
_DECISION = body("MeetingDecision", MeetingPoint, "", question=(words(300), ""), chosen=words(300, 1), why=words(5000, 1), effect=(words(2000), ""), revisit_on=_DATE)
generic.adds(points, POINTS, "decisions", _DECISION, meeting_points.decide, gives=OUTCOMES)
_ACTION = body(
    "MeetingAction", MeetingPoint, "", space_id=Reference(Space, "space"), title=words(1000, 1), assignee_id=Reference(User, "assignee", is_needed=False), due_on=_DATE
)
generic.adds(points, POINTS, "actions", _ACTION, meeting_points.act, gives=OUTCOMES)

generic.reads(outcomes, OUTCOMES, history=False)
