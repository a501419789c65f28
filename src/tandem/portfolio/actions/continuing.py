"""Asking again for what runs already: a proposal for each project, with what is left of the cost that was last reported of it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.history.record import record_many
from tandem.kit.dates import quarter_start
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require, spaces_where
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Portfolio, Project, ProjectReport, Proposal
from tandem.portfolio.whats_left import left
from tandem.strategy.actions import objectives
from tandem.strategy.models import Contribution, Objective

_DO = Permission.EDIT_PORTFOLIO
_GOING = (Project.State.PROPOSED, Project.State.RUNNING)
MOST = 1_000


class Outcome(NamedTuple):
    """Proposals made, renewed, and the same as before; projects of which nothing is left; whose case was decided, and stays; that
    ask in another portfolio; and of which no case can be made from what the asking person sees."""

    made: int
    renewed: int
    same: int
    over: int
    decided: int
    elsewhere: int
    unknown: int


def propose(
    *, actor: Any, space: Space, projects: Iterable[Project], first: date, kind: str = Proposal.Kind.RUN,
    objective: Objective | None = None, weight: int = 50,
) -> Outcome:  # fmt: skip
    """Running projects stand as candidates in the portfolio, beside what is new. Said again, a case made so is that of the newest
    report; a case that was decided stays as it is.
    An objective that they all serve may be named; what a project serves itself its proposal serves too."""
    require(actor, _DO, space.pk)
    if space.kind not in (SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION):
        raise Refused("not_a_portfolio", field="space_id")
    if kind not in Proposal.Kind.values:
        raise Refused("reference_unknown", field="kind")
    first, allowed = quarter_start(first), spaces_where(actor, _DO)
    wanted = [one.pk for one in projects if one.space_id in allowed][: MOST + 1]
    if len(wanted) > MOST:
        raise Refused("candidates_too_many", most=MOST)
    with transaction.atomic():
        held = Project.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted, state__in=_GOING).order_by("pk")
        rows = list(held.select_related("owner"))
        reports = _newest(actor, rows)
        _refuse_other_money(space, reports)
        # unseen ones, too: a project has one proposal
        known = {one.project_id: one for one in Proposal.objects.select_for_update(of=("self",)).filter(project__in=rows).order_by("pk")}
        ours = set(Proposal.objects.filter(pk__in=[one.pk for one in known.values()], space=space).continuing().values_list("pk", flat=True))
        made, again, over, decided, elsewhere, unknown = [], [], 0, 0, 0, 0
        for project in rows:
            report, before = reports.get(project.pk), known.get(project.pk)
            if report is None or (before is not None and before.space_id not in actor.visible_space_ids()):
                unknown += 1
                continue
            begins = max(first, quarter_start(project.starts_on)) if project.starts_on else first
            costs = _costs(project, report, begins)
            if not costs:
                over += 1
            elif before is None:
                made.append(_made(space, project, report, costs, begins, kind))
            elif before.space_id != space.pk:
                elsewhere += 1
            elif before.pk not in ours:
                decided += 1
            else:
                again.append((before, {"costs": costs, "not_before": begins}))
        renewed = _write(actor, made, again)
        _serve(actor, [*made, *(row for row, _values in again)], objective, weight)
    return Outcome(len(made), renewed, len(again) - renewed, over, decided, elsewhere, unknown)


def _newest(actor: Any, rows: list[Project]) -> dict[int, ProjectReport]:
    """Of each project the last report that says what it costs and when it ends."""
    found = ProjectReport.objects.visible_to(actor).filter(project__in=rows).exclude(budget=None).exclude(planned_finish=None)
    return {one.project_id: one for one in found.order_by("project_id", "-on", "-id").distinct("project_id")}


def _refuse_other_money(space: Space, reports: dict[int, ProjectReport]) -> None:
    home = Portfolio.objects.filter(space=space).first()
    ours = home.currency if home else "EUR"
    theirs = {one.currency for one in reports.values()} - {ours}
    if theirs:
        raise Refused("currency_differs", theirs=", ".join(sorted(theirs)) or "–", ours=ours)


def _costs(project: Project, report: ProjectReport, first: date) -> list[int]:
    """A project that begins here after the first day spends nothing before, whatever the report planned."""
    start = report.planned_start or project.starts_on or report.on
    if project.starts_on and quarter_start(project.starts_on) == first:
        start = max(start, project.starts_on)
    assert report.budget is not None
    assert report.planned_finish is not None
    return left(budget=report.budget, spent=report.spent, on=report.on, start=start, finish=report.planned_finish, first=first)


def _made(space: Space, project: Project, report: ProjectReport, costs: list[int], first: date, kind: str) -> Proposal:
    text = _("To go on with this project. The costs are what is left, from %(first)s on, of the cost in its report of %(day)s.") % {
        "first": first.isoformat(), "day": report.on.isoformat(),
    }  # fmt: skip
    return Proposal(
        space=space, project=project, title=project.name, description=text, state=Proposal.State.PROJECT, owner=project.owner,
        side=Proposal.Side.PMO, kind=kind, not_before=first, costs=costs,
    )  # fmt: skip


def _write(actor: Any, made: list[Proposal], again: list[tuple[Proposal, dict[str, Any]]]) -> int:
    """How many of those that were there have changed."""
    Proposal.objects.bulk_create(made, batch_size=500)
    if made:
        record_many("proposal.created", [(row, {"project": [None, row.project_id], "costs": [None, row.costs]}, {}) for row in made], actor=actor)
    changed = []
    for row, values in again:
        differing = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
        if differing:
            row.write(expected=None, **values)
            changed.append((row, differing, {}))
    if changed:
        record_many("proposal.changed", changed, actor=actor)
    return len(changed)


def _serve(actor: Any, rows: list[Proposal], objective: Objective | None, weight: int) -> None:
    by_project = {row.project_id: row for row in rows}
    served = Contribution.objects.visible_to(actor).filter(subject_kind=Project._meta.label_lower, subject_id__in=list(by_project))
    for one in served.select_related("objective"):
        if one.objective != objective and one.objective.space_id in actor.visible_space_ids():
            objectives.contribute(actor=actor, objective=one.objective, subject=by_project[one.subject_id], weight=one.weight)
    if objective is not None:
        for row in rows:
            objectives.contribute(actor=actor, objective=objective, subject=row, weight=weight)
