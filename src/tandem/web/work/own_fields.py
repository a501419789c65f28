"""The fields of a team's own on pages: how a value is shown and edited, and what somebody typed as a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tandem.kit.text import whole_number
from tandem.reports.queries.own_fields import PREFIX, OwnFields, basis, edited, why_empty
from tandem.web import doors
from tandem.web.people.people import choices_of
from tandem.work.models import FieldDefinition, WorkItem
from tandem.work.models.field_values import is_fitting
from tandem.work.models.formula import BUILT_IN

_K = FieldDefinition.Kind
_EDITORS = {_K.NUMBER: "number", _K.MONEY: "number", _K.DATE: "date", _K.CHOICE: "select", _K.CHECK: "select", _K.PERSON: "people"}


@dataclass(frozen=True)
class Shown:
    """One field of one item. `value` is what an editor begins with, `options` what it offers."""

    name: str
    label: str
    shown: str
    value: str
    editor: str
    options: tuple[tuple[str, str], ...] = ()
    href: str = ""
    is_number: bool = False
    is_needed: bool = False
    people: tuple[tuple[int, str], ...] = ()
    is_fixed: bool = False
    why: str = ""
    "Why a computed field has no value, or on what it rests."


def shown(field: FieldDefinition, item: Any, own: OwnFields) -> Shown:
    value = field.value_of(item)
    fits = is_fitting(field, value)
    said = (_("yes") if value else _("no")) if field.reads_as == _K.CHECK and fits and value is not None else own.shown(field, item)
    return Shown(
        name=f"field:{field.pk}", label=field.name, shown=said, value=edited(field, item), editor=_editor(field),
        options=_options(field, item.fields.get(field.depends_on) if field.depends_on else None), href=value if field.kind == _K.LINK and fits and value else "",
        is_number=field.reads_as in (_K.NUMBER, _K.MONEY, _K.DATE), is_needed=field.is_required and value is None,
        people=tuple(own.people(field, item)) if field.kind == _K.PERSON else (), is_fixed=field.is_computed, why=_why(field, item),
    )  # fmt: skip


def _editor(field: FieldDefinition) -> str:
    return "several" if field.is_several and field.kind == _K.CHOICE else _EDITORS.get(_K(field.kind), "text")


def _why(field: FieldDefinition, item: Any) -> str:
    if not field.is_computed:
        return ""
    if rests := basis(field, item):
        return _("from %(held)s of %(items)s items below") % {"held": rests[0], "items": rests[1]}
    code, *names = why_empty(field, item) or [""]
    if code == "missing":
        said = [BUILT_IN[name][0] if name in BUILT_IN and get_language().startswith("zh") else name for name in names]
        return _("no value without: %(names)s") % {"names": ", ".join(said)}
    return str(_WHY.get(code, ""))


_WHY = {
    "division_by_zero": lazy("no value: it would divide by zero"), "too_large": lazy("no value: the result is too large"),
    "logarithm_of_nothing": lazy("no value: there is no logarithm of that number"), "root_of_negative": lazy("no value: there is no root of a negative number"),
    "limits_crossed": lazy("no value: the lower limit is above the upper one"),
}  # fmt: skip


def _options(field: FieldDefinition, first: Any = None) -> tuple[tuple[str, str], ...]:
    """`first`: what is chosen in the field that its list depends on."""
    if field.depends_on:
        return (("", "–"), *((one, one) for one in field.branches.get(first if isinstance(first, str) else "", [])))
    if field.kind == _K.CHOICE:
        return tuple((one, one) for one in field.choices) if field.is_several else (("", "–"), *((one, one) for one in field.choices))
    return (("", "–"), ("yes", _("yes")), ("no", _("no"))) if field.kind == _K.CHECK else ()


def of_item(item: Any, own: OwnFields) -> list[Shown]:
    return [shown(field, item, own) for field in own.of_item(item)]


def asked(user: Any, space_id: int, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields of a space as a form asks for them, with what was filled in before."""
    found = []
    for field in FieldDefinition.objects.visible_to(user).filter(space=space_id).active().in_order():
        if field.is_computed:
            continue
        options = _options(field) or None
        if field.depends_on:  # nothing is chosen yet: each says where it belongs
            options = (("", "–"), *((one, f"{first}: {one}") for first, some in field.branches.items() for one in some))
        if field.kind == _K.PERSON:
            options = tuple((str(p["id"]), p["name"]) for p in choices_of(user))
            options = options if field.is_several else (("", "–"), *options)
        name = f"field:{field.pk}"
        hint = _("needed before work begins") if field.is_required else field.currency
        value = given.getlist(name) if field.is_several and isinstance(given, QueryDict) else given.get(name, "")
        found.append({
            "name": name, "label": field.name, "value": value, "options": options, "hint": hint,
            "kind": {_K.DATE: "date", _K.LINK: "url"}.get(_K(field.kind), "text"), "is_several": field.is_several,
        })  # fmt: skip
    return found


def filled_in(user: Any, space_id: int, given: QueryDict) -> dict[str, Any]:
    """What such a form says, by the keys of the fields."""
    rows = FieldDefinition.objects.visible_to(user).filter(space=space_id).active().values_list("pk", "key", "is_several")
    said = {(pk, key): given.getlist(f"field:{pk}") if is_several else given.get(f"field:{pk}", "").strip() for pk, key, is_several in rows}
    return {key: value for (_pk, key), value in said.items() if value and value != [""]}


def defined(request: HttpRequest, name: str, space_id: int) -> FieldDefinition:
    """The field behind `field:12`."""
    number = whole_number(name.partition(":")[2]) or 0
    return doors.find(FieldDefinition.objects.active().with_types(), request.user, pk=number, space=space_id)


def with_values(request: HttpRequest, item: WorkItem, given: dict[str, Any]) -> dict[str, Any]:
    """`fields` of the item with these values, named `field:12`."""
    return item.fields | {defined(request, name, item.space_id).key: value for name, value in given.items()}


# ── lanes of a board ──


def is_lane(field: FieldDefinition) -> bool:
    """Whether cards may stand in lanes by it, and take on its value where they are put: what is computed nobody sets."""
    return not field.is_computed and field.retired_at is None


def lane_code(field: FieldDefinition) -> str:
    return PREFIX + field.word if is_lane(field) else ""


def first_of(field: FieldDefinition, item: Any, own: OwnFields) -> tuple[str, str]:
    """The first value of an item as its lane names it, and in words; nothing where the item's type has no such field."""
    value = field.value_of(item) if field.is_for(item.type_id) else None
    value = value[0] if isinstance(value, list) else value
    if value is None:
        return "", ""
    if field.kind == _K.CHECK and isinstance(value, bool):
        return ("yes", f"{field.name}: {_('yes')}") if value else ("no", f"{field.name}: {_('no')}")
    if field.kind == _K.PERSON:
        return str(value), own.known.get(value, str(value))
    return str(value), str(value) if field.kind in (_K.CHOICE, _K.TEXT) else own.shown(field, item)


def lane_field(user: Any, item: WorkItem, number: str) -> FieldDefinition | None:
    rows = FieldDefinition.objects.visible_to(user).active().filter(space=item.space_id, pk=whole_number(number) or 0)
    return next((field for field in rows if is_lane(field)), None)


def in_lane(field: FieldDefinition, item: WorkItem, value: str) -> dict[str, Any]:
    """What the lane means for a card that is put into it: of several values the first gives way, no value takes all away."""
    now = field.value_of(item)
    many = now if isinstance(now, list) else [] if now is None else [now]
    first = "" if not many else ("yes" if many[0] else "no") if isinstance(many[0], bool) else str(many[0])
    if value == first:
        return {}
    rest = [one for one in many[1:] if str(one) != value] if field.is_several else []
    return {"fields": item.fields | {field.key: ([value, *rest] if field.is_several and value else value)}}


def one(item: WorkItem, name: str) -> Shown:
    """As it stands now, for the answer to a change that was looked at before."""
    rows = FieldDefinition.objects.filter(pk=whole_number(name.partition(":")[2]) or 0)  # house: reads — found for the writer before
    fields = list(rows.with_types())
    return shown(fields[0], item, OwnFields(fields).meet([item]))
