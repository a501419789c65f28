"""What a rule may do to a work item: which steps there are, whether they can be kept, and doing them. Every step goes
through the action by which a person does the same."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from tandem.automation import rule_letters
from tandem.automation.actions import deliveries
from tandem.automation.models import Hook, Rule, RuleRun
from tandem.automation.spaces import below
from tandem.collaboration.actions import comments, notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.types import Ref
from tandem.people.models import Space, User
from tandem.work.actions import work_items
from tandem.work.models import FieldDefinition, State, WorkItem
from tandem.work.models.field_values import taken

MOST = 5
_LONGEST = 2000
REPORTER, ASSIGNEES, NOBODY = "reporter", "assignees", "nobody"
TAKES = {
    "move": ("state",), "assign": ("to",), "priority": ("to",), "due": ("days",), "label": ("label",), "unlabel": ("label",),
    "own": ("field", "value"), "comment": ("text",), "notify": ("to",), "letter": ("to", "text"), "send": ("hook",),
}  # fmt: skip
DO = tuple(TAKES)


def check(space: Space, steps: Any) -> None:
    """Steps that could be done today: of known kinds, with rows of this space, or of the spaces below it."""
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST:
        raise Refused("steps_count", field="steps", most=MOST)
    spaces = below(space.pk)
    for n, step in enumerate(steps, 1):
        known = isinstance(step, dict) and step.get("do") in DO and set(step) == {"do", *TAKES[step["do"]]}
        if not known or not _fits(space, spaces, step):
            raise Refused("step_unknown", field="steps", n=n)
        if step["do"] == "letter":
            rule_letters.check(step["text"], spaces, n)


def _fits(space: Space, spaces: Collection[int], step: dict[str, Any]) -> bool:
    given = step[TAKES[step["do"]][0]]
    is_number = isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**31
    match step["do"]:
        case "move":
            return given in State.Category.values or (is_number and State.objects.filter(space=space, pk=given).exists())
        case "assign":
            return given in (REPORTER, NOBODY) or (is_number and _sees(space, given))
        case "notify":
            return given in (REPORTER, ASSIGNEES) or (is_number and _sees(space, given))
        case "letter":
            return (given in (REPORTER, ASSIGNEES) or (is_number and _sees(space, given))) and _is_text(step["text"], rule_letters.LONGEST)
        case "priority":
            return given is None or (is_number and given in WorkItem.Priority.values)
        case "due":
            return given is None or (is_number and 0 <= given <= 3650)
        case "send":
            return is_number and Hook.objects.filter(space=space, pk=given).exists()
        case "own":
            return isinstance(given, str) and _takes(spaces, given, step["value"])
    return _is_text(given, _LONGEST if step["do"] == "comment" else 100)


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= most


def _takes(spaces: Collection[int], key: str, value: Any) -> bool:
    """Whether every field of that key takes the value; refused in the words of the first that does not."""
    fields = list(FieldDefinition.objects.active().filter(space__in=spaces, key=key))
    for field in fields:
        taken(field, value)
    return bool(fields)


def _sees(space: Space, user_id: int) -> bool:
    person = User.objects.active().filter(pk=user_id).first()
    return person is not None and space.pk in person.visible_space_ids()


def take(rule: Rule, item: WorkItem, run: RuleRun) -> bool:
    """All steps as the rule's owner: what changes fields in one change first, then the rest in order. Returns whether its
    move waits for others to approve it."""
    values: dict[str, Any] = {}
    for step in rule.steps:
        values |= _values(rule, item, step, values)
    is_asked = bool(values) and work_items.change(actor=rule.owner, item=item, version=None, run=run.run, **values).awaiting is not None
    for n, step in enumerate(rule.steps):
        if step["do"] == "comment":
            comments.add(actor=rule.owner, subject=item, body=f"{step['text'].strip()}\n\n*⚙ {rule.name}*")
        elif step["do"] == "notify":
            _notify(rule, item, step["to"], f"rule:{run.pk}:{n}")
        elif step["do"] == "letter":
            _write(rule, item, step, f"rule:{run.pk}:{n}")
        elif step["do"] == "send":
            _send(rule, item, step["hook"], f"rule:{run.pk}:{n}")
    return is_asked


def _values(rule: Rule, item: WorkItem, step: dict[str, Any], so_far: dict[str, Any]) -> dict[str, Any]:
    match step["do"]:
        case "move":
            return _to_state(item, step["state"])
        case "own":
            rows = FieldDefinition.objects.visible_to(rule.owner).active().filter(space=item.space_id, key=step["field"])
            field = _one(rows, "field")
            return {"fields": so_far.get("fields", item.fields) | {field.key: step["value"]}}
        case "assign":
            return {"assignees": _people(item, step["to"])}
        case "priority":
            return {"priority": step["to"]}
        case "due":
            return {"due_on": None if step["days"] is None else clock.today() + timedelta(days=step["days"])}
        case "label" | "unlabel":
            rest = [one for one in so_far.get("labels", item.labels) if one != step["label"]]
            return {"labels": [*rest, step["label"]] if step["do"] == "label" else rest}
    return {}


def _to_state(item: WorkItem, wanted: int | str) -> dict[str, Any]:
    """A category is its first state that the type uses; an item that stands in it already stays where it is."""
    rows = State.objects.filter(space=item.space_id)
    if isinstance(wanted, int):
        return {"state": _one(rows.filter(pk=wanted), "state")}
    if item.state.category == wanted:
        return {}
    own = rows.filter(pk__in=item.type.state_ids) if item.type.state_ids else rows
    return {"state": _one(own.active().filter(category=wanted).in_order(), "state")}


def _people(item: WorkItem, to: Any) -> list[User]:
    if to == NOBODY:
        return []
    if to == ASSIGNEES:
        return list(item.assignees.all())
    if to == REPORTER:
        return [item.reporter] if item.reporter else []
    return [_one(User.objects.active().filter(pk=to), "person")]


def _one(rows: Any, what: str) -> Any:
    row = rows.first()
    if row is None:
        raise Refused("step_gone", what=what)
    return row


def _notify(rule: Rule, item: WorkItem, to: Any, mark: str) -> None:
    about = Ref(item._meta.label_lower, item.pk)
    notifications.tell(
        News(person.pk, Notification.Kind.MENTIONED, about, item.space_id, mark, facts={"rule": rule.name})
        for person in _people(item, to)
    )


def _write(rule: Rule, item: WorkItem, step: dict[str, Any], mark: str) -> None:
    """In the inbox too, and as a letter at once: to those who may see the item and want letters at all."""
    about = Ref(item._meta.label_lower, item.pk)
    notifications.tell(
        News(
            person.pk, Notification.Kind.MENTIONED, about, item.space_id, mark, mail=Notification.Mail.AT_ONCE,
            facts={"rule": rule.name, "letter": rule_letters.written(step["text"], item, reader=person, owner=rule.owner, rule=rule.name)},
        )
        for person in _people(item, step["to"])
    )  # fmt: skip


def _send(rule: Rule, item: WorkItem, hook_id: int, mark: str) -> None:
    hook = _one(Hook.objects.filter(space=rule.space_id, pk=hook_id), "hook")
    if not hook.is_on:
        raise Refused("hook_off", name=hook.name)
    deliveries.queue(hook, mark=mark, facts={"rule": rule.pk, "item": item.pk})
