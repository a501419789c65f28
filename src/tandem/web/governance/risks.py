"""Risks: the register over any scope, and each of them with what it touches and what is done about it."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from tandem.governance.actions import risk_ties, risks
from tandem.governance.models import Issue, Risk, RiskTie
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.product.models import Feature
from tandem.reports.queries import risks as reads
from tandem.reports.queries.scope import below
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance import risk_words as words
from tandem.web.governance.risk_forms import RiskForm
from tandem.web.portfolio import money
from tandem.web.templating import day, url
from tandem.work.models import WorkItem

KINDS = ("organisation", "portfolio", "programme", "project", "product")
MOST_PLACES = 300
_SHAPES = {"open": "to_do", "happened": "in_progress", "closed": "done"}


def create(*, actor: Any, home: Any, **values: Any) -> Risk:
    return risks.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Risk, version: int | None, **values: Any) -> Risk:
    return risks.change(actor=actor, risk=row, version=version, **values)


def remove(*, actor: Any, row: Risk, version: int | None) -> None:
    risks.remove(actor=actor, risk=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    reads.look_up(rows)


def places(request: HttpRequest) -> list[tuple[str, str]]:
    """From the top; the place that was asked for is always among them."""
    rows = Space.objects.visible_to(request.user).filter(kind__in=KINDS).values_list("key", "name")
    found = list(rows.order_by("parent_id", "name")[:MOST_PLACES])
    key = request.GET.get("in", "")
    return found if not key or key in dict(found) else [*found, *rows.filter(key=key)]


def within(request: HttpRequest, rows: Any, key: str) -> Any:
    space = doors.find(Space.objects.all(), request.user, key=key)
    return rows.filter(space_id__among=below(request.user, space.pk))


def _lacking(rows: Any, what: str) -> Any:
    return {"review": rows.due_review(clock.today()), "owner": rows.unowned(), "response": rows.unanswered()}[what]


def over(request: HttpRequest) -> dict[str, Any]:
    """One sentence above the first page: how many are open, and what is missing."""
    if request.GET.get("cursor"):
        return {"sentence": "", "tabs": tabs(request, "risks")}
    found = reads.counted(generic.narrowed(request, noun, without="state").select_related(None), clock.today())
    if not found.count:
        return {"sentence": "", "tabs": tabs(request, "risks")}
    parts = [ngettext("%(n)s open risk", "%(n)s open risks", found.count) % {"n": found.count}]
    if found.due:
        parts.append(ngettext("%(n)s due for review", "%(n)s due for review", found.due) % {"n": found.due})
    if found.unanswered:
        parts.append(ngettext("%(n)s without a response", "%(n)s without a response", found.unanswered) % {"n": found.unanswered})
    if found.unowned:
        parts.append(ngettext("%(n)s without an owner", "%(n)s without an owner", found.unowned) % {"n": found.unowned})
    joined = parts[0] + "".join(now_("; %(part)s") % {"part": part} for part in parts[1:])
    return {"sentence": joined + pgettext("sentence", "."), "tabs": tabs(request, "risks")}


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The pages of risks, on the same scope."""
    key = request.GET.get("in", "")
    asked = f"?in={key}" if key else ""
    pages = (("risks", now_("Register")), ("risk_matrix", now_("Matrix")), ("risk_exposure", now_("Exposure")), ("risk_suggestions", now_("Suggested")))
    return [{"label": text, "href": url(name) + asked, "current": name == current} for name, text in pages]


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    user = request.user
    reads.look_up([row])
    may_edit = may(user, Permission.EDIT_WORK, row.space_id)
    ties = reads.ties(user, row)
    issues = list(Issue.objects.visible_to(user).filter(risk=row).order_by("-id")[:5])
    return {
        "grade": words.grade(row), "expected": words.expected(row), "may_edit": may_edit and row.is_open, "may_reopen": may_edit and row.state == Risk.State.CLOSED,
        "may_change": may_edit and row.is_open, "judged": _judged(row), "sentences": [{"key": label, "value": text} for label, text in _told(row) if text],
        "touches": [pair for pair in ties if pair[0].kind == RiskTie.Kind.TOUCHES], "responds": [pair for pair in ties if pair[0].kind == RiskTie.Kind.RESPONDS],
        "issues": issues, "next_review": clock.today() + timedelta(days=30), "cost": money.money(row.response_cost, row.currency) if row.response_cost else "",
        "is_due": row.is_open and row.review_on is not None and row.review_on <= clock.today(), "removal_url": "" if issues else reverse("risks_removals", kwargs={"id": row.pk}),
        "features": list(Feature.objects.visible_to(user).on_roadmap().order_by("title").values_list("pk", "title")[:200]) if may_edit and row.is_open else [],
        "is_all_done": any(tie.kind == RiskTie.Kind.RESPONDS for tie, _s in ties) and all(item is None or item.is_done for tie, item in ties if tie.kind == RiskTie.Kind.RESPONDS),
    }  # fmt: skip


def _told(row: Any) -> list[tuple[str, str]]:
    return [(now_("Because"), row.cause), (now_("it may happen"), row.event), (now_("so that"), row.effect)]


def _judged(row: Any) -> list[dict[str, Any]]:
    """Before the response and after it; the one that counts today is named."""
    found = [{
        "name": now_("Without the response"), "probability": words.percent(row.probability), "days": words.points_days(row.days) or "–",
        "money": words.points_money(row.money, row.currency) or "–", "counts": not row.is_responded or row.residual_probability is None,
    }]  # fmt: skip
    if row.residual_probability is not None:
        found.append({
            "name": now_("After the response"), "probability": words.percent(row.residual_probability), "days": words.points_days(row.residual_days) or "–",
            "money": words.points_money(row.residual_money, row.currency) or "–", "counts": row.is_responded,
        })  # fmt: skip
    return found


def _near(row: Any) -> Any:
    if row.near_from and row.near_until:
        return cells.dates(row.near_from, row.near_until)
    if row.near_until:
        return now_("until %(day)s") % {"day": day(row.near_until)}
    return now_("from %(day)s on") % {"day": day(row.near_from)} if row.near_from else ""


noun = Noun(
    slug="risks", model=Risk, one=_("risk"), many=_("Risks"),
    purpose=_("What may happen, how likely it is, what it would do, and what is done about it."),
    columns=(
        Column("title", _("Risk"), lambda r: r.title, "title", is_title=True),
        Column("grade", pgettext_lazy("of a risk", "Grade"), words.grade),
        Column("probability", _("Probability"), lambda r: words.percent(r.now.probability), "probability", is_number=True),
        Column("days", pgettext_lazy("of a risk", "Days"), lambda r: words.short_points(r.now.days), is_number=True),
        Column("money", pgettext_lazy("of a risk", "Money"), lambda r: words.short_points(r.now.money, r.currency), is_number=True),
        Column("expected_days", _("Expected days"), lambda r: words.days(r.expected_days) if r.expected_days else "", "expected_days", is_number=True),
        Column("expected_money", _("Expected money"), lambda r: money.money(r.expected_money, r.currency) if r.expected_money else "", "expected_money", is_number=True),
        Column("response", _("Response"), lambda r: r.get_response_display(), "response"),
        Column("review_on", _("Review"), lambda r: cells.date(r.review_on) if r.is_open else "", "review_on"),
        Column("state", _("State"), lambda r: cells.state(_SHAPES[r.state], r.get_state_display()), "state"),
        Column("space", _("Of"), lambda r: r.space.name),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()), Fact(_("Reason"), lambda r: r.reason or "–"), Fact(_("Kind"), lambda r: r.get_kind_display()),
        Fact(_("Area"), lambda r: r.get_area_display()), Fact(_("Of"), lambda r: r.space.name), Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("May happen"), lambda r: _near(r) or "–"), Fact(_("Trigger"), lambda r: r.trigger or "–"), Fact(_("Next review"), lambda r: cells.date(r.review_on) if r.is_open and r.review_on else "–"),
    ),
    filters=(
        Filter("in", _("Where"), places, narrow_for=within),
        Filter("state", _("State"), lambda request: list(Risk.State.choices)),
        Filter("kind", _("Kind"), lambda request: list(Risk.Kind.choices)),
        Filter("lacks", _("Which"), lambda request: [("review", now_("due for review")), ("response", now_("without a response")), ("owner", now_("without an owner"))], narrow=_lacking),
    ),
    search=("title", "cause", "event", "effect"), order="-expected_days", related=("owner", "space"), permission=Permission.EDIT_WORK, form=RiskForm,
    create=create, change=change, remove=remove, home_kinds=("project", "product", "programme", "portfolio", "organisation"), detail=detail, look_up=look_up,
    list_extra=over, list_template="governance/risks.html", detail_template="governance/risk.html", how=words.HOW, names={"new": _("Name a risk"), "home": _("Of")},
)  # fmt: skip


@login_required
@require_POST
def reviews(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Risk.objects, request.user, pk=id)
    on = _day(request.POST.get("next_on", ""))
    risks.review(actor=request.user, risk=row, version=doors.version_in(request), next_on=on, note=request.POST.get("note", ""))
    return doors.go_to(request, noun.url(row), now_("Looked at."))


def _day(text: str) -> Any:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused("review_past", field="next_on")
    return found


@login_required
@require_POST
def moves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Risk.objects, request.user, pk=id)
    risks.move(actor=request.user, risk=row, version=doors.version_in(request), state=request.POST.get("state", ""), reason=request.POST.get("reason", ""))
    return doors.go_to(request, noun.url(row), now_("Moved on."))


@login_required
@require_POST
def ties(request: HttpRequest, id: int) -> HttpResponse:
    """A work item by its key, a feature by its number, or the project itself."""
    row = doors.find(Risk.objects.select_related("space"), request.user, pk=id)
    key, feature = request.POST.get("key", "").strip().upper(), whole_number(request.POST.get("feature", ""))
    subject = doors.find(Feature.objects, request.user, pk=feature) if feature else doors.find(WorkItem.objects, request.user, key=key)
    risk_ties.add(actor=request.user, risk=row, subject=subject, kind=request.POST.get("kind", RiskTie.Kind.TOUCHES))
    return doors.go_to(request, noun.url(row), now_("Linked."))


@login_required
@require_POST
def tie_removal(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(RiskTie.objects.select_related("risk", "item", "feature", "project"), request.user, pk=id)
    risk_ties.remove(actor=request.user, risk_tie=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row.risk), now_("Taken back."))


urls = [
    *generic.urls(noun),
    path("risks/<int:id>/reviews/", reviews, name="risks_reviews"),
    path("risks/<int:id>/moves/", moves, name="risks_moves"),
    path("risks/<int:id>/ties/", ties, name="risks_ties"),
    path("risk-ties/<int:id>/removals/", tie_removal, name="risk_tie_removals"),
]
