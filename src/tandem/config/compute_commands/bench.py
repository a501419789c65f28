"""`tandem compute bench`: our figures beside the reference's, from one run."""

import importlib
import json
from pathlib import Path
from typing import Any

import click

from tandem.config.compute_commands.refusing import refuse

WORKS = ("psplib", "portfolio", "cpm", "montecarlo", "calibration", "selection", "likeness")


@click.command("bench")
@click.argument("work", type=click.Choice(WORKS))
@click.option(
    "--set", "set_", help="Set of instances, where the work has several (j30, j60, j120, mplib1_set3)."
)
@click.option("--limit", type=click.IntRange(1), help="Number of instances, or of repetitions.")
@click.option(
    "--seeds", type=click.IntRange(1), default=3, show_default=True, help="Seeds; the median counts."
)
@click.option("--seconds", type=float, help="Longest run of one instance.")
@click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("../shared/data"),
    show_default=True,
    help="Folder with the sets of instances.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Keeps each result: go on later."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    work: str,
    set_: str | None,
    limit: int | None,
    seeds: int,
    seconds: float | None,
    files: Path,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure the computing core against published or runnable references."""
    from tandem.compute.errors import Uncomputable

    bench = importlib.import_module(f"tandem.compute.bench.{work}")
    try:
        table = bench.run(
            set_=set_, limit=limit, seeds=seeds, seconds=seconds, files=files, out=out, tell=_tell
        )
    except Uncomputable as fault:
        refuse(fault, as_json, _words(work, fault))
    except FileNotFoundError as fault:
        raise click.ClickException(
            f"{fault.filename}: no such file or folder (--files names the folder)"
        ) from None
    click.echo(json.dumps(table.as_json(), indent=2) if as_json else table.as_markdown())


def _tell(line: str) -> None:
    """Progress beside the result, so that what is printed with --json is JSON."""
    click.echo(line, err=True)


def _words(work: str, fault: Any) -> str:
    if fault.code == "unknown_set":
        allowed = ", ".join(fault.params["allowed"])
        return f"{work} has no set '{fault.params['value']}' " + (
            f"(it has {allowed})" if allowed else "(it has none)"
        )
    if fault.code == "instances_missing":
        return f"{fault.params['folder']}: no instances of the set '{fault.params['value']}'"
    return f"{work}: {fault}"
