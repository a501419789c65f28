"""A project follows a method: begun from it, taken up later, brought to a newer version, tailored with reasons."""

from datetime import date
from typing import Any

from django.db import transaction

from tandem.governance import method_content
from tandem.governance.actions import method_plan, pack_parts, pack_uses
from tandem.governance.method_content import Difference
from tandem.governance.models import MethodUse, MethodVersion
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.portfolio.models import Project
from tandem.work.actions import workflows
from tandem.work.actions.projects import open_project

_DO = Permission.EDIT_PLAN


def start_project(*, actor: Any, parent: Space, method_version: MethodVersion, name: str, starts_on: date, pack: str = "", **values: Any) -> Project:
    """A project with everything that the version says: states, phases, deliverables with their checklists, gates in the plan, roles; with
    what an industry pack asks, where one is named."""
    states = [(row["name"], row["category"]) for row in method_version.content["states"]]
    with transaction.atomic():
        project = open_project(actor=actor, parent=parent, name=name, starts_on=starts_on, with_workflow=not states, **values)
        if states:
            workflows.give_default(actor=actor, space=project.space, states=states)
        take_up(actor=actor, project=project, method_version=method_version, starts_on=starts_on)
        if pack:
            pack_uses.take(actor=actor, project=project, pack=pack)
    return project


def take_up(*, actor: Any, project: Project, method_version: MethodVersion, starts_on: date) -> MethodUse:
    """A project that follows none yet: phases, deliverables and gates come into its plan; its states stay as they are."""
    require(actor, _DO, project.space_id)
    _check_published(project, method_version)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
        if MethodUse.objects.current().filter(project=project).exists():
            raise Refused("method_followed_already")
        if project.gates.filter(pack="").exists():
            raise Refused("method_followed_before")
        use = _began(actor, project, method_version, starts_on)
        method_plan.Plan(actor, project, starts_on).make(method_version.content)
        pack_parts.place(actor=actor, project=project)
        record("project.follows_method", project, actor=actor, changes={"method_version": [None, method_version.pk], "starts_on": [None, starts_on]})
    return use


def upgrade(*, actor: Any, method_use: MethodUse, version: int | None, method_version: MethodVersion) -> MethodUse:
    """To a newer published version of the same method, all of its differences in one step. What was tailored stays as it was decided;
    what was passed or finished stays as it is."""
    require(actor, _DO, method_use.space_id)
    before, project = method_use.method_version, method_use.project
    if method_use.ended_at is not None or method_version.method_id != before.method_id or method_version.number <= before.number:
        raise Refused("method_no_newer", field="method_version_id")
    _check_published(project, method_version)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
        moment = clock.now()
        method_use.write(expected=version, ended_at=moment)
        use = _began(actor, project, method_version, method_use.starts_on)
        plan = method_plan.Plan(actor, project, method_use.starts_on)
        plan.follow(method_version.content, differences(before, method_version))
        pack_parts.place(actor=actor, project=project)
        record("project.upgraded_method", project, actor=actor, changes={"method_version": [before.pk, method_version.pk], **({"not_made": [None, ", ".join(plan.skipped)]} if plan.skipped else {})})
    return use


def differences(before: MethodVersion, after: MethodVersion) -> list[Difference]:
    return method_content.compared(before.content, after.content)


def _check_published(project: Project, version: MethodVersion) -> None:
    if version.published_at is None:
        raise Refused("method_unpublished", field="method_version_id")
    at: Space | None = project.space
    while at is not None and at.pk != version.space_id:
        at = at.parent
    if at is None:
        raise Refused("method_of_elsewhere", field="method_version_id")


def _began(actor: Any, project: Project, version: MethodVersion, starts_on: date) -> MethodUse:
    return MethodUse.objects.create(space_id=project.space_id, project=project, method_version=version, starts_on=starts_on, began_at=clock.now(), by=actor)
