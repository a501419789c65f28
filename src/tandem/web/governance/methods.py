"""Methods: what there is, what each version says, how it differs, who follows it and what it brought; drafts are written as lines."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.collaboration import words as refusals
from tandem.governance import conformance, method_content, method_effects
from tandem.governance.actions import method_uses, methods
from tandem.governance.models import Method, MethodVersion
from tandem.kit.errors import Denied, Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space
from tandem.reports.queries import gates as reads
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.governance import gate_words as words
from tandem.web.governance import method_lines
from tandem.web.governance.gates import tabs
from tandem.web.templating import url

_DO = Permission.EDIT_PORTFOLIO


class MethodForm(forms.ModelForm):
    source = forms.ModelChoiceField(Method.objects.none(), label=_("Begin as"), required=False, help_text=_("Its newest version becomes the first draft; without one a draft with a single phase."))

    class Meta:
        model = Method
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea({"rows": 2})}

    def for_request(self, request: HttpRequest, row: Any) -> None:
        if row is not None:
            del self.fields["source"]
            return
        choice: Any = self.fields["source"]
        choice.queryset = Method.objects.visible_to(request.user)


def create(*, actor: Any, home: Any, **values: Any) -> Method:
    return methods.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Method, version: int | None, **values: Any) -> Method:
    return methods.change(actor=actor, method=row, version=version, **values)


def remove(*, actor: Any, row: Method, version: int | None) -> None:
    methods.remove(actor=actor, method=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    """Newest version and live projects of each: two queries for a page."""
    versions = MethodVersion.objects.visible_to(request.user).published().filter(method__in=rows).order_by("method_id", "-number").distinct("method_id")
    newest = {one.method_id: one for one in versions.defer("content")}
    for row in rows:
        row.newest = newest.get(row.pk)
    counts = reads.follower_counts(request.user, [row.pk for row in rows])
    for row in rows:
        row.followers = counts.get(row.pk, 0)


def detail(request: HttpRequest, row: Method) -> dict[str, Any]:
    user = request.user
    versions = list(MethodVersion.objects.visible_to(user).filter(method=row).select_related("published_by").newest_first())
    published = [one for one in versions if one.published_at]
    number = whole_number(request.GET.get("version", ""), 4)
    shown = next((one for one in versions if one.number == number), published[0] if published else versions[0])
    draft = next((one for one in versions if not one.published_at), None)
    live = reads.followers(user, shown)
    newest = published[0] if published else None
    before = next((one for one in published if one.number < shown.number), None)
    return {
        "shown": shown, "outline": outline(shown.content), "versions": versions, "draft": draft, "may_edit": may(user, _DO, row.space_id), "sections": words.SECTIONS,
        "since": [words.difference(one) for one in method_content.compared(before.content, shown.content)] if before else [], "before": before,
        "live": _live(live, newest), "newest": newest, "effect": _effect(shown) if shown.published_at else None, "needed": (method_effects.NEEDED_ITEMS, method_effects.NEEDED_GATES),
        "may_begin": bool(spaces_where(user, _DO)) and newest is not None,
    }  # fmt: skip


def outline(content: method_content.Content) -> list[dict[str, Any]]:
    """Phase by phase what is made and what is asked."""
    roles = {row["key"]: row["name"] for row in content["roles"]}
    gates = {gate["phase"]: gate for gate in content["gates"]}
    return [{
        **phase, "stage": words.STAGES[phase["stage"]], "gate": gates.get(phase["key"]),
        "deliverables": [row for row in content["deliverables"] if row["phase"] == phase["key"]],
        "reviewers": [roles[key] for key in gates[phase["key"]]["reviewers"]] if phase["key"] in gates else [],
    } for phase in content["phases"]]  # fmt: skip


def _live(uses: list[Any], newest: MethodVersion | None) -> list[dict[str, Any]]:
    """Each live project with how far it follows and what the newest version would change there."""
    found = conformance.of_uses(uses)
    return [
        {"use": use, "conformance": found[use.project_id], "differences": [words.difference(one) for one in method_uses.differences(use.method_version, newest)] if newest and newest.number > use.method_version.number else []}
        for use in uses
    ]  # fmt: skip


def _effect(version: MethodVersion) -> list[tuple[Any, method_effects.Side]]:
    before, now = method_effects.sides(version)
    return [(side.version.number, side) for side in (before, now) if side is not None]


noun = Noun(
    slug="methods", model=Method, one=pgettext_lazy("way of working", "method"), many=pgettext_lazy("ways of working", "Methods"),
    purpose=_("How projects of a kind are worked: phases, gates, deliverables, roles and reports, in versions that never change."),
    columns=(
        Column("name", pgettext_lazy("way of working", "Method"), lambda r: r.name, "name", is_title=True),
        Column("description", _("Description"), lambda r: r.description),
        Column("version", _("Version"), lambda r: r.newest.number if r.newest else _("draft"), is_number=True),
        Column("published", _("Published"), lambda r: cells.date(r.newest.published_at.date()) if r.newest else ""),
        Column("followers", _("Live projects"), lambda r: r.followers or "", is_number=True),
        Column("space", _("Holds in"), lambda r: r.space.name),
    ),
    facts=(Fact(_("Holds in"), lambda r: r.space.name),),
    search=("name", "description"), order="name", related=("space",), text="description", permission=_DO, form=MethodForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "programme"), is_at_home_in_root=True, detail=detail, look_up=look_up, detail_template="governance/method.html", list_template="governance/methods.html",
    list_extra=lambda request: {"tabs": tabs("methods"), "offered": offered(request), "homes": homes(request)}, names={"new": _("New method"), "home": _("Holds in")},
)  # fmt: skip


def offered(request: HttpRequest) -> list[method_content.Shipped]:
    """Ours that are not taken yet."""
    taken = set(Method.objects.visible_to(request.user).values_list("origin", flat=True))
    return [one for one in method_content.shipped(get_language() or "en").values() if one.key not in taken]


def homes(request: HttpRequest) -> list[Space]:
    rows = Space.objects.visible_to(request.user).filter(id__among=spaces_where(request.user, _DO), kind__in=("organisation", "portfolio", "programme"))
    return list(rows.order_by("parent_id", "name")[:100])


@login_required
@require_POST
def takings(request: HttpRequest) -> HttpResponse:
    space = doors.find(Space.objects.all(), request.user, key=request.POST.get("in", ""))
    row = methods.take(actor=request.user, space=space, key=request.POST.get("key", ""), language=get_language() or "en")
    return doors.go_to(request, noun.url(row), now_("It holds from now on."))


@login_required
@require_POST
def drafts(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Method.objects, request.user, pk=id)
    made = methods.draft(actor=request.user, method=row)
    return doors.go_to(request, url("method_draft", id=made.pk))


@login_required
def draft(request: HttpRequest, id: int) -> HttpResponse:
    """A draft as lines; what cannot be read stays as it was typed."""
    row = doors.find(MethodVersion.objects.select_related("method"), request.user, pk=id)
    if not may(request.user, _DO, row.space_id):
        raise Denied(_DO)
    texts, error, version = method_lines.written(row.content), "", row.version
    note = row.note
    if request.method == "POST":
        texts, note = {section: request.POST.get(section, "") for section in method_lines.ORDER}, request.POST.get("note", "")
        try:
            methods.change_draft(actor=request.user, method_version=row, version=doors.version_in(request), content=method_lines.read(texts), note=note)
            return doors.go_to(request, noun.url(row.method) + f"?version={row.number}", now_("Saved."))
        except Stale as problem:
            error, version = refusals.refusal(problem.code, problem.params), problem.current.version
        except Refused as problem:
            error = refusals.refusal(problem.code, problem.params)
    sections = [(section, _NAMES.get(section) or words.SECTIONS[section], method_lines.HELP[section], texts[section]) for section in method_lines.ORDER]
    context = {"row": row, "sections": sections, "error": error, "version": version, "note": note, "url_back": noun.url(row.method)}
    return render(request, "governance/method_draft.html", context, status=422 if error else 200)


_NAMES = {"criteria": _("Criteria of the gates")}


@login_required
@require_POST
def publications(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(MethodVersion.objects.select_related("method"), request.user, pk=id)
    if request.POST.get("do") == "discard":
        methods.remove_draft(actor=request.user, method_version=row, version=doors.version_in(request))
        return doors.go_to(request, noun.url(row.method), now_("Removed."))
    methods.publish(actor=request.user, method_version=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row.method), now_("Published: from now on nobody changes it."))


urls = [
    path("methods/takings/", takings, name="methods_takings"),
    *generic.urls(noun),
    path("methods/<int:id>/drafts/", drafts, name="methods_drafts"),
    path("method-versions/<int:id>/", draft, name="method_draft"),
    path("method-versions/<int:id>/publications/", publications, name="method_publications"),
]
