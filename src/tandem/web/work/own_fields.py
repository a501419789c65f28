"""The fields of a team's own on pages: how a value is shown and edited, and what somebody typed as a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tandem.kit.text import whole_number
from tandem.reports.queries.own_fields import OwnFields, edited
from tandem.web import doors
from tandem.web.people.people import choices_of
from tandem.work.models import FieldDefinition, WorkItem
from tandem.work.models.field_values import is_fitting

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


def shown(field: FieldDefinition, item: Any, own: OwnFields) -> Shown:
    value = field.value_of(item.fields)
    fits = is_fitting(field, value)
    said = (_("yes") if value else _("no")) if field.kind == _K.CHECK and fits and value is not None else own.shown(field, item)
    return Shown(
        name=f"field:{field.pk}", label=field.name, shown=said, value=edited(field, item), editor=_EDITORS.get(_K(field.kind), "text"),
        options=_options(field), href=value if field.kind == _K.LINK and fits and value else "",
        is_number=field.kind in (_K.NUMBER, _K.MONEY, _K.DATE), is_needed=field.is_required and value is None,
    )  # fmt: skip


def _options(field: FieldDefinition) -> tuple[tuple[str, str], ...]:
    if field.kind == _K.CHOICE:
        return (("", "–"), *((one, one) for one in field.choices))
    return (("", "–"), ("yes", _("yes")), ("no", _("no"))) if field.kind == _K.CHECK else ()


def of_item(item: Any, own: OwnFields) -> list[Shown]:
    return [shown(field, item, own) for field in own.of_item(item)]


def asked(user: Any, space_id: int, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields of a space as a form asks for them, with what was filled in before."""
    found = []
    for field in FieldDefinition.objects.visible_to(user).filter(space=space_id).active().in_order():
        options = _options(field) or None
        if field.kind == _K.PERSON:
            options = (("", "–"), *((str(p["id"]), p["name"]) for p in choices_of(user)))
        name = f"field:{field.pk}"
        hint = _("needed before work begins") if field.is_required else field.currency
        found.append({
            "name": name, "label": field.name, "value": given.get(name, ""), "options": options, "hint": hint,
            "kind": {_K.DATE: "date", _K.LINK: "url"}.get(_K(field.kind), "text"),
        })  # fmt: skip
    return found


def filled_in(user: Any, space_id: int, given: Mapping[str, str]) -> dict[str, str]:
    """What such a form says, by the keys of the fields."""
    rows = FieldDefinition.objects.visible_to(user).filter(space=space_id).active().values_list("pk", "key")
    return {key: given[f"field:{pk}"] for pk, key in rows if given.get(f"field:{pk}", "").strip()}


def defined(request: HttpRequest, name: str, space_id: int) -> FieldDefinition:
    """The field behind `field:12`."""
    number = whole_number(name.partition(":")[2]) or 0
    return doors.find(FieldDefinition.objects.active().with_types(), request.user, pk=number, space=space_id)


def with_values(request: HttpRequest, item: WorkItem, given: dict[str, Any]) -> dict[str, Any]:
    """`fields` of the item with these values, named `field:12`."""
    return item.fields | {defined(request, name, item.space_id).key: value for name, value in given.items()}


def one(item: WorkItem, name: str) -> Shown:
    """As it stands now, for the answer to a change that was looked at before."""
    rows = FieldDefinition.objects.filter(pk=whole_number(name.partition(":")[2]) or 0)  # house: reads — found for the writer before
    fields = list(rows.with_types())
    return shown(fields[0], item, OwnFields(fields).meet([item]))
