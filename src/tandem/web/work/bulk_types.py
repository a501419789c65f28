"""Another type for one work item or many: which, the state of each that its new workflow lacks, what becomes of all; then done, all or none."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.web import doors
from tandem.work.actions import bulk as changes
from tandem.work.models import State, WorkItem, WorkItemType


def answer(request: HttpRequest, seen: dict[int, int | None], value: str, back: str) -> HttpResponse:
    """`do=type:Bug`, or `type:` and the name in `type`; `state_4` says which state stands for that one where the new type lacks it."""
    rows = WorkItem.objects.visible_to(request.user).present().filter(pk__in=seen)
    items = list(rows.select_related("state", "space", "type").order_by("space__name", "number"))
    spaces = {i.space_id for i in items}
    offered = list(WorkItemType.objects.visible_to(request.user).active().filter(space__in=spaces).select_related("start").order_by("-level", "rank"))
    name = value or request.POST.get("type", "")
    by_space = {one.space_id: one for one in offered if one.name == name}
    if name and (not items or spaces - by_space.keys()):
        raise Refused("other_space", field="type")
    if not name or request.POST.get("preview"):
        return _page(request, items, offered, by_space, back)
    steps = [changes.Step(i, seen[i.pk], _values(i, by_space[i.space_id], _chosen(request, items, by_space))) for i in items]
    run = uuid.uuid4()
    changes.apply(actor=request.user, steps=steps, run=run)
    said = ngettext("Changed %(n)s work item", "Changed %(n)s work items", len(items)) % {"n": len(items)}
    messages.success(request, said, extra_tags=f"undo={reverse('work_items_undo', kwargs={'run': run})}")
    return doors.go_to(request, back)


def _page(request: HttpRequest, items: list[WorkItem], offered: list[WorkItemType], by_space: dict[int, WorkItemType], back: str) -> HttpResponse:
    every = {i.space_id for i in items}
    shared = [n for n in dict.fromkeys(t.name for t in offered) if every == {t.space_id for t in offered if t.name == n}]
    context: dict[str, Any] = {"items": items, "names": shared, "back": back, "name": next((t.name for t in by_space.values()), ""), "choices": [], "rows": [], "refused": [], "same": 0}
    if by_space:
        chosen = _chosen(request, items, by_space)
        choices = _choices(request, items, by_space, chosen)  # before the rehearsal, which writes into the items
        before = {i.pk: (i.type.name, i.state.name) for i in items}
        steps = [changes.Step(i, None, _values(i, by_space[i.space_id], chosen)) for i in items]
        outcomes = changes.rehearse(actor=request.user, steps=steps)
        context |= {
            "choices": choices, "same": sum(1 for o in outcomes if not o.code and not o.is_change),
            "rows": [(o, *before[o.item.pk]) for o in outcomes if o.is_change],
            "refused": [(o.item, words.refusal(o.code, o.params)) for o in outcomes if o.code],
        }  # fmt: skip
    return render(request, "work/bulk_types.html", context)


def _lacking(items: list[WorkItem], by_space: dict[int, WorkItemType]) -> dict[int, WorkItem]:
    """State → an item that stands there while its new type does not pass through it."""
    return {i.state_id: i for i in items if not by_space[i.space_id].uses(i.state_id)}


def _chosen(request: HttpRequest, items: list[WorkItem], by_space: dict[int, WorkItemType]) -> dict[int, State]:
    """What the form says; nothing is chosen for anybody."""
    asked = {pk: whole_number(request.POST.get(f"state_{pk}", "")) for pk in _lacking(items, by_space)}
    rows = State.objects.visible_to(request.user).active().in_bulk([number for number in asked.values() if number])
    return {pk: rows[number] for pk, number in asked.items() if number in rows}


def _choices(request: HttpRequest, items: list[WorkItem], by_space: dict[int, WorkItemType], chosen: dict[int, State]) -> list[dict[str, Any]]:
    found = []
    for pk, item in _lacking(items, by_space).items():
        own = State.objects.visible_to(request.user).active().in_order().filter(pk__in=by_space[item.space_id].state_ids)
        found.append({
            "name": f"state_{pk}", "label": item.state.name, "of": item.space.name, "now": chosen[pk].pk if pk in chosen else "",
            "options": list(own.values_list("pk", "name")), "count": sum(1 for i in items if i.state_id == pk),
        })  # fmt: skip
    return found


def _values(item: WorkItem, kind: WorkItemType, chosen: dict[int, State]) -> dict[str, Any]:
    """An item that is of the type already stays as it is."""
    if item.type_id == kind.pk:
        return {"type": kind}
    state = chosen.get(item.state_id) if not kind.uses(item.state_id) else None
    return {"type": kind, "state": state} if state is not None else {"type": kind}
