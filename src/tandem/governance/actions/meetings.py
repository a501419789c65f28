"""One meeting: moved, cancelled, its agenda gathered, held with who was there, its minutes sent."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.governance import agendas
from tandem.governance.models import Meeting, MeetingAbsence, MeetingPoint, MeetingPresence
from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused, Stale
from tandem.kit.types import Ref
from tandem.people.access import Permission, may, require

_DO = Permission.EDIT_WORK
_S = Meeting.State
MOST_POINTS = 40
MOVES: dict[str, tuple[str, ...]] = {_S.PLANNED: (_S.HELD, _S.CANCELLED), _S.HELD: (_S.PLANNED,), _S.CANCELLED: (_S.PLANNED,)}


def may_write(user: Any, meeting: Meeting) -> bool:
    """Whoever works there, and whoever is asked to come and may comment there."""
    if may(user, _DO, meeting.space_id):
        return True
    is_asked = meeting.series.attendees.filter(user=user.pk).exists()
    return is_asked and may(user, Permission.COMMENT, meeting.space_id)


def require_writer(user: Any, meeting: Meeting) -> None:
    if not may_write(user, meeting):
        require(user, _DO, meeting.space_id)


def reschedule(*, actor: Any, meeting: Meeting, version: int | None, starts_at: datetime, minutes: int | None = None) -> Meeting:
    """To another moment, still to come. Who is asked hears of it."""
    require(actor, _DO, meeting.space_id)
    length = minutes if minutes is not None else meeting.minutes
    if not 5 <= length <= 600:
        raise Refused("out_of_range", field="minutes")
    if not clock.now() - timedelta(minutes=1) <= starts_at <= clock.now() + timedelta(days=730):
        raise Refused("meeting_past", field="starts_at")
    with transaction.atomic():
        row = _hold(meeting, version)
        if not row.is_open:
            raise Refused("meeting_over", state=str(row.get_state_display()))
        values = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=length)}
        if (row.starts_at, row.ends_at) == tuple(values.values()):
            return row
        before = row.starts_at
        row.write(expected=None, **values)
        record("meeting.rescheduled", row, actor=actor, changes={"starts_at": [before, starts_at]})
        asked_anew(row)
        tell_moved(row, actor)
    return row


def answer(*, actor: Any, meeting: Meeting, comes: bool) -> Meeting:
    """Whoever is asked says for themself that they do not come, or that they do after all: who stays away has the time for something else.
    Who answers for the meeting hears of it. At another time everybody is asked anew."""
    require(actor, Permission.VIEW, meeting.space_id)
    with transaction.atomic():
        row = _hold(meeting, None)
        if not row.series.attendees.filter(user=actor.pk).exists():
            raise Denied("meeting_answer")
        if not row.is_open or row.ends_at <= clock.now():
            raise Refused("meeting_over", state=str(row.get_state_display()))
        if comes:
            differs = bool(MeetingAbsence.objects.filter(meeting=row, user=actor.pk).delete()[0])
        else:
            differs = MeetingAbsence.objects.get_or_create(meeting=row, user=actor)[1]
        if differs:
            record("meeting.answered", row, actor=actor, changes={"comes": [not comes, comes]})
            if row.series.owner_id != actor.pk:
                facts = {"meeting_answer": row.starts_at.isoformat(), "who": actor.name, "comes": comes}
                notifications.tell([News(row.series.owner_id, Notification.Kind.MEETING, Ref(Meeting._meta.label_lower, row.pk), row.space_id, f"meeting_answer:{row.pk}:{actor.pk}:{clock.now().isoformat()}", facts=facts)])
    return row


def asked_anew(row: Meeting) -> None:
    """What was answered was said of another time."""
    MeetingAbsence.objects.filter(meeting=row).delete()


def move(*, actor: Any, meeting: Meeting, version: int | None, state: str, reason: str = "", present: Iterable[Any] | None = None) -> Meeting:
    """Held, with those who were there (all who are asked and did not say that they stay away, unless said otherwise); cancelled, with a reason; or planned after all."""
    require(actor, _DO, meeting.space_id)
    reason = reason.strip()[:300]
    with transaction.atomic():
        row = _hold(meeting, version)
        if state not in MOVES[row.state]:
            raise Refused("meeting_move_unknown", field="state", state=str(row.get_state_display()))
        if state == _S.CANCELLED and not reason:
            raise Refused("reason_needed", field="reason")
        if state == _S.HELD and row.starts_at > clock.now() + timedelta(minutes=15):
            raise Refused("meeting_ahead")
        before = row.state
        row.write(expected=None, state=state, reason=reason, held_at=clock.now() if state == _S.HELD else None, sent_at=None)
        MeetingPresence.objects.filter(meeting=row).delete()
        shown: dict[str, Any] = {"state": [before, state]} | ({"reason": [None, reason]} if reason else {})
        if state == _S.HELD:
            there = sorted(_present(row, present))
            MeetingPresence.objects.bulk_create(MeetingPresence(meeting=row, user_id=pk) for pk in there)
            shown["present"] = [None, there]
        record("meeting.moved", row, actor=actor, changes=shown)
        if state == _S.CANCELLED:
            _tell(row, actor, f"meeting_off:{row.pk}:{row.version}", {"meeting_off": row.starts_at.isoformat(), "reason": reason})
        elif before == _S.CANCELLED:
            _tell(row, actor, f"meeting_on:{row.pk}:{row.version}", {"meeting_on": row.starts_at.isoformat()})
    return row


def _present(row: Meeting, present: Iterable[Any] | None) -> set[int]:
    seats = {seat.user_id for seat in row.seats()}
    if present is None:
        return seats - set(row.absences.values_list("user", flat=True))
    there = {one.pk for one in present}
    if there - seats:
        raise Refused("meeting_not_asked", field="present")
    return there


def gather(*, actor: Any, meeting: Meeting) -> int:
    """What has come up joins the agenda, behind what stands there; what is on it, or was taken off, does not come twice."""
    if actor is not None:
        require_writer(actor, meeting)
    with transaction.atomic():
        row = _hold(meeting, None)
        if not row.is_open:
            raise Refused("meeting_over", state=str(row.get_state_display()))
        points = list(MeetingPoint.objects.filter(meeting=row))
        known, last = {(point.slug, point.at) for point in points if point.slug}, max((point.rank for point in points), default=0)
        room = max(0, MOST_POINTS - sum(not point.is_dropped for point in points))
        new = [draft for draft in agendas.drafts(row) if (draft.slug, draft.at) not in known][:room]
        joined = MeetingPoint.objects.bulk_create(
            MeetingPoint(space_id=row.space_id, meeting=row, title=one.title, minutes=one.minutes, rank=last + n, why=one.why, slug=one.slug, at=one.at)
            for n, one in enumerate(new, 1)
        )
        record_many("meeting_point.added", [(one, {"meeting": [None, row.pk], "why": [None, one.why]}, {}) for one in joined], actor=actor)
        is_first = row.gathered_at is None
        row.write(expected=None, gathered_at=clock.now())
        record("meeting.gathered", row, actor=actor, changes={"joined": [None, len(new)]})
        if is_first and actor is None:
            _tell(row, None, f"meeting_agenda:{row.pk}", {"meeting_agenda": row.starts_at.isoformat(), "points": len(new)})
    return len(new)


def gather_due() -> int:
    """Of every meeting that nears; may run as often as it likes."""
    rows = list(Meeting.objects.to_gather(clock.now()).select_related("series"))
    count = 0
    for row in rows:
        with suppress(Refused):  # it was held or cancelled since
            gather(actor=None, meeting=row)
            count += 1
    return count


def send(*, actor: Any, meeting: Meeting, version: int | None) -> Meeting:
    """The minutes go to everybody who is asked: to their inbox, and in the letter that they chose."""
    require(actor, _DO, meeting.space_id)
    with transaction.atomic():
        row = _hold(meeting, version)
        if row.state != _S.HELD:
            raise Refused("meeting_not_held")
        row.write(expected=None, sent_at=clock.now())
        made = list(row.outcomes.values_list("kind", flat=True))
        record("meeting.minutes_sent", row, actor=actor)
        _tell(row, actor, f"meeting_minutes:{row.pk}:{row.version}", {"meeting_minutes": row.starts_at.isoformat(), "decisions": made.count("decision"), "actions": made.count("action")})
    return row


def tell_moved(row: Meeting, actor: Any, people: Iterable[int] | None = None) -> None:
    """Everybody who is asked hears of it, or these of them."""
    _tell(row, actor, f"meeting_moved:{row.pk}:{row.version}", {"meeting_moved": row.starts_at.isoformat()}, people)


def _tell(row: Meeting, actor: Any, mark: str, facts: dict[str, Any], those: Iterable[int] | None = None) -> None:
    people = {seat.user_id for seat in row.series.attendees.all()} if those is None else set(those)
    people -= {actor.pk} if actor is not None else set()
    about = Ref(Meeting._meta.label_lower, row.pk)
    notifications.tell(News(pk, Notification.Kind.MEETING, about, row.space_id, mark, facts=facts) for pk in sorted(people))


def _hold(meeting: Meeting, version: int | None) -> Meeting:
    row = Meeting.objects.select_for_update(of=("self",)).select_related("series", "space").get(pk=meeting.pk)
    if version is not None and row.version != version:
        raise Stale(row)
    return row
