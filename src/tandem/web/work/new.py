"""A new work item: the form, and the quick way that boards and lists of parts use."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space, User
from tandem.portfolio.models import Project
from tandem.reports.queries import quick_line
from tandem.web import doors, generic
from tandem.web.work import estimate_hints, own_fields
from tandem.web.work.time_entries import read_minutes
from tandem.work.actions import quick_items
from tandem.work.models import State, WorkItem, WorkItemType


class ItemForm(forms.ModelForm):
    assignees = forms.ModelMultipleChoiceField(User.objects.none(), required=False, label=lazy("Assignees"), widget=forms.SelectMultiple({"data-people-field": ""}))
    # the typed line that filled the form in: what it says of sprint and hours has no field of its own here
    line = forms.CharField(required=False, max_length=quick_line.MOST_TEXT, widget=forms.HiddenInput)
    estimate = forms.CharField(required=False, max_length=60, label=lazy("Estimate"), widget=forms.TextInput({"placeholder": "1h 30m", "autocomplete": "off"}))
    parent_key = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    state = forms.ModelChoiceField(State.objects.none(), required=False, widget=forms.HiddenInput)

    class Meta:
        model = WorkItem
        fields = ["title", "description", "type", "priority", "due_on", "estimate_points", "labels"]
        widgets = {
            "title": forms.TextInput({"autofocus": True}),
            "description": forms.Textarea({"rows": 6}),
            "due_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }


def homes(user: Any) -> Any:
    """The projects where the person works."""
    return Space.objects.visible_to(user).filter(id__among=spaces_where(user, Permission.EDIT_WORK), kind="project")


def usual_home(user: Any, spaces: Any) -> Space | None:
    """Where the person last reported something, else the first running project, else any."""
    last = WorkItem.objects.visible_to(user).present().filter(space__in=spaces.values("pk"), reporter=user).order_by("-id").first()
    running = None if last else Project.objects.visible_to(user).running().filter(space__in=spaces.values("pk")).order_by("name").first()
    return last.space if last else running.space if running else spaces.first()


_KEPT = ("type", "priority", "due_on", "estimate_points", "estimate", "labels")
_BESIDE = ("sprint", "estimate_minutes")


def beside(user: Any, form: Any, home: Any) -> list[str]:
    """What the line says that the form has no field for, in words."""
    line = quick_line.read(str(form["line"].value() or ""), user, whole_number(str(home or "")) or 0)
    kinds = {name for name, key in (("when", "sprint"), ("estimate", "estimate_minutes")) if key in line.values}
    return [p.said for p in line.pieces if p.kind in kinds and not p.problem]


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A work item in one of the projects where the person works; only the title is needed."""
    spaces = homes(request.user)
    form = _form(request, spaces)
    wants_json = "application/json" in request.headers.get("Accept", "")
    if request.method == "POST" and form.is_valid():
        try:
            item = _create(request, form)
        except Refused as problem:
            generic.show(form, problem)
            if wants_json:
                return JsonResponse({"message": words.refusal(problem.code, problem.params)}, status=422)
        else:
            address = reverse("work_item", kwargs={"key": item.key})
            if wants_json:
                said = _("%(key)s was added") % {"key": item.key}
                return JsonResponse({"id": item.pk, "key": item.key, "url": address, "message": said}, status=201)
            if "again" in request.POST:
                return doors.go_to(request, f"{reverse('work_items_new')}?space={item.space_id}", _("Created %(key)s.") % {"key": item.key})
            return doors.go_to(request, address, _("Created."))
    if wants_json and request.method == "POST":
        message = " ".join(str(e) for errors in form.errors.values() for e in errors)
        return JsonResponse({"message": message}, status=422)
    home = form["home"].value()
    space = whole_number(str(home or "")) or 0
    context = {"form": form, "beside": beside(request.user, form, getattr(home, "pk", home)), "own": own_fields.asked(request.user, space, request.POST or request.GET), "cancel": f"{reverse('work_items')}?space={home}" if home else reverse("work_items")}
    return render(request, "work/new_work_item.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, spaces: Any) -> Any:
    """In the project named in the address, else where the person last changed something, else the first. `home` asks for the
    fields of another project: what was filled in already stays, as far as it has them."""
    user: Any = request.user
    chosen = spaces.filter(pk=whole_number(request.GET.get("home", "") or request.GET.get("space", "")) or 0).first()
    chosen = chosen or usual_home(user, spaces)
    initial: dict[str, Any] = {"parent_key": request.GET.get("parent", "")}
    if "home" in request.GET:
        initial |= {name: request.GET.get(name, "") for name in _KEPT} | {"assignees": request.GET.getlist("assignees")}
    if chosen and (text := request.GET.get("text", "")):
        line = quick_line.read(text, user, chosen.pk)
        initial |= {"title": line.title, "line": text, **line.values}
    form = ItemForm(request.POST or None, initial=initial)
    form.fields["type"].required = False
    form.fields["home"] = generic.HomeField(spaces, label=_("Project"), initial=chosen)
    # another project has other types and fields: they come when it is chosen, without script with the next sending
    form.fields["home"].widget.attrs |= {
        "hx-get": reverse("work_items_new"), "hx-trigger": "change", "hx-include": "#new-fields", "hx-select": "#new-fields",
        "hx-target": "#new-fields", "hx-swap": "outerHTML",
    }  # fmt: skip
    types = WorkItemType.objects.visible_to(user).active().select_related("space")
    form.fields["type"].queryset = types.filter(space=chosen) if chosen and request.method == "GET" else types  # type: ignore[attr-defined]
    form.fields["type"].empty_label = _("The usual one")  # type: ignore[attr-defined]
    form.fields["priority"].choices = [("", "–"), *WorkItem.Priority.choices]  # type: ignore[attr-defined]
    form.fields["state"].queryset = State.objects.visible_to(user).active()  # type: ignore[attr-defined]
    form.fields["assignees"].queryset = User.objects.visible_to(user).active()  # type: ignore[attr-defined]
    form.order_fields(["home", "title", "description"])
    return form


def _create(request: HttpRequest, form: Any) -> WorkItem:
    values = dict(form.cleaned_data)
    said = values.pop("estimate").strip()
    home, key = values.pop("home"), values.pop("parent_key").strip().upper()
    for field in ("type", "state"):
        if values[field] and values[field].space_id != home.pk:
            values[field] = None
    if key:
        values["parent"] = doors.find(WorkItem.objects.present(), request.user, key=key, space=home.pk)
    if own := own_fields.filled_in(request.user, home.pk, request.POST):
        values["fields"] = own
    read = quick_line.read(values.pop("line"), request.user, home.pk).values
    values |= {name: read[name] for name in _BESIDE if name in read}
    if said:
        values["estimate_minutes"] = read_minutes(said, "estimate")
    with transaction.atomic():
        return estimate_hints.taken(request, quick_items.add(actor=request.user, space=home, **values))
