"""Setting objectives and linking what serves them."""

from typing import Any

from django.db import models, transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.strategy.models import Contribution, Objective

_DO = Permission.EDIT_STRATEGY


def create(*, actor: Any, space: Space, **values: Any) -> Objective:
    """A period ends after it starts; a parent is an objective that the actor sees."""
    _check(None, values)
    return writing.create(
        Objective, actor=actor, permission=_DO, verb="objective.created", space=space, **values
    )


def change(*, actor: Any, objective: Objective, version: int | None, **values: Any) -> Objective:
    _check(objective, values)
    return writing.change(
        objective, actor=actor, permission=_DO, verb="objective.changed", version=version, **values
    )


def remove(*, actor: Any, objective: Objective, version: int | None = None) -> None:
    """Only an objective without parts and key results; its contributions go with it."""
    if objective.children.exists() or objective.key_results.exists():
        raise Refused("has_parts")
    writing.remove(objective, actor=actor, permission=_DO, verb="objective.removed", version=version)


def contribute(*, actor: Any, objective: Objective, subject: models.Model, weight: int) -> Contribution:
    """Say that `subject` serves the objective with `weight` per cent; said again, it replaces the weight."""
    space = subject.space  # type: ignore[attr-defined]
    require(actor, Permission.VIEW, objective.space_id)
    require(actor, Permission.EDIT_WORK, space.pk)
    if not 1 <= weight <= 100:
        raise Refused("weight_out_of_range", field="weight", weight=weight)
    with transaction.atomic():
        row = Contribution.objects.select_for_update().of(subject).filter(objective=objective).first()
        before = row.weight if row else None
        if row:
            row.write(expected=None, weight=weight)
        else:
            row = Contribution.objects.create(
                space=space,
                objective=objective,
                weight=weight,
                subject_kind=subject._meta.label_lower,
                subject_id=subject.pk,
            )
        record(
            "contribution.set", subject, actor=actor, changes={f"objective:{objective.pk}": [before, weight]}
        )
    return row


def withdraw(*, actor: Any, objective: Objective, subject: models.Model) -> None:
    require(actor, Permission.EDIT_WORK, subject.space_id)  # type: ignore[attr-defined]
    with transaction.atomic():
        row = Contribution.objects.of(subject).filter(objective=objective).first()
        if row:
            record(
                "contribution.removed",
                subject,
                actor=actor,
                changes={f"objective:{objective.pk}": [row.weight, None]},
            )
            row.delete()


def _check(objective: Objective | None, values: dict[str, Any]) -> None:
    start = values.get("starts_on") or (objective and objective.starts_on)
    end = values.get("ends_on") or (objective and objective.ends_on)
    if start and end and end < start:
        raise Refused("period_reversed", field="ends_on")
    above = values.get("parent")
    while above is not None:
        if objective is not None and above.pk == objective.pk:
            raise Refused("own_ancestor", field="parent")
        above = above.parent
