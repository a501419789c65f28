"""The form that writes a rule: one trigger, a filter, and some steps, each with the one value that it needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tandem.automation import triggers
from tandem.automation.actions import steps
from tandem.automation.models import Hook, Rule
from tandem.automation.spaces import below
from tandem.people.models import Space
from tandem.people.scoping import members_of
from tandem.web.field_words import FIELDS
from tandem.work.models import FieldDefinition, State, WorkItem

STEPS = steps.MOST
MOST_FIELDS = 200
_DO = {
    "": "–", "move": _("move it to"), "assign": _("give it to"), "priority": _("set its priority to"), "due": _("make it due"),
    "label": _("add the label"), "unlabel": _("take the label away"), "own": _("set the field"), "comment": _("comment"),
    "notify": _("point somebody to it"), "letter": _("write a letter to"), "send": _("send it to a webhook"),
}  # fmt: skip
# of each step the parts of the form that say what it takes, in the order of `steps.TAKES`
_PARTS = {
    "move": ("state",), "assign": ("to",), "priority": ("priority",), "due": ("days",), "label": ("label",), "unlabel": ("label",),
    "own": ("own", "value"), "comment": ("text",), "notify": ("to",), "letter": ("to", "letter"), "send": ("hook",),
}  # fmt: skip


def _state(value: str) -> int | str:
    """The number of a state, or a category."""
    return int(value) if value.isdigit() else value


class RuleForm(forms.Form):
    name = forms.CharField(max_length=100, label=_("Name"))
    trigger = forms.ChoiceField(choices=Rule.Trigger.choices, label=_("When a work item"))
    state = forms.TypedChoiceField(coerce=_state, empty_value=None, required=False, label=_("State"))
    field = forms.ChoiceField(required=False, label=_("Field"))
    days = forms.IntegerField(min_value=0, max_value=365, required=False, label=_("Days after it"))
    condition = forms.CharField(max_length=1000, required=False, label=_("And the filter finds it"))

    def __init__(self, *args: Any, space: Space, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = State.objects.visible_to(user).active().filter(space=space)
        named_states = list(offered.in_order().values_list("pk", "name"))
        any_of = [(value, _("any state of “%(category)s”") % {"category": label}) for value, label in State.Category.choices]
        self.fields["state"].choices = [("", _("any state")), *named_states, *any_of]  # type: ignore[attr-defined]
        states = [*named_states, *((value, _("the first state of “%(category)s”") % {"category": label}) for value, label in State.Category.choices)]
        rows = FieldDefinition.objects.visible_to(user).active().filter(space_id__among=below(space.pk)).in_order()
        own = dict(rows.values_list("key", "name")[:MOST_FIELDS])
        named = [(triggers.OWN + key, name) for key, name in own.items()]
        self.fields["field"].choices = [*((f, FIELDS[f]) for f in triggers.FIELDS), *named]  # type: ignore[attr-defined]
        members = members_of(space.pk).order_by("user__name").values_list("user_id", "user__name").distinct()
        people = [(str(pk), name) for pk, name in members[:300]]
        hooks = list(Hook.objects.visible_to(user).filter(space=space).values_list("pk", "name"))
        for n in range(1, STEPS + 1):
            self._add_step(n, states, people, hooks, list(own.items()))

    def _add_step(self, n: int, states: list[Any], people: list[Any], hooks: list[Any], own: list[Any]) -> None:
        to = [
            ("reporter", _("whoever reported it")),
            ("assignees", _("its assignees")),
            ("nobody", _("nobody")),
            *people,
        ]
        do = [(v, label) for v, label in _DO.items() if (v != "send" or hooks) and (v != "own" or own)]
        if n == 1:
            do = do[1:]
        given: dict[str, forms.Field] = {
            "do": forms.ChoiceField(choices=do, required=n == 1, label=_("Step")),
            "state": forms.TypedChoiceField(choices=states, coerce=_state, empty_value=None, required=False, label=_("State")),
            "to": forms.ChoiceField(choices=to, required=False, label=_("Person")),
            "priority": forms.TypedChoiceField(choices=[("", _("none")), *WorkItem.Priority.choices], coerce=int, empty_value=None, required=False, label=_("Priority")),
            "days": forms.IntegerField(min_value=0, max_value=3650, required=False, label=_("Days from then")),
            "label": forms.CharField(max_length=100, required=False, label=_("Label")),
            "text": forms.CharField(max_length=2000, required=False, label=_("Comment")),
            "own": forms.ChoiceField(choices=own, required=False, label=_("Field")),
            "value": forms.CharField(max_length=2000, required=False, label=_("Value")),
            "letter": forms.CharField(max_length=2000, required=False, label=_("Text of the letter"), widget=forms.Textarea({"rows": 4})),
            "hook": forms.TypedChoiceField(choices=hooks, coerce=int, empty_value=None, required=False, label=_("Webhook")),
        }  # fmt: skip
        for name, field in given.items():
            self.fields[f"{name}_{n}"] = field

    def steps(self) -> list[dict[str, Any]]:
        """The fields of each step, for the template."""
        parts = ("state", "to", "priority", "days", "label", "own", "value", "text", "letter", "hook")
        return [
            {"n": n, "do": self[f"do_{n}"], "parts": [(part, self[f"{part}_{n}"]) for part in parts]}
            for n in range(1, STEPS + 1)
        ]

    def values(self) -> dict[str, Any]:
        """The rule as actions take it."""
        given = self.cleaned_data
        trigger = given["trigger"]
        facts: dict[str, Any] = {}
        if trigger == Rule.Trigger.MOVED:
            facts = {"state": given["state"]}
        elif trigger == Rule.Trigger.CHANGED:
            facts = {"field": given["field"]}
        elif trigger == Rule.Trigger.DUE:
            facts = {"days": given["days"] or 0}
        found = [_step(given, n) for n in range(1, STEPS + 1) if given.get(f"do_{n}")]
        return {
            "name": given["name"],
            "trigger": trigger,
            "facts": facts,
            "condition": given["condition"],
            "steps": found,
        }


def _step(given: dict[str, Any], n: int) -> dict[str, Any]:
    do = given[f"do_{n}"]
    found: dict[str, Any] = {"do": do}
    for name, part in zip(steps.TAKES[do], _PARTS[do], strict=True):
        value = given.get(f"{part}_{n}")
        if part == "to" and str(value).isdigit():
            value = int(str(value))
        found[name] = None if part == "value" and not value else value
    return found


def initial(rule: Rule) -> dict[str, Any]:
    """What the form shows of a rule."""
    found: dict[str, Any] = {
        "name": rule.name,
        "trigger": rule.trigger,
        "condition": rule.condition,
        **rule.facts,
    }
    for n, step in enumerate(rule.steps[:STEPS], 1):
        do = step["do"]
        found[f"do_{n}"] = do
        found |= {f"{part}_{n}": step[name] for name, part in zip(steps.TAKES[do], _PARTS[do], strict=True)}
    return found
