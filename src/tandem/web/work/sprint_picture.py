"""The pictures and lists of a sprint's page: course with every change of scope, who works on what, what became of it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.collaboration.models import Comment
from tandem.kit.dates import short_day
from tandem.reports.queries import boards, sprint_figures
from tandem.reports.queries import sprints as reads
from tandem.reports.queries import work_items as items_reads
from tandem.reports.queries.sprint_pieces import ADDED, CARRIED, ESTIMATED, REMOVED, Deed
from tandem.web import charts
from tandem.web.work.backlog_picture import amount, short
from tandem.work.models import Sprint, State


def chart(found: sprint_figures.Figures, by_points: bool) -> dict[str, Any] | None:
    """Burn-up and burn-down over the same days: scope, done, left, the even line, and a mark for each change of scope."""
    if found.first is None or found.last is None or found.start is None or not found.days:
        return None
    size, done, left = (lambda s: s.size), (lambda s: s.done_size), (lambda s: s.left_size)
    end = max(found.last, found.days[-1][0]) + timedelta(days=1)
    most = max([1.0, found.start.size, *(s.size for _, s in found.days)])
    ground = [(found.first, found.start), *((d + timedelta(days=1), s) for d, s in found.days)]
    if found.sprint.is_open and found.days[-1][0] == found.moment.date():  # today is not over
        ground[-1] = (found.moment, found.days[-1][1])  # type: ignore[assignment]
    plots = {name: charts.plot(x=(found.first, end), y=(0, most)) for name in ("up", "down")}
    return {
        "last": found.last + timedelta(days=1), "up": plots["up"], "down": plots["down"], "end": end,
        "scope": plots["up"].steps([(d, size(s)) for d, s in ground]), "done": plots["up"].line([(d, done(s)) for d, s in ground]),
        "left": plots["down"].line([(d, left(s)) for d, s in ground]), "even": plots["down"].line(_even(found, found.start.left_size)),
        "marks": [_mark(n, change, plots["up"], by_points) for n, change in enumerate(found.changes, 1)],
        "rows": [[d.isoformat(), short(size(s)), short(done(s)), short(left(s))] for d, s in found.days],
    }  # fmt: skip


def _even(found: sprint_figures.Figures, start: float) -> list[tuple[date, float]]:
    """From the start to the last day, evenly over the working days: free days are flat."""
    assert found.first is not None
    assert found.last is not None
    works = found.calendar.working_days(found.first, found.last).tolist()
    total, spent = sum(works) or 1, 0
    points = [(found.first, start)]
    for n, is_open in enumerate(works):
        spent += is_open
        points.append((found.first + timedelta(days=n + 1), start * (1 - spent / total)))
    return points


def _mark(number: int, change: sprint_figures.Change, plot: charts.Plot, by_points: bool) -> dict[str, Any]:
    grew = change.effect.after.size - change.effect.before.size
    title = f"{short_day(change.at.date())}: {difference(change, by_points)} · {', '.join(change.who)}"
    return {
        "n": number, "x": plot.x(change.at), "y": plot.y(change.effect.after.size), "title": title,
        "state": "risk" if grew > 0 else "on" if grew < 0 else "none", "href": f"#change-{number}",
    }  # fmt: skip


def difference(change: sprint_figures.Change, by_points: bool) -> str:
    """`+5 pts`, `−1 item`."""
    grew = change.effect.after.size - change.effect.before.size
    sign = "+" if grew > 0 else "−" if grew < 0 else "±"
    return sign + amount(abs(grew), by_points)


def change_lines(found: sprint_figures.Figures, by_points: bool) -> list[dict[str, Any]]:
    """Newest first: when, by whom, what, and what it did to the chance of finishing everything in time."""
    lines = []
    for number, change in enumerate(found.changes, 1):
        effect = change.effect
        lines.append({
            "n": number, "at": change.at, "who": ", ".join(change.who), "difference": difference(change, by_points),
            "chance": _effect(effect), "deeds": [_said(d, found.held.names) for d in change.deeds],
        })  # fmt: skip
    return lines[::-1]


def _effect(effect: sprint_figures.Effect) -> str:
    before, after = effect.chance_before, effect.chance_after
    if isinstance(before, reads.NotEnough) or isinstance(after, reads.NotEnough):
        return ""
    return f"{charts.percent(before)} → {charts.percent(after)}"


def _said(deed: Deed, names: dict[int, tuple[str, str]]) -> dict[str, str]:
    key, title = names[deed.item]
    told = {
        ADDED: _("came in"), CARRIED: _("was carried over"), REMOVED: _("was taken out"),
        ESTIMATED: _("estimate %(before)s → %(after)s") % {"before": _points(deed.before), "after": _points(deed.after)},
    }  # fmt: skip
    return {"key": key, "title": title, "text": told[deed.kind], "url": reverse("work_item", kwargs={"key": key})}


def _points(value: float | None) -> str:
    return "–" if value is None else short(value)


def sentence(found: sprint_figures.Figures, by_points: bool) -> str:
    """The first line of the page: what matters now."""
    sprint, now = found.sprint, found.now
    if sprint.state == Sprint.State.FUTURE:
        held = ngettext("%(n)s item is planned.", "%(n)s items are planned.", now.items) % {"n": now.items}
        together = _("Together %(amount)s.") % {"amount": amount(now.size, True)}
        return f"{held} {together}" if by_points and now.size else held
    known = {"done": now.done, "of": now.items}
    if sprint.state == Sprint.State.CLOSED:
        met = {True: _("The goal was met."), False: _("The goal was missed."), None: ""}[sprint.is_goal_met]
        done = _("%(done)s of %(of)s items were done.") % known
        return f"{done} {met}".strip()
    said = [_("%(done)s of %(of)s items are done.") % known]
    if found.last and found.last < found.moment.date():
        said.append(_("Its last day has passed: close it, or choose a later one."))
    elif found.last:
        left = ngettext("%(n)s working day is left.", "%(n)s working days are left.", found.days_left)
        said.append(left % {"n": found.days_left})
    if isinstance(found.chance, float) and now.left:
        said.append(_("The chance that everything gets done in time is %(chance)s.") % {"chance": charts.percent(found.chance)})
    return " ".join(said)


def basis(found: sprint_figures.Figures) -> list[str]:
    """How the figures come about."""
    items, days = found.basis
    lines = [
        _("Scope, done and left are read from the history of every item: when it came in and went, was estimated and finished."),
        _("The grey line falls evenly over the working days of the project’s calendar, from what the sprint held when it began."),
    ]
    if isinstance(found.chance, reads.NotEnough):
        lines.append(
            _(
                "No chance is given: it needs %(needed)s items that the team has finished, there are %(found)s."
            )
            % {"needed": found.chance.needed, "found": found.chance.found}
        )
    else:
        lines.append(_("The chance is the share of 4,000 simulated futures in which as many items get done as are left, today included. Each draws its days from a resample of the last %(days)s working days, in which the team finished %(items)s items; it counts items, not points.") % {"days": days, "items": items})
    lines.append(_("What each change of scope did is that chance just before and just after it, as it could be known on that day."))
    if found.held.undated:
        lines.append(ngettext("%(n)s item came by an import, which knows no moment: it counts from the start.", "%(n)s items came by an import, which knows no moment: they count from the start.", found.held.undated) % {"n": found.held.undated})
    return lines


def items(user: Any, sprint: Sprint, now: datetime) -> list[dict[str, Any]]:
    """Its present items with people, age in their state and what holds them since when."""
    rows = list(items_reads.listed(user).filter(sprints=sprint).order_by("state__rank", "rank", "id")[:400])
    people, blocked = items_reads.assignees(rows), _blocked(user, rows, now)
    since, entered = sprint_figures.blocked_since(user, list(blocked)), items_reads.entered(user, rows)
    times = sprint_figures.ages(user, rows)
    return [
        {
            "item": i, "people": people.get(i.pk, []), "is_blocked": i.pk in blocked,
            "blocked_days": (now - since[i.pk]).days if i.pk in blocked and i.pk in since else None,
            "blocked_by": ", ".join(blocked.get(i.pk, [])),
            "days": (now - entered[i.pk]).days if i.pk in entered else None, "sprints": times.get(i.pk, 1),
        }
        for i in rows
    ]  # fmt: skip


def _blocked(user: Any, rows: list[Any], now: datetime) -> dict[int, list[str]]:
    """Item id → what people said blocks it, and the items that hold it up."""
    found: dict[int, list[str]] = {pk: [block.reason] for pk, block in boards.blocks(user, rows).items()}
    for hold in boards.holds(user, now, items=rows):
        found.setdefault(hold.held_id, []).append(hold.key or _("an item that you cannot see"))
    return found


def walk(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The board from right to left: what is nearest to done is spoken of first; what is done already is left out."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        state = row["item"].state
        if state.category != State.Category.DONE:
            found.setdefault(state.pk, {"state": state, "rows": []})["rows"].append(row)
    return sorted(found.values(), key=lambda one: -one["state"].rank)


def by_person(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who works on what: begun items first; what nobody has taken stands last."""
    found: dict[int | None, dict[str, Any]] = {}
    for row in rows:
        item = row["item"]
        if item.state.category == State.Category.DONE:
            continue
        for person in row["people"] or [None]:
            key = person["id"] if person else None
            line = found.setdefault(key, {"person": person, "doing": [], "next": 0})
            if item.state.category == State.Category.IN_PROGRESS:
                line["doing"].append(row)
            else:
                line["next"] += 1
    return sorted(found.values(), key=lambda one: (one["person"] is None, one["person"]["name"] if one["person"] else ""))


def notes(user: Any, sprint: Sprint) -> list[dict[str, Any]]:
    """What was said at the stand-ups, newest day first, by person."""
    rows = Comment.objects.visible_to(user).on(sprint).select_related("author").order_by("-created_at")[:100]
    found: dict[date, list[Any]] = {}
    for row in rows:
        found.setdefault(row.created_at.date(), []).append(row)
    return [{"day": day, "notes": said} for day, said in found.items()]


def review(user: Any, found: sprint_figures.Figures) -> dict[str, list[dict[str, Any]]]:
    """Done, not done and where that went, taken out on the way."""
    until = sprint_end(found)
    carried = sprint_figures.carried(user, found.sprint)
    lists: dict[str, list[dict[str, Any]]] = {"done": [], "left": [], "out": []}
    for piece in found.held.pieces:
        key, title = found.held.names[piece.id]
        row = {"key": key, "title": title, "size": piece.size(until), "to": carried.get(piece.id, "")}
        if piece.is_held(until):
            lists["done" if piece.is_done(until) else "left"].append(row)
        elif found.sprint.began and piece.is_held(found.sprint.began):
            lists["out"].append(row)
    return lists


def sprint_end(found: sprint_figures.Figures) -> Any:
    return (reads.end_moment(found.sprint) if not found.sprint.is_open else None) or found.moment
