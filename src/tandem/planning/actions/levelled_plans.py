"""Asking for a better levelled plan."""

from typing import Any

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.kit.errors import Hidden
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.planning.stale import SEARCH


def search(*, actor: Any, title: str) -> Job:
    """The plan is one for the whole organisation: whoever changes its portfolios may ask. One search at a time."""
    root = Space.objects.root()
    if root is None:
        raise Hidden
    require(actor, Permission.EDIT_PORTFOLIO, root.pk)
    running = Job.objects.filter(kind=SEARCH).running().order_by("-id").first()
    return running or jobs.start(actor=actor, space=root, kind=SEARCH, title=title)


def running(actor: Any) -> Job | None:
    """The search that runs now, if the person may see it."""
    return Job.objects.visible_to(actor).filter(kind=SEARCH).running().order_by("-id").first()  # type: ignore[no-any-return]
