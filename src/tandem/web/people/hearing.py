"""How one wants to hear: a way for each kind of news, quiet hours, the digest; and the link in a letter that stops letters."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from tandem.collaboration.actions import letters, notifications
from tandem.collaboration.models import Notification
from tandem.collaboration.models.notification_rules import Way, rules_of
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.actions import users
from tandem.people.models import User
from tandem.web import doors
from tandem.web.work import view_days

_SALT = "tandem.letters"


@login_required
def hearing(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if request.method == "POST":
        return _keep(request)
    rules = rules_of(user)
    context = {
        "rules": rules, "ways": Way.choices, "hours": range(24),
        "kinds": [(kind, label, rules.way(kind)) for kind, label in Notification.Kind.choices],
        "weekdays": list(enumerate((_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")))),
        "zones": sorted(available_timezones()), "zone": user.time_zone or settings.TIME_ZONE,
        "view_letters": view_days.of_person(user),
        "is_mail_kept": settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"),
    }  # fmt: skip
    return render(request, "people/hearing.html", context)


def _keep(request: HttpRequest) -> HttpResponse:
    given = request.POST
    zone = given.get("time_zone", "").strip()
    if zone and zone not in available_timezones():
        raise Refused("timezone_unknown", field="time_zone", zone=zone)
    values: dict[str, Any] = {
        name: _hour(given.get(name, "")) for name in ("quiet_from", "quiet_until", "digest_hour")
    }
    values |= {
        "ways": {kind: given[f"way-{kind}"] for kind in Notification.Kind.values if f"way-{kind}" in given},
        "digest_days": sorted(
            {day for text in given.getlist("day") if (day := whole_number(text, 2)) is not None}
        ),
        "has_mail": given.get("has_mail") == "on",
    }
    notifications.keep_rules(actor=request.user, version=doors.version_in(request), **values)
    if zone:
        users.prefer(actor=request.user, time_zone=ZoneInfo(zone).key)  # type: ignore[arg-type]
    return doors.go_to(request, "/account/notifications/", _("Saved."))


def _hour(text: str) -> int:
    hour = whole_number(text, 3)
    return -1 if hour is None else hour


def stopping_path(user: User) -> str:
    """The address in a letter by which its reader stops letters, without signing in."""
    return f"/letters/{signing.dumps(user.pk, salt=_SALT)}/"


@csrf_exempt
def stopping(request: HttpRequest, token: str) -> HttpResponse:
    """Looking asks, sending does (RFC 8058: mail programs send it by themselves). The signature is what proves who asks."""
    try:
        # house: reads — the reader of a signed link
        user = User.objects.active().filter(pk=signing.loads(token, salt=_SALT)).first()
    except signing.BadSignature:
        user = None
    if user is None:
        return render(
            request,
            "people/letters.html",
            {"is_known": False, "is_stopped": False},
            status=422 if request.method == "POST" else 200,
        )
    if request.method == "POST":
        letters.stop(user=user)
    return render(
        request,
        "people/letters.html",
        {"is_known": True, "is_stopped": request.method == "POST", "email": user.email},
    )


urls = [
    path("account/notifications/", hearing, name="hearing"),
    path("letters/<str:token>/", stopping, name="letters"),
]
