"""The plan in force changes only through a person's yes: levelled dates become planned dates, and a baseline is taken."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.planning import runs
from tandem.planning.models import LevelledDates, LevelledPlan, Run
from tandem.portfolio.models import Project
from tandem.resources.actions import equipment
from tandem.work.actions import baselines, bulk
from tandem.work.models import Baseline, WorkItem

_DO = Permission.EDIT_PLAN
MOST = 2000
"""Items that one yes may move at once; a larger project is accepted in parts."""


def accept(
    *, actor: Any, plan: int, project: Project, items: Collection[int] | None = None, versions: Mapping[int, int] | None = None,
    name: str = "",
) -> int:  # fmt: skip
    """The dates of one project (`items`: only of these) become the plan in force, all or none; afterwards a baseline with
    the name is taken, and one before where there was none. Gives how many items moved.

    Refused when the plan is no longer the newest: what was looked at is what is accepted. `versions` are those that the
    person saw; an item that somebody changed meanwhile stops it."""
    require(actor, _DO, project.space_id)
    # the next plan is stored under the same lock: what is accepted cannot be replaced halfway
    with runs.one_at_a_time(Run.Kind.LEVEL, 0):
        newest = LevelledPlan.objects.newest_first().values_list("pk", flat=True).first()
        if newest != plan:
            raise Refused("levelled_plan_replaced")
        dates = LevelledDates.objects.filter(space_id=project.space_id)
        if items is not None:
            dates = dates.filter(item_id__in=items)
            if dates.count() != len(set(items)):
                raise Refused("levelled_item_unknown")
        return _write(actor, project, {one.item_id: (one.start, one.finish) for one in dates}, versions or {}, name, {"plan": [None, plan]}, {})


def write_dates(
    *, actor: Any, project: Project, dates: Mapping[int, tuple[datetime, datetime]], versions: Mapping[int, int], name: str, because: dict[str, Any],
    people: Mapping[int, list[User]] | None = None,
) -> int:  # fmt: skip
    """The same for the dates of a way out of a conflict, and for who does its items then, in the transaction of whoever accepts it."""
    require(actor, _DO, project.space_id)
    with transaction.atomic():
        return _write(actor, project, dates, versions, name, because, people or {})


def _write(
    actor: Any, project: Project, dates: Mapping[int, tuple[datetime, datetime]], versions: Mapping[int, int], name: str, because: dict[str, Any],
    people: Mapping[int, list[User]],
) -> int:  # fmt: skip
    rows = WorkItem.objects.open().filter(space_id=project.space_id, pk__in=dates.keys()).select_related("space", "state", "type").order_by("id")
    steps = [
        bulk.Step(item, versions.get(item.pk, item.version), {"planned_start": dates[item.pk][0], "planned_finish": dates[item.pk][1]} | ({"assignees": people[item.pk]} if item.pk in people else {}))
        for item in rows.select_for_update(no_key=True, of=("self",))
        if (item.planned_start, item.planned_finish) != dates[item.pk] or item.pk in people
    ]
    if not steps:
        raise Refused("levelled_nothing_moves")
    if len(steps) > MOST:
        raise Refused("levelled_too_many", most=MOST)
    space = Space.objects.get(pk=project.space_id)
    if not Baseline.objects.filter(space=space).exists() and WorkItem.objects.filter(space=space).present().exclude(planned_start=None).exists():
        baselines.take(actor=actor, space=space, name=f"{name} (0)")
    # what is kept in the plan in force by days: equipment goes where its work goes
    days = {one.item.pk: (dates[one.item.pk][0].date() - one.item.planned_start.date()).days for one in steps if one.item.planned_start}
    moved = bulk.apply(actor=actor, steps=steps, run=uuid.uuid4())
    equipment.follow(actor=actor, days=days, reason=_("It moved with its work item"))
    baselines.take(actor=actor, space=space, name=name)
    record("project.plan_accepted", project, actor=actor, changes={"rows": [None, moved], **because})
    return moved
