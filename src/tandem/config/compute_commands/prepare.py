"""`tandem compute prepare`: the core compiled before anybody waits for it, as in the making of an image."""

import click


@click.command("prepare")
def command() -> None:
    """Compile the computing core for this machine, once for each version; it gives way to all else."""
    from tandem.compute import ahead
    from tandem.compute.worker import give_way

    give_way()
    if not ahead.compiled_ahead(lambda line: click.echo(line, err=True)):
        click.echo("The core is compiled already.", err=True)
