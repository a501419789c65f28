"""`tandem work estimates` and `estimate`: what was estimated against what it took, and what similar items took."""

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.items import key_argument
from tandem.config.work_commands.words import _


@click.command(help=_("What was estimated against what it took, by type, team and number of people, and whether the P80 would have held."))
@click.option("--in", "project", help=_("Key of a project; else of all that you see."))
@showing.as_json
def estimates(project: str | None, is_json: bool) -> None:
    api = Api()
    found = api.get("estimates/", **({"space_id": api.project(project)["id"]} if project else {}))
    if is_json:
        showing.dump(found)
        return
    rows = [_line(_("all"), found["whole"])]
    for kind in ("types", "teams", "people"):
        rows += [_line(one["name"] if kind != "people" else _("people: %(n)s") % {"n": one["key"]}, one) for one in found[kind]]
    showing.table((_("group"), _("items"), _("median"), "P80", _("bias")), rows)
    if course := found["course"]:
        click.echo(_("The P80 would have held for %(held)s of %(total)s past items.") % course)
    if found["unlogged"]:
        click.echo(_("Finished items with an estimate and no logged time, left out: %(n)s") % {"n": found["unlogged"]})


def _line(name: str, one: Row) -> tuple[str, ...]:
    learnt = one["learnt"]
    if learnt is None:
        return clean(name), str(one["items"]), _("too few") if one["is_told"] else _("fewer than three people"), "", ""
    return clean(name), str(one["items"]), f"{learnt['median']:.2f}", f"{learnt['p80']:.2f}", f"{learnt['bias'] - 1:+.0%}"


@click.command(help=_("What similar finished items took beside the estimate of a work item; with --take it becomes the estimate."))
@key_argument
@click.option("--take", type=click.Choice(["median", "p80"]), help=_("Take it over as the estimate."))
@showing.as_json
def estimate(key: str, take: str | None, is_json: bool) -> None:
    api = Api()
    row = api.item(key)
    found = api.get(f"work-items/{row['id']}/estimates/")
    if take:
        row = api.post(f"work-items/{row['id']}/estimates/", {"is_p80": take == "p80"}, row)
    if is_json:
        showing.dump(found | {"taken_minutes": row["estimate_minutes"] if take else None})
    elif found["learnt"] is None:
        click.echo(_("Too few similar items are finished: %(n)s") % {"n": found["too_few"]})
    else:
        said = {"n": found["learnt"]["items"], "middle": showing.hours(found["median_minutes"]), "bound": showing.hours(found["p80_minutes"])}
        click.echo(clean(_("By %(n)s similar items: %(middle)s, P80 %(bound)s.") % said))
        if take:
            click.echo(clean(_("The estimate of %(key)s is %(time)s.") % {"key": row["key"], "time": showing.hours(row["estimate_minutes"])}))


COMMANDS = (estimates, estimate)
