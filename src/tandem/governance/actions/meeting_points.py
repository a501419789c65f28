"""The points of an agenda, their minutes typed by several at once, and what is born from them."""

from datetime import date
from typing import Any

from django.db import transaction

from tandem.governance.actions import decisions, meetings
from tandem.governance.minutes_text import merged
from tandem.governance.models import Decision, Meeting, MeetingOutcome, MeetingPoint
from tandem.governance.models.meeting import LONGEST
from tandem.history.record import record
from tandem.kit.errors import Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import work_items
from tandem.work.models import WorkItem

_DO = Permission.EDIT_WORK


def add(*, actor: Any, meeting: Meeting, title: str, minutes: int = 5) -> MeetingPoint:
    """At the end, by whoever writes in the meeting."""
    meetings.require_writer(actor, meeting)
    title = title.strip()[:300]
    if not title:
        raise Refused("title_empty", field="title")
    with transaction.atomic():
        row = _open(meeting)
        standing = MeetingPoint.objects.filter(meeting=row)
        if standing.standing().count() >= meetings.MOST_POINTS:
            raise Refused("meeting_points_many", most=meetings.MOST_POINTS)
        last = standing.order_by("-rank").values_list("rank", flat=True).first() or 0
        point = MeetingPoint(space_id=row.space_id, meeting=row, title=title, minutes=minutes, rank=last + 1)
        point.full_clean(validate_unique=False, validate_constraints=False)
        point.save(force_insert=True)
        record("meeting_point.added", point, actor=actor, changes={"meeting": [None, row.pk]}, text={"title": [None, title]})
    return point


def change(*, actor: Any, meeting_point: MeetingPoint, version: int | None, **values: Any) -> MeetingPoint:
    """Its words and how long it takes."""
    _require(actor, meeting_point)
    if "title" in values and not values["title"].strip():
        raise Refused("title_empty", field="title")
    row: MeetingPoint = writing.change(
        meeting_point, actor=actor, permission=Permission.COMMENT, verb="meeting_point.changed", version=version, personal=("title",), **values
    )
    return row


def place(*, actor: Any, meeting_point: MeetingPoint, version: int | None, to: int) -> MeetingPoint:
    """To the n-th place of the agenda, counted from one."""
    _require(actor, meeting_point)
    with transaction.atomic():
        _open(meeting_point.meeting)
        row = _hold(meeting_point, version)
        others = [one for one in MeetingPoint.objects.standing().filter(meeting=row.meeting_id).order_by("rank", "id") if one.pk != row.pk]
        at = min(max(1, to), len(others) + 1) - 1
        for rank, one in enumerate([*others[:at], row, *others[at:]], 1):
            if one.pk == row.pk:
                row.write(expected=None, rank=float(rank))
            elif one.rank != rank:
                MeetingPoint.objects.filter(pk=one.pk).update(rank=float(rank))
        record("meeting_point.placed", row, actor=actor, changes={"place": [None, at + 1]})
    return row


def drop(*, actor: Any, meeting_point: MeetingPoint, version: int | None, is_dropped: bool = True) -> MeetingPoint:
    """Off the agenda, or on it again. What was written under it stays with it."""
    _require(actor, meeting_point)
    with transaction.atomic():
        _open(meeting_point.meeting)
        row = _hold(meeting_point, version)
        if row.is_dropped != is_dropped:
            row.write(expected=None, is_dropped=is_dropped)
            record("meeting_point.dropped" if is_dropped else "meeting_point.returned", row, actor=actor)
    return row


def note(*, actor: Any, meeting_point: MeetingPoint, text: str, base: str) -> MeetingPoint:
    """The minutes of a point as this person left them, who had read `base`. What others wrote meanwhile stays: the texts are put together."""
    meetings.require_writer(actor, meeting_point.meeting)
    with transaction.atomic():
        row = _hold_to_write(meeting_point, None)
        before, after = row.notes, merged(_lines(base), row.notes, _lines(text))
        if len(after) > LONGEST:
            raise Refused("text_too_long", field="notes", most=LONGEST)
        if after != before:
            row.write(expected=None, notes=after, noted_by=actor)
            _unsend(row)
            record("meeting_point.noted", row, actor=actor, text={"notes": [before, after]})
    return row


def decide(
    *, actor: Any, meeting_point: MeetingPoint, question: str, chosen: str, why: str, effect: str = "", revisit_on: date | None = None, born: int | None = None
) -> MeetingOutcome:
    """A decision of its own in the log, made by who writes it down; a point about a decision that is open decides that one. `born`: how many
    records had come of the point when it was read. The words of a point about a record are that record's: they make no question."""
    require(actor, _DO, meeting_point.space_id)
    with transaction.atomic():
        row = _hold_to_write(meeting_point, born)
        asked = Decision.objects.filter(pk=int(row.at)).first() if row.slug == "decisions" and row.at.isdigit() else None
        if asked is None:
            question = (question.strip() or ("" if row.slug else row.title))[:300]
            if not question:
                raise Refused("title_empty", field="question")
            if row.outcomes.filter(decision__question=question, decision__chosen=" ".join(chosen.split())).exists():
                raise Refused("meeting_born_already", field="question")
            asked = decisions.create(actor=actor, space=row.meeting.space, question=question)
        made = decisions.decide(actor=actor, decision=asked, version=None, chosen=chosen, why=why, effect=effect, revisit_on=revisit_on)
        return _born(actor, row, MeetingOutcome.Kind.DECISION, decision=made)


def act(
    *, actor: Any, meeting_point: MeetingPoint, space: Space, title: str, assignee: Any = None, due_on: date | None = None, born: int | None = None
) -> MeetingOutcome:
    """A work item of a project, with who does it until when. `born` as in `decide`."""
    with transaction.atomic():
        row = _hold_to_write(meeting_point, born)
        meetings.require_writer(actor, row.meeting)
        if row.outcomes.filter(item__title=title.strip(), item__space=space, item__removed_at=None).exists():
            raise Refused("meeting_born_already", field="title")
        item = work_items.create(actor=actor, space=space, title=title, assignees=[assignee] if assignee else [], **({"due_on": due_on} if due_on else {}))
        return _born(actor, row, MeetingOutcome.Kind.ACTION, item=item)


def _born(actor: Any, row: MeetingPoint, kind: str, **record_of: Decision | WorkItem) -> MeetingOutcome:
    made = MeetingOutcome.objects.create(space_id=row.space_id, meeting=row.meeting, point=row, kind=kind, **record_of)
    _unsend(row)
    (name, born), = record_of.items()
    record("meeting_point.decided" if kind == MeetingOutcome.Kind.DECISION else "meeting_point.acted", row, actor=actor, changes={name: [None, born]})
    return made


def _require(actor: Any, point: MeetingPoint) -> None:
    meetings.require_writer(actor, point.meeting)
    if not point.meeting.is_open:
        raise Refused("meeting_over", state=str(point.meeting.get_state_display()))


def _open(meeting: Meeting) -> Meeting:
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if not row.is_open:
        raise Refused("meeting_over", state=str(row.get_state_display()))
    return row


def _hold(point: MeetingPoint, version: int | None) -> MeetingPoint:
    row = MeetingPoint.objects.select_for_update(of=("self",)).select_related("meeting__space", "meeting__series").get(pk=point.pk)
    if version is not None and row.version != version:
        raise Stale(row)
    return row


def _hold_to_write(point: MeetingPoint, born: int | None) -> MeetingPoint:
    """One writer after another, in a meeting that was not cancelled; `Stale` when more or less came of the point than was read."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=point.meeting_id)
    if meeting.state == Meeting.State.CANCELLED:
        raise Refused("meeting_over", state=str(meeting.get_state_display()))
    row = _hold(point, None)
    if born is not None and row.outcomes.count() != born:
        raise Stale(row)
    return row


def _unsend(row: MeetingPoint) -> None:
    """Other minutes than those that people were told of: they wait to be sent again."""
    if row.meeting.sent_at is not None:
        row.meeting.write(expected=None, sent_at=None)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
