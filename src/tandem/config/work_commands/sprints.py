"""`tandem work sprint`: which sprints there are, starting one, closing one."""

from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean, one_of
from tandem.config.work_commands.items import keys
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

_in = click.option("--in", "project", help=_("Key of the project; else the one that “tandem work use” named."))


def _states() -> dict[str, str]:
    return {"future": _("Planned"), "active": _("Running"), "closed": _("Closed")}


@click.group(help=_("The sprints of a project."))
def sprint() -> None:
    pass


def _chosen(api: Api, project: str | None, name: str | None, state: str) -> Row:
    """The named one, else the only one in that state."""
    rows = list(api.rows("sprints/", most=1000, space_id=api.project(project)["id"]))
    if name:
        return one_of(name, [r for r in rows if r["state"] == state] or rows)
    found = [row for row in rows if row["state"] == state]
    if len(found) == 1:
        return found[0]
    names = ", ".join(clean(row["name"]) for row in found) or "–"
    raise click.ClickException(
        _("Say which sprint. %(state)s: %(names)s.") % {"state": _states()[state], "names": names}
    )


@sprint.command("list", help=_("Running and planned sprints; with --all the closed ones too."))
@_in
@click.option("--all", "is_all", is_flag=True, help=_("Closed ones too."))
@showing.as_json
def list_sprints(project: str | None, is_all: bool, is_json: bool) -> None:
    api = Api()
    rows = [
        row for row in api.rows("sprints/", most=1000, space_id=api.project(project)["id"])
        if is_all or row["state"] != "closed"
    ]  # fmt: skip
    if is_json:
        showing.dump(rows)
        return
    if not rows:
        click.echo(_("No sprints. Plan one on the page of the backlog."))
        return
    words = _states()
    showing.table(
        (_("state"), _("starts"), _("ends"), _("name"), _("goal")),
        [(words[r["state"]], (r["starts_at"] or "")[:10], (r["ends_at"] or "")[:10], r["name"], r["goal"]) for r in rows],
    )


@sprint.command(help=_("Plan the next sprint: tandem work sprint plan \"Sprint 13\" --from 2027-02-01 --to 2027-02-12 --goal \"…\""))
@click.argument("name")
@_in
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help=_("Its first day."))
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help=_("Its last day."))
@click.option("--goal", default="", help=_("What it is for."))
@showing.as_json
def plan(name: str, project: str | None, first: Any, last: Any, goal: str, is_json: bool) -> None:
    api = Api()
    body: Row = {"space_id": api.project(project)["id"], "name": name, "goal": goal}
    body |= {f: f"{day:%Y-%m-%d}T00:00:00Z" for f, day in (("starts_at", first), ("ends_at", last)) if day}
    row = api.post("sprints/", body)
    showing.dump(row) if is_json else click.echo(clean(_("“%(name)s” is planned.") % {"name": row["name"]}))


@sprint.command(help=_("Put work items into a sprint, or back into the backlog: tandem work sprint put POR-12 POR-15 --to \"Sprint 13\""))
@click.argument("keys_", metavar="KEY...", nargs=-1, required=True, shell_complete=keys)
@click.option("--to", "name", help=_("The sprint; without it they go to the backlog."))
@showing.as_json
def put(keys_: tuple[str, ...], name: str | None, is_json: bool) -> None:
    api = Api()
    items = [api.item(key) for key in keys_]
    if name:
        rows = list(api.rows("sprints/", most=1000, space_id=items[0]["space_id"]))
        row = one_of(name, [r for r in rows if r["state"] != "closed"])
        api.post(f"sprints/{row['id']}/items/", {"work_item_ids": [item["id"] for item in items]}, row)
        said = _("Now in “%(name)s”: %(keys)s") % {"name": row["name"], "keys": ", ".join(item["key"] for item in items)}
    else:
        for row, item in _held(api, items):
            api.delete(f"sprints/{row['id']}/items/{item['id']}/", item)
        said = _("Now in the backlog: %(keys)s") % {"keys": ", ".join(item["key"] for item in items)}
    showing.dump([api.item(key) for key in keys_]) if is_json else click.echo(clean(said))


def _held(api: Api, items: list[Row]) -> list[tuple[Row, Row]]:
    """Each that is in an open sprint, with that sprint; the sprints of a project are read once, and no further than needed."""
    found: list[tuple[Row, Row]] = []
    for space in dict.fromkeys(item["space_id"] for item in items):
        sought = {item["id"]: item for item in items if item["space_id"] == space}
        for row in api.rows("sprints/", most=1000, space_id=space):
            if not sought:
                break
            if row["state"] != "closed":
                for one in api.rows(f"sprints/{row['id']}/items/", most=1000):
                    if item := sought.pop(one["id"], None):
                        found.append((row, item))
                    if not sought:
                        break
    return found


@sprint.command(help=_("Who is in a sprint, with their share in per cent; PERSON=SHARE puts somebody in or changes it, PERSON=none takes them out: tandem work sprint people \"Sprint 13\" mei=80"))
@click.argument("name")
@click.argument("given", metavar="[PERSON=SHARE]...", nargs=-1)
@_in
@showing.as_json
def people(name: str, given: tuple[str, ...], project: str | None, is_json: bool) -> None:
    api = Api()
    rows = list(api.rows("sprints/", most=1000, space_id=api.project(project)["id"]))
    row = one_of(name, rows)
    there = {p["user_id"]: p for p in api.rows(f"sprints/{row['id']}/people/", most=1000)}
    for one in given:
        said, _equals, share = one.partition("=")
        who = api.person(said)["id"]
        if share.casefold() in ("none", "无"):
            there.pop(who, None)
        elif share.isdigit() and 1 <= int(share) <= 100:
            there[who] = {"days_off": 0, **there.get(who, {}), "user_id": who, "share": int(share)}
        else:
            raise click.UsageError(_("“%(given)s”: write a share from 1 to 100, or none.") % {"given": clean(one)})
    if given:
        body = [{"user_id": p["user_id"], "share": p["share"], "days_off": p["days_off"]} for p in there.values()]
        written(api, f"sprints/{row['id']}/people/", {"people": body}, row, is_post=True)
        there = {p["user_id"]: p for p in api.rows(f"sprints/{row['id']}/people/", most=1000)}
    if is_json:
        showing.dump(list(there.values()))
        return
    names = api.names(set(there))
    showing.table((_("person"), _("share"), _("days off")), [(names[p["user_id"]], f"{p['share']} %", f"{p['days_off']:g}") for p in there.values()])


@sprint.command(help=_("Start a planned sprint: the only one, or the one that is named."))
@click.argument("name", required=False)
@_in
@showing.as_json
def start(name: str | None, project: str | None, is_json: bool) -> None:
    api = Api()
    row = _chosen(api, project, name, "future")
    row = written(api, f"sprints/{row['id']}/starts/", {}, row, is_post=True)
    showing.dump(row) if is_json else click.echo(clean(_("“%(name)s” runs.") % {"name": row["name"]}))


@sprint.command(help=_("Close the running sprint. What is not finished goes to the backlog, or on in another sprint."))
@click.argument("name", required=False)
@_in
@click.option("--to", help=_("The sprint in which unfinished items go on."))
@click.option("--goal-met/--goal-missed", "is_goal_met", default=None, help=_("Whether the goal was met."))
@click.option("--review", default="", help=_("What the review showed."))
@showing.as_json
def close(
    name: str | None, project: str | None, to: str | None, is_goal_met: bool | None, review: str, is_json: bool
) -> None:
    api = Api()
    row = _chosen(api, project, name, "active")
    body: Row = {"is_goal_met": is_goal_met, "review": review}
    if to:
        open_ones = [r for r in api.rows("sprints/", most=1000, space_id=row["space_id"]) if r["state"] != "closed"]
        body["to_id"] = one_of(to, [r for r in open_ones if r["id"] != row["id"]])["id"]
    row = written(api, f"sprints/{row['id']}/closings/", body, row, is_post=True)
    showing.dump(row) if is_json else click.echo(clean(_("“%(name)s” is closed.") % {"name": row["name"]}))


@sprint.command(help=_("How the running sprint, or the one that is named, goes: what is done, the chance, what changed its scope."))
@click.argument("name", required=False)
@_in
@showing.as_json
def figures(name: str | None, project: str | None, is_json: bool) -> None:
    api = Api()
    row = _chosen(api, project, name, "active")
    found = api.get(f"sprints/{row['id']}/figures/")
    if is_json:
        showing.dump({"sprint": row, **found})
        return
    unit = _("points") if found["measure"] == "points" else _("items")
    said = {"done": f"{found['now']['size_done']:g}", "all": f"{found['now']['size']:g}", "unit": unit} if found["now"] else None
    lines = [
        (_("done"), _("%(done)s of %(all)s %(unit)s") % said if said else "–"),
        (_("working days left"), found["working_days_left"]),
        (_("chance of finishing everything"), f"{found['chance']:.0%}" if found["chance"] is not None else _("too little history to say")),
    ]
    if pace := found["velocity"]:
        lines.append((_("velocity"), f"{pace['middle']:g} ({pace['low']:g}–{pace['high']:g}) {unit}, {pace['sprints']}"))
    click.echo(clean(row["name"]))
    for word, value in lines:
        click.echo(clean(f"  {word}: {value}"))
    for change in found["changes"]:
        sizes = f"{change['before']['size']:g} → {change['after']['size']:g}"
        click.echo(clean(f"  {change['last_at'][:10]}  {sizes}  {', '.join(change['by'])}"))
