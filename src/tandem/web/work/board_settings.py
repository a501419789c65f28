"""The columns and limits of a board: which states stand where, by which rule cards leave, how many may be there at once."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.kit.text import whole_number
from tandem.people.models import Membership, Space, User
from tandem.reports.queries import boards as stacks_of
from tandem.web import doors
from tandem.web.work import board_layouts, setting
from tandem.web.work.board_picture import shown_limit
from tandem.work.actions import columns, flow_clocks, wip_limits
from tandem.work.models import Column, FlowClock, ServiceClass, State, WipLimit, WorkItem, WorkItemType

MOST_LANES = 100


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """Everybody who sees the board reads its rules here; who may change the plan changes them. `do` says what."""
    around = setting.around(request, key, "board_settings")
    space = around["space"]
    if request.method == "POST":
        return setting.take(request, _ACTS, space, "board_settings")
    request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    stacks = stacks_of.stacks(request.user, space.pk)
    limits = stacks_of.limits(request.user, space.pk)
    context = {
        **around,
        "columns": [s for s in stacks if s.column], "loose": [s.states[0] for s in stacks if s.column is None],
        "states": [(state, stack) for stack in stacks for state in stack.states], "places": _places(stacks),
        "limits": [{**shown_limit(one), "row": one.limit} for one in limits],
        "clock": FlowClock.objects.visible_to(request.user).filter(space=space).first(), "lanes": _lane_choices(request.user, space),
        "layout": board_layouts.choices(request.user, space), "people": _people(request.user, space),
    }  # fmt: skip
    return render(request, "work/board_settings.html", context)


def _places(stacks: list[stacks_of.Stack]) -> list[tuple[str, str]]:
    """Where a state may stand: `12` a column, `12:1` its done half."""
    found = [("", _("a column of its own"))]
    for stack in stacks:
        if stack.column is None:
            continue
        found.append((str(stack.column.pk), f"{stack.title} · {_('doing')}" if stack.column.is_split else stack.title))
        if stack.column.is_split:
            found.append((f"{stack.column.pk}:1", f"{stack.title} · {_('done, waits')}"))
    return found


def _lane_choices(user: Any, space: Space) -> list[tuple[str, list[tuple[str, str]]]]:
    types = WorkItemType.objects.visible_to(user).filter(space=space).values_list("pk", "name")
    parents = WorkItem.objects.visible_to(user).open().filter(space=space, type__level__gte=3).in_backlog_order()
    return [
        (_("Class of service"), [(f"class:{v}", str(label)) for v, label in ServiceClass.choices]),
        (_("Priority"), [(f"priority:{v}", str(label)) for v, label in WorkItem.Priority.choices]),
        (_("Type"), [(f"type:{pk}", name) for pk, name in types]),
        (_("Part of"), [(f"parent:{pk}", f"{key} {title}"[:80]) for pk, key, title in parents.values_list("pk", "key", "title")[:MOST_LANES]]),
    ]


def _people(user: Any, space: Space) -> list[tuple[int, str]]:
    """Who is on the project, here or further up."""
    above, row = [], space
    while row is not None and len(above) < 20:
        above.append(row.pk)
        row = row.parent if not row.is_confidential else None  # type: ignore[assignment]
    ids = Membership.objects.filter(space__in=above).values("user")  # house: reads — the spaces of one that the reader sees
    return list(User.objects.visible_to(user).active().filter(pk__in=ids).order_by("name").values_list("pk", "name")[:200])


# ── what may be done here; each returns the words that say so ──


def _lay_out(request: HttpRequest, space: Space) -> str:
    columns.lay_out(actor=request.user, space=space)
    return _("Each state has its column now. Rename, join and split them.")


def _add(request: HttpRequest, space: Space) -> str:
    column = columns.create(actor=request.user, space=space, name=request.POST.get("name", ""))
    return _("Added the column “%(name)s”.") % {"name": column.name}


def _change(request: HttpRequest, space: Space) -> str:
    column = _column(request, space)
    columns.change(
        actor=request.user, column=column, version=doors.version_in(request), name=request.POST.get("name", ""),
        policy=request.POST.get("policy", "").replace("\r\n", "\n")[:20_000], is_split=request.POST.get("is_split") == "1",
    )  # fmt: skip
    return _("Saved.")


def _move(request: HttpRequest, space: Space) -> str:
    columns.move(actor=request.user, column=_column(request, space), to=setting.number(request, "to"))
    return ""


def _remove(request: HttpRequest, space: Space) -> str:
    column = _column(request, space)
    columns.remove(actor=request.user, column=column, version=doors.version_in(request))
    return _("Removed the column “%(name)s”. Its states are columns of their own.") % {"name": column.name}


def _place(request: HttpRequest, space: Space) -> str:
    state = doors.find(State.objects, request.user, pk=setting.number(request, "state"), space=space.pk)
    number, _colon, waits = request.POST.get("place", "").partition(":")
    column = None
    if number:
        column = doors.find(Column.objects, request.user, pk=whole_number(number) or 0, space=space.pk)
    columns.place(
        actor=request.user, state=state, column=column, version=doors.version_in(request), is_waiting=waits == "1"
    )
    return _("Saved.")


def _limit(request: HttpRequest, space: Space) -> str:
    column, person, label = (request.POST.get(name, "").strip() for name in ("column", "person", "label"))
    lane = request.POST.get("lane", "") or (f"label:{label}" if label else "")
    wip_limits.create(
        actor=request.user, space=space, most=min(setting.number(request, "most"), 32_000), least=_least(request), lane=lane,
        column=doors.find(Column.objects, request.user, pk=whole_number(column) or 0, space=space.pk) if column else None,
        person=doors.find(User.objects, request.user, pk=whole_number(person) or 0) if person else None,
        stops=request.POST.get("stops") == "1",
    )  # fmt: skip
    return _("The limit holds from now on.")


def _change_limit(request: HttpRequest, space: Space) -> str:
    wip_limits.change(
        actor=request.user, limit=_of_limit(request, space), version=doors.version_in(request),
        most=min(setting.number(request, "most"), 32_000), least=_least(request), stops=request.POST.get("stops") == "1",
    )  # fmt: skip
    return _("Saved.")


def _least(request: HttpRequest) -> int | None:
    return min(setting.number(request, "least"), 32_000) if request.POST.get("least", "").strip() else None


def _remove_limit(request: HttpRequest, space: Space) -> str:
    wip_limits.remove(actor=request.user, limit=_of_limit(request, space), version=doors.version_in(request))
    return _("The limit is gone.")


def _column(request: HttpRequest, space: Space) -> Column:
    return doors.find(Column.objects, request.user, pk=setting.number(request, "column"), space=space.pk)


def _of_limit(request: HttpRequest, space: Space) -> WipLimit:
    return doors.find(WipLimit.objects, request.user, pk=setting.number(request, "limit"), space=space.pk)


def _set_clock(request: HttpRequest, space: Space) -> str:
    there = FlowClock.objects.visible_to(request.user).filter(space=space).first()
    values: dict[str, Any] = {
        "start": setting.maybe(State, request, "start", space), "stop": setting.maybe(State, request, "stop", space),
        "counts_working_days": request.POST.get("counts_working_days") == "1",
    }  # fmt: skip
    if there is not None:
        flow_clocks.change(actor=request.user, clock=there, version=setting.version_seen(request), **values)
    else:
        flow_clocks.create(actor=request.user, space=space, **values)
    return _("The clock is set: the flow page is computed with it from now on.")


def _set_layout(request: HttpRequest, space: Space) -> str:
    board_layouts.take(request, space)
    return _("Saved. Everybody who looks at the board sees it so.")


_ACTS: setting.Acts = {
    "set_layout": _set_layout,
    "set_clock": _set_clock,
    "lay_out": _lay_out, "add": _add, "change": _change, "move": _move, "remove": _remove, "place": _place, "limit": _limit,
    "change_limit": _change_limit, "remove_limit": _remove_limit,
}  # fmt: skip

urls = [path("boards/<slug:key>/settings/", settings, name="board_settings")]
