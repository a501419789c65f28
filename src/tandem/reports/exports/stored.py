"""Large exports: made by a job, kept for a day, handed to who asked for them and to nobody else."""

import contextlib
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.collaboration.actions.jobs import Progress
from tandem.collaboration.models import Job
from tandem.kit.errors import Hidden
from tandem.people.models import Space
from tandem.reports.exports import sheets
from tandem.reports.queries import work_item_table

KIND = "reports.export"
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
        target = path_of(job)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_suffix(".part")
        try:
            rows = work_item_table.cells(found, lambda done, total: progress.step("rows", done, total))
            sheets.write_xlsx(draft, _("Work items"), work_item_table.heads(found), rows)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return f"/exports/{job.pk}/"


def path_of(job: Job) -> Path:
    """The name holds the version of the owner's access: a file from before a change of rights is found no more."""
    assert job.owner is not None
    return _folder() / f"{job.pk}-{job.owner_id}-{job.owner.access_version}.xlsx"


def forget_old() -> None:
    before = time.time() - _KEPT_SECONDS
    for path in _folder().glob("*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "exports"
