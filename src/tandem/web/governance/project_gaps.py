"""The industry packs of a project and its gaps against their controls, roles, checklists and gates."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.governance import gaps as reads
from tandem.governance.actions import pack_uses
from tandem.governance.actions import packs as own_packs
from tandem.governance.models import PackUse, PackVersion
from tandem.governance.pack_content import of_use
from tandem.governance.packs import packs
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.portfolio.models import Project
from tandem.web import doors
from tandem.web.governance import gate_words, method_figures
from tandem.web.templating import day, url

SHAPES = {reads.HOLDS: "done", reads.GAP: "off", reads.LEFT_OUT: "none"}


def rests_on(one: reads.Standing) -> str:
    n, of = one.figures.get("n", 0), one.figures.get("of", 0)
    if one.code == "approvals":
        return ngettext("%(n)s move waits for approval", "%(n)s moves wait for approval", n) % {"n": n}
    if one.code == "baseline":
        return ngettext("%(n)s baseline is kept", "%(n)s baselines are kept", n) % {"n": n}
    if one.code == "gates":
        return ngettext("%(n)s gate is passed", "%(n)s gates are passed", n) % {"n": n}
    texts = {
        "said": "", "not_said": _("Nobody has given evidence yet."), "no_charter": _("There is no charter."), "signed": _("version %(number)s is signed"),
        "unsigned": _("version %(number)s is not signed by both"), "risks": _("%(n)s of %(of)s open risks are looked after"), "no_risk": _("No risk is named."),
        "no_approval": _("No move of the workflow waits for approval."), "acceptance": _("%(n)s of %(of)s ticked"), "no_acceptance": _("No finished item has an acceptance check."),
        "no_baseline": _("No baseline is kept."), "no_gate": _("No gate is passed yet."), "roles": _("%(n)s of %(of)s roles have somebody"), "no_role": _("The project follows no method."),
    }  # fmt: skip
    return texts[one.code] % {"n": n, "of": of, **one.figures}


def part_rests_on(one: reads.Part) -> str:
    figures = dict(one.figures)
    if "day" in figures:
        figures["day"] = day(date.fromisoformat(figures["day"]))
    texts = {
        "not_made": _("The project does not have it yet."), "left_out": "%(reason)s", "role": "%(person)s", "no_person": _("Nobody has the role."), "person_gone": _("%(person)s does not see the project any more"), "gate_passed": _("passed %(day)s"),
        "gate_stopped": _("The project was stopped here."), "gate_open": _("due %(day)s"), "gate_overdue": _("due %(day)s, overdue"), "item_gone": _("its work item is gone"),
        "points": _("%(n)s of %(of)s ticked"),
    }  # fmt: skip
    return texts[one.code] % figures


@login_required
def page(request: HttpRequest, key: str) -> HttpResponse:
    project = doors.find(Project.objects.select_related("space"), request.user, space__key=key)
    user, language = request.user, get_language() or "en"
    uses = list(PackUse.objects.visible_to(user).filter(project=project).select_related("pack_version__pack"))
    found, parts = reads.standing(uses), reads.parts(uses, language)
    reviewing = {key for one in parts if one.gate is not None and one.gate.is_open for key in one.gate.reviewers}
    may_guard = may(user, Permission.EDIT_PORTFOLIO, project.space_id)
    words = {reads.HOLDS: _("Holds"), reads.GAP: _("Gap"), reads.LEFT_OUT: _("Does not apply")}
    held = [(use, pack) for use in uses if (pack := of_use(use))]
    measured, newest = method_figures.found(user, project, (key for _use, pack in held for key, _pair in pack.kpis)), _newest(user, uses)
    shown = [
        {"name": pack.name(language), "purpose": pack.purpose(language), "figures": method_figures.shown(user, project, list(zip((key for key, _pair in pack.kpis), pack.figures(language), strict=True)), measured), "use": use, **_newer(use, newest), "rows": [
            {"one": one, "said": one.control.said(language), "mark": SHAPES[one.state], "word": words[one.state], "rests": rests_on(one)} for one in found if one.use == use],
            "parts": [_part(one, words, may_guard or not (one.section == "gates" or (one.part is not None and one.part.key in reviewing))) for one in parts if one.use == use],
            "lacks": any(one.code in ("not_made", "item_gone") for one in parts if one.use == use)}
        for use, pack in held
    ]  # fmt: skip
    gaps = sum(one.state == reads.GAP for one in (*found, *parts))
    may_plan = may(user, Permission.EDIT_PLAN, project.space_id)
    context: dict[str, Any] = {
        "project": project, "shown": shown, "count": len(found), "gaps": gaps, "may_plan": may_plan, "may_work": may(user, Permission.EDIT_WORK, project.space_id),
        "said": _counted(found, parts), "people": list(User.objects.filter(pk__in=members_of(project.space_id).values("user")).order_by("name")[:300]) if may_plan and parts else [],  # house: reads — who sees the space may be named there
        "offered": [one for one in offered(project, language) if one[0] not in {use.pack for use in uses}],
    }  # fmt: skip
    return render(request, "governance/gaps.html", context)


def _part(one: reads.Part, words: dict[str, str], may_change: bool) -> dict[str, Any]:
    item = one.part.item if one.part is not None and one.section == "checklists" else None
    here = item is not None and item.removed_at is None and item.space_id == one.use.space_id
    return {
        "one": one, "kind": {"roles": _("Role"), "checklists": _("Checklist"), "gates": pgettext("stage gate", "Gate")}[one.section], "mark": SHAPES[one.state], "word": words[one.state], "rests": part_rests_on(one), "item": item if here else None, "may": may_change,
    }  # fmt: skip


def _counted(found: list[reads.Standing], parts: list[reads.Part]) -> list[str]:
    roles, lists, gates = (sum(one.section == section for one in parts) for section in ("roles", "checklists", "gates"))
    said = [(len(found), ngettext("%(n)s control", "%(n)s controls", len(found))), (roles, ngettext("%(n)s role", "%(n)s roles", roles)), (lists, ngettext("%(n)s checklist", "%(n)s checklists", lists)), (gates, ngettext("%(n)s gate", "%(n)s gates", gates))]  # fmt: skip
    return [text % {"n": n} for n, text in said if n]


def offered(project: Project, language: str) -> list[tuple[str, str]]:
    """The organisation's own first."""
    return [(one.key, one.name) for one in own_packs.at_hand(project.space)] + [(one.key, one.name(language)) for one in packs().values()]


def _newest(user: Any, uses: list[PackUse]) -> dict[int, PackVersion]:
    """Of the packs of one's own, by their number."""
    rows = PackVersion.objects.visible_to(user).filter(pack__in=[use.pack_version.pack_id for use in uses if use.pack_version])
    return {one.pack_id: one for one in rows.order_by("pack_id", "-number").distinct("pack_id")}


def _newer(use: PackUse, found: dict[int, PackVersion]) -> dict[str, Any]:
    """The newest version of a pack of one's own, and what it asks otherwise."""
    newest = found.get(use.pack_version.pack_id) if use.pack_version else None
    if newest is None or use.pack_version is None or newest.number <= use.pack_version.number:
        return {"newest": None}
    return {"newest": newest, "differences": [gate_words.difference(one) for one in own_packs.differences(use.pack_version, newest.content)]}


@login_required
@require_POST
def takings(request: HttpRequest, key: str) -> HttpResponse:
    project = doors.find(Project.objects.select_related("space"), request.user, space__key=key)
    pack_uses.take(actor=request.user, project=project, pack=request.POST.get("pack", ""))
    return doors.go_to(request, url("project_gaps", key=key), _("On record."))


@login_required
@require_POST
def words(request: HttpRequest, id: int) -> HttpResponse:
    """What somebody says of a control; the pack is left, or what it asks for is brought in."""
    row = doors.find(PackUse.objects.select_related("space", "project"), request.user, pk=id)
    sent, version = request.POST, doors.version_in(request)
    if sent.get("do") == "leave":
        stays = pack_uses.remove(actor=request.user, pack_use=row, version=version)
        if stays:
            return doors.go_to(request, url("project_gaps", key=row.space.key), _("The pack is left. What was decided or begun stays: %(names)s.") % {"names": _(", ").join(stays)})
    elif sent.get("do") == "complete":
        pack_uses.complete(actor=request.user, pack_use=row, version=version)
    else:
        said = {name: sent.get(name, "") for name in ("control", "state", "evidence", "link")}
        pack_uses.say(actor=request.user, pack_use=row, version=version, **said)
    return doors.go_to(request, url("project_gaps", key=row.space.key), _("On record."))


urls = [
    path("project-gaps/<slug:key>/", page, name="project_gaps"),
    path("project-gaps/<slug:key>/packs/", takings, name="project_gaps_packs"),
    path("pack-uses/<int:id>/words/", words, name="pack_use_words"),
]
