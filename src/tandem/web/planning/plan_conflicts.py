"""The inbox of conflicts between plans: what it costs, ways out with their price, proposals and the yes to them."""

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tandem.collaboration.models import Job
from tandem.kit import clock
from tandem.kit.dates import short_day
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space
from tandem.planning.actions import plan_conflicts as actions
from tandem.planning.models import PlanConflict, PlanDraft
from tandem.reports.queries import plan_conflicts as reads
from tandem.reports.queries import plan_sentences as words
from tandem.reports.queries.portfolio_plan import newest
from tandem.web import doors
from tandem.web.collaboration.jobs import phase_words
from tandem.web.portfolio.report_course import places


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    after = whole_number(request.GET.get("after", ""), 5) or 0
    lines, total = reads.lines(request.user, space, after)
    context = {
        "lines": [(line, said(line)) for line in lines], "total": total, "space": space, "places": places(request), "drafts": _offered(request.user, reads.drafts(request.user)),
        "next": after + reads.PAGE if after + reads.PAGE < total else None, "way_text": words.way,
        "is_levelled": bool(lines) or newest(request.user) is not None,
    }  # fmt: skip
    return render(request, "planning/plan_conflicts.html", context)


def said(line: reads.Line) -> str:
    """What it is and what it costs, in a sentence."""
    c, known = line.conflict, {"name": line.title or words.unseen(), "days": line.conflict.days, "on": short_day(line.conflict.wanted_on), "computed": short_day(line.conflict.computed_on)}
    if c.kind == PlanConflict.Kind.PROMISE:
        return ngettext("Promised for %(on)s, computed for %(computed)s: %(days)s day late.", "Promised for %(on)s, computed for %(computed)s: %(days)s days late.", c.days) % known
    if c.kind == PlanConflict.Kind.PROJECT:
        return ngettext("Planned to end on %(on)s, computed for %(computed)s: %(days)s day later.", "Planned to end on %(on)s, computed for %(computed)s: %(days)s days later.", c.days) % known
    if c.kind == PlanConflict.Kind.DRIFT:
        return ngettext("On the roadmap for %(on)s, its work ends on %(computed)s: %(days)s day apart.", "On the roadmap for %(on)s, its work ends on %(computed)s: %(days)s days apart.", c.days) % known
    if c.kind == PlanConflict.Kind.LEAVER:
        late = known | {"n": c.detail.get("count", 1)}
        return ngettext("The last day is %(on)s; %(n)s item is computed to end behind it, on %(computed)s.", "The last day is %(on)s; %(n)s items are computed to end behind it, the last on %(computed)s.", late["n"]) % late
    if c.kind == PlanConflict.Kind.SKILL:
        return _skill(line)
    if c.kind == PlanConflict.Kind.LEAVE:
        gone = known | {"n": c.detail.get("count", 1), "until": short_day(c.computed_on)}
        asked = _("Has asked for leave from %(on)s to %(until)s.") if c.detail.get("asked") else _("Is on leave from %(on)s to %(until)s.")
        what = ngettext("%(n)s item of these weeks cannot wait.", "%(n)s items of these weeks cannot wait.", gone["n"])
        kept = ngettext("%(n)s promise rests on it.", "%(n)s promises rest on it.", len(c.detail["promises"])) % {"n": len(c.detail["promises"])} if c.detail.get("promises") else ""
        return " ".join(part for part in (asked % gone, what % gone, kept) if part)
    more = known | {"hours": c.detail.get("hours", 0), "capacity": c.detail.get("capacity", 0), "weeks": c.detail.get("weeks", 1)}
    return ngettext(
        "In the week of %(on)s %(hours)s h are planned, %(capacity)s h can be worked; over capacity in %(weeks)s week.",
        "In the week of %(on)s %(hours)s h are planned, %(capacity)s h can be worked; over capacity in %(weeks)s weeks.", more["weeks"],
    ) % more  # fmt: skip


def _skill(line: reads.Line) -> str:
    """What nobody can do, and how many others could."""
    named = _(" and ").join(_("%(skill)s (level %(level)s)") % {"skill": name, "level": level} for name, level in line.skills) or _("a skill")
    others = line.conflict.detail.get("others", 0)
    known = {"skills": named, "n": others, "days": line.conflict.days}
    first = ngettext("It asks for %(skills)s, which nobody on it has: %(days)s day of work.", "It asks for %(skills)s, which nobody on it has: %(days)s days of work.", known["days"]) % known
    return first + " " + (ngettext("%(n)s other person has it.", "%(n)s other people have it.", others) % known if others else _("Nobody else has it either."))


@login_required
@require_GET
def detail(request: HttpRequest, id: int) -> HttpResponse:
    conflict = doors.find(PlanConflict.objects.select_related("space"), request.user, pk=id)
    line = reads.one(request.user, conflict)
    job = Job.objects.visible_to(request.user).filter(pk=conflict.ways_job_id).running().first()
    may_edit = may(request.user, Permission.EDIT_WORK, conflict.space_id)
    context = {
        "line": line, "conflict": conflict, "text": said(line), "job": job, "phase_words": phase_words, "may_ask": may_edit and conflict.kind in actions.ASKABLE and conflict.gone_at is None,
        "ways": [(way, words.way(way.way, way.item, way.other, way.person), _price(way)) for way in line.ways], "drafts": _offered(request.user, reads.drafts(request.user, conflict)), "here": request.get_full_path(), "way_text": words.way,
        "is_askable": conflict.kind in actions.ASKABLE, "may_comment": may(request.user, Permission.COMMENT, conflict.space_id),
    }  # fmt: skip
    return render(request, "planning/plan_conflict.html", context)


class _Offered(NamedTuple):
    """A proposal, and what the reader may do with it; its conflict may lie where they see nothing."""

    draft: PlanDraft
    plans: bool
    decides: bool
    sees_conflict: bool


def _offered(user: Any, drafts: list[PlanDraft]) -> list[_Offered]:
    planned = spaces_where(user, Permission.EDIT_PLAN)
    known = set(PlanConflict.objects.visible_to(user).filter(pk__in={draft.conflict_id for draft in drafts}).values_list("pk", flat=True))
    return [
        _Offered(draft, plans := draft.space_id in planned, plans and not actions.needs_another(user, draft), draft.conflict_id in known)
        for draft in drafts
    ]  # fmt: skip


def _price(way: reads.Way) -> list[str]:
    """What it costs others."""
    found = [_("%(name)s ends %(days)s d later, %(late)s of them late") % {"name": name, "days": words.short(days), "late": words.short(late)} for name, days, late in way.later]
    if way.hidden:
        found.append(ngettext("%(n)s project or promise that you cannot see ends later", "%(n)s projects or promises that you cannot see end later", way.hidden) % {"n": way.hidden})
    found += [words.aim(one) for one in way.objectives]
    if way.hidden_objectives:
        found.append(ngettext("work for %(n)s objective that you cannot see moves", "work for %(n)s objectives that you cannot see moves", way.hidden_objectives) % {"n": way.hidden_objectives})
    if way.way["code"] == "window":
        return _before(way)
    if way.way["capacity"]:
        found.append(_("%(days)s person-days more") % {"days": words.short(way.way["capacity"] / 32)})
    found.append(ngettext("%(n)s item moves", "%(n)s items move", len(way.way["dates"])) % {"n": len(way.way["dates"])})
    return found


def _before(way: reads.Way) -> list[str]:
    """What was told for an earlier day than that to which a window would move."""
    said = {"promise": _("%(name)s was promised for %(days)s d before that"), "objective": _("the period of %(name)s ends %(days)s d before that")}
    found = [said[kind] % {"name": name, "days": days} for kind, _pk, name, days in way.before]
    if way.hidden_before:
        found.append(ngettext("%(n)s promise or objective that you cannot see is for a day before that", "%(n)s promises or objectives that you cannot see are for days before that", way.hidden_before) % {"n": way.hidden_before})
    return found or [_("no promise about it and no objective that it serves is for a day before that")]


def _go(request: HttpRequest, id: int, said: str = "") -> HttpResponse:
    return doors.go_to(request, reverse("plan_conflict", kwargs={"id": id}), said)


@login_required
@require_POST
def ways(request: HttpRequest, id: int) -> HttpResponse:
    conflict = doors.find(PlanConflict.objects.select_related("space"), request.user, pk=id)
    actions.ask_ways(actor=request.user, conflict=conflict, title=actions.title_of(conflict))
    return _go(request, id)


@login_required
@require_POST
def proposals(request: HttpRequest, id: int) -> HttpResponse:
    conflict = doors.find(PlanConflict.objects.all(), request.user, pk=id)
    number = whole_number(request.POST.get("way", ""), 3)
    made = actions.propose(actor=request.user, conflict=conflict, number=-1 if number is None else number, version=doors.version_in(request))
    return _go(request, id, ngettext("Proposed to %(n)s project. Its dates change when its owner says yes.", "Proposed to %(n)s projects. Their dates change when their owners say yes.", len(made)) % {"n": len(made)})


@login_required
@require_POST
def verdicts(request: HttpRequest, id: int) -> HttpResponse:
    draft = doors.find(PlanDraft.objects.all(), request.user, pk=id)
    version = doors.version_in(request)
    if request.POST.get("do") == "accept":
        name = _("Way out of %(day)s") % {"day": clock.today().isoformat()}
        moved: Any = actions.accept(actor=request.user, draft=draft, version=version, name=name)
        said = ngettext("%(n)s item is planned as computed; a baseline was taken.", "%(n)s items are planned as computed; baselines were taken.", moved) % {"n": moved}
    else:
        actions.decline(actor=request.user, draft=draft, version=version)
        said = _("Declined.")
    if not PlanConflict.objects.visible_to(request.user).filter(pk=draft.conflict_id).exists():
        return doors.go_to(request, reverse("plan_conflicts"), said)
    return _go(request, draft.conflict_id, said)


urls = [
    path("plan/conflicts/", inbox, name="plan_conflicts"),
    path("plan/conflicts/<int:id>/", detail, name="plan_conflict"),
    path("plan/conflicts/<int:id>/ways/", ways, name="plan_conflict_ways"),
    path("plan/conflicts/<int:id>/proposals/", proposals, name="plan_conflict_proposals"),
    path("plan/drafts/<int:id>/verdicts/", verdicts, name="plan_draft_verdicts"),
]
