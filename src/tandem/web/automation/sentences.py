"""A rule as the sentence that people read, with the names of what it means."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.automation import triggers
from tandem.automation.actions import steps
from tandem.automation.models import Hook, Rule
from tandem.people.models import User
from tandem.web.field_words import field_name
from tandem.work.models import FieldDefinition, State, WorkItem

_T = Rule.Trigger


class Names:
    """The states, people and webhooks that rules name: one query for each kind, however many rules."""

    def __init__(self, user: Any, rules: Iterable[Rule]) -> None:
        rows = list(rules)
        wanted: dict[str, set[int]] = {"state": set(), "to": set(), "hook": set()}
        own = {key for rule in rows for key in _own_keys(rule)}
        for rule in rows:
            wanted["state"] |= _numbers([rule.facts], "state")
            for name, found in wanted.items():
                found |= _numbers([s for s in rule.steps if s.get("do") != "priority"], name)
        self.states = _names(State.objects.visible_to(user), wanted["state"])
        self.people = _names(User.objects.visible_to(user), wanted["to"])
        fields = FieldDefinition.objects.visible_to(user).filter(key__in=own).order_by("-id") if own else FieldDefinition.objects.none()
        self.own = dict(fields.values_list("key", "name"))
        self.hooks = _names(Hook.objects.visible_to(user), wanted["hook"])


def _own_keys(rule: Rule) -> Iterable[str]:
    yield triggers.own_key(str(rule.facts.get("field", "")))
    yield from (step["field"] for step in rule.steps if step.get("do") == "own")


def _numbers(dicts: Iterable[dict[str, Any]], name: str) -> set[int]:
    return {one[name] for one in dicts if isinstance(one.get(name), int)}


def _names(rows: Any, ids: set[int]) -> dict[int, str]:
    return dict(rows.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def sentence(rule: Rule, names: Names) -> str:
    said = {
        "when": _when(rule, names),
        "filter": rule.condition,
        "then": _("; then ").join(_then(s, names) for s in rule.steps),
    }
    if rule.condition:
        return _("When %(when)s and the filter “%(filter)s” finds it: %(then)s.") % said
    return _("When %(when)s: %(then)s.") % said


def _when(rule: Rule, names: Names) -> str:
    if rule.trigger == _T.MOVED and (category := _category(rule.facts.get("state"))):
        return _("a work item is moved to any state of “%(category)s”") % {"category": category}
    if rule.trigger == _T.MOVED and rule.facts.get("state"):
        return _("a work item is moved to “%(state)s”") % {
            "state": names.states.get(rule.facts["state"], "?")
        }
    if rule.trigger == _T.CHANGED:
        return _("the field “%(field)s” of a work item changes") % {
            "field": _field(rule.facts.get("field", ""), names)
        }
    if rule.trigger == _T.DUE and (days := rule.facts.get("days")):
        return ngettext(
            "%(n)s day after the due date of an open work item has passed",
            "%(n)s days after the due date of an open work item has passed",
            days,
        ) % {"n": days}
    return {
        _T.CREATED: _("a work item is created"), _T.MOVED: _("a work item is moved to any state"), _T.BLOCKED: _("a work item becomes blocked"),
        _T.UNBLOCKED: _("a work item is no longer blocked"), _T.COMMENTED: _("somebody comments on a work item"),
        _T.DUE: _("the due date of an open work item has passed"), _T.MERGED: _("a merge request of a work item is merged"),
    }[_T(rule.trigger)]  # fmt: skip


def _then(step: dict[str, Any], names: Names) -> str:
    match step["do"]:
        case "move":
            if category := _category(step["state"]):
                return _("move it to the first state of “%(category)s”") % {"category": category}
            return _("move it to “%(state)s”") % {"state": names.states.get(step["state"], "?")}
        case "own":
            named = {"field": names.own.get(step["field"], "?"), "value": _value(step["value"])}
            return _("set “%(field)s” to “%(value)s”") % named if step["value"] is not None else _("empty “%(field)s”") % named
        case "assign":
            return (
                _("give it to nobody")
                if step["to"] == steps.NOBODY
                else _("give it to %(name)s") % {"name": _who(step["to"], names)}
            )
        case "priority":
            label = WorkItem.Priority(step["to"]).label if step["to"] else _("none")
            return _("set its priority to “%(priority)s”") % {"priority": label}
        case "due":
            return (
                _("take its due date away")
                if step["days"] is None
                else ngettext("make it due in %(n)s day", "make it due in %(n)s days", step["days"])
                % {"n": step["days"]}
            )
        case "label":
            return _("add the label “%(label)s”") % {"label": step["label"]}
        case "unlabel":
            return _("take the label “%(label)s” away") % {"label": step["label"]}
        case "comment":
            return _("comment “%(text)s”") % {"text": _short(step["text"])}
        case "letter":
            return _("write to %(name)s: “%(text)s”") % {"name": _who(step["to"], names), "text": _short(step["text"])}
        case "notify":
            return _("point %(name)s to it") % {"name": _who(step["to"], names)}
    return _("send it to the webhook “%(name)s”") % {"name": names.hooks.get(step["hook"], "?")}


def _category(wanted: Any) -> str:
    return str(State.Category(wanted).label) if wanted in State.Category.values else ""


def _field(name: str, names: Names) -> str:
    own = triggers.own_key(name)
    return names.own.get(own, own) if own else field_name(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) < 80 else text[:79] + "…"


def _who(to: Any, names: Names) -> str:
    if to == steps.REPORTER:
        return _("whoever reported it")
    return _("its assignees") if to == steps.ASSIGNEES else names.people.get(to, "?")
