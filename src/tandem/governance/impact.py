"""The effect of a change: what is promised, planned, spent and in conflict before it and with it, read of both plans alike."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Max, Q, Sum

from tandem.governance import sides
from tandem.governance.models import ChangeRequest, RiskTie
from tandem.planning import plan_branches, plan_conflicts
from tandem.planning.models import PlanChange, PlanScenario
from tandem.planning.plan_trials import Trial
from tandem.portfolio.models import Budget, CostLine, Project
from tandem.product.models import Feature, Promise, Release
from tandem.resources.models import TimeOff
from tandem.strategy.models import Contribution
from tandem.work.models import WorkItem

Facts = dict[str, dict[Any, Any]]


class Reader:
    """Reads the same twice. What the changes make new has no number of its own yet: a revised promise is told by the one that it
    takes the place of, a new item or absence by none."""

    def __init__(self) -> None:
        self.promises = set(Promise.objects.open().values_list("id", flat=True))
        self.last = {"work.workitem": _last(WorkItem), "resources.timeoff": _last(TimeOff)}
        self.same: dict[int, int] = {}

    def read(self, trial: Trial) -> Facts:
        return {"promised": self._promised(), "windows": _windows(), "costs": _costs(), "budgets": _budgets(), "conflicts": self._conflicts(trial)}

    def _promised(self) -> dict[int, str]:
        found = {}
        for pk, on, before in Promise.objects.open().values_list("id", "date", "replaces"):
            if pk not in self.promises and before in self.promises:
                self.same[pk] = before
            found[self.same.get(pk, pk)] = on.isoformat()
        return found

    def _conflicts(self, trial: Trial) -> dict[tuple[str, str, int, int], int]:
        made = trial.made
        rows = plan_conflicts.find(made.work, made.inputs, trial.found.starts, trial.ends, made.axis, made.people)
        found: dict[tuple[str, str, int, int], int] = {}
        for (kind, of, pk, space), one in rows.items():
            number = self.same.get(pk, pk) if of == "product.promise" else 0 if pk > self.last.get(of, pk) else pk
            found[str(kind), of, number, space] = max(one.days, found.get((str(kind), of, number, space), 0))
        return found


def compute(request: ChangeRequest) -> dict[str, Any] | None:
    """None where it was decided in the meantime."""
    scenario = PlanScenario.objects.get(pk=request.scenario_id)
    if scenario.state != PlanScenario.State.ASKED:
        return None
    changes = list(scenario.changes.select_related("by").order_by("id"))
    reader = Reader()
    found = plan_branches.tried(changes, sides.stand_in, reader.read)
    then = {pk: date.fromisoformat(on) for pk, on in found.after["promised"].items()}
    told = plan_branches.compared(found.stands, found.trial, reader.same, then) | differing(found.before, found.after)
    told |= {"objectives": objectives(changes, told), "risks": risks(changes)}
    return plan_branches.keep(scenario, changes, found, told)


def differing(before: Facts, after: Facts) -> dict[str, Any]:
    """Of each kind of fact only what is otherwise, as [what, before, afterwards]; of conflicts those that go and those that come."""
    found: dict[str, Any] = {}
    for name in ("promised", "windows", "costs", "budgets"):
        keys = sorted(before[name].keys() | after[name].keys())
        found[name] = [
            [*(key if isinstance(key, tuple) else (key,)), before[name].get(key), after[name].get(key)] for key in keys if before[name].get(key) != after[name].get(key)
        ]
    gone, come = before["conflicts"], after["conflicts"]
    found["conflicts_gone"] = [[*key, gone[key]] for key in sorted(gone.keys() - come.keys())]
    found["conflicts_new"] = [[*key, come[key]] for key in sorted(come.keys() - gone.keys())]
    found["conflicts_other"] = [[*key, gone[key], come[key]] for key in sorted(gone.keys() & come.keys()) if gone[key] != come[key]]
    return found


def objectives(changes: list[PlanChange], told: dict[str, Any]) -> list[int]:
    """Those that what is changed, or what ends otherwise because of it, contributes to."""
    kinds = PlanChange.Kind
    spaces = {row[0] for row in told["projects"]} | {change.space_id for change in changes if change.kind in PlanChange.OF_PLAN}
    projects = set(Project.objects.filter(space_id__in=spaces).values_list("id", flat=True)) | _subjects(changes, kinds.COST, kinds.BUDGET, kinds.TRANSFER)
    promises = _subjects(changes, kinds.PROMISE) | {row[0] for row in told["promises"]}
    promised = list(Promise.objects.filter(pk__in=promises).values_list("feature_id", "release_id"))
    subjects = {
        "portfolio.project": projects, "work.workitem": _subjects(changes, kinds.ITEM, kinds.DROP),
        "product.feature": _subjects(changes, kinds.FEATURE) | {feature for feature, _release in promised if feature},
        "product.release": _subjects(changes, kinds.RELEASE) | {release for _feature, release in promised if release},
    }  # fmt: skip
    wanted = Q()
    for kind, ids in subjects.items():
        wanted |= Q(subject_kind=kind, subject_id__in=ids)
    return sorted(Contribution.objects.filter(wanted).order_by().values_list("objective_id", flat=True).distinct())


def risks(changes: list[PlanChange]) -> list[int]:
    """Open risks that name something that is changed."""
    kinds = PlanChange.Kind
    items, features = _subjects(changes, kinds.ITEM, kinds.DROP), _subjects(changes, kinds.FEATURE)
    features |= set(Promise.objects.filter(pk__in=_subjects(changes, kinds.PROMISE)).exclude(feature=None).values_list("feature_id", flat=True))
    projects = _subjects(changes, kinds.PROJECT, kinds.COST, kinds.BUDGET, kinds.TRANSFER)
    touched = RiskTie.objects.filter(Q(item__in=items) | Q(feature__in=features) | Q(project__in=projects), risk__state="open")
    return sorted(touched.order_by().values_list("risk_id", flat=True).distinct())


def _subjects(changes: Iterable[PlanChange], *kinds: str) -> set[int]:
    return {change.subject for change in changes if change.kind in kinds}


def _windows() -> dict[tuple[str, int], list[str | None]]:
    rows = [("feature", *row) for row in Feature.objects.on_roadmap().values_list("id", "planned_from", "planned_to")]
    rows += [("release", *row) for row in Release.objects.filter(state=Release.State.PLANNED).values_list("id", "planned_from", "planned_on")]
    return {(kind, pk): [first.isoformat() if first else None, last.isoformat() if last else None] for kind, pk, first, last in rows}


def _costs() -> dict[tuple[int, str], str]:
    """What is planned to be spent, by project and currency."""
    rows = CostLine.objects.present().order_by().values_list("space_id", "currency").annotate(total=Sum("planned"))
    return {(space, currency): f"{total:.2f}" for space, currency, total in rows}


def _budgets() -> dict[tuple[int, str], str]:
    return {(space, currency): f"{amount:.2f}" for space, currency, amount in Budget.objects.values_list("space_id", "currency", "amount")}


def _last(model: Any) -> int:
    return int(model.objects.aggregate(last=Max("id"))["last"] or 0)
