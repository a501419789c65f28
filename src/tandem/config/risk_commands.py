"""`tandem risks`: the register, issues and the exposure of a place from a terminal, over the API of a running Tandem."""

from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

MOST = 50_000
_in = click.option("--in", "place", help=_("Key of a project, programme, portfolio or product; else everything."))


@click.group(help=_("Risks and issues, from the terminal."))
def risks() -> None:
    pass


@risks.command(help=_("Open risks, those that may cost most days first."))
@_in
@click.option("--all", "is_all", is_flag=True, help=_("Also those that have happened or were closed."))
@showing.as_json
def show(place: str | None, is_all: bool, is_json: bool) -> None:
    api = Api()
    found = _rows(api, "risks/", place, **({} if is_all else {"state": "open"}))
    found.sort(key=lambda row: (-float(row["expected_days"]), row["id"]))
    if is_json:
        showing.dump(found)
        return
    head = (_("number"), _("probability"), _("expected days"), _("expected money"), _("response"), _("next review"), _("title"))
    showing.table(head, [_line(row) for row in found])


def _rows(api: Api, path: str, place: str | None, **asked: Any) -> list[Row]:
    """Of the place and everything below it, all of them: they are sorted and cut only afterwards."""
    rows = api.rows(path, most=MOST, **asked)
    if place is None:
        return list(rows)
    spaces, step = {api.space(place)["id"]}, {api.space(place)["id"]}
    tree = [(row["id"], row["parent_id"]) for row in api.rows("spaces/", most=MOST)]
    while step := {pk for pk, parent in tree if parent in step} - spaces:
        spaces |= step
    return [row for row in rows if row["space_id"] in spaces]


def _line(row: Row) -> tuple[Any, ...]:
    sums = f"{float(row['expected_money']):,.0f} {row['currency']}" if float(row["expected_money"]) else ""
    return row["id"], f"{row['probability']} %", f"{float(row['expected_days']):.1f}", sums, row["response"], row["review_on"] or "", clean(row["title"])


@risks.command(help=_("Name a risk: tandem risks name POR 40 \"The crane comes late\" --days 5,10,20"))
@click.argument("key")
@click.argument("probability", type=click.IntRange(1, 99))
@click.argument("title")
@click.option("--days", default="", help=_("Working days: one value, or at least, most likely, at most."))
@click.option("--chance", "is_chance", is_flag=True, help=_("A chance: it helps."))
@showing.as_json
def name(key: str, probability: int, title: str, days: str, is_chance: bool, is_json: bool) -> None:
    api = Api()
    try:
        three = [float(one) for one in days.split(",") if one.strip()]
    except ValueError:
        raise click.ClickException(_("Write one value, or three: at least, most likely, at most.")) from None
    kind = "chance" if is_chance else "threat"
    row = api.post("risks/", {"space_id": api.space(key)["id"], "title": title, "probability": probability, "days": three, "kind": kind})
    if is_json:
        showing.dump(row)
    else:
        click.echo(_("Risk %(id)s is in the register.") % row)


@risks.command(help=_("What the risks of a place come to, as computed last."))
@click.argument("key")
@showing.as_json
def exposure(key: str, is_json: bool) -> None:
    api = Api()
    runs = list(api.rows("risk-runs/", most=1000, space_id=api.space(key)["id"], kind="exposure"))
    if not runs:
        raise click.ClickException(_("Nothing is computed there yet."))
    run = max(runs, key=lambda row: (row["as_of"], row["id"]))
    if is_json:
        showing.dump(run)
        return
    told = run["figures"]
    rows = [(label, *(f"{told[what][one]:,.1f}" for one in ("mean", "p50", "p80"))) for label, what in ((_("working days"), "days"), (told["currency"], "money"))]
    showing.table(("", _("mean"), "P50", "P80"), rows)


@risks.command(help=_("Open issues, the oldest progress first."))
@_in
@showing.as_json
def issues(place: str | None, is_json: bool) -> None:
    api = Api()
    found = sorted(_rows(api, "issues/", place, state="open"), key=lambda row: (row["progress_at"], row["id"]))
    if is_json:
        showing.dump(found)
        return
    head = (_("number"), _("severity"), _("due"), _("last progress"), _("title"))
    showing.table(head, [(row["id"], row["severity"], row["due_on"] or "", row["progress_at"][:10], clean(row["title"])) for row in found])


@risks.command(help=_("Tell of progress on an issue: its clock begins again."))
@click.argument("number", type=int)
@click.argument("note")
@showing.as_json
def progress(number: int, note: str, is_json: bool) -> None:
    api = Api()
    issue = api.get(f"issues/{number}/")
    row = written(api, f"issues/{number}/progress/", {"note": note}, issue | {"name": clean(issue["title"])}, is_post=True)
    if is_json:
        showing.dump(row)
    else:
        click.echo(_("On record."))
