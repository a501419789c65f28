"""`tandem work fairness`: how evenly work lies on a team."""

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _


@click.command(help=_("How evenly logged time, overtime and work on days off and at night lie on a team: yourself, and each whose weeks of time you answer."))
@click.argument("team", type=int)
@click.option("--weeks", type=click.Choice(("4", "8", "13", "26")), default="8", show_default=True, help=_("So many whole weeks before this one."))
@showing.as_json
def fairness(team: int, weeks: str, is_json: bool) -> None:
    found = Api().get("fairness/", team_id=team, weeks=weeks)
    if is_json:
        showing.dump(found)
        return
    rows = [_line(one) for one in found["people"]]
    showing.table((_("person"), _("logged"), _("overtime"), _("on days off"), _("night shifts"), _("logged at night"), _("next weeks")), rows)
    for one in found["spreads"]:
        if one["measure"] == "overtime":
            click.echo(_("Overtime of the middle half of the team: %(low)s to %(high)s h.") % {"low": f"{one['low']:.1f}", "high": f"{one['high']:.1f}"})
    if not found["spreads"]:
        click.echo(_("Of the team itself nothing is told: too few people, you answer for some of them only, or you may say who is in it."))


def _line(one: Row) -> tuple[str, ...]:
    share, ahead = one["logged"], one["ahead"]
    return (
        clean(one["name"]), "–" if share is None else f"{share:.0%}", f"{one['overtime_hours']:.1f} h", f"{sum(one['off_hours']):.1f} h", f"{sum(one['night_shift_hours']):.1f} h", f"{sum(one['night_hours']):.1f} h", "–" if ahead is None else f"{ahead:.0%}",
    )  # fmt: skip


COMMANDS = (fairness,)
