"""`tandem compute level`."""

import importlib
import sys
from pathlib import Path

import click


@click.command("level")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="As if nobody had levelled it: without leveling delays and given earliest starts.")
@click.option("--plans", type=click.IntRange(1), default=4000, show_default=True, help="How many plans are tried.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Where the chances come from.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, again: bool, plans: int, seed: int, as_json: bool) -> None:
    """Find who is over-loaded in a plan of MS Project (or one of the formats read through it), level it, and say why each task comes later."""
    levelled = importlib.import_module("tandem.exchange.levelled")
    sys.exit(levelled.levelled(file, freed=again, plans=plans, seed=seed, as_json=as_json))
