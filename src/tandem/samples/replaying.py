"""Loads the work: items with every passage, links, remarks, baselines, replanning."""

from datetime import timedelta
from functools import partial
from typing import Any

from tandem.collaboration.actions import comments
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project as ProjectRow
from tandem.samples import estimated, quarterly
from tandem.samples.backlog import BUG
from tandem.samples.placing import Place
from tandem.samples.records import Item, Project
from tandem.samples.sprinting import Sprinting
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import plans
from tandem.work.actions import baselines, links, work_items
from tandem.work.actions.replays import replay
from tandem.work.models import Assignment, Link, StateChange, WorkItem

DAY = 480
"""Working minutes of a day in the standard week."""


class Replay:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.world, self.timeline = place, place.world, timeline
        self.rows: dict[int, WorkItem] = {}

    def run(self) -> None:
        for project in self.world.projects.values():
            self._project(project)
        self.timeline.tell(Sprinting(self.place, self.rows).run())
        self._ties()
        for remark in self.world.remarks:
            deed = partial(comments.add, actor=self.place.users[remark.by], subject=self.rows[remark.item], body=remark.text)
            self.timeline.add(remark.at, deed)

    def _project(self, project: Project) -> None:
        space = self.place.projects[project.code].space
        items = self.world.items_of(project.code)
        items.sort(key=lambda i: (i.created_at, i.id))
        for item in items:
            self.rows[item.id] = self._row(item)
        for rank, item in enumerate(sorted(items, key=_backlog_order), 1):
            self.rows[item.id].rank = rank * work_items.RANK_STEP
            if item.parent is not None:
                self.rows[item.id].parent = self.rows[item.parent]
        people = [
            Assignment(item=self.rows[i.id], user=self.place.users[i.assignee]) for i in items if i.assignee
        ]
        changes = [change for item in items for change in self._changes(item)]
        admin = self.place.users["admin"]
        rows = [self.rows[i.id] for i in items]
        self.timeline.tell(replay(actor=admin, space=space, items=rows, assignments=people, changes=changes))
        if project.plan:
            self._plan(project, items)
        else:
            quarterly.plan(self.place, self.timeline, project, items, self.rows)
        if project.ended_on:
            row = self.place.projects[project.code]
            self.timeline.add(at(project.ended_on, 17), partial(self._end, row))

    def _row(self, item: Item) -> WorkItem:
        types, states = self.place.types[item.project], self.place.states[item.project]
        touched = max(item.passages[-1].at, item.removed_at or item.passages[-1].at)
        row = WorkItem(
            title=item.title, type=types[item.kind], state=states[item.state], created_at=item.created_at,
            reporter=self.place.users[item.by], priority=item.priority, labels=item.labels, due_on=item.due_on,
            estimate_points=item.points, actual_start=item.started_at, actual_finish=item.finished_at,
            removed_at=item.removed_at, updated_at=touched, is_milestone=item.is_milestone, is_summary=item.is_summary,
            percent_complete=item.percent,
        )  # fmt: skip
        project = self.world.projects[item.project]
        if known := estimated.hours(item, project.team, self.world.as_of, BUG):
            row.estimate_minutes, row.spent_minutes = known
        if item.planned:
            row.planned_start, row.planned_finish = item.planned
            row.duration_minutes = None if item.is_summary else (item.days or 0) * DAY
        return row

    def _changes(self, item: Item) -> list[StateChange]:
        states = self.place.states[item.project]
        found, before = [], None
        for passage in item.passages:
            found.append(
                StateChange(
                    item=self.rows[item.id], from_state=before, to_state=states[passage.state], at=passage.at,
                    by=self.place.users[passage.by],
                )
            )
            before = states[passage.state]
        return found

    def _ties(self) -> None:
        planned: dict[str, list[Link]] = {}
        for tie in self.world.ties:
            source, target = self.rows[tie.source], self.rows[tie.target]
            if tie.kind == "blocks":
                self.timeline.add(tie.at, partial(self._block, source, target))
            else:
                code = self.world.items[tie.source].project
                row = Link(space=source.space, source=source, target=target, kind=tie.kind, lag_minutes=tie.lag_days * DAY)
                row.created_at = tie.at
                planned.setdefault(code, []).append(row)
        for code, rows in planned.items():
            manager = self.place.users[self.world.projects[code].manager]
            deed = partial(links.create_many, actor=manager, space=self.place.projects[code].space, links=rows)
            self.timeline.add(rows[0].created_at + timedelta(minutes=30), deed)

    def _block(self, source: WorkItem, target: WorkItem) -> None:
        """The PMO draws links between teams: each team sees only its own work."""
        if not Link.objects.filter(source=source, target=target, kind="blocks").exists():
            links.create(actor=self.place.users["lead"], source=source, target=target, kind="blocks")

    def _plan(self, project: Project, items: list[Item]) -> None:
        manager = self.place.users[project.manager]
        space = self.place.projects[project.code].space
        begun = at(project.starts_on)
        approved = self.place.say(plans.APPROVED)
        self.timeline.add(begun, partial(baselines.take, actor=manager, space=space, name=approved))
        if project.replanned_on is None:
            return
        moment = at(project.replanned_on, 16)
        for item in items:
            if item.replanned and item.replanned != item.planned:
                start, finish = item.replanned
                deed = partial(_change, manager, self.rows[item.id], planned_start=start, planned_finish=finish)
                self.timeline.add(moment, deed)
        name = self.place.say(plans.REPLANNED)
        self.timeline.add(moment, partial(baselines.take, actor=manager, space=space, name=name))

    def _end(self, row: ProjectRow) -> None:
        projects.change(actor=row.owner, project=row, version=None, state=ProjectRow.State.DONE)


def _change(actor: Any, row: WorkItem, **values: Any) -> None:
    touched = row.updated_at
    work_items.change(actor=actor, item=row, version=None, **values)
    row.updated_at = touched


def _backlog_order(item: Item) -> tuple[Any, ...]:
    return (999 if item.feature is None else item.feature, item.is_milestone and 0, item.id)
