"""Home: one sentence for the morning, what waits for me, what slipped since I last looked."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.collaboration.models import Job
from tandem.kit import clock
from tandem.people.actions import users
from tandem.people.models import Space
from tandem.portfolio.models import Project
from tandem.product.models import Promise
from tandem.reports.queries import home as reads
from tandem.web import histories
from tandem.work.models import WorkItem


@login_required
def home(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    since = user.last_looked_at
    slips = reads.slips(user, since)
    mine = reads.mine(user)
    today = clock.today()
    overdue = [i for i in mine if i.due_on and i.due_on < today]
    soon = [i for i in mine if i.due_on and today <= i.due_on <= today + timedelta(days=7)]
    context = {
        "sentence": sentence(slips, overdue, soon, mine),
        "slips": slips[:6], "slip_count": len(slips), "mine": mine, "blocked": reads.blocked(user), "today": today,
        "changes": _with_items(user, reads.changes(user, since)), "since": since,
        "jobs": list(Job.objects.visible_to(user).running().filter(owner=user)[:5]),
        "kept": Promise.objects.visible_to(user).filter(kept_on__gte=today - timedelta(days=30)).count(),
        "is_empty": not Project.objects.visible_to(user).exists(),
        "root": Space.objects.visible_to(user).root(),
    }  # fmt: skip
    request.live_topics = [f"job:{j.pk}" for j in context["jobs"]]  # type: ignore[attr-defined]
    response = render(request, "home.html", context)
    users.look(actor=user)
    return response


def sentence(
    slips: list[reads.Slip], overdue: list[WorkItem], soon: list[WorkItem], mine: list[WorkItem]
) -> str:
    """The whole morning in one line: the worst first; nothing waiting is good news."""
    parts = []
    off = sum(s.status == "off" for s in slips)
    if off:
        parts.append(
            ngettext(
                "%(n)s promise will more likely be missed", "%(n)s promises will more likely be missed", off
            )
            % {"n": off}
        )
    if overdue:
        parts.append(
            ngettext("%(n)s item of yours is overdue", "%(n)s items of yours are overdue", len(overdue))
            % {"n": len(overdue)}
        )
    if soon:
        parts.append(
            ngettext("%(n)s is due within a week", "%(n)s are due within a week", len(soon))
            % {"n": len(soon)}
        )
    if not parts and mine:
        parts.append(
            ngettext(
                "%(n)s open item is yours, nothing is late",
                "%(n)s open items are yours, nothing is late",
                len(mine),
            )
            % {"n": len(mine)}
        )
    if not parts:
        return _("Nothing waits for you.")
    text = _(", ").join(parts)
    return text[0].upper() + text[1:] + _(".")


def _with_items(user: Any, events: Any) -> list[dict[str, Any]]:
    rows = list(events)
    items = {
        i.pk: i
        for i in WorkItem.objects.visible_to(user)
        .filter(pk__in=[e.subject_id for e in rows])
        .only("id", "key", "title")
    }
    lines = histories.lines(events)
    return [{**line, "item": items.get(event.subject_id)} for line, event in zip(lines, rows, strict=False)]


urls = [path("", home, name="home")]
