"""The form of a scenario: one number counts for every quarter, the last one for all after it, and money may be said in per cent of
what all candidates need."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.dates import months_on, quarter_start
from tandem.people.models import SpaceKind
from tandem.planning.models import Scenario
from tandem.reports.queries import scenarios as reads
from tandem.web.portfolio.proposal_forms import Amounts, Rows

_PERCENT = re.compile(r"(\d{1,3})\s*[%％]")


class Percent(int):
    """Of what all candidates together would need in each quarter."""


class Budget(Amounts):
    """Amounts by quarter, or per cent."""

    def to_python(self, value: Any) -> Any:
        found = _PERCENT.fullmatch(str(value or "").strip())
        return Percent(found[1]) if found else super().to_python(value)


class ScenarioForm(forms.ModelForm):
    budget = Budget(
        label=_("Budget by quarter"), required=False, empty_value=[],
        help_text=_("300k 300k 250k 250k. One number counts for every quarter. 85 %: so much of what all candidates would need in each quarter. Empty: money is no limit."),
    )  # fmt: skip
    capacity = Rows(
        label=_("Capacity by role"), required=False, empty_value={}, widget=forms.Textarea({"rows": 3}),
        help_text=_("Person-days by quarter, one role in each line, named as in the proposals: Developer: 180 180 150 150. A role that is not named has no limit."),
    )  # fmt: skip

    class Meta:
        model = Scenario
        fields = ["name", "description", "owner", "starts_on", "quarters", "aim", "budget", "is_carried_over", "may_hold", "capacity"]
        widgets = {"description": forms.Textarea({"rows": 3}), "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}
        help_texts = {
            "starts_on": _("Any day of it. A proposal may start in each quarter of the scenario."),
            "aim": _("What the chosen set should have most of."),
            "may_hold": _("Otherwise every project that runs is in, and only what is left of the money is chosen for."),
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        self.user = request.user
        if row is None:
            home = self.fields["home"]
            first = home.queryset.filter(kind=SpaceKind.PORTFOLIO).first()  # type: ignore[attr-defined]
            home.initial = home.initial if request.GET.get("home") or first is None else first
            self.fields["owner"].initial = request.user.pk
            self.fields["starts_on"].initial = months_on(quarter_start(clock.today()), 3)

    def clean(self) -> dict[str, Any]:
        """Per cent become money here, so that the scenario says what it was asked with."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        part, home = values.get("budget"), values.get("home") or getattr(self.instance, "space", None)
        if isinstance(part, Percent) and home and values.get("starts_on") and values.get("quarters"):
            wanted = reads.needed(self.user, home, values["starts_on"], values["quarters"])
            if not any(wanted):
                self.add_error("budget", _("No candidate here says what it costs: there is nothing to take per cent of."))
            values["budget"] = [n * part // 100 for n in wanted]
        return values
