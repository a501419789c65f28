"""`tandem plan`: the plan of the portfolio and its conflicts from a terminal, over the API of a running Tandem."""

import click

from tandem.config.plan_commands import conflicts, drafts, levelled, ranges, scenarios
from tandem.config.work_commands.words import _


@click.group(help=_("The plan of the portfolio and its conflicts, from the terminal."))
def plan() -> None:
    pass


for _command in (*levelled.COMMANDS, *conflicts.COMMANDS, ranges.range_, drafts.draft, scenarios.scenario):
    plan.add_command(_command)
