"""`tandem work`: the daily work from a terminal, over the API of a running Tandem, with a token of one's own."""

import click

from tandem.config.work_commands import (
    account,
    approving,
    around,
    ballots,
    estimates,
    fairness,
    figures,
    items,
    many,
    settings,
    sprints,
    time,
    weeks,
    writing,
)
from tandem.config.work_commands.words import _


@click.group(help=_("Work items and sprints of a running Tandem, from the terminal."))
def work() -> None:
    pass


for _command in (*account.COMMANDS, *items.COMMANDS, *writing.COMMANDS, *around.COMMANDS, *many.COMMANDS, *time.COMMANDS, *weeks.COMMANDS, *approving.COMMANDS, *figures.COMMANDS, *estimates.COMMANDS, *fairness.COMMANDS, *ballots.COMMANDS, *settings.COMMANDS, sprints.sprint):
    work.add_command(_command)
