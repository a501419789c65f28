"""`tandem plan conflicts`, `conflict`, `ways`, `propose`: what does not fit, what would end it, and at which price."""

import click

from tandem.config.plan_commands.levelled import within
from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean, settled
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

number_argument = click.argument("number", type=click.IntRange(min=1))


def kinds() -> dict[str, str]:
    return {
        "promise": _("Promise before the computed end"), "project": _("Project later than planned"), "overload": _("Person over capacity"),
        "drift": _("Roadmap and project apart"), "leaver": _("Work after somebody's last day"),
        "skill": _("Nobody on it has the skill"), "leave": _("Leave in a critical week"),
    }  # fmt: skip


@click.command(help=_("What does not fit, the worst first."))
@click.option("--in", "place", help=_("Key of a space; else everything that you see."))
@click.option("--kind", type=click.Choice(list(kinds())), help=_("Only conflicts of this kind."))
@showing.as_json
def conflicts(place: str | None, kind: str | None, is_json: bool) -> None:
    api = Api()
    asked = within(api, place) | ({"kind": kind} if kind else {})
    rows = sorted(api.rows("plan-conflicts/", most=2000, **asked), key=lambda row: (-row["days"], row["id"]))
    if is_json:
        showing.dump(rows)
    elif not rows:
        click.echo(_("No conflicts."))
    else:
        showing.table((_("number"), _("days"), _("kind"), _("wanted"), _("computed"), _("what")), [_line(row) for row in rows])


def _line(row: Row) -> tuple[object, ...]:
    return row["id"], row["days"], kinds().get(row["kind"], row["kind"]), row["wanted_on"], row["computed_on"], row["title"]


@click.command(help=_("One conflict with its ways out and the price of each."))
@number_argument
@showing.as_json
def conflict(number: int, is_json: bool) -> None:
    api = Api()
    row, found = api.get(f"plan-conflicts/{number}/"), api.get(f"plan-conflicts/{number}/ways/")
    if is_json:
        showing.dump(row | {"ways": found["ways"]})
        return
    showing.table((_("number"), _("days"), _("kind"), _("wanted"), _("computed"), _("what")), [_line(row)])
    click.echo("")
    _ways(found)


@click.command(help=_("Compute ways out of a conflict, wait for them and show them."))
@number_argument
@showing.as_json
def ways(number: int, is_json: bool) -> None:
    api = Api()
    api.post(f"plan-conflicts/{number}/ways/", {})
    found = settled(lambda: api.get(f"plan-conflicts/{number}/ways/"), lambda one: not one["is_computing"])
    showing.dump(found) if is_json else _ways(found)


def _ways(found: Row) -> None:
    if found["is_computing"]:
        click.echo(_("The ways out are still being computed."))
    elif found["ways"] is None:
        click.echo(_("Nobody has asked for ways out yet: tandem plan ways NUMBER"))
    elif not found["ways"]:
        click.echo(_("No way out was found."))
    else:
        showing.table((_("number"), _("items that move"), _("way out and its price")), [(way["number"], way["moves"], _said(way)) for way in found["ways"]])


def _said(way: Row) -> str:
    """The way in a sentence, and what it costs the others."""
    parts = [_("%(what)s ends %(days)s d later, %(days_late)s of them late") % one for one in way["later"]]
    if way["unseen"]:
        parts.append(_("%(n)s that you cannot see end later") % {"n": way["unseen"]})
    parts += [_("for %(title)s: %(days)+d d, %(moved)s parts of it move, %(loses)s lose work") % one for one in way["objectives"]]
    if way["person_days"]:
        parts.append(_("%(days)s person-days more") % {"days": f"{way['person_days']:g}"})
    return clean("; ".join([way["sentence"], *parts]))


@click.command(help=_("Propose a way out to the projects whose dates it moves: tandem plan propose 31 0. Nothing changes until they say yes."))
@number_argument
@click.argument("way", type=click.IntRange(min=0))
@showing.as_json
def propose(number: int, way: int, is_json: bool) -> None:
    api = Api()
    row = api.get(f"plan-conflicts/{number}/")
    written(api, f"plan-conflicts/{number}/proposals/", {"way": way}, row | {"key": f"#{number}"}, is_post=True)
    made = list(api.rows("plan-drafts/", conflict_id=number, state="open"))
    if is_json:
        showing.dump(made)
    else:
        click.echo(_("Proposed. Drafts that wait for a yes: %(numbers)s.") % {"numbers": ", ".join(str(one["id"]) for one in made)})


COMMANDS = (conflicts, conflict, ways, propose)
