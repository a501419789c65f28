"""`tandem meetings`, `tandem documents` and `tandem stakeholders`, from a terminal over the API of a running Tandem."""

import sys
from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

MOST = 50_000
_place = click.option("--in", "place", help=_("Key of the space; else of all that you see."))


def _of(api: Api, place: str | None) -> Row:
    return {"space_id": api.space(place)["id"]} if place else {}


def _said(row: Any, is_json: bool, sentence: str = "") -> None:
    showing.dump(row) if is_json else click.echo(sentence or _("On record."))


@click.group(help=_("Meetings: what comes, agendas, minutes."))
def meetings() -> None:
    pass


@meetings.command(name="list", help=_("Meetings that are planned, the next ones first."))
@_place
@click.option("--all", "is_all", is_flag=True, help=_("Also those that are over or cancelled."))
@showing.as_json
def meetings_list(place: str | None, is_all: bool, is_json: bool) -> None:
    api = Api()
    rows = list(api.rows("meetings/", most=MOST, **_of(api, place), **({} if is_all else {"state": "planned"})))
    rows.sort(key=lambda row: (row["starts_at"], row["id"]))
    if is_json:
        showing.dump(rows)
        return
    titles = {row["id"]: row["title"] for row in api.rows("meeting-series/", most=MOST, **_of(api, place))}
    showing.table((_("number"), _("starts"), _("state"), _("meeting")), [(row["id"], row["starts_at"][:16].replace("T", " "), row["state"], clean(titles.get(row["series_id"], ""))) for row in rows])


@meetings.command(name="show", help=_("The agenda of a meeting with its minutes, and what was born from it."))
@click.argument("number", type=int)
@showing.as_json
def meetings_show(number: int, is_json: bool) -> None:
    api = Api()
    meeting, points = api.get(f"meetings/{number}/"), list(api.rows(f"meetings/{number}/points/", most=MOST))
    born = list(api.rows(f"meetings/{number}/outcomes/", most=MOST))
    if is_json:
        showing.dump({"meeting": meeting, "points": points, "outcomes": born})
        return
    click.echo(f"{meeting['starts_at'][:16].replace('T', ' ')}  {meeting['state']}")
    for row in sorted((one for one in points if not one["is_dropped"]), key=lambda one: one["rank"]):
        click.echo(f"{row['id']:>6}  {row['minutes']:>3} min  {clean(row['title'])}")
        for line in clean(row["notes"]).splitlines():
            click.echo(f"        {line}")
    click.echo(_("%(decisions)s decisions, %(actions)s actions.") % {"decisions": sum(one["kind"] == "decision" for one in born), "actions": sum(one["kind"] == "action" for one in born)})


@meetings.command(name="point", help=_("Put a point on the agenda: tandem meetings point 12 \"Berth 3\" --minutes 10"))
@click.argument("number", type=int)
@click.argument("title")
@click.option("--minutes", type=int, default=5, show_default=True, help=_("How long it may take."))
@showing.as_json
def meetings_point(number: int, title: str, minutes: int, is_json: bool) -> None:
    row = Api().post(f"meetings/{number}/points/", {"title": title, "minutes": minutes})
    _said(row, is_json, _("Point %(id)s stands on the agenda.") % row)


@meetings.command(name="note", help=_("Write minutes under a point; what stands there stays, yours is added below."))
@click.argument("point", type=int)
@click.argument("text")
@showing.as_json
def meetings_note(point: int, text: str, is_json: bool) -> None:
    api = Api()
    base = api.get(f"meeting-points/{point}/")["notes"]
    _said(api.post(f"meeting-points/{point}/notes/", {"text": f"{base}\n\n{text}" if base else text, "base": base}), is_json)


@meetings.command(name="move", help=_("Say what became of a meeting: tandem meetings move 12 cancelled --reason \"Fog\""))
@click.argument("number", type=int)
@click.argument("state", type=click.Choice(["planned", "held", "cancelled"]))
@click.option("--reason", default="", help=_("Why it is cancelled."))
@showing.as_json
def meetings_move(number: int, state: str, reason: str, is_json: bool) -> None:
    api = Api()
    row = api.get(f"meetings/{number}/")
    _said(written(api, f"meetings/{number}/moves/", {"state": state, "reason": reason}, row | {"name": number}, is_post=True), is_json)


@meetings.command(name="answer", help=_("Say whether you come to a meeting: tandem meetings answer 12 no"))
@click.argument("number", type=int)
@click.argument("comes", type=click.Choice(["yes", "no"]))
@showing.as_json
def meetings_answer(number: int, comes: str, is_json: bool) -> None:
    _said(Api().post(f"meetings/{number}/answers/", {"comes": comes == "yes"}), is_json)


@meetings.command(name="send", help=_("Send the minutes of a meeting that was held."))
@click.argument("number", type=int)
@showing.as_json
def meetings_send(number: int, is_json: bool) -> None:
    api = Api()
    _said(written(api, f"meetings/{number}/sendings/", {}, api.get(f"meetings/{number}/") | {"name": number}, is_post=True), is_json)


@click.group(help=_("Documents: the pages of spaces."))
def documents() -> None:
    pass


@documents.command(name="list", help=_("Pages, those that were edited last first."))
@_place
@click.option("--find", "text", default="", help=_("Words in titles and texts."))
@showing.as_json
def documents_list(place: str | None, text: str, is_json: bool) -> None:
    api = Api()
    rows = sorted(api.rows("documents/", most=MOST, **_of(api, place), **({"q": text} if text else {})), key=lambda row: str(row["edited_at"]), reverse=True)
    if is_json:
        showing.dump(rows)
        return
    showing.table((_("number"), _("edited"), _("version"), _("page")), [(row["id"], str(row["edited_at"])[:10], row["edition"], clean(row["title"])) for row in rows])


@documents.command(name="show", help=_("The text of a page, as Markdown."))
@click.argument("number", type=int)
@click.option("--version", "edition", type=int, help=_("As an earlier version said it."))
@click.option("--raw", is_flag=True, help=_("The text alone, as “write” takes it; its version is told beside it, on standard error."))
@showing.as_json
def documents_show(number: int, edition: int | None, raw: bool, is_json: bool) -> None:
    api = Api()
    row = api.get(f"documents/{number}/") if edition is None else _version(api, number, edition)
    if is_json:
        showing.dump(row)
    elif raw:
        click.echo(clean(row["body"]) if sys.stdout.isatty() else row["body"], nl=False)
        click.echo(_("Version %(edition)s.") % {"edition": edition or row["edition"]}, err=True)
    else:
        click.echo(f"# {clean(row['title'])}\n\n{clean(row['body'])}")


def _version(api: Api, number: int, edition: int) -> Row:
    now = api.get(f"documents/{number}/")
    if edition == now["edition"]:
        return dict(now)
    found = next(iter(api.rows("document-versions/", document_id=number, number=edition)), None)
    if found is None:
        raise click.ClickException(_("There is no version %(number)s of this page.") % {"number": edition})
    return found


@documents.command(name="new", help=_("A new page from a file, or “-” for standard input: tandem documents new \"How we work\" notes.md --in POR"))
@click.argument("title")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--in", "place", required=True, help=_("Key of the space in which it stands."))
@click.option("--below", type=int, help=_("Number of the page above it."))
@showing.as_json
def documents_new(title: str, file: Any, place: str, below: int | None, is_json: bool) -> None:
    api = Api()
    body = {"space_id": api.space(place)["id"], "title": title, "body": _read(file)} | ({"parent_id": below} if below else {})
    row = api.post("documents/", body)
    _said(row, is_json, _("Page %(id)s stands.") % row)


@documents.command(name="write", help=_("A new version of a page from a file, or “-” for standard input: tandem documents show 5 --raw > page.md, then tandem documents write 5 page.md --edition 8. Where somebody saved after that version, nothing is written."))
@click.argument("number", type=int)
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--edition", type=int, required=True, help=_("The version from which the text was made, as “show” told it."))
@click.option("--note", default="", help=_("What changed, in a few words."))
@showing.as_json
def documents_write(number: int, file: Any, edition: int, note: str, is_json: bool) -> None:
    api = Api()
    before = api.get(f"documents/{number}/")
    if before["edition"] != edition:
        raise click.ClickException(_("This page is at version %(now)s, and your text was made from version %(edition)s. See what changed: tandem documents show %(number)s") % {"now": before["edition"], "edition": edition, "number": number})
    row = written(api, f"documents/{number}/", {"body": _read(file), "note": note}, before | {"name": number}, is_post=False)
    _said(row, is_json, _("Page %(id)s is at version %(edition)s.") % row)


def _read(file: Any) -> str:
    if file is sys.stdin and sys.stdin.isatty():
        raise click.ClickException(_("Give a file, or send the text to standard input."))
    return str(file.read())


@click.group(help=_("Stakeholders: who matters, and what they were told."))
def stakeholders() -> None:
    pass


@stakeholders.command(name="list", help=_("The register, those who are to be told something first."))
@_place
@showing.as_json
def stakeholders_list(place: str | None, is_json: bool) -> None:
    api = Api()
    rows = sorted(api.rows("stakeholders/", most=MOST, **_of(api, place)), key=lambda row: (row["next_on"] or "9999", row["name"]))
    if is_json:
        showing.dump(rows)
        return
    head = (_("number"), _("name"), _("interest"), _("influence"), _("last told"), _("next by"))
    showing.table(head, [(row["id"], clean(row["name"]), row["interest"], row["influence"], row["told_on"] or "–", row["next_on"] or "–") for row in rows])


@stakeholders.command(name="new", help=_("Name a stakeholder: tandem stakeholders new \"Port authority\" --in HAR --interest 5 --influence 4 --every 14"))
@click.argument("name")
@click.option("--in", "place", required=True, help=_("Key of the space in which it stands."))
@click.option("--interest", type=click.IntRange(1, 5), default=3, show_default=True, help=_("How much it concerns them."))
@click.option("--influence", type=click.IntRange(1, 5), default=3, show_default=True, help=_("How much they can move."))
@click.option("--every", type=int, help=_("They hear at least every so many days."))
@showing.as_json
def stakeholders_new(name: str, place: str, interest: int, influence: int, every: int | None, is_json: bool) -> None:
    api = Api()
    body = {"space_id": api.space(place)["id"], "name": name, "interest": interest, "influence": influence} | ({"every_days": every} if every else {})
    row = api.post("stakeholders/", body)
    _said(row, is_json, _("Stakeholder %(id)s is on the register.") % row)


@stakeholders.command(name="tell", help=_("Write down what they were told, or said: tandem stakeholders tell 4 \"The berth comes in May\""))
@click.argument("number", type=int)
@click.argument("what")
@click.option("--on", "day", help=_("The day, as 2027-02-01; else today."))
@click.option("--heard", "is_from_them", is_flag=True, help=_("They said it."))
@showing.as_json
def stakeholders_tell(number: int, what: str, day: str | None, is_from_them: bool, is_json: bool) -> None:
    row = Api().post(f"stakeholders/{number}/notes/", {"what": what, "is_from_them": is_from_them} | ({"on": day} if day else {}))
    _said(row, is_json)
