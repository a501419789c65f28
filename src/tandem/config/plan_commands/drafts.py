"""`tandem plan draft`: proposals of dates that wait for the yes or no of who answers for a project's plan."""

import click

from tandem.config.plan_commands.conflicts import number_argument
from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written


@click.group(help=_("Proposals of dates that wait for a yes."))
def draft() -> None:
    pass


@draft.command("list", help=_("The drafts that are open, of the projects that you see."))
@showing.as_json
def listed(is_json: bool) -> None:
    api = Api()
    rows = list(api.rows("plan-drafts/", state="open"))
    if is_json:
        showing.dump(rows)
    elif not rows:
        click.echo(_("No drafts."))
    else:
        names, spaces = api.names({row["proposed_by_id"] for row in rows}), {pk: api.get(f"spaces/{pk}/") for pk in {row["space_id"] for row in rows}}
        lines = [(row["id"], spaces[row["space_id"]]["key"], len(row["dates"]), row["proposed_at"][:10], clean(names[row["proposed_by_id"]])) for row in rows]
        showing.table((_("number"), _("project"), _("items that move"), _("since"), _("asked by")), lines)


def _decide(number: int, is_json: bool, body: Row) -> None:
    api = Api()
    row = api.get(f"plan-drafts/{number}/")
    made = written(api, f"plan-drafts/{number}/verdicts/", body, row | {"key": f"#{number}"}, is_post=True)
    if is_json:
        showing.dump(made)
    else:
        click.echo(_("Accepted; a baseline was taken.") if made["state"] == "accepted" else _("Declined."))


@draft.command(help=_("Say yes: the dates of the draft become the plan in force, and a baseline is taken."))
@number_argument
@click.option("--name", default="", help=_("Name of the baseline."))
@showing.as_json
def accept(number: int, name: str, is_json: bool) -> None:
    _decide(number, is_json, {"is_accepted": True} | ({"name": name} if name else {}))


@draft.command(help=_("Say no, or take your own proposal back."))
@number_argument
@showing.as_json
def decline(number: int, is_json: bool) -> None:
    _decide(number, is_json, {"is_accepted": False})
