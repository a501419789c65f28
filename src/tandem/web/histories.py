"""Events as sentences: who, when, what, from what to what."""

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tandem.governance.models import Side as ChangeSide
from tandem.governance.models import Verdict
from tandem.history.models import Event
from tandem.history.verbs import VERBS
from tandem.people import told
from tandem.people.models import User
from tandem.people.scoping import Scoped
from tandem.portfolio.models import ProposalTie
from tandem.strategy.models.charter import Side
from tandem.web import history_words
from tandem.web.field_words import field_name
from tandem.web.templating import hours, moment
from tandem.work.models import FieldDefinition

# where a row stands among others says nothing to a reader
_SILENT = {"rank", "actual_start", "actual_finish", "updated_at", "removed_at", "archived_at", "query", "conditions", "subject_kind", "subject_id", "manager_since"}
# what every new row has is not told again where it was made
_USUAL = {"state", "title", "name", "subject", "type"}
_MAKING = (".created", ".added", ".given")
_LONG = {"description", "body"}
_OWN = "fields"
_MANY = {"assignees": settings.AUTH_USER_MODEL, "attendees": settings.AUTH_USER_MODEL, "present": settings.AUTH_USER_MODEL, "items": "work.workitem", "approvers": settings.AUTH_USER_MODEL, "asker": settings.AUTH_USER_MODEL, "to_state": "work.state", "follows": "people.space", "state_ids": "work.state", "start": "work.state", "stop": "work.state", "user": settings.AUTH_USER_MODEL, "voters": settings.AUTH_USER_MODEL, "for_whom": settings.AUTH_USER_MODEL, "lent_to": settings.AUTH_USER_MODEL, "features": "product.feature"}
# fields of rows that belong to the noun, told in its history
_OF_PARTS = {
    ("strategy.keyresult", "confidence"): ("strategy.checkin", "confidence"),
    ("portfolio.project", "budget_step"): ("portfolio.budgetentry", "kind"),
    **{("governance.risk", name): ("governance.risktie", "kind" if name == "link" else name) for name in ("item", "feature", "project", "link")},
    ("governance.issue", "item"): ("governance.issueitem", "item"),
    **{("governance.gate", name): ("governance.gateverdict", name) for name in ("verdict", "seconded_by")},
    ("portfolio.project", "method_version"): ("governance.methoduse", "method_version"),
    ("portfolio.project", "pack_version"): ("governance.packuse", "pack_version"),
}
# codes that are no field of the noun
_CODES = {
    ("strategy.charter", "side"): dict(Side.choices), ("governance.changerequest", "side"): dict(ChangeSide.choices),
    ("governance.changerequest", "verdict"): dict(Verdict.Answer.choices),
}  # fmt: skip
# what a field is called of these rows, where other rows call it otherwise
_FIELDS = {
    ("governance.changerequest", "source"): lazy("comes from"), ("governance.changerequest", "author"): lazy("author"), ("governance.changerequest", "round"): lazy("round"),
}  # fmt: skip
_TIMES = {"minutes", "estimate_minutes", "spent_minutes", "expected_minutes", "entered_minutes"}


_READ = (
    "verb", "occurred_at", "space_id", "subject_kind", "subject_id", "changes", "text_digest", "actor__name", "text__changes",
)  # fmt: skip


def lines(
    events: Any, user: Any, known: Iterable[models.Model] = (), silent: Collection[str] = (), is_brief: bool = False
) -> list[dict[str, Any]]:
    """One dict per event for the history list; personal text that was erased says so, ids become names. `known` are
    rows that the page has read for this reader anyway; `silent` are fields that they are not shown; `is_brief` tells
    of what was made only that it was made."""
    rows: list[Event] = list(events.select_related("actor", "text").only(*_READ))
    names = _Names([event for event in rows if not (is_brief and event.verb.endswith(_MAKING))], user, known)
    found = []
    for event in rows:
        text = getattr(event, "text", None)
        created = event.verb.endswith(_MAKING)
        changes = {} if created and is_brief else dict(_each(told.shown(user, event.verb, event.space_id, {**event.changes, **(text.changes if text else {})})))
        found.append(
            {
                "id": event.pk,
                "code": event.verb,
                "who": event.actor.name if event.actor else _("Tandem"),
                "when": event.occurred_at,
                "subject_id": event.subject_id,
                "verb": VERBS.get(event.verb, event.verb),
                "changes": [
                    {"name": f, "field": str(_FIELDS.get((event.subject_kind, f)) or names.field(f)), "before": names.shown(event, f, b), "after": names.shown(event, f, a),
                     "is_long": f in _LONG, "is_first": b in (None, "", [])}
                    for f, (b, a) in changes.items()
                    if f not in _SILENT and f not in silent and not (created and f in _USUAL)
                ][:8],
                "moved": names.passage(event),
                "erased": bool(event.text_digest) and text is None,
            }
        )  # fmt: skip
    return found


def along(user: Any, row: Any, related: Iterable[str]) -> list[Any]:
    """A row, what came with it and may be named to the reader, and the reader: the history need not read them again."""
    found = [row, user, *(getattr(row, name, None) for name in related)]
    return [one for one in found if one is not None and (not isinstance(one, Scoped) or one.is_seen_by(user))]


def _each(changes: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a team's own one by one, each under its key."""
    for name, (before, after) in changes.items():
        if name == _OWN and isinstance(after, dict):
            before = before if isinstance(before, dict) else {}
            for key in {**before, **after}:
                if before.get(key) != after.get(key):
                    yield f"{_OWN}.{key}", (before.get(key), after.get(key))
        else:
            yield name, (before, after)


class _Names:
    """The names behind the ids in these events, one query for each kind of row; of what the reader may see."""

    def __init__(self, events: Iterable[Event], user: Any, known: Iterable[models.Model] = ()) -> None:
        self.rows: dict[type[models.Model], dict[int, Any]] = {}
        for row in known:
            self.rows.setdefault(type(row), {})[row.pk] = row
        wanted: dict[type[models.Model], set[int]] = {}
        for event in events:
            for name, pair in event.changes.items():
                for value in pair:
                    for of, pk in history_words.wanted(name, value):
                        wanted.setdefault(of, set()).add(pk)
                kind = _kind(event.subject_kind, name)
                if kind and not (name in _USUAL and event.verb.endswith(_MAKING)):
                    wanted.setdefault(kind, set()).update(_ids(pair[0]), _ids(pair[1]))
        self.own = {field.key: field for field in self.rows.get(FieldDefinition, {}).values()}
        for event in events:
            for name, pair in _each(event.changes):
                if self._is_person(name):
                    wanted.setdefault(User, set()).update(_ids(pair[0]), _ids(pair[1]))
        for kind, ids in wanted.items():
            found = self.rows.setdefault(kind, {})
            if missing := ids - found.keys():
                found.update(self._readable_rows(kind, user).in_bulk(missing))

    def field(self, name: str) -> str:
        key = name.removeprefix(f"{_OWN}.")
        return field_name(name) if key == name else self.own[key].name if key in self.own else key

    def _is_person(self, name: str) -> bool:
        field = self.own.get(name.removeprefix(f"{_OWN}."))
        return bool(name.startswith(f"{_OWN}.") and field and field.kind == FieldDefinition.Kind.PERSON)

    @staticmethod
    def _readable_rows(kind: type[models.Model], user: Any) -> Any:
        """Of what carries a space only the reader's; states, types and people are no secret of their own."""
        rows = kind._default_manager.all()  # house: reads — asked of the reader in the next line
        return rows.visible_to(user) if hasattr(rows, "visible_to") else rows

    def shown(self, event: Event, name: str, value: Any) -> str:
        kind = User if self._is_person(name) else _kind(event.subject_kind, name)
        ids = _ids(value)
        if kind and ids:
            return shown([self._name(kind, pk) for pk in ids])
        if name in _TIMES and isinstance(value, int):
            return hours(value)
        if event.subject_kind in history_words.KINDS and (words := history_words.said(name, value, self._name)):
            return words
        choice = _choice(event.subject_kind, name, value)
        return choice or shown(_readable(value))

    def _name(self, kind: type[models.Model], pk: int) -> str:
        row = self.rows.get(kind, {}).get(pk)
        return str(getattr(row, "key", "") or row) if row else _("something that is gone or that you cannot see")

    def passage(self, event: Event) -> dict[str, str] | None:
        """From state to state, for the sentence that is told most often."""
        if event.verb != "work_item.moved" or "state" not in event.changes:
            return None
        before, after = event.changes["state"]
        return {"from": self.shown(event, "state", before), "to": self.shown(event, "state", after)}


def _ids(value: Any) -> list[int]:
    given = value if isinstance(value, list) else [value]
    return [v for v in given if isinstance(v, int) and not isinstance(v, bool)]


@lru_cache(maxsize=5000)
def _field(subject_kind: str, name: str) -> Any:
    try:
        model, of = _OF_PARTS.get((subject_kind, name), (subject_kind, name))
        return apps.get_model(model)._meta.get_field(of)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


@lru_cache(maxsize=5000)
def _kind(subject_kind: str, name: str) -> type[models.Model] | None:
    if name in _MANY:
        return apps.get_model(_MANY[name])
    field = _field(subject_kind, name)
    related = getattr(field, "related_model", None)
    return related if isinstance(related, type) else None


def _choice(subject_kind: str, name: str, value: Any) -> str:
    """The word of a choice (“High” for 2)."""
    field = ProposalTie._meta.get_field("kind") if name.startswith("proposal:") else _field(subject_kind, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = _CODES.get((subject_kind, name)) or dict(getattr(field, "flatchoices", None) or ())
    return str(choices[value]) if isinstance(value, (str, int)) and value in choices else ""


def _readable(value: Any) -> Any:
    """Moments in the reader's own time."""
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-" and (at := parse_datetime(value)):
        return moment(at)
    return f"{value:g}" if isinstance(value, float) else value


def _plain(value: Any) -> str:
    """Lists and tables as people write them: the name of a thing, else what it holds."""
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        named = value.get("name") or value.get("text")
        return str(named) if named else ", ".join(f"{key}: {_plain(inner)}" for key, inner in value.items())
    return str(value)


def shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    text = _plain(value)
    return text if len(text) <= 80 else text[:79] + "…"
