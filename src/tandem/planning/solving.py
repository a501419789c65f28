"""Solving a scenario, as a job: the first answer at once, then better ones, then the reasons, the prices and the frontier."""

from dataclasses import asdict
from time import perf_counter
from typing import Any

from tandem.collaboration.actions.jobs import Cancelled, Progress
from tandem.compute import ahead
from tandem.compute.errors import Uncomputable
from tandem.compute.selection import explain, frontier, solvers
from tandem.compute.selection.problem import Candidate, Problem
from tandem.compute.selection.solve import Selection, select, solve
from tandem.compute.worker import Worker
from tandem.kit.jobs import Interrupted
from tandem.planning import selection
from tandem.planning.models import Solution

_SECONDS, _GAP = 8.0, 0.001
_FORCED, _FORCED_SECONDS, _FORCED_MOVES = 12, 8.0, 200_000
_POINTS, _FRONTIER_SECONDS = 9, 9.0
_REPAIR_SECONDS = 8.0


def prepare() -> None:
    """Compiles the kernels of the search, which stay on disk: the first answer to the first question does not wait for that."""
    if ahead.is_compiled("selection"):
        return
    tiny = Problem(2, tuple(Candidate(name, value, cost=(1,)) for name, value in (("a", 1), ("b", 2))), budget=(1, 1))
    select(tiny, seconds=1.0)


class _Stop:
    """Tells the solver to stop, and remembers why: it runs in threads that must not raise."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.phase, self.begun, self.total = progress, "choosing", perf_counter(), _SECONDS
        self.why: BaseException | None = None

    def enter(self, phase: str, total: float) -> None:
        self.phase, self.begun, self.total = phase, perf_counter(), total
        self.check()

    def check(self) -> None:
        if self() and self.why:
            raise self.why

    def __call__(self) -> bool:
        if self.why is None:
            done = min(round(10 * (perf_counter() - self.begun)), round(10 * self.total) - 1)
            try:
                self.progress.step(self.phase, max(done, 0), round(10 * self.total))
            except (Cancelled, Interrupted) as problem:
                self.why = problem
        return self.why is not None


def carry_out(solution: Solution, progress: Progress) -> str:
    """Begins again where a worker was killed. What was found before somebody stopped it stays."""
    inputs = selection.read(solution.scenario)
    _write(solution, inputs_hash=inputs.hash, state=Solution.State.SEARCHING, starts={}, value=None, bound=None)
    stop = _Stop(progress)
    try:
        with Worker(preload=solvers.PRELOAD) as worker:
            _all(solution, inputs, stop, worker)
    except (Cancelled, Interrupted):
        _write(solution, state=Solution.State.STOPPED)
        raise
    except Exception:
        _write(solution, state=Solution.State.FAILED)
        raise
    return f"/scenarios/{solution.scenario_id}/"


def _all(solution: Solution, inputs: selection.Inputs, stop: _Stop, worker: Worker) -> None:
    if missing := selection.unmet(inputs):
        _write(solution, state=Solution.State.IMPOSSIBLE, must_give=[["share_least", group, None, 0] for group in missing])
        return
    if fixed := [key for key, one in inputs.offers.items() if one.is_fixed and key in inputs.removed]:
        _write(solution, state=Solution.State.IMPOSSIBLE, must_give=[["mandatory", key, None, 1] for key in fixed])
        return
    asked, size = selection.problem(inputs), selection.unit(inputs)
    try:
        best = _best(solution, asked, stop, worker)
    except Uncomputable as problem:
        stop.check()
        if problem.code not in ("infeasible", "no_choice_found"):
            raise
        stop.enter("repairing", _REPAIR_SECONDS)
        _write(solution, state=Solution.State.IMPOSSIBLE, must_give=_must_give(asked, worker, size))
        return
    stop.enter("reasons", 4)
    reasons = {key: _reason(one, size) for key, one in explain.reasons(asked, best, worker=worker).items()}
    _write(solution, reasons=reasons)
    _prices(solution, asked, best, worker, size)
    stop.enter("frontier", _FRONTIER_SECONDS)
    _frontier(solution, inputs, asked, stop, worker)
    stop.enter("forcing", _FORCED_SECONDS)
    _force(solution, inputs, asked, best, reasons, stop, worker)
    _write(solution, state=Solution.State.DONE)


def _best(solution: Solution, asked: Problem, stop: _Stop, worker: Worker) -> Selection:
    best = None
    for best in solve(asked, seconds=_SECONDS, gap=_GAP, worker=worker, cancelled=stop):
        _write(solution, starts=dict(best.starts), value=best.value, bound=best.bound, seconds=round(best.seconds, 2))
        stop()
    stop.check()
    assert best is not None
    return best


def _prices(solution: Solution, asked: Problem, best: Selection, worker: Worker, size: int) -> None:
    found = explain.prices(asked, best, resolve=2, limits_only=True, worker=worker)
    rows = [{**asdict(p), "step": p.step * (size if p.kind == "budget" else 1)} for p in found[:40]]
    _write(solution, prices=rows)


def _frontier(solution: Solution, inputs: selection.Inputs, asked: Problem, stop: _Stop, worker: Worker) -> None:
    """The best value for less and for more money, by parts of the budget."""
    if not asked.budget or not asked.candidates:
        return
    least, most = 0.5, 1.5
    found = frontier.by_budget(asked, _POINTS, least, most, seconds=_FRONTIER_SECONDS, worker=worker)
    stop.check()
    rows = []
    for number, point in enumerate(found):
        part = least + (most - least) * number / (_POINTS - 1)
        starts = dict(point.selection.starts) if point.selection else {}
        figures = selection.figures(inputs, starts)
        rows.append({
            "part": round(part, 4), "state": point.state, "starts": starts, "value": point.selection.value if point.selection else None,
            "cost": figures.cost, "npv": figures.npv, "budget": sum(round(n * part) for n in inputs.scenario.budget),
        })  # fmt: skip
    _write(solution, frontier=rows)


def _force(
    solution: Solution, inputs: selection.Inputs, asked: Problem, best: Selection, reasons: dict[str, Any], stop: _Stop, worker: Worker
) -> None:
    """What it would really cost to have each of the most valuable that are out, as far as the time reaches."""
    begun = perf_counter()
    first = sorted(reasons, key=lambda key: (-inputs.offers[key].npv, key))[:_FORCED]
    for key in first:
        stop.check()
        if perf_counter() - begun > _FORCED_SECONDS:
            break
        found = explain.why_not(asked, best, key, moves=_FORCED_MOVES, worker=worker)
        reasons[key] = _reason(found, selection.unit(inputs))
    _write(solution, reasons=reasons)


def _reason(found: explain.WhyNot, size: int) -> dict[str, Any]:
    return {
        "forced": found.forced, "causes": [list(c) for c in found.causes], "loss": found.loss, "displaced": list(found.displaced),
        "start": found.start, "extra": [[e.kind, e.name, e.period, e.units * (size if e.kind == "budget" else 1)] for e in found.extra],
    }  # fmt: skip


def _must_give(asked: Problem, worker: Worker, size: int) -> list[Any]:
    try:
        found = explain.relaxations(asked, _REPAIR_SECONDS, worker=worker)
    except Uncomputable:
        return []
    return [[r.kind, r.name, r.period, r.units * (size if r.kind == "budget" else 1)] for r in found]


def _write(solution: Solution, **values: Any) -> None:
    solution.write(expected=None, **values)


