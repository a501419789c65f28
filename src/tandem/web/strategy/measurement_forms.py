"""Taking measurements by hand, by pasting lines and from a file."""

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
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission
from tandem.strategy import pasted
from tandem.strategy.actions import measurements
from tandem.strategy.models import Kpi, Measurement
from tandem.web import doors, generic
from tandem.web.generic import Noun

_LARGEST_FILE = 1024 * 1024


class MeasurementForm(forms.Form):
    on = forms.DateField(
        label=_("Day"), initial=clock.today, required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("One value for each day: taken again it is corrected."),
    )  # fmt: skip
    value = forms.DecimalField(label=_("Value"), max_digits=18, decimal_places=4, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    lines = forms.CharField(
        label=_("Or many at once"), required=False, max_length=_LARGEST_FILE, widget=forms.Textarea({"rows": 6, "placeholder": "2026-11-01;48.5"}),
        help_text=_("A day and a value in each line, as copied from a spreadsheet or a CSV file."),
    )  # fmt: skip
    file = forms.FileField(label=_("Or a CSV file"), required=False)

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or {}
        if sent.get("file"):
            sent["lines"] = self._text(sent["file"])
        if not sent.get("lines") and sent.get("value") is None and not self.errors:
            self.add_error("value", now_("Write a value, or paste lines below."))
        if sent.get("value") is not None and not sent.get("on") and not self.errors:
            self.add_error("on", now_("Say for which day."))
        return sent

    def _text(self, file: Any) -> str:
        if file.size > _LARGEST_FILE:
            self.add_error("file", now_("The file is larger than 1 MB."))
            return ""
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.add_error("file", now_("This is no text in UTF-8. Save it as CSV (UTF-8)."))
            return ""


def measure(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if not measurements.may_measure(request.user, row):
        raise Denied(Permission.EDIT_STRATEGY)
    is_sent = request.method == "POST"
    form = MeasurementForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        try:
            return doors.go_to(request, noun.url(row), _take(request, row, form.cleaned_data))
        except Refused as problem:
            generic.show(form, problem)
    context = {"noun": noun, "form": form, "row": row, "title": now_("Measure"), "cancel": noun.url(row), "version": row.version, "theirs": []}
    return render(request, "generic/form.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, row: Kpi, sent: dict[str, Any]) -> str:
    if sent["lines"]:
        way = Measurement.Way.FILE if sent.get("file") else Measurement.Way.HAND
        done = measurements.take_many(actor=request.user, kpi=row, rows=pasted.read(sent["lines"]), way=way)
        return now_("%(new)s new, %(corrected)s corrected, %(same)s there already.") % done._asdict()
    measurements.take(actor=request.user, kpi=row, on=sent["on"], value=sent["value"], note=sent["note"])
    return now_("Measured.")


def removal(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    found = doors.find(Measurement.objects.visible_to(request.user).select_related("kpi"), request.user, pk=id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    measurements.remove(actor=request.user, measurement=found, version=doors.version_in(request))
    return doors.go_to(request, noun.url(found.kpi), now_("Removed."))


def urls(noun: Noun) -> list[URLPattern]:
    def view(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return login_required(lambda request, id: function(request, noun, id))

    return [
        path("kpis/<int:id>/measurements/", view(measure), name="kpis_measurements"),
        path("measurements/<int:id>/removals/", view(removal), name="measurement_removals"),
    ]
