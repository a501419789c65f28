"""Proposals: the one queue with its picture, and each with what its business case comes to and how that is computed."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.actions import proposals
from tandem.portfolio.models import Proposal, ProposalTie
from tandem.reports.queries import proposals as reads
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective
from tandem.web import cells, charts, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.portfolio import benefit_panel, money, proposal_picture
from tandem.web.portfolio.proposal_forms import ProposalForm
from tandem.web.templating import day
from tandem.work.models import Submission

MOST_INTAKES = 20
_QUEUES = (SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION)
_SHAPES = {"submitted": "none", "assessed": "on", "selected": "done", "project": "done"}
_MOVES = {
    "submitted": _("Send in"), "draft": _("Take back"), "assessed": _("Take into assessment"), "selected": _("Select"),
    "on_hold": _("Put on hold"), "declined": _("Decline"),
}  # fmt: skip


def create(*, actor: Any, home: Any, **values: Any) -> Proposal:
    return proposals.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Proposal, version: int | None, **values: Any) -> Proposal:
    return proposals.change(actor=actor, proposal=row, version=version, **values)


def remove(*, actor: Any, row: Proposal, version: int | None) -> None:
    proposals.remove(actor=actor, proposal=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    reads.look_up(request.user, rows)


def state(row: Any) -> Any:
    """The shape of its state with the word, in ink: people said it."""
    return cells.state({"assessed": "in_progress", "selected": "done", "project": "done"}.get(row.state, ""), row.get_state_display())


def irr(row: Any) -> str:
    found = row.case
    if found.irr is not None:
        return charts.percent(found.irr, 1)
    return str({
        "nothing_spent": _("no quarter costs more than it brings"), "too_low": _("nearly all is lost"), "nothing_back": _("nothing comes back"),
        "several": _("no single rate"), "too_high": _("above 1,000 %"),
    }[found.no_irr])  # fmt: skip


def payback(row: Any) -> str:
    found = row.case
    if found.payback is None:
        return str(_("nothing is spent") if not found.cost else _("not within its case"))
    return str(_("quarter %(n)s") % {"n": found.payback})


def queue(request: HttpRequest) -> dict[str, Any]:
    """The picture over all that the filters leave, and how many stand where."""
    rows: list[Any] = list(generic.narrowed(request, noun)[: proposal_picture.MOST])
    reads.look_up(request.user, rows)
    counts = reads.counts(request.user)
    return {
        "picture": proposal_picture.bubbles(rows),
        "counts": [(word, counts[value], f"?state={value}") for value, word in Proposal.State.choices if counts.get(value)],
        "mixed": len({row.currency for row in rows}) > 1, "intakes": _intakes(request.user),
    }


def _intakes(user: Any) -> list[tuple[str, str, int]]:
    """The portfolios to which people without an account may send wishes, or may be asked to: name, page, how many wait.
    Those where something waits come first, all of them."""
    homes = Space.objects.visible_to(user).filter(kind__in=_QUEUES, pk__in=spaces_where(user, Permission.EDIT_WORK)).order_by("name")
    rows = Submission.objects.visible_to(user).waiting().filter(space__kind__in=_QUEUES)
    waiting = dict(rows.order_by().values_list("space_id").annotate(Count("id")))
    shown = [*homes.filter(pk__in=waiting), *homes.exclude(pk__in=waiting)[:MOST_INTAKES]]
    return [(space.name, reverse("proposal_intake", kwargs={"key": space.key}), waiting.get(space.pk, 0)) for space in shown]


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    reads.look_up(request.user, [row])
    user, found = request.user, row.case
    may_edit = may(user, Permission.EDIT_WORK, row.space_id)
    known = _MOVES | ({"submitted": _("Back into the queue")} if row.state == "assessed" else {})
    steps = [(value, known[value]) for value, needed in proposals.MOVES[row.state].items() if may(user, needed, row.space_id)]
    others = Proposal.objects.visible_to(user).filter(space_id=row.space_id).exclude(pk=row.pk).exclude(state="declined")
    return {
        "case": found, "money": money, "charts": charts, "irr": irr(row), "payback": payback(row), "said": state(row),
        "course": proposal_picture.course(row), "rows": _quarters(row), "effort_total": money.days(found.effort),
        "risks": [line.strip() for line in row.risks.splitlines() if line.strip()],
        "served": reads.contributions(user, row), "ties": reads.ties(user, row), "tie_kinds": ProposalTie.Kind.choices,
        "steps": steps, "may_tie": may_edit and not row.is_decided, "may_edit": may_edit,
        "may_change": may_edit and not row.is_decided,
        "removal_url": reverse("proposals_removals", kwargs={"id": row.pk}) if row.state == "draft" else "",
        "objectives": list(Objective.objects.visible_to(user).open()[:200]) if may_edit else [],
        "others": list(others.order_by("title")[:500]) if may_edit and not row.is_decided else [],
        **benefit_panel.of(request, row),
    }  # fmt: skip


def _quarters(row: Any) -> list[dict[str, Any]]:
    """The business case as a table: costs, benefits, each role, by quarter."""
    width = max(len(row.costs), len(row.benefits), *(len(r) for r in row.effort.values()), 0)
    def padded(values: list[int]) -> list[int]:
        return values + [0] * (width - len(values))

    lines = [(_("Costs"), row.costs, True), (_("Benefits"), row.benefits, True), *((role, r, False) for role, r in row.effort.items())]
    return [{"name": name, "values": padded(values), "sum": sum(values), "is_money": is_money} for name, values, is_money in lines]


@login_required
def moves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Proposal.objects, request.user, pk=id)
    if request.method != "POST":
        return doors.go_to(request, noun.url(row))
    state_, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    proposals.move(actor=request.user, proposal=row, version=doors.version_in(request), state=state_, reason=reason)
    return doors.go_to(request, noun.url(row), _("Moved on."))


@login_required
def contributions(request: HttpRequest, id: int) -> HttpResponse:
    """Say that it serves an objective, with what weight; weight 0 takes it back."""
    row = doors.find(Proposal.objects, request.user, pk=id)
    if request.method != "POST":
        return doors.go_to(request, noun.url(row))
    objective = doors.find(Objective.objects, request.user, pk=_number(request, "objective"))
    if weight := _number(request, "weight"):
        objectives.contribute(actor=request.user, objective=objective, subject=row, weight=weight)
    else:
        objectives.withdraw(actor=request.user, objective=objective, subject=row)
    return doors.go_to(request, noun.url(row))


@login_required
def ties(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Proposal.objects, request.user, pk=id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if request.POST.get("do") == "remove":
        found = doors.find(ProposalTie.objects.filter(proposal=row), request.user, pk=_number(request, "tie"))
        proposals.untie(actor=request.user, tie=found)
    else:
        other = doors.find(Proposal.objects, request.user, pk=_number(request, "other"))
        kind = request.POST.get("kind", "")
        if kind not in ProposalTie.Kind.values:
            raise Refused("reference_unknown", field="kind")
        proposals.tie(actor=request.user, proposal=row, other=other, kind=kind)
    return doors.go_to(request, noun.url(row))


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.POST.get(name, ""), 9) or 0


noun = Noun(
    slug="proposals", model=Proposal, one=_("proposal"), many=_("Proposals"),
    purpose=_("One queue for everything that asks for money and people: what it costs, what it brings, whom it serves."),
    columns=(
        Column("title", _("Proposal"), lambda r: r.title, "title", is_title=True),
        Column("state", _("State"), state, "state"),
        Column("npv", _("Net present value"), lambda r: "" if r.case.is_empty else money.money(r.case.npv, r.currency), is_number=True),
        Column("cost", _("Cost"), lambda r: money.money(r.case.cost, r.currency) if r.case.cost else "", is_number=True),
        Column("effort", _("Effort"), lambda r: money.days(r.case.effort) if r.case.effort else "", is_number=True),
        Column("fit", _("Fit"), lambda r: r.fit or "", is_number=True),
        Column("kind", _("Kind"), lambda r: r.get_kind_display(), "kind"),
        Column("portfolio", _("Portfolio"), lambda r: r.space.name),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()),
        Fact(_("Reason"), lambda r: r.reason or "–"),
        Fact(_("Asks for a place in"), lambda r: r.space.name),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("Side of the sponsor"), lambda r: r.get_side_display()),
        Fact(_("Kind of investment"), lambda r: r.get_kind_display() or "–"),
        Fact(_("Horizon"), lambda r: r.get_horizon_display() or "–"),
        Fact(_("Mandatory"), lambda r: _("Yes") if r.is_mandatory else _("No")),
        Fact(_("Not before"), lambda r: day(r.not_before) if r.not_before else "–"),
        Fact(_("Project"), refers_to="project"),
    ),
    filters=(
        Filter("state", _("State"), lambda request: list(Proposal.State.choices)),
        Filter("kind", _("Kind"), lambda request: list(Proposal.Kind.choices)),
        Filter("horizon", _("Horizon"), lambda request: list(Proposal.Horizon.choices)),
    ),
    search=("title", "description"), order="title", related=("owner", "space", "project"), text="description",
    permission=Permission.EDIT_WORK, form=ProposalForm, create=create, change=change, remove=remove,
    home_kinds=("portfolio", "organisation"), detail=detail, look_up=look_up, list_extra=queue,
    list_template="portfolio/proposals.html", detail_template="portfolio/proposal.html",
    list_stands=True, names={"new": _("New proposal"), "home": _("Asks for a place in")},
)  # fmt: skip
urls = [
    *generic.urls(noun),
    path("proposals/<int:id>/moves/", moves, name="proposals_moves"),
    path("proposals/<int:id>/contributions/", contributions, name="proposals_contributions"),
    path("proposals/<int:id>/ties/", ties, name="proposals_ties"),
]
