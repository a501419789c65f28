"""`tandem pulses`, `tandem thanks` and `tandem onboarding`, from a terminal over the API of a running Tandem."""

from typing import Any

import click

from tandem.config.together_commands import MOST, _of, _place, _said
from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, clean
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written


@click.group(help=_("Pulses: how a team feels, told of the whole only."))
def pulses() -> None:
    pass


@pulses.command(name="list", help=_("Rounds, the newest first, with what they tell."))
@_place
@showing.as_json
def pulses_list(place: str | None, is_json: bool) -> None:
    api = Api()
    rows = sorted(api.rows("pulse-rounds/", most=MOST, **_of(api, place)), key=lambda row: (row["closes_on"], row["id"]), reverse=True)
    if is_json:
        showing.dump(rows)
        return
    names = {row["id"]: row["name"] for row in api.rows("pulses/", most=MOST, **_of(api, place))}
    lines = [
        (row["id"], clean(names.get(row["pulse_id"], "")), row["closes_on"], f"{'–' if row['answered_count'] is None else row['answered_count']}/{row['asked_count']}" if row["is_closed"] else _("open"),
         " ".join(f"{n:g}" for n in row["results"]) if row["results"] else _("too few answered") if row["is_closed"] else "")
        for row in rows
    ]  # fmt: skip
    showing.table((_("number"), _("pulse"), _("closes"), _("answered"), _("averages")), lines)


@pulses.command(name="answer", help=_("Answer an open round, once: each question is asked for, from 1 to 5, then your words, or both are read from standard input, a line for each. Nothing of it is taken from the command, which others on the machine can read."))
@click.argument("number", type=int)
def pulses_answer(number: int) -> None:
    api = Api()
    questions = api.get(f"pulse-rounds/{number}/")["questions"]
    scores = [click.prompt(f"{n}. {clean(text)} (1–5)", type=click.IntRange(1, 5)) for n, text in enumerate(questions, 1)]
    words = click.prompt(_("In your words; may stay empty"), default="", show_default=False)
    api.post(f"pulse-rounds/{number}/answers/", {"scores": scores, "words": words})
    click.echo(_("Thank you. No page shows what you said."))


@click.group(help=_("Thanks: who thanked whom for what."))
def thanks() -> None:
    pass


@thanks.command(name="list", help=_("Thanks that you see, the newest first."))
@_place
@showing.as_json
def thanks_list(place: str | None, is_json: bool) -> None:
    api = Api()
    rows = sorted(api.rows("thanks/", most=MOST, **_of(api, place)), key=lambda row: int(row["id"]), reverse=True)
    if is_json:
        showing.dump(rows)
        return
    names = api.names({one for row in rows for one in (row["sender_id"], row["receiver_id"])})
    showing.table((_("number"), _("from"), _("to"), _("what for")), [(row["id"], clean(names.get(row["sender_id"], "")), clean(names.get(row["receiver_id"], "")), clean(row["words"])) for row in rows])


@thanks.command(name="give", help=_("Thank somebody for a work item: tandem thanks give POR-12 Mei \"For the night shift\""))
@click.argument("key")
@click.argument("person")
@click.argument("words")
@showing.as_json
def thanks_give(key: str, person: str, words: str, is_json: bool) -> None:
    api = Api()
    body: dict[str, Any] = {"subject_kind": "work.workitem", "subject_id": api.item(key)["id"], "receiver_id": api.person(person)["id"], "words": words}
    _said(api.post("thanks/", body), is_json)


@thanks.command(name="back", help=_("Take back thanks that you gave or got."))
@click.argument("number", type=int)
def thanks_back(number: int) -> None:
    api = Api()
    api.delete(f"thanks/{number}/", api.get(f"thanks/{number}/"))
    click.echo(_("It was taken back."))


@click.group(help=_("Onboarding: who joins or leaves, and what is to be done for it."))
def onboarding() -> None:
    pass


@onboarding.command(name="list", help=_("Lists under way that you see."))
@_place
@click.option("--all", "is_all", is_flag=True, help=_("Also those that are finished or were stopped."))
@showing.as_json
def onboarding_list(place: str | None, is_all: bool, is_json: bool) -> None:
    api = Api()
    rows = list(api.rows("onboardings/", most=MOST, **_of(api, place), **({} if is_all else {"state": "open"})))
    if is_json:
        showing.dump(rows)
        return
    names = api.names({row["person_id"] for row in rows})
    showing.table((_("number"), _("person"), _("kind"), _("day"), _("state")), [(row["id"], clean(names.get(row["person_id"], "")), row["kind"], row["on"], row["state"]) for row in rows])


@onboarding.command(name="show", help=_("The steps of a list, and what is to hand over of who leaves."))
@click.argument("number", type=int)
@showing.as_json
def onboarding_show(number: int, is_json: bool) -> None:
    api = Api()
    steps, standing = list(api.rows(f"onboardings/{number}/steps/", most=MOST)), api.get(f"onboardings/{number}/standing/")
    if is_json:
        showing.dump({"steps": steps, "standing": standing})
        return
    names = api.names({row["doer_id"] for row in steps if row["doer_id"]})
    steps.sort(key=lambda row: (row["due_on"], row["place"]))
    showing.table((_("number"), _("due"), _("done"), _("by whom"), _("step")), [(row["id"], row["due_on"], row["done_on"] or "–", clean(names.get(row["doer_id"], "") or row["role"]), clean(row["text"])) for row in steps])
    for one in standing["handed_over"]:
        click.echo(f"{clean(one['title'])}: {one['count']}")


@onboarding.command(name="tick", help=_("Tick a step; with --undo take the tick back."))
@click.argument("step", type=int)
@click.option("--undo", is_flag=True, help=_("It is not done after all."))
@showing.as_json
def onboarding_tick(step: int, undo: bool, is_json: bool) -> None:
    api = Api()
    row = api.get(f"onboarding-steps/{step}/") | {"name": step}
    _said(written(api, f"onboarding-steps/{step}/ticks/", {"is_done": not undo}, row, is_post=True), is_json)
