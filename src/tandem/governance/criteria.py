"""How the criteria of a gate stand: what is computed is computed from the records of the project, what is judged was said by somebody.

A verdict is given on exactly this: `digest` names it."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from tandem.governance import assessing, scales
from tandem.governance.models import Gate, GateCriterion, Issue, MethodPart, Risk
from tandem.history.record import canonical
from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.scoping import open_below
from tandem.planning.models import Forecast
from tandem.planning.status import OFF, status_of
from tandem.portfolio import currencies
from tandem.portfolio.actions import budgets
from tandem.portfolio.models import Budget
from tandem.product.models import Promise, Scope
from tandem.strategy.models import Charter
from tandem.work.models import ChecklistEntry

_K = GateCriterion.Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_met` None: nobody has judged it, or there is nothing to compute it from; `code` and `figures` say what it rests on."""

    criterion: GateCriterion
    is_met: bool | None
    code: str
    figures: dict[str, Any] = field(default_factory=dict)


def standing(gate: Gate) -> list[Standing]:
    """Of each criterion in order; a handful of queries."""
    return [_of(gate, one) for one in gate.criteria.select_related("judged_by").order_by("rank", "id")]


def digest(found: list[Standing], *beside: Any) -> str:
    """Changes when anything that a reviewer looks at changes: what is asked, how it stands, the evidence."""
    rows = [[one.criterion.key, one.criterion.text, one.is_met, one.code, one.figures, one.criterion.evidence, one.criterion.link] for one in found]
    return hashlib.sha256(canonical([rows, *beside]).encode()).hexdigest()


def _of(gate: Gate, one: GateCriterion) -> Standing:
    if one.kind == _K.JUDGED:
        return Standing(one, one.is_met, "judged" if one.is_met is not None else "not_judged")
    return _COMPUTED[one.kind](gate, one)


def _deliverables(gate: Gate, one: GateCriterion) -> Standing:
    rows = MethodPart.objects.kept().filter(project=gate.project_id, kind=MethodPart.Kind.DELIVERABLE, phase=gate.phase).select_related("item__state")
    done = sum(1 for part in rows if part.item is not None and part.item.removed_at is None and part.item.is_done)
    return _counted(one, done, len(rows), "finished")


def _checklists(gate: Gate, one: GateCriterion) -> Standing:
    items = MethodPart.objects.kept().filter(project=gate.project_id, kind=MethodPart.Kind.DELIVERABLE, phase=gate.phase).values("item")
    states = list(ChecklistEntry.objects.present().filter(item__in=items, item__removed_at=None).values_list("is_done", flat=True))
    return _counted(one, sum(states), len(states), "ticked")


def _counted(one: GateCriterion, done: int, of: int, code: str) -> Standing:
    """All of them; with a limit all but so many."""
    if not of:
        return Standing(one, None, "nothing")
    return Standing(one, done >= of - one.limit, code, {"n": done, "of": of})


def _promises(gate: Gate, one: GateCriterion) -> Standing:
    """Of what the work of the project belongs to, outside of confidential places."""
    pairs = Scope.objects.filter(item__space=gate.space_id, item__removed_at=None).values_list("feature_id", "release_id").distinct()
    features, releases = ({pair[at] for pair in pairs if pair[at]} for at in (0, 1))
    seen = Promise.objects.open().in_spaces(open_below(None))
    rows = list(seen.filter(feature__in=features) | seen.filter(release__in=releases)) if features or releases else []
    if not rows:
        return Standing(one, None, "nothing")
    subjects = [row.about for row in rows]
    known = {Ref(f.subject_kind, f.subject_id): f for f in Forecast.objects.filter(is_current=True, subject_id__in={ref.id for ref in subjects}).defer("detail")}
    today = clock.today()
    off = sum(1 for row, ref in zip(rows, subjects, strict=True) if _status(row, known.get(ref), today) == OFF)
    return Standing(one, off <= one.limit, "off_track", {"n": off, "of": len(rows)})


def _status(row: Promise, forecast: Forecast | None, today: Any) -> str:
    return status_of(row.date, forecast.p50 if forecast else None, forecast.p80 if forecast else None, today=today)


def _risks(gate: Gate, one: GateCriterion) -> Standing:
    rows = list(Risk.objects.open().filter(space=gate.space_id, kind=Risk.Kind.THREAT))
    scale, rates, today = scales.scale_of(gate.space_id), currencies.rates(), clock.today()
    high = 0
    for row in rows:
        rate = rates.between(row.currency, scale.currency, today)
        high += assessing.cell(scale, assessing.standing(row), None if rate is None else float(rate)).grade == assessing.HIGH
    return Standing(one, high <= one.limit, "high", {"n": high, "of": len(rows)})


def _issues(gate: Gate, one: GateCriterion) -> Standing:
    severe = Issue.objects.open().filter(space=gate.space_id, severity__in=(Issue.Severity.CRITICAL, Issue.Severity.HIGH)).count()
    return Standing(one, severe <= one.limit, "severe", {"n": severe})


def _budget(gate: Gate, one: GateCriterion) -> Standing:
    """Whether it is kept, not how much it is: that is for who may see costs."""
    budget = Budget.objects.filter(project=gate.project_id).first()
    used = budgets.bound(gate.space_id, budget.currency, currencies.rates()) if budget is not None else None
    if budget is None or used is None or not budget.amount:
        return Standing(one, None, "no_budget")
    is_kept = used * 100 <= budget.amount * one.limit
    return Standing(one, is_kept, "within" if is_kept else "above", {"limit": one.limit})


def _charter(gate: Gate, one: GateCriterion) -> Standing:
    newest = Charter.objects.filter(space=gate.space_id).order_by("-number").first()
    if newest is None:
        return Standing(one, False, "no_charter")
    return Standing(one, newest.is_signed, "signed" if newest.is_signed else "unsigned", {"number": newest.number})


_COMPUTED = {
    _K.DELIVERABLES: _deliverables, _K.CHECKLISTS: _checklists, _K.PROMISES: _promises, _K.RISKS: _risks, _K.ISSUES: _issues, _K.BUDGET: _budget,
    _K.CHARTER: _charter,
}  # fmt: skip
