"""`tandem plan scenario`: a branch of the plan from a terminal, with what would be otherwise, what it comes to, and the decision."""

from typing import Any

import click

from tandem.config.plan_commands.conflicts import number_argument
from tandem.config.plan_commands.levelled import within
from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean, settled
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written
from tandem.kit.dates import parse_minutes

who_option = click.option("--who", multiple=True, help=_("Who would do it, by name; may be said several times."))
left_option = click.option("--left", help=_("What is left of it, such as 3d or 4h."))
start_option = click.option("--start", "starts_on", help=_("First day, as 2027-02-12."))


@click.group(help=_("Branches of the plan: what would be if."))
def scenario() -> None:
    pass


@scenario.command("list", help=_("The plan scenarios that are open."))
@click.option("--in", "place", help=_("Key of a space; else everything that you see."))
@showing.as_json
def listed(place: str | None, is_json: bool) -> None:
    api = Api()
    rows = list(api.rows("plan-scenarios/", state="open", **within(api, place)))
    if is_json:
        showing.dump(rows)
    elif not rows:
        click.echo(_("No plan scenarios."))
    else:
        names = api.names({row["opened_by_id"] for row in rows})
        showing.table((_("number"), _("opened by"), _("computed"), _("title")), [(r["id"], names[r["opened_by_id"]], (r["computed_at"] or "")[:10], r["name"]) for r in rows])


@scenario.command("open", help=_("Open a branch of the plan: tandem plan scenario open \"Without the second line\" --in DIGITAL"))
@click.argument("name")
@click.option("--in", "place", required=True, help=_("Key of the portfolio, programme or project that it is about."))
@click.option("--about", default="", help=_("What it is for."))
@showing.as_json
def opened(name: str, place: str, about: str, is_json: bool) -> None:
    api = Api()
    made = api.post("plan-scenarios/", {"space_id": api.space(place)["id"], "name": name} | ({"description": about} if about else {}))
    showing.dump(made) if is_json else click.echo(_("Plan scenario %(number)s is open.") % {"number": made["id"]})


def _changed(number: int, is_json: bool, kind: str, subject: int, values: Row, api: Api) -> None:
    made = api.post(f"plan-scenarios/{number}/changes/", {"kind": kind, "subject": subject} | ({"values": values} if values else {}))
    showing.dump(made) if is_json else click.echo(_("Written down as change %(number)s; the plan itself stays as it is.") % {"number": made["id"]})


def _values(api: Api, left: str | None = None, who: tuple[str, ...] = (), **more: Any) -> Row:
    values = {name: value for name, value in more.items() if value is not None}
    if left is not None:
        try:
            values["expected_minutes"] = parse_minutes(left)
        except ValueError:
            raise click.ClickException(_("“%(said)s” is no length of time; say 3d, 4h or 90m.") % {"said": clean(left)}) from None
    if who:
        values["assignees"] = [api.person(one)["id"] for one in who]
    return values


@scenario.command(help=_("A work item would be otherwise: tandem plan scenario item 4 POR-12 --left 3d --who Boris"))
@number_argument
@click.argument("key")
@start_option
@click.option("--due", "due_on", help=_("Due date, as 2027-02-12."))
@left_option
@click.option("--priority", type=click.IntRange(1, 4), help=_("1 is urgent, 4 low."))
@who_option
@click.option("--share", "shares", multiple=True, help=_("What share of it somebody takes, in per cent: Boris=40; may be said several times."))
@showing.as_json
def item(number: int, key: str, starts_on: str | None, due_on: str | None, left: str | None, priority: int | None, who: tuple[str, ...], shares: tuple[str, ...], is_json: bool) -> None:
    api = Api()
    values = _values(api, left, who, starts_on=starts_on, due_on=due_on, priority=priority)
    _changed(number, is_json, "item", api.item(key)["id"], values | ({"shares": dict(_share(api, said) for said in shares)} if shares else {}), api)


def _share(api: Api, said: str) -> tuple[str, int]:
    name, _equals, share = said.rpartition("=")
    if not name or not share.isdecimal():
        raise click.ClickException(_("“%(said)s” is no share; say Boris=40.") % {"said": clean(said)})
    return str(api.person(name)["id"]), int(share)


percent_option = click.option("--percent", type=click.FloatRange(0, 100, min_open=True), help=_("Share of their time, in per cent."))
end_option = click.option("--end", "ends_on", help=_("Last day, as 2027-02-12."))


@scenario.command(help=_("Somebody would be booked for a project: tandem plan scenario book 4 POR Boris --percent 50 --start 2027-02-01 --end 2027-02-26"))
@number_argument
@click.argument("key")
@click.argument("person")
@percent_option
@start_option
@end_option
@showing.as_json
def book(number: int, key: str, person: str, percent: float | None, starts_on: str | None, ends_on: str | None, is_json: bool) -> None:
    api = Api()
    values = _values(api, starts_on=starts_on, ends_on=ends_on) | {"person": api.person(person)["id"], "percent": percent or 100}
    _changed(number, is_json, "book", _project(api, key), values, api)


@scenario.command(help=_("A booking would be otherwise; its number is in its address."))
@number_argument
@click.argument("booking", type=click.IntRange(1))
@percent_option
@start_option
@end_option
@showing.as_json
def booking(number: int, booking: int, percent: float | None, starts_on: str | None, ends_on: str | None, is_json: bool) -> None:
    api = Api()
    _changed(number, is_json, "booking", booking, _values(api, percent=percent, starts_on=starts_on, ends_on=ends_on), api)


@scenario.command(help=_("A booking would not be."))
@number_argument
@click.argument("booking", type=click.IntRange(1))
@showing.as_json
def unbook(number: int, booking: int, is_json: bool) -> None:
    _changed(number, is_json, "unbook", booking, {}, Api())


@scenario.command(help=_("A work item would be added to a project: tandem plan scenario add 4 POR \"Second crane\" --left 10d"))
@number_argument
@click.argument("key")
@click.argument("title")
@left_option
@who_option
@showing.as_json
def add(number: int, key: str, title: str, left: str | None, who: tuple[str, ...], is_json: bool) -> None:
    api = Api()
    _changed(number, is_json, "add", api.space(key)["id"], _values(api, left, who, title=title), api)


@scenario.command(help=_("A work item would be dropped."))
@number_argument
@click.argument("key")
@showing.as_json
def drop(number: int, key: str, is_json: bool) -> None:
    api = Api()
    _changed(number, is_json, "drop", api.item(key)["id"], {}, api)


@scenario.command(help=_("A project would begin on another day, or be put on hold: tandem plan scenario project 4 POR --state on_hold"))
@number_argument
@click.argument("key")
@start_option
@click.option("--state", type=click.Choice(["on_hold", "running"]), help=_("Whether it is worked on."))
@click.option("--priority", type=click.IntRange(1, 4), help=_("1 is urgent, 4 low."))
@showing.as_json
def project(number: int, key: str, starts_on: str | None, state: str | None, priority: int | None, is_json: bool) -> None:
    api = Api()
    _changed(number, is_json, "project", _project(api, key), _values(api, starts_on=starts_on, state=state, priority=priority), api)


def _project(api: Api, key: str) -> int:
    found = next(iter(api.rows("projects/", most=1, space_id=api.space(key)["id"])), None)
    if found is None:
        raise click.ClickException(_("There is no project %(key)s that you can see.") % {"key": clean(key)})
    return int(found["id"])


@scenario.command(help=_("Somebody would be away: tandem plan scenario away 4 Boris 2027-02-08 2027-02-19"))
@number_argument
@click.argument("person")
@click.argument("first")
@click.argument("last")
@showing.as_json
def away(number: int, person: str, first: str, last: str, is_json: bool) -> None:
    api = Api()
    _changed(number, is_json, "away", api.person(person)["id"], {"starts_on": first, "ends_on": last}, api)


@scenario.command(help=_("Compute what the changes come to, wait for it and show it."))
@number_argument
@showing.as_json
def compute(number: int, is_json: bool) -> None:
    api = Api()
    api.post(f"plan-scenarios/{number}/computations/", {})
    found = settled(lambda: api.get(f"plan-scenarios/{number}/picture/"), lambda one: one["is_current"])
    showing.dump(found) if is_json else _picture(api, found)


@scenario.command(help=_("The changes of a plan scenario, and what they came to."))
@number_argument
@showing.as_json
def show(number: int, is_json: bool) -> None:
    api = Api()
    row, changes = api.get(f"plan-scenarios/{number}/"), list(api.rows("plan-changes/", most=1000, scenario_id=number))
    found = api.get(f"plan-scenarios/{number}/picture/")
    if is_json:
        showing.dump(row | {"changes": changes, "picture": found})
        return
    click.echo(f"{row['id']} {clean(row['name'])}")
    if changes:
        showing.table((_("number"), _("kind"), _("about"), _("would be")), [(c["id"], c["kind"], c["subject"], _said(c["values"])) for c in changes])
    _picture(api, found)


def _said(values: Row) -> str:
    return ", ".join(f"{name}={clean(str(value))}" for name, value in values.items())


def _picture(api: Api, found: Row) -> None:
    if found["computed_at"] is None:
        click.echo(_("Not computed yet: tandem plan scenario compute %(number)s") % {"number": found["scenario_id"]})
        return
    if not found["is_current"]:
        click.echo(_("Computed before the last change: what follows is older than it."))
    if found["projects"]:
        keys = {one["space_id"]: api.get(f"spaces/{one['space_id']}/")["key"] for one in found["projects"]}
        showing.table((_("project"), _("ends"), _("would end")), [(keys[one["space_id"]], one["before_finish"] or "–", one["after_finish"] or "–") for one in found["projects"]])
    if found["promises"]:
        showing.table((_("promise"), _("promised"), _("computed"), _("would be")), [(p["promise_id"], p["promised_on"], p["before"] or "–", p["after"] or "–") for p in found["promises"]])
    if found["value"]:
        showing.table((_("benefit"), _("days later"), _("change in value")), [(one["benefit_id"], f"{one['days']:+d}", f"{one['change']} {one['currency']}") for one in found["value"]])
    if not found["projects"] and not found["promises"]:
        click.echo(_("No project and no promise ends otherwise."))
    if found["unseen"]:
        click.echo(_("%(n)s more end otherwise that you cannot see.") % {"n": found["unseen"]})


@scenario.command(help=_("Carry out every change, all or none: tandem plan scenario merge 4 --reason \"The line is not needed\""))
@number_argument
@click.option("--reason", required=True, help=_("Why; it stands in the record."))
@showing.as_json
def merge(number: int, reason: str, is_json: bool) -> None:
    _decided(number, is_json, {"do": "merge", "reason": reason})


@scenario.command(help=_("Lay it aside; nothing of it is carried out."))
@number_argument
@click.option("--reason", default="", help=_("Why; it stands in the record."))
@showing.as_json
def discard(number: int, reason: str, is_json: bool) -> None:
    _decided(number, is_json, {"do": "discard"} | ({"reason": reason} if reason else {}))


def _decided(number: int, is_json: bool, body: Row) -> None:
    api = Api()
    row = api.get(f"plan-scenarios/{number}/")
    made = written(api, f"plan-scenarios/{number}/decisions/", body, row, is_post=True)
    if is_json:
        showing.dump(made)
    else:
        click.echo(_("Merged: every change is carried out.") if made["state"] == "merged" else _("Laid aside."))
