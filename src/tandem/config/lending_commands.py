"""`tandem change lend …`: one's voice said by somebody else for a time, over the API of a running Tandem."""

from datetime import date

import click

from tandem.config.change_commands import change, number_argument
from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

_KINDS = ("scope", "dates", "people", "money", "promise", "roadmap")


@change.command(help=_("Lend your voice: tandem change lend Una --in POR --until 2027-02-12"))
@click.argument("who")
@click.option("--in", "place", required=True, help=_("Key of the place in which it holds, and below it."))
@click.option("--until", required=True, help=_("Last day, as 2027-02-12."))
@click.option("--from", "starts_on", help=_("First day, as 2027-02-12; else today."))
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help=_("Only for changes that touch no more than that; may be said several times."))
@click.option("--while-away", is_flag=True, help=_("Only on days on which you have approved time off."))
@showing.as_json
def lend(who: str, place: str, until: str, starts_on: str | None, kinds: tuple[str, ...], while_away: bool, is_json: bool) -> None:
    api = Api()
    body: Row = {
        "space_id": api.space(place)["id"], "delegate_id": api.person(who)["id"], "starts_on": starts_on or date.today().isoformat(), "ends_on": until,
        "is_away_only": while_away,
    }  # fmt: skip
    made = api.post("delegations/", body | ({"kinds": list(kinds)} if kinds else {}))
    showing.dump(made) if is_json else click.echo(_("Your voice is lent until %(ends_on)s: number %(id)s.") % made)


@change.command(help=_("Voices that are lent now: whose, to whom, until when."))
@click.option("--all", "is_all", is_flag=True, help=_("Also those that are over or taken back."))
@showing.as_json
def lent(is_all: bool, is_json: bool) -> None:
    api, today = Api(), date.today()
    rows = [row for row in api.rows("delegations/", most=1000) if is_all or (row["withdrawn_at"] is None and date.fromisoformat(row["ends_on"]) >= today)]
    if is_json:
        showing.dump(rows)
        return
    if not rows:
        click.echo(_("No voice is lent."))
        return
    names = api.names({row[who] for row in rows for who in ("giver_id", "delegate_id")})
    showing.table(
        (_("number"), _("whose voice"), _("delegate"), _("from"), _("until"), _("only while away")),
        [(r["id"], names[r["giver_id"]], names[r["delegate_id"]], r["starts_on"], r["ends_on"], _("yes") if r["is_away_only"] else "") for r in rows],
    )


@change.command("take-back", help=_("Take a lent voice back; what was said with it and is not decided yet counts no more."))
@number_argument
@showing.as_json
def take_back(number: int, is_json: bool) -> None:
    api = Api()
    made = written(api, f"delegations/{number}/withdrawals/", {}, api.get(f"delegations/{number}/"), is_post=True)
    showing.dump(made) if is_json else click.echo(_("Taken back."))
