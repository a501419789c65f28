"""Plan scenarios: what would be otherwise, written down by several people; both plans on one axis; one decision."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tandem.collaboration.models import Job
from tandem.collaboration.words import refusal
from tandem.governance.models import ChangeRequest
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, SpaceKind, User
from tandem.planning.actions import plan_scenarios as actions
from tandem.planning.models import PlanChange, PlanScenario
from tandem.portfolio.models import Project
from tandem.reports.queries import plan_scenarios as reads
from tandem.resources.models import Booking
from tandem.web import doors
from tandem.web.collaboration.jobs import phase_words
from tandem.web.planning import branch_picture
from tandem.web.planning import plan_change_forms as forms

_PEOPLE = 500


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    rows, following = reads.listed(request.user, whole_number(request.GET.get("after", ""), 18) or 0)
    mine = spaces_where(request.user, Permission.EDIT_PLAN)
    kinds = (SpaceKind.ORGANISATION, SpaceKind.PORTFOLIO, SpaceKind.PROGRAMME, SpaceKind.PROJECT)
    places = Space.objects.visible_to(request.user).filter(pk__in=mine, kind__in=kinds).order_by("kind", "name", "id")[:_PEOPLE]
    return render(request, "planning/plan_scenarios.html", {"rows": rows, "next": following, "places": list(places)})


@login_required
@require_POST
def opened(request: HttpRequest) -> HttpResponse:
    space = doors.find(Space.objects.all(), request.user, pk=whole_number(request.POST.get("space", ""), 18) or 0)
    made = actions.create(actor=request.user, space=space, name=request.POST.get("name", "")[:200], description=request.POST.get("description", "")[:5000])
    return doors.go_to(request, reverse("plan_scenario", kwargs={"id": made.pk}))


@login_required
@require_GET
def detail(request: HttpRequest, id: int) -> HttpResponse:
    scenario = doors.find(PlanScenario.objects.select_related("space", "opened_by", "decided_by"), request.user, pk=id)
    user = request.user
    is_open = scenario.state == PlanScenario.State.OPEN
    may_edit = is_open and may(user, Permission.EDIT_PLAN, scenario.space_id)
    lines, hidden = reads.changes(user, scenario)
    picture = reads.picture(user, scenario)
    job = Job.objects.visible_to(user).filter(pk=scenario.job_id).running().first()
    context = {
        "scenario": scenario, "is_open": is_open, "may_edit": may_edit, "lines": [(line, forms.said(line), forms.moved(line), refusal(*line.problem) if line.problem else "") for line in lines],
        "hidden": hidden, "job": job, "phase_words": phase_words, "here": request.get_full_path(), **branch_picture.drawn(picture), "request_": ChangeRequest.objects.visible_to(user).filter(scenario=scenario).first(), "may_ask": is_open and may(user, Permission.EDIT_PLAN, scenario.space_id),
        "is_alone": actions.needs_another(user, scenario, [line.change for line in lines]) and not hidden, "is_older": _is_older(scenario),
        "has_moved": any(line.moved for line in lines), **(_choices(user) if may_edit else {}),
    }  # fmt: skip
    return render(request, "planning/plan_scenario.html", context)


def _is_older(scenario: PlanScenario) -> bool:
    return bool(scenario.outcome) and scenario.state == PlanScenario.State.OPEN and scenario.outcome.get("plan") != reads.newest_plan()  # type: ignore[union-attr]


def _choices(user: Any) -> dict[str, Any]:
    """What the forms offer: projects whose plan the person may edit, and colleagues."""
    mine = spaces_where(user, Permission.EDIT_PLAN)
    states = (Project.State.RUNNING, Project.State.PROPOSED)
    projects = Project.objects.visible_to(user).filter(space_id__in=mine, state__in=states).order_by("name", "id")[:_PEOPLE]
    people = User.objects.visible_to(user).active().order_by("name", "id").values_list("id", "name")[:_PEOPLE]
    booked = Booking.objects.visible_to(user).filter(space_id__in=mine, person__isnull=False, ends_on__gte=clock.today()).select_related("person", "space").order_by("person__name", "starts_on", "id")
    named = [(row.pk, forms.booking_name(row)) for row in booked[:_PEOPLE]]
    return {"projects": list(projects), "people": list(people), "bookings": named}


def _back(request: HttpRequest, id: int, said: str = "") -> HttpResponse:
    return doors.go_to(request, reverse("plan_scenario", kwargs={"id": id}), said)


@login_required
@require_POST
def changes(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: add (a change of `kind`), again (in view of what stands there now) or drop (the `change`)."""
    scenario = doors.find(PlanScenario.objects.select_related("space"), request.user, pk=id)
    do = request.POST.get("do", "add")
    if do == "add":
        kind, subject, values = forms.read(request)
        actions.add(actor=request.user, scenario=scenario, kind=kind, subject=subject, **values)
        return _back(request, id, _("Written down. Compute it to see what it comes to."))
    change = doors.find(PlanChange.objects.filter(scenario=scenario).select_related("scenario"), request.user, pk=whole_number(request.POST.get("change", ""), 18) or 0)
    if do == "again":
        actions.revise(actor=request.user, change=change, version=doors.version_in(request))
        return _back(request, id, _("Taken over as it stands now."))
    if do != "drop":
        raise Refused("change_unknown")
    actions.drop(actor=request.user, change=change, version=doors.version_in(request))
    return _back(request, id, _("Taken out."))


@login_required
@require_POST
def computations(request: HttpRequest, id: int) -> HttpResponse:
    scenario = doors.find(PlanScenario.objects.select_related("space"), request.user, pk=id)
    actions.ask(actor=request.user, scenario=scenario, title=_("Plan scenario: %(name)s") % {"name": scenario.name})
    return _back(request, id)


@login_required
@require_POST
def decisions(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: merge (with a reason) or discard."""
    scenario = doors.find(PlanScenario.objects.select_related("space"), request.user, pk=id)
    version, reason = doors.version_in(request), request.POST.get("reason", "")
    if request.POST.get("do") == "discard":
        actions.discard(actor=request.user, scenario=scenario, version=version, reason=reason)
        return _back(request, id, _("Discarded."))
    done = actions.merge(actor=request.user, scenario=scenario, version=version, reason=reason)
    return _back(request, id, ngettext("%(n)s change was carried out. New dates follow within seconds.", "%(n)s changes were carried out. New dates follow within seconds.", done) % {"n": done})


urls = [
    path("plan/scenarios/", listed, name="plan_scenarios"),
    path("plan/scenarios/new/", opened, name="plan_scenarios_create"),
    path("plan/scenarios/<int:id>/", detail, name="plan_scenario"),
    path("plan/scenarios/<int:id>/changes/", changes, name="plan_scenario_changes"),
    path("plan/scenarios/<int:id>/computations/", computations, name="plan_scenario_computations"),
    path("plan/scenarios/<int:id>/decisions/", decisions, name="plan_scenario_decisions"),
]
