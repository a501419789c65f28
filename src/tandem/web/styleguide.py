"""Every component on one page, for whoever builds the next one."""

from datetime import date, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from tandem.web import charts


class Sample(forms.Form):
    """A form that was sent with mistakes, so that they are seen too."""

    name = forms.CharField(label=_("Name"), required=False)
    date = forms.DateField(label=_("Date"))

    def clean(self) -> None:
        raise forms.ValidationError(_("The promise is earlier than the day it was given."))


def styleguide(request: HttpRequest) -> HttpResponse:
    points = [
        (date(2026, 9, 28) + timedelta(weeks=week), done)
        for week, done in enumerate((3, 5, 2, 7, 4, 6, 9, 5))
    ]
    context = {
        "sample": Sample({"name": "Instant quote", "date": ""}, prefix="sample"),
        "picture": charts.plot(x=(points[0][0], points[-1][0]), y=(0, 9), height=180),
        "points": points,
        "week": [date(2026, 11, 16) + timedelta(day) for day in range(7)],
        "today": (date(2026, 11, 19) - date(1970, 1, 1)).days,
        "ranges": [(day, 3, 3 + week) for week, (day, _done) in enumerate(points)],
    }
    return render(request, "styleguide.html", context)


urls = [path("styleguide/", styleguide, name="styleguide")]
