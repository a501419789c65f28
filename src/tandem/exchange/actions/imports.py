"""An import from the upload to the rows: receive, answer, preview, start. Only its owner goes on with it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.exchange import asking, mapping, project_reports, stored
from tandem.exchange.apply import Options, apply, no_step, without_costs
from tandem.exchange.formats import FORMATS, ReadOptions, Source, Unreadable
from tandem.exchange.formats.apart import Apart
from tandem.exchange.models import Import
from tandem.exchange.preview import preview as rolled_back
from tandem.exchange.taking_over.context import Step
from tandem.exchange.wording import problem_of
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind

_DO = Permission.IMPORT
S = Import.State
SMALL_REPORTS = 200 * 2**10
SMALL = 2 * 2**20  # a file up to here is read while its owner waits


def receive(
    *, actor: Any, space: Space, files: list[tuple[str, Iterable[bytes]]], into: Space | None = None, kind: str = ""
) -> Import:
    """Keep the files. `space` is where a new project (or product, of the kind `feedback`) would be opened, or `into` itself."""
    require(actor, _DO, (into or space).pk)
    if not files:
        raise Refused("file_missing", field="files")
    token = stored.store(files)
    names = ", ".join(name for name, _chunks in files)[:400]
    return _received(actor, Import(space=into or space, into=into, owner=actor, file_name=names, stored_as=token, options=mapping.checked({"kind": kind})))


def take_up(*, actor: Any, space: Space, into: Space | None, source: Source, name: str, answers: dict[str, Any]) -> Import:
    """For a file that lies where the server can read it, with its answers: it is neither stored nor asked about."""
    require(actor, _DO, (into or space).pk)
    row = Import(space=into or space, into=into, owner=actor, file_name=name[:400], format=source.format, options=answers)
    return _received(actor, row)


def _received(actor: Any, imported: Import) -> Import:
    with transaction.atomic():
        imported.save(force_insert=True)
        record("import.received", imported, actor=actor, text={"file_name": [None, imported.file_name]})
    return imported


def examine(*, actor: Any, imported: Import) -> Import:
    """Read the file once: what it is, whether it is whole, what must be asked."""
    _mine(actor, imported)
    try:
        with _source(imported) as source:
            questions = mapping.questions_of(source, imported.options) or asking.of_plan(source, actor=actor, space=imported.space, into=imported.into, answers=imported.options)
            report = {"name": source.info.name, "system": source.info.system, "columns": source.columns}
    except Unreadable as problem:
        return _refuse(imported, problem)
    state = S.QUESTIONS if questions else S.UPLOADED
    imported.write(expected=None, format=source.format, questions=questions, problem={}, report=report, state=state)
    return imported


def answer(*, actor: Any, imported: Import, version: int | None = None, **answers: Any) -> Import:
    """Take answers over those given before; the file is looked at again with them."""
    _mine(actor, imported)
    if imported.state == S.APPLIED:
        raise Refused("import_applied")
    options = mapping.checked({**imported.options, **answers})
    try:
        mapping.read_options(options)
    except Unreadable as problem:  # a wrong answer is no broken file
        raise Refused("import_answers", field="columns", what=str(problem.params.get("reason", ""))) from None
    imported.write(expected=version, options=options, questions=[], state=S.UPLOADED, job=None)
    return examine(actor=actor, imported=imported) if is_small(imported) else imported


def preview(*, actor: Any, imported: Import, step: Step = no_step) -> Import:
    """The report of a run that was undone. A file that breaks on the way is refused with its reason."""
    _mine(actor, imported)
    try:
        with _source(imported) as source:
            if mapping.questions_of(source, imported.options):
                raise Refused("import_questions")
            report = rolled_back(source, actor=actor, imported=imported, options=_options(imported), step=step)
    except Unreadable as problem:
        return _refuse(imported, problem)
    imported.refresh_from_db()
    report["columns"] = source.columns
    imported.write(expected=None, report=without_costs(report), costs=report.get("costs", {}), state=S.PREVIEWED, format=source.format, problem={})
    return imported


def preview_later(*, actor: Any, imported: Import) -> Job:
    """The same as a job, for files that take their time."""
    _mine(actor, imported)
    title = _("Look at %(file)s") % {"file": imported.file_name}
    return _queue(actor, imported, "exchange.preview", title)


def start(*, actor: Any, imported: Import, **answers: Any) -> Job:
    """Queue the import as previewed."""
    _mine(actor, imported)
    if imported.state != S.PREVIEWED:
        raise Refused("import_applied" if imported.state == S.APPLIED else "import_questions")
    if imported.job is not None and imported.job.is_running:
        return imported.job
    same = answers.get("offers", {}).get("same", {})
    if doubts := [one for one in imported.report.get("doubts", []) if one["key"] not in same]:
        raise Refused("import_doubtful", count=len(doubts))
    if answers:
        imported.write(expected=None, options=mapping.checked({**imported.options, **answers}))
    return _queue(actor, imported, "exchange.apply", _("Import %(file)s") % {"file": imported.file_name})


def carry_out(*, imported: Import, step: Step = no_step) -> Import:
    """The import itself, as its owner. Once done it is not done again, however often the job is brought back."""
    actor = imported.owner
    if imported.state == S.APPLIED:
        return imported
    try:
        with _source(imported) as source:
            apply(source, actor=actor, imported=imported, options=_options(imported), step=step)
    except Unreadable as problem:
        return _refuse(imported, problem)
    except (Refused, Denied, Hidden) as problem:
        _failed(imported, {"code": getattr(problem, "code", "denied"), "params": getattr(problem, "params", {})})
        raise
    imported.refresh_from_db()
    stored.remove(imported)
    return imported


def discard(*, actor: Any, imported: Import) -> None:
    """Throw an import away that was not applied."""
    _mine(actor, imported)
    if imported.state == S.APPLIED:
        return
    with transaction.atomic():
        record("import.discarded", imported, actor=actor, text={"file_name": [imported.file_name, None]})
        imported.delete()
    stored.remove(imported)


def is_small(imported: Import) -> bool:
    """Of reports each row may open a project: fewer of them are small."""
    most = SMALL_REPORTS if imported.format in project_reports.FORMATS else SMALL
    return sum(path.stat().st_size for path in stored.files_of(imported)) <= most


def _mine(actor: Any, imported: Import) -> None:
    require(actor, Permission.VIEW, imported.space_id)
    if imported.owner_id != actor.pk:
        raise Denied(_DO)
    require(actor, _DO, imported.space_id)


def _source(imported: Import) -> Apart:
    files = stored.files_of(imported)
    if not files:
        raise Refused("import_file_gone")
    wanted = imported.format if imported.format in FORMATS else "auto"
    return Apart(files, wanted, options_for(imported.into, imported.options))


def options_for(into: Space | None, answers: dict[str, Any]) -> ReadOptions:
    """How the file is read. What goes into a portfolio or a programme are reports of projects, but for proposals."""
    is_portfolio = answers.get("kind") != "proposals" and into is not None and into.kind in (SpaceKind.PORTFOLIO, SpaceKind.PROGRAMME)
    return replace(mapping.read_options(answers), holds_reports=is_portfolio)


def _options(imported: Import) -> Options:
    answers = imported.options
    return Options(
        zone=mapping.zone_of(answers), into=imported.into, parent=None if imported.into else imported.space,
        name=answers.get("name", ""), kind=answers.get("kind", ""), as_of=mapping.as_of(answers), offers=answers.get("offers", {}),
        resources=answers.get("resources", {}), currency=answers.get("currency", ""), expected=imported.report.get("facts", {}).get("items", 0),
    )  # fmt: skip


def _queue(actor: Any, imported: Import, kind: str, title: str) -> Job:
    with transaction.atomic():
        job = jobs.start(actor=actor, space=imported.space, kind=kind, title=title[:300], import_id=imported.pk)
        imported.write(expected=None, job=job)
    return job


def _refuse(imported: Import, problem: Unreadable) -> Import:
    imported.refresh_from_db()
    imported.write(expected=None, state=S.REFUSED, problem=problem_of(problem), report={})
    _failed(imported, imported.problem)
    return imported


def _failed(imported: Import, problem: dict[str, Any]) -> None:
    with transaction.atomic():
        Import.objects.filter(pk=imported.pk).update(problem=problem)
        record("import.failed", imported, actor=imported.owner, changes={"problem": [None, str(problem.get("code"))]})


def forget_old(days: int = 7) -> int:
    """Files of imports that nobody went on with."""
    from datetime import timedelta

    old = Import.objects.exclude(state=S.APPLIED).exclude(stored_as="").filter(created_at__lt=clock.now() - timedelta(days=days))
    for imported in old:
        stored.remove(imported)
        imported.write(expected=None, stored_as="")
    return len(old)
