"""Adopting a scenario: one decision with its reason opens the projects of the chosen set and says what becomes of the rest."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, require
from tandem.planning import selection
from tandem.planning.models import Adoption, Scenario, Solution
from tandem.portfolio.actions import benefits, projects, proposals
from tandem.portfolio.actions.benefits import Carried
from tandem.portfolio.models import Project, Proposal
from tandem.strategy.actions import objectives
from tandem.strategy.models import Contribution
from tandem.work.actions.projects import open_project
from tandem.work.models import WorkItem

_DO = Permission.EDIT_PORTFOLIO
_READY = (Solution.State.DONE, Solution.State.STOPPED)


def adopt(
    *, actor: Any, scenario: Scenario, version: int | None, reason: str, others: str = Adoption.Others.HOLD, point: int | None = None
) -> Adoption:
    """Only the answer to the question as it stands now. `point` adopts a set of the frontier instead of the best one within
    the budget. All of it or nothing."""
    require(actor, _DO, scenario.space_id)
    if not reason.strip():
        raise Refused("verdict_reason_missing", field="reason")
    if others not in Adoption.Others.values:
        raise Refused("reference_unknown", field="others")
    with transaction.atomic():
        row = Scenario.objects.select_for_update().get(pk=scenario.pk)
        if row.state == Scenario.State.ADOPTED:
            raise Refused("scenario_adopted")
        if version is not None and row.version != version:
            raise Stale(row)
        rows = {p.pk: p for p in Proposal.objects.in_spaces([row.space_id]).select_for_update(of=("self",)).select_related("project").order_by("id")}
        solution, inputs, starts = _answer(row, point)
        outcome = [
            _chosen(actor, row, rows[one.pk], starts[key], reason) if key in starts else _left_out(actor, rows[one.pk], others, reason)
            for key, one in inputs.offers.items()
        ]
        made = Adoption.objects.create(
            space_id=row.space_id, scenario=row, solution=solution, decided_by=actor, reason=reason.strip()[:4000], others=others,
            point=point, inputs_hash=solution.inputs_hash, outcome=[one for one in outcome if one],
            decided=selection.kept(inputs),
        )  # fmt: skip
        row.write(expected=None, state=Scenario.State.ADOPTED)
        record("scenario.adopted", row, actor=actor, changes={"state": ["open", "adopted"]}, text={"reason": [None, made.reason]})
    return made


def undo(*, actor: Any, adoption: Adoption, version: int | None = None) -> Adoption:
    """Takes the decision back as long as nothing was built on it. The projects that it opened are cancelled, since what
    happened stays in the history; proposals and held projects stand where they stood."""
    require(actor, _DO, adoption.space_id)
    with transaction.atomic():
        row = Adoption.objects.select_for_update(of=("self",)).select_related("scenario").get(pk=adoption.pk)
        if version is not None and row.version != version:
            raise Stale(row)
        if row.undone_at:
            raise Refused("adoption_undone")
        rows = Proposal.objects.select_for_update(of=("self",)).select_related("project__space").in_bulk(row.touched("proposal"))
        _insist_untouched(row, rows)
        for one in row.outcome:
            _back(actor, one, rows[one["proposal"]])
        row.write(expected=None, undone_by=actor, undone_at=clock.now())
        row.scenario.write(expected=None, state=Scenario.State.OPEN)
        record("scenario.adoption_undone", row.scenario, actor=actor, changes={"state": ["adopted", "open"]})
    return row


def _answer(row: Scenario, point: int | None) -> tuple[Solution, selection.Inputs, dict[str, int]]:
    solution = Solution.objects.filter(scenario=row).newest_first().first()
    if solution is None or solution.state not in _READY or solution.value is None:
        raise Refused("scenario_unsolved")
    inputs = selection.read(row)
    if inputs.hash != solution.inputs_hash:
        raise Refused("scenario_stale")
    starts = solution.chosen(point)
    if not starts:
        raise Refused("set_empty")
    return solution, inputs, starts


def _chosen(actor: Any, scenario: Scenario, proposal: Proposal, start: int, reason: str) -> dict[str, Any] | None:
    """A project with the proposal's objectives, benefits and class; one that exists already goes on."""
    if proposal.project_id:
        return None
    project = open_project(
        actor=actor, parent=scenario.space, name=proposal.title, description=proposal.description, owner=proposal.owner,
        state=Project.State.PROPOSED, starts_on=scenario.quarter(start), kind=proposal.kind, horizon=proposal.horizon,
    )  # fmt: skip
    carried = benefits.carry_over(
        actor=actor, proposal=proposal, space=project.space, starts_on=scenario.quarter(start), title=_("Benefits of the business case")
    )
    for one in _served(actor, proposal):
        objectives.contribute(actor=actor, objective=one.objective, subject=project, weight=one.weight)
    before = _before(proposal)
    proposals.set_state(proposal, actor=actor, version=None, state=Proposal.State.PROJECT, reason=reason, project=project)
    return {**before, "after": proposal.state, "project": project.pk, "version": project.version, "benefits": [list(one) for one in carried]}


def _left_out(actor: Any, proposal: Proposal, others: str, reason: str) -> dict[str, Any] | None:
    """A project that runs is put on hold; a proposal as the decision says."""
    before = _before(proposal)
    if project := proposal.project:
        held = {"project": project.pk, "project_before": project.state}
        project = projects.change(actor=actor, project=project, version=None, state=Project.State.ON_HOLD)
        return {**before, "after": proposal.state, **held, "version": project.version}
    if others == Adoption.Others.KEEP or proposal.state == others:
        return None
    proposals.set_state(proposal, actor=actor, version=None, state=others, reason=reason)
    return {**before, "after": proposal.state, "project": None}


def _before(proposal: Proposal) -> dict[str, Any]:
    return {"proposal": proposal.pk, "before": proposal.state, "reason": proposal.reason}


def _served(actor: Any, subject: Proposal | Project) -> list[Contribution]:
    seen = actor.visible_space_ids()
    return [one for one in Contribution.objects.of(subject).select_related("objective") if one.objective.space_id in seen]


def _insist_untouched(adoption: Adoption, rows: dict[int, Proposal]) -> None:
    """No work in the projects, no change to them, and every proposal as the decision left it."""
    opened = {rows[one["proposal"]].project.space_id for one in adoption.outcome if _opened(one) and rows[one["proposal"]].project}  # type: ignore[union-attr]
    worked_in = set(WorkItem.objects.filter(space_id__in=opened).order_by().values_list("space_id", flat=True).distinct())
    for one in adoption.outcome:
        row = rows[one["proposal"]]
        is_same = row.state == one["after"] and row.project_id == one.get("project")
        if benefits.built_on(_carried(one), adoption.created_at):
            raise Refused("adoption_built_on", title=row.title)
        if not is_same or (row.project and (row.project.version != one["version"] or (_opened(one) and row.project.space_id in worked_in))):
            raise Refused("adoption_built_on", title=row.title)


def _opened(one: dict[str, Any]) -> bool:
    return bool(one.get("project")) and "project_before" not in one


def _carried(one: dict[str, Any]) -> list[Carried]:
    return [Carried(*row) for row in one.get("benefits", [])]


def _back(actor: Any, one: dict[str, Any], row: Proposal) -> None:
    project = row.project
    if "project_before" in one and project:
        projects.change(actor=actor, project=project, version=None, state=one["project_before"])
        return
    if project:
        for served in _served(actor, project):
            objectives.withdraw(actor=actor, objective=served.objective, subject=project)
        benefits.take_back(actor=actor, proposal=row, carried=_carried(one))
        projects.change(actor=actor, project=project, version=None, state=Project.State.CANCELLED)
    proposals.set_state(row, actor=actor, version=None, state=one["before"], reason=one["reason"], project=None)
