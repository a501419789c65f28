"""A series of meetings: asked for, changed, ended; its next meetings stand in the calendar ahead of time."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from tandem.governance.actions import meetings
from tandem.governance.models import (
    Meeting,
    MeetingAbsence,
    MeetingAttendee,
    MeetingOutcome,
    MeetingPoint,
    MeetingSeries,
)
from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.people.scoping import members_of
from tandem.work.actions.recurrence_rules import checked, following

_DO = Permission.EDIT_WORK
_S = MeetingSeries.State
AHEAD, MOST_AHEAD, MOST_SEATS = timedelta(days=42), 12, 60
_WHEN = {"rule", "starts_on", "at", "zone", "minutes"}


def create(*, actor: Any, space: Space, needed: Iterable[Any] = (), welcome: Iterable[Any] = (), **values: Any) -> MeetingSeries:
    """Whoever asks for it answers for it, unless they name another. Only people who see its space are asked to come."""
    require(actor, _DO, space.pk)
    values.setdefault("owner", actor)
    row = MeetingSeries(space=space, **_checked(values, MeetingSeries(**{k: v for k, v in values.items() if k in _WHEN})))
    seats = _seats(space.pk, row.owner, needed, welcome)
    with transaction.atomic():
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(force_insert=True)
        MeetingAttendee.objects.bulk_create(MeetingAttendee(series=row, user_id=pk, is_needed=is_needed) for pk, is_needed in seats.items())
        record("meeting_series.created", row, actor=actor, changes={"title": [None, row.title], "rule": [None, row.rule], "attendees": [None, sorted(seats)]})
        make(row, actor)
    return row


def change(*, actor: Any, meeting_series: MeetingSeries, version: int | None, needed: Iterable[Any] | None = None, welcome: Iterable[Any] | None = None, **values: Any) -> MeetingSeries:
    """Another rhythm or hour moves the meetings that lie ahead and on which nothing is written yet. One whose agenda gathered itself, or to
    which somebody said that they stay away, keeps its address, and the answers where it keeps its time; a single meeting is moved whatever
    stands on its agenda."""
    require(actor, _DO, meeting_series.space_id)
    with transaction.atomic():
        row = MeetingSeries.objects.select_for_update(of=("self",)).get(pk=meeting_series.pk)
        if version is not None and row.version != version:
            raise Stale(row)
        values = _checked(values, row)
        is_ruled = row.rule or values.get("rule")
        ahead = list(_still_to_come(row))  # held first: nobody answers to one of them meanwhile
        kept = _known(row) if is_ruled else ahead
        loose = [*_untouched(row), *kept] if is_ruled else []
        differing = {name: value for name, value in values.items() if getattr(row, name) != value}
        shown = {name: [getattr(row, name), value] for name, value in differing.items()}
        for name, value in differing.items():
            setattr(row, name, value)
        row.full_clean(validate_unique=False, validate_constraints=False)
        seats = _new_seats(row, needed, welcome)
        if seats is not None:
            shown["attendees"] = seats
        if not shown:
            return row
        row.write(expected=None, **differing)
        record("meeting_series.changed", row, actor=actor, changes=shown)
        if _WHEN & differing.keys() and row.state == _S.RUNNING:
            _place(row, kept, loose, actor)
            make(row, actor)
    return row


def end(*, actor: Any, meeting_series: MeetingSeries, version: int | None) -> MeetingSeries:
    """No more of them. Those that were held stay with their minutes, those ahead on which nothing is written go; who had said that they stay
    away is kept for when it goes on."""
    return _turn(actor, meeting_series, version, _S.RUNNING, _S.ENDED)


def resume(*, actor: Any, meeting_series: MeetingSeries, version: int | None) -> MeetingSeries:
    """Its next meetings are made anew. Who had said of one of them that they stay away need not say it again; where it is at another time
    now, they are asked anew and hear of it."""
    return _turn(actor, meeting_series, version, _S.ENDED, _S.RUNNING)


def _turn(actor: Any, series: MeetingSeries, version: int | None, before: str, after: str) -> MeetingSeries:
    require(actor, _DO, series.space_id)
    with transaction.atomic():
        row = MeetingSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
        if row.state != before:
            raise Refused("meeting_series_state", state=str(row.get_state_display()))
        shown: dict[str, Any] = {"state": [before, after]}
        if after == _S.ENDED:
            gone = list(_unwritten(row))
            row.write(expected=version, state=after, answers=_answers(gone))
            _take_back(gone, actor)
        else:
            answers = row.answers
            row.write(expected=version, state=after, answers=[])
            make(row, actor)
            if kept := _answered_again(row, answers, actor):
                shown["answers"] = [None, kept]
        record("meeting_series.ended" if after == _S.ENDED else "meeting_series.resumed", row, actor=actor, changes=shown)
    return row


def _answers(gone: list[Meeting]) -> list[list[Any]]:
    away: dict[int, list[int]] = {}
    for meeting, person in MeetingAbsence.objects.filter(meeting__in=gone).values_list("meeting", "user"):
        away.setdefault(meeting, []).append(person)
    return [[one.on.isoformat(), one.starts_at.timestamp(), one.ends_at.timestamp(), sorted(away[one.pk])] for one in gone if one.pk in away]


def _answered_again(series: MeetingSeries, answers: list[list[Any]], actor: Any) -> int:
    """How many answers hold again: of those who still have a seat, to meetings that stand at the very same time."""
    seats, kept = set(series.attendees.values_list("user", flat=True)), []
    standing = {row.on.isoformat(): row for row in _still_to_come(series).select_related("series", "space")}
    for day, starts, ends, people in answers:
        row, asked = standing.get(day), sorted(seats.intersection(people))
        if row is None:
            continue
        if (row.starts_at.timestamp(), row.ends_at.timestamp()) == (starts, ends):
            kept += [MeetingAbsence(meeting=row, user_id=pk) for pk in asked]
        else:
            meetings.tell_moved(row, actor, asked)
    MeetingAbsence.objects.bulk_create(kept, ignore_conflicts=True)
    return len(kept)


def remove(*, actor: Any, meeting_series: MeetingSeries, version: int | None = None) -> None:
    """Asked for by mistake: only while nothing was written or held."""
    require(actor, _DO, meeting_series.space_id)
    with transaction.atomic():
        if version is not None:
            meeting_series.write(expected=version)
        if Meeting.objects.filter(series=meeting_series).exclude(pk__in=_unwritten(meeting_series).values("pk")).exists():
            raise Refused("meeting_series_kept")
        _take_back(_unwritten(meeting_series), actor)
        record("meeting_series.removed", meeting_series, actor=actor, text={"row": [meeting_series.title, None]})
        meeting_series.delete()


def make_ahead() -> int:
    """The meetings of the next weeks of every series; may run as often as it likes."""
    count, zones = 0, available_timezones()
    for pk in list(MeetingSeries.objects.running().order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = MeetingSeries.objects.running().select_for_update(of=("self",)).filter(pk=pk).first()
            count += make(row) if row is not None and row.zone in zones else 0
    return count


def make(series: MeetingSeries, actor: Any = None) -> int:
    """Those of the next weeks that do not stand yet; at least the next one. A meeting that was moved or cancelled is not made again."""
    days = _days(series)
    known = set(Meeting.objects.filter(series=series, on__in=days).values_list("on", flat=True))
    made = Meeting.objects.bulk_create(_at(series, day) for day in days if day not in known)
    record_many("meeting.planned", [(row, {"starts_at": [None, row.starts_at]}, {}) for row in made], actor=actor)
    return len(made)


def _days(series: MeetingSeries) -> list[date]:
    """On which its next meetings are."""
    if not series.rule:
        return [series.starts_on]
    today = clock.now().astimezone(ZoneInfo(series.zone)).date()
    days = following(series.rule, series.starts_on, max(today - timedelta(days=1), series.starts_on - timedelta(days=1)), MOST_AHEAD)
    return [day for n, day in enumerate(days) if not n or day <= today + AHEAD]


def _at(series: MeetingSeries, day: date) -> Meeting:
    """On the clock of the series: nine stays nine when the clocks change."""
    start = datetime.combine(day, series.at, ZoneInfo(series.zone))
    return Meeting(space_id=series.space_id, series=series, on=day, starts_at=start, ends_at=start + timedelta(minutes=series.minutes))


def _take_back(rows: Iterable[Meeting], actor: Any) -> None:
    gone = list(rows)
    record_many("meeting.taken_back", [(row, {"starts_at": [row.starts_at, None]}, {}) for row in gone], actor=actor)
    Meeting.objects.filter(pk__in=[row.pk for row in gone]).delete()


def _place(series: MeetingSeries, kept: list[Meeting], loose: list[Meeting], actor: Any) -> None:
    """The first of those kept on the first day that is free, and so on; their order stays, so that none waits for another's day for ever.
    What was answered and keeps its time stays where it is. Of the `loose` ones without an agenda those go that have no place any more."""
    ids = {one.pk for one in (*kept, *loose)}
    taken = set(Meeting.objects.filter(series=series).exclude(pk__in=ids).values_list("on", flat=True))
    free = [made for day in _days(series) if day not in taken and (made := _at(series, day)).starts_at > clock.now()]
    answered = set(MeetingAbsence.objects.filter(meeting__in=ids).values_list("meeting", flat=True))
    times = {_time(made) for made in free}
    still = {one.on for one in kept if one.pk in answered and _time(one) in times}
    kept, free = [one for one in kept if one.on not in still], [made for made in free if made.on not in still]
    free_days = {made.on for made in free}
    moved = sorted(sorted(kept, key=lambda one: (one.on not in free_days, one.gathered_at is None))[: len(free)], key=lambda one: one.on)
    waiting, days = list(zip(moved, free, strict=False)), {one.on for one in kept}
    left = {_time(made) for made in free[len(moved) :]}
    placed = {one.pk for one in moved}
    _take_back([one for one in loose if one.gathered_at is None and one.on not in still and one.pk not in placed and _time(one) not in left], actor)
    while waiting:
        row, made = next(pair for pair in waiting if pair[1].on == pair[0].on or pair[1].on not in days)
        waiting.remove((row, made))
        days = days - {row.on} | {made.on}
        if _time(row) != _time(made):
            before = row.starts_at
            row.write(expected=None, on=made.on, starts_at=made.starts_at, ends_at=made.ends_at)
            record("meeting.rescheduled", row, actor=actor, changes={"starts_at": [before, made.starts_at]})
            meetings.asked_anew(row)
            meetings.tell_moved(row, actor)


def _time(meeting: Meeting) -> tuple[date, datetime, datetime]:
    return meeting.on, meeting.starts_at, meeting.ends_at


def _still_to_come(series: MeetingSeries) -> Any:
    return Meeting.objects.select_for_update(of=("self",)).planned().filter(series=series, starts_at__gt=clock.now()).order_by("on")


def _untouched(series: MeetingSeries) -> Any:
    """Planned, still to come, not gathered, answered, moved or written on."""
    return Meeting.objects.planned().filter(series=series, starts_at__gt=clock.now(), gathered_at=None, points=None, absences=None, version=1)


def _known(series: MeetingSeries) -> list[Meeting]:
    """Those whose agenda gathered itself, still as it did, those to which somebody said that they stay away, and those that were moved
    or cancelled and lie again where the rhythm put them."""
    written = MeetingPoint.objects.filter(Q(why=MeetingPoint.Why.SAID) | Q(version__gt=1), meeting=OuterRef("pk"))
    rows = _still_to_come(series).filter(~Exists(written), ~Exists(MeetingOutcome.objects.filter(meeting=OuterRef("pk"))))
    rows = rows.filter(Q(gathered_at__isnull=False) | Q(version__gt=1) | Exists(MeetingAbsence.objects.filter(meeting=OuterRef("pk"))))
    found = []
    for row in rows:
        made = _at(series, row.on)
        if (row.starts_at, row.ends_at) == (made.starts_at, made.ends_at):
            found.append(row)
    return found


def _unwritten(series: MeetingSeries) -> Any:
    """Nothing that anybody wrote goes with them."""
    return Meeting.objects.filter(pk__in=[*_untouched(series).values_list("pk", flat=True), *(one.pk for one in _known(series))])


def _checked(values: dict[str, Any], now: MeetingSeries) -> dict[str, Any]:
    if "title" in values and not values["title"].strip():
        raise Refused("title_empty", field="title")
    if "purpose" in values and not values["purpose"].strip():
        raise Refused("meeting_purpose_missing", field="purpose")
    if values.get("zone", "UTC") not in available_timezones():
        raise Refused("timezone_unknown", field="zone", zone=values["zone"])
    if isinstance(values.get("at"), time):
        values["at"] = values["at"].replace(second=0, microsecond=0, tzinfo=None)
    rule, starts_on = values.get("rule", now.rule), values.get("starts_on", now.starts_on)
    if rule and ("rule" in values or "starts_on" in values):
        values["rule"] = checked(rule, starts_on)
    return values


def _seats(space_id: int, owner: Any, needed: Iterable[Any], welcome: Iterable[Any]) -> dict[int, bool]:
    """Person → whether it waits for them. The owner always comes."""
    people = {one.pk: one for one in (*welcome, *needed, owner)}
    if len(people) > MOST_SEATS:
        raise Refused("meeting_too_large", most=MOST_SEATS)
    outside = set(people) - set(members_of(space_id).filter(user__in=people).values_list("user", flat=True))
    if outside:
        raise Refused("meeting_outside", field="needed", who=", ".join(sorted(people[pk].name for pk in outside)))
    waits_for = {one.pk for one in needed} | {owner.pk}
    return {pk: pk in waits_for for pk in people}


def _new_seats(row: MeetingSeries, needed: Iterable[Any] | None, welcome: Iterable[Any] | None) -> list[list[int]] | None:
    """Before and after where the seats differ; None where nothing was said of them."""
    now = {seat.user_id: seat for seat in row.attendees.select_related("user")}
    if needed is None and welcome is None and row.owner_id in now:
        return None
    needed = [seat.user for seat in now.values() if seat.is_needed] if needed is None else needed
    welcome = [seat.user for seat in now.values() if not seat.is_needed] if welcome is None else welcome
    wanted = _seats(row.space_id, row.owner, list(needed), list(welcome))
    if wanted == {pk: seat.is_needed for pk, seat in now.items()}:
        return None
    MeetingAttendee.objects.filter(series=row).delete()
    MeetingAbsence.objects.filter(meeting__series=row, meeting__ends_at__gt=clock.now()).exclude(user__in=wanted).delete()
    MeetingAttendee.objects.bulk_create(MeetingAttendee(series=row, user_id=pk, is_needed=is_needed) for pk, is_needed in wanted.items())
    return [sorted(now), sorted(wanted)]
