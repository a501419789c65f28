"""`tandem compute dates`."""

import importlib
import sys
from pathlib import Path

import click


@click.command("dates")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    """Compute the dates of an MS Project XML file and compare them with the stored ones."""
    dates = importlib.import_module("tandem.exchange.dates")
    sys.exit(dates.dates(file, as_json=as_json) or 0)
