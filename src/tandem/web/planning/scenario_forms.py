"""The form of a scenario: one number counts for every quarter, the last one for all after it."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.dates import months_on, quarter_start
from tandem.people.models import SpaceKind
from tandem.planning.models import Scenario
from tandem.web.portfolio.proposal_forms import Amounts, Rows


class ScenarioForm(forms.ModelForm):
    budget = Amounts(
        label=_("Budget by quarter"), required=False, empty_value=[],
        help_text=_("300k 300k 250k 250k. One number counts for every quarter. Empty: money is no limit."),
    )  # fmt: skip
    capacity = Rows(
        label=_("Capacity by role"), required=False, empty_value={}, widget=forms.Textarea({"rows": 3}),
        help_text=_("Person-days by quarter, one role in each line, named as in the proposals: Developer: 180 180 150 150. A role that is not named has no limit."),
    )  # fmt: skip

    class Meta:
        model = Scenario
        fields = ["name", "description", "owner", "starts_on", "quarters", "aim", "budget", "is_carried_over", "capacity"]
        widgets = {"description": forms.Textarea({"rows": 3}), "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}
        help_texts = {
            "starts_on": _("Any day of it. A proposal may start in each quarter of the scenario."),
            "aim": _("What the chosen set should have most of."),
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        if row is None:
            home = self.fields["home"]
            first = home.queryset.filter(kind=SpaceKind.PORTFOLIO).first()  # type: ignore[attr-defined]
            home.initial = home.initial if request.GET.get("home") or first is None else first
            self.fields["owner"].initial = request.user.pk
            self.fields["starts_on"].initial = months_on(quarter_start(clock.today()), 3)
