"""`tandem compute schedule`: a levelled plan for a file."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from tandem.config.compute_commands.refusing import refuse

_FIRST_LOOK = 20
FIGURES = ("makespan", "bound", "gap", "seconds", "evaluations", "valid")


class BudgetType(click.ParamType):  # type: ignore[type-arg]
    """`1s` or `200ms`: wall time; `50000`: plans built, which gives the same plan anywhere."""

    name = "budget"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        from tandem.compute import scheduling
        from tandem.compute.errors import Uncomputable

        try:
            budget = scheduling.Budget.parse(value)
        except Uncomputable:
            budget = None
        if budget is None or not (budget.seconds or budget.evaluations):
            self.fail(f"{value!r} is neither a time (1s, 200ms) nor a number of plans (50000).", param, ctx)
        return budget


@click.command("schedule")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--budget", type=BudgetType(), default="1s", show_default=True, help="Time (1s) or plans (50000)."
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Where the chances come from."
)
@click.option(
    "--engine", type=click.Choice(["auto", "rules", "search", "exact"]), default="auto", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the starts.")
def command(file: Path, budget: Any, seed: int, engine: str, as_json: bool) -> None:
    """Level a plan (.sm .mm .rcp .rcmp or our .json) and check it."""
    from tandem.compute import scheduling
    from tandem.compute.errors import Uncomputable

    try:
        problem = scheduling.read(file)
        plan = _solved(problem, budget, seed, engine)
    except Uncomputable as refused:
        refuse(refused, as_json)
    checked = scheduling.check(problem, plan)
    told = scheduling.plan_to_json(plan, is_valid=checked.is_valid)
    if as_json:
        told["violations"] = [
            {
                "code": one.code,
                "activity": one.activity,
                "value": one.value,
                "other": one.other,
                "slot": one.slot,
            }
            for one in checked.violations
        ]
        click.echo(json.dumps(told, indent=2))
    else:
        for name in FIGURES:
            click.echo(f"{name:<12} {_worded(told[name])}")
        for one in checked.violations[:10]:
            click.echo(f"  {one.code} {one.activity} {one.other} {one.value}".rstrip(), err=True)
    sys.exit(0 if checked.is_valid else 1)


def _solved(problem: Any, budget: Any, seed: int, engine: str) -> Any:
    """The last plan within the budget."""
    from tandem.compute import scheduling

    first = scheduling.Budget(evaluations=_FIRST_LOOK)
    for _ in scheduling.solve(problem, first, seed=seed, engine=_first(engine)):
        pass  # what is compiled now does not eat the budget
    return scheduling.best_plan(problem, budget, seed=seed, engine=engine)


def _first(engine: str) -> Any:
    return "rules" if engine in ("rules", "exact") else "search"


def _worded(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
