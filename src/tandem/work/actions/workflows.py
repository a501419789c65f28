"""Types and states of a space. Every project starts with a workflow that can be used at once."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tandem.history.record import record, record_many
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import State, WorkItemType

C = State.Category


def give_default(*, actor: Any, space: Space, states: list[tuple[str, Any]] | None = None) -> None:
    """The four states and five types of a new project, in the language of who opens it, through whatever door; or these states."""
    with translation.override(getattr(actor, "language", "") or translation.get_language()):
        _give(actor, space, states)


def give_default_to_many(*, actor: Any, spaces: list[Space]) -> None:
    """The same for spaces that were just opened under one parent: nothing stands in them yet."""
    for space in spaces[:1]:
        require(actor, Permission.EDIT_PLAN, space.pk)
    with translation.override(getattr(actor, "language", "") or translation.get_language()), transaction.atomic():
        states, types = _default()
        for model, field, wanted in ((State, "category", states), (WorkItemType, "level", types)):
            rows = [
                model(space=space, name=name, rank=rank, **{field: value})
                for space in spaces for rank, (name, value) in enumerate(wanted)
            ]  # fmt: skip
            model.objects.bulk_create(rows, batch_size=1000)
            said = {model._meta.model_name: [None, [name for name, _value in wanted]]}
            record_many("workflow.changed", [(space, said, {}) for space in spaces], actor=actor)


def _default() -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    states = [(_("To do"), C.TO_DO), (_("In progress"), C.IN_PROGRESS), (_("In review"), C.IN_PROGRESS), (_("Done"), C.DONE)]
    return states, [(_("Epic"), 3), (_("Story"), 2), (_("Task"), 2), (_("Bug"), 2), (_("Sub-task"), 1)]


def _give(actor: Any, space: Space, own: list[tuple[str, Any]] | None) -> None:
    states, types = _default()
    ensure_states(actor=actor, space=space, states=own or states)
    ensure_types(actor=actor, space=space, types=types)


def ensure_states(
    *, actor: Any, space: Space, states: list[tuple[str, str]], given_up: Collection[str] = (), permission: Permission = Permission.EDIT_PLAN
) -> dict[str, State]:
    """States by name; missing ones are added behind those that are there. In those that are `given_up` work ends without a
    result."""
    require(actor, permission, space.pk)
    return _ensure(actor, space, State, "category", states, {name: {"is_given_up": True} for name in given_up})


def ensure_types(
    *, actor: Any, space: Space, types: list[tuple[str, int]], permission: Permission = Permission.EDIT_PLAN
) -> dict[str, WorkItemType]:
    """Types by name; missing ones are added."""
    require(actor, permission, space.pk)
    return _ensure(actor, space, WorkItemType, "level", types)


def _ensure(
    actor: Any, space: Space, model: Any, field: str, wanted: list[tuple[str, Any]], more: Mapping[str, dict[str, Any]] = MappingProxyType({})
) -> dict[str, Any]:
    with transaction.atomic():
        present = {row.name: row for row in model.objects.filter(space=space)}
        rank = max((row.rank for row in present.values()), default=-1) + 1
        added = []
        for name, value in dict(wanted).items():
            if name not in present:
                present[name] = model.objects.create(space=space, name=name, rank=rank, **{field: value}, **more.get(name, {}))
                added.append(name)
                rank += 1
            elif present[name].retired_at:  # asked for again: an import brings items that stand in it
                present[name].write(expected=None, retired_at=None, origin=None)
                added.append(name)
        if added:
            record("workflow.changed", space, actor=actor, changes={model._meta.model_name: [None, added]})
    return present
