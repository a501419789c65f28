"""Rules: written, changed, switched and removed."""

from typing import Any

from django.db import transaction

from tandem.automation import triggers
from tandem.automation.actions import steps as step_rules
from tandem.automation.models import Rule
from tandem.automation.spaces import below
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.reports.queries import filter_language
from tandem.work.models import FieldDefinition, State

_DO = Permission.AUTOMATE
MOST = 50
"In one space."


def create(
    *,
    actor: Any,
    space: Space,
    name: str,
    trigger: str,
    steps: list[dict[str, Any]],
    facts: dict[str, Any] | None = None,
    condition: str = "",
) -> Rule:
    """It acts as whoever writes it, and can do nothing that they may not; in its space and in those below."""
    require(actor, _DO, space.pk)
    values = {"trigger": trigger, "facts": facts or {}, "condition": condition.strip(), "steps": steps}
    check(actor=actor, space=space, name=name, **values)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if Rule.objects.filter(space=space).count() >= MOST:
            raise Refused("rules_too_many", most=MOST)
        return writing.create(
            Rule,
            actor=actor,
            permission=_DO,
            verb="rule.created",
            space=space,
            owner=actor,
            name=name.strip(),
            **values,
        )


def change(*, actor: Any, rule: Rule, version: int | None, **values: Any) -> Rule:
    """Whoever changes it, or switches it, becomes its owner: it never acts with another person's rights on their words."""
    require(actor, _DO, rule.space_id)
    now = {f: getattr(rule, f) for f in ("name", "trigger", "facts", "condition", "steps")}
    if differing := {f for f, v in values.items() if getattr(rule, f) != v}:
        # one that is off can be read and written on as well; to switch it off needs nothing
        if differing != {"is_on"} or values["is_on"]:
            check(actor=actor, space=rule.space, **{**now, **{f: v for f, v in values.items() if f in now}})
        values["owner"] = actor
    return writing.change(rule, actor=actor, permission=_DO, verb="rule.changed", version=version, **values)


def remove(*, actor: Any, rule: Rule, version: int | None = None) -> None:
    """With its log; what it did stays."""
    writing.remove(rule, actor=actor, permission=_DO, verb="rule.removed", version=version)


def check(
    *, actor: Any, space: Space, name: str, trigger: str, facts: Any, condition: str, steps: Any
) -> None:
    """A rule that could run: its trigger is complete, its filter can be read, its steps can be done."""
    if not name.strip():
        raise Refused("title_empty", field="name")
    if (
        trigger not in Rule.Trigger.values
        or not isinstance(facts, dict)
        or not _is_complete(space, trigger, facts)
    ):
        raise Refused("trigger_incomplete", field="trigger")
    filter_language.condition(condition, actor)
    step_rules.check(space, steps)


def _is_complete(space: Space, trigger: str, facts: dict[str, Any]) -> bool:
    allowed = {Rule.Trigger.MOVED: {"state"}, Rule.Trigger.CHANGED: {"field"}, Rule.Trigger.DUE: {"days"}}
    if not set(facts) <= allowed.get(trigger, set()):  # type: ignore[call-overload]
        return False
    if trigger == Rule.Trigger.MOVED and (state := facts.get("state")) is not None:
        is_there = type(state) is int and State.objects.filter(space=space, pk=state).exists()
        return is_there or (type(state) is str and state in State.Category.values)
    if trigger == Rule.Trigger.CHANGED:
        return _is_field(space, facts.get("field"))
    days = facts.get("days", 0)
    return type(days) is int and 0 <= days <= 365


def _is_field(space: Space, field: Any) -> bool:
    if not isinstance(field, str) or not (own := triggers.own_key(field)):
        return field in triggers.FIELDS
    return FieldDefinition.objects.active().filter(space__in=below(space.pk), key=own).exists()
