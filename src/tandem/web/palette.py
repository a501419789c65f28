"""What the command palette finds: commands, pages, people, work items and everything else that has a name; a typing
error is forgiven."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from tandem.collaboration.models import Document, SavedView, Stakeholder
from tandem.governance.models import ChangeRequest, Decision, Issue, MeetingSeries, Risk
from tandem.kit.text import fold, grams, near_grams, nearness, pinyin_key
from tandem.people.models import Team, User
from tandem.planning.models import Scenario
from tandem.portfolio.models import Benefit, Portfolio, Programme, Project, Proposal
from tandem.product.models import (
    Ballot,
    Competitor,
    Customer,
    Experiment,
    Feature,
    Feedback,
    Persona,
    Product,
    Release,
    ResearchNote,
    RoadmapEdition,
    ScoringModel,
)
from tandem.reports.queries import quick_line
from tandem.resources.models import Department, JobRole, Skill
from tandem.strategy.models import KeyResult, Kpi, Objective
from tandem.web import navigation
from tandem.web.work.new import homes, usual_home
from tandem.work.models import WorkItem

# a small list is compared name by name: nobody has more projects in view
MOST_NAMES, MOST_TEXT = 500, 200
MOST_ITEMS, ENOUGH, MOST_NEAR, LONGEST_NEAR, NEAR = 8, 3, 60, 40, 0.72


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """`>` commands, `@` people, `#` items, `/` pages; without a prefix everything."""
    text = request.GET.get("q", "").strip()[:MOST_TEXT]
    prefix, rest = (text[0], text[1:].strip()) if text[:1] in (">", "@", "#", "/") else ("", text)
    groups = []
    if prefix in ("", "#") and rest:
        groups.append((_("Work items"), _items(request.user, rest)))
    if prefix == "" and rest:
        groups += [(str(noun.title), _named(request.user, noun, rest)) for noun in NOUNS]
    if prefix in ("", "@") and rest:
        groups.append((_("People"), _people(request.user, rest)))
    if prefix in ("", "/"):
        groups.append((_("Pages"), _pages(request, rest)))
    if prefix in ("", ">"):
        groups.append((_("Commands"), _typed(request.user, rest) + _commands(request, rest)))
    return JsonResponse({"groups": [{"title": title, "items": items} for title, items in groups if items]})


def _items(user: Any, text: str) -> list[dict[str, str]]:
    """The key as typed, then words as typed, then words with a typing error; each by what changed last."""
    everything = WorkItem.objects.visible_to(user).present()
    rows = everything.unarchived()
    found = dict(everything.filter(key__in=(text, text.upper())).values_list("key", "title")[:1])
    found |= dict(rows.matching(text).order_by("-updated_at").values_list("key", "title")[:MOST_ITEMS])
    if len(found) < ENOUGH and len(text) <= LONGEST_NEAR:
        near = rows.resembling(text).order_by("-updated_at").values_list("key", "title")[:MOST_NEAR]
        ranked = sorted(((nearness(text, title), key, title) for key, title in near if key not in found), key=lambda row: -row[0])
        found |= {key: title for how, key, title in ranked if how >= NEAR}
    return [
        {"label": title, "hint": key, "url": reverse("work_item", kwargs={"key": key}), "icon": "checkbox"}
        for key, title in list(found.items())[: MOST_ITEMS + 1]
    ]


def _named(user: Any, noun: "Noun", text: str) -> list[dict[str, str]]:
    rows = noun.model.objects.visible_to(user).order_by("-id").values_list(noun.field, noun.at)[:MOST_NAMES]
    return [{"label": name, "hint": noun.hint(at), "url": noun.url(at), "icon": noun.icon} for name, at in _reads_like(rows, text)[:5]]


def _reads_like(rows: Any, text: str) -> list[tuple[str, Any]]:
    """Names that hold the text, begin so in pinyin, or whose key begins so; where there is none, those with a typing error."""
    wanted, rows = fold(text), list(rows)
    found = [
        (name, other)
        for name, other in rows
        if wanted in fold(name)
        or any(word.startswith(wanted) for word in pinyin_key(name).split())
        or (isinstance(other, str) and other.lower().startswith(wanted))
    ]
    if found or not 3 < len(text) <= LONGEST_NEAR:
        return found
    choices = [[set(terms) for terms in word] for word in near_grams(text)]
    known = ((name, other, set(grams(f"{name} {pinyin_key(name)}"))) for name, other in rows)
    near = [(name, other) for name, other, held in known if all(any(c <= held for c in word) for word in choices)]
    ranked = sorted(((nearness(text, name), name, other) for name, other in near[:MOST_NEAR]), key=lambda row: -row[0])
    return [(name, other) for how, name, other in ranked if how >= NEAR]


@dataclass(frozen=True)
class Noun:
    """Something with a name: `at` is the field that its page is found by."""

    title: Any
    model: Any
    field: str
    icon: str
    page: str
    at: str = "pk"

    def url(self, at: Any) -> str:
        if self.page == "work_items":
            return f"{reverse('work_items')}?{at}"
        return reverse(self.page, kwargs={"key" if self.at == "space__key" else "id": at})

    def hint(self, at: Any) -> str:
        return at if self.at == "space__key" else ""


NOUNS = (
    Noun(lazy("Features"), Feature, "title", "bulb", "features_detail"),
    Noun(lazy("Projects"), Project, "name", "briefcase", "board", "space__key"),
    Noun(lazy("Objectives"), Objective, "title", "target-arrow", "objectives_detail"),
    Noun(lazy("Key results"), KeyResult, "title", "target-arrow", "key_results_detail"),
    Noun(lazy("KPIs"), Kpi, "name", "chart-line", "kpis_detail"),
    Noun(lazy("Products"), Product, "name", "map-2", "products_detail"),
    Noun(lazy("Ballots"), Ballot, "title", "checkbox", "ballots_detail"),
    Noun(lazy("Experiments"), Experiment, "title", "test-pipe", "experiments_detail"),
    Noun(lazy("Personas"), Persona, "name", "user", "personas_detail"),
    Noun(lazy("Competitors"), Competitor, "name", "flag", "competitors_detail"),
    Noun(lazy("Research notes"), ResearchNote, "title", "notes", "research_notes_detail"),
    Noun(lazy("Scoring models"), ScoringModel, "name", "list-details", "scoring_models_detail"),
    Noun(lazy("Roadmap editions"), RoadmapEdition, "name", "share-2", "roadmap_editions_detail"),
    Noun(lazy("Releases"), Release, "name", "package", "releases_detail"),
    Noun(lazy("Proposals"), Proposal, "title", "bulb", "proposals_detail"),
    Noun(lazy("Benefits"), Benefit, "title", "chart-line", "benefits_detail"),
    Noun(lazy("Risks"), Risk, "title", "alert-triangle", "risks_detail"),
    Noun(pgettext_lazy("risks that happened", "Issues"), Issue, "title", "flag", "issues_detail"),
    Noun(lazy("Decisions"), Decision, "question", "scale", "decisions_detail"),
    Noun(lazy("Change requests"), ChangeRequest, "title", "git-pull-request", "change_requests_detail"),
    Noun(lazy("Scenarios"), Scenario, "name", "columns", "scenarios_detail"),
    Noun(lazy("Programmes"), Programme, "name", "briefcase", "programmes_detail"),
    Noun(lazy("Portfolios"), Portfolio, "name", "briefcase", "portfolios_detail"),
    Noun(lazy("Feedback"), Feedback, "title", "message-circle", "feedback_detail"),
    Noun(lazy("Customers"), Customer, "name", "users", "customers_detail"),
    Noun(lazy("Departments"), Department, "name", "users", "departments_detail"),
    Noun(lazy("Job roles"), JobRole, "name", "user", "job_roles_detail"),
    Noun(lazy("Skills"), Skill, "name", "user", "skills_detail"),
    Noun(lazy("Teams"), Team, "name", "users", "teams_detail"),
    Noun(lazy("Meetings"), MeetingSeries, "title", "calendar-event", "meeting_series_detail"),
    Noun(lazy("Stakeholders"), Stakeholder, "name", "user", "stakeholders_detail"),
    Noun(lazy("Documents"), Document, "title", "notes", "documents_detail"),
    Noun(lazy("Views"), SavedView, "name", "bookmark", "work_items", "query"),
)


def _people(user: Any, text: str) -> list[dict[str, str]]:
    rows = User.objects.visible_to(user).active().matching(text)[:5]
    return [
        {
            "label": u.name,
            "hint": "",
            "url": reverse("work_items") + "?" + urlencode({"q": f'assignee:"{u.name}"'}),
            "icon": "user",
        }
        for u in rows
    ]


def _pages(request: HttpRequest, text: str) -> list[dict[str, str]]:
    pages = [(c, s) for s in navigation.sections(request, all_of_them=True) for c in s.pages]
    return [
        {"label": str(c.label), "hint": str(s.label) if s.label != c.label else "", "url": c.url, "icon": s.icon}
        for c, s in pages
        if text.lower() in str(c.label).lower()
    ]


def _typed(user: Any, text: str) -> list[dict[str, str]]:
    """A line with marks is a work item to be: what is understood stands beside it, the form comes filled in."""
    home = usual_home(user, homes(user)) if quick_line.has_marks(text) else None
    line = quick_line.read(text, user, home.pk) if home else None
    if line is None or home is None or not line.title or not any(not p.problem for p in line.pieces):
        return []
    said = " · ".join(p.said for p in sorted(line.pieces, key=lambda p: p.start) if not p.problem)
    url = f"{reverse('work_items_new')}?{urlencode({'space': home.pk, 'text': text})}"
    return [{"label": _("New work item: %(title)s") % {"title": line.title}, "hint": f"{said} · {home.key}", "url": url, "icon": "plus", "key": ""}]


def _commands(request: HttpRequest, text: str) -> list[dict[str, str]]:
    rows = [
        {
            "label": _("New: %(noun)s") % {"noun": n.label},
            "hint": "",
            "url": n.url,
            "icon": n.icon,
            "key": n.key,
        }
        for n in navigation.new_items(request.user)
    ]
    return [r for r in rows if text.lower() in r["label"].lower()]


urls = [path("palette/", search, name="palette")]
