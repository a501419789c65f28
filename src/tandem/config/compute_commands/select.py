"""`tandem compute select`."""

import importlib
import json
from pathlib import Path
from typing import Any

import click

from tandem.config.compute_commands.refusing import refuse


@click.command("select")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--frontier", type=click.IntRange(2), help="Also this many points of value against budget.")
@click.option("--seconds", type=float, default=10.0, show_default=True, help="Longest search.")
@click.option("--moves", type=click.IntRange(1), help="Length of the search counted in moves: repeatable.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Seed of the search."
)
@click.option(
    "--gap", type=float, default=0.0, show_default=True, help="Stop at this proven gap (0.01: 1 %)."
)
@click.option("--why", multiple=True, help="Say of this rejected candidate why, and what would let it in.")
@click.option("--prices", is_flag=True, help="Say what one more unit of each limit would bring.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, as_json: bool, **asked: Any) -> None:
    """Choose the best candidates and their starts from a JSON file."""
    errors = importlib.import_module("tandem.compute.errors")
    try:
        answer = _answer(_read(file), **asked)
    except errors.Uncomputable as fault:
        refuse(fault, as_json, _worded(fault))
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    for name in ("value", "bound", "gap", "seconds", "moves", "valid"):
        click.echo(f"{name}: {answer[name]}")
    click.echo(f"chosen: {len(answer['starts'])} of {len(answer['starts']) + len(answer['rejected'])}")
    for point in answer.get("frontier", []):
        gap = "–" if point["gap"] is None else f"{100 * point['gap']:.2f} %"
        worth = point["state"] if point["value"] is None else f"{point['value']:,}"
        click.echo(f"  {point['level']:>14,}  {worth:>14}  {gap}")
    for name in ("prices", "why_not"):
        for entry in answer.get(name, []):
            click.echo(json.dumps(entry))


def _worded(fault: Any) -> str | None:
    """What must give way, a rule a line, where no choice keeps all of them."""
    if "relax" not in fault.params:
        return None
    lines = [f"  {one['kind']} {one['name']}" + (f" in period {one['period']}" if one["period"] is not None else "")
             + f" by {one['units']}" for one in fault.params["relax"]]  # fmt: skip
    return "\n".join(["infeasible: no choice keeps all rules; there is one when these give way:", *lines])


def _read(file: Path) -> Any:
    """The document. Text that is none, and numbers of thousands of digits, are `ValueError`s too."""
    errors = importlib.import_module("tandem.compute.errors")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        code = {UnicodeDecodeError: "not_utf8", RecursionError: "nested_too_deeply"}.get(
            type(error), "not_json"
        )
        raise errors.Uncomputable(code, file=str(file), value=str(error)) from error


def _answer(
    document: Any,
    *,
    frontier: int | None,
    seconds: float,
    moves: int | None,
    seed: int,
    gap: float,
    why: tuple[str, ...],
    prices: bool,
) -> dict[str, Any]:
    from dataclasses import asdict

    errors = importlib.import_module("tandem.compute.errors")
    explain = importlib.import_module("tandem.compute.selection.explain")
    files = importlib.import_module("tandem.compute.selection.files")
    frontiers = importlib.import_module("tandem.compute.selection.frontier")
    solving = importlib.import_module("tandem.compute.selection.solve")
    problem = files.problem_of(document)
    for one in why:
        if one not in problem.index:
            raise errors.Uncomputable("candidate_unknown", candidate=one, value=one)
    if frontier and not problem.budget:
        raise errors.Uncomputable("no_budget", candidate=None, value=None)
    limit = {"moves": moves} if moves else {"seconds": seconds}
    try:
        selection = solving.select(problem, seed=seed, gap=gap, **limit)
    except errors.Uncomputable as fault:
        if fault.code != "infeasible":
            raise
        relax = [asdict(one) for one in explain.relaxations(problem)]
        raise errors.Uncomputable(fault.code, **fault.params, relax=relax) from None
    points = frontiers.by_budget(problem, frontier, seed=seed, **limit) if frontier else ()
    answer: dict[str, Any] = files.result_of(problem, selection, points)
    if prices:
        answer["prices"] = [asdict(one) for one in explain.prices(problem, selection, seed=seed)]
    if why:
        answer["why_not"] = [asdict(explain.why_not(problem, selection, one, seed=seed)) for one in why]
    return answer
