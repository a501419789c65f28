"""Giving, revising, keeping and withdrawing a promise: each form shows what the forecast says before a date is told."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.errors import Denied, Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.planning.actions import promises as planned
from tandem.planning.models import Forecast
from tandem.portfolio.models.project import LONG_AGO
from tandem.product.actions import promises
from tandem.product.models import Feature, Promise, Release
from tandem.web import doors, generic
from tandem.web.generic import Noun

_KINDS: dict[str, Any] = {"feature": Feature, "release": Release}


def _date_field(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), **more)


def _confidence() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Confidence said, in %"), min_value=1, max_value=100, required=False,
        help_text=_("Only if you named one to the receiver."),
    )  # fmt: skip


class PromiseForm(forms.Form):
    about = forms.ChoiceField(label=_("About"))
    to_whom = forms.CharField(label=_("To whom"), max_length=200, help_text=_("A customer, a sponsor, another team."))
    date = _date_field(label=_("Promised date"))
    given_on = _date_field(label=_("Given on"), initial=clock.today, help_text=_("The day on which you said it."))
    confidence = _confidence()
    what = forms.CharField(
        label=_("What was promised"), max_length=300, required=False, help_text=_("In the words in which you said it, if they differ from the title."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = _subjects(user)  # type: ignore[attr-defined]


class RevisionForm(forms.Form):
    date = _date_field(label=_("New promised date"))
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("The receiver will ask."))
    given_on = _date_field(label=_("Given on"), required=False, help_text=_("The day on which you said it."))
    confidence = _confidence()


def _subjects(user: Any) -> list[tuple[str, Any]]:
    """What the person may promise about, by product: releases first, then features that are still to come."""
    spaces = spaces_where(user, Permission.GIVE_PROMISE)
    found: dict[str, list[tuple[str, str]]] = {}
    releases = Release.objects.visible_to(user).filter(space_id__in=spaces, state=Release.State.PLANNED)
    for id_, name, product in releases.order_by("planned_on", "name").values_list("id", "name", "product__name"):
        found.setdefault(product, []).append((f"release-{id_}", now_("%(name)s (release)") % {"name": name}))
    features = Feature.objects.visible_to(user).on_roadmap().filter(space_id__in=spaces, shipped_on=None)
    for id_, title, product in features.order_by("title").values_list("id", "title", "product__name"):
        found.setdefault(product, []).append((f"feature-{id_}", title))
    return [("", now_("Choose a feature or a release")), *sorted(found.items())]


def subject_in(user: Any, about: str) -> Feature | Release | None:
    kind, _dash, number = about.partition("-")
    pk = whole_number(number)
    if kind not in _KINDS or pk is None:
        return None
    found: Feature | Release | None = _KINDS[kind].objects.visible_to(user).filter(pk=pk).first()
    return found


def _known(user: Any, subject: Any) -> dict[str, Any]:
    """What stands beside the form: the forecast, and what was promised already."""
    if subject is None:
        return {"subject": None}
    field = subject._meta.model_name
    already = Promise.objects.visible_to(user).open().filter(**{field: subject}).order_by("date")
    return {
        "subject": subject,
        "forecast": Forecast.objects.visible_to(user).of(subject).filter(is_current=True).first(),
        "already": list(already[:5]),
    }


def _about(request: HttpRequest) -> str:
    """From the address: `?feature=12`, `?release=3` or `?about=feature-12`."""
    named = next((f"{kind}-{request.GET[kind]}" for kind in _KINDS if request.GET.get(kind)), "")
    return request.POST.get("about") or request.GET.get("about") or named


def new_promise(request: HttpRequest, noun: Noun) -> HttpResponse:
    user = request.user
    if not spaces_where(user, Permission.GIVE_PROMISE):
        raise Denied(Permission.GIVE_PROMISE)
    about = _about(request)
    subject = subject_in(user, about)
    known = _known(user, subject)
    initial = {"about": about, "given_on": _said_on(known.get("forecast"))} | {name: request.GET[name] for name in ("to_whom", "date", "what") if name in request.GET}
    form = PromiseForm(request.POST if request.method == "POST" else None, initial=initial, user=user)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "about"}
        try:
            assert subject is not None
            row = planned.give(actor=user, subject=subject, **values)
            return doors.go_to(request, noun.url(row), now_("The promise was given."))
        except Refused as problem:
            generic.show(form, problem)
    context = {
        "noun": noun, "form": form, "row": None, "title": now_("Give a promise"), "cancel": reverse(noun.slug),
        "save": now_("Give the promise"), **known,
    }  # fmt: skip
    return render(request, "product/promise_form.html", context, status=422 if form.errors else 200)


def revision(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    """A new date with its reason; the old one stays on record. The P80 stands there to be taken."""
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    known = _known(request.user, row.subject)
    forecast, status = known["forecast"], 200
    today = _said_on(forecast)
    p80 = forecast.p80 if forecast and forecast.p80 and forecast.p80 > today else None
    form = RevisionForm(request.POST if request.method == "POST" else None, initial={"date": p80, "given_on": max(today, row.given_on)})
    if request.method == "POST" and form.is_valid():
        try:
            version = doors.version_in(request)
            new = planned.revise(actor=request.user, promise=row, version=version, **form.cleaned_data)
            return doors.go_to(request, noun.url(new), now_("The promise was revised."))
        except Stale as problem:
            generic.show(form, problem)
            row, status = problem.current, 409
        except Refused as problem:
            generic.show(form, problem)
    known["already"] = []
    context = {
        "noun": noun, "form": form, "row": row, "version": row.version, "title": now_("Revise the promise"),
        "cancel": noun.url(row), "save": now_("Revise the promise"), **known,
        "may_promise": may(request.user, Permission.GIVE_PROMISE, row.space_id),
    }  # fmt: skip
    return render(request, "product/promise_form.html", context, status=status if status != 200 else 422 if form.errors else 200)


def _said_on(forecast: Forecast | None) -> date:
    """Today, or the last day of a history that ended long ago: its dates are told as of then."""
    today = clock.today()
    return forecast.as_of if forecast and today - forecast.as_of > LONG_AGO else today


def keeping(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST":
        day = forms.DateField(required=False)
        try:
            kept_on = day.clean(request.POST.get("kept_on", ""))
        except forms.ValidationError:
            raise Refused("date_unreadable", field="kept_on") from None
        promises.keep(actor=request.user, promise=row, version=doors.version_in(request), kept_on=kept_on)
        return doors.go_to(request, noun.url(row), now_("The promise is marked as kept."))
    return doors.go_to(request, noun.url(row))


def withdrawal(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        promises.withdraw(actor=request.user, promise=row, version=doors.version_in(request), reason=reason)
        return doors.go_to(request, noun.url(row), now_("The promise was withdrawn."))
    return doors.go_to(request, noun.url(row))


def urls(noun: Noun) -> list[URLPattern]:
    def view(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            return function(request, noun, **kwargs)

        return login_required(answer)

    return [
        path("promises/new/", view(new_promise), name="promises_new"),
        path("promises/<int:id>/revisions/", view(revision), name="promises_revisions"),
        path("promises/<int:id>/keepings/", view(keeping), name="promises_keepings"),
        path("promises/<int:id>/withdrawals/", view(withdrawal), name="promises_withdrawals"),
    ]
