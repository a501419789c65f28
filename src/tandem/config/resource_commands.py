"""`tandem people import` and `tandem equipment import`: people, time off, holidays, equipment and needs from a file, as on the page."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tandem.exchange.formats.people_table import Line


@click.group()
def people() -> None:
    """People as a resource: terms, time off, holidays."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--what", type=click.Choice(["people", "time-off", "holidays"]), default="people", show_default=True, help="What the file holds.")
@click.option("--into", help="Key of the space for people; default: the organisation's.")
@click.option("--calendar", help="Name of the working calendar for holidays.")
@click.option("--person", help="E-mail of whose time off it is, where no line says it.")
@click.option("--as", "actor", help="Sign-in name of the person who imports; default: the first administrator.")
@click.option("--dry-run", is_flag=True, help="Do it, say what came of it, and take it back.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory [TANDEM_DATA].")
def take(file: Path, what: str, dry_run: bool, data: Path | None, **asked: str | None) -> None:
    """Take over a CSV, XLSX or iCalendar file: all of its lines, or none and why."""
    _run(file, what, data, asked, dry_run=dry_run)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--what", type=click.Choice(["equipment", "equipment-needs"]), default="equipment", show_default=True, help="What the file holds: what there is, or what work needs.")
@click.option("--into", help="Key of the space for equipment; default: the organisation's.")
@click.option("--as", "actor", help="Sign-in name of the person who imports; default: the first administrator.")
@click.option("--dry-run", is_flag=True, help="Do it, say what came of it, and take it back.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory [TANDEM_DATA].")
def take_equipment(file: Path, what: str, dry_run: bool, data: Path | None, **asked: str | None) -> None:
    """Take over a CSV or XLSX file: all of its lines, or none and why."""
    _run(file, what, data, asked, dry_run=dry_run)


def _run(file: Path, what: str, data: Path | None, asked: dict[str, str | None], *, dry_run: bool) -> None:
    from tandem.config.cli import django_ready

    with django_ready(data):
        from django.db import transaction

        from tandem.collaboration import words
        from tandem.exchange.formats import people_table, plain_table
        from tandem.kit.errors import Denied, Hidden, Refused
        from tandem.work.actions.sheets import RowsRefused

        table = people_table.read(what.replace("-", "_"), plain_table.as_text(file))
        for place, code, text in table.wrong:
            click.echo(f"line {place}: {code} {text}".rstrip(), err=True)
        if table.wrong:
            raise SystemExit(1)
        try:
            with transaction.atomic():
                found = _take(what, table.lines, asked)
                if dry_run:
                    transaction.set_rollback(True)
        except RowsRefused as problem:
            for one in problem.problems:
                click.echo(f"line {one.place}: {words.refusal(one.code, one.params)}", err=True)
            raise SystemExit(1) from None
        except Refused as problem:
            raise click.ClickException(words.refusal(problem.code, problem.params)) from None
        except (Denied, Hidden):
            raise click.ClickException("The actor may not take this over.") from None
        counts = {kind: list(found.values()).count(kind) for kind in ("new", "changed", "same")}
        left = f" Left out: {', '.join(table.left_out)}." if table.left_out else ""
        click.echo(f"{counts['new']} new, {counts['changed']} corrected, {counts['same']} there already.{left}{' Nothing was kept.' if dry_run else ''}")


def _take(what: str, lines: list["Line"], asked: dict[str, Any]) -> dict[int, str]:
    from tandem.exchange import equipment_tables
    from tandem.exchange import people_tables as tables
    from tandem.exchange.command import _person
    from tandem.people.models import Space, User
    from tandem.work.models import WorkingCalendar

    actor = _person(asked["actor"])
    if what == "equipment-needs":
        return equipment_tables.take_needs(actor=actor, lines=lines)
    if what in ("people", "equipment"):
        space = Space.objects.visible_to(actor).filter(**{"key": asked["into"]} if asked["into"] else {"parent": None}).first()
        if space is None:
            raise click.UsageError("--into names a space.")
        take = tables.take_people if what == "people" else equipment_tables.take_equipment
        return take(actor=actor, space=space, lines=lines)
    if what == "holidays":
        calendar = WorkingCalendar.objects.visible_to(actor).filter(name=asked["calendar"] or "").first()
        if calendar is None:
            raise click.UsageError("--calendar names the working calendar.")
        return tables.take_holidays(actor=actor, calendar=calendar, lines=lines)
    person = User.objects.visible_to(actor).filter(email__iexact=asked["person"]).first() if asked["person"] else None
    return tables.take_time_off(actor=actor, lines=lines, person=person)
