"""`tandem import FILE…`: the wizard's way without a browser. Returns the exit code.

0 everything was taken over (or would be) · 1 a file was refused, with the reason and the place · 3 a question must be
answered first: `--map` takes a JSON file with the answers.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.exchange import mapping as answering
from tandem.exchange import project_reports, wording
from tandem.exchange.actions import imports
from tandem.exchange.apply import Options, apply
from tandem.exchange.feedback import product_parent
from tandem.exchange.formats import Source, Unreadable, detect, open_source
from tandem.exchange.preview import preview
from tandem.exchange.taking_over.target import default_parent
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, require
from tandem.people.models import Membership, Role, Space, User

DONE, REFUSED, ASKED = 0, 1, 3
_ASIDE = {"timezone"}  # asked in the wizard; here the zone of the installation is taken, and said


def run(
    files: Iterable[Path],
    *,
    format: str = "auto",
    into: str | None = None,
    mapping: Path | None = None,
    dry_run: bool = False,
    report: Path | None = None,
    date_order: str | None = None,
    timezone: str | None = None,
    as_of: date | datetime | None = None,
    feedback: bool = False,
    actor: str | None = None,
) -> int:
    """Each file is an import of its own; pages of one Jira CSV export belong together."""
    try:
        person = _person(actor)
        space = _space(into, person)
        answers = _answers(mapping, date_order=date_order, timezone=timezone, as_of=as_of, kind="feedback" if feedback else None)
        groups = _groups([Path(file) for file in files])
    except (Refused, Denied, Hidden, Unreadable, ValueError, OSError) as problem:
        click.echo(_worded(problem), err=True)
        return REFUSED
    results = [_take(group, person, space, answers, format, dry_run) for group in groups]
    if report is not None:
        reports = [shown for _code, shown in results]
        whole = reports[0] if len(reports) == 1 else {"imports": reports}
        Path(report).write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return max(code for code, _shown in results)


def _take(
    files: list[Path], person: User, space: Space | None, answers: dict[str, Any], form: str, dry_run: bool
) -> tuple[int, dict[str, Any]]:
    name = ", ".join(file.name for file in files)
    try:
        source = open_source(files, form, imports.options_for(space, answers))
        open_questions = [q for q in answering.questions_of(source, answers) if q["code"] not in _ASIDE]
        if open_questions:
            _ask(name, open_questions)
            return ASKED, {"file": name, "questions": open_questions}
        shown = _write(source, name, person, space, answers, dry_run)
    except Unreadable as problem:
        click.echo(f"{name}: {_worded(problem)}", err=True)
        return REFUSED, {"file": name, "refused": _worded(problem), **wording.problem_of(problem)}
    except (Refused, Denied, Hidden) as problem:
        click.echo(f"{name}: {_worded(problem)}", err=True)
        if getattr(problem, "code", "") == "import_doubtful":
            doubts = _write(source, name, person, space, answers, True)["doubts"]
            _ask_which(doubts)
            return ASKED, {"file": name, "questions": [{"code": "doubtful", **one} for one in doubts]}
        return REFUSED, {"file": name, "refused": _worded(problem), "code": getattr(problem, "code", "denied")}
    _tell(name, shown)
    return DONE, {"file": name, **shown}


def _write(
    source: Source, name: str, person: User, space: Space | None, answers: dict[str, Any], dry_run: bool
) -> dict[str, Any]:
    home = space or (product_parent(person) if answers.get("kind") == "feedback" else default_parent(person))
    options = Options(
        zone=answering.zone_of(answers), into=space, name=answers.get("name", ""), kind=answers.get("kind", ""),
        as_of=answering.as_of(answers), parent=None if space else home, offers=answers.get("offers", {}),
        resources=answers.get("resources", {}), currency=answers.get("currency", ""),
    )  # fmt: skip
    imported = imports.take_up(
        actor=person, space=home, into=space, source=source, name=name, answers=answers
    )
    is_done = False
    try:
        shown = (preview if dry_run else apply)(source, actor=person, imported=imported, options=options, step=_step)
        is_done = not dry_run
    finally:
        if not is_done:
            imported.delete()
    return shown | {"dry_run": dry_run}


def _step(phase: str, done: int, total: int) -> None:
    if phase == "items" and done:
        click.echo(_("%(count)s items read") % {"count": done}, err=True)


def _person(email: str | None) -> User:
    if email:
        found = User.objects.active().filter(email__iexact=email, is_placeholder=False).first()
        if found is None:
            raise Refused("person_unknown", email=email)
        return found
    roles = Membership.objects.filter(space__parent=None, role=Role.ADMINISTRATOR, user__is_active=True)
    first = roles.order_by("id").select_related("user").first()
    if first is None:
        raise Refused("not_set_up")
    return first.user


def _space(key: str | None, person: User) -> Space | None:
    if not key:
        return None
    found = Space.objects.visible_to(person).filter(key__iexact=key).first()
    if found is None:
        raise Refused("space_unknown", key=key)
    require(person, Permission.IMPORT, found.pk)
    return found


def _answers(file: Path | None, **given: Any) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if file is not None:
        said = answering.checked(json.loads(Path(file).read_text(encoding="utf-8-sig")))
    found = answering.checked({**said, **{key: value for key, value in given.items() if value is not None}})
    day = answering.as_of(found)
    return {**found, "as_of": day.isoformat()} if day else found


def _groups(files: list[Path]) -> list[list[Path]]:
    kinds = []
    for file in files:
        try:
            kinds.append(detect(file))
        except Unreadable:
            kinds.append("")  # said when its turn comes
    if len(files) > 1 and set(kinds) == {"jira-csv"}:
        return [files]
    return [[file] for file in files]


def _ask(name: str, questions: list[dict[str, Any]]) -> None:
    for question in questions:
        if question["code"] == "date_order":
            text = _(
                "%(file)s: the dates of the column %(column)s can be read in two ways (%(examples)s). "
                'Answer in a file for --map: {"date_order": "dmy"} or {"date_order": "mdy"}.'
            )
            values = {"column": question["column"], "examples": ", ".join(question["examples"])}
        elif question["code"] == "as_of":
            text, values = _("%(file)s: the reports do not say of which day they are. Say it with --as-of."), {}
        else:
            text = _(
                "%(file)s: no column is recognisably the title. Say in a file for --map what each column is, "
                "for example: %(example)s"
            )
            values = {"example": json.dumps({"columns": question["suggestion"]}, ensure_ascii=False)}
        click.echo(text % {"file": name, **values}, err=True)


def _ask_which(doubts: list[dict[str, Any]]) -> None:
    """The answers as they may be put into the file for `--map`."""
    for one in doubts:
        known = " · ".join(f"{c['id']}: {c['name']} ({c['department']})" for c in one["candidates"])
        click.echo(f"  {one['name']} ({one['department']}) → {known}", err=True)
    example = {"offers": {"same": {one["key"]: one["candidates"][0]["id"] for one in doubts}}}
    text = _("Answer in a file for --map with the number of the project, or with “new”: %(example)s")
    click.echo(text % {"example": json.dumps(example, ensure_ascii=False)}, err=True)


def _tell(name: str, shown: dict[str, Any]) -> None:
    if shown.get("kind") == project_reports.KIND:
        _tell_reports(name, shown)
        return
    into, count = shown["into"], shown["facts"]["items"]
    head = _("%(file)s: %(count)s items would come into %(space)s.") if shown["dry_run"] else _(
        "%(file)s: %(count)s items are in %(space)s."
    )  # fmt: skip
    click.echo(head % {"file": name, "count": count, "space": f"{into['name']} ({into['key']})"})
    figures = {key: shown[key] for key in ("created", "updated", "unchanged")}
    click.echo("  " + _("%(created)s created, %(updated)s updated, %(unchanged)s unchanged") % figures)
    for one in shown.get("costs", {}).get("sums", ()):
        click.echo("  " + _("Costs: %(lines)s lines, planned %(planned)s %(currency)s, actual %(actual)s %(currency)s") % {"lines": shown["costs"]["lines"], **one})
    _tell_rest(shown)


def _tell_reports(name: str, shown: dict[str, Any]) -> None:
    text = _("%(file)s: %(reports)s reports of %(projects)s projects would come into %(space)s.") if shown["dry_run"] else _(
        "%(file)s: %(reports)s reports of %(projects)s projects are in %(space)s."
    )  # fmt: skip
    facts, into = shown["facts"], shown["into"]
    click.echo(text % {"file": name, "reports": facts["items"], "projects": facts["projects"], "space": f"{into['name']} ({into['key']})"})
    figures = {key: shown[key] for key in ("created", "updated", "unchanged")}
    click.echo("  " + _("%(created)s created, %(updated)s updated, %(unchanged)s unchanged") % figures)
    click.echo("  " + _("%(found)s projects recognised again, %(opened)s opened") % shown["projects"])
    _tell_rest(shown)
    if shown["doubts"]:
        _ask_which(shown["doubts"])


def _tell_rest(shown: dict[str, Any]) -> None:
    for note in shown["notes"]:
        click.echo("  " + wording.note(note["code"], note["params"]))
    if shown["as_of"]:
        click.echo("  " + wording.as_of(shown["as_of"], is_schedule=shown["is_schedule"]))
    if shown["not_taken_over"]:
        click.echo("  " + _("Not taken over:"))
        for row in shown["not_taken_over"]:
            click.echo(f"    {row['what']} × {row['count']}: {row['why']}" + (f" ({row['where']})" if row["where"] else ""))


def _worded(problem: Exception) -> str:
    if isinstance(problem, Unreadable):
        return wording.unreadable(problem.code, dict(problem.params), problem.where)
    if isinstance(problem, Refused):
        return words.refusal(problem.code, problem.params)
    if isinstance(problem, Denied):
        return _("You may not import there.")
    return _("There is no such space.") if isinstance(problem, Hidden) else str(problem)
