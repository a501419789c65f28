"""All pages of a space as one archive: made by a job where they are many, kept for a day, handed to who asked for it and to nobody else."""

import zipfile
from typing import Any

from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.collaboration.actions.jobs import Progress
from tandem.collaboration.models import Job
from tandem.kit.errors import Hidden
from tandem.people.models import Space
from tandem.reports.exports import stored
from tandem.reports.queries import documents

KIND, ENDING = "reports.pages", ".zip"
_STEP = 20


def start(*, actor: Any, space: Space) -> Job:
    return jobs.start(actor=actor, space=space, kind=KIND, title=_("Pages of %(space)s") % {"space": space.name}, space_id=space.pk)


def carry_out(job: Job, progress: Progress) -> str:
    """What the owner sees of them; a killed worker leaves a draft, and the job begins again."""
    if job.owner is None or not job.owner.is_active:
        raise Hidden
    with stored.keeping(job, ENDING, [job.space_id]) as draft:
        write(draft, job.owner, job.space_id, progress)
    return f"/exports/{job.pk}/"


def write(target: Any, user: Any, space_id: int, progress: Progress | None = None) -> None:
    """One page after the other, never all texts in memory."""
    total = len(documents.tree(user, space_id)) if progress else 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, (name, text) in enumerate(documents.files(user, space_id), 1):
            archive.writestr(name, text)
            if progress and (done % _STEP == 0 or done == total):
                progress.step("pages", done, total)
