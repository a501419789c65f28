"""The forms of risks: three points in one line, the responses that fit."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.collaboration import words
from tandem.governance import assessing
from tandem.governance.models import Risk
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.portfolio import amounts
from tandem.portfolio.actions.benefits import currency_of


class Points(forms.CharField):
    """One value, or three: `3 5 10`; of money with k, m, 万 and 亿."""

    def __init__(self, *, is_money: bool = False, is_rest: bool = False, **values: Any) -> None:
        self.is_money, self.is_rest = is_money, is_rest
        super().__init__(required=False, empty_value=[], **values)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        said = [f"{one:g}" if not self.is_money else str(one) for one in value]
        return said[0] if len(set(said)) == 1 else " ".join(said)

    def to_python(self, value: Any) -> Any:
        try:
            read: list[Any] = amounts.read(str(value or ""), "") if self.is_money else _days(str(value or ""))
            return assessing.points(read, "", is_money=self.is_money, is_rest=self.is_rest)
        except Refused as problem:
            raise ValidationError(words.refusal(problem.code, problem.params)) from None


def _days(text: str) -> list[float]:
    try:
        return [float(one.replace(",", ".")) for one in text.replace("–", " ").replace(";", " ").replace("，", " ").replace("、", " ").split()]
    except ValueError:
        raise Refused("three_points", field="") from None


_THREE = _("At least, most likely, at most: 3 5 10. One value stands for all three.")
_REST = _("Empty: as before it. 0: nothing is left.")
_DATE = forms.DateInput({"type": "date"}, "%Y-%m-%d")


class RiskForm(forms.ModelForm):
    days = Points(label=_("Effect in working days"), help_text=_THREE)
    money = Points(label=_("Effect in money"), is_money=True, help_text=_("The same in money: 10k 20k 60k."))
    residual_days = Points(label=_("Working days after it"), is_rest=True, help_text=_REST)
    residual_money = Points(label=_("Money after it"), is_money=True, is_rest=True, help_text=_REST)

    class Meta:
        model = Risk
        fields = ["title", "kind", "area", "cause", "event", "effect", "probability", "days", "money", "currency", "near_from", "near_until", "trigger", "owner",
                  "review_on", "response", "response_plan", "response_cost", "residual_probability", "residual_days", "residual_money", "is_responded"]  # fmt: skip
        widgets = {
            **dict.fromkeys(("cause", "event", "effect", "response_plan"), forms.Textarea({"rows": 2})),
            "near_from": _DATE, "near_until": _DATE, "review_on": _DATE,
        }  # fmt: skip
        help_texts = {
            "cause": _("Because of … : what is so today."), "event": _("… it may happen that … : what is uncertain."), "effect": _("… so that … : what it would do."),
            "probability": _("In per cent, from 1 to 99."), "kind": _("A chance is a risk that helps: its effect is what would be gained."),
            "near_from": _("From when on it may happen."), "trigger": _("By what one sees that it begins."),
            "response": _("Threats: avoid, mitigate, transfer or accept. Chances: exploit, enhance, share or accept."),
            "residual_probability": _("What should be left once the response is carried out."),
            "is_responded": _("From then on what is left after it counts."),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Any) -> None:
        if row is not None:
            return
        self.fields["owner"].initial = request.user.pk
        place: Any = self.fields["home"]
        if space := place.queryset.filter(pk=whole_number(request.GET.get("home", ""), 12) or 0).first():
            self.fields["currency"].initial = currency_of(space)
        self.fields["review_on"].required = False

    def clean(self) -> dict[str, Any]:
        """A day for the review that nobody named is set by the action."""
        found: dict[str, Any] = super().clean() or {}
        if self.instance.pk is None and found.get("review_on") is None:
            found.pop("review_on", None)
        return found
