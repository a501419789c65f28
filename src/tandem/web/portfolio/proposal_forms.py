"""The forms of proposals: amounts are typed or pasted in one line, effort with one role in each."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.people.models import SpaceKind
from tandem.portfolio import amounts
from tandem.portfolio.models import Proposal
from tandem.web.portfolio.owners import unclassified


class Amounts(forms.CharField):
    """Numbers by quarter."""

    def prepare_value(self, value: Any) -> Any:
        return amounts.line(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return _read(amounts.read, value)


class Rows(forms.CharField):
    """Numbers by quarter, for each role."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return amounts.lines(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        return _read(amounts.read_rows, value)


def _read(how: Any, value: Any) -> Any:
    try:
        return how(str(value or ""), "")
    except Refused as problem:
        raise ValidationError(words.refusal(problem.code, problem.params)) from None


class ProposalForm(forms.ModelForm):
    costs = Amounts(
        label=_("Costs by quarter"), required=False, empty_value=[],
        help_text=_("From the quarter in which it starts: 120k 80k 40k. Copied cells of a spreadsheet can be pasted."),
    )  # fmt: skip
    benefits = Amounts(
        label=_("Benefits by quarter"), required=False, empty_value=[],
        help_text=_("What it brings in money, from the same quarter on: 0 0 30k 60k 60k."),
    )  # fmt: skip
    effort = Rows(
        label=_("Effort by role"), required=False, empty_value={}, widget=forms.Textarea({"rows": 3}),
        help_text=_("Person-days by quarter, one role in each line: Developer: 60 60 30"),
    )  # fmt: skip

    class Meta:
        model = Proposal
        fields = ["title", "description", "owner", "side", "kind", "horizon", "not_before", "costs", "benefits", "effort", "risks", "is_mandatory"]
        widgets = {
            "description": forms.Textarea({"rows": 4}), "risks": forms.Textarea({"rows": 3}),
            "not_before": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }  # fmt: skip
        help_texts = {
            "risks": _("A few words each, one in a line."),
            "is_mandatory": _("A law or a contract asks for it: every scenario has it."),
            "not_before": _("It starts in the quarter of this day at the earliest."),
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        unclassified(self)
        if row is None:
            home = self.fields["home"]
            first = home.queryset.filter(kind=SpaceKind.PORTFOLIO).first()  # type: ignore[attr-defined]
            home.initial = home.initial if request.GET.get("home") or first is None else first
            self.fields["owner"].initial = request.user.pk
