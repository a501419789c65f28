"""The shell's navigation: at most eight entries, each with its pages; an entry appears when it has something to show."""

import time
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.db.models import Value
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from tandem.collaboration.models import Document, Stakeholder
from tandem.exchange.models import Import
from tandem.governance.models import ChangeRequest, Gate, Issue, MeetingSeries, Risk
from tandem.people.access import Permission, may_somewhere
from tandem.portfolio.models import Portfolio, Programme, Project, Proposal
from tandem.product.models import Product
from tandem.strategy.models import Kpi, Objective
from tandem.web.templating import url


@dataclass(frozen=True, eq=False)
class Place:
    """`pages` are the children, also where there is only one, and each tab of its own. `shows_tabs`: above its pages."""

    label: str
    url: str
    icon: str = ""
    key: str = ""
    active: bool = False
    children: tuple["Place", ...] = ()
    pages: tuple["Place", ...] = ()
    tabs: tuple["Place", ...] = ()
    shows_tabs: bool = True


@dataclass(frozen=True, eq=False)
class Made:
    """Something that can be made, from everywhere."""

    label: str
    url: str
    icon: str
    key: str
    needed: Permission


# section: label, icon, key, (page label, URL name, key)
SECTIONS: list[tuple[Any, str, str, list[tuple[Any, str, str]]]] = [
    (_("Home"), "home", "h", [(_("Home"), "home", ""), (_("Inbox"), "inbox", ""), (_("Time sheet"), "time", "")]),
    (_("Strategy"), "target-arrow", "s", [
        (_("Objectives"), "objectives", "o"), (_("Key results"), "key_results", ""), (_("KPIs"), "kpis", ""),
        (_("Alignment"), "alignment", "a"), (_("Strategy map"), "strategy_map", ""), (_("Charters"), "charters", ""), (_("Themes"), "themes", ""),
    ]),
    (_("Portfolio"), "briefcase", "f", [
        (_("Projects"), "projects", "j"), (_("Portfolio tree"), "portfolio_tree", ""), (_("Plan"), "portfolio_plan", "y"), (_("Conflicts"), "plan_conflicts", ""), (_("Plan scenarios"), "plan_scenarios", ""), (_("Proposals"), "proposals", ""), (_("Scenarios"), "scenarios", ""), (_("Benefits"), "benefits", ""), (pgettext_lazy("page", "Money"), "money", ""), (_("Earned value"), "earned_values", ""), (_("Health"), "projects_health", ""), (_("Dependencies"), "project_dependencies", ""), (_("Project reports"), "project_reports", ""), (_("Course of reports"), "project_reports_course", ""), (_("Programmes"), "programmes", ""), (_("Portfolios"), "portfolios", ""),
    ]),
    (_("Product"), "map-2", "p", [
        (_("Roadmap"), "roadmap", "r"), (_("Features"), "features", ""), (_("Releases"), "releases", ""), (_("Roadmap editions"), "roadmap_editions", ""),
        (_("Promises"), "promises", ""), (_("Feedback"), "feedback", ""), (_("Ballots"), "ballots", ""), (_("Experiments"), "experiments", ""), (_("Scoring models"), "scoring_models", ""),
        (_("Personas"), "personas", ""), (_("Competitors"), "competitors", ""), (_("Research notes"), "research_notes", ""), (_("Customers"), "customers", ""), (_("Segments"), "segments", ""), (_("Products"), "products", ""),
    ]),
    (_("Delivery"), "layout-kanban", "d", [
        (_("Work items"), "work_items", "w"), (_("Plans"), "plans", "g"), (_("Boards"), "boards", "b"),
        (_("Backlog & sprints"), "backlogs", "l"), (_("Flow"), "flows", ""), (_("Estimates"), "estimates", ""),
        (_("Automation"), "automation", ""), (_("Imports"), "imports", "i"), (_("Jobs"), "jobs", ""),
    ]),
    (_("Governance"), "shield-check", "v", [
        (_("Risks"), "risks", "x"), (_("Risk matrix"), "risk_matrix", ""), (_("Risk exposure"), "risk_exposure", ""), (_("Suggested risks"), "risk_suggestions", ""),
        (pgettext_lazy("risks that happened", "Issues"), "issues", ""), (_("Change requests"), "change_requests", ""), (_("Table of approvals"), "approval_rules", ""), (_("Lent voices"), "delegations", ""), (_("Decisions"), "decisions", ""), (_("Where decisions wait"), "decision_waits", ""),
        (_("By phase"), "phase_board", ""), (pgettext_lazy("stage gates", "Gates"), "gates", ""), (pgettext_lazy("ways of working", "Methods"), "methods", ""), (_("Industry packs"), "packs", ""),
        (_("Meetings"), "meetings", "n"), (_("Documents"), "documents", "m"), (_("Stakeholders"), "stakeholders", ""),
    ]),
    (_("People"), "users", "k", [
        (_("People"), "people", ""), (_("Teams"), "teams", ""), (_("Departments"), "departments", ""), (_("Load"), "load", ""), (_("Allocation"), "allocation", ""), (_("Bookings"), "bookings", ""), (_("Fairness"), "fairness", ""), (_("Pulses"), "pulses", ""), (pgettext_lazy("page", "Thanks"), "thanks", ""), (_("Onboarding"), "onboardings", ""), (_("Lists for joining and leaving"), "onboarding_templates", ""),
        (_("Time off"), "time_off", ""), (_("Job roles"), "job_roles", ""), (_("Skills"), "skills", ""), (_("Equipment and material"), "equipment", ""), (_("Joining and leaving"), "employments", ""),
        (_("Roles of people"), "person_roles", ""), (_("Skills of people"), "person_skills", ""), (_("Calendars"), "calendars", ""),
    ]),
]  # fmt: skip

# entries under which several pages stand as tabs: label, the pages; the first one is where the entry leads
GROUPS: list[tuple[Any, list[str]]] = [
    (_("Portfolios"), ["portfolio_tree", "portfolios", "programmes"]),
    (_("Plan"), ["portfolio_plan", "plan_conflicts", "plan_scenarios"]),
    (_("Proposals"), ["proposals", "scenarios", "benefits"]),
    (pgettext_lazy("page", "Money"), ["money", "earned_values"]),
    (_("Health and reports"), ["projects_health", "project_dependencies", "project_reports", "project_reports_course"]),
    (_("What comes first"), ["scoring_models", "ballots", "experiments"]),
    (_("Feedback"), ["feedback", "customers", "segments", "personas", "competitors", "research_notes"]),
    (_("Change requests"), ["change_requests", "approval_rules", "delegations", "decision_waits"]),
    (_("Risks"), ["risks", "risk_matrix", "risk_exposure", "risk_suggestions"]),
    (_("Phases and gates"), ["phase_board", "gates", "methods", "packs"]),
    (_("People"), ["people", "teams", "departments"]),
    (_("Load and bookings"), ["load", "allocation", "bookings", "fairness"]),
    (_("Pulse and thanks"), ["pulses", "thanks"]),
    (_("Onboarding"), ["onboardings", "onboarding_templates"]),
    (_("Set up"), ["job_roles", "skills", "equipment", "employments", "person_roles", "person_skills", "calendars"]),
]

# their pages show the way to each other themselves, with the place that was chosen
_SHOW_EACH_OTHER = {"risks", "phase_board"}

NEW: list[tuple[Any, str, str, Permission, str]] = [
    (_("Work item"), "work_items_new", "checkbox", Permission.EDIT_WORK, "c"),
    (_("Feature"), "features_new", "bulb", Permission.EDIT_PRODUCT, ""),
    (_("Release"), "releases_new", "package", Permission.EDIT_PRODUCT, ""),
    (_("Promise"), "promises_new", "message-circle", Permission.GIVE_PROMISE, ""),
    (_("Feedback"), "feedback_new", "message-circle", Permission.COMMENT, ""),
    (_("Objective"), "objectives_new", "target-arrow", Permission.EDIT_STRATEGY, ""),
    (_("KPI"), "kpis_new", "chart-line", Permission.EDIT_STRATEGY, ""),
    (_("Project"), "projects_new", "briefcase", Permission.EDIT_PORTFOLIO, ""),
    (_("Project from a method"), "method_new_project", "briefcase", Permission.EDIT_PORTFOLIO, ""),
    (_("Proposal"), "proposals_new", "bulb", Permission.EDIT_WORK, ""),
    (_("Benefit"), "benefits_new", "chart-line", Permission.EDIT_WORK, ""),
    (_("Risk"), "risks_new", "alert-triangle", Permission.EDIT_WORK, ""),
    (pgettext_lazy("a risk that happened", "Issue"), "issues_new", "flag", Permission.EDIT_WORK, ""),
    (_("Change request"), "change_requests_new", "git-pull-request", Permission.COMMENT, ""),
    (_("Decision"), "decisions_new", "scale", Permission.EDIT_WORK, ""),
    (pgettext_lazy("record", "Meeting"), "meeting_series_new", "calendar-event", Permission.EDIT_WORK, ""),
    (_("Page"), "documents_new", "notes", Permission.EDIT_WORK, ""),
    (pgettext_lazy("record", "Cost"), "cost_lines_new", "coin", Permission.EDIT_PLAN, ""),
    (_("Import a file"), "imports_new", "file-import", Permission.IMPORT, ""),
]


# what makes an entry appear; Home and People always have something: oneself
_FILLED_BY: dict[str, list[Any]] = {
    "objectives": [Objective, Kpi],
    "projects": [Project, Portfolio, Programme, Proposal],
    "roadmap": [Product],
    "work_items": [Project, Import],
    "risks": [Risk, Issue, Gate, ChangeRequest, Document, MeetingSeries, Stakeholder],
}
_KEPT_SECONDS, _KEPT_WHILE_SOME_LACK = 300.0, 20.0
_KEPT_PEOPLE = 5000
_full: dict[tuple[int, int], float] = {}
_lacking: dict[tuple[int, int], tuple[float, frozenset[str]]] = {}


def filled(user: Any) -> set[str]:
    """First pages of the sections in which the person can see anything. Every page asks, so it is believed for some minutes once all are
    filled, which seldom changes back, and else for some seconds, or until somebody writes here."""
    key, now = (user.pk, user.access_version), time.monotonic()
    if _full.get(key, 0.0) > now:
        return set(_FILLED_BY)
    until, known = _lacking.get(key, (0.0, frozenset()))
    if until > now:
        return set(known)
    asked = [
        model.objects.visible_to(user).order_by().values_list(Value(page), flat=True)[:1]
        for page, models in _FILLED_BY.items()
        for model in models
    ]
    found = set(asked[0].union(*asked[1:]))
    for kept in (_full, _lacking):
        if len(kept) > _KEPT_PEOPLE:
            kept.clear()
    if len(found) == len(_FILLED_BY):
        _full[key] = now + _KEPT_SECONDS
    else:
        _lacking[key] = now + _KEPT_WHILE_SOME_LACK, frozenset(found)
    return found


def forget_what_lacked() -> None:
    """After a write: the first row of its kind may have come."""
    _lacking.clear()


def forget() -> None:
    """Tests start from an empty memory."""
    _full.clear()
    _lacking.clear()


def sections(request: HttpRequest, *, all_of_them: bool = False) -> tuple[Place, ...]:
    """The entries with the current page marked: the longest address that the request's path begins with."""
    present = set(_FILLED_BY) if all_of_them else filled(request.user)
    language = get_language()
    return tuple(
        place
        for place, (_label, _icon, _key, pages) in zip(_marked(language, _open(language, request.path)), SECTIONS, strict=True)
        if place.active or pages[0][1] in present or pages[0][1] not in _FILLED_BY
    )


def new_items(user: Any) -> tuple[Made, ...]:
    """What the person may create somewhere."""
    return tuple(row for row in _makings(get_language()) if may_somewhere(user, row.needed))


@lru_cache(maxsize=2000)
def links(part: str, places: tuple[Place, ...] | tuple[Made, ...]) -> Markup:
    """A part of the navigation as every page shows it; places are made once, so they stand for the page and its language."""
    template: Any = get_template("components/navigation.html")
    return Markup(getattr(template.template.module, part)(places))  # noqa: S704  the template escapes


def _open(language: str | None, path: str) -> str:
    """The address of the page of the navigation that this one belongs to."""
    path = "/backlog/" if path.startswith("/sprints/") else path  # a sprint is reached from its backlog
    path = "/money/" if path.startswith(("/costs/", "/exchange-rates/", "/counting/")) else path
    path = "/meetings/" if path.startswith("/meeting-series/") else path
    path = "/automation/" if path.startswith(("/webhooks/", "/rules/")) else path
    there = (address for *_names, pages in _spoken(language) for _text, address, _letter in pages)
    return max((one for one in there if (path == "/" if one == "/" else path.startswith(one))), key=len, default="")


@cache
def _spoken(language: str | None) -> list[tuple[str, str, str, list[tuple[str, str, str]]]]:
    """The sections in the words of a language, with their addresses: every page shows them all."""
    return [
        (str(label), icon, key, [(str(text), url(name), letter) for text, name, letter in pages])
        for label, icon, key, pages in SECTIONS
    ]


@cache
def _makings(language: str | None) -> list[Made]:
    return [Made(str(label), url(name), icon, key, needed) for label, name, icon, needed, key in NEW]


@cache
def _marked(language: str | None, opened: str) -> list[Place]:
    found = []
    for label, icon, key, pages in _spoken(language):
        children = tuple(Place(text, address, key=letter, active=address == opened) for text, address, letter in pages)
        is_open = any(child.active for child in children)
        shown = _grouped(language, children) if len(children) > 1 else ()
        found.append(Place(label, children[0].url, icon, key, is_open, shown, children))
    return found


def _grouped(language: str | None, children: tuple[Place, ...]) -> tuple[Place, ...]:
    """Pages of a group as one entry; the page that is open marks it."""
    by_url = {child.url: child for child in children}
    for label, names, shows_tabs in _grouping(language):
        tabs = tuple(by_url[address] for address in names if address in by_url)
        if len(tabs) > 1:
            group = Place(label, tabs[0].url, key=tabs[0].key, active=any(tab.active for tab in tabs), tabs=tabs, shows_tabs=shows_tabs)
            at = children.index(tabs[0])
            children = (*children[:at], group, *(child for child in children[at:] if child not in tabs))
    return children


@cache
def _grouping(language: str | None) -> list[tuple[str, list[str], bool]]:
    return [(str(label), [url(name) for name in names], names[0] not in _SHOW_EACH_OTHER) for label, names in GROUPS]
