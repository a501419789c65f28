"""`tandem work settings`: what a project sets for its daily work, listed, shown, added, changed, taken away: the same rows that the API knows."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.setting_values import read
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written


@dataclass(frozen=True)
class Kind:
    """`path` in the API; `shows` stands in lists; `steps` are its verbs (word → part of the path); `name` says how a row is called."""

    path: str
    about: str
    shows: str
    steps: dict[str, str] = field(default_factory=dict)
    name: str = "name"
    can: str = "add change remove"
    usual: Callable[[Row], Row] = lambda space: {}
    plain: frozenset[str] = frozenset()  # fields that name no other row here


# a part of the path; with “?” before it, what is read there
_LOOKING_BACK = {
    "notes": "?notes", "write": "notes", "withdraw": "note-withdrawals", "show": "showings", "group": "groups", "vote": "votes", "agree": "actions",
    "actions": "?actions", "close": "closings",
}  # fmt: skip
_RETIRE = {"retire": "retirements", "restore": "restorations"}
KINDS: dict[str, Kind] = {
    "columns": Kind("columns", _("the columns of the board"), "rank is_split policy", {"move": "moves"}),
    "limits": Kind("wip-limits", _("limits on what is begun"), "least most stops column_id lane person_id", name=""),
    "layouts": Kind("board-layouts", _("what cards show, lanes by filters"), "on_cards lanes", name=""),
    "states": Kind("states", _("states of the workflow"), "category column_id is_waiting is_given_up retired_at", {"move": "moves", **_RETIRE}, can="add change"),
    "types": Kind("types", _("types of work items"), "level state_ids start_id retired_at", {"workflow": "workflows", **_RETIRE}, can="add change"),
    "transitions": Kind("transitions", _("allowed moves from state to state"), "from_state_id to_state_id type_id roles required is_guarded approvals", name=""),
    "fields": Kind("fields", _("fields of your own"), "kind word choices formula is_required is_on_cards retired_at", {"move": "moves", **_RETIRE}, can="add change"),
    "link-kinds": Kind("link-kinds", _("kinds of links of your own"), "inverse retired_at", _RETIRE, can="add change"),
    "templates": Kind("item-templates", _("templates of work items"), "title type_id priority labels checklist"),
    "recurrences": Kind(
        "recurrences", _("work that recurs"), "template_id rule starts_on state last_on problem",
        {"pause": "pauses", "resume": "resumptions", "end": "endings"}, name="", can="add",
    ),
    "forms": Kind("intake-forms", _("forms that anybody may fill in"), "type_id token revoked_at", {"revoke": "revocations"}, name="title", can="add change"),
    "submissions": Kind(
        "submissions", _("what came in by forms"), "state email item_id reason",
        {"accept": "acceptances", "decline": "refusals", "reopen": "reopenings"}, name="title", can="",
    ),
    "views": Kind("saved-views", _("saved views"), "audience page query", usual=lambda space: {"page": f"work_items:{space['id']}", "audience": "private"}),
    "retrospectives": Kind("retrospectives", _("looking back on sprints"), "sprint_id format state", _LOOKING_BACK, name="", can="add", plain=frozenset({"column"})),
    "archiving": Kind("archiving-rules", _("when finished work is archived"), "days", name=""),
    "clocks": Kind("flow-clocks", _("between which states cycle time runs"), "start_id stop_id counts_working_days", name=""),
    "rules": Kind("rules", _("automation: trigger, condition, steps"), "is_on trigger condition steps", {"try": "?trial"}),
    "runs": Kind("rule-runs", _("what rules did"), "rule_id item_id outcome why ended_at", name="", can=""),
    "webhooks": Kind("webhooks", _("webhooks that go out"), "is_on address about failures", {"test": "trials", "secret": "secrets"}),
    "deliveries": Kind("deliveries", _("what was sent to webhooks"), "hook_id state code tries why", {"replay": "replays"}, name="", can=""),
    "inlets": Kind("inlets", _("addresses for what comes in"), "kind mapping revoked_at", can="add remove"),
}  # fmt: skip
_MOST = 1000
_in = click.option("--in", "project", help=_("Key of the project; else the one that “tandem work use” named."))
_kind = click.argument("kind", type=click.Choice(list(KINDS)), metavar="KIND")
_row = click.argument("row", metavar="ROW")
_values = click.argument("given", metavar="[FIELD=VALUE]...", nargs=-1)
_from = click.option("--from", "source", type=click.File(encoding="utf-8"), help=_("A JSON file with fields as the API takes them; “-” is standard input."))


@click.group(help=_("What a project sets for its work: columns, limits, fields, workflow, templates, forms, views, rules, webhooks. A row is named by its name or number."))
def settings() -> None:
    pass


@settings.command(help=_("The kinds of settings, and what can be done with each."))
@showing.as_json
def kinds(is_json: bool) -> None:
    rows = [(name, kind.about, " ".join(["list show", *([kind.can] if kind.can else []), *kind.steps])) for name, kind in KINDS.items()]
    showing.dump([{"kind": n, "about": a, "can": c.split()} for n, a, c in rows]) if is_json else showing.table((_("kind"), _("about"), _("can")), rows)


@settings.command("list", help=_("The rows of one kind: tandem work settings list limits"))
@_kind
@_in
@showing.as_json
def list_rows(kind: str, project: str | None, is_json: bool) -> None:
    api, known = Api(), KINDS[kind]
    rows = _rows(api, known, api.project(project))
    if is_json:
        showing.dump(rows)
        return
    if not rows:
        click.echo(_("Nothing is set here."))
        return
    shows = [name for name in known.shows.split() if any(row[name] not in (None, "", [], {}, False) for row in rows)]
    names = _names(api, rows, shows)
    head = (_("number"), *([_("name")] if known.name else []), *(name.removesuffix("_id") for name in shows))
    showing.table(head, [(row["id"], *([row[known.name]] if known.name else []), *(_cell(row[name], names.get(name)) for name in shows)) for row in rows])


@settings.command(help=_("One row with all its fields: tandem work settings show states Review"))
@_kind
@_row
@_in
@showing.as_json
def show(kind: str, row: str, project: str | None, is_json: bool) -> None:
    api, known = Api(), KINDS[kind]
    found = _one(api, known, row, api.project(project))
    _say(found, is_json)


@settings.command(help=_("A new row: tandem work settings add limits most=3 column=\"In progress\" stops=yes; “:=” takes JSON: steps:='[…]'"))
@_kind
@_values
@_in
@_from
@showing.as_json
def add(kind: str, given: tuple[str, ...], project: str | None, source: Any, is_json: bool) -> None:
    api, known = Api(), KINDS[kind]
    _able(known, "add")
    space = api.project(project)
    body = {**known.usual(space), **_file(source), **read(api, space["id"], given, known.plain)}
    if known.path not in ("recurrences", "retrospectives"):  # those belong to a template, a sprint
        body = {"space_id": space["id"], **body}
    _say(dict(api.post(f"{known.path}/", body)), is_json)


@settings.command(help=_("Change a row: tandem work settings change columns Review policy=\"Two have looked\" is_split=yes"))
@_kind
@_row
@_values
@_in
@_from
@showing.as_json
def change(kind: str, row: str, given: tuple[str, ...], project: str | None, source: Any, is_json: bool) -> None:
    api, known = Api(), KINDS[kind]
    _able(known, "change")
    space = api.project(project)
    found, body = _one(api, known, row, space), {**_file(source), **read(api, space["id"], given, known.plain)}
    if not body:
        raise click.UsageError(_("Say what changes: FIELD=VALUE or --from FILE."))
    _say(written(api, f"{known.path}/{found['id']}/", body, {"name": row, **found}, is_post=False), is_json)


@settings.command(help=_("Take a row away: tandem work settings remove limits 12"))
@_kind
@_row
@_in
def remove(kind: str, row: str, project: str | None) -> None:
    api, known = Api(), KINDS[kind]
    _able(known, "remove")
    found = _one(api, known, row, api.project(project))
    api.delete(f"{known.path}/{found['id']}/", found)
    click.echo(clean(_("Taken away: %(name)s") % {"name": found.get(known.name) or found["id"]}))


@settings.command(help=_("A step of a row: tandem work settings do states Review retire into=Done. “kinds” names the steps of each kind."))
@_kind
@_row
@click.argument("step")
@_values
@_in
@_from
@showing.as_json
def do(kind: str, row: str, step: str, given: tuple[str, ...], project: str | None, source: Any, is_json: bool) -> None:
    api, known = Api(), KINDS[kind]
    if step not in known.steps:
        raise click.UsageError(_("The steps of %(kind)s are: %(steps)s.") % {"kind": kind, "steps": ", ".join(known.steps) or "–"})
    space = api.project(project)
    found, part = _one(api, known, row, space), known.steps[step]
    path = f"{known.path}/{found['id']}/{part.removeprefix('?')}/"
    if part.startswith("?"):
        _say(dict(api.get(path)), is_json)
        return
    _say(written(api, path, {**_file(source), **read(api, space["id"], given, known.plain)}, {"name": row, **found}, is_post=True), is_json)


def _able(kind: Kind, verb: str) -> None:
    if verb not in kind.can.split():
        steps = ", ".join((*kind.can.split(), *kind.steps)) or "–"
        raise click.UsageError(_("That cannot be done with them. What can: %(steps)s.") % {"steps": steps})


def _rows(api: Api, kind: Kind, space: Row) -> list[Row]:
    rows = list(api.rows(f"{kind.path}/", most=_MOST, space_id=space["id"]))
    return sorted(rows, key=lambda r: (r.get("rank") or 0, r["id"]))


def _one(api: Api, kind: Kind, said: str, space: Row) -> Row:
    """By number, or by name: in full, or as much of it as only one has."""
    rows = _rows(api, kind, space)
    if said.isdigit() and (found := [row for row in rows if row["id"] == int(said)]):
        return found[0]
    named = [(str(row[kind.name]).casefold(), row) for row in rows] if kind.name else []
    wanted = said.casefold()
    found = [row for name, row in named if name == wanted] or [row for name, row in named if name.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"{row['id']} {row.get(kind.name, '')}".strip() for row in found or rows[:50]) or "–"
    raise click.ClickException(clean(_("“%(said)s” is not one of them. There are: %(names)s.") % {"said": said, "names": there}))


def _file(source: Any) -> Row:
    if source is None:
        return {}
    try:
        found = json.loads(source.read() if source is not sys.stdin else sys.stdin.read())
    except ValueError as problem:
        raise click.UsageError(_("The file holds no JSON: %(why)s") % {"why": problem}) from None
    if not isinstance(found, dict):
        raise click.UsageError(_("The file must hold one object: {\"field\": value}."))
    return found


_NAMED = {
    "column_id": "columns", "from_state_id": "states", "to_state_id": "states", "start_id": "states", "stop_id": "states", "state_ids": "states",
    "type_id": "types", "template_id": "item-templates", "sprint_id": "sprints", "rule_id": "rules", "hook_id": "webhooks",
}  # fmt: skip


def _names(api: Api, rows: list[Row], shows: list[str]) -> dict[str, dict[int, str]]:
    """What the numbers in these columns are called; every list is read once."""
    spaces, known = {row["space_id"] for row in rows}, {}  # type: set[int], dict[str, dict[int, str]]
    for path in {_NAMED[name] for name in shows if name in _NAMED}:
        known[path] = {row["id"]: row["name"] for space in spaces for row in api.rows(f"{path}/", most=_MOST, space_id=space)}
    found = {name: known[_NAMED[name]] for name in shows if name in _NAMED}
    if "person_id" in shows:
        found["person_id"] = api.names({row["person_id"] for row in rows if row["person_id"]})
    return found


def _cell(value: Any, names: dict[int, str] | None) -> str:
    if names is not None:
        return ", ".join(str(names.get(one, one)) for one in (value if isinstance(value, list) else [value]) if one is not None)
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else "" if value is None else str(value)[:80]


def _say(row: Row, is_json: bool) -> None:
    if is_json:
        showing.dump(row)
        return
    for name, value in row.items():
        if value not in (None, "", [], {}) and name not in ("version", "created_at"):
            click.echo(clean(f"{name}: {value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else json.dumps(value, ensure_ascii=False)}"))


COMMANDS = (settings,)
