"""What stands on a board: columns, lanes, cards with their age, and the figures above them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from tandem.kit import clock
from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.reports.queries import work_items as reads
from tandem.web.templating import short_day
from tandem.web.work import filtering
from tandem.work.models import State, WorkItem

CARDS, MOST_CARDS = 60, 600
LANES = {"assignee": lazy("Assignee"), "parent": lazy("Part of"), "priority": lazy("Priority")}
WEEKS = 12


@dataclass
class Lane:
    """A row of cells; `value` is what a card takes on when it is put here."""

    value: str
    title: str
    cells: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    count: int = 0


def now_of(project: Any) -> datetime:
    """A history that was imported and ended long ago is read as of its end."""
    if project.as_of is None:
        return clock.now()
    return datetime.combine(project.as_of + timedelta(days=1), time(), tzinfo=UTC)


def drawn(request: HttpRequest, space: Space, condition: Q, lanes: str, now: datetime) -> dict[str, Any]:
    user: Any = request.user
    states = list(State.objects.visible_to(user).filter(space=space).in_order())
    limits = {state.pk: _limit(request, state) for state in states}
    found = reads.on_board(user, space.pk, states, condition, limits)
    counts = reads.counts(user, space.pk, condition)
    shown = {pk: rows[: limits[pk]] for pk, rows in found.items()}
    items = [i for rows in shown.values() for i in rows]
    cards = _cards(user, space.pk, items, now)
    columns = [_column(request, space, s, counts.get(s.pk, 0), len(shown[s.pk]), limits[s.pk]) for s in states]
    return {
        "columns": columns,
        "rows": _lanes(user, states, shown, cards, lanes),
        "counts": counts,
        "blocked_count": sum(1 for c in cards.values() if c["blocked"]),
        "states": states,
    }


def _limit(request: HttpRequest, state: State) -> int:
    """`more=STATE:240` in the address shows more of a long column."""
    for part in request.GET.getlist("more"):
        pk, _colon, number = part.partition(":")
        if pk == str(state.pk):
            return max(CARDS, min(MOST_CARDS, whole_number(number, 5) or 0))
    return CARDS


def _column(request: HttpRequest, space: Space, state: State, count: int, shown: int, limit: int) -> dict[str, Any]:
    rest = count - shown
    table = f"{reverse('work_items')}?space={space.pk}&q=state:%22{state.name}%22"
    more = others = ""
    if rest > 0 and limit < MOST_CARDS:
        kept = [p for p in request.GET.getlist("more") if p.partition(":")[0] != str(state.pk)]
        more = filtering.changed(request, more=[*kept, f"{state.pk}:{limit * 2}"])
        others = ngettext("Show %(n)s more", "Show %(n)s more", min(rest, limit)) % {"n": min(rest, limit)}
    elif rest > 0:
        others = _("Show all in the table")
    return {"state": state, "text": str(count), "rest": rest, "more": others, "more_url": more or table, "is_here": bool(more)}


def _cards(user: Any, space_id: int, items: list[WorkItem], now: datetime) -> dict[int, dict[str, Any]]:
    people, blocked = reads.assignees(items), reads.blockers(user, items)
    since, expected = reads.entered(user, items), reads.expected_days(user, space_id)
    return {
        i.pk: {
            "item": i,
            "people": people.get(i.pk, []),
            "age": _age(i, since.get(i.pk), expected, now),
            "blocked": _held_by(blocked.get(i.pk, [])),
            "urgent": i.get_priority_display() if i.priority == WorkItem.Priority.URGENT else "",
        }
        for i in items
    }


def _held_by(found: list[tuple[int, str | None]]) -> str:
    if not found:
        return ""
    names = [key or _("an item that you cannot see") for _pk, key in found]
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    return _("blocked by %(key)s") % {"key": ", ".join(names[:2]) + more}


def _age(item: WorkItem, since: Any, expected: float | None, now: datetime) -> dict[str, Any] | None:
    """In progress: days since work began, against the time within which 85 % of the finished items were done.
    Before: how long it waits in this column. Done: the day."""
    if item.is_done:
        return {"text": short_day(item.actual_finish)} if item.actual_finish else None
    if item.state.category == State.Category.TO_DO or item.actual_start is None:
        days = max(0, (now - (since or item.created_at)).days)
        return {"text": ngettext("waits %(n)s d", "waits %(n)s d", days) % {"n": days}}
    days = max(0, (now - item.actual_start).days)
    text = ngettext("%(n)s d", "%(n)s d", days) % {"n": days}
    if not expected:
        return {"text": text}
    share = days / expected * 100
    return {"text": text, "percent": share, "tone": "late" if share > 100 else "warn" if share >= 70 else ""}


def _lanes(
    user: Any, states: list[State], shown: dict[int, list[WorkItem]], cards: dict[int, dict[str, Any]], kind: str
) -> list[Lane]:
    parents = _parents(user, [i for rows in shown.values() for i in rows]) if kind == "parent" else {}
    found: dict[str, Lane] = {} if kind else {"": Lane("", "")}
    for state in states:
        for item in shown[state.pk]:
            value, title = _lane_of(item, cards[item.pk], kind, parents)
            lane = found.setdefault(value, Lane(value, title))
            lane.cells.setdefault(state.pk, []).append(cards[item.pk])
            lane.count += 1
    if not found:
        return [Lane("", "")]
    # what nobody has taken, or belongs nowhere, stands last; before that the lanes in which nothing is open
    still = {s.pk for s in states if not s.is_done}
    return sorted(
        found.values(),
        key=lambda lane: (
            lane.value.endswith(":"), not still & lane.cells.keys(), "" if kind == "priority" else lane.title, lane.value
        ),
    )  # fmt: skip


def _lane_of(item: WorkItem, card: dict[str, Any], kind: str, parents: dict[int, str]) -> tuple[str, str]:
    if kind == "assignee":
        who = card["people"][0] if card["people"] else None
        return (f"assignee:{who['id']}", who["name"]) if who else ("assignee:", _("Nobody"))
    if kind == "parent":
        named = parents.get(item.parent_id or 0)
        return (f"parent:{item.parent_id}", named) if named else ("parent:", _("Everything else"))
    if kind == "priority":
        return f"priority:{item.priority or ''}", str(item.get_priority_display() or _("No priority"))
    return "", ""


def _parents(user: Any, items: list[WorkItem]) -> dict[int, str]:
    rows = WorkItem.objects.visible_to(user).filter(pk__in={i.parent_id for i in items if i.parent_id})
    return dict(rows.values_list("pk", "title"))


def figures(user: Any, space: Space, picture: dict[str, Any], forecast: Any, now: datetime) -> list[dict[str, Any]]:
    """At most five: how long, how fast, how much, what stands, and when it is all done."""
    expected = reads.expected_days(user, space.pk)
    weeks = reads.finished_by_week(user, space.pk, now, WEEKS)
    doing = sum(picture["counts"].get(s.pk, 0) for s in picture["states"] if s.category == State.Category.IN_PROGRESS)
    rows = [
        {
            "label": _("Cycle time, P85"),
            "value": _("%(n)s d") % {"n": round(expected)} if expected else "–",
            "beside": "" if expected else _("8 finished items needed"),
        },
        {
            "label": _("Throughput, %(n)s weeks") % {"n": WEEKS},
            "value": _("%(n)s/wk") % {"n": f"{sum(weeks) / WEEKS:.1f}"},
            "bars": weeks,
        },
        {"label": _("In progress"), "value": doing},
        {"label": _("Blocked"), "value": picture["blocked_count"], "tone": "block" if picture["blocked_count"] else ""},
    ]
    if forecast and forecast.p50 and forecast.p80:
        done = ngettext("The one item left is done", "All %(n)s items left are done", forecast.remaining)
        rows.append({
            "label": done % {"n": forecast.remaining}, "value": f"{short_day(forecast.p50)} – {short_day(forecast.p80)}", "beside": "P50–P80",
        })  # fmt: skip
    else:
        rows.append({"label": _("Everything open is done"), "value": "–", "beside": _("8 finished items needed")})
    return rows
