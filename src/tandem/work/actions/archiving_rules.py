"""Finished work that is put away by a rule: who sets it, where it holds, what it finds, and how a night of it is taken back."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.collaboration.actions.jobs import Progress
from tandem.collaboration.models import Job
from tandem.history.models import Event
from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, may, require
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Project
from tandem.work.actions import inheritance, wip_limits
from tandem.work.models import Archiving, ArchivingRule, WipLimit, WorkItem
from tandem.work.models.wip_limit import standing

_DO = Permission.EDIT_PLAN
KIND = "work.archive_by_rule"
_BATCH = 500
log = logging.getLogger("tandem.work")


def create(*, actor: Any, space: Space, days: int | None = None) -> ArchivingRule:
    """One for a space; who finds that another has set it meanwhile is shown that one. Without days nothing of the project is put
    away, whatever holds above."""
    require(actor, _DO, space.pk)
    if space.kind == SpaceKind.PRODUCT:
        raise Refused("other_space", field="space")
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if there := ArchivingRule.objects.filter(space=space).first():
            if there.days == days:
                return there
            raise Stale(there)
        return writing.create(ArchivingRule, actor=actor, permission=_DO, verb="archiving_rule.created", space=space, days=days, owner=actor)


def change(*, actor: Any, rule: ArchivingRule, version: int | None, **values: Any) -> ArchivingRule:
    """Whoever changes it answers for it from then on."""
    require(actor, _DO, rule.space_id)
    if set(values) - {"days"}:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - {"days"})))
    return writing.change(rule, actor=actor, permission=_DO, verb="archiving_rule.changed", version=version, owner=actor, **values)


def remove(*, actor: Any, rule: ArchivingRule, version: int | None = None) -> None:
    """What holds above holds again; what was put away stays so."""
    writing.remove(rule, actor=actor, permission=_DO, verb="archiving_rule.removed", version=version)


def in_force(space_id: int) -> ArchivingRule | None:
    """The project's own rule, else that of the nearest space above."""
    ranked = {pk: place for place, pk in enumerate([space_id, *inheritance.above(space_id)])}
    rows = list(ArchivingRule.objects.filter(space__in=ranked).select_related("space", "owner"))
    return min(rows, key=lambda rule: ranked[rule.space_id], default=None)


def start(*, actor: Any, space: Space) -> Job:
    """The rule in force now, as a job that one can watch."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        rule = in_force(space.pk)
        if rule is None or rule.days is None or space.kind != SpaceKind.PROJECT:
            raise Refused("archiving_no_rule")
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if Job.objects.running().filter(space=space, kind=KIND).exists():
            raise Refused("archiving_running")
        return jobs.start(actor=actor, space=space, kind=KIND, title=_("Archive finished work of “%(name)s”") % {"name": space.name})


def carry_out(job: Job, progress: Progress) -> str:
    if job.owner is None or not job.owner.is_active:
        raise Hidden
    rule = in_force(job.space_id)
    if rule is None or rule.days is None:
        raise Refused("archiving_no_rule")
    _put_away(rule, job.space, job.owner, lambda done, total: progress.step("rows", done, total))
    return f"/boards/{job.space.key}/archiving/"


def put_away_all() -> int:
    """Every night, in every project in which a rule holds, in the name of the rule's owner. An imported history that has
    ended is only put away by a rule of its own."""
    count = 0
    for project in Project.objects.filter(space__in=WorkItem.objects.finished().unarchived().values("space")).select_related("space"):
        rule = in_force(project.space_id)
        if rule is None or rule.days is None or (project.as_of is not None and rule.space_id != project.space_id):
            continue
        if not rule.owner.is_active or not may(rule.owner, Permission.EDIT_WORK, project.space_id):
            log.warning("archiving rule %s: its owner may not archive in space %s", rule.pk, project.space_id)
            continue
        try:
            count += _put_away(rule, project.space, rule.owner)
        except (Denied, Hidden, Refused):
            continue
        except Exception:
            if connection.connection is None or not connection.is_usable():
                raise  # the database is away: the job runs again
            log.exception("finished work in space %s could not be archived", project.space_id)
    return count


def _put_away(rule: ArchivingRule, space: Space, actor: Any, step: Callable[[int, int], None] = lambda done, total: None) -> int:
    """A part at a time, each in a transaction of its own: a first night that finds ten thousand items holds up nobody. A job that is
    stopped leaves what it has put away on record, to be taken back; begun again it goes on with the rest."""
    require(actor, Permission.EDIT_WORK, space.pk)
    moment, made = clock.now(), None
    limit = limit_of(rule.days or 0, moment)
    ids = list(WorkItem.objects.filter(space=space).resting_since(limit).order_by("pk").values_list("pk", flat=True))
    run = uuid4()
    for first in range(0, len(ids), _BATCH):
        step(first, len(ids))
        with transaction.atomic():
            if made is not None and Archiving.objects.select_for_update(no_key=True).get(pk=made.pk).undone_at is not None:
                break  # taken back while it went on
            made = _counted(rule, space, made, len(_archived(ids[first : first + _BATCH], limit, moment, actor, run)), moment, run, actor)
    return made.count if made else 0


def _counted(rule: ArchivingRule, space: Space, made: Archiving | None, more: int, moment: datetime, run: UUID, actor: Any) -> Archiving | None:
    """The record of this time, with what a part of it added."""
    if not more:
        return made
    before = made.count if made else None
    if made is None:
        made = Archiving.objects.create(space=space, rule=rule, run=run, at=moment, count=more)
    else:
        made.write(expected=None, count=made.count + more)
    record("archiving.done", made, actor=actor, changes={"count": [before, made.count]}, run=run)
    return made


def limit_of(days: int, moment: datetime) -> datetime:
    return moment - timedelta(days=days)


def _archived(ids: list[int], limit: datetime, moment: datetime, actor: Any, run: Any) -> list[WorkItem]:
    """Held and asked again: what was opened a moment ago stays."""
    held = list(WorkItem.objects.filter(pk__in=ids).select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    rows = list(WorkItem.objects.filter(pk__in=held).resting_since(limit).order_by("pk"))
    WorkItem.objects.filter(pk__in=[row.pk for row in rows]).update(archived_at=moment, version=F("version") + 1)
    record_many("work_item.archived", [(row, {"archived_at": [None, moment]}, {}) for row in rows], actor=actor, run=run)
    return rows


def undo(*, actor: Any, archiving: Archiving, version: int | None = None) -> Archiving:
    """All that the rule put away that time comes back, as far as it is still there, and stays for as long as the rule says. A part
    at a time, as it went: only the last one says that it is done, so one that was broken off goes on with the rest when it is asked
    for again, and two people at once share the parts. Through the API, which holds the row meanwhile, it is one transaction: what
    breaks off there has brought nothing back."""
    require(actor, _DO, archiving.space_id)
    now, last = _part_back(actor, archiving, version, is_first=True)
    while last is not None:
        now, last = _part_back(actor, archiving, None, behind=last)
    return now


@transaction.atomic
def _part_back(
    actor: Any, archiving: Archiving, version: int | None, *, is_first: bool = False, behind: int = 0
) -> tuple[Archiving, int | None]:  # fmt: skip
    """The record as it stands after this part, and the last number of the part; None when it was the last one."""
    now = Archiving.objects.select_for_update(no_key=True).get(pk=archiving.pk)
    if now.undone_at is not None:
        if is_first:
            raise Refused("archiving_undone")
        return now, None  # by somebody else, meanwhile
    if version is not None and now.version != version:
        raise Stale(now)
    ids = Event.objects.filter(run=now.run, verb="work_item.archived").values("subject_id")
    limits = wip_limits.hold(now.space_id)
    away = WorkItem.objects.filter(space=now.space_id, pk__in=ids, archived_at=now.at, pk__gt=behind)
    rows = list(away.select_for_update(no_key=True).order_by("pk")[:_BATCH])
    moment, run = clock.now(), uuid5(now.run, "undone")  # the same for every part, whoever asks for it
    back = _with_room(actor, rows, limits, moment) if rows else []
    record_many("work_item.unarchived", [(row, {"archived_at": [row.archived_at, None]}, {}) for row in back], actor=actor, run=run)
    if len(rows) == _BATCH:
        return now, rows[-1].pk
    now.write(expected=None, undone_at=moment)
    count = Event.objects.filter(run=run, verb="work_item.unarchived").count()
    record("archiving.undone", now, actor=actor, changes={"count": [now.count, now.count - count]}, run=run)
    return now, None


def _with_room(actor: Any, rows: list[WorkItem], limits: list[WipLimit], moment: datetime) -> list[WorkItem]:
    """Those that came back: all, where no limit that stops is crossed by it; else what comes under such a limit one after the
    other, as long as there is room. What is done stands under hardly any, so that is asked once for all."""
    ids = [row.pk for row in rows]
    try:
        with transaction.atomic():
            _bring_back(ids, moment)
            inside = standing(limits, WorkItem.objects.filter(pk__in=ids))
            entered = [one for one in limits if inside[one.pk]]
            counts = standing(entered, WorkItem.objects.filter(space=rows[0].space_id)) if entered else {}
            if crossed := [one for one in entered if counts[one.pk] > one.most]:
                free = WorkItem.objects.filter(pk__in=ids).exclude(pk__in=_under(ids, crossed)).values_list("pk", flat=True)
                raise _Full(crossed, set(free))
        return rows
    except _Full as full:
        crossed, free_ids = full.args
    _bring_back(list(free_ids), moment)
    found = []
    for row in rows:
        if row.pk in free_ids:
            found.append(row)
            continue
        with suppress(Refused), transaction.atomic():
            _bring_back([row.pk], moment)
            wip_limits.keep(actor=actor, item=row, limits=crossed, before=())
            found.append(row)
    return found


class _Full(Exception):
    """With the limits that would be crossed, and the numbers of the items that come under none of them."""


def _bring_back(ids: list[int], moment: datetime) -> None:
    WorkItem.objects.filter(pk__in=ids).update(archived_at=None, version=F("version") + 1, updated_at=moment)


def _under(ids: list[int], limits: list[WipLimit]) -> list[int]:
    covered = Q(pk__in=[])
    for one in limits:
        covered |= one.covered()
    return list(WorkItem.objects.filter(covered, pk__in=ids).values_list("pk", flat=True))
