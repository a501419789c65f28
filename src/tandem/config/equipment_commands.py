"""`tandem equipment`: what is no person and yet is needed, from the terminal over the API of a running Tandem."""

import click

from tandem.config.resource_commands import take_equipment
from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Problem, Row, clean
from tandem.config.work_commands.items import key_argument
from tandem.config.work_commands.words import _


@click.group(help=_("Equipment and material: what there is, and which work needs it."))
def equipment() -> None:
    pass


equipment.add_command(take_equipment)


@equipment.command("list", help=_("What there is, and what one costs."))
@showing.as_json
def listed(is_json: bool) -> None:
    rows = list(Api().rows("equipment/", most=2000))
    if is_json:
        showing.dump(rows)
    elif not rows:
        click.echo(_("No equipment."))
    else:
        lines = [(row["id"], clean(row["name"]), row["kind"], _amount(row, "available"), f"{row['rate']} {row['currency']}" if row["rate"] else "–") for row in rows]
        showing.table((_("number"), _("name"), _("kind"), _("available"), _("cost of one")), lines)


@equipment.command("needs", help=_("What a work item needs, or everything that needs one piece: tandem equipment needs POR-12"))
@click.argument("key", required=False)
@click.option("--of", "number", type=click.IntRange(min=1), help=_("Number of the equipment."))
@showing.as_json
def needs(key: str | None, number: int | None, is_json: bool) -> None:
    api = Api()
    asked: Row = ({"item_id": api.item(key)["id"]} if key else {}) | ({"equipment_id": number} if number else {})
    if not asked:
        raise click.UsageError(_("Say a work item, or equipment with --of."))
    rows = list(api.rows("equipment-needs/", most=2000, **asked))
    if is_json:
        showing.dump(rows)
    elif not rows:
        click.echo(_("Nothing is needed."))
    else:
        known = {pk: api.get(f"equipment/{pk}/") for pk in {row["equipment_id"] for row in rows}}
        lines = [
            (row["id"], row["item_id"], clean(known[row["equipment_id"]]["name"]), f"{float(row['amount']):g}", row["starts_on"], row["ends_on"], clean(row["override_reason"]))
            for row in rows
        ]  # fmt: skip
        showing.table((_("number"), _("item"), _("what"), _("amount"), _("from"), _("to"), _("more than there is because")), lines)


@equipment.command("need", help=_("A work item needs so much of it: tandem equipment need POR-12 3 1 2027-03-01 2027-03-05"))
@key_argument
@click.argument("number", type=click.IntRange(min=1))
@click.argument("amount")
@click.argument("first", metavar="FROM")
@click.argument("last", metavar="TO", required=False)
@click.option("--because", default="", help=_("Why more is needed than there is; it stays on record."))
@showing.as_json
def need(key: str, number: int, amount: str, first: str, last: str | None, because: str, is_json: bool) -> None:
    api = Api()
    body = {"item_id": api.item(key)["id"], "equipment_id": number, "amount": amount, "starts_on": first, "ends_on": last or first}
    row = api.post("equipment-needs/", body | ({"override_reason": because} if because else {}))
    showing.dump(row) if is_json else click.echo(_("Need %(number)s is written down.") % {"number": row["id"]})


@equipment.command("forget", help=_("A need is no longer one: tandem equipment forget 8"))
@click.argument("number", type=click.IntRange(min=1))
def forget(number: int) -> None:
    api = Api()
    try:
        api.delete(f"equipment-needs/{number}/", api.get(f"equipment-needs/{number}/"))
    except Problem as problem:
        if problem.status != 412:
            raise
        raise click.ClickException(_("Somebody changed it in this moment. Nothing was written; look at it and say it again.")) from None
    click.echo(_("It is needed no more."))


def _amount(row: Row, name: str) -> str:
    return "–" if row[name] is None else f"{float(row[name]):g} {clean(row['unit'])}".strip()
