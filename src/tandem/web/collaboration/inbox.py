"""The inbox: what one should know, grouped by record; done with it, later, or not to be told again."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from tandem.collaboration.actions import notifications, watches
from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.web import doors
from tandem.web.collaboration import subjects, told

SHOWN = 200
MOST_COUNTED = 99
_MORNING = time(9)


def count(user: Any) -> int:
    """How many are unread, up to 99: on every page, so no more than that is read."""
    return len(Notification.objects.visible_to(user).unread().order_by().values_list("pk")[:MOST_COUNTED])


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One of three boxes: unread, later, done."""
    box = request.GET.get("box", "")
    rows = Notification.objects.visible_to(request.user)
    boxes = {"later": rows.later, "done": rows.done}
    found = list(boxes.get(box, rows.unread)().newest_first()[: SHOWN + 1])
    context = {
        "box": box if box in boxes else "", "groups": told.groups(request.user, found[:SHOWN]), "has_more": len(found) > SHOWN,
        "shown": SHOWN, "newest": found[0].pk if found else 0, "snoozes": [(value, label) for value, label, _when in snoozes()],
        "tabs": [
            {"label": _("Unread"), "href": reverse("inbox"), "current": box not in boxes},
            {"label": pgettext("inbox", "Later"), "href": "?box=later", "current": box == "later"},
            {"label": pgettext("inbox", "Done"), "href": "?box=done", "current": box == "done"},
        ],
    }  # fmt: skip
    return render(request, "collaboration/inbox.html", context)


@login_required
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The count in the top bar, fetched again when it may have changed."""
    return render(request, "collaboration/bell.html")


def snoozes() -> list[tuple[str, str, datetime]]:
    """Until when, on the reader's clock."""
    here = timezone.localtime(clock.now())

    def morning(days: int) -> datetime:
        return timezone.make_aware(datetime.combine(here.date() + timedelta(days=days), _MORNING))

    return [
        ("hours", _("In three hours"), here + timedelta(hours=3)),
        ("tomorrow", _("Tomorrow morning"), morning(1)),
        ("week", _("Next Monday"), morning(7 - here.weekday())),
        ("month", _("In four weeks"), morning(28)),
    ]


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """`do`: done, all, snooze, stop; back, awake, again undo them. What can be taken back comes with its way back; the address of an undo carries its own words."""
    given = request.POST if "do" in request.POST else request.GET
    do, ids, user = given.get("do", ""), _ids(given), request.user
    if do == "done":
        return _said(request, notifications.finish(actor=user, ids=ids), pgettext("inbox", "Done"), "back")
    if do == "all":
        changed = notifications.finish(actor=user, up_to=whole_number(given.get("up_to", "")) or 0)
        words = ngettext("Done with %(n)s", "Done with all %(n)s", len(changed)) % {"n": len(changed)}
        return _said(request, changed, words, "back")
    if do == "snooze":
        until = {value: (label, when) for value, label, when in snoozes()}.get(given.get("until", ""))
        if until is None:
            raise Refused("choice_unknown", field="until")
        changed = notifications.snooze(actor=user, ids=ids, until=until[1])
        return _said(request, changed, _("Later: %(when)s") % {"when": until[0]}, "awake")
    if do in ("back", "awake"):
        notifications.reopen(actor=user, ids=ids, is_awake=do == "awake")
        return doors.done(request, reverse("inbox"), _("It is back."))
    if do == "stop":
        subject = subjects.find(user, given.get("kind", ""), whole_number(given.get("id", "")) or 0)
        watches.leave(actor=user, subject=subject)
        changed = notifications.finish(actor=user, ids=ids)
        undo = f"again&kind={given['kind']}&id={subject.pk}"
        return _said(request, changed, _("You no longer watch %(name)s") % {"name": subject}, undo)
    if do == "again":
        watches.watch(
            actor=user,
            subject=subjects.find(user, given.get("kind", ""), whole_number(given.get("id", "")) or 0),
        )
        notifications.reopen(actor=user, ids=ids)
        return doors.done(request, reverse("inbox"), _("It is back."))
    raise Refused("change_unknown", field="do")


def _ids(given: QueryDict) -> list[int]:
    found = (whole_number(text) for text in given.get("ids", "").split(","))
    return [number for number in found if number is not None]


def _said(request: HttpRequest, changed: list[int], words: str, undo: str) -> HttpResponse:
    back = f"{reverse('inbox_changes')}?do={undo}&ids={','.join(map(str, changed))}" if changed else ""
    return doors.done(request, reverse("inbox"), words, back)


urls = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/count/", bell, name="inbox_count"),
    path("inbox/changes/", change, name="inbox_changes"),
]
