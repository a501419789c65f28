"""The effect of a change: what is promised, planned, spent and in conflict before it and with it, read of both plans alike."""

from collections import ChainMap, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, Sum

from tandem.governance import sides
from tandem.governance.actions import change_pictures
from tandem.governance.models import ChangeRequest, RiskTie
from tandem.kit import clock
from tandem.planning import branch_ranges, plan_branches, plan_conflicts, plan_trials
from tandem.planning.branch_ranges import Drawing, Range, Ranges
from tandem.planning.models import PlanChange, PlanScenario
from tandem.planning.plan_problem import Made
from tandem.planning.plan_trials import Trial
from tandem.planning.range_work import Levelled
from tandem.portfolio.models import Budget, CostLine, Project
from tandem.product.models import Feature, Promise, Release
from tandem.resources.models import TimeOff
from tandem.strategy.models import Contribution
from tandem.work.models import WorkItem

Facts = dict[str, dict[Any, Any]]
Drawn = dict[int, Range | None]
MOST_RANGES = 8
"Of so many projects the range of the end is drawn anew; of more it would take longer than anybody waits."


@dataclass(frozen=True, slots=True)
class Read:
    """Of one of the two plans what is promised, planned and spent, and what it is held against, unless it was already."""

    facts: Facts
    rows: plan_conflicts.Rows | None


class Reader:
    """Reads the same twice. What the changes make new has no number of its own yet: a revised promise is told by the one that it
    takes the place of, a new item or absence by none."""

    def __init__(self, changes: list[PlanChange]) -> None:
        self.changes = changes
        self.ranges = Ranges()
        self.promises = set(Promise.objects.open().values_list("id", flat=True))
        self.last = {"work.workitem": _last(WorkItem), "resources.timeoff": _last(TimeOff)}
        self.same: dict[int, int] = {}
        self.added: list[tuple[int, str, int]] = []

    def read(self, made: Made, is_judged: bool) -> Read:
        """While the changes stand there, if they do: only read."""
        self.added = self._added()
        facts = {"promised": self._promised(), "windows": _windows(), "costs": _costs(), "budgets": _budgets()}
        return Read(facts, None if is_judged else plan_conflicts.read(made.work, made.axis, made.people))

    def told(self, trial: Trial, given: Read) -> Facts:
        return given.facts | {"conflicts": self._conflicts(trial, given.rows)}

    def ranges_of(self, stands: Trial, trial: Trial) -> tuple[Drawn, Drawn]:
        """P50 and P80 of the ends of the projects that are touched, in either plan; nothing of what cannot be said. What they are drawn
        from is read with the changes once more: which projects end otherwise was not known before."""
        if not (spaces := self._touched(stands, trial)):
            return {}, {}
        then, now = stands.dates_asked(), trial.dates_asked()
        before = self._drawings(spaces, then)
        after, _refused = plan_branches.with_them(self.changes, sides.stand_in, lambda: self._drawings(spaces, self._numbered_anew(now)))
        return {space: branch_ranges.drawn(space, one) for space, one in before.items()}, {space: branch_ranges.drawn(space, one) for space, one in after.items()}

    def _added(self) -> list[tuple[int, str, int]]:
        """What work the changes add, while they stand there: where, its words and its number."""
        return list(WorkItem.objects.filter(pk__gt=self.last["work.workitem"]).order_by("id").values_list("space_id", "title", "id"))

    def _numbered_anew(self, dates: Levelled) -> Levelled:
        """No way back takes back a number: what is added once more is another row, on the dates of the one that was added first."""
        first: dict[tuple[int, str], list[int]] = defaultdict(list)
        for space, title, pk in self.added:
            first[space, title].append(pk)
        found: dict[int, tuple[datetime, datetime]] = {}
        for space, title, pk in self._added():
            before = first[space, title].pop(0) if first[space, title] else None
            if before is not None and before in dates:
                found[pk] = dates[before]
        return ChainMap(found, dates) if found else dates  # type: ignore[arg-type]

    def _drawings(self, spaces: list[int], dates: Levelled) -> dict[int, Drawing | None]:
        known = {one.space_id: one for one in Project.objects.filter(space_id__in=spaces).select_related("space")}
        return {space: self.ranges.read(known[space], dates) for space in spaces if space in known}

    def _touched(self, stands: Trial, trial: Trial) -> list[int]:
        """Those whose work is changed, then those whose end moves most."""
        before, after = stands.end_days(), trial.end_days()
        ends = {pk for kind, pk in before.keys() & after.keys() if kind == "space"}
        moved = {pk: abs((after["space", pk] - before["space", pk]).days) for pk in ends}
        mine = sorted({change.space_id for change in self.changes if change.kind in PlanChange.OF_PLAN and change.kind != PlanChange.Kind.AWAY})
        others = sorted((pk for pk, days in moved.items() if days and pk not in mine), key=lambda pk: (-moved[pk], pk))
        return [*mine, *others][:MOST_RANGES]

    def stood(self, stands: Trial, told: dict[str, Any]) -> list[list[Any]]:
        """Of each project that is changed or ends otherwise the day on which it ends by the plan that stands."""
        spaces = {row[0] for row in told["projects"]} | {change.space_id for change in self.changes if change.kind in PlanChange.OF_PLAN}
        ends = plan_trials.spans_of(stands.moments)
        return [[space, ends[space][1].isoformat()] for space in sorted(spaces) if space in ends]

    def _promised(self) -> dict[int, str]:
        found = {}
        for pk, on, before in Promise.objects.open().values_list("id", "date", "replaces"):
            if pk not in self.promises and before in self.promises:
                self.same[pk] = before
            found[self.same.get(pk, pk)] = on.isoformat()
        return found

    def _conflicts(self, trial: Trial, read: plan_conflicts.Rows | None) -> dict[tuple[str, str, int, int], int]:
        made = trial.made
        rows = trial.conflicts
        if rows is None:
            rows = plan_conflicts.find(made.work, made.inputs, trial.found.starts, trial.ends, made.axis, made.people, read)
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
    reader = Reader(changes)
    found = plan_branches.tried(changes, sides.stand_in, reader.read)
    before, after = reader.told(found.stands, found.before), reader.told(found.trial, found.after)
    before["ranges"], after["ranges"] = reader.ranges_of(found.stands, found.trial)
    then = {pk: date.fromisoformat(on) for pk, on in after["promised"].items()}
    told = plan_branches.compared(found.stands, found.trial, reader.same, then) | differing(before, after)
    hanging = ties(changes, told)
    told |= {"objectives": sorted({row[0] for row in hanging}), "ties": hanging, "risks": risks(changes)}
    told |= {"drawn_on": clock.today().isoformat(), "stood": reader.stood(found.stands, told)}
    return change_pictures.keep(request, scenario, changes, found, told)


def differing(before: Facts, after: Facts) -> dict[str, Any]:
    """Of each kind of fact only what is otherwise, as [what, before, afterwards]; of conflicts those that go and those that come."""
    found: dict[str, Any] = {}
    for name in ("promised", "windows", "costs", "budgets"):
        keys = sorted(before[name].keys() | after[name].keys())
        found[name] = [
            [*(key if isinstance(key, tuple) else (key,)), before[name].get(key), after[name].get(key)] for key in keys if before[name].get(key) != after[name].get(key)
        ]
    found["ranges"] = [[space, _range(before["ranges"].get(space)), _range(now)] for space, now in after["ranges"].items() if now or before["ranges"].get(space)]
    gone, come = before["conflicts"], after["conflicts"]
    found["conflicts_gone"] = [[*key, gone[key]] for key in sorted(gone.keys() - come.keys())]
    found["conflicts_new"] = [[*key, come[key]] for key in sorted(come.keys() - gone.keys())]
    found["conflicts_other"] = [[*key, gone[key], come[key]] for key in sorted(gone.keys() & come.keys()) if gone[key] != come[key]]
    return found


def _range(one: Range | None) -> list[Any] | None:
    return None if one is None else [one[0].isoformat(), one[1].isoformat(), one[2]]


def ties(changes: list[PlanChange], told: dict[str, Any]) -> list[list[Any]]:
    """Objectives that hang on what is changed, or on what ends otherwise because of it: [objective, kind, number] of each thing that contributes."""
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
    return sorted(list(row) for row in Contribution.objects.filter(wanted).order_by().values_list("objective_id", "subject_kind", "subject_id").distinct())


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
