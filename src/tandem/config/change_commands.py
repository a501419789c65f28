"""`tandem change`: change requests from a terminal: raised, filled, computed, judged, over the API of a running Tandem."""

from typing import Any

import click

from tandem.config.plan_commands.levelled import within
from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean, settled
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written
from tandem.kit.dates import parse_minutes

number_argument = click.argument("number", type=int)
_why = click.option("--reason", required=True, help=_("Why; it stands in the record."))


@click.group(help=_("Change requests: computed first, judged by both sides, carried out in one step."))
def change() -> None:
    pass


@change.command("list", help=_("Change requests that wait for a verdict."))
@click.option("--in", "place", help=_("Key of a project, programme, portfolio or product; else everything."))
@click.option("--mine", is_flag=True, help=_("Only those that wait for my verdict."))
@click.option("--all", "is_all", is_flag=True, help=_("Also those that are decided or being written."))
@showing.as_json
def listed(place: str | None, mine: bool, is_all: bool, is_json: bool) -> None:
    api = Api()
    asked: dict[str, Any] = {"waits_for_me": "true"} if mine else {}
    found = [row for row in api.rows("change-requests/", most=1000, **within(api, place), **asked) if is_all or mine or row["state"] in ("submitted", "urgent")]
    if is_json:
        showing.dump(found)
        return
    if not found:
        click.echo(_("No change requests."))
        return
    names = api.names({row["author_id"] for row in found})
    showing.table((_("number"), _("state"), _("author"), _("asked since"), _("title")), [(r["id"], r["state"], names[r["author_id"]], (r["asked_at"] or "")[:10], clean(r["title"])) for r in found])


@change.command("raise", help=_("Raise a change: tandem change raise POR \"Berth 3 four weeks later\" --reason \"The piles go deeper\""))
@click.argument("key")
@click.argument("title")
@_why
@click.option("--scenario", type=int, help=_("Number of an open plan scenario that becomes its content."))
@showing.as_json
def raised(key: str, title: str, reason: str, scenario: int | None, is_json: bool) -> None:
    api = Api()
    body: Row = {"space_id": api.space(key)["id"], "title": title, "reason": reason}
    made = api.post("change-requests/", body | ({"scenario_id": scenario} if scenario else {}))
    showing.dump(made) if is_json else click.echo(_("Change request %(id)s is being written. Say what would be otherwise, then hand it in.") % made)


def _add(number: int, is_json: bool, kind: str, subject: int, values: Row, api: Api) -> None:
    made = api.post(f"change-requests/{number}/contents/", {"kind": kind, "subject": subject} | ({"values": values} if values else {}))
    showing.dump(made) if is_json else click.echo(_("Written down as change %(number)s; the plan itself stays as it is.") % {"number": made["id"]})


@change.command(help=_("A work item would be otherwise: tandem change item 4 POR-12 --left 3d --who Boris"))
@number_argument
@click.argument("key")
@click.option("--start", "starts_on", help=_("First day, as 2027-02-12."))
@click.option("--due", "due_on", help=_("Due date, as 2027-02-12."))
@click.option("--left", help=_("What is left of it, such as 3d or 4h."))
@click.option("--priority", type=click.IntRange(1, 4), help=_("1 is urgent, 4 low."))
@click.option("--who", multiple=True, help=_("Who would do it, by name; may be said several times."))
@showing.as_json
def item(number: int, key: str, starts_on: str | None, due_on: str | None, left: str | None, priority: int | None, who: tuple[str, ...], is_json: bool) -> None:
    api = Api()
    values: Row = {name: value for name, value in (("starts_on", starts_on), ("due_on", due_on), ("priority", priority)) if value is not None}
    if left is not None:
        try:
            values["expected_minutes"] = parse_minutes(left)
        except ValueError:
            raise click.ClickException(_("“%(said)s” is no length of time; say 3d, 4h or 90m.") % {"said": clean(left)}) from None
    if who:
        values["assignees"] = [api.person(one)["id"] for one in who]
    _add(number, is_json, "item", api.item(key)["id"], values, api)


@change.command(help=_("A work item would be dropped."))
@number_argument
@click.argument("key")
@showing.as_json
def drop(number: int, key: str, is_json: bool) -> None:
    api = Api()
    _add(number, is_json, "drop", api.item(key)["id"], {}, api)


@change.command(help=_("A promise would be revised: tandem change promise 4 31 2027-03-12"))
@number_argument
@click.argument("promise", type=int)
@click.argument("date")
@showing.as_json
def promise(number: int, promise: int, date: str, is_json: bool) -> None:
    _add(number, is_json, "promise", promise, {"date": date}, Api())


@change.command(help=_("A project would cost more: tandem change cost 4 POR 2027-03 12000 \"Deeper piles\""))
@number_argument
@click.argument("key")
@click.argument("month")
@click.argument("amount")
@click.argument("title")
@click.option("--currency", default="EUR", help=_("Three letters, such as EUR."))
@showing.as_json
def cost(number: int, key: str, month: str, amount: str, title: str, currency: str, is_json: bool) -> None:
    api = Api()
    found = next(iter(api.rows("projects/", most=1, space_id=api.space(key)["id"])), None)
    if found is None:
        raise click.ClickException(_("There is no project %(key)s that you can see.") % {"key": clean(key)})
    _add(number, is_json, "cost", found["id"], {"title": title, "month": f"{month[:7]}-01", "planned": amount, "currency": currency}, api)


@change.command(help=_("Hand it in: its effect is computed, and both sides are asked."))
@number_argument
@showing.as_json
def submit(number: int, is_json: bool) -> None:
    _done(number, is_json, "submissions", {}, _("Handed in."))


@change.command(help=_("A verdict for one side: tandem change verdict 4 product yes"))
@number_argument
@click.argument("side", type=click.Choice(["product", "pmo"]))
@click.argument("answer", type=click.Choice(["yes", "no", "revise"]))
@click.option("--reason", default="", help=_("Why, or which way out; a yes needs none."))
@click.option("--for", "for_whom", help=_("In the place of somebody who lent you their voice, by name."))
@showing.as_json
def verdict(number: int, side: str, answer: str, reason: str, for_whom: str | None, is_json: bool) -> None:
    lent = {"for_whom_id": Api().person(for_whom)["id"]} if for_whom else {}
    _done(number, is_json, "verdicts", {"side": side, "answer": answer} | ({"reason": reason} if reason else {}) | lent, _("Your verdict stands."))


@change.command(help=_("Take it back; nothing of it is carried out."))
@number_argument
@_why
@showing.as_json
def withdraw(number: int, reason: str, is_json: bool) -> None:
    _done(number, is_json, "withdrawals", {"reason": reason}, _("Withdrawn."))


@change.command(help=_("Compute what it does, wait for it and show it."))
@number_argument
@showing.as_json
def compute(number: int, is_json: bool) -> None:
    api = Api()
    api.post(f"change-requests/{number}/computations/", {})
    found = settled(lambda: api.get(f"change-requests/{number}/effect/"), lambda one: one["is_current"])
    showing.dump(found) if is_json else _effect(api, found)


@change.command(help=_("What it would do, and what each side has said."))
@number_argument
@showing.as_json
def show(number: int, is_json: bool) -> None:
    api = Api()
    row, found = api.get(f"change-requests/{number}/"), api.get(f"change-requests/{number}/effect/")
    said = list(api.rows("change-verdicts/", most=1000, request_id=number))
    if is_json:
        showing.dump(row | {"effect": found, "verdicts": said})
        return
    click.echo(f"{row['id']} {clean(row['title'])} · {row['state']}")
    names = api.names({pk for one in said for pk in (one["by_id"], one["for_whom_id"]) if pk})
    if said:
        showing.table((_("side"), _("verdict"), _("by"), _("reason")), [(v["side"], v["answer"], _speaker(v, names), clean(v["reason"])) for v in said])
    _effect(api, found)


def _speaker(said: Row, names: dict[int, str]) -> str:
    if not said["for_whom_id"]:
        return names[said["by_id"]]
    return _("%(name)s for %(other)s") % {"name": names[said["by_id"]], "other": names[said["for_whom_id"]]}


def _effect(api: Api, found: Row) -> None:
    if not found["is_current"]:
        click.echo(_("Not computed as it is now: tandem change compute %(number)s") % {"number": found["request_id"]})
    if found["is_old"]:
        click.echo(_("The plan has moved since: nobody says yes before it is computed again."))
    projects, promises = found["plan"]["projects"], found["plan"]["promises"]
    if projects:
        keys = {one["space_id"]: api.get(f"spaces/{one['space_id']}/")["key"] for one in projects}
        showing.table((_("project"), _("ends"), _("would end")), [(keys[one["space_id"]], one["before_finish"] or "–", one["after_finish"] or "–") for one in projects])
    if promises:
        showing.table((_("promise"), _("promised"), _("computed"), _("would be")), [(p["promise_id"], p["promised_on"], p["before"] or "–", p["after"] or "–") for p in promises])
    if not projects and not promises:
        click.echo(_("No project and no promise ends otherwise."))
    if found["promised"]:
        showing.table((_("promise"), _("promised"), _("would be")), found["promised"])
    if found["money"]:
        showing.table((_("what"), _("project"), _("now"), _("would be")), [(kind, project, f"{before} {currency}", f"{after} {currency}") for kind, project, currency, before, after in found["money"]])
    if found["conflicts_new"] or found["conflicts_gone"]:
        click.echo(_("Conflicts: %(new)s come, %(gone)s go.") % {"new": len(found["conflicts_new"]), "gone": len(found["conflicts_gone"])})
    if unseen := found["unseen"] + found["plan"]["unseen"]:
        click.echo(_("%(n)s more end otherwise that you cannot see.") % {"n": unseen})


def _done(number: int, is_json: bool, part: str, body: Row, said: str) -> None:
    api = Api()
    made = written(api, f"change-requests/{number}/{part}/", body, api.get(f"change-requests/{number}/"), is_post=True)
    showing.dump(made) if is_json else click.echo(f"{said} ({made['state']})")
