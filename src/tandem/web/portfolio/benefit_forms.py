"""The forms of benefits: what is planned, and a measurement."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission
from tandem.portfolio.actions import benefit_measurements, benefits
from tandem.portfolio.models import Benefit, BenefitMeasurement, Proposal
from tandem.web import doors, generic
from tandem.web.portfolio.proposal_forms import Amounts


class BenefitForm(forms.ModelForm):
    profile = Amounts(
        label=_("Money by quarter"), required=False, empty_value=[],
        help_text=_("What each quarter brings, from the first day of the benefit on: 0 30k 60k 60k. Or leave it empty and name an amount in all as the target."),
    )  # fmt: skip

    class Meta:
        model = Benefit
        fields = ["title", "description", "proposal", "owner", "kind", "currency", "profile", "starts_on", "unit_name", "direction", "baseline", "target",
                  "target_on", "kpi", "cadence_days", "objective"]  # fmt: skip
        widgets = {
            "description": forms.Textarea({"rows": 3}), "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "target_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }  # fmt: skip
        help_texts = {
            "kind": _("Money adds up; a measure goes from its baseline to its target."),
            "starts_on": _("From this day on it is measured; money by quarter from the first of its month. A benefit of a proposal begins when its project does."),
            "unit_name": _("Of a measure, such as hours, %, calls a week."),
            "baseline": _("Of a measure: what it is today."),
            "target": _("Of a measure: what it is to be. Of money without quarters: the amount in all."),
            "target_on": _("The day by which the target is to be reached."),
            "kpi": _("A measure that is watched already: its values are taken from there."),
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        """The proposal is named when it is planned, from those that are not decided."""
        if row is not None:
            del self.fields["proposal"]
            return
        choice: Any = self.fields["proposal"]
        choice.queryset = choice.queryset.exclude(state__in=(Proposal.State.DECLINED, Proposal.State.PROJECT))
        self.fields["owner"].initial = request.user.pk
        place: Any = self.fields["home"]
        if space := place.queryset.filter(pk=whole_number(request.GET.get("home", ""), 12) or 0).first():
            self.fields["currency"].initial = benefits.currency_of(space)


class MeasureForm(forms.Form):
    on = forms.DateField(
        label=_("Day"), initial=clock.today, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("One value for each day: taken again it is corrected."),
    )  # fmt: skip
    value = forms.DecimalField(label=_("Value"), max_digits=18, decimal_places=4)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


@login_required
def measure(request: HttpRequest, id: int) -> HttpResponse:
    from tandem.web.portfolio.benefits import noun  # the noun's file holds the addresses of this one

    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if not benefit_measurements.may_measure(request.user, row):
        raise Denied(Permission.EDIT_WORK)
    form = MeasureForm(request.POST if request.method == "POST" else None)
    form.fields["value"].help_text = now_("Money: all that came in up to this day.") if row.is_money else now_("As it stood on this day.")
    if request.method == "POST" and form.is_valid():
        try:
            benefit_measurements.take(actor=request.user, benefit=row, **form.cleaned_data)
            return doors.go_to(request, noun.url(row), now_("Measured."))
        except Refused as problem:
            generic.show(form, problem)
    context = {"noun": noun, "form": form, "row": row, "title": now_("Measure"), "cancel": noun.url(row), "version": row.version, "theirs": []}
    return render(request, "generic/form.html", context, status=422 if form.errors else 200)


@login_required
def removal(request: HttpRequest, id: int) -> HttpResponse:
    found = doors.find(BenefitMeasurement.objects.select_related("benefit"), request.user, pk=id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    benefit_measurements.remove(actor=request.user, benefit_measurement=found, version=doors.version_in(request))
    return doors.go_to(request, reverse("benefits_detail", kwargs={"id": found.benefit_id}), now_("Removed."))


@login_required
def moves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Benefit.objects, request.user, pk=id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    benefits.move(actor=request.user, benefit=row, version=doors.version_in(request), state=state, reason=reason)
    return doors.go_to(request, reverse("benefits_detail", kwargs={"id": row.pk}), now_("Moved on."))
