"""`tandem compute rank`: the rows of a CSV file in the order of a formula or a known method."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from tandem.config.compute_commands.refusing import refuse

METHODS = ("rice", "wsjf", "ice", "value-effort")


@click.command("rank")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--formula", help="Own formula over the columns, e.g. '(value + 2 * risk) / effort'.")
@click.option("--method", "method_", type=click.Choice(METHODS), help="A known formula.")
@click.option(
    "--weight", "weights", multiple=True, metavar="NAME=NUMBER", help="A named weight; may be repeated."
)
@click.option(
    "--unit", "units", multiple=True, metavar="COLUMN=UNIT", help="Unit of a column; may be repeated."
)
@click.option("--key", help="Column that names the items.")
@click.option("--ascending", is_flag=True, help="The smallest score comes first.")
@click.option(
    "--top", type=click.IntRange(1), default=10, show_default=True, help="Places whose firmness is asked."
)
@click.option(
    "--swing", type=click.FloatRange(0, 0.9), default=0.2, show_default=True, help="Variation of weights."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default=True,
    help="Seed of the joint variations.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    file: Path,
    formula: str | None,
    method_: str | None,
    weights: tuple[str, ...],
    units: tuple[str, ...],
    key: str | None,
    ascending: bool,
    top: int,
    swing: float,
    seed: int,
    as_json: bool,
) -> None:
    """Rank the rows of a CSV file and say what each score is made of."""
    from tandem.compute import priority
    from tandem.compute.errors import Uncomputable
    from tandem.compute.priority import table

    if bool(formula) == bool(method_):
        raise click.UsageError("give either --formula or --method")
    try:
        text = formula or priority.method(str(method_)).formula
        wanted = priority.names(text)
        given = {name: _number(value) for name, value in map(_pair, weights)}
        for name in given:
            if name not in wanted:
                raise Uncomputable("weight_not_used", weight=name, allowed=tuple(wanted))
        rows = table.read(file.read_text(encoding="utf-8-sig"), key=key, units=dict(map(_pair, units)))
        types, columns = table.columns(rows, [name for name in wanted if name not in given])
        checked = priority.scored(text, {**table.all_types(rows), **types}, given)
        ranking = priority.rank(
            checked, rows.items, columns, ascending=ascending, top=top, swing=swing, seed=seed
        )
    except UnicodeDecodeError as fault:
        raise click.ClickException(f"{file}: not UTF-8 at byte {fault.start}") from None
    except Uncomputable as fault:
        refuse(fault, as_json, pointed(fault, text))
    click.echo(json.dumps(asdict(ranking), indent=2, ensure_ascii=False) if as_json else _table(ranking))


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=")
    if not sign:
        raise click.UsageError(f"'{text}' is not of the form NAME=VALUE")
    return name.strip(), value.strip()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise click.UsageError(f"'{text}' is not a number") from None


def pointed(fault: Any, text: str = "") -> str:
    """The fault in words, pointed at where it stands in the formula."""
    told = (f"{name} {value}" for name, value in fault.params.items() if value is not None and value != "")
    lines = [f"{fault.code}: " + ", ".join(told)]
    if "offset" in fault.params:
        shown = text.split("\n")  # as the places are counted: a fault may stand on an empty last line
        lines += [shown[fault.params["line"] - 1], " " * (fault.params["column"] - 1) + "^"]
    return "\n".join(lines)


def _table(ranking) -> str:
    lines = [f"{ranking.formula}   [{ranking.unit}]", "rank  score        item"]
    for row in ranking.rows:
        if row.score is None:
            lines.append(f"   –  –            {row.item}   ({row.problem}: {row.where})")
        else:
            parts = "  ".join(f"{one.text}={one.value:.6g}" for one in row.terms)
            lines.append(f"{row.rank:>4}  {row.score:<12.6g} {row.item}   {parts}")
    firm = ranking.sensitivity
    if firm and firm.swings:
        lines.append(f"top {len(firm.top)}: " + ("firm" if firm.is_firm else "changes") + f" when one weight varies; "
                     f"first place holds in {firm.keeps_first:.0%}, the set in {firm.keeps_set:.0%} of {firm.draws} variations")  # fmt: skip
        lines += [f"  changes with {one.name} ±{one.swing:.0%}" for one in firm.swings if one.changes_order]
    return "\n".join(lines)
