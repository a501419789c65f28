"""Home: the morning in one sentence, what waits for me, what slipped since I last looked, which promises are at risk."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from tandem.collaboration.models import Job
from tandem.exchange.models import Import
from tandem.kit import clock
from tandem.kit.dates import short_day
from tandem.people.actions import users
from tandem.planning import words
from tandem.portfolio.models import Project
from tandem.product.models import Promise
from tandem.reports.queries import (
    approvals,
    benefits,
    change_requests,
    decisions,
    issues,
    onboardings,
    pulses,
    risks,
    roadmap,
    time_sheets,
)
from tandem.reports.queries import home as reads
from tandem.reports.queries import thanks as thanks_read
from tandem.reports.queries.roadmap import Row
from tandem.web import histories
from tandem.web.collaboration import thanks
from tandem.web.product import roadmap_picture as picture
from tandem.web.templating import day
from tandem.work.models import WorkItem

SHOWN = 6
AT_ONCE = timedelta(minutes=1)  # looking again writes nothing
ONE_LOOK = timedelta(hours=1)  # what came up stays there while the person comes and goes


@login_required
def home(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    since, today = _since(request), clock.today()
    found, mine = roadmap.read(user, whole=False), reads.mine(user)
    moved, endangered = reads.moved(user, found, since), reads.endangered(found)
    later = [one for one in moved if one.days > 0]
    team = reads.of_team(user)
    waiting = _waiting(user, team)
    soon = [i for i in mine if i.due_on and i.due_on <= today + timedelta(days=7)]
    axis = _axis(found, endangered[:SHOWN])
    context = {
        "hello": _hello(user), "date": _today_in_words(),
        "news": _news(len(waiting), len(later), sum(row.status == "off" for row in endangered), soon),
        "waiting": waiting, "since": since, "today": today, "mine": mine, "soon": len(soon),
        "later": [(one, _cause(one.row)) for one in later[:SHOWN]],
        "endangered": [_promise(row, axis) for row in endangered[:SHOWN]], "endangered_count": len(endangered),
        "promised_count": sum(1 for row in found.rows if row.said and not row.done_on), "axis": axis,
        "earlier": [one for one in moved if one.days < 0 and one.row.status not in ("off", "risk")][:4],
        "kept": Promise.objects.visible_to(user).filter(kept_on__gte=today - timedelta(days=30)).count(),
        "blocked": reads.blocked(user), "changes": _with_items(user, reads.changes(user, since)),
        "thanks": thanks.lines(user, thanks_read.fresh(user)) if team.is_thanked else [], "jobs": list(Job.objects.visible_to(user).running().filter(owner=user)[:5]),
        "is_empty": not (found.rows or mine or Project.objects.visible_to(user).exists()),
    }  # fmt: skip
    request.live_topics = [f"job:{j.pk}" for j in context["jobs"]]  # type: ignore[attr-defined]
    return render(request, "home.html", context)


def _since(request: HttpRequest) -> datetime | None:
    """When the person looked before this visit. A visit goes on as long as they come back within the hour."""
    user: Any = request.user
    now, visit = clock.now(), request.session.get("home_visit") or {}
    if visit and now - datetime.fromisoformat(visit["at"]) < ONE_LOOK:
        since = datetime.fromisoformat(visit["since"]) if visit["since"] else None
        if timedelta(0) <= now - datetime.fromisoformat(visit["at"]) < AT_ONCE:
            return since
    else:
        since = user.last_looked_at
    request.session["home_visit"] = {"at": now.isoformat(), "since": since.isoformat() if since else None}
    users.look(actor=user)
    return since


def _hello(user: Any) -> str:
    hour, name = timezone.localtime(clock.now()).hour, {"name": user.name}
    if hour < 12:
        return _("Good morning, %(name)s") % name
    return (_("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")) % name


def _today_in_words() -> str:
    now = timezone.localtime(clock.now())
    weekdays = (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")
    )  # fmt: skip
    weekday = weekdays[now.weekday()]
    if get_language() == "zh-hans":
        return f"{now.month}月{now.day}日，{weekday}"
    return f"{weekday} {now.day} {picture.month_name(now.month)}"


def _news(waiting: int, later: int, off: int, soon: list[WorkItem]) -> list[tuple[str, str]]:
    """What stands out, as (figure, words); the figure is set in bold. Nothing waiting is good news."""
    parts = [
        (waiting, ngettext("thing waits for you", "things wait for you", waiting)),
        (later, ngettext("date moved since you looked", "dates moved since you looked", later)),
        (off, ngettext("promise will probably be missed", "promises will probably be missed", off)),
        (len(soon), ngettext("item of yours is due this week", "items of yours are due this week", len(soon))),
    ]  # fmt: skip
    return [(str(count), text) for count, text in parts if count]


def _waiting(user: Any, team: reads.OfTeam) -> list[dict[str, Any]]:
    """Decisions that nobody else takes: a promise whose day is over, a move to approve, a benefit to measure, a risk to look at, an issue that is due, a file with open questions."""
    rows = [
        {
            "title": promise.what or str(promise.subject), "href": reverse("promises_detail", kwargs={"id": promise.pk}),
            "note": _("Promised to %(who)s for %(day)s. Was it kept?") % {"who": promise.to_whom, "day": day(promise.date)},
            "date": short_day(promise.date), "action": _("Answer"), "peek": True,
        }
        for promise in reads.passed(user)
    ]  # fmt: skip
    rows += [
        {
            "title": f"{one.item.key} {one.item.title}", "href": reverse("work_item", kwargs={"key": one.item.key}),
            "note": _("%(name)s asks to move it into “%(state)s”.") % {"name": one.asked_by.name, "state": one.to_state.name},
            "date": short_day(timezone.localtime(one.created_at)), "action": _("Decide"), "peek": True,
        }
        for one in approvals.awaiting(user)[:SHOWN]
    ]  # fmt: skip
    rows += [
        {
            "title": one.title, "href": reverse("benefits_detail", kwargs={"id": one.pk}),
            "note": _("You own this benefit of %(space)s: what came of it?") % {"space": one.space.name},
            "date": short_day(one.realised.due_on), "action": _("Measure"), "peek": False,
        }
        for one in benefits.overdue(user)[:SHOWN]
    ]  # fmt: skip
    rows += _pulsed(user) if team.is_asked else []
    rows += _joining(user) if team.has_steps else []
    rows += _asked(user) + _undecided(user) + _feared(user)
    rows += [
        {
            "title": one.sheet.person.name, "href": reverse("person_time", kwargs={"id": one.sheet.person_id}) + f"?week={one.sheet.week}",
            "note": _("Sent in the time of the week from %(day)s.") % {"day": day(one.sheet.week)},
            "date": short_day(timezone.localtime(one.sent_at)) if one.sent_at else "", "action": _("Answer"), "peek": False,
        }
        for one in time_sheets.waiting(user, SHOWN)
    ]  # fmt: skip
    waiting = Import.objects.visible_to(user).filter(
        owner=user, state__in=(Import.State.QUESTIONS, Import.State.PREVIEWED)
    )
    return rows + [
        {
            "title": imported.file_name, "href": reverse("import", kwargs={"id": imported.pk}),
            "note": _("Nothing is imported yet: the file waits for your answers.")
            if imported.state == Import.State.QUESTIONS
            else _("Nothing is imported yet: look at the preview and start."),
            "date": short_day(timezone.localtime(imported.created_at)), "action": _("Go on"), "peek": False,
        }
        for imported in waiting.order_by("-id")[:4]
    ]  # fmt: skip


def _pulsed(user: Any) -> list[dict[str, Any]]:
    """Rounds of a pulse that the person is asked in."""
    return [
        {
            "title": one.pulse.name, "href": reverse("pulses_detail", kwargs={"id": one.pulse_id}), "note": _("Your team asks how you are. No page shows who said what."),
            "date": short_day(one.closes_on), "action": pgettext("pulse", "Answer"), "peek": False,
        }
        for one in pulses.waiting(user, SHOWN)
    ]  # fmt: skip


def _joining(user: Any) -> list[dict[str, Any]]:
    """Steps of lists for joining and leaving that are the person's to do."""
    return [
        {
            "title": one.text, "href": reverse("onboardings_detail", kwargs={"id": one.onboarding_id}), "note": _("A step for %(name)s is yours.") % {"name": one.onboarding.person.name},
            "date": short_day(one.due_on), "action": _("Tick it"), "peek": False,
        }
        for one in onboardings.due(user, clock.today(), SHOWN)
    ]  # fmt: skip


def _feared(user: Any) -> list[dict[str, Any]]:
    """Risks of the person to look at again, and issues whose day has come."""
    found = [
        {
            "title": one.title, "href": reverse("risks_detail", kwargs={"id": one.pk}),
            "note": _("You own this risk of %(space)s: does it still stand as it does?") % {"space": one.space.name},
            "date": short_day(one.review_on), "action": _("Look at it"), "peek": False,
        }
        for one in risks.due(user, clock.today(), SHOWN) if one.review_on
    ]  # fmt: skip
    return found + [
        {
            "title": one.title, "href": reverse("issues_detail", kwargs={"id": one.pk}),
            "note": _("You own this issue of %(space)s, and its day has come.") % {"space": one.space.name},
            "date": short_day(one.due_on), "action": _("Tell of progress"), "peek": False,
        }
        for one in issues.due(user, clock.today(), SHOWN) if one.due_on
    ]  # fmt: skip


def _asked(user: Any) -> list[dict[str, Any]]:
    """Changes that wait for the person's verdict, once their effect is computed."""
    return [
        {
            "title": one.title, "href": reverse("change_requests_detail", kwargs={"id": one.pk}),
            "note": _("%(name)s asks for this change of %(space)s: see what it does, then say yes or no.") % {"name": one.author.name, "space": one.space.name},
            "date": short_day(timezone.localtime(one.asked_at)), "action": _("Judge it"), "peek": False,
        }
        for one in change_requests.waiting_for(user, SHOWN) if one.asked_at
    ]  # fmt: skip


def _undecided(user: Any) -> list[dict[str, Any]]:
    """Questions that the person is to decide and that are late, and decisions of theirs to look at again."""
    return [
        {
            "title": one.question, "href": reverse("decisions_detail", kwargs={"id": one.pk}),
            "note": (_("You decide this for %(space)s, and its day has come.") if one.is_open else _("You decided this for %(space)s: does it still hold?")) % {"space": one.space.name},
            "date": short_day(on), "action": _("Decide") if one.is_open else _("Look at it"), "peek": False,
        }
        for one in decisions.due(user, clock.today(), SHOWN) if (on := one.due_on if one.is_open else one.revisit_on)
    ]  # fmt: skip


def _promise(row: Row, axis: picture.Axis | None) -> dict[str, Any]:
    chance = (row.forecast.detail if row.forecast else {}).get("chance")
    said = row.said
    assert said is not None
    parts = [_("promised %(day)s") % {"day": day(said.date)}]
    if chance is not None:
        parts.append(_("chance %(percent)s %%") % {"percent": round(chance * 100)})
    return {
        "row": row, "to": said.to_whom, "note": " · ".join(parts), "lane": picture.lane(row, axis) if axis else None,
        "url": reverse("roadmap_row", kwargs={"kind": row.kind, "id": row.ref.id}),
    }  # fmt: skip


def _axis(found: roadmap.Roadmap, rows: list[Row]) -> picture.Axis | None:
    """The roadmap's axis, begun early enough that every promise of the rows stands on it."""
    if not rows:
        return None
    axis = picture.axis_of(found, picture.MONTHS)
    first = min((row.said.date for row in rows if row.said), default=axis.begin)
    return replace(axis, begin=min(axis.begin, first - timedelta(days=14)))


def _cause(row: Row) -> str:
    if not row.largest:
        return ""
    cause = row.largest[0]
    return words.short_cause(cause, row.named(cause))


def _with_items(user: Any, events: Any) -> list[dict[str, Any]]:
    lines = histories.lines(events, user)
    items = WorkItem.objects.visible_to(user).filter(pk__in={line["subject_id"] for line in lines})
    known = {i.pk: i for i in items.only("id", "key", "title")}
    return [{**line, "item": known.get(line["subject_id"])} for line in lines]


urls = [path("", home, name="home")]
