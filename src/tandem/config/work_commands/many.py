"""`tandem work many` and `undo`: the same change to every work item that a filter finds, shown first, taken back as one."""

import click

from tandem.config.work_commands import fields, showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _

_MOST, _MOST_MOVED = 500, 100


@click.command(help=_("The same change to every work item that the filter finds: shown first, then done, all or none: tandem work many label:old --set priority=low"))
@click.argument("filter_", metavar="FILTER...", nargs=-1, required=True)
@click.option("--set", "given", metavar="FIELD=VALUE", multiple=True, help=_("What changes; several times for several fields."))
@click.option("--to", "target", metavar="PROJECT", help=_("To another project instead, by its key; parts go along."))
@click.option("--why", default="", help=_("Lets it in over a limit that stops; the reason stays on record."))
@click.option("--yes", is_flag=True, help=_("Do it without asking."))
@showing.as_json
def many(filter_: tuple[str, ...], given: tuple[str, ...], target: str | None, why: str, yes: bool, is_json: bool) -> None:
    if bool(given) == bool(target):
        raise click.UsageError(_("Say what changes with --set, or where they go with --to."))
    api = Api()
    rows = _found(api, " ".join(filter_), _MOST_MOVED if target else _MOST)
    path, body = ("bulk-relocations/", _move(api, target)) if target else ("bulk-changes/", _change(api, rows, given, why))
    body["items"] = [{"id": row["id"], "version": row["version"]} for row in rows]
    outcomes = api.post(path, {**body, "is_preview": True})["outcomes"]
    refused = [one for one in outcomes if one["code"]]
    if not is_json:
        _show(rows, outcomes)
    if refused:
        raise click.ClickException(_("Nothing was done: %(n)s of them are refused. Narrow the filter.") % {"n": len(refused)})
    if not yes and not click.confirm(_("Change these %(n)s work items?") % {"n": len(outcomes)}, err=True):
        return
    made = api.post(path, body)
    showing.dump(made) if is_json else click.echo(_("Done. Take it back with: tandem work undo %(run)s") % {"run": made["id"]})


@click.command(help=_("Take one's own change of many back; what was changed since stays."))
@click.argument("run")
@showing.as_json
def undo(run: str, is_json: bool) -> None:
    made = Api().post(f"bulk-changes/{clean(run)}/undos/", {})
    said = _("Taken back: %(back)s. Changed since, left alone: %(left)s.") % {"back": made["back"], "left": made["left"]}
    said = f"{said} {', '.join(made['stays'])}".rstrip()
    showing.dump(made) if is_json else click.echo(said)


def _found(api: Api, asked: str, most: int) -> list[Row]:
    rows = list(api.rows("work-items/", most=most + 1, filter=asked))
    if not rows:
        raise click.ClickException(_("The filter finds nothing."))
    if len(rows) > most:
        raise click.ClickException(_("The filter finds more than %(most)s work items. Narrow it.") % {"most": most})
    return rows


def _change(api: Api, rows: list[Row], given: tuple[str, ...], why: str) -> Row:
    """Names of states, types and fields are those of one project."""
    spaces = {row["space_id"] for row in rows}
    if len(spaces) > 1:
        raise click.ClickException(_("They stand in several projects. Name one in the filter: project:POR"))
    values = fields.read(api, spaces.pop(), given)
    return {"values": values} | ({"override_reason": why} if why else {})


def _move(api: Api, target: str | None) -> Row:
    return {"space_id": api.project(target)["id"]}


def _show(rows: list[Row], outcomes: list[Row]) -> None:
    known = {row["id"]: row for row in rows}
    head = (_("key"), _("title"), _("becomes"))
    showing.table(head, [(one["key"], known[one["item_id"]]["title"], _said(one)) for one in outcomes])


def _said(one: Row) -> str:
    if one["code"]:
        return str(one["message"])
    if "before" not in one:
        return f"{one['type']}, {one['state']}"
    changed = [f"{name}: {one['before'].get(name)} → {value}" for name, value in one["after"].items() if one["before"].get(name) != value]
    return ", ".join(changed) or "–"


COMMANDS = (many, undo)
