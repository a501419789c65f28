"""Asking for the range of a plan."""

from typing import Any

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind

RANGE = "planning.range"
KINDS = (SpaceKind.PROJECT, SpaceKind.PROGRAMME, SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION)


def ask(*, actor: Any, space: Space, title: str) -> Job:
    """By who works in the space; while one runs it is that one."""
    require(actor, Permission.EDIT_WORK, space.pk)
    if space.kind not in KINDS:
        raise Refused("range_without_projects")
    return running(actor, space) or jobs.start(actor=actor, space=space, kind=RANGE, title=title, space_id=space.pk)


def running(actor: Any, space: Space) -> Job | None:
    """That which runs now, if the person may see it."""
    return Job.objects.visible_to(actor).filter(kind=RANGE, space=space).running().order_by("-id").first()  # type: ignore[no-any-return]
