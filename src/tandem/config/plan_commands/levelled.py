"""`tandem plan show`, `search`, `accept`: projects as planned and as computed, a better order, the yes to computed dates."""

from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written


def within(api: Api, key: str | None) -> Row:
    """The filter for what lies in a space, and nothing where none is named."""
    return {"space_id": api.space(key)["id"]} if key else {}


@click.command(help=_("Every project with its planned and its computed end, those that slip most first."))
@click.option("--in", "place", help=_("Key of a portfolio, programme or project; else everything."))
@click.option("--most", type=click.IntRange(1, 5000), default=60, show_default=True, help=_("At most so many rows."))
@showing.as_json
def show(place: str | None, most: int, is_json: bool) -> None:
    api = Api()
    asked = within(api, place)
    found = api.get("portfolio-plan/", **asked)
    rows, after = list(found["rows"]), found["next"]
    while after and len(rows) < most:
        page = api.get("portfolio-plan/", **asked, after=after)
        rows, after = rows + page["rows"], page["next"]
    if is_json:
        showing.dump(found | {"rows": rows[:most], "next": after})
        return
    click.echo(_("%(late)s of %(projects)s projects end later than planned.") % found)
    if rows:
        head = (_("key"), _("planned"), _("computed"), _("days later"), "P80", _("promised"), _("title"))
        showing.table(head, [_line(row) for row in rows[:most]])


def _line(row: Row) -> tuple[Any, ...]:
    slip = "" if row["slip"] is None else f"{row['slip']:+d}"
    return row["key"], row["planned_finish"], row["computed_finish"], slip, row["p80"], row["promised_on"], row["name"]


@click.command(help=_("Look for a better order of all open work, in the background."))
@showing.as_json
def search(is_json: bool) -> None:
    job = Api().post("portfolio-plan/searches/", {})
    if is_json:
        showing.dump(job)
    else:
        click.echo(_("The search for a better order has begun."))


@click.command(help=_("Make the computed dates of projects the plan in force; of each a baseline is taken: tandem plan accept POR MOB"))
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@click.option("--name", default="", help=_("Name of the baseline."))
@showing.as_json
def accept(keys: tuple[str, ...], name: str, is_json: bool) -> None:
    api, done = Api(), []
    number = api.get("portfolio-plan/")["plan_id"]
    if number is None:
        raise click.ClickException(_("There is no levelled plan yet."))
    for key in keys:
        space = api.space(key)
        project = next(iter(api.rows("projects/", most=1, space_id=space["id"])), None)
        if project is None:
            raise click.ClickException(_("There is no project %(key)s that you can see.") % {"key": space["key"]})
        body = {"plan_id": number} | ({"name": name} if name else {})
        done.append(written(api, f"projects/{project['id']}/acceptances/", body, project, is_post=True))
        if not is_json:
            click.echo(_("%(key)s is planned as computed; a baseline was taken.") % {"key": space["key"]})
    if is_json:
        showing.dump(done)


COMMANDS = (show, search, accept)
