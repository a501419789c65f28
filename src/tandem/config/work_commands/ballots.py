"""`tandem work ballots`, `ballot` and `vote`: what stakeholders are asked, how it stands or ended, and one's own vote."""

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, clean
from tandem.config.work_commands.words import _


@click.command(help=_("The ballots that are open, of the products that you see."))
@showing.as_json
def ballots(is_json: bool) -> None:
    rows = list(Api().rows("ballots/", most=200, is_open="true"))
    if is_json:
        showing.dump(rows)
    elif not rows:
        click.echo(_("No ballot is open."))
    else:
        lines = [(str(r["id"]), r["method"], r["closes_at"][:10], clean(r["title"])) for r in rows]
        showing.table((_("number"), _("method"), _("until"), _("title")), lines)


@click.command(help=_("How a ballot stands or ended: one ranking, and how far people agree."))
@click.argument("number", type=click.IntRange(min=1))
@showing.as_json
def ballot(number: int, is_json: bool) -> None:
    api = Api()
    found = api.get(f"ballots/{number}/outcome/")
    if is_json:
        showing.dump(found)
        return
    agree = _("too few votes to say how far people agree") if found["w"] is None else f"W = {found['w']:.2f}"
    click.echo(_("%(voted)s of %(invited)s have voted") % found + f"; {agree}")
    lines = [
        (str(one["place"]), f"{one['points']:g}", f"{one['best']:g}–{one['worst']:g}", clean(api.get(f"features/{one['feature_id']}/")["title"]))
        for one in found["ranking"]
    ]
    if lines:
        showing.table((_("place"), _("points"), _("places given"), _("feature")), lines)


@click.command(help=_("Vote on a ballot that you are invited to, or change your vote: the numbers of features with an amount or a place, 12=60 14=40."))
@click.argument("number", type=click.IntRange(min=1))
@click.argument("said", nargs=-1, required=True, metavar="FEATURE=NUMBER …")
@showing.as_json
def vote(number: int, said: tuple[str, ...], is_json: bool) -> None:
    given = dict(one.partition("=")[::2] for one in said)
    if not all(key.isdecimal() and value.isdecimal() for key, value in given.items()):
        raise click.ClickException(_("Write the number of a feature and an amount or a place: 12=60"))
    api = Api()
    method = api.get(f"ballots/{number}/")["method"]
    if method == "pairs":
        raise click.ClickException(_("Pairs are compared on the page of the ballot."))
    name = "gifts" if method == "money" else "places"
    made = api.post(f"ballots/{number}/votes/", {"answer": {name: {key: int(value) for key, value in given.items()}}})
    if is_json:
        showing.dump(made)
    else:
        click.echo(_("Your vote was kept. You may change it until the ballot closes."))


COMMANDS = (ballots, ballot, vote)
