"""`tandem packs`: industry packs of one's own from a terminal, over the API of a running Tandem."""

import json
from pathlib import Path
from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

MOST = 50_000


@click.group(help=_("Industry packs: what a trade asks of its projects, as files."))
def packs() -> None:
    pass


@packs.command(name="list", help=_("Packs of the organisation, and those included with Tandem."))
@showing.as_json
def list_(is_json: bool) -> None:
    api = Api()
    rows, ours = list(api.rows("packs/", most=MOST)), api.get("shipped-packs/")["items"]
    if is_json:
        showing.dump({"packs": rows, "shipped": ours})
        return
    lines = [(row["id"], clean(row["name"]), clean(row["description"])) for row in rows] + [(one["key"], clean(one["name"]), clean(one["purpose"])) for one in ours]
    showing.table((_("number or key"), _("name"), _("what for")), lines)


@packs.command(help=_("Print a pack as a file: tandem packs show healthcare > ours.json"))
@click.argument("pack")
@click.option("--version", "number", type=int, help=_("Of one's own; else the newest."))
def show(pack: str, number: int | None) -> None:
    api = Api()
    if not pack.isdecimal():
        one = next((one for one in api.get("shipped-packs/")["items"] if one["key"] == pack), None)
        if one is None:
            raise click.ClickException(_("There is no such pack."))
        said = {"name": one["name"], "purpose": one["purpose"], **one["content"]}
    else:
        row, version = api.get(f"packs/{pack}/"), _version(api, int(pack), number)
        said = {"name": row["name"], "purpose": row["description"], **version["content"]}
    click.echo(json.dumps(said, indent=2, ensure_ascii=False))


def _version(api: Any, pack: int, number: int | None) -> Row:
    found = [row for row in api.rows("pack-versions/", most=MOST, pack_id=pack) if number in (None, row["number"])]
    if not found:
        raise click.ClickException(_("There is no such version."))
    return max(found, key=lambda row: int(row["number"]))


@packs.command(help=_("A pack from a file in YAML or JSON, or its next version: tandem packs write ours.yaml --in HAR"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--in", "place", help=_("Key of the portfolio, programme or organisation in which it holds: of a new one."))
@click.option("--of", "pack", type=int, help=_("Number of the pack whose next version it is."))
@click.option("--note", default="", help=_("What is new."))
@showing.as_json
def write(file: Path, place: str | None, pack: int | None, note: str, is_json: bool) -> None:
    if (place is None) == (pack is None):
        raise click.UsageError(_("Say --in for a new pack, or --of for the next version of one."))
    api = Api()
    try:
        said = {"text": file.read_text("utf-8"), "note": note}
    except UnicodeDecodeError:
        raise click.ClickException(_("This is not a text file.")) from None
    row = api.post(f"packs/{pack}/versions/", said) if pack else api.post("packs/", {"space_id": api.space(str(place))["id"], **said})
    if is_json:
        showing.dump(row)
    else:
        click.echo(_("Version %(number)s is written.") % row if pack else _("Pack %(id)s stands.") % row)


@packs.command(help=_("Ask the controls of a pack of a project: its number, or the key of an included one."))
@click.argument("pack")
@click.argument("project")
@showing.as_json
def use(pack: str, project: str, is_json: bool) -> None:
    api = Api()
    space = api.space(project)
    found = next(iter(api.rows("projects/", space_id=space["id"])), None)
    if found is None:
        raise click.ClickException(_("There is no such project."))
    row = api.post("pack-uses/", {"project_id": found["id"], "pack": f"own-{pack}" if pack.isdecimal() else pack})
    showing.dump(row) if is_json else click.echo(_("On record."))


@packs.command(help=_("Bring into a project what its packs ask for and it does not have: roles, checklists, gates."))
@click.argument("project")
@showing.as_json
def complete(project: str, is_json: bool) -> None:
    api = Api()
    done = [written(api, f"pack-uses/{row['id']}/completions/", {}, row | {"name": row["pack"]}, is_post=True) for row in api.rows("pack-uses/", space_id=api.space(project)["id"])]
    if not done:
        raise click.ClickException(_("No industry pack holds in this project."))
    showing.dump(done) if is_json else click.echo(_("On record."))


@packs.command(help=_("Bring a project to the newest version of its packs; what is otherwise is shown first."))
@click.argument("project")
@click.option("--yes", is_flag=True, help=_("Without asking."))
@showing.as_json
def upgrade(project: str, yes: bool, is_json: bool) -> None:
    if is_json and not yes:
        raise click.UsageError(_("With --json nothing is asked: say --yes."))
    api = Api()
    done = []
    for row in api.rows("pack-uses/", space_id=api.space(project)["id"]):
        if row["pack_version_id"] is None:
            continue
        found = api.get(f"pack-uses/{row['id']}/differences/")
        if not found["items"]:
            continue
        if not is_json:
            showing.table((_("what"), _("section"), _("key")), [(one["what"], one["section"], one["key"]) for one in found["items"]])
        if yes or click.confirm(_("Go over to the newest version?"), err=True):
            done.append(written(api, f"pack-uses/{row['id']}/upgrades/", {"pack_version_id": found["newest_id"]}, row | {"name": row["pack"]}, is_post=True))
    if is_json:
        showing.dump(done)
    else:
        click.echo(_("On record.") if done else _("Nothing is newer."))
