"""What the simulation hands over: plain records, without a database. Every moment is in UTC."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

TO_DO, READY, DOING, WAITING, REVIEW, DONE = range(6)
"""The states of the sample's workflow, in the order of `words.upkeep.STATES`."""


@dataclass
class Person:
    code: str
    name: str
    email: str
    role: str
    team: str = ""


@dataclass
class Passage:
    at: datetime
    state: int
    by: str


@dataclass
class Item:
    """`kind` is the index in the project's table of types. `effort` (focused days) is what only the simulation knows."""

    id: int
    project: str
    kind: int
    title: str
    created_at: datetime
    by: str
    parent: int | None = None
    feature: int | None = None
    effort: float = 0.0
    points: float | None = None
    priority: int | None = None
    labels: list[str] = field(default_factory=list)
    due_on: date | None = None
    passages: list[Passage] = field(default_factory=list)
    assignee: str = ""
    removed_at: datetime | None = None
    # of a plan only
    days: int | None = None
    planned: tuple[datetime, datetime] | None = None
    replanned: tuple[datetime, datetime] | None = None
    percent: int = 0
    is_milestone: bool = False
    is_summary: bool = False

    @property
    def state(self) -> int:
        return self.passages[-1].state

    @property
    def is_open(self) -> bool:
        return self.state != DONE and self.removed_at is None

    @property
    def started_at(self) -> datetime | None:
        return next((p.at for p in self.passages if p.state >= DOING), None)

    @property
    def finished_at(self) -> datetime | None:
        return self.passages[-1].at if self.state == DONE else None


@dataclass
class Tie:
    """One item bears on another."""

    source: int
    target: int
    kind: str
    at: datetime
    lag_days: int = 0


@dataclass
class Remark:
    item: int
    by: str
    at: datetime
    text: str


@dataclass
class Promise:
    """`subject` is ("feature", index) or ("release", index); `basis` is what was known on the day."""

    subject: tuple[str, int]
    to_whom: str
    date: date
    given_on: date
    by: str
    confidence: int
    basis: dict[str, Any]
    reason: str = ""
    replaced_by: "Promise | None" = None
    kept_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def is_open(self) -> bool:
        return self.replaced_by is None and self.kept_on is None and self.withdrawn_on is None


@dataclass
class Feature:
    index: int
    product: str
    project: str
    title: str
    team: str
    owner: str
    objective: int
    release: int | None = None
    broken_down_on: date | None = None
    started_on: date | None = None
    shipped_on: date | None = None
    epics: list[int] = field(default_factory=list)
    epic_dates: list[datetime] = field(default_factory=list)


@dataclass
class Release:
    index: int
    product: str
    name: str
    planned_on: date
    owner: str
    released_on: date | None = None
    cancelled_on: date | None = None


@dataclass
class Project:
    code: str
    name: str
    team: str
    under: str
    country: str
    manager: str
    plan: str
    starts_on: date
    ended_on: date | None = None
    replanned_on: date | None = None


@dataclass
class Organisation:
    """Everything there is, as of a day."""

    language: str
    began_on: date
    as_of: date
    people: dict[str, Person] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    features: list[Feature] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def items_of(self, project: str) -> list[Item]:
        return [item for item in self.items if item.project == project]

    def scope_of(self, feature: int) -> list[Item]:
        """What has to be done for the feature: its items without the epics and without what was taken out."""
        epics = set(self.features[feature].epics)
        return [i for i in self.items if i.feature == feature and i.id not in epics and i.removed_at is None]
