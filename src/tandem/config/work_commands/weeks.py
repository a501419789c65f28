"""`tandem work week`, `send-in` and `timer`: one's own week of time."""

from datetime import date, timedelta

import click

from tandem.config.work_commands import fields, showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.items import key_argument
from tandem.config.work_commands.time import minutes
from tandem.config.work_commands.words import _

_of = click.option("--of", "of", help=_("A day of the week that is meant; this week unless said otherwise."))


def _week(of: str | None) -> date:
    on = date.fromisoformat(fields.day(of)) if of else date.today()
    return on - timedelta(days=on.weekday())


def _states() -> dict[str, str]:
    return {"open": _("open"), "submitted": _("sent in"), "approved": _("approved"), "returned": _("sent back")}


def _sheet(api: Api, first: date, person_id: int) -> Row | None:
    return next(iter(api.rows("time-sheets/", most=1, person_id=person_id, week=first.isoformat())), None)


@click.command(help=_("Your time of a week: each item, day by day."))
@_of
@showing.as_json
def week(of: str | None, is_json: bool) -> None:
    api, first = Api(), _week(of)
    me = api.me["id"]
    days = [first + timedelta(days=n) for n in range(7)]
    rows = list(api.rows("time-entries/", most=2000, user_id=me, since=days[0].isoformat(), until=days[-1].isoformat()))
    sheet = _sheet(api, first, me)
    if is_json:
        showing.dump({"week": first.isoformat(), "sheet": sheet, "entries": rows})
        return
    names = {pk: api.get(f"work-items/{pk}/") for pk in {row["item_id"] for row in rows}}
    lines = []
    for pk, item in sorted(names.items(), key=lambda one: one[1]["key"]):
        mine = [sum(r["minutes"] for r in rows if r["item_id"] == pk and r["day"] == day.isoformat()) for day in days]
        lines.append((item["key"], *(showing.hours(n) if n else "" for n in mine), showing.hours(sum(mine)), item["title"]))
    sums = [sum(r["minutes"] for r in rows if r["day"] == day.isoformat()) for day in days]
    lines.append((_("all"), *(showing.hours(n) if n else "" for n in sums), showing.hours(sum(sums)), ""))
    showing.table((_("key"), *(f"{day:%m-%d}" for day in days), _("week"), _("title")), lines)
    click.echo(_("The week from %(day)s is %(state)s.") % {"day": first.isoformat(), "state": _states()[sheet["state"] if sheet else "open"]})


@click.command("send-in", help=_("Send in your week of time; from then on its time stays as it is."))
@_of
@showing.as_json
def send_in(of: str | None, is_json: bool) -> None:
    api, first = Api(), _week(of)
    sheet = _sheet(api, first, api.me["id"]) or api.post("time-sheets/", {"week": first.isoformat()})
    made = api.post(f"time-sheets/{sheet['id']}/submissions/", {}, sheet)
    if is_json:
        showing.dump(made)
        return
    click.echo(_("The week from %(day)s is %(state)s.") % {"day": first.isoformat(), "state": _states()[made["state"]]})


@click.group(help=_("Your running timer: start, stop, show."))
def timer() -> None:
    pass


def _running(api: Api) -> Row | None:
    return next(iter(api.rows("timers/", most=1)), None)


@timer.command(help=_("Start it on a work item; one that runs already is stopped and logged."))
@key_argument
@click.option("--note", default="", help=_("At what."))
def start(key: str, note: str) -> None:
    api = Api()
    row = api.item(key)
    api.post("timers/", {"item_id": row["id"], "note": note})
    click.echo(clean(_("The timer runs on %(key)s.") % {"key": row["key"]}))


@timer.command(help=_("Stop it: what it measured is logged."))
@click.option("--time", help=_("How long it was, such as 1h 30m, when you know better than the clock."))
def stop(time: str | None) -> None:
    api = Api()
    row = _running(api)
    if row is None:
        raise click.ClickException(_("No timer runs."))
    made = api.post(f"timers/{row['id']}/stops/", {"minutes": minutes(time)} if time else {})
    item = api.get(f"work-items/{row['item_id']}/")
    click.echo(clean(_("%(key)s: logged %(time)s, %(all)s in all.") % {"key": item["key"], "time": showing.hours(made["minutes"]), "all": showing.hours(item["logged_minutes"])}))


@timer.command(help=_("On what it runs, and since when."))
@showing.as_json
def show(is_json: bool) -> None:
    api = Api()
    row = _running(api)
    if is_json:
        showing.dump(row)
    elif row is None:
        click.echo(_("No timer runs."))
    else:
        item = api.get(f"work-items/{row['item_id']}/")
        click.echo(clean(f"{item['key']}  {row['started_at'][:16].replace('T', ' ')}  {item['title']}"))


COMMANDS = (week, send_in, timer)
