"""Carrying an objective over into another period, with what is left of it and where it came from."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.strategy.actions import key_results
from tandem.strategy.models import CheckIn, Contribution, KeyResult, Objective


def carry_over(
    *, actor: Any, objective: Objective, version: int | None, starts_on: date, ends_on: date,
    values: Mapping[int, Decimal] | None = None,
) -> Objective:  # fmt: skip
    """Once, into a period that begins after this one. The old objective closes and keeps what was said of it; the key
    results that were not scored go on from where they stand (`values` tells those that are computed), and what
    contributed goes on contributing."""
    require(actor, Permission.EDIT_STRATEGY, objective.space_id)
    if ends_on <= starts_on:
        raise Refused("period_reversed", field="ends_on")
    if starts_on <= objective.starts_on:
        raise Refused("carried_backwards", field="starts_on")
    with transaction.atomic():
        before = objective.state
        objective.write(expected=version, state=Objective.State.CLOSED)
        if Objective.objects.filter(carried_from=objective).exists():
            raise Refused("carried_already")
        new = Objective.objects.create(
            space=objective.space, title=objective.title, description=objective.description, parent=objective.parent,
            owner=objective.owner, measure=objective.measure, starts_on=starts_on, ends_on=ends_on, carried_from=objective,
        )  # fmt: skip
        if before != Objective.State.CLOSED:
            record("objective.changed", objective, actor=actor, changes={"state": [before, Objective.State.CLOSED]})
        for one in KeyResult.objects.filter(objective=objective, score=None).order_by("id"):
            start = (values or {}).get(one.pk) if one.is_computed else _last_said(one)
            start = one.start_value if start is None or start == one.target_value else start
            key_results.carry(actor=actor, key_result=one, objective=new, start_value=start)
        kept = _contributions(objective, new)
        record(
            "objective.carried", new, actor=actor, changes={"carried_from": [None, objective.pk], "contributions": [None, len(kept)]}
        )
    return new


def _last_said(one: KeyResult) -> Decimal | None:
    return CheckIn.objects.filter(key_result=one).newest_first().values_list("value", flat=True).first()


def _contributions(old: Objective, new: Objective) -> list[Contribution]:
    rows = Contribution.objects.filter(objective=old).order_by("id")
    return Contribution.objects.bulk_create(
        [
            Contribution(space_id=c.space_id, objective=new, weight=c.weight, subject_kind=c.subject_kind, subject_id=c.subject_id)
            for c in rows
        ]
    )
