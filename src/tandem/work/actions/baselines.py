"""Keeping the planned dates of a space under a name."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from tandem.history.record import record
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import Baseline, BaselineDate, WorkItem


def take(*, actor: Any, space: Space, name: str) -> Baseline:
    """A copy of the planned dates of every present item of the space."""
    require(actor, Permission.EDIT_PLAN, space.pk)
    with transaction.atomic():
        with connection.cursor() as cursor:  # of two that are taken at once the second counts the first
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", [f"baselines/{space.pk}"])
        number = (Baseline.objects.filter(space=space).aggregate(last=Max("number"))["last"] or 0) + 1
        baseline = Baseline.objects.create(space=space, name=name, number=number)
        planned = WorkItem.objects.filter(space=space).present().exclude(planned_start=None)
        rows = planned.values_list("id", "planned_start", "planned_finish", "duration_minutes")
        BaselineDate.objects.bulk_create(
            [
                BaselineDate(baseline=baseline, item_id=i, start=s, finish=f, duration_minutes=d)
                for i, s, f, d in rows
            ],
            batch_size=2000,
        )
        record("baseline.taken", baseline, actor=actor, changes={"name": [None, name]})
    return baseline
