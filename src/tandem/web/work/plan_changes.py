"""Changes that people make in the plan: each is one action, computed at once, answered by the rows that moved."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.planning.actions import dates
from tandem.planning.models import ComputedDates
from tandem.reports.queries import plan as reads
from tandem.reports.queries import plan_reasons
from tandem.web import doors
from tandem.work.actions import links, ranks, undoing, work_items
from tandem.work.models import Constraint, Link, WorkItem

KINDS = ("FS", "SS", "FF", "SF")
_DAY = 480


class _Unread(Exception):
    """What was sent is not what this address takes."""


@contextmanager
def reading() -> Iterator[None]:
    """Around what reads the sent values, and nothing else: an error in what is done with them is ours, not the sender's."""
    try:
        yield
    except (ValueError, KeyError, TypeError, OverflowError, OSError) as problem:
        raise _Unread from problem


class _Unversioned(Exception):
    """A change that does not say on which version it rests: it could undo what another hand has just done."""


def _version(given: dict[str, Any]) -> int:
    if given.get("version") is None:
        raise _Unversioned
    return int(given["version"])


def answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """JSON in, JSON out; refusals in words, a stale row with the row as it is now."""

    def guarded(request: HttpRequest, **names: Any) -> HttpResponse:
        try:
            with reading():
                given = orjson.loads(request.body or b"{}")
                if not isinstance(given, dict):
                    raise ValueError
            return view(request, given, **names)
        except _Unread:
            return JsonResponse({"message": _("This change cannot be read.")}, status=400)
        except _Unversioned:
            return JsonResponse({"message": _("This change does not say on which version it rests.")}, status=428)
        except Stale as problem:
            return _stale(request, problem.current)
        except Refused as problem:
            return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)

    return guarded


def _stale(request: HttpRequest, current: Any) -> HttpResponse:
    """Who was faster, and what stands there now: the island takes it over and says so."""
    if not isinstance(current, WorkItem):  # a link: the island reads its plan again
        return JsonResponse({"message": words.refusal("stale", {}), "version": current.version}, status=409)
    who = plan_reasons.last_change(request.user, current)
    said = _("%(who)s Your change was not made: the row shows theirs.") % {"who": who} if who else words.refusal("stale", {})
    rows = reads.changed_by(request.user, current.space, None, [current.pk])
    return JsonResponse({"message": said, "version": current.version, "rows": rows}, status=409)


def change(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """PATCH of one row: `start`, `finish` (minutes of the plan's clock), `name`, `percent`, `duration` (days),
    `deadline`, `constraint`, `parent`, `after`, `removed`."""
    return answering(_change)(request, key=key, id=id)


def _change(request: HttpRequest, given: dict[str, Any], key: str, id: int) -> HttpResponse:
    item = doors.find(WorkItem.objects.select_related("space", "parent"), request.user, pk=id, space__key=key)
    with reading():
        version: int | None = _version(given)
    before = item.title
    if "removed" in given:
        return _removal(request, item, version, bool(given["removed"]))
    run = uuid.uuid4()
    with transaction.atomic():
        if "start" in given or "finish" in given:
            with reading():
                start, finish = _moment(given.get("start")), _moment(given.get("finish"))
            item = dates.give(actor=request.user, item=item, version=version, start=start, finish=finish, run=run)
            version = None
        with reading():
            values = {field: value for name in given if name in _READERS for field, value in _READERS[name](request, item, given[name])}
        if values:
            item = work_items.change(actor=request.user, item=item, version=version, run=run, **values)
    back = {"patch": {"id": item.pk, "name": before, "version": item.version}} if set(given) - {"version"} == {"name"} else {"run": str(run)}
    return _answer(request, item, back, reload="parent" in given or "after" in given, wanted=given.get("start"))


def _answer(request: HttpRequest, item: WorkItem, back: Any, reload: bool = False, wanted: Any = None) -> HttpResponse:
    """The rows that the computation moved, and why the bar is not where it was put."""
    made = dates.recompute(item)
    if reload:
        return JsonResponse({"reload": True, "back": back})
    rows = reads.changed_by(request.user, item.space, made.pk if made else None, [item.pk])
    said = plan_reasons.why_later(request.user, item, _moment(wanted)) if wanted is not None and made else ""
    return JsonResponse({"rows": rows, "back": back, **({"message": said} if said else {})})


def _moment(minutes: Any) -> datetime | None:
    """Minutes since 1970 of the plan's own wall clock."""
    if minutes is None:
        return None
    if abs(int(minutes)) > 250 * 366 * 1440:
        raise ValueError
    return datetime.fromtimestamp(int(minutes) * 60, UTC).replace(tzinfo=None)


def _title(value: Any) -> str:
    if "\0" in str(value):
        raise ValueError
    return str(value).strip()[:1000]


def _aware(minutes: Any) -> datetime | None:
    at = _moment(minutes)
    return at.replace(tzinfo=UTC) if at else None


def _percent(request: HttpRequest, item: WorkItem, value: Any) -> list[tuple[str, Any]]:
    if not 0 <= float(value) <= 100:
        raise Refused("number_unreadable")
    return [("percent_complete", round(float(value)))]


def _duration(request: HttpRequest, item: WorkItem, value: Any) -> list[tuple[str, Any]]:
    if not 0 <= float(value) <= 10_000:
        raise Refused("number_unreadable")
    return [("duration_minutes", round(float(value) * _DAY)), ("is_milestone", float(value) == 0 and item.is_milestone)]


def _constraint(request: HttpRequest, item: WorkItem, value: Any) -> list[tuple[str, Any]]:
    kind, at = str(value[0]), _aware(value[1])
    if kind not in Constraint.values or (at is None and kind not in ("ASAP", "ALAP")):
        raise Refused("date_unreadable")
    return [("constraint", kind), ("constraint_at", at if kind not in ("ASAP", "ALAP") else None)]


def _parent(request: HttpRequest, item: WorkItem, value: Any) -> list[tuple[str, Any]]:
    if value is None:
        return [("parent", None)]
    return [("parent", doors.find(WorkItem.objects.present(), request.user, pk=int(value), space=item.space_id))]


def _after(request: HttpRequest, item: WorkItem, value: Any) -> list[tuple[str, Any]]:
    """Behind the row `after`; null: to the top."""
    row = doors.find(WorkItem.objects.present(), request.user, pk=int(value), space=item.space_id) if value is not None else None
    return [("rank", ranks.behind(item.space_id, row, item))]


_READERS: dict[str, Callable[[HttpRequest, WorkItem, Any], list[tuple[str, Any]]]] = {
    "name": lambda request, item, value: [("title", _title(value))], "percent": _percent, "duration": _duration,
    "deadline": lambda request, item, value: [("deadline_at", _aware(value))], "constraint": _constraint, "parent": _parent, "after": _after,
}  # fmt: skip


def _removal(request: HttpRequest, item: WorkItem, version: int | None, removed: bool) -> HttpResponse:
    (work_items.remove if removed else work_items.restore)(actor=request.user, item=item, version=version)
    dates.recompute(item)
    said = _("Removed %(key)s") % {"key": item.key} if removed else _("It is back.")
    return JsonResponse({"reload": True, "message": said, "back": {"restore": item.pk, "version": item.version} if removed else None})


@login_required
@require_POST
@answering
def rows(request: HttpRequest, given: dict[str, Any], key: str) -> HttpResponse:
    """A new row: `{"name", "parent", "after"}`."""
    space = doors.find(Space.objects, request.user, key=key)
    above = given.get("parent")
    with reading():
        title = _title(given.get("name", ""))
        parent = doors.find(WorkItem.objects.present(), request.user, pk=int(above), space=space) if above is not None else None
    # in a plan that is computed a new row takes a day, as planners expect; a backlog stays without durations
    is_computed = ComputedDates.objects.visible_to(request.user).filter(space=space).exists()
    more = {"duration_minutes": _DAY} if is_computed else {}
    with transaction.atomic():
        item = work_items.create(actor=request.user, space=space, title=title, parent=parent, **more)
        if given.get("after") is not None:
            run = uuid.uuid4()
            with reading():
                place = dict(_after(request, item, given["after"]))
            item = work_items.change(actor=request.user, item=item, version=None, run=run, **place)
    dates.recompute(space)
    return JsonResponse({"reload": True, "focus": item.pk, "back": {"remove": item.pk, "version": item.version}})


@login_required
@require_POST
@answering
def link(request: HttpRequest, given: dict[str, Any], key: str) -> HttpResponse:
    """A dependency drawn in the plan, `{"from": 12, "to": 17, "type": "FS", "lag": 0}`; or `{"link": 5, "version": 2, …}` to change it,
    with `"removed": true` to take it away. Lags are working minutes."""
    if given.get("link") is not None:
        return _change_link(request, given, key)
    kind = str(given.get("type", "FS"))
    with reading():
        if kind not in KINDS:
            raise ValueError
        source = doors.find(WorkItem.objects.present(), request.user, pk=int(given["from"]))
        target = doors.find(WorkItem.objects.present(), request.user, pk=int(given["to"]))
        lag = _lag(given.get("lag"))
    made = links.create(actor=request.user, source=source, target=target, kind=kind, lag_minutes=lag)
    dates.recompute(source)
    return JsonResponse({"reload": True, "back": {"unlink": made.pk}})


def _change_link(request: HttpRequest, given: dict[str, Any], key: str) -> HttpResponse:
    with reading():
        row = doors.find(Link.objects.select_related("source__space", "target"), request.user, pk=int(given["link"]))
    source = row.source
    if given.get("removed"):
        back: Any = {"link": {"from": row.source_id, "to": row.target_id, "type": row.kind, "lag": row.lag_minutes}}
        links.remove(actor=request.user, link=row)
    else:
        kind = str(given.get("type", row.kind))
        with reading():
            if kind not in (*KINDS, row.kind):
                raise ValueError
            lag = _lag(given.get("lag", row.lag_minutes))
            version = _version(given)
        before = {"link": row.pk, "type": row.kind, "lag": row.lag_minutes}
        row = links.change(actor=request.user, link=row, version=version, kind=kind, lag_minutes=lag)
        back = {"relink": {**before, "version": row.version}}
    dates.recompute(source)
    return JsonResponse({"reload": True, "back": back})


def _lag(value: Any) -> int:
    minutes = int(float(value or 0))
    if abs(minutes) > 10_000 * _DAY:
        raise Refused("number_unreadable")
    return minutes


@login_required
@require_POST
@answering
def undo(request: HttpRequest, given: dict[str, Any], key: str) -> HttpResponse:
    """Take one's own bulk of changes back; a row that somebody changed since is left alone."""
    space = doors.find(Space.objects, request.user, key=key)
    require(request.user, Permission.EDIT_WORK, space.pk)
    with reading():
        run = uuid.UUID(str(given["run"]))
    back, _left = undoing.undo(actor=request.user, run=run)
    dates.recompute(space)
    if not back:
        return JsonResponse({"reload": True, "message": _("Somebody changed it since: nothing was taken back.")})
    return JsonResponse({"reload": True})


urls = [
    path("plans/<slug:key>/rows/", rows, name="plan_rows"),
    path("plans/<slug:key>/links/", link, name="plan_links"),
    path("plans/<slug:key>/undos/", undo, name="plan_undos"),
]
