"""`tandem work sprint`: which sprints there are, starting one, closing one."""

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean, one_of
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
