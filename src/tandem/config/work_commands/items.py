"""`tandem work list` and `show`: what there is."""

import sys
from collections import deque
from typing import Any

import click
from click.shell_completion import CompletionItem

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _

SUBJECT = "work.workitem"
_LAST = 5


def keys(_context: Any, _parameter: Any, begun: str) -> list[CompletionItem]:
    """Keys that begin so, of what is open: asked for while one types, so never an error and never long."""
    try:
        api = Api(timeout=2)
        found = list(api.rows("work-items/", most=30, q=begun) if begun else api.rows("work-items/", most=30, filter="assignee:me state:open"))
        return [CompletionItem(row["key"], help=clean(row["title"])) for row in found if row["key"].startswith(begun.upper())]
    except Exception:
        return []


key_argument = click.argument("key", shell_complete=keys)


@click.command("list", context_settings={"ignore_unknown_options": True}, help=_("Work items that fit the filter, in the filter language of the pages: tandem work list assignee:me due:<2w"))
@click.argument("filter_", metavar="[FILTER]...", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 5000), default=50, show_default=True, help=_("At most so many."))
@showing.as_json
def list_items(filter_: tuple[str, ...], limit: int, is_json: bool) -> None:
    api, asked = Api(), " ".join(filter_) or "state:open assignee:me"
    rows = list(api.rows("work-items/", most=limit + 1, filter=asked))
    if is_json:
        showing.dump(rows[:limit])
        return
    showing.items(api, rows[:limit])
    if len(rows) > limit:
        click.echo(_("There are more. Narrow the filter, or ask for more with --limit."))


@click.command(help=_("One work item: its facts, what blocks it, its description and the last comments."))
@key_argument
@showing.as_json
def show(key: str, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    blocks = list(api.rows("blocks/", most=1, item_id=row["id"], open="true"))
    comments = list(deque(api.rows("comments/", most=sys.maxsize, subject_kind=SUBJECT, subject_id=row["id"]), maxlen=_LAST))
    if is_json:
        showing.dump({**row, "blocks": blocks, "comments": comments})
        return
    own = _own_values(api, row)
    people = {pk for field, value in own if field["kind"] == "person" for pk in (value if isinstance(value, list) else [value]) if isinstance(pk, int)}
    names = api.names({*row["assignee_ids"], *people, *(c["author_id"] for c in comments)})
    click.echo(clean(f"{row['key']}  {row['title']}"))
    for name, value in _facts(row, names):
        if value not in (None, ""):
            click.echo(clean(f"  {name}: {value}"))
    for field, value in own:
        many = value if isinstance(value, list) else [value]
        said = ", ".join(str(names.get(v, v) if field["kind"] == "person" else v) for v in many)
        click.echo(clean(f"  {field['name']}: {said} {field['currency']}".rstrip()))
    for block in blocks:
        click.echo(clean("  " + _("blocked since %(day)s: %(reason)s") % {"day": block["since"][:10], "reason": block["reason"]}))
    if row["description"]:
        click.echo("\n" + clean(row["description"]))
    for comment in comments:
        click.echo(clean(f"\n{names[comment['author_id']]}, {comment['created_at'][:10]}:\n{comment['body']}"))


def _own_values(api: Api, row: Row) -> list[tuple[Row, Any]]:
    """The fields of the project's own that hold something, computed ones too."""
    held = {**row["fields"], **row["derived"]}
    return [(field, held[field["key"]]) for field in (api.own_fields(row["space_id"]) if held else ()) if held.get(field["key"]) is not None]


def _facts(row: Row, names: dict[int, str]) -> list[tuple[str, Any]]:
    return [
        (_("state"), row["state_name"]),
        (_("priority"), showing.priorities().get(row["priority"])),
        (_("assignees"), ", ".join(names[pk] for pk in row["assignee_ids"])),
        (_("due"), row["due_on"]),
        (_("points"), f"{row['estimate_points']:g}" if row["estimate_points"] is not None else None),
        (_("estimate"), showing.hours(row["estimate_minutes"])),
        (_("logged"), showing.hours(row["logged_minutes"] or None)),
        (_("left"), showing.hours(row["remaining_minutes"])),
        (_("labels"), ", ".join(row["labels"])),
        (_("removed"), (row["removed_at"] or "")[:10]),
    ]


COMMANDS = (list_items, show)
