"""`tandem work new`, `move`, `edit`, `comment`, `block`, `unblock`: what changes a work item."""

import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from tandem.config.work_commands import fields, showing
from tandem.config.work_commands.asking import Api, Problem, Row, clean, one_of
from tandem.config.work_commands.figures import project_of
from tandem.config.work_commands.items import SUBJECT, key_argument
from tandem.config.work_commands.words import _

_KINDS = ("decision", "answer", "person", "team", "supplier", "environment", "defect", "other")
why_option = click.option("--why", default="", help=_("Lets it in over a limit that stops; the reason stays on record."))


def _states(context: Any, _parameter: Any, begun: str) -> list[str]:
    try:
        api = Api(timeout=2)
        return [s["name"] for s in api.states(api.item(context.params["key"])["space_id"]) if s["name"].casefold().startswith(begun.casefold())]
    except Exception:
        return []


def _names(_context: Any, _parameter: Any, begun: str) -> list[CompletionItem]:
    return [CompletionItem(f"{name}=", type="plain") for name in fields.NAMES if name.startswith(begun)]


def written(api: Api, path: str, body: Row, row: Row, *, is_post: bool) -> Row:
    """The row as it is now. Somebody was faster: nothing is overwritten, and the sentence says so."""
    try:
        return dict(api.post(path, body, row) if is_post else api.patch(path, body, row))
    except Problem as problem:
        if problem.status != 412:
            raise
        raise click.ClickException(
            _("Somebody changed %(key)s in this moment. Nothing was written; look at it and say it again.")
            % {"key": row.get("key") or row.get("name")}
        ) from None


@click.command(help=_("A new work item at the end of the backlog: tandem work new \"Show the price\" priority=high due=2027-02-12"))
@click.argument("title")
@click.argument("given", metavar="[FIELD=VALUE]...", nargs=-1, shell_complete=_names)
@click.option("--in", "project", help=_("Key of the project; else the one that “tandem work use” named."))
@why_option
@showing.as_json
def new(title: str, given: tuple[str, ...], project: str | None, why: str, is_json: bool) -> None:
    api = Api()
    space = api.project(project)
    body = {"space_id": space["id"], "title": title, **fields.read(api, space["id"], given)}
    row = api.post("work-items/", body | ({"override_reason": why} if why else {}))
    showing.dump(row) if is_json else showing.changed(row)


@click.command(help=_("A new work item from one line, as on the pages: tandem work add \"Login fails on Safari !high @boris ^next #auth 3d\""))
@click.argument("line")
@click.option("--in", "project", help=_("Key of the project; else the one that “tandem work use” named."))
@click.option("--try", "is_trial", is_flag=True, help=_("Only say what the line means; nothing is made."))
@showing.as_json
def add(line: str, project: str | None, is_trial: bool, is_json: bool) -> None:
    api = Api()
    path = f"projects/{project_of(api, project)['id']}/quick-line/"
    row = api.get(path, text=line) if is_trial else api.post(path, {"text": line})
    if is_json:
        showing.dump(row)
        return
    click.echo(clean(row["title"] if is_trial else f"{row['key']}  {row['title']}"))
    for piece in row["pieces"]:
        said = _("not understood: %(why)s") % {"why": piece["said"]} if piece["is_problem"] else piece["said"]
        click.echo(clean(f"  {line[piece['start']:piece['end']]}  →  {said}"))


@click.command(help=_("Into a state, named in full or by its beginning: tandem work move POR-12 done"))
@key_argument
@click.argument("state", shell_complete=_states)
@click.option("--top", is_flag=True, help=_("To the top of its column."))
@why_option
@showing.as_json
def move(key: str, state: str, top: bool, why: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    wanted = one_of(state, api.states(row["space_id"]))
    body: Row = {"state_id": wanted["id"]} | ({"override_reason": why} if why else {})
    if top:
        row = written(api, f"work-items/{row['id']}/moves/", body | {"to_top": True}, row, is_post=True)
    else:
        row = written(api, f"work-items/{row['id']}/", body, row, is_post=False)
    showing.dump(row) if is_json else showing.changed(row)
    if not is_json and row["awaiting_state_id"] == wanted["id"]:
        click.echo(clean(_("%(key)s waits for approval to go into “%(state)s”.") % {"key": row["key"], "state": wanted["name"]}))


@click.command(help=_("Change fields: tandem work edit POR-12 due=2027-02-12 assignee=me labels=+urgent points=none"))
@key_argument
@click.argument("given", metavar="FIELD=VALUE...", nargs=-1, required=True, shell_complete=_names)
@why_option
@showing.as_json
def edit(key: str, given: tuple[str, ...], why: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    body = fields.read(api, row["space_id"], given, row) | ({"override_reason": why} if why else {})
    row = written(api, f"work-items/{row['id']}/", body, row, is_post=False)
    showing.dump(row) if is_json else showing.changed(row)


@click.command(help=_("Comment on a work item, in Markdown; “-” reads the text from standard input."))
@key_argument
@click.argument("text")
@showing.as_json
def comment(key: str, text: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    words = sys.stdin.read() if text == "-" else text
    made = api.post("comments/", {"subject_kind": SUBJECT, "subject_id": row["id"], "body": words})
    showing.dump(made) if is_json else click.echo(_("Commented on %(key)s.") % {"key": row["key"]})


@click.command(help=_("Say what keeps a work item from moving; its clock runs from now on."))
@key_argument
@click.argument("reason")
@click.option("--kind", type=click.Choice(_KINDS), default="other", show_default=True, help=_("What it waits for."))
@showing.as_json
def block(key: str, reason: str, kind: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    made = api.post("blocks/", {"item_id": row["id"], "reason": reason, "kind": kind})
    showing.dump(made) if is_json else click.echo(clean(_("%(key)s is blocked: %(reason)s") % {"key": row["key"], "reason": made["reason"]}))


@click.command(help=_("It is not blocked any more: the clock stops."))
@key_argument
@showing.as_json
def unblock(key: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    found = list(api.rows("blocks/", most=1, item_id=row["id"], open="true"))
    if not found:
        raise click.ClickException(_("%(key)s is not blocked.") % {"key": row["key"]})
    ended = written(api, f"blocks/{found[0]['id']}/ends/", {}, found[0] | {"key": row["key"]}, is_post=True)
    showing.dump(ended) if is_json else click.echo(_("%(key)s is not blocked any more.") % {"key": row["key"]})


def _put(key: str, part: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    row = written(api, f"work-items/{row['id']}/{part}/", {}, row, is_post=True)
    showing.dump(row) if is_json else showing.changed(row)


@click.command(help=_("Put finished work away: out of lists, boards and search. Figures of the past keep counting it."))
@key_argument
@showing.as_json
def archive(key: str, is_json: bool) -> None:
    _put(key, "archivings", is_json)


@click.command(help=_("Bring a work item back from the archive."))
@key_argument
@showing.as_json
def unarchive(key: str, is_json: bool) -> None:
    _put(key, "unarchivings", is_json)


COMMANDS = (new, add, move, edit, comment, block, unblock, archive, unarchive)
