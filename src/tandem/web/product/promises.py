"""Promises: given, revised, kept, withdrawn; each leaves its trace."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, spaces_where
from tandem.product.actions import promises
from tandem.product.models import Feature, Promise, Release
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Noun

_DATE = forms.DateInput({"type": "date"}, "%Y-%m-%d")


class PromiseForm(forms.Form):
    feature = forms.ModelChoiceField(Feature.objects.none(), label=_("feature"), required=False)
    release = forms.ModelChoiceField(Release.objects.none(), label=_("or release"), required=False)
    to_whom = forms.CharField(label=_("to whom"), max_length=200)
    date = forms.DateField(label=_("promised date"), widget=_DATE)
    given_on = forms.DateField(label=_("given on"), widget=_DATE, initial=clock.today)
    confidence = forms.IntegerField(
        label=_("confidence said, in %"), min_value=1, max_value=100, required=False
    )
    what = forms.CharField(label=_("what was promised"), max_length=300, required=False)

    def for_request(self, request: HttpRequest, row: Promise | None) -> None:
        """Only what the person may promise about."""
        spaces = spaces_where(request.user, Permission.GIVE_PROMISE)
        features = Feature.objects.visible_to(request.user).filter(space_id__in=spaces)
        releases = Release.objects.visible_to(request.user).filter(space_id__in=spaces)
        self.fields["feature"].queryset, self.fields["release"].queryset = features, releases  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("feature")) == bool(data.get("release")):
            self.add_error("feature", _("Choose a feature or a release, one of them."))
        return data


class RevisionForm(forms.Form):
    date = forms.DateField(label=_("new promised date"), widget=_DATE)
    reason = forms.CharField(label=_("reason"), max_length=500, help_text=_("The receiver will ask."))
    confidence = forms.IntegerField(
        label=_("confidence said, in %"), min_value=1, max_value=100, required=False
    )


def create(*, actor: Any, feature: Feature | None, release: Release | None, **values: Any) -> Promise:
    from tandem.planning.actions import promises as planned

    subject = feature or release
    assert subject is not None
    return planned.give(actor=actor, subject=subject, **values)


@login_required
def revision(request: HttpRequest, id: int) -> HttpResponse:
    """A new date with its reason; the old one stays on record."""
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    form = RevisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            new = promises.revise(
                actor=request.user, promise=row, version=doors.version_in(request), **form.cleaned_data
            )
            return doors.go_to(request, noun.url(new), now_("The promise was revised."))
        except Refused as problem:
            generic.show(form, problem)
    context = {
        "noun": noun,
        "form": form,
        "row": row,
        "version": row.version,
        "theirs": [],
        "title": now_("Revise the promise"),
        "cancel": noun.url(row),
    }
    return render(request, "generic/form.html", context, status=422 if form.errors else 200)


@login_required
def keeping(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST":
        promises.keep(actor=request.user, promise=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row))


@login_required
def withdrawal(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST":
        promises.withdraw(
            actor=request.user,
            promise=row,
            version=doors.version_in(request),
            reason=request.POST.get("reason", ""),
        )
    return doors.go_to(request, noun.url(row))


def standing(row: Promise) -> Any:
    if row.kept_on:
        return _("Kept")
    if row.withdrawn_on:
        return _("Withdrawn")
    if row.replaced_by_id:
        return _("Revised")
    return _("Open")


def before(row: Promise) -> Any:
    return getattr(row, "replaces", None)


noun = Noun(
    slug="promises", model=Promise, one=_("promise"), many=_("Promises"), purpose=_("Every date that was told to somebody, and what became of it."),
    columns=(
        Column("what", _("What"), lambda r: r.what or str(r.subject), is_title=True),
        Column("to_whom", _("To whom"), lambda r: r.to_whom, "to_whom"),
        Column("date", _("Promised"), lambda r: cells.date(r.date), "date", is_number=True),
        Column("given", _("Given on"), lambda r: cells.date(r.given_on), "given_on", is_number=True),
        Column("by", _("By"), lambda r: r.given_by.name),
        Column("standing", _("State"), standing),
    ),
    facts=(
        Fact(_("About"), lambda r: str(r.subject)),
        Fact(_("To whom"), lambda r: r.to_whom),
        Fact(_("Promised"), lambda r: r.date),
        Fact(_("Given on"), lambda r: f"{r.given_on} · {r.given_by.name}"),
        Fact(_("Confidence said"), lambda r: f"{r.confidence} %" if r.confidence else "–"),
        Fact(_("State"), standing),
        Fact(_("Reason"), lambda r: r.reason or "–"),
    ),
    search=("to_whom", "what", "feature__title", "release__name"), order="date", related=("feature", "release", "given_by"),
    permission=Permission.GIVE_PROMISE, form=PromiseForm, create=create, detail=lambda request, row: {"before": before(row)},
    detail_template="product/promise.html", names={"new": _("Give a promise")},
)  # fmt: skip
urls = [
    *generic.urls(noun),
    path("promises/<int:id>/revisions/", revision, name="promises_revisions"),
    path("promises/<int:id>/keepings/", keeping, name="promises_keepings"),
    path("promises/<int:id>/withdrawals/", withdrawal, name="promises_withdrawals"),
]
