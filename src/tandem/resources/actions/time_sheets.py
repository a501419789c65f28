"""Weeks of time: sent in, approved or sent back by somebody else, reopened on record. While a week stands, so does its time.

Events tell when, never why: reasons stand in the steps, which only those see who see the week."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import User
from tandem.resources.actions import time_news
from tandem.resources.actions.time_off import home_of
from tandem.resources.models import Employment, TimeSheet, TimeSheetStep
from tandem.resources.models.time_sheet import last_day
from tandem.work.actions import time_locks
from tandem.work.models import TimeEntry
from tandem.work.models.time_lock import monday

_DO = Permission.MANAGE_RESOURCES
_S, _K = TimeSheet.State, TimeSheetStep.Kind
_VERBS = {
    _K.SUBMITTED: "time_sheet.submitted", _K.WITHDRAWN: "time_sheet.withdrawn", _K.APPROVED: "time_sheet.approved",
    _K.RETURNED: "time_sheet.returned", _K.REOPENED: "time_sheet.reopened",
}  # fmt: skip
_FURTHEST = timedelta(weeks=8)
"So far ahead a week can be laid out."


def decides(user: Any, sheet: TimeSheet) -> bool:
    return answers(user, sheet.person, sheet.week, sheet.space_id)


def answers(user: Any, person: User, week: date, space_id: int | None = None) -> bool:
    """Whether this person may answer the week of the other, also before there is a row of it: the rule of `decided_by` for one.
    Nobody answers their own."""
    if user.pk == person.pk or not user.is_active:
        return False
    if may(user, _DO, space_id or home_of(person).pk):
        return True
    if Employment.objects.during(week, last_day(week)).filter(person=person, manager=user).exists():
        return True
    worked = set(TimeEntry.objects.present().filter(user=person, day__range=(week, last_day(week))).values_list("space_id", flat=True))
    return bool(worked) and worked <= spaces_where(user, Permission.EDIT_PLAN)


def open_week(*, actor: Any, person: User, week: date) -> TimeSheet:
    """The week of a person, made when it is first wanted: by themselves, or by who may answer it."""
    week = monday(week)
    if not date(2000, 1, 3) <= week <= clock.today() + _FURTHEST:
        raise Refused("week_unknown", field="week")
    found = TimeSheet.objects.filter(person=person, week=week).first()
    if found is not None:
        return _acting(actor, found)
    home = home_of(person)
    if not actor.is_active or (actor.pk != person.pk and not answers(actor, person, week, home.pk)):
        raise Hidden
    with transaction.atomic():
        time_locks.hold(person.pk)
        found = TimeSheet.objects.filter(person=person, week=week).first()
        if found is not None:
            return found
        row = TimeSheet.objects.create(space=home, person=person, week=week, ends_on=last_day(week))
        record("time_sheet.opened", row, actor=actor, changes={"person": [None, person], "week": [None, week]})
    return row


def submit(*, actor: Any, time_sheet: TimeSheet, version: int | None = None) -> TimeSheet:
    """By the person, or for them by who may answer it. From then on its time stands."""
    _acting(actor, time_sheet)
    if time_sheet.week > clock.today():
        raise Refused("week_ahead", field="week")
    row = _step(actor, time_sheet, version, _K.SUBMITTED, _S.SUBMITTED, (_S.OPEN, _S.RETURNED))
    time_news.submitted(row)
    return row


def withdraw(*, actor: Any, time_sheet: TimeSheet, version: int | None = None) -> TimeSheet:
    """While nobody has answered."""
    _acting(actor, time_sheet)
    return _step(actor, time_sheet, version, _K.WITHDRAWN, _S.OPEN, (_S.SUBMITTED,))


def decide(*, actor: Any, time_sheet: TimeSheet, version: int | None, is_approved: bool, reason: str = "") -> TimeSheet:
    """Never one's own, and never what one has sent in for the person: two see each week. Who sends it back says why."""
    _answering(actor, time_sheet)
    if time_sheet.state == _S.SUBMITTED and sent_in_by(time_sheet) == actor.pk:
        raise Refused("week_sent_in_by_you")
    if not is_approved and not reason.strip():
        raise Refused("reason_needed", field="reason")
    to, kind = (_S.APPROVED, _K.APPROVED) if is_approved else (_S.RETURNED, _K.RETURNED)
    row = _step(actor, time_sheet, version, kind, to, (_S.SUBMITTED,), reason)
    if not is_approved:
        time_news.returned(row)
    return row


def reopen(*, actor: Any, time_sheet: TimeSheet, version: int | None, reason: str) -> TimeSheet:
    """An approved week is open again, by who may answer it, and why stays on record."""
    _answering(actor, time_sheet)
    if not reason.strip():
        raise Refused("reason_needed", field="reason")
    row = _step(actor, time_sheet, version, _K.REOPENED, _S.RETURNED, (_S.APPROVED,), reason)
    time_news.returned(row)
    return row


def sent_in_by(sheet: TimeSheet) -> int | None:
    """Who sent it in the last time."""
    return TimeSheetStep.objects.filter(sheet=sheet, kind=_K.SUBMITTED).order_by("-id").values_list("by", flat=True).first()


def minutes_of(sheet: TimeSheet) -> int:
    rows = TimeEntry.objects.present().filter(user=sheet.person_id, day__range=(sheet.week, sheet.ends_on))
    return rows.aggregate(total=Sum("minutes"))["total"] or 0


def _acting(actor: Any, sheet: TimeSheet) -> TimeSheet:
    if not actor.is_active or (sheet.person_id != actor.pk and not decides(actor, sheet)):
        raise Hidden
    return sheet


def _answering(actor: Any, sheet: TimeSheet) -> None:
    if not decides(actor, sheet):
        raise Denied(_DO) if sheet.is_seen_by(actor) else Hidden


def _step(
    actor: Any, sheet: TimeSheet, version: int | None, kind: str, to: str, out_of: tuple[str, ...], reason: str = ""
) -> TimeSheet:
    """One step of its course. The person is held, so that no time is written between what is looked at and the lock."""
    if sheet.state not in out_of:
        raise Refused("week_state", state=str(sheet.get_state_display()))
    with transaction.atomic():
        time_locks.hold(sheet.person_id)
        before = sheet.state
        sheet.write(expected=sheet.version if version is None else version, state=to)
        if to in TimeSheet.STANDING:
            time_locks.close(sheet.person_id, sheet.week)
        else:
            time_locks.open_again(sheet.person_id, sheet.week)
        TimeSheetStep.objects.create(sheet=sheet, kind=kind, by=actor, reason=" ".join(reason.split())[:300], minutes=minutes_of(sheet))
        record(_VERBS[TimeSheetStep.Kind(kind)], sheet, actor=actor, changes={"state": [before, to]})
    return sheet
