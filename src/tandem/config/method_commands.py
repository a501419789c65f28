"""`tandem methods`: methods, gates and verdicts from a terminal, over the API of a running Tandem."""

from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

MOST = 50_000
VERDICTS = ("go", "hold", "recycle", "kill")


@click.group(help=_("Methods and stage gates, from the terminal."))
def methods() -> None:
    pass


@methods.command(name="list", help=_("Methods of the organisation, and ours that nobody has taken yet."))
@showing.as_json
def list_(is_json: bool) -> None:
    api = Api()
    rows = list(api.rows("methods/", most=MOST))
    ours = [one for one in api.get("shipped-methods/")["items"] if one["key"] not in {row["origin"] for row in rows}]
    if is_json:
        showing.dump({"methods": rows, "shipped": ours})
        return
    lines = [(row["id"], clean(row["name"]), clean(row["description"])) for row in rows] + [(one["key"], clean(one["name"]), clean(one["purpose"])) for one in ours]
    showing.table((_("number or key"), _("name"), _("what for")), lines)


@methods.command(help=_("A project from a method: tandem methods begin hybrid \"Quay 4\" --in HAR --on 2027-02-01"))
@click.argument("method")
@click.argument("name")
@click.option("--in", "place", required=True, help=_("Key of the portfolio, programme or organisation in which it stands."))
@click.option("--on", "day", required=True, help=_("The day on which it starts, as 2027-02-01."))
@click.option("--pack", default="", help=_("An industry pack: its number, or the key of an included one."))
@showing.as_json
def begin(method: str, name: str, place: str, day: str, pack: str, is_json: bool) -> None:
    api = Api()
    space = api.space(place)
    chosen = int(method) if method.isdecimal() else api.post("methods/", {"space_id": space["id"], "ours": method})["id"]
    published = [row for row in api.rows("method-versions/", most=MOST, method_id=chosen) if row["published_at"]]
    if not published:
        raise click.ClickException(_("This method has no published version."))
    version = max(published, key=lambda row: int(row["number"]))
    project = api.post(f"method-versions/{version['id']}/projects/", {"name": name, "parent_space_id": space["id"], "starts_on": day, **({"pack": f"own-{pack}" if pack.isdecimal() else pack} if pack else {})})
    if is_json:
        showing.dump(project)
    else:
        click.echo(_("Project %(id)s stands, with all that its method says.") % project)


@methods.command(help=_("How far a project follows its method: what was not done as it says."))
@click.argument("key")
@click.option("--all", "is_all", is_flag=True, help=_("Also what was."))
@showing.as_json
def conformance(key: str, is_all: bool, is_json: bool) -> None:
    api = Api()
    uses = list(api.rows("method-uses/", space_id=api.space(key)["id"], is_current="true"))
    if not uses:
        raise click.ClickException(_("This project follows no method."))
    found = api.get(f"method-uses/{uses[0]['id']}/conformance/")
    if is_json:
        showing.dump(found)
        return
    rows = [one for one in found["checks"] if is_all or not one["holds"]]
    showing.table((_("check"), _("holds"), _("of"), _("rests on")), [_check(one) for one in rows])
    if found["percent"] is not None:
        click.echo(f"{found['percent']} %")


def _check(one: Row) -> tuple[Any, ...]:
    return one["code"], _("yes") if one["holds"] else _("no"), clean(one["name"]), clean(", ".join(f"{name} {value}" for name, value in one["figures"].items() if value != ""))


@methods.command(help=_("Gates, the next ones first."))
@click.option("--in", "project", help=_("Key of the project; else of all."))
@click.option("--all", "is_all", is_flag=True, help=_("Also those that are decided."))
@showing.as_json
def gates(project: str | None, is_all: bool, is_json: bool) -> None:
    api = Api()
    asked: dict[str, Any] = {"space_id": api.space(project)["id"]} if project else {}
    rows = [row for row in api.rows("gates/", most=MOST, is_left_out="false", **asked) if is_all or row["state"] in ("open", "held")]
    rows.sort(key=lambda row: (row["due_on"], row["id"]))
    if is_json:
        showing.dump(rows)
        return
    showing.table((_("number"), _("due"), _("state"), _("gate")), [(row["id"], row["due_on"], row["state"], clean(row["name"])) for row in rows])


@methods.command(help=_("How the criteria of a gate stand."))
@click.argument("number", type=int)
@showing.as_json
def gate(number: int, is_json: bool) -> None:
    found = Api().get(f"gates/{number}/standing/")
    if is_json:
        showing.dump(found)
        return
    words = {True: _("yes"), False: _("no"), None: _("open")}
    showing.table((_("criterion"), _("holds"), _("rests on"), _("what must hold")), [(one["criterion_id"], words[one["is_met"]], one["code"], clean(one["text"])) for one in found["criteria"]])


@methods.command(help=_("Judge a criterion: tandem methods judge 12 yes \"Three shippers said so\""))
@click.argument("number", type=int)
@click.argument("holds", type=click.Choice(["yes", "no"]))
@click.argument("evidence")
@click.option("--link", default="", help=_("A page of Tandem or an address on the web."))
@showing.as_json
def judge(number: int, holds: str, evidence: str, link: str, is_json: bool) -> None:
    api = Api()
    criterion = api.get(f"gate-criteria/{number}/")
    said = {"is_met": holds == "yes", "evidence": evidence, "link": link}
    row = written(api, f"gate-criteria/{number}/judgements/", said, criterion | {"name": clean(criterion["text"])}, is_post=True)
    showing.dump(row) if is_json else click.echo(_("On record."))


@methods.command(help=_("Decide at a gate, on what stands there now: tandem methods decide 7 recycle \"The benefit is not proven\" --condition \"Ask three shippers\""))
@click.argument("number", type=int)
@click.argument("verdict", type=click.Choice(VERDICTS))
@click.argument("reason")
@click.option("--condition", "conditions", multiple=True, help=_("Becomes a work item; may be said several times."))
@click.option("--digest", default="", help=_("Of the content that you looked at; else of what stands there now."))
@showing.as_json
def decide(number: int, verdict: str, reason: str, conditions: tuple[str, ...], digest: str, is_json: bool) -> None:
    api = Api()
    looked = digest or api.get(f"gates/{number}/standing/")["digest"]
    row = api.post(f"gates/{number}/verdicts/", {"verdict": verdict, "reason": reason, "digest": looked, "conditions": [{"title": one} for one in conditions]})
    if is_json:
        showing.dump(row)
    else:
        click.echo(_("It counts.") if row["state"] == "given" else _("Verdict %(id)s waits for another reviewer who seconds it.") % row)


@methods.command(help=_("Second a verdict that another reviewer gave."))
@click.argument("number", type=int)
@showing.as_json
def second(number: int, is_json: bool) -> None:
    api = Api()
    row = written(api, f"gate-verdicts/{number}/seconds/", {}, api.get(f"gate-verdicts/{number}/") | {"name": number}, is_post=True)
    showing.dump(row) if is_json else click.echo(_("It counts."))


@methods.command(help=_("Gaps of a project against its industry packs: controls, roles, checklists, gates."))
@click.argument("key")
@click.option("--all", "is_all", is_flag=True, help=_("Also what holds."))
@showing.as_json
def gaps(key: str, is_all: bool, is_json: bool) -> None:
    api = Api()
    uses = list(api.rows("pack-uses/", space_id=api.space(key)["id"]))
    if not uses:
        raise click.ClickException(_("No industry pack holds in this project."))
    found = [api.get(f"pack-uses/{use['id']}/gaps/") for use in uses]
    if is_json:
        showing.dump(found)
        return
    rows = [one for each in found for one in each["controls"] if is_all or one["state"] == "gap"]
    showing.table((_("control"), _("state"), _("rests on"), _("standards"), _("name")), [(one["control"], one["state"], one["code"], "; ".join(one["standards"]), clean(one["name"])) for one in rows])
    parts = [one for each in found for one in each["parts"] if is_all or one["state"] == "gap"]
    if parts:
        click.echo()
        showing.table((_("section"), _("state"), _("rests on"), _("name")), [(one["section"], one["state"], _rests(one), clean(one["name"])) for one in parts])


@methods.command(help=_("Figures that the method and the industry packs of a project name: their value, of which time and from how many records."))
@click.argument("key")
@showing.as_json
def figures(key: str, is_json: bool) -> None:
    api = Api()
    space = api.space(key)["id"]
    found = [{"of": _("method"), **_measured(api.get(f"method-uses/{use['id']}/conformance/"))} for use in api.rows("method-uses/", space_id=space, is_current="true")]
    found += [{"of": use["pack"], **_measured(api.get(f"pack-uses/{use['id']}/gaps/"))} for use in api.rows("pack-uses/", space_id=space)]
    if not found:
        raise click.ClickException(_("This project follows no method, and no industry pack holds in it."))
    if is_json:
        showing.dump(found)
        return
    rows = [(each["of"], *_figure(one)) for each in found for one in each["figures"]]
    rows += [(each["of"], "–", "", _("by hand"), clean(name)) for each in found for name in each["by_hand"]]
    showing.table((_("of"), _("value"), _("period"), _("records"), _("figure")), rows)


def _measured(found: Row) -> Row:
    return {"figures": found["figures"], "by_hand": found["by_hand"]}


def _figure(one: Row) -> tuple[Any, ...]:
    """Where there is too little: how many records there are of those that it needs."""
    units = {"days": _("days"), "percent": "%", "a_week": _("a week")}
    period = _("%(days)s days") % one if one["days"] else _("as of now")
    if one["value"] is None:
        return "–", period, f"{one['found']}/{one['needed']}", clean(one["name"])
    return f"{one['value']:g} {units.get(one['unit'], '')}".rstrip(), period, one["found"], clean(one["name"])


def _rests(one: Row) -> str:
    """The code with its figures."""
    return " ".join([one["code"], *(clean(str(value)) for value in one["figures"].values())])
