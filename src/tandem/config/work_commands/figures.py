"""`tandem work flow`: how long work takes in a project, what gets old, and when it is done."""

from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _

_OLDEST = 8


def project_of(api: Api, key: str | None) -> Row:
    """The project behind the key: its figures are asked for by its own number."""
    space = api.project(key)
    if found := list(api.rows("projects/", most=1, space_id=space["id"])):
        return found[0]
    raise click.ClickException(_("There is no project %(key)s that you can see.") % {"key": clean(space["key"])})


@click.command(help=_("How long work takes, what gets old, how much is finished in a week, and when everything open is done."))
@click.option("--in", "project", help=_("Key of the project; else the one that “tandem work use” named."))
@click.option("--weeks", type=click.IntRange(0, 520), default=26, show_default=True, help=_("How far back; 0 reads from the beginning."))
@click.option("--filter", "filter_", default="", help=_("Only these work items, in the filter language of the pages."))
@click.option("--by", help=_("Also say how much is done by this day, such as 2027-03-31."))
@showing.as_json
def flow(project: str | None, weeks: int, filter_: str, by: str | None, is_json: bool) -> None:
    api = Api()
    asked = {"weeks": weeks, **({"filter": filter_} if filter_ else {}), **({"by": by} if by else {})}
    found = api.get(f"projects/{project_of(api, project)['id']}/flow/", **asked)
    if is_json:
        showing.dump(found)
        return
    states = {s["id"]: s["name"] for s in api.states(found["space_id"])}
    name = _("clock")
    click.echo(clean(f"{name}: {_clock(found['clock'], states)}"))
    for name, value in _facts(found, is_asked=by is not None):
        click.echo(clean(f"{name}: {value}"))
    if found["ages"]:
        click.echo("")
        rows = [(a["key"], states.get(a["state_id"], ""), _days(a["age"]), _("held up") if a["is_held"] else "") for a in found["ages"][:_OLDEST]]
        unit = _("age in working days") if found["clock"]["days"] == "working" else _("age in days")
        showing.table((_("key"), _("state"), unit, ""), rows)


def _clock(one: Row, states: dict[int, str]) -> str:
    """Between which states the times below run, and what a day of them is."""
    start = states.get(one["start_state_id"], _("in progress"))
    stop = states.get(one["stop_state_id"], _("done"))
    return f"{start} → {stop}, {_('working days') if one['days'] == 'working' else _('days of the clock')}"


def _facts(found: Row, *, is_asked: bool) -> list[tuple[str, str]]:
    whole = [w["finished"] for w in found["weeks"] if w["is_whole"]]
    rows = [
        (_("period"), f"{found['since']} – {found['until']}" if found["since"] else "–"),
        (_("work items"), str(found["items"])),
        (_("cycle time"), _cycle(found)),
        (_("expectation"), _expectation(found)),
        (_("finished a week"), f"{sum(whole) / len(whole):.1f} ({min(whole)}–{max(whole)})" if whole else "–"),
        (_("everything open is done"), _forecast(found["forecast"])),
    ]
    if found["amount"]:
        rows.append((_("by %(day)s") % {"day": found["amount"]["by"]}, _amount(found["amount"])))
    elif is_asked:
        little = found["too_little"].get("amount")
        rows.append((_("by that day"), _little(little) if little else _("nothing is open, or the day has passed")))
    return rows


def _cycle(found: Row) -> str:
    times = found["times"]
    if times is None:
        return _little(found["too_little"].get("times"))
    if times["cycle"] is None:
        return _("none was ever in a started state")
    return ", ".join(f"{p['share']:.0%} ≤ {_days(p['days'])}" for p in times["cycle"]["percentiles"]) + f" ({times['cycle']['items']})"


def _expectation(found: Row) -> str:
    one = found["expectation"]
    if one is None:
        return _little(found["too_little"].get("expectation"))
    said = {"share": f"{one['share']:.0%}", "days": _days(one["days"]), "items": one["items"]}
    return _("%(share)s within %(days)s days, by the last %(items)s finished ones") % said


def _forecast(row: Row | None) -> str:
    if row is None or row["p50"] is None:
        return _("not known; the page of the project says why")
    return f"{row['p50']} (P50), {row['p80'] or '–'} (P80), {row['p95'] or '–'} (P95)"


def _amount(row: Row) -> str:
    return _("%(p50)s (P50), %(p80)s (P80), %(p95)s (P95) of %(left)s left") % row


def _little(row: Row | None) -> str:
    if row is None:
        return "–"
    return _("too little to say: %(found)s found, %(needed)s needed") % row


def _days(value: Any) -> str:
    return f"{value:.1f}"


@click.command(help=_("The dates that were told: how many were kept, quarter by quarter, and which are at risk or missed."))
@click.option("--product", type=int, help=_("Only those of the product with this number."))
@click.option("--to", "to_whom", help=_("Only what was told to this person or group, in full."))
@click.option("--standing", type=click.Choice(["open", "at_risk", "missed", "kept", "revised", "withdrawn"]), default="at_risk", show_default=True, help=_("Which promises to list below the record."))
@showing.as_json
def promises(product: int | None, to_whom: str | None, standing: str, is_json: bool) -> None:
    api = Api()
    asked = {name: value for name, value in (("product_id", product), ("to_whom", to_whom)) if value is not None}
    record = api.get("promises/record/", **asked)
    rows = list(api.rows("promises/", standing=standing, **asked))
    if is_json:
        showing.dump({"record": record, "promises": rows})
        return
    said = {"due": record["kept"] + record["missed"] + record["revised"], **record}
    click.echo(_("Of %(due)s dates that have come, %(kept)s were kept, %(missed)s missed, %(revised)s revised before.") % said)
    if record["quarters"]:
        lines = [(q["key"], q["kept"], q["missed"], q["revised"], _percent(q["share"])) for q in record["quarters"]]
        showing.table((_("quarter"), _("kept"), _("missed"), _("revised"), _("share kept")), lines)
    click.echo("")
    if not rows:
        click.echo(_("No promises."))
        return
    showing.table((_("number"), _("promised"), _("to whom"), _("what")), [(r["id"], r["date"], r["to_whom"], r["what"]) for r in rows])


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


COMMANDS = (flow, promises)
