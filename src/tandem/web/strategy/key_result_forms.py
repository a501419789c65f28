"""Checking in and scoring: each form shows how the key result stands before a word is said of it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.errors import Denied, Refused, Stale
from tandem.people.access import Permission, require
from tandem.reports.queries import key_results as reads
from tandem.strategy.actions import check_ins, key_results
from tandem.strategy.models import CheckIn, Confidence, KeyResult, Unit
from tandem.web import doors, generic
from tandem.web.generic import Noun
from tandem.web.strategy import course_picture


class CheckInForm(forms.Form):
    value = forms.DecimalField(label=_("Value"), max_digits=18, decimal_places=4)
    confidence = forms.ChoiceField(label=_("Confidence"), choices=Confidence.choices, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=10_000, widget=forms.Textarea({"rows": 3}),
        help_text=_("What moved it, what stands in its way, what comes next."),
    )  # fmt: skip
    on = forms.DateField(
        label=_("Day"), initial=clock.today, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("One check-in for each day: said again it corrects the first."),
    )  # fmt: skip

    def __init__(self, *args: Any, key_result: KeyResult, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if key_result.is_computed:
            del self.fields["value"]
        elif key_result.unit == Unit.YES_NO:
            self.fields["value"] = forms.TypedChoiceField(
                label=_("Value"), choices=[("0", _("no")), ("1", _("yes"))], coerce=forms.DecimalField().to_python
            )
            self.order_fields(["value"])
        elif key_result.unit == Unit.PERCENT or key_result.unit_name:
            unit = "%" if key_result.unit == Unit.PERCENT else key_result.unit_name
            self.fields["value"].label = now_("Value, in %(unit)s") % {"unit": unit}


class ScoreForm(forms.Form):
    score = forms.DecimalField(
        label=_("Score"), min_value=0, max_value=1, max_digits=2, decimal_places=1, widget=forms.NumberInput({"step": "0.1"}),
        help_text=_("0.0 is nothing reached, 1.0 everything; 0.7 is good for a target that was ambitious."),
    )  # fmt: skip
    learned = forms.CharField(label=_("What was learned"), max_length=10_000, widget=forms.Textarea({"rows": 4}))


def check_in(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if not check_ins.may_check_in(request.user, row):
        raise Denied(Permission.EDIT_STRATEGY)
    today = CheckIn.objects.visible_to(request.user).filter(key_result=row, on=clock.today(), by=request.user).first()
    initial = {name: getattr(today, name) for name in ("value", "confidence", "comment")} if today else {}
    form = CheckInForm(request.POST if request.method == "POST" else None, key_result=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            check_ins.make(actor=request.user, key_result=row, **form.cleaned_data)
            return doors.go_to(request, noun.url(row), now_("Checked in."))
        except Refused as problem:
            generic.show(form, problem)
    return _page(request, noun, row, form, now_("Check in"), now_("Check in"))


def score(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    require(request.user, Permission.EDIT_STRATEGY, row.space_id)
    found = reads.standings(request.user, [row])[row.pk].progress
    reached = {} if found is None else {"score": f"{min(max(found, 0.0), 1.0):.1f}"}
    form = ScoreForm(request.POST if request.method == "POST" else None, initial={**reached, "learned": row.learned})
    version = row.version
    if request.method == "POST" and form.is_valid():
        try:
            key_results.score(actor=request.user, key_result=row, version=doors.version_in(request), **form.cleaned_data)
            return doors.go_to(request, noun.url(row), now_("Scored."))
        except Stale as problem:
            generic.show(form, problem)
            version = problem.current.version
        except Refused as problem:
            generic.show(form, problem)
    return _page(request, noun, row, form, now_("Score the key result"), now_("Score"), version)


def reopen(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    key_results.reopen(actor=request.user, key_result=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("The score was taken back."))


def _page(
    request: HttpRequest, noun: Noun, row: KeyResult, form: forms.Form, title: str, save: str, version: int | None = None
) -> HttpResponse:
    steps = reads.courses(request.user, [row])[row.pk]
    standing = reads.standings(request.user, [row])[row.pk]
    context = {
        "noun": noun, "row": row, "form": form, "title": title, "save": save, "cancel": noun.url(row), "version": version,
        "picture": course_picture.picture(row, steps), "standing": standing,
        "value": course_picture.shown(row, standing.value), "target": course_picture.shown(row, row.target_value),
    }  # fmt: skip
    return render(request, "strategy/check_in.html", context, status=422 if form.errors else 200)


def urls(noun: Noun) -> list[URLPattern]:
    def view(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return login_required(lambda request, id: function(request, noun, id))

    return [
        path("key-results/<int:id>/check-ins/", view(check_in), name="key_results_check_ins"),
        path("key-results/<int:id>/scores/", view(score), name="key_results_scores"),
        path("key-results/<int:id>/reopenings/", view(reopen), name="key_results_reopenings"),
    ]
