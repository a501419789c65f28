"""`tandem sample …`: made-up data for an empty installation, to look at or to measure on."""

from pathlib import Path

import click

_data = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory [TANDEM_DATA]."
)


@click.group()
def sample() -> None:
    """Made-up data for an empty installation."""


@sample.command("size")
@click.option("--items", type=click.IntRange(1, 1_000_000), default=100_000, show_default=True, help="Work items in all.")
@click.option("--projects", type=click.IntRange(1, 1000), default=50, show_default=True, help="Projects that share them.")
@click.option("--people", type=click.IntRange(1, 10_000), default=200, show_default=True, help="People who do them.")
@click.option("--comments", type=click.FloatRange(0, 20), default=2.0, show_default=True, help="Comments per item, on average.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same data.")
@click.option("--computed", is_flag=True, help="Compute forecasts and the plans of the first two projects as well.")
@_data
def size(items: int, projects: int, people: int, comments: float, seed: int, computed: bool, data: Path | None) -> None:
    """Fill an empty installation with many work items, to see how fast its pages are."""
    from tandem.config.cli import django_ready, settle
    from tandem.config.migrating import apply

    settle(data)
    with django_ready(data, migrated=False):
        apply()
        from tandem.samples import size as generator

        made = generator.generate(
            items=items, seed=seed, projects=projects, people=people, comments_each=comments, tell=click.echo
        )
        if computed:
            generator.compute(tell=click.echo)
        counted = ", ".join(f"{number:,} {name}" for name, number in made.counts.items())
        click.echo(f"Made {counted}.")
        click.echo(f"Sign in as {made.email} with the password {made.password}")
