"""Large exports: made by a job, kept for a day, handed to who asked for them and to nobody else."""

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.collaboration.actions.jobs import Progress
from tandem.collaboration.models import Job
from tandem.kit.errors import Hidden
from tandem.people.models import Space
from tandem.people.scoping import spaces_of
from tandem.reports.exports import sheets
from tandem.reports.queries import work_item_table

KIND, ENDING = "reports.export", ".xlsx"
_KEPT_SECONDS = 24 * 3600


def start(*, actor: Any, space: Space, query: str) -> Job:
    title = _("Export of work items")
    return jobs.start(actor=actor, space=space, kind=KIND, title=title, query=query, language=translation.get_language() or "en")


def carry_out(job: Job, query: str, language: str, progress: Progress) -> str:
    """Writes the file; a killed worker leaves one without its last name, and the job begins again."""
    if job.owner is None or not job.owner.is_active:
        raise Hidden
    with translation.override(language):
        found = work_item_table.asked(QueryDict(query), job.owner)
        with keeping(job, ENDING, spaces_of(job.owner)) as draft:
            rows = work_item_table.cells(found, lambda done, total: progress.step("rows", done, total))
            sheets.write_xlsx(draft, _("Work items"), work_item_table.heads(found), rows)
    return f"/exports/{job.pk}/"


@contextlib.contextmanager
def keeping(job: Job, ending: str, seen: Iterable[int]) -> Iterator[Path]:
    """A draft to write, which gets its name when it is whole; beside it the spaces that it tells of, noted before they are read."""
    target = path_of(job, ending)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_suffix(".part")
    try:
        _seen(job).write_bytes(orjson.dumps(sorted(seen)))
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
        if not target.exists():
            _seen(job).unlink(missing_ok=True)


def path_of(job: Job, ending: str) -> Path:
    return _folder() / f"{job.pk}-{job.owner_id}{ending}"


def may_open(job: Job) -> bool:
    """Whether the owner still sees every space that the file tells of."""
    assert job.owner is not None
    return set(orjson.loads(_seen(job).read_bytes())) <= spaces_of(job.owner)


def _seen(job: Job) -> Path:
    return path_of(job, ".json")


def forget_old() -> None:
    before = time.time() - _KEPT_SECONDS
    for path in _folder().glob("*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "exports"
