"""`tandem compute …`: compute from a file alone, without a database. One file for each kind of answer."""

import os

import click

from tandem.config import env
from tandem.config.compute_commands import compiling


@click.group()
@click.pass_context
def compute(context: click.Context) -> None:
    """Compute from a file alone, without a database."""
    context.with_resource(compiling.told())
    os.environ.setdefault("NUMBA_CACHE_DIR", str(env.default_data_dir() / "cache" / "numba"))


def _add() -> None:
    from tandem.config.compute_commands import (
        alike,
        bench,
        dates,
        forecast,
        level,
        prepare,
        priority,
        rank,
        schedule,
        select,
    )

    for module in (alike, dates, bench, forecast, level, prepare, priority, rank, schedule, select):
        compute.add_command(module.command)


_add()
