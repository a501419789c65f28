"""In which phase of its method a project stands. Gates say it; between two gates it is the first phase that is not finished."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tandem.governance.method_content import Content
from tandem.governance.models import Gate, MethodPart
from tandem.work.models import WorkItem


@dataclass(frozen=True)
class Phase:
    key: str
    name: str
    stage: str
    item: WorkItem | None
    is_left_out: bool

    @property
    def is_over(self) -> bool:
        return self.is_left_out or (self.item is not None and self.item.is_done)


def of(content: Content, parts: Iterable[MethodPart]) -> list[Phase]:
    """In the order of the method, under the names of the project; `parts` may be of any kind. An item that was removed counts as none."""
    known = {part.key: part for part in parts if part.kind == MethodPart.Kind.PHASE and part.ended_at is None}
    return [_phase(row, known.get(row["key"])) for row in content["phases"]]


def _phase(row: dict[str, str], part: MethodPart | None) -> Phase:
    item = part.item if part is not None and part.item is not None and part.item.removed_at is None else None
    return Phase(row["key"], part.name if part is not None else row["name"], row["stage"], item, part is not None and part.is_left_out)


def at(phases: Sequence[Phase], gates: Iterable[Gate]) -> int:
    """Behind the last gate that is passed, before the next one that is not: of the phases between, the first that is not finished, else the last.
    A gate further back that came later, of an industry pack, throws nobody back: it is a gap."""
    order, gates = [phase.key for phase in phases], [gate for gate in gates if not gate.is_left_out and gate.phase]
    passed = [order.index(gate.phase) for gate in gates if gate.state == Gate.State.PASSED and gate.phase in order]
    coming = [order.index(gate.phase) for gate in gates if gate.state != Gate.State.PASSED and gate.phase in order]
    reached = max(passed, default=-1)
    first, last = reached + 1, min((one for one in coming if one >= reached), default=len(order) - 1)
    return next((number for number in range(first, last + 1) if not phases[number].is_over), last)


def in_stage(phases: Sequence[Phase], now: int, stage: str) -> int | None:
    """The phase that a project comes into when it is put into a stage: the next one there, else the nearest before."""
    if phases[now].stage == stage:
        return now
    there = [number for number, phase in enumerate(phases) if phase.stage == stage and not phase.is_left_out]
    ahead = [number for number in there if number > now]
    return ahead[0] if ahead else there[-1] if there else None


def between(phases: Sequence[Phase], gates: Iterable[Gate], now: int, to: int) -> list[Gate]:
    """The gates that stand in the way: ahead those that are not passed, on the way back those that are, that of the phase itself included where
    another one holds it there still."""
    crossed = {phase.key for phase in (phases[now:to] if to > now else phases[to : now + 1])}
    return [gate for gate in gates if not gate.is_left_out and gate.phase in crossed and (gate.state == Gate.State.PASSED) == (to < now)]
