"""`tandem compute bench`: our figures beside the reference's, from one run."""

import importlib
import json
from pathlib import Path

import click

WORKS = ("psplib", "portfolio", "cpm", "montecarlo", "selection", "likeness")


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
    bench = importlib.import_module(f"tandem.compute.bench.{work}")
    table = bench.run(
        set_=set_, limit=limit, seeds=seeds, seconds=seconds, files=files, out=out, tell=click.echo
    )
    click.echo(json.dumps(table.as_json(), indent=2) if as_json else table.as_markdown())
