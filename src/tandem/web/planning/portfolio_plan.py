"""Portfolio → Plan: every project on one axis, what moved since yesterday, and the yes by which computed dates become the plan."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tandem.collaboration.words import refusal
from tandem.kit import clock
from tandem.kit.dates import months_on, quarter_start, short_day
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space
from tandem.planning.actions import acceptances, levelled_plans
from tandem.planning.models import LevelledPlan
from tandem.portfolio.models import Project
from tandem.reports.queries import plan_moves as moved
from tandem.reports.queries import plan_sentences as words
from tandem.reports.queries import portfolio_plan as reads
from tandem.web import doors
from tandem.web.collaboration.jobs import phase_words
from tandem.web.portfolio.report_course import places
from tandem.web.product.roadmap_picture import MONTHS, QUARTERS, Axis, axis_from

_SHOWN_MOVES = 12


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    opened = set(request.GET.getlist("open")[:20])
    plan = reads.newest(request.user)
    found = reads.page(request.user, plan, space, request.GET.get("after", ""))
    rows, axis = found.rows, _axis(found.last)
    may_plan = spaces_where(request.user, Permission.EDIT_PLAN)
    names = {pk: name for pk, (_number, name) in reads.names(request.user, {pk for row in rows for pk in row.waits_for}).items()}
    root = Space.objects.visible_to(request.user).root()
    job = levelled_plans.running(request.user)
    context = {
        "plan": plan, "space": space, "root": root, "places": places(request), "axis": axis, "today_label": short_day(axis.today),
        "lines": [_line(request, row, axis, names, may_plan, opened) for row in rows], "job": job, "phase_words": phase_words, "here": request.get_full_path(),
        "sentence": words.sentence(found.total, found.late, found.worst.project.name if found.worst else "", (found.worst.slip or 0) if found.worst else 0),
        "total": found.total, "following": _query(request, opened, after=found.next) if found.next else "", "is_later": bool(request.GET.get("after")),
        "may_search": bool(root and may(request.user, Permission.EDIT_PORTFOLIO, root.pk)), "may_accept": any(row.project.space_id in may_plan for row in rows),
        "moves": [move_line(one) for one in moved.shown(request.user, plan, space)[:_SHOWN_MOVES]] if plan else [], "notes": _notes(plan),
        "proof": _proof(plan), "default_name": _("Levelled plan of %(day)s") % {"day": clock.today().isoformat()}, "most": reads.OPENED,
    }  # fmt: skip
    return render(request, "planning/portfolio_plan.html", context)


def _axis(last: date) -> Axis:
    """The same for every page of the list."""
    today = clock.today()
    last = max(last, today)
    scale = MONTHS if last - today < timedelta(days=400) else QUARTERS
    first = months_on(today, -1 if scale == MONTHS else -3)
    begin = first if scale == MONTHS else quarter_start(first)
    return axis_from(begin, min(last, today + timedelta(days=366 * 6)), today, scale, 20)


def _line(request: HttpRequest, row: reads.Row, axis: Axis, names: dict[int, str], may_plan: set[int], opened: set[str]) -> dict[str, Any]:
    project, forecast = row.project, row.forecast
    is_open = project.space.key in opened
    found, more = reads.items(request.user, project) if is_open else ([], 0)
    keys = (opened - {project.space.key}) if is_open else (opened | {project.space.key})
    return {
        "row": row, "project": project, "lane": _lane(row, axis), "why": _why(row, names), "label": _label(row), "is_open": is_open,
        "toggle": _query(request, keys) + f"#{project.space.key}", "may_accept": project.space_id in may_plan and row.levelled is not None,
        "parts": [(one, _item_lane(one, axis)) for one in found], "has_moves": any(one.moves for one in found), "more": more, "range": _range(forecast),
    }  # fmt: skip


def _query(request: HttpRequest, keys: set[str], after: str | None = None) -> str:
    behind = request.GET.get("after", "") if after is None else after
    return "?" + urlencode([("in", request.GET.get("in", "")), *([("after", behind)] if behind else ()), *(("open", key) for key in sorted(keys))])


def _range(forecast: Any) -> str:
    return f"P50–P80 {short_day(forecast.p50)} – {short_day(forecast.p80)}" if forecast and forecast.p50 and forecast.p80 else ""


def _lane(row: reads.Row, axis: Axis) -> dict[str, Any]:
    forecast = row.forecast
    has_range = forecast is not None and forecast.p50 and forecast.p80 and axis.span(forecast.p50, forecast.p80)
    return {
        "state": row.status, "today": axis.at(axis.today), "base": axis.span(*(row.base or row.planned)) if row.base or row.planned else None,
        "work": axis.span(*row.levelled) if row.levelled else None, "p50": axis.at(forecast.p50) if has_range else None, "p80": axis.at(forecast.p80) if has_range else None,
        "promise": axis.at(min(mark.on for mark in row.promises)) if row.promises else None,
        "old": [], "miles": [x for mark in row.milestones if (x := axis.at(mark.on)) is not None],
    }  # fmt: skip


def _item_lane(one: reads.ItemRow, axis: Axis) -> dict[str, Any]:
    lane: dict[str, Any] = {"work": None, "miles": (), "today": axis.at(axis.today), "base": axis.span(*one.planned) if one.planned else None}
    if one.is_milestone:
        return lane | {"miles": [x] if (x := axis.at(one.levelled[1])) is not None else []}
    return lane | {"work": axis.span(*one.levelled)}


def _why(row: reads.Row, names: dict[int, str]) -> str:
    """What the project waits for in others, and which promise is in danger."""
    parts = []
    if row.waits_for or row.unseen:
        known = [names[space] for space in sorted(row.waits_for, key=lambda s: -row.waits_for[s]) if space in names]
        hidden = row.unseen + sum(n for space, n in row.waits_for.items() if space not in names)
        listed = known[:3] + ([_("others")] if len(known) > 3 else [])
        if hidden and not known:
            listed.append(ngettext("%(n)s item elsewhere", "%(n)s items elsewhere", hidden) % {"n": hidden})
        parts.append(_("Waits for %(item)s") % {"item": ", ".join(listed)})
    if late := [mark for mark in sorted(row.promises, key=lambda m: m.on) if mark.is_late]:
        parts.append(_("promise before the computed end: %(what)s, %(day)s") % {"what": late[0].text, "day": short_day(late[0].on)})
    return " · ".join(parts)


def _label(row: reads.Row) -> str:
    def span(of: tuple[date, date] | None) -> str:
        return f"{of[0].isoformat()} – {of[1].isoformat()}" if of else "–"

    return _("Planned %(planned)s, levelled %(levelled)s") % {"planned": span(row.planned), "levelled": span(row.levelled)}


def move_line(one: moved.Shown) -> dict[str, Any]:
    return {"move": one, "cause": words.moved(one)}


def _notes(plan: LevelledPlan | None) -> list[str]:
    if plan is None:
        return []
    notes = []
    if plan.assumed:
        notes.append(ngettext(
            "Nobody said how long %(n)s item takes: it counts as long as is usual in its project.", "Nobody said how long %(n)s items take: each counts as long as is usual in its project.", plan.assumed
        ) % {"n": plan.assumed})  # fmt: skip
    if plan.dropped:
        notes.append(ngettext("%(n)s link closes a circle and is left out.", "%(n)s links close circles and are left out.", len(plan.dropped)) % {"n": len(plan.dropped)})
    if plan.broken:
        notes.append(_("What is set by hand or has begun overloads somebody; everything else keeps to the people there are."))
    return notes


def _proof(plan: LevelledPlan | None) -> str:
    if plan is None or not plan.tardiness:
        return _("Every date that was set is kept.") if plan and plan.items else ""
    if plan.bound is not None:
        share = 100 * (plan.tardiness - plan.bound) / plan.tardiness
        return _("Weighted delay %(now)s; at least %(bound)s of it is proven to remain, so that at most %(share)s %% could be better.") % {
            "now": f"{plan.tardiness:,}", "bound": f"{plan.bound:,}", "share": round(share),
        }  # fmt: skip
    return _("Weighted delay %(now)s.") % {"now": f"{plan.tardiness:,}"}


@login_required
@require_POST
def searches(request: HttpRequest) -> HttpResponse:
    levelled_plans.search(actor=request.user, title=_("Levelled plan"))
    return doors.go_to(request, reverse("portfolio_plan"), _("The search for a better order has begun."))


@login_required
@require_POST
def accepted(request: HttpRequest) -> HttpResponse:
    """One, many or all projects, or single items of one; each project is a transaction of its own, and those that were done
    stay done."""
    plan = whole_number(request.POST.get("plan", ""), 18) or 0
    name = request.POST.get("name", "").strip()[:200] or _("Levelled plan")
    projects, items, versions = _chosen(request)
    moved_, refused = 0, []
    for project in projects:
        try:
            moved_ += acceptances.accept(actor=request.user, plan=plan, project=project, items=items, versions=versions, name=name)
        except Refused as problem:
            if len(projects) == 1:
                raise
            refused.append((project.name, problem))
    if refused and not moved_:
        raise refused[0][1]
    said = ngettext("%(n)s item is planned as computed; a baseline was taken.", "%(n)s items are planned as computed; baselines were taken.", moved_) % {"n": moved_}
    for code in dict.fromkeys(problem.code for _name, problem in refused):
        mine = [(name_, problem) for name_, problem in refused if problem.code == code]
        said += " " + _("%(names)s: %(problem)s") % {"names": ", ".join(name_ for name_, _problem in mine[:3]) + (" …" if len(mine) > 3 else ""), "problem": refusal(mine[0][1].code, mine[0][1].params)}
    return doors.go_to(request, request.POST.get("back", "") if request.POST.get("back", "").startswith("/plan/") else reverse("portfolio_plan"), said)


def _chosen(request: HttpRequest) -> tuple[list[Project], list[int] | None, dict[int, int]]:
    """`project` are numbers of projects; `item` is `number:version` of items of the one project `of`."""
    picked = [pair.partition(":") for pair in request.POST.getlist("item")]
    numbered = [(whole_number(pk), whole_number(version, 9)) for pk, _colon, version in picked]
    versions = {pk: version for pk, version in numbered if pk is not None and version is not None}
    if versions:
        of = whole_number(request.POST.get("of", ""), 18) or 0
        return [doors.find(Project.objects.select_related("space"), request.user, pk=of)], list(versions), versions
    numbers = [n for text in request.POST.getlist("project")[: reads.PAGE] if (n := whole_number(text, 18)) is not None]
    if not numbers:
        raise Refused("levelled_nothing_chosen")
    return [doors.find(Project.objects.select_related("space"), request.user, pk=number) for number in numbers], None, {}


urls = [
    path("plan/", page, name="portfolio_plan"),
    path("plan/searches/", searches, name="portfolio_plan_searches"),
    path("plan/acceptances/", accepted, name="portfolio_plan_acceptances"),
]
