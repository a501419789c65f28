"""Exchange rates of the organisation, its currency and the beginning of its fiscal year."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.portfolio import currencies
from tandem.portfolio.actions import exchange_rates
from tandem.portfolio.models import Counting, ExchangeRate
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.templating import day


class RateForm(forms.ModelForm):
    class Meta:
        model = ExchangeRate
        fields = ["currency", "on", "rate", "source_name"]
        widgets = {"on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}
        help_texts = {"on": _("It holds from this day until the next rate of this currency.")}

    def for_request(self, request: HttpRequest, row: Any) -> None:
        base = currencies.counting().currency
        self.fields["rate"].help_text = now_("So much %(currency)s for one of it.") % {"currency": base}
        if row is not None:
            del self.fields["currency"], self.fields["on"]
            return
        choice: Any = self.fields["currency"]
        choice.choices = [one for one in choice.choices if one[0] not in ("", base)]
        self.fields["on"].initial = clock.today


def create(*, actor: Any, home: Space, **values: Any) -> ExchangeRate:
    return exchange_rates.create(actor=actor, **values)


def change(*, actor: Any, row: ExchangeRate, version: int | None, **values: Any) -> ExchangeRate:
    return exchange_rates.change(actor=actor, exchange_rate=row, version=version, **values)


def remove(*, actor: Any, row: ExchangeRate, version: int | None) -> None:
    exchange_rates.remove(actor=actor, exchange_rate=row, version=version)


def _beside(request: HttpRequest) -> dict[str, Any]:
    root = Space.objects.visible_to(request.user).root()
    return {"counting": currencies.counting(), "may_count": root is not None and may(request.user, Permission.EDIT_PORTFOLIO, root.pk)}


noun = Noun(
    slug="exchange_rates", model=ExchangeRate, one=_("exchange rate"), many=_("Exchange rates"),
    purpose=_("What other currencies are worth, day by day: sums over several currencies go by them."),
    columns=(
        Column("currency", _("Currency"), lambda r: r.currency, "currency", is_title=True), Column("on", _("From"), lambda r: cells.date(r.on), "on"),
        Column("rate", _("Exchange rate"), lambda r: f"{r.rate.normalize():f}", is_number=True), Column("source", _("Source"), lambda r: r.source_name),
    ),
    facts=(Fact(_("From"), lambda r: day(r.on)), Fact(_("Exchange rate"), lambda r: f"{r.rate.normalize():f}"), Fact(_("Source"), lambda r: r.source_name or "–")),
    filters=(Filter("currency", _("Currency"), lambda request: list(ExchangeRate._meta.get_field("currency").choices or [])),),  # type: ignore[arg-type]
    order="-on", permission=Permission.EDIT_PORTFOLIO, form=RateForm, create=create, change=change, remove=remove, home_kinds=("organisation",),
    list_extra=_beside, list_template="portfolio/exchange_rates.html", related=("space",), names={"new": _("New exchange rate"), "home": _("Of")},
)  # fmt: skip


class CountingForm(forms.ModelForm):
    class Meta:
        model = Counting
        fields = ["currency", "first_month"]
        help_texts = {"first_month": _("1 is January. A fiscal year has the name of the year in which it ends.")}


@login_required
def counting(request: HttpRequest) -> HttpResponse:
    root = Space.objects.visible_to(request.user).root()
    if root is None or not may(request.user, Permission.EDIT_PORTFOLIO, root.pk):
        raise Denied(Permission.EDIT_PORTFOLIO)
    row = currencies.counting()
    form = CountingForm(request.POST if request.method == "POST" else None, initial={"currency": row.currency, "first_month": row.first_month})
    if request.method == "POST" and form.is_valid():
        try:
            exchange_rates.count_in(actor=request.user, **form.cleaned_data)
            return doors.go_to(request, reverse("exchange_rates"), now_("Saved."))
        except Refused as problem:
            generic.show(form, problem)
    context = {"form": form, "row": root, "title": now_("What the organisation counts in"), "cancel": reverse("exchange_rates"), "version": "", "theirs": []}
    return render(request, "generic/form.html", context, status=422 if form.errors else 200)


urls = [*generic.urls(noun), path("counting/", counting, name="counting")]
