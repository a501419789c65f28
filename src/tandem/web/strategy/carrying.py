"""The form that carries an objective over into the next period."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, require
from tandem.reports.queries import key_results as reads
from tandem.strategy import periods
from tandem.strategy.actions import carrying
from tandem.strategy.models import KeyResult
from tandem.web import doors, generic
from tandem.web.generic import Noun


class CarryForm(forms.Form):
    starts_on = forms.DateField(label=_("Period from"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    ends_on = forms.DateField(label=_("Period to"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))


def carry_over(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    require(request.user, Permission.EDIT_STRATEGY, row.space_id)
    first, last = periods.following(row.ends_on, (row.ends_on - row.starts_on).days + 1, settings.FISCAL_YEAR_STARTS)
    form = CarryForm(request.POST if request.method == "POST" else None, initial={"starts_on": first, "ends_on": last})
    version = row.version
    if request.method == "POST" and form.is_valid():
        try:
            values = reads.computed_values(request.user, row)
            made = carrying.carry_over(
                actor=request.user, objective=row, version=doors.version_in(request), values=values, **form.cleaned_data
            )
            return doors.go_to(request, noun.url(made), now_("Carried over."))
        except Stale as problem:
            generic.show(form, problem)
            version = problem.current.version
        except Refused as problem:
            generic.show(form, problem)
    left = list(KeyResult.objects.visible_to(request.user).open().filter(objective=row).order_by("id"))
    context: dict[str, Any] = {
        "noun": noun, "row": row, "form": form, "version": version, "cancel": noun.url(row), "left": left,
        "title": now_("Carry over into the next period"),
    }  # fmt: skip
    return render(request, "strategy/carry_over.html", context, status=422 if form.errors else 200)


def urls(noun: Noun) -> list[URLPattern]:
    view = login_required(lambda request, id: carry_over(request, noun, id))
    return [path("objectives/<int:id>/carry-overs/", view, name="objectives_carry_overs")]
