"""Moving many work items to another project: where to, what stands there for what, what becomes of each; then all or none."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.web import doors
from tandem.web.work.new import homes
from tandem.work.actions import clones, many_relocations, relocations
from tandem.work.actions.relocations import Mapping
from tandem.work.models import FieldDefinition, State, WorkItem, WorkItemType


def answer(request: HttpRequest, seen: dict[int, int | None], value: str, back: str) -> HttpResponse:
    """`do=space:12`, or `space:` and the project in `space`; `type_3`, `state_4`, `field_5` say what stands there for those."""
    rows = WorkItem.objects.visible_to(request.user).present().filter(pk__in=seen)
    items = list(rows.select_related("state", "space", "type", "parent").order_by("space__name", "number"))
    if len(items) > many_relocations.MOST:
        raise Refused("rows_too_many", most=many_relocations.MOST)
    spaces = homes(request.user).order_by("name")
    target = spaces.filter(pk=whole_number(value or request.POST.get("space", "")) or 0).first()
    if target is None or request.POST.get("preview"):
        return _page(request, items, spaces, target, back)
    mapping, run = _mapping(request, items, target)[0], uuid.uuid4()
    made = many_relocations.relocate(actor=request.user, items=items, versions=seen, space=target, mapping=mapping, run=run)
    said = ngettext("Moved %(n)s item to “%(name)s”", "Moved %(n)s items to “%(name)s”", len(made)) % {"n": len(made), "name": target.name}
    messages.success(request, said, extra_tags=f"undo={reverse('work_items_undo', kwargs={'run': run})}")
    return doors.go_to(request, back)


def _page(request: HttpRequest, items: list[WorkItem], spaces: Any, target: Space | None, back: str) -> HttpResponse:
    context: dict[str, Any] = {
        "items": items, "target": target, "back": back, "spaces": [s for s in spaces if {i.space_id for i in items} != {s.pk}],
    }  # fmt: skip
    if target is not None:
        mapping, choices = _mapping(request, items, target)
        outcomes = many_relocations.rehearse(actor=request.user, items=items, space=target, mapping=mapping)
        going = [o for o in outcomes if o.made is not None]
        names = {f.key: f.name for f in _fields(request.user, {i.space_id for i in items})}
        context |= {
            "choices": choices, "going": going, "refused": [(o.item, words.refusal(o.code, o.params)) for o in outcomes if o.made is None],
            "people": sorted({name for o in going for name in o.left}), "sprints": sorted({name for o in going for name in o.sprints}),
            "lost": _counted(names.get(key, key) for o in going for key in o.lost), "parts": sum(o.parts for o in going),
            "wholes": sorted({o.item.parent.key for o in going if o.item.parent}),
        }  # fmt: skip
    return render(request, "work/bulk_moves.html", context)


def _counted(names: Iterable[str]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return sorted(found.items())


def _mapping(request: HttpRequest, items: list[WorkItem], target: Space) -> tuple[Mapping, list[dict[str, Any]]]:
    """What the form says, else what fits best; and the lists to choose from."""
    user, given = request.user, request.POST
    moving = [row for item in items for row in (item, *clones.parts_of(item)) if row.space_id != target.pk]
    types = list(WorkItemType.objects.visible_to(user).filter(space=target).active())
    states = list(State.objects.visible_to(user).filter(space=target).active().in_order())
    there = list(_fields(user, {target.pk}))
    found, shown = Mapping(), []
    for kind, rows, name in (("type", types, "types"), ("state", states, "states")):
        chosen: dict[int, Any] = getattr(found, name)
        for row in {getattr(r, f"{kind}_id"): r for r in moving}.values():
            old = getattr(row, kind)
            usual = relocations.proposed(row, target)[kind == "state"]
            wanted = whole_number(given.get(f"{kind}_{old.pk}", ""))
            fits = next((one for one in rows if one.pk == wanted), usual)
            if fits is not None:
                chosen[old.pk] = fits
            shown.append({"kind": kind, "name": f"{kind}_{old.pk}", "label": old.name, "of": row.space.name, "now": getattr(fits, "pk", ""), "options": [(o.pk, o.name) for o in rows]})
    used = {key for row in moving for key in row.fields}
    for own in _fields(user, {row.space_id for row in moving}):
        if own.key not in used:
            continue
        at = f"field_{own.pk}"
        keys = {f.key for f in there}
        wanted_key = given.get(at, own.key if own.key in keys else "")
        found.fields[own.key] = wanted_key if wanted_key in keys else own.key
        shown.append({"kind": "field", "name": at, "label": own.name, "of": own.space.name, "now": wanted_key, "options": [("", ""), *((f.key, f.name) for f in there)]})
    return found, shown


def _fields(user: Any, space_ids: set[int]) -> Any:
    return FieldDefinition.objects.visible_to(user).filter(space__in=space_ids).active().select_related("space").in_order()
