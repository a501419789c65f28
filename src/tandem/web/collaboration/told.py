"""News in words: grouped by the record that they are about, each with its sentence, its reason and its way there. The
inbox and the letters say the same."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tandem.collaboration.models import Comment, Job, Notification
from tandem.history.models import Event
from tandem.kit.types import Ref
from tandem.people.models import Space
from tandem.web import histories, markdown
from tandem.web.templating import day, moment

PAGES = {
    "strategy.objective": "objectives_detail", "strategy.keyresult": "key_results_detail", "strategy.kpi": "kpis_detail", "portfolio.benefit": "benefits_detail", "portfolio.portfolio": "portfolios_detail", "portfolio.programme": "programmes_detail",
    "portfolio.project": "projects_detail", "portfolio.proposal": "proposals_detail", "planning.scenario": "scenarios_detail", "portfolio.projectreport": "project_reports_detail", "product.product": "products_detail", "product.feature": "features_detail",
    "product.release": "releases_detail", "product.scoringmodel": "scoring_models_detail", "product.ballot": "ballots_detail", "product.experiment": "experiments_detail", "product.persona": "personas_detail", "product.competitor": "competitors_detail", "product.researchnote": "research_notes_detail", "product.feedback": "feedback_detail", "resources.jobrole": "job_roles_detail", "resources.skill": "skills_detail", "resources.department": "departments_detail", "resources.booking": "bookings_detail", "resources.timesheet": "time_sheet", "people.user": "person_time", "work.workitem": "work_item_by_id", "collaboration.job": "job",
    "automation.hook": "webhook", "resources.timeoff": "time_off_detail", "governance.risk": "risks_detail", "governance.issue": "issues_detail", "governance.changerequest": "change_requests_detail", "governance.decision": "decisions_detail", "governance.delegation": "delegations_detail",
    "collaboration.document": "documents_detail", "collaboration.stakeholder": "stakeholders_detail", "collaboration.pulse": "pulses_detail", "governance.onboarding": "onboardings_detail", "governance.onboardingtemplate": "onboarding_templates_detail", "governance.meetingseries": "meeting_series_detail", "governance.meeting": "meetings_detail",
}  # fmt: skip
_NO_PEEK = ("governance.delegation", "governance.onboarding", "collaboration.job", "resources.timesheet", "people.user", "automation.hook", "automation.rule", "resources.timeoff")
_NAMED_WITH = {"governance.meeting": ("series",), "governance.delegation": ("giver", "delegate")}
_SNIPPET = 240
# what is said to somebody whom it names, where nothing was given to them
_OF_VOICES = {
    "delegation.made": lazy("%(who)s lent you their voice for verdicts on changes"),
    "delegation.withdrawn": lazy("%(who)s took back the voice that was lent to you"),
    "change_request.judged": lazy("%(who)s said a verdict in your place"),
}


@dataclass
class Line:
    """One piece of news: what happened, and the words that somebody wrote, if any."""

    id: int
    text: str
    when: datetime
    quote: str = ""


@dataclass
class Group:
    """Everything unread about one record, the newest first."""

    about: Ref
    name: str
    where: str
    url: str
    has_peek: bool
    why: str
    can_leave: bool
    lines: list[Line] = field(default_factory=list)

    @property
    def ids(self) -> str:
        return ",".join(str(line.id) for line in self.lines)


def groups(user: Any, rows: list[Notification]) -> list[Group]:
    """In the order of the rows. What the reader may not see any more has no name, and its events no words."""
    events = {line["id"]: line for line in histories.lines(_events(user, rows), user, is_brief=True)} if rows else {}
    said = _comments(user, events)
    names, places = _names(user, rows), _places(user, rows)
    found: dict[Ref, Group] = {}
    for row in rows:
        about = Ref(row.subject_kind, row.subject_id)
        if about not in found:
            found[about] = Group(
                about, names.get(about) or _("something that is gone or that you cannot see"), places.get(row.space_id, ""),
                reverse(PAGES[about.kind], kwargs={"id": about.id}) if about.kind in PAGES else "", about.kind not in _NO_PEEK,
                str(row.get_why_display()) if row.why else _("you started it"), about.kind in PAGES and about.kind not in _NO_PEEK,
            )  # fmt: skip
        event = events.get(row.event_id) if row.event_id else None
        quote = said.get(event["subject_id"], "") if event and event["code"] == "comment.added" else str(row.facts.get("letter", ""))
        found[about].lines.append(Line(row.pk, sentence(row, event), row.happened_at, quote))
    return list(found.values())


def _events(user: Any, rows: list[Notification]) -> Any:
    return (
        Event.objects.visible_to(user)
        .filter(pk__in=[row.event_id for row in rows if row.event_id])
        .order_by("id")
    )


def _comments(user: Any, events: dict[int, Any]) -> dict[int, str]:
    """What the comments say today: a rewritten one is not quoted as it was, a removed one not at all."""
    ids = [line["subject_id"] for line in events.values() if line["code"] == "comment.added"]
    rows = Comment.objects.visible_to(user).filter(pk__in=ids).values_list("id", Left("body", 2000)) if ids else ()
    return {pk: _short(markdown.plain(body)) for pk, body in rows}


def _short(text: str) -> str:
    return text if len(text) <= _SNIPPET else text[: _SNIPPET - 1] + "…"


def _names(user: Any, rows: list[Notification]) -> dict[Ref, str]:
    """One query for each kind of record."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.subject_kind].add(row.subject_id)
    found = {}
    for kind, ids in wanted.items():
        seen = apps.get_model(kind)._default_manager.visible_to(user).filter(pk__in=ids)  # type: ignore[attr-defined]
        found |= {
            Ref(kind, one.pk): str(one)
            for one in (seen.only("key", "title") if kind == "work.workitem" else seen.select_related(*_NAMED_WITH[kind]) if kind in _NAMED_WITH else seen)
        }
    return found


def _places(user: Any, rows: list[Notification]) -> dict[int, str]:
    ids = {row.space_id for row in rows}
    return dict(Space.objects.visible_to(user).filter(pk__in=ids).values_list("id", "name")) if ids else {}


def sentence(row: Notification, event: dict[str, Any] | None) -> str:
    """What happened, in one line of plain words."""
    if event is None:
        return _without_event(row.facts)
    who = {"who": event["who"]}
    if row.kind == Notification.Kind.MENTIONED:
        return _("%(who)s mentioned you") % who
    if row.kind == Notification.Kind.ASSIGNED and event["code"] in _OF_VOICES:
        return str(_OF_VOICES[event["code"]]) % who
    if row.kind == Notification.Kind.ASSIGNED:
        return _("%(who)s gave it to you") % who
    if event["moved"]:
        ways = {"before": event["moved"]["from"], "after": event["moved"]["to"]}
        return _("%(who)s moved it from %(before)s to %(after)s") % (who | ways)
    return _changed(event, who)


def _moved_date(changes: list[dict[str, Any]], who: dict[str, str]) -> str:
    date = next(((c["before"], c["after"]) for c in changes if c["name"] == "date"), ("–", "–"))
    return _("%(who)s moved the date of what you asked for from %(before)s to %(after)s") % (who | {"before": date[0], "after": date[1]})


def _changed(event: dict[str, Any], who: dict[str, str]) -> str:
    changes = event["changes"]
    if event["code"] == "feedback.date_moved":
        return _moved_date(changes, who)
    if event["code"] == "promise.revised":
        date = next(((c["before"], c["after"]) for c in changes if c["name"] == "date"), ("–", "–"))
        return _("%(who)s revised a promise from %(before)s to %(after)s") % (
            who | {"before": date[0], "after": date[1]}
        )
    if not event["code"].endswith(".changed") or not changes:
        return f"{event['who']} {event['verb']}"
    if len(changes) > 1:
        return _("%(who)s changed %(fields)s") % (who | {"fields": ", ".join(c["field"] for c in changes)})
    (one,) = changes
    values = who | {"field": one["field"], "before": one["before"], "after": one["after"]}
    if one["is_long"]:
        return _("%(who)s rewrote the %(field)s") % values
    return (
        _("%(who)s set %(field)s to %(after)s")
        if one["is_first"]
        else _("%(who)s changed %(field)s from %(before)s to %(after)s")
    ) % values


def _without_event(facts: dict[str, Any]) -> str:
    """News that no single event tells: a day that has come, a job's end, a forecast that moved."""
    if "overdue" in facts:
        return _("It is overdue since %(day)s") % {"day": _day(facts["overdue"])}
    if "due" in facts:
        return _("It is due on %(day)s") % {"day": _day(facts["due"])}
    if "aged" in facts:
        return _("It has been in progress for longer than %(days)s days, within which %(percent)s %% of the finished items were done") % {
            "days": f"{facts['aged']:g}", "percent": facts["percent"],
        }  # fmt: skip
    if said := _of_talks(facts):
        return said
    if "review" in facts:
        return _("It is to be looked at again since %(day)s") % {"day": _day(facts["review"])}
    if "decision_due" in facts:
        return _("It is to be decided, or looked at again, since %(day)s") % {"day": _day(facts["decision_due"])}
    if "approval_due" in facts:
        return _("It was carried out first, and its approval was due on %(day)s") % {"day": _day(facts["approval_due"])}
    if "issue_silent" in facts:
        return _("Nothing has moved since %(day)s: step %(n)s of its escalation reaches you") % {"day": _day(facts["issue_silent"]), "n": facts["step"]}
    if "week_submitted" in facts:
        return _("The week from %(day)s waits for your answer") % {"day": _day(facts["week_submitted"])}
    if "week_returned" in facts:
        return _("The week from %(day)s came back to you") % {"day": _day(facts["week_returned"])}
    if "budget_with_labour" in facts:
        return _("With the labour that was logged %(percent)s %% of the budget is committed or spent") % {"percent": facts["budget_with_labour"]}
    if "week_missing" in facts:
        return _("Your time of the week from %(day)s is not sent in yet") % {"day": _day(facts["week_missing"])}
    if "job" in facts:
        return str(
            facts.get("error")
            or (_("It is finished") if facts["job"] == Job.State.DONE else Job.State(facts["job"]).label)
        )
    if "time_off" in facts:
        days = {"who": facts["who"], "first": _day(facts["first"]), "last": _day(facts["last"])}
        told = {
            "asked": _("%(who)s asks for time off from %(first)s to %(last)s: it waits for your answer"), "approved": _("Time off from %(first)s to %(last)s is approved"),
            "declined": _("Time off from %(first)s to %(last)s is declined"),
        }  # fmt: skip
        return told.get(facts["time_off"], "%(first)s") % days
    if "letter" in facts:
        return _("The rule “%(name)s” writes") % {"name": facts["rule"]}
    if "rule" in facts:
        return _("The rule “%(name)s” points you to it") % {"name": facts["rule"]}
    if "switched_off" in facts:
        return _("It was switched off: too many failures in a row")
    if "slip" in facts:
        told = {"p80": _day(facts["p80"]), "who": facts["to"], "date": _day(facts["date"])}
        if facts["slip"] == "off":
            return (
                _(
                    "Tandem now expects it on %(p80)s (P80): %(date)s, promised to %(who)s, will probably be missed"
                )
                % told
            )
        return (
            _("Tandem now expects it on %(p80)s (P80): %(date)s, promised to %(who)s, is not safe any more")
            % told
        )
    return _("something that is gone or that you cannot see")


def _of_talks(facts: dict[str, Any]) -> str:
    """Of meetings, thanks, lent voices, pulses, joining and leaving, and of stakeholders who are to be told something."""
    if "thanks" in facts:
        return _("%(who)s thanks you: %(words)s") % {"who": facts["who"], "words": facts["thanks"]} if facts["thanks"] else _("It was taken back")
    if "voice_back" in facts:
        return _("%(who)s took back the voice that you had lent to %(other)s") % {"who": facts["voice_back"], "other": facts["lent_to"]}
    if "pulse" in facts:
        return _("Your team asks how you are: answer by %(day)s, nobody sees who said what") % {"day": _day(facts["pulse"])}
    if "onboarding_step" in facts:
        return _("“%(step)s” is yours to do for %(who)s by %(day)s") % {"step": facts["onboarding_step"], "who": facts["who"], "day": _day(facts["due_on"])}
    if "stakeholder" in facts:
        return _("It is time to tell them something, since %(day)s") % {"day": _day(facts["stakeholder"])}
    if "meeting_minutes" in facts:
        counts = {"decisions": facts["decisions"], "actions": facts["actions"], "when": _moment(facts["meeting_minutes"])}
        return _("The minutes of %(when)s are there: %(decisions)s decisions, %(actions)s actions") % counts
    if "meeting_agenda" in facts:
        return _("The agenda for %(when)s stands: %(points)s points") % {"when": _moment(facts["meeting_agenda"]), "points": facts["points"]}
    if "meeting_moved" in facts:
        return _("The meeting was moved to %(when)s") % {"when": _moment(facts["meeting_moved"])}
    if "meeting_on" in facts:
        return _("The meeting of %(when)s takes place after all") % {"when": _moment(facts["meeting_on"])}
    if "meeting_answer" in facts:
        words = _("%(who)s comes to the meeting of %(when)s after all") if facts["comes"] else _("%(who)s does not come to the meeting of %(when)s")
        return words % {"who": facts["who"], "when": _moment(facts["meeting_answer"])}
    if "meeting_off" in facts:
        return _("The meeting of %(when)s is off: %(reason)s") % {"when": _moment(facts["meeting_off"]), "reason": facts["reason"]}
    return ""


def _moment(text: str) -> str:
    found = parse_datetime(text)
    return moment(found) if found else "–"


def _day(text: str) -> str:
    return day(parse_date(text)) if text else "–"
