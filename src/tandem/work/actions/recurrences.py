"""Work that comes back: an item is made of a template on each date of a rule; never two for one date, and after a
standstill only the last one that was missed."""

import logging
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from tandem.collaboration.models.notification_rules import local_time
from tandem.history.record import record
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, require
from tandem.people.scoping import members_of
from tandem.work.actions import item_templates
from tandem.work.actions.recurrence_rules import checked, following, latest
from tandem.work.models import ItemTemplate, Recurred, Recurrence

_DO = Permission.EDIT_WORK
_S = Recurrence.State
MOST = 100
FAILED = "recurrence_failed"
log = logging.getLogger("tandem.work")


def create(
    *, actor: Any, template: ItemTemplate, rule: str, starts_on: date | None = None, due_after: int | None = None, assignee: Any = None
) -> Recurrence:
    """In the name of whoever makes it, from its first day on; days that have passed are not made up for."""
    require(actor, _DO, template.space_id)
    today = local_time(actor).date()
    starts_on = starts_on or today
    if not today - timedelta(days=3660) <= starts_on <= today + timedelta(days=3660):
        raise Refused("out_of_range", field="starts_on")
    rule = checked(rule, starts_on)
    if due_after is not None and not 0 <= due_after <= 365:
        raise Refused("out_of_range", field="due_after")
    if assignee is not None and not members_of(template.space_id).filter(user=assignee).exists():
        raise Refused("person_outside", field="assignee", name=assignee.name)
    with transaction.atomic():
        ItemTemplate.objects.select_for_update().get(pk=template.pk)
        if Recurrence.objects.filter(space=template.space_id).exclude(state=_S.ENDED).count() >= MOST:
            raise Refused("templates_too_many", most=MOST)
        row = Recurrence.objects.create(
            space_id=template.space_id, template=template, rule=rule, starts_on=starts_on, due_after=due_after, assignee=assignee,
            owner=actor, last_on=today - timedelta(days=1),
        )  # fmt: skip
        record("recurrence.created", row, actor=actor, changes={"template": [None, template], "rule": [None, rule]})
    return row


def pause(*, actor: Any, recurrence: Recurrence, version: int | None) -> Recurrence:
    return _step(actor, recurrence, version, (_S.ACTIVE,), _S.PAUSED, "recurrence.paused")


def resume(*, actor: Any, recurrence: Recurrence, version: int | None) -> Recurrence:
    """From today on, in the name of whoever resumes it; what fell into the pause stays undone."""
    today = local_time(actor).date()
    return _step(actor, recurrence, version, (_S.PAUSED,), _S.ACTIVE, "recurrence.resumed", last_on=today - timedelta(days=1), owner=actor)


def end(*, actor: Any, recurrence: Recurrence, version: int | None) -> Recurrence:
    """For good; the items that were made stay."""
    return _step(actor, recurrence, version, (_S.ACTIVE, _S.PAUSED), _S.ENDED, "recurrence.ended")


def _step(actor: Any, row: Recurrence, version: int | None, before: tuple[str, ...], after: str, verb: str, **values: Any) -> Recurrence:
    require(actor, _DO, row.space_id)
    with transaction.atomic():
        now = Recurrence.objects.select_for_update(no_key=True).get(pk=row.pk)
        if now.state not in before:
            raise Refused("recurrence_state", state=str(now.get_state_display()))
        if values.get("last_on") and now.last_on:
            values["last_on"] = max(values["last_on"], now.last_on)  # what was made today is not made again
        row.write(expected=version, state=after, problem="", **values)
        record(verb, row, actor=actor, changes={"state": [now.state, after]})
    return row


def make_due() -> int:
    """Everything that is due, on the day of each owner. May run as often as it likes. What fails in a way that nobody
    foresaw is written down and tried again the next time; the others are made all the same."""
    made = 0
    for pk in list(Recurrence.objects.running().values_list("pk", flat=True)):
        try:
            made += _make(pk)
        except Exception:
            if connection.connection is None or not connection.is_usable():
                raise  # the database is away: the job runs again
            log.exception("recurring work %s could not be made", pk)
            Recurrence.objects.running().filter(pk=pk).update(problem=FAILED)
    return made


def _make(pk: int) -> bool:
    """One item at most; a second worker finds the row held, or its date done."""
    with transaction.atomic():
        rows = Recurrence.objects.running().select_for_update(no_key=True, skip_locked=True, of=("self",))
        row = rows.select_related("template__space", "template__type", "owner", "assignee").filter(pk=pk).first()
        if row is None:
            return False
        today = local_time(row.owner).date()
        on = latest(row.rule, row.starts_on, today)
        is_due = on is not None and (row.last_on is None or on > row.last_on) and not row.made.filter(on=on).exists()
        problem = _attempt(row, on) if is_due and on is not None else row.problem
        if is_due and not problem:
            row.write(expected=None, last_on=on, problem="")
        elif problem != row.problem:
            row.write(expected=None, problem=problem)
        if not problem and not following(row.rule, row.starts_on, today, 1):
            row.write(expected=None, state=_S.ENDED)
            record("recurrence.ended", row, actor=None, changes={"state": [_S.ACTIVE, _S.ENDED]})
        return is_due and not problem


def _attempt(row: Recurrence, on: date) -> str:
    """The item for a date; else the code of what stood in its way. It is tried again the next time."""
    is_there = row.assignee is not None and members_of(row.space_id).filter(user=row.assignee).exists()
    try:
        with transaction.atomic():
            item = item_templates.use(
                actor=row.owner, template=row.template, assignees=[row.assignee] if is_there else [],
                due_on=on + timedelta(days=row.due_after) if row.due_after is not None else None,
            )  # fmt: skip
            Recurred.objects.create(recurrence=row, on=on, item=item)
            record("recurrence.made", row, actor=None, changes={"item": [None, item], "on": [None, on]})
    except (Denied, Hidden):
        return "recurrence_owner"
    except Refused as refused:
        return refused.code[:60]
    return ""
