"""Estimates against what was taken: the page with its pictures, and the hint beside an estimate."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.reports.queries import estimate_figures as reads
from tandem.reports.queries import estimates as past
from tandem.web.resources.load import with_
from tandem.web.templating import day, hours
from tandem.web.work import estimate_pictures as pictures

ROWS = 50
_NAMES = ("space", "type", "team", "people")


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """`space` (key), `type` (name), `team` and `people` (a number, 3 and more) narrow."""
    asked = {name: request.GET.get(name, "") for name in _NAMES}
    space = Space.objects.visible_to(request.user).filter(key=asked["space"]).first() if asked["space"] else None
    found = past.past(request.user, narrowed=Q(space=space) if space else Q(pk=0) if asked["space"] else None)
    items = reads.narrowed(found.items, type_=asked["type"], team=whole_number(asked["team"]), people=whole_number(asked["people"]))
    figures = reads.figures(request.user, found, items)
    whole = figures.whole
    context: dict[str, Any] = {
        "asked": asked, "filters": _filters(request, found), "is_narrowed": any(asked.values()), "found": found, "whole": whole,
        "space": space, "verdict": _verdict(figures, found), "strip": _strip(figures), "needed": reads.ENOUGH, "notes": _notes(found, whole), "computed": _computed(),
        "groups": [(label, name, [_line(request, name, one) for one in rows]) for label, name, rows in _groups(figures)],
    }  # fmt: skip
    if whole.is_told and items:
        context |= {
            "scatter": pictures.scatter(items, whole.learnt), "ratios": pictures.ratios(items) if whole.learnt else None, "course": figures.course,
            "course_said": _course(figures), "courses": [(label, pictures.courses(rows)) for label, _name, rows in _groups(figures)[:2]],
            "rows": [_row(one) for one in items[:ROWS]], "more": max(0, len(items) - ROWS),
        }  # fmt: skip
    return render(request, "work/estimates.html", context)


def _groups(figures: reads.Figures) -> list[tuple[str, str, list[reads.Group]]]:
    return [(_("By type"), "type", figures.types), (_("By team"), "team", figures.teams), (_("By number of people"), "people", figures.people)]


def _filters(request: HttpRequest, found: past.Past) -> list[tuple[str, str, list[tuple[str, str]]]]:
    spaces = Space.objects.visible_to(request.user).filter(kind="project").order_by("name").values_list("key", "name")[:300]
    teams = sorted({one.team for one in found.items if one.team is not None}, key=lambda pk: found.teams.get(pk, ""))
    return [
        ("space", _("Project"), list(spaces)), ("type", _("Type"), [(name, name) for name in sorted({one.type for one in found.items})]),
        ("team", _("Team"), [(str(pk), found.teams.get(pk, "")) for pk in teams]), ("people", _("People"), [(str(n), people_said(n)) for n in range(1, reads.PEOPLE + 1)]),
    ]  # fmt: skip


def people_said(n: int) -> str:
    return _("%(n)s or more") % {"n": n} if n >= reads.PEOPLE else str(n)


def times(ratio: float) -> str:
    return f"{ratio:.2f}×" if ratio < 9.95 else f"{ratio:.0f}×"


def percent_off(ratio: float) -> str:
    value = round((ratio - 1) * 100)
    return ("+" if value > 0 else "−" if value < 0 else "±") + f"{abs(value)} %"


def _verdict(figures: reads.Figures, found: past.Past) -> str:
    whole, since = figures.whole, day(found.since)
    if not whole.is_told:
        return _("Fewer than three people worked on these items: figures of them are kept to who plans all their projects.")
    if whole.learnt is None:
        return ngettext(
            "Too little to say anything: %(n)s finished item with an estimate and logged time since %(since)s, %(needed)s needed.",
            "Too little to say anything: %(n)s finished items with an estimate and logged time since %(since)s, %(needed)s needed.", whole.count,
        ) % {"n": whole.count, "since": since, "needed": reads.ENOUGH}  # fmt: skip
    said = {"n": whole.learnt.count, "since": since, "middle": times(whole.learnt.middle), "bound": times(whole.learnt.bound)}
    return ngettext(
        "Half of the work took at most %(middle)s its estimate, four of five items at most %(bound)s (%(n)s item since %(since)s).",
        "Half of the work took at most %(middle)s its estimate, four of five items at most %(bound)s (%(n)s items since %(since)s).", said["n"],
    ) % said  # fmt: skip


def _strip(figures: reads.Figures) -> list[dict[str, Any]]:
    learnt, course = figures.whole.learnt, figures.course
    if learnt is None:
        return []
    found = [
        {"label": _("Median"), "value": times(learnt.middle), "note": _("of the estimate")}, {"label": "P80", "value": times(learnt.bound), "note": _("of the estimate")},
        {"label": _("Bias by hours"), "value": percent_off(learnt.total), "note": _("all hours taken against all estimated")},
        {"label": _("Items"), "value": learnt.count, "note": _("%(least)s to %(most)s") % {"least": times(learnt.least), "most": times(learnt.most)}},
    ]  # fmt: skip
    if course is not None:
        found.append({"label": _("P80 held"), "value": f"{round(100 * course.share)} %", "note": _("%(held)s of %(total)s past items") % {"held": sum(course.held), "total": len(course.held)}})
    return found


def _course(figures: reads.Figures) -> str:
    course = figures.course
    if course is None:
        return _("Too short a history to check the P80 against it.")
    said = {"held": sum(course.held), "total": len(course.held), "share": round(100 * course.share)}
    text = _("Walking forward through the past, the P80 known on the day on which an item began would have held for %(held)s of %(total)s items: %(share)s %%.") % said
    if course.chance < 0.05:
        return text + " " + _("That is fewer than chance explains: what comes takes longer than what was. Take the P80 for less than it says.")
    return text + " " + _("That agrees with the 80 %% that it promises.") % {}


def _line(request: HttpRequest, name: str, one: reads.Group) -> dict[str, Any]:
    learnt = one.learnt
    why = "" if learnt else _("fewer than three people") if not one.is_told else _("too few")
    text = people_said(int(one.key)) if name == "people" else one.name
    return {
        "name": text, "href": with_(request, **{name: one.key}), "count": one.count, "why": why, "middle": times(learnt.middle) if learnt else "–",
        "bound": times(learnt.bound) if learnt else "–", "bias": percent_off(learnt.total) if learnt else "–",
    }  # fmt: skip


def _row(one: past.Finished) -> dict[str, Any]:
    case = one.case
    return {"key": one.key, "title": one.title, "type": one.type, "on": day(one.on), "estimate": hours(round(case.estimate * 60)), "actual": hours(round(case.actual * 60)), "ratio": times(case.ratio)}


def _notes(found: past.Past, whole: reads.Group) -> list[str]:
    said = []
    if found.unlogged:
        said.append(ngettext(
            "%(n)s finished item has an estimate and no logged time: it is left out. Its cycle time holds waiting and nights, and is no effort.",
            "%(n)s finished items have an estimate and no logged time: they are left out. Their cycle time holds waiting and nights, and is no effort.", found.unlogged,
        ) % {"n": found.unlogged})  # fmt: skip
    if found.unsaid:
        said.append(ngettext(
            "%(n)s item was estimated only after work on it had begun: it is left out.", "%(n)s items were estimated only after work on them had begun: they are left out.", found.unsaid,
        ) % {"n": found.unsaid})  # fmt: skip
    if found.is_cut:
        said.append(_("Only the last %(n)s finished items are read. Narrow by project to look further back.") % {"n": past.MOST})
    return said


def _computed() -> list[str]:
    return [
        _("What an item took is the time logged on it, with what an import brought along. Items with parts, milestones and work that was closed without a result are left out."),
        _("The estimate is the one that stood at the end of the day on which work began. One that was taken over from this history counts as what people had said before, so that the history does not learn from itself."),
        _("P80 is the ratio of rank ⌈0.8 · (n + 1)⌉: for items that are alike the next one stays under it with at least 80 %%, whatever their distribution. From %(n)s items on.") % {"n": reads.ENOUGH},
        _("The team of an item is where most of those who logged time on it belong. Figures of fewer than three people are kept to who plans their projects; nobody is named."),
        _("The check takes for each item only what was finished before it began: its type in its team, else in its project, else the project, else the type everywhere."),
    ]  # fmt: skip


urls = [path("estimates/", page, name="estimates")]
