"""`tandem work copy`, `remove`, `restore`, `link`, `unlink`, `check`: what stands around a work item, and whether it is there."""

from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Problem, Row, clean
from tandem.config.work_commands.items import key_argument
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

_KINDS = ("blocks", "FS", "SS", "FF", "SF", "relates", "duplicates")


@click.command(help=_("A new work item like this one, in the first state: tandem work copy POR-12 --parts --title \"The second crane\""))
@key_argument
@click.option("--title", default="", help=_("Its title; else that of the first one."))
@click.option("--parts", "with_parts", is_flag=True, help=_("With copies of its parts."))
@click.option("--links", "with_links", is_flag=True, help=_("With its links."))
@showing.as_json
def copy(key: str, title: str, with_parts: bool, with_links: bool, is_json: bool) -> None:
    api = Api()
    body: Row = {"with_parts": with_parts, "with_links": with_links, **({"title": title} if title else {})}
    row = api.post(f"work-items/{api.item(key)['id']}/copies/", body)
    showing.dump(row) if is_json else showing.changed(row)


@click.command(help=_("Out of every list; it says how it comes back. An item with parts stays."))
@key_argument
def remove(key: str) -> None:
    api = Api()
    row = api.item(key)
    gone(api, f"work-items/{row['id']}/", row)
    click.echo(_("%(key)s is removed. Back again: tandem work restore %(id)s") % {"key": row["key"], "id": row["id"]})


@click.command(help=_("Bring a removed work item back to where it stood; its number is what “tandem work remove” said."))
@click.argument("number", type=int)
@showing.as_json
def restore(number: int, is_json: bool) -> None:
    api = Api()
    row = api.get(f"work-items/{number}/")
    row = written(api, f"work-items/{row['id']}/restorations/", {}, row, is_post=True)
    showing.dump(row) if is_json else showing.changed(row)


def gone(api: Api, path: str, row: Row) -> None:
    """Removed as it was seen. Somebody was faster: nothing is removed, and the sentence says so."""
    try:
        api.delete(path, row)
    except Problem as problem:
        if problem.status != 412:
            raise
        raise click.ClickException(
            _("Somebody changed %(key)s in this moment. Nothing was written; look at it and say it again.") % {"key": row.get("key", "")}
        ) from None


# ── links ──


@click.command(help=_("Say that one work item bears on another: tandem work link POR-12 blocks POR-15"))
@key_argument
@click.argument("kind", type=click.Choice(_KINDS, case_sensitive=False))
@click.argument("other", metavar="KEY")
@click.option("--lag", type=int, default=0, help=_("Working days in between; negative for a lead."))
@showing.as_json
def link(key: str, kind: str, other: str, lag: int, is_json: bool) -> None:
    api = Api()
    first, second = api.item(key), api.item(other)
    body = {"source_id": first["id"], "target_id": second["id"], "kind": kind, "lag_minutes": lag * 480}
    made = api.post("links/", body)
    showing.dump(made) if is_json else click.echo(f"{first['key']} {kind} {second['key']}")


@click.command(help=_("Take the links between two work items away."))
@key_argument
@click.argument("other", metavar="KEY")
def unlink(key: str, other: str) -> None:
    api = Api()
    first, second = api.item(key), api.item(other)
    ends = {first["id"], second["id"]}
    found = [row for row in api.rows("links/", most=1000, item_id=first["id"]) if {row["source_id"], row["target_id"]} == ends]
    if not found:
        raise click.ClickException(_("No link leads from %(one)s to %(other)s or back.") % {"one": first["key"], "other": second["key"]})
    for row in found:
        gone(api, f"links/{row['id']}/", row | {"key": first["key"]})
    click.echo(_("Links taken away: %(n)s") % {"n": len(found)})


@click.command(help=_("How much of a work item an assignee takes, in per cent: tandem work share POR-12 mei 60"))
@key_argument
@click.argument("person")
@click.argument("percent", type=click.IntRange(1, 100))
@showing.as_json
def share(key: str, person: str, percent: int, is_json: bool) -> None:
    api = Api()
    row, who = api.item(key), api.person(person)
    row = written(api, f"work-items/{row['id']}/shares/", {"user_id": who["id"], "share": percent}, row, is_post=True)
    showing.dump(row) if is_json else click.echo(clean(_("%(name)s takes %(percent)s %% of %(key)s.") % {"name": who["name"], "percent": percent, "key": row["key"]}))


# ── the checklist ──


@click.command(help=_("The checklist of a work item: shown; with a text added to; with --done or --open and a number ticked."))
@key_argument
@click.argument("text", required=False)
@click.option("--done", "ticked", type=int, metavar="N", help=_("Tick the entry of this number; an entry keeps it."))
@click.option("--open", "opened", type=int, metavar="N", help=_("Open the entry of this number again."))
@click.option("--for", "person", help=_("Who does it: me, or as much of a name as only one person has."))
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help=_("Until when."))
@showing.as_json
def check(key: str, text: str | None, ticked: int | None, opened: int | None, person: str | None, due: Any, is_json: bool) -> None:
    api = Api()
    item = api.item(key)
    if text:
        body: Row = {"item_id": item["id"], "text": text}
        body |= {"owner_id": api.person(person)["id"]} if person else {}
        api.post("checklist-entries/", body | ({"due_on": due.date().isoformat()} if due else {}))
    rows = _entries(api, item)
    for number, is_done in ((ticked, True), (opened, False)):
        if number is not None:
            row = next((one for one in rows if one["id"] == number), None)
            if row is None:
                raise click.ClickException(_("There is no entry %(n)s.") % {"n": number})
            written(api, f"checklist-entries/{number}/", {"is_done": is_done}, row | {"key": item["key"]}, is_post=False)
            rows = _entries(api, item)
    if is_json:
        showing.dump(rows)
        return
    names = api.names({row["owner_id"] for row in rows if row["owner_id"]})
    wide = max((len(str(row["id"])) for row in rows), default=0)
    for row in rows:  # by the number that an entry keeps: a place would be another one's as soon as somebody moves one
        more = "  ".join(part for part in (names.get(row["owner_id"], ""), row["due_on"] or "") if part)
        click.echo(clean(f"{row['id']:>{wide}} [{'x' if row['is_done'] else ' '}] {row['text']}" + (f"  ({more})" if more else "")))
    if not rows:
        click.echo(_("The checklist is empty."))


def _entries(api: Api, item: Row) -> list[Row]:
    return sorted(api.rows("checklist-entries/", most=1000, item_id=item["id"]), key=lambda row: (row["rank"], row["id"]))


COMMANDS = (copy, remove, restore, link, unlink, share, check)
