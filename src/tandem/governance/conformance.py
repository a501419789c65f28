"""How far a project follows its method, from what happened: each check with what it rests on, nothing typed.

Left out with a reason is followed: that is tailoring, and it is listed. What is not due yet is not counted.
What an industry pack adds is told among the gaps against it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from tandem.governance.models import Gate, MethodPart, MethodUse
from tandem.kit import clock
from tandem.portfolio.models import ProjectReport
from tandem.work.models import ChecklistEntry

_K = MethodPart.Kind


@dataclass(frozen=True, slots=True)
class Check:
    """`code` and `figures` are worded by the doors; `item` the work item and `gate` the gate where one sees it."""

    code: str
    holds: bool
    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    item: Any = None
    gate: Gate | None = None


@dataclass
class Conformance:
    use: MethodUse
    checks: list[Check] = field(default_factory=list)
    tailored: list[MethodPart] = field(default_factory=list)

    @property
    def held(self) -> int:
        return sum(one.holds for one in self.checks)

    @property
    def percent(self) -> int | None:
        """Nothing while nothing was due."""
        return round(100 * self.held / len(self.checks)) if self.checks else None

    @property
    def breaches(self) -> list[Check]:
        return [one for one in self.checks if not one.holds]


def of_uses(uses: Sequence[MethodUse]) -> dict[int, Conformance]:
    """By project; as many queries for one as for many."""
    projects = [use.project_id for use in uses]
    found = {use.project_id: Conformance(use) for use in uses}
    parts = _by_project(MethodPart.objects.filter(project__in=projects, ended_at=None, pack="").select_related("item__state", "person").order_by("kind", "rank", "id"))
    gates = _by_project(Gate.objects.filter(project__in=projects, pack="").select_related("item").order_by("rank", "id"))
    open_entries = _open_entries([part.item_id for rows in parts.values() for part in rows if part.kind == _K.DELIVERABLE and part.item_id])
    reports = _reports(projects)
    for use in uses:
        _fill(found[use.project_id], parts.get(use.project_id, []), gates.get(use.project_id, []), open_entries, reports.get(use.project_id, []))
    return found


def of(use: MethodUse) -> Conformance:
    return of_uses([use])[use.project_id]


def _by_project(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append(row)
    return found


def _open_entries(items: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for item, done_at in ChecklistEntry.objects.present().filter(item__in=items).values_list("item_id", "done_at"):
        found.setdefault(item, []).append(done_at)
    return found


def _reports(projects: list[int]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = {}
    for project, on in ProjectReport.objects.filter(project__in=projects).order_by("on").values_list("project_id", "on"):
        found.setdefault(project, []).append(on)
    return found


def _fill(it: Conformance, parts: list[MethodPart], gates: list[Gate], entries: dict[int, list[Any]], reports: list[date]) -> None:
    it.tailored = [part for part in parts if part.is_left_out or part.is_renamed]
    kept = [part for part in parts if not part.is_left_out]
    in_force = [gate for gate in gates if not gate.is_left_out]
    for number, gate in enumerate(in_force):
        before = in_force[number - 1] if number else None
        mine = [part for part in kept if part.kind == _K.DELIVERABLE and part.phase == gate.phase]
        it.checks += _of_gate(gate, mine, entries)
        if before is not None and any(part.item is not None and part.item.removed_at is None and part.item.actual_start for part in mine):
            it.checks.append(_begun(gate, before, mine))
    has_begun = it.use.project.state not in ("proposed",)
    for part in kept:
        if part.kind == _K.ROLE and has_begun:
            it.checks.append(Check("role", part.person_id is not None, part.name, {"person": part.person.name if part.person else ""}))
    it.checks += _reported(it, kept, reports)


def _of_gate(gate: Gate, deliverables: list[MethodPart], entries: dict[int, list[Any]]) -> list[Check]:
    today = clock.today()
    if gate.passed_at is None:
        late = (today - gate.due_on).days
        return [Check("gate_overdue", False, gate.name, {"days": late}, gate=gate)] if gate.is_open and late > 0 else []
    passed, moment = timezone.localdate(gate.passed_at, timezone.get_default_timezone()), gate.passed_at
    late = (passed - gate.due_on).days
    found = [Check("gate_in_time", late <= 0, gate.name, {"days": late, "day": passed.isoformat()}, gate=gate)]
    for part in deliverables:
        if part.created_at > moment:  # nobody asked for it when the gate was passed
            continue
        item = part.item if part.item is not None and part.item.removed_at is None else None
        done = item is not None and item.actual_finish is not None and item.actual_finish <= moment
        found.append(Check("deliverable", done, part.name, {"gate": gate.name, "is_there": item is not None}, item, gate))
        if item is not None and entries.get(item.pk):
            left = sum(1 for at in entries[item.pk] if at is None or at > moment)
            found.append(Check("checklist", not left, part.name, {"gate": gate.name, "n": left}, item, gate))
    return found


def _begun(gate: Gate, before: Gate, deliverables: list[MethodPart]) -> Check:
    """No work of a phase before the gate that opens it was passed."""
    first = min((part.item for part in deliverables if part.item is not None and part.item.removed_at is None and part.item.actual_start), key=lambda item: item.actual_start)
    early = before.passed_at is None or first.actual_start < before.passed_at
    return Check("began_early", not early, first.title, {"gate": before.name}, first, before)


def _reported(it: Conformance, kept: list[MethodPart], reports: list[date]) -> list[Check]:
    """Each report comes so often, from the day on which the project followed the method; of a project that is over until its last gate."""
    every = {row["key"]: row["every"] for row in it.use.method_version.content["reports"]}
    since, today = it.use.starts_on, clock.today()
    if it.use.project.state != "running" or since >= today:
        return []
    found = []
    for part in kept:
        step = every.get(part.key, 0) if part.kind == _K.REPORT else 0
        last = max((on for on in reports if on <= today), default=None)
        waited = (today - (last or since)).days
        if step and (last is not None or waited > step):
            found.append(Check("report", waited <= step, part.name, {"days": waited, "every": step, "last": last.isoformat() if last else ""}))
    return found
