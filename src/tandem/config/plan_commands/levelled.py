"""`tandem plan show`, `search`, `accept`, `why`, `moved`: projects as planned and as computed, the yes to computed dates, and their reasons."""

from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
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


@click.command(help=_("Why a work item stands where it stands in the computed plan: tandem plan why POR-12"))
@click.argument("key")
@showing.as_json
def why(key: str, is_json: bool) -> None:
    api = Api()
    found = api.get(f"portfolio-plan/items/{api.item(key)['id']}/")
    if is_json:
        showing.dump(found)
    elif found["is_preparing"]:
        click.echo(_("The server is not ready to explain plans yet. Ask again in some minutes."))
    elif found["plan_id"] is None:
        click.echo(_("It is not in the computed plan."))
    else:
        click.echo(f"{found['start']} – {found['finish']}")
        for number, step in enumerate(found["steps"], 1):
            _tell(number, step)
        if not found["steps"]:
            click.echo(_("What that plan rests on is not kept any more; the next plan can be explained."))
        if found["is_cut"]:
            click.echo(_("The chain goes on from there."))


def _tell(number: int, step: Row) -> None:
    named = f"{step['item_key']} {step['title']}".strip() or _("an item that you cannot see")
    click.echo(f"{number}. {clean(named)}  {step['start']} – {step['finish']}")
    for cause in step["causes"]:
        gain = _("%(days)s d earlier without that") % {"days": f"{cause['days_earlier']:g}"} if cause["days_earlier"] > 0 else ""
        click.echo("   " + " · ".join(clean(part) for part in (cause["sentence"], gain, *cause["absences"]) if part))
    for pause in step["pauses"]:
        click.echo(f"   {clean(pause)}")


@click.command(help=_("What moved in the computed plan since an earlier day, and why."))
@click.option("--in", "place", help=_("Key of a portfolio, programme or project; else everything."))
@showing.as_json
def moved(place: str | None, is_json: bool) -> None:
    api = Api()
    found = api.get("portfolio-plan/moves/", **within(api, place))
    if is_json:
        showing.dump(found)
    elif found["since"] is None:
        click.echo(_("There is no plan of an earlier day to compare with."))
    elif not found["moves"]:
        click.echo(_("None of what moved most since %(day)s lies here.") % {"day": found["since"]})
    else:
        click.echo(_("Since %(day)s:") % {"day": found["since"]})
        head = (_("key"), _("before"), _("now"), _("days"), _("because"), _("title"))
        showing.table(head, [(m["item_key"], m["before"], m["after"], f"{m['days']:+d}", m["sentence"], m["title"]) for m in found["moves"]])


COMMANDS = (show, search, accept, why, moved)
