"""`tandem compute prepare`: the core compiled before anybody waits for it, as in the making of an image."""

import os

import click


@click.command("prepare")
def command() -> None:
    """Compile the computing core for this machine, once for each version; it gives way to all else."""
    from tandem.compute import ahead

    if hasattr(os, "nice"):
        os.nice(10)
    if not ahead.compiled_ahead(lambda line: click.echo(line, err=True)):
        click.echo("The core is compiled already.", err=True)
