"""Every component on one page, for whoever builds the next one."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _


class Sample(forms.Form):
    """A form that was sent with mistakes, so that they are seen too."""

    name = forms.CharField(label=_("Name"), required=False)
    date = forms.DateField(label=_("Date"))

    def clean(self) -> None:
        raise forms.ValidationError(_("The promise is earlier than the day it was given."))


def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide.html", {"sample": Sample({"name": "Instant quote", "date": ""}, prefix="sample")})


urls = [path("styleguide/", styleguide, name="styleguide")]
