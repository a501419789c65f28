"""Change requests: what waits for whom and how long, what a change would do, and the verdicts of both sides."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from tandem.collaboration.models import Job
from tandem.collaboration.words import refusal
from tandem.governance import pictures
from tandem.governance.actions import change_drafts, change_impacts, change_requests, change_verdicts
from tandem.governance.models import ChangeRequest, Decision, Side
from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanChange
from tandem.reports.queries import change_requests as reads
from tandem.reports.queries import plan_scenarios as plan_reads
from tandem.web import cells, doors, generic
from tandem.web.collaboration.jobs import phase_words
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance import change_forms as forms
from tandem.web.governance.risks import places, within
from tandem.web.planning import branch_picture
from tandem.web.planning import plan_change_forms as contents_forms
from tandem.web.templating import day

_S = ChangeRequest.State
_SHAPES = {_S.DRAFT: "to_do", _S.RETURNED: "to_do", _S.SUBMITTED: "in_progress", _S.URGENT: "in_progress"}
HOW = (
    _("P50 and P80 of the end of a project are drawn as the range of its plan is, with the dates of either plan; a project of which too little is known has none. Behind the P80 stand the working days that open risks are behind."),
    _("What a change does is computed before anybody can say yes: its edits are really carried out, both plans are levelled alike, and all of it is taken back."),
    _("A verdict counts for the very content that was judged: whoever changes the content asks both sides anew. Who wrote any of it does not judge it."),
    _("The last yes that was needed carries everything out in one step, each change as who said yes for the side whose business it is, and takes a baseline."),
    _("Whoever has a voice may lend it to somebody else for a time: it counts as theirs, and a person says one verdict on a content, for themself or in somebody's place."),
    _("A yes counts for the effect that was shown: where a newer picture shows other ends, promises, money or conflicts, both sides are asked anew."),
    _("Whose voices it takes stands in the table of approvals of the place, or of the nearest one above; without a table each side has one voice."),
)  # fmt: skip


def create(*, actor: Any, home: Any, **values: Any) -> ChangeRequest:
    return change_drafts.create(actor=actor, space=home, **values)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    reads.look_up(rows)


def over(request: HttpRequest) -> dict[str, Any]:
    """One sentence above the first page: what waits for whom, and how long an answer takes."""
    if request.GET.get("cursor"):
        return {"sentence": ""}
    waiting = ChangeRequest.objects.visible_to(request.user).waiting()
    count, mine = waiting.count(), len(reads.waiting_for(request.user, 100))
    parts = [ngettext("%(n)s change waits for a verdict", "%(n)s changes wait for a verdict", count) % {"n": count}] if count else []
    if mine:
        parts.append(ngettext("%(n)s for yours", "%(n)s for yours", mine) % {"n": mine})
    for side, days in sorted(reads.medians(request.user).items()):
        parts.append(now_("%(side)s: half of the answers within %(days)s days") % {"side": Side(side).label, "days": f"{days:.1f}"})
    joined = "".join(now_("; %(part)s") % {"part": part} if number else part for number, part in enumerate(parts))
    return {"sentence": joined + pgettext("sentence", ".") if parts else ""}


def _waits(row: Any) -> str:
    """For which side, and since when."""
    missing = [str(Side(one.side).label) for one in row.voices if one.is_missing]
    if not missing:
        return ""
    since = ngettext("%(n)s day", "%(n)s days", row.waits_days or 0) % {"n": row.waits_days or 0}
    return f"{', '.join(missing)} · {since}"


def _narrow(request: HttpRequest, rows: Any, value: str) -> Any:
    if value == "mine":
        return rows.filter(pk__in=[one.pk for one in reads.waiting_for(request.user, reads.MOST_LOOKED_AT)])
    return {"open": rows.open, "waiting": rows.waiting}[value]() if value in ("open", "waiting") else rows.filter(author=request.user.pk)


def detail(request: HttpRequest, row: ChangeRequest) -> dict[str, Any]:
    user = request.user
    reads.look_up([row])
    lines, hidden = plan_reads.changes(user, row.scenario)
    picture = plan_reads.picture(user, row.scenario)
    # house: reads — who wrote any of it does not judge it, seen or not
    everything = list(PlanChange.objects.filter(scenario=row.scenario_id))
    job = Job.objects.visible_to(user).filter(pk=row.scenario.job_id).running().first()
    is_planner = may(user, Permission.EDIT_PLAN, row.space_id) or may(user, Permission.EDIT_PRODUCT, row.space_id)
    may_write = row.is_writable and may(user, Permission.COMMENT, row.space_id) and (is_planner or row.author_id == user.pk)
    wider = reads.wider(user, row.scenario.outcome) if row.scenario.outcome else None
    found = [(line, contents_forms.said(line), contents_forms.moved(line), refusal(*line.problem) if line.problem else "") for line in lines]
    return {
        "may_change": False, "lines": found, "hidden": hidden, "job": job, "phase_words": phase_words, "here": request.get_full_path(), **branch_picture.drawn(picture),
        "wider": wider, **branch_picture.ranges(wider.ranges if wider else []), "is_request": True, "may_write": may_write,
        "may_hand_in": may_write and row.state in (_S.DRAFT, _S.RETURNED), "sides": forms.panels(user, row, row.voices, everything),
        "may_withdraw": row.is_writable and (row.author_id == user.pk or may(user, Permission.MANAGE_ACCESS, row.space_id)),
        "may_first": row.state == _S.SUBMITTED and may(user, Permission.APPLY_FIRST, row.space_id), "past": reads.past(user, row),
        "trouble": refusal(*why) if (why := reads.trouble(row, lines)) else "", "has_moved": any(line.moved for line in lines), "how": HOW,
        "is_old": row.state == _S.SUBMITTED and pictures.is_old(row.scenario.outcome), "redrawn": forms.redrawn(user, row),
        "decision": Decision.objects.visible_to(user).filter(change_request=row).first(),
        "is_current": row.scenario.computed_of == plan_scenarios.digest(sorted(everything, key=lambda one: one.pk)), **(forms.offered(user) if may_write else {}),
    }  # fmt: skip


noun = Noun(
    slug="change_requests", model=ChangeRequest, one=_("change request"), many=_("Change requests"),
    purpose=_("A change that is computed first, judged by both sides, and carried out in one step."),
    columns=(
        Column("title", _("Change request"), lambda r: r.title, "title", is_title=True),
        Column("state", _("State"), lambda r: cells.state(_SHAPES.get(r.state, "done"), r.get_state_display()), "state"),
        Column("waits", _("Waits for"), _waits),
        Column("space", _("Where"), lambda r: r.space.name),
        Column("author", _("Author"), lambda r: cells.person(r.author)),
        Column("source", _("Comes from"), lambda r: r.get_source_display(), "source"),
        Column("submitted", _("Handed in"), lambda r: cells.date(r.submitted_at.date()) if r.submitted_at else "", "submitted_at"),
        Column("decided", _("Decided"), lambda r: cells.date(r.decided_at.date()) if r.decided_at else "", "decided_at"),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()), Fact(_("Where"), lambda r: r.space.name), Fact(_("Author"), lambda r: cells.person(r.author)),
        Fact(_("Comes from"), lambda r: r.get_source_display()), Fact(_("Promise"), refers_to="promise"),
        Fact(_("Handed in"), lambda r: cells.date(r.submitted_at.date()) if r.submitted_at else "–"),
        Fact(_("Decided"), lambda r: cells.date(r.decided_at.date()) if r.decided_at else "–"),
        Fact(_("Carried out by"), lambda r: cells.person(r.applied_by) if r.applied_by else "–"),
    ),
    filters=(
        Filter("in", _("Where"), places, narrow_for=within),
        Filter("state", _("State"), lambda request: list(_S.choices)),
        Filter("which", _("Which"), lambda request: [("mine", now_("waiting for my verdict")), ("waiting", now_("waiting for anybody")), ("open", now_("not decided")), ("own", now_("written by me"))], narrow_for=_narrow),
    ),
    search=("title", "reason"), order="-id", related=("space", "author", "applied_by", "scenario", "promise__feature", "promise__release"), permission=Permission.COMMENT,
    form=forms.ChangeForm, create=create, home_kinds=("project", "product", "programme", "portfolio", "organisation"), detail=detail, look_up=look_up, list_extra=over,
    list_template="governance/change_requests.html", detail_template="governance/change_request.html", text="reason", how=HOW,
    names={"new": _("Raise a change"), "home": _("Where")},
)  # fmt: skip


def _row(request: HttpRequest, id: int) -> ChangeRequest:
    return doors.find(ChangeRequest.objects.select_related("space", "scenario"), request.user, pk=id)


@login_required
@require_POST
def contents(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: add (a change of `kind`), again (in view of what stands there now) or drop (the `change`)."""
    row, do = _row(request, id), request.POST.get("do", "add")
    if do == "add":
        kind, subject, values = contents_forms.read(request)
        change_requests.add(actor=request.user, change_request=row, kind=kind, subject=subject, **values)
        return doors.go_to(request, noun.url(row), now_("Written down."))
    change = doors.find(PlanChange.objects.filter(scenario=row.scenario_id).select_related("scenario"), request.user, pk=whole_number(request.POST.get("change", ""), 18) or 0)
    if do == "again":
        change_requests.revise(actor=request.user, change_request=row, change=change, version=whole_number(request.POST.get("change_version", ""), 9))
        return doors.go_to(request, noun.url(row), now_("Taken over as it stands now."))
    if do != "drop":
        raise Refused("change_unknown")
    change_requests.drop(actor=request.user, change_request=row, change=change, version=whole_number(request.POST.get("change_version", ""), 9))
    return doors.go_to(request, noun.url(row), now_("Taken out."))


@login_required
@require_POST
def words(request: HttpRequest, id: int) -> HttpResponse:
    row, given = _row(request, id), request.POST
    change_requests.change(actor=request.user, change_request=row, version=doors.version_in(request), title=given.get("title", "")[:200], reason=given.get("reason", "")[:5000])
    return doors.go_to(request, noun.url(row), now_("Saved."))


@login_required
@require_POST
def submissions(request: HttpRequest, id: int) -> HttpResponse:
    row = change_requests.submit(actor=request.user, change_request=_row(request, id), version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("Handed in: its effect is computed, and both sides are asked."))


@login_required
@require_POST
def withdrawals(request: HttpRequest, id: int) -> HttpResponse:
    row = change_requests.withdraw(actor=request.user, change_request=_row(request, id), version=doors.version_in(request), reason=request.POST.get("reason", ""))
    return doors.go_to(request, noun.url(row), now_("Withdrawn."))


@login_required
@require_POST
def emergencies(request: HttpRequest, id: int) -> HttpResponse:
    row = change_requests.apply_first(actor=request.user, change_request=_row(request, id), version=doors.version_in(request), reason=request.POST.get("reason", ""))
    return doors.go_to(request, noun.url(row), now_("Carried out. Both sides say until %(day)s what they think of it.") % {"day": day(row.due_on)})


@login_required
@require_POST
def computations(request: HttpRequest, id: int) -> HttpResponse:
    row = _row(request, id)
    change_impacts.ask(actor=request.user, change_request=row)
    return doors.go_to(request, noun.url(row))


@login_required
@require_POST
def verdicts(request: HttpRequest, id: int) -> HttpResponse:
    """Of exactly the content that stood on the page."""
    row, given = _row(request, id), request.POST
    whose = given.get("for_whom", "")
    giver = User.objects.visible_to(request.user).filter(pk=whole_number(whose, 18) or 0).first() if whose else None
    if whose and giver is None:  # never as one's own voice what was meant as another's
        raise Hidden
    change_verdicts.decide(
        actor=request.user, change_request=row, version=doors.version_in(request), side=given.get("side", ""), answer=given.get("answer", ""), reason=given.get("reason", ""),
        for_whom=giver,
    )  # fmt: skip
    now = _row(request, id)
    said = {
        _S.APPLIED: now_("Both sides said yes: it is carried out. New dates follow within seconds."), _S.REJECTED: now_("Rejected: nothing of it is carried out."),
        _S.RETURNED: now_("A way out is asked for."),
    }.get(_S(now.state), now_("Your verdict stands."))  # fmt: skip
    if now.state == _S.REJECTED and now.was_first:
        said = now_("Your no stands on record. It was carried out already and stays: a way back is a change request of its own.")
    if now.trouble and (why := reads.trouble(now, plan_reads.changes(request.user, now.scenario)[0])):
        said = now_("It could not be carried out: %(why)s Both sides are asked anew.") % {"why": refusal(*why)}
    return doors.go_to(request, noun.url(row), said)


urls = [
    *generic.urls(noun, "changes"),
    path("changes/<int:id>/contents/", contents, name="change_request_contents"),
    path("changes/<int:id>/words/", words, name="change_request_words"),
    path("changes/<int:id>/submissions/", submissions, name="change_request_submissions"),
    path("changes/<int:id>/withdrawals/", withdrawals, name="change_request_withdrawals"),
    path("changes/<int:id>/emergencies/", emergencies, name="change_request_emergencies"),
    path("changes/<int:id>/computations/", computations, name="change_request_computations"),
    path("changes/<int:id>/verdicts/", verdicts, name="change_request_verdicts"),
]
