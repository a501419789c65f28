"""Types and states of a space. Every project starts with a workflow that can be used at once."""

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tandem.history.record import record
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import State, WorkItemType

C = State.Category


def give_default(*, actor: Any, space: Space) -> None:
    """The four states and five types of a new project, in the language of who opens it, through whatever door."""
    with translation.override(getattr(actor, "language", "") or translation.get_language()):
        _give(actor, space)


def _give(actor: Any, space: Space) -> None:
    ensure_states(
        actor=actor,
        space=space,
        states=[
            (_("To do"), C.TO_DO),
            (_("In progress"), C.IN_PROGRESS),
            (_("In review"), C.IN_PROGRESS),
            (_("Done"), C.DONE),
        ],
    )
    ensure_types(
        actor=actor,
        space=space,
        types=[(_("Epic"), 3), (_("Story"), 2), (_("Task"), 2), (_("Bug"), 2), (_("Sub-task"), 1)],
    )


def ensure_states(
    *, actor: Any, space: Space, states: list[tuple[str, str]], permission: Permission = Permission.EDIT_PLAN
) -> dict[str, State]:
    """States by name; missing ones are added behind those that are there."""
    require(actor, permission, space.pk)
    return _ensure(actor, space, State, "category", states)


def ensure_types(
    *, actor: Any, space: Space, types: list[tuple[str, int]], permission: Permission = Permission.EDIT_PLAN
) -> dict[str, WorkItemType]:
    """Types by name; missing ones are added."""
    require(actor, permission, space.pk)
    return _ensure(actor, space, WorkItemType, "level", types)


def _ensure(
    actor: Any, space: Space, model: Any, field: str, wanted: list[tuple[str, Any]]
) -> dict[str, Any]:
    with transaction.atomic():
        present = {row.name: row for row in model.objects.filter(space=space)}
        rank = max((row.rank for row in present.values()), default=-1) + 1
        added = []
        for name, value in dict(wanted).items():
            if name not in present:
                present[name] = model.objects.create(space=space, name=name, rank=rank, **{field: value})
                added.append(name)
                rank += 1
            elif present[name].retired_at:  # asked for again: an import brings items that stand in it
                present[name].write(expected=None, retired_at=None, origin=None)
                added.append(name)
        if added:
            record("workflow.changed", space, actor=actor, changes={model._meta.model_name: [None, added]})
    return present
