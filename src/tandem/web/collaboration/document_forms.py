"""Writing a page: a new one, perhaps from a template, and the next version of one. Two writers see both texts."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.collaboration.actions import documents
from tandem.collaboration.document_templates import TEMPLATES
from tandem.collaboration.models import Document
from tandem.collaboration.models.document import LONGEST
from tandem.kit.errors import Denied, Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.web import doors, generic
from tandem.web.collaboration import text_difference

_HELP = _("Markdown. A record that is named by # and its key, or by its address, becomes a link that shows its state.")


class Below(forms.ModelChoiceField):
    """The page above, as it stands in the tree."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class DocumentForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    parent = Below(Document.objects.none(), label=_("Below the page"), required=False, empty_label="–")
    body = forms.CharField(label=_("Text"), max_length=LONGEST, required=False, widget=forms.Textarea({"rows": 24, "data-mentions": "", "class": "in-td doc-in"}), help_text=_HELP)

    def for_request(self, request: HttpRequest, row: Any) -> None:
        """The page above is one of the same space; a template fills in what stands nowhere yet."""
        home = row.space_id if row else whole_number(request.POST.get("home", "") or request.GET.get("home", ""))
        if not home:
            del self.fields["parent"]
        else:
            rows = Document.objects.visible_to(request.user).filter(space=home).defer("body").order_by("title", "id")
            self.fields["parent"].queryset = rows.exclude(pk=row.pk) if row else rows  # type: ignore[attr-defined]
        template = next((one for one in TEMPLATES if one.key == request.GET.get("template", "")), None)
        self.templates = _offered(request) if row is None else []
        if row is None and template is not None:
            title, body = template.said(get_language() or "en")
            self.initial = {"title": title, "body": body} | self.initial


def _offered(request: HttpRequest) -> list[dict[str, Any]]:
    """The templates, each as the address of a form that it fills."""
    query = "".join(f"&{name}={value}" for name in ("home", "parent") if (value := request.GET.get(name, "")).isdigit())
    return [{"name": one.name, "purpose": one.purpose, "href": f"{reverse('documents_new')}?template={one.key}{query}"} for one in TEMPLATES]


class ChangeForm(DocumentForm):
    note = forms.CharField(label=_("What changed"), max_length=200, required=False, help_text=_("In a few words, for whoever reads the versions."))


def create(*, actor: Any, home: Any, **values: Any) -> Document:
    return documents.create(actor=actor, space=home, **values)


@login_required
def edit(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Document.objects.select_related("space", "parent"), request.user, pk=id)
    if not may(request.user, Permission.EDIT_WORK, row.space_id):
        raise Denied(Permission.EDIT_WORK)
    form = ChangeForm(request.POST if request.method == "POST" else None, initial={"title": row.title, "body": row.body, "parent": row.parent_id})
    form.for_request(request, row)
    theirs: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "note"}
        try:
            documents.change(actor=request.user, document=row, version=doors.version_in(request), note=form.cleaned_data["note"], **values)
            return doors.go_to(request, reverse("documents_detail", kwargs={"id": row.pk}), now_("Saved."))
        except Stale as problem:
            theirs = _both(values, problem.current)
        except Refused as problem:
            generic.show(form, problem)
    context = {
        "row": row, "form": form, "version": theirs["version"] if theirs else row.version, "theirs": theirs, "title": now_("Edit the page"),
        "cancel": reverse("documents_detail", kwargs={"id": row.pk}),
    }  # fmt: skip
    return render(request, "collaboration/document_form.html", context, status=409 if theirs else 422 if form.errors else 200)


def _both(mine: dict[str, Any], current: Document) -> dict[str, Any]:
    """What this person typed stays in the form; beside it stands what somebody else saved, and where the two differ."""
    return {
        "version": current.version, "who": current.edited_by.name, "when": current.edited_at, "title": current.title, "body": current.body,
        "lines": text_difference.lines(current.body, mine["body"].replace("\r\n", "\n")), "is_titled_alike": current.title == mine["title"],
    }  # fmt: skip


VERSION = pgettext_lazy("of a document", "Version")
