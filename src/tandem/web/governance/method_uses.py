"""A project and its method: begun in one page, its phases and gates, how far it follows, what it does otherwise, the newer version."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.governance import conformance, method_content
from tandem.governance.actions import method_parts, method_uses, methods
from tandem.governance.models import Method, MethodPart, MethodUse, MethodVersion, Pack
from tandem.governance.packs import packs
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, User
from tandem.people.scoping import members_of
from tandem.portfolio.models import Project
from tandem.reports.queries import gates as reads
from tandem.web import doors, generic
from tandem.web.governance import gate_words as words
from tandem.web.governance import method_figures, pack_names
from tandem.web.templating import url

BEGINS = Permission.EDIT_PORTFOLIO
_KINDS = ("organisation", "portfolio", "programme")


class ProjectFromMethod(forms.Form):
    """`method`: the number of a method, or the key of one of ours, which is then taken to where the project stands."""

    method = forms.ChoiceField(label=_("Method"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name"), max_length=200)
    home = generic.HomeField(Space.objects.none(), label=_("Where"))
    starts_on = forms.DateField(label=_("Starts on"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    pack = forms.ChoiceField(label=_("Industry pack"), required=False)
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Project manager"), required=False)

    def __init__(self, request: HttpRequest, choices: list[tuple[str, Any]]) -> None:
        super().__init__(request.POST if request.method == "POST" else None, initial={"starts_on": clock.today(), "method": request.GET.get("method") or choices[0][0]})
        user: Any = request.user
        fields: Any = self.fields
        fields["method"].choices = choices
        fields["pack"].choices = [("", "–"), *_packs(request)]
        fields["home"].queryset = Space.objects.visible_to(user).filter(id__among=spaces_where(user, BEGINS), kind__in=_KINDS)
        fields["home"].initial, fields["home"].empty_label = fields["home"].queryset.first(), None
        fields["owner"].queryset = User.objects.visible_to(user).filter(is_active=True).order_by("name")
        fields["owner"].initial, fields["owner"].empty_label = user.pk, "–"


def _packs(request: HttpRequest) -> list[tuple[str, str]]:
    """The organisation's own first; whether one holds where the project is to stand is said when it begins."""
    return [(one.key, one.name) for one in Pack.objects.visible_to(request.user)] + [(one.key, one.name(get_language() or "en")) for one in packs().values()]


def _choices(request: HttpRequest) -> list[tuple[str, Any]]:
    """The organisation's own first, then ours that nobody has taken."""
    rows = list(Method.objects.visible_to(request.user).filter(versions__published_at__isnull=False).distinct().order_by("name"))
    taken = {row.origin for row in rows}
    ours = [one for one in method_content.shipped(get_language() or "en").values() if one.key not in taken]
    newest = {row.pk: methods.newest(row).content for row in rows}
    return [(str(row.pk), _described(row.name, row.description, newest[row.pk])) for row in rows] + [(one.key, _described(one.name, one.purpose, one.content)) for one in ours]


def _described(name: str, text: str, content: method_content.Content) -> Any:
    """Name, what for, how much: as a label that the page takes apart."""
    figures = now_("%(phases)s phases, %(gates)s gates, %(deliverables)s deliverables, %(days)s working days") % {
        "phases": len(content["phases"]), "gates": len(content["gates"]), "deliverables": len(content["deliverables"]), "days": sum(row["days"] for row in content["phases"]),
    }  # fmt: skip
    return _Label(name, text, figures)


class _Label(str):
    """The name, with what the page shows beside it."""

    beside: tuple[str, ...]

    def __new__(cls, name: str, *beside: str) -> "_Label":
        made = super().__new__(cls, name)
        made.beside = beside
        return made


@login_required
def new_project(request: HttpRequest) -> HttpResponse:
    """Method, name, place, day: the rest is made."""
    if not spaces_where(request.user, BEGINS):
        raise Denied(BEGINS)
    form = ProjectFromMethod(request, _choices(request))
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            with transaction.atomic():  # where no project begins, no method of ours is taken for it
                version = methods.newest(_method(request, sent["method"], sent["home"]))
                project = method_uses.start_project(
                    actor=request.user, parent=sent["home"], method_version=version, name=sent["name"], starts_on=sent["starts_on"], owner=sent["owner"], pack=sent["pack"]
                )
            return doors.go_to(request, url("project_gaps" if sent["pack"] else "project_method", key=project.space.key), now_("The project stands, with all that its method says."))
        except Refused as problem:
            generic.show(form, problem)
    return render(request, "governance/new_project.html", {"form": form}, status=422 if form.errors else 200)


def _method(request: HttpRequest, chosen: str, home: Space) -> Method:
    if chosen.isdecimal():
        return doors.find(Method.objects, request.user, pk=whole_number(chosen, 12) or 0)
    return methods.take(actor=request.user, space=home, key=chosen, language=get_language() or "en")


@login_required
def page(request: HttpRequest, key: str) -> HttpResponse:
    project = doors.find(Project.objects.select_related("space", "owner"), request.user, space__key=key)
    user = request.user
    may_edit = may(user, Permission.EDIT_PLAN, project.space_id)
    use = reads.use_of(user, project)
    context: dict[str, Any] = {"project": project, "use": use, "may_edit": may_edit, "today": clock.today()}
    request.live_topics = [f"space:{project.space_id}"]  # type: ignore[attr-defined]
    if use is None:
        rows = Method.objects.visible_to(user).filter(versions__published_at__isnull=False, space__in=methods.above(project.space)).distinct()
        return render(request, "governance/project_method.html", context | {"methods": list(rows.order_by("name"))})
    gates = reads.gates_of(user, [project.pk]).get(project.pk, [])
    parts = reads.parts(user, project)
    found = conformance.of(use)
    named = [(part.key, part.name) for part in parts if part.kind == MethodPart.Kind.KPI and not part.is_left_out]
    context |= {
        "card": reads.card_of(use, gates, parts), "phases": _phases(use, gates, parts), "roles": sorted((part for part in parts if part.kind == MethodPart.Kind.ROLE), key=lambda part: part.pack),
        "conformance": found, "breaches": [(one, words.check(one)) for one in found.breaches], "held": [(one, words.check(one)) for one in found.checks if one.holds],
        "people": list(User.objects.filter(pk__in=members_of(project.space_id).values("user")).order_by("name")[:300]) if may_edit else [],  # house: reads — who sees the space may be named there
        "others": [part for part in parts if part.kind in (MethodPart.Kind.REPORT, MethodPart.Kind.KPI)],
        "figures": method_figures.shown(user, project, named, method_figures.found(user, project, (name for name, _name in named))), "tailored": [part for part in parts if part.is_left_out or part.is_renamed], "packs": pack_names.of(user, {one.pack for one in (*gates, *parts)}), **_newer(use),
        "may_guard": may(user, Permission.EDIT_PORTFOLIO, project.space_id), "reviewing": {key for gate in gates if gate.is_open for key in gate.reviewers},
    }  # fmt: skip
    return render(request, "governance/project_method.html", context)


def _newer(use: MethodUse) -> dict[str, Any]:
    newest = use.method_version.method.versions.published().newest_first().first()
    if newest is None or newest.number <= use.method_version.number:
        return {"newest": None}
    return {"newest": newest, "differences": [words.difference(one) for one in method_uses.differences(use.method_version, newest)]}


def _phases(use: MethodUse, gates: list[Any], parts: list[MethodPart]) -> list[dict[str, Any]]:
    tied = {part.key: part for part in parts if part.kind == MethodPart.Kind.GATE}
    return [{
        "part": phase, "gates": [(gate, tied.get(gate.key)) for gate in gates if gate.phase == phase.key and not gate.is_left_out],
        "deliverables": [part for part in parts if part.kind == MethodPart.Kind.DELIVERABLE and part.phase == phase.key and not part.is_left_out],
    } for phase in sorted((part for part in parts if part.kind == MethodPart.Kind.PHASE and not part.is_left_out), key=lambda part: part.rank)]  # fmt: skip


@login_required
@require_POST
def take_up(request: HttpRequest, key: str) -> HttpResponse:
    project = doors.find(Project.objects.select_related("space"), request.user, space__key=key)
    method = doors.find(Method.objects, request.user, pk=whole_number(request.POST.get("method", ""), 12) or 0)
    starts_on = forms.DateField().clean(request.POST.get("starts_on", ""))
    method_uses.take_up(actor=request.user, project=project, method_version=methods.newest(method), starts_on=starts_on)
    return doors.go_to(request, url("project_method", key=key), now_("On record."))


@login_required
@require_POST
def upgrades(request: HttpRequest, id: int) -> HttpResponse:
    use = doors.find(MethodUse.objects.select_related("project__space", "method_version"), request.user, pk=id)
    newer = doors.find(MethodVersion.objects, request.user, pk=whole_number(request.POST.get("to", ""), 12) or 0)
    method_uses.upgrade(actor=request.user, method_use=use, version=doors.version_in(request), method_version=newer)
    return doors.go_to(request, url("project_method", key=use.project.space.key), now_("The project moved to version %(n)s.") % {"n": newer.number})


@login_required
@require_POST
def parts(request: HttpRequest, id: int) -> HttpResponse:
    """Somebody takes the role, or the part is done otherwise."""
    row = doors.find(MethodPart.objects.select_related("space", "item"), request.user, pk=id)
    asked: dict[str, Any] = {"actor": request.user, "method_part": row, "version": doors.version_in(request)}
    do, sent = request.POST.get("do", ""), request.POST
    if do == "give":
        person = whole_number(sent.get("person", ""), 12)
        method_parts.give(**asked, person=doors.find(User.objects, request.user, pk=person) if person else None)
    else:
        method_parts.tailor(**asked, reason=sent.get("reason", ""), is_left_out={"leave": True, "take": False}.get(do), name=sent.get("name", "") if do == "rename" else "")
    return doors.go_to(request, url("project_gaps" if sent.get("from") == "gaps" else "project_method", key=row.space.key), now_("On record."))


urls = [
    path("methods/new-project/", new_project, name="method_new_project"),
    path("project-methods/<slug:key>/", page, name="project_method"),
    path("project-methods/<slug:key>/beginnings/", take_up, name="project_method_beginnings"),
    path("method-uses/<int:id>/upgrades/", upgrades, name="method_use_upgrades"),
    path("method-parts/<int:id>/changes/", parts, name="method_part_changes"),
]
