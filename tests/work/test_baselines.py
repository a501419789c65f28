"""A baseline is what was planned when it was taken: whatever is done afterwards, none of its rows is another."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tandem.planning import levelling
from tandem.planning.actions import acceptances
from tandem.planning.models import LevelledPlan
from tandem.work.actions import baselines, work_items
from tandem.work.models import Baseline, WorkItem
from tandem.work.models.baseline import BaselineDate
from tests import make

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)


def stands(baseline) -> tuple:
    rows = BaselineDate.objects.filter(baseline=baseline).order_by("pk")
    columns = [field.attname for field in BaselineDate._meta.concrete_fields]
    row = Baseline.objects.get(pk=baseline.pk)
    return [getattr(row, field.attname) for field in Baseline._meta.concrete_fields], list(rows.values_list(*columns))


def edit(world, rng: random.Random, items) -> None:
    """One thing that somebody may do to a plan."""
    row = WorkItem.objects.get(pk=rng.choice(items).pk)
    if row.removed_at is not None:
        return
    do = rng.choice(("move", "longer", "done", "remove", "add"))
    if do == "move":
        start = MONDAY + timedelta(days=rng.randint(0, 60))
        work_items.change(actor=world.alma, item=row, version=None, planned_start=start, planned_finish=start + timedelta(days=rng.randint(1, 9)))
    elif do == "longer":
        work_items.change(actor=world.alma, item=row, version=None, duration_minutes=480 * rng.randint(1, 20), title=f"Other {rng.random()}")
    elif do == "done":
        work_items.change(actor=world.alma, item=row, version=None, state=make.state_of(world.project, "done"))
    elif do == "remove":
        work_items.remove(actor=world.alma, item=row, version=None)
    else:
        make.work_item(actor=world.alma, project=world.project, title="New", planned_start=MONDAY, planned_finish=MONDAY + timedelta(days=3))


@pytest.mark.parametrize("seed", range(6))
def test_baselines_never_change(world, seed):
    rng = random.Random(seed)
    items = [
        make.work_item(actor=world.alma, project=world.project, title=f"Berth {n}", estimate_minutes=960, planned_start=MONDAY + timedelta(days=n), planned_finish=MONDAY + timedelta(days=n + 2))
        for n in range(5)
    ]
    taken = [baselines.take(actor=world.alma, space=world.project.space, name="First")]
    kept = {one.pk: stands(one) for one in taken}
    assert all(rows for _row, rows in kept.values())
    for step in range(20):
        edit(world, rng, items)
        if step == 10:
            second = baselines.take(actor=world.alma, space=world.project.space, name="Second")
            taken.append(second)
            kept[second.pk] = stands(second)
    make.work_item(actor=world.alma, project=world.project, title="Left to do", estimate_minutes=960, planned_start=MONDAY, planned_finish=MONDAY)
    levelling.compute()
    plan = LevelledPlan.objects.newest_first().values_list("pk", flat=True).first()
    acceptances.accept(actor=world.alma, plan=plan, project=world.project, name="Accepted")
    assert {one.pk: stands(one) for one in taken} == kept
