"""No plan that leaves the room breaks a rule: random problems with all that the model knows."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.compute.levelling import fuzz


def test_no_plan_of_a_sample_is_invalid():
    tally = fuzz.Tally()
    assert fuzz.run(range(250), 40, tally) == []
    assert tally.plans >= 9000
    assert tally.needless == 0
    assert tally.broken < tally.plans / 3  # else too many of the plans are of no use


def test_every_part_of_the_model_is_tried():
    problems = [fuzz.random_problem(seed) for seed in range(200)]
    activities = [one for problem in problems for one in problem.activities]
    assert {link.type for problem in problems for link in problem.links} == set(fuzz.LinkType)
    assert any(link.max_lag is not None for problem in problems for link in problem.links)
    assert any(link.lag < 0 for problem in problems for link in problem.links)
    assert any(kind.steps for problem in problems for kind in problem.resources)
    assert any(kind.calendar for problem in problems for kind in problem.resources)
    assert any(not kind.is_renewable for problem in problems for kind in problem.resources)
    for name in ("calendar", "deadline", "pinned", "started", "finished", "in_force", "project", "mode"):
        assert any(getattr(one, name) is not None for one in activities), name
    assert any(len(one.modes) > 1 for one in activities)
    assert any(mode.effort for one in activities for mode in one.modes)


RUNS = {
    "levelling-fuzz": (lambda seeds, tally: fuzz.run(seeds, 101, tally), 500, 20, 1_000_000),
    "solve-fuzz": (lambda seeds, tally: fuzz.run_solve(seeds, 300, tally), 500, 10, 6_000),
    "solve-classical": (lambda seeds, tally: fuzz.run_solve(seeds, 300, tally, fuzz.classical), 500, 10, 6_000),
    "solve-dated": (lambda seeds, tally: fuzz.run_solve(seeds, 300, tally, fuzz.dated), 500, 10, 6_000),
    "edits-fuzz": (lambda seeds, tally: fuzz.run_edits(seeds, 60, tally), 100, 10, 50_000),
    "exact-fuzz": (lambda seeds, tally: fuzz.run_exact(seeds, tally), 200, 5, 700),
}
"""What is run, seeds of a block, blocks, and how many plans that makes at least."""


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_no_plan_of_a_long_run_is_invalid(name):
    """Resumable: each block of seeds leaves its tally in $TANDEM_TEST_PROOF, and is not run again;
    $TANDEM_TEST_BLOCKS runs only so many."""
    folder = Path(os.environ["TANDEM_TEST_PROOF"]) / name if "TANDEM_TEST_PROOF" in os.environ else None
    work, size, blocks, least = RUNS[name]
    some = min(blocks, int(os.environ.get("TANDEM_TEST_BLOCKS", blocks)))
    total = fuzz.Tally()
    for block in range(some):
        kept = folder / f"block-{block:02}.json" if folder else None
        if kept and kept.exists():
            told = json.loads(kept.read_text())
        else:
            tally = fuzz.Tally()
            found = work(range(block * size, (block + 1) * size), tally)
            told = asdict(tally) | {"found": found}
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(told))
        assert (told["found"], told["needless"]) == ([], 0)
        total.plans += told["plans"]
    assert total.plans >= least * some // blocks


def test_no_plan_that_solve_emits_is_invalid():
    tally = fuzz.Tally()
    assert fuzz.run_solve(range(100), 300, tally) == []
    assert tally.plans >= 130
    assert tally.needless == 0


@pytest.mark.parametrize("draw", [fuzz.classical, fuzz.dated])
def test_no_plan_of_the_special_kernels_is_invalid(draw):
    tally = fuzz.Tally()
    assert fuzz.run_solve(range(40), 200, tally, draw) == []
    assert tally.plans >= 50
    assert (tally.needless, tally.broken) == (0, 0)


def test_no_plan_of_the_exact_engine_is_invalid_however_early_it_is_stopped():
    tally = fuzz.Tally()
    assert fuzz.run_exact(range(15, 19), tally) == []
    assert tally.plans >= 2


def test_no_plan_of_a_script_of_edits_is_invalid():
    tally = fuzz.Tally()
    assert fuzz.run_edits(range(6), 18, tally) == []
    assert tally.plans >= 60


def test_solve_gives_the_same_plans_for_the_same_seed_and_evaluations():
    from tandem.compute.scheduling.levelling.solve import Budget, solve

    for seed in range(12):
        problem = fuzz.random_problem(seed)
        one, other = ([(p.plan.hash, p.evaluations) for p in solve(problem, Budget(evaluations=400), seed=seed)]
                      for _ in range(2))  # fmt: skip
        assert one == other


def test_solve_keeps_pins_given_by_name():
    from tandem.compute.scheduling.levelling.solve import Budget, solve

    for seed in range(12):
        problem = fuzz.random_problem(seed)
        name = next((one.id for one in problem.activities if not one.is_given and len(one.modes) == 1), None)
        if name:
            for best in solve(problem, Budget(evaluations=200), pins={name: 11}, engine="search"):
                assert best.plan.starts[problem.index[name]] == 11
