"""`tandem work log` and `times`: time spent on a work item."""

import click

from tandem.config.work_commands import fields, showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.items import key_argument
from tandem.config.work_commands.words import _
from tandem.kit.dates import parse_minutes


def minutes(text: str) -> int:
    try:
        return parse_minutes(text)
    except ValueError:
        raise click.UsageError(_("%(text)s is no time. Write 1h 30m, 1.5h or 90m.") % {"text": clean(text)}) from None


@click.command(help=_("Log time: tandem work log POR-12 \"1h 30m\" --note \"Berth plan\". Today and your own unless said otherwise."))
@key_argument
@click.argument("time", nargs=-1, required=True)
@click.option("--day", help=_("The day: 2027-02-12, today, yesterday."))
@click.option("--note", default="", help=_("At what."))
@click.option("--left", help=_("What is left to do after it, such as 2h."))
@click.option("--for", "person", help=_("Whose time it is; for those who lead the project."))
@showing.as_json
def log(key: str, time: tuple[str, ...], day: str | None, note: str, left: str | None, person: str | None, is_json: bool) -> None:
    api = Api()
    body: Row = {"minutes": minutes(" ".join(time)), "note": note}
    if day:
        body["day"] = fields.day(day)
    if left:
        body["remaining_minutes"] = minutes(left)
    if person:
        body["user_id"] = api.person(person)["id"]
    row = api.item(key)
    made = api.post("time-entries/", {"item_id": row["id"], **body})
    if is_json:
        showing.dump(made)
        return
    row = api.item(key)
    said = _("%(key)s: logged %(time)s, %(all)s in all.") % {"key": row["key"], "time": showing.hours(made["minutes"]), "all": showing.hours(row["logged_minutes"])}
    if row["remaining_minutes"] is not None:
        said += " " + _("%(time)s left.") % {"time": showing.hours(row["remaining_minutes"])}
    click.echo(clean(said))


@click.command(help=_("The time logged on a work item, newest first."))
@key_argument
@showing.as_json
def times(key: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    rows = sorted(api.rows("time-entries/", most=2000, item_id=row["id"]), key=lambda r: (r["day"], r["id"]), reverse=True)
    if is_json:
        showing.dump(rows)
        return
    if not rows:
        click.echo(_("No time logged."))
        return
    names = api.names({r["user_id"] for r in rows})
    showing.table((_("day"), _("time"), _("person"), _("note")), [(r["day"], showing.hours(r["minutes"]), names[r["user_id"]], r["note"]) for r in rows])


COMMANDS = (log, times)
