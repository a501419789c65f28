"""Jira's CSV export (all fields or current fields), one or several pages of it.

Two passes over the files: the first collects names, keys and the evidence for the order of dates, the second
yields. Multi-value fields are repeated columns, so cells are read by position. Dates have no zone and stay
without one.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tandem.exchange.formats.jira_fields import JiraHeader, LinksOnce
from tandem.exchange.formats.jira_rows import (
    People,
    Row,
    attachments,
    comments,
    custom,
    identity,
    jira_rows,
    one,
    project_key,
)
from tandem.exchange.formats.moments import OrderEvidence, parse_datetime, parse_moment
from tandem.exchange.formats.source import (
    AmbiguousDates,
    DateOrder,
    ReadOptions,
    Source,
    Unreadable,
    clean,
    number,
)
from tandem.exchange.formats.states import category_from_name, guess_category, type_level
from tandem.exchange.formats.tabular import settle_dialect
from tandem.exchange.records import (
    Category,
    ItemRecord,
    LabelRecord,
    Moment,
    ProjectRecord,
    Record,
    SourceInfo,
    SprintRecord,
    StateRecord,
    TypeRecord,
    VersionRecord,
)

_DATES = ("created", "updated", "resolved", "due", "start", "finish")
_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d+")


class JiraCsv(Source):
    system = "jira"

    def __init__(self, paths: Sequence[Path], options: ReadOptions) -> None:
        super().__init__(paths[0], "jira-csv", options)
        self._files = [(path, settle_dialect(path)) for path in paths]
        self._people = People()
        self._types: dict[str, None] = {}
        self._states: dict[str, Category | None] = {}
        self._sprints: dict[str, None] = {}
        self._versions: dict[str, None] = {}
        self._labels: dict[str, None] = {}
        self._projects: dict[str, ProjectRecord] = {}
        self._ids: dict[str, str] = {}  # key → source id
        self._source_ids: set[str] = set()
        evidence = OrderEvidence()
        self._survey(evidence)
        self._order: DateOrder | None = options.date_order or evidence.order
        if not self._order and (unsure := evidence.must_be_asked):
            self.questions.append(AmbiguousDates(*unsure))
        if evidence.order:
            self.note("date_order_from_file", order=evidence.order)
        if any(not dialect.is_strict for _, dialect in self._files):
            self.note("lenient_quotes")
        self._has_parents = any(
            name in self._fields for name in ("parent", "parent_id", "parent_key", "epic_link")
        )

    @property
    def info(self) -> SourceInfo:
        name = (
            ", ".join(project.name or project.key for project in list(self._projects.values())[:3])
            or self.path.stem
        )
        return SourceInfo(
            system=self.system, name=name, format=self.format, date_order=self._order,
            encoding=self._files[0][1].encoding, notes=tuple(self.notes),
        )  # fmt: skip

    # first pass

    def _survey(self, evidence: OrderEvidence) -> None:
        self._fields: set[str] = set()
        rows = 0
        for header, _, row in jira_rows(self._files):
            rows += 1
            self._fields.update(header.known)
            source_id, key = identity(header, row)
            if key:
                self._ids.setdefault(key, source_id)
            self._source_ids.add(source_id)
            self._survey_row(header, row)
            for name in _DATES:
                for column in header.known.get(name, ()):
                    evidence.look(name, row[column])
            for name in ("comment", "attachment"):
                for column in header.known.get(name, ()):
                    evidence.look(name, row[column].split(";", 1)[0])
        if not rows:
            raise Unreadable("no_rows")
        guessed = [state for state, category in self._states.items() if category is None]
        if guessed:
            self.note("categories_guessed", states=", ".join(guessed))

    def _survey_row(self, header: JiraHeader, row: Row) -> None:
        self._types.setdefault(one(header, row, "type"))
        state = one(header, row, "state")
        self._states[state] = category_from_name(one(header, row, "category")) or self._states.get(state)
        for target, name in (
            (self._sprints, "sprint"),
            (self._versions, "versions"),
            (self._labels, "labels"),
        ):
            for value in self._many(header, row, name):
                target.setdefault(value)
        for name in ("assignee", "reporter", "creator", "project_lead"):
            self._people.see(one(header, row, name), one(header, row, name + "_id"))
        watchers, ids = header.known.get("watcher", []), header.known.get("watcher_id", [])
        for at, column in enumerate(watchers):
            self._people.see(clean(row[column]), clean(row[ids[at]]) if at < len(ids) else "")
        for name in ("comment", "attachment"):
            for column in header.known.get(name, ()):
                parts = row[column].split(";", 2)
                if len(parts) == 3:
                    self._people.see(clean(parts[1]), "")
        project = project_key(header, row)
        if project not in self._projects:
            lead = one(header, row, "project_lead_id") or self._people.known(one(header, row, "project_lead"))
            self._projects[project] = ProjectRecord(
                source_id=project, key=project, name=one(header, row, "project_name"), lead=lead or None,
                description=one(header, row, "project_description"),
            )  # fmt: skip

    # second pass

    def _read(self) -> Iterator[Record]:
        yield from self._projects.values()
        yield from self._people
        for rank, (state, category) in enumerate(self._states.items()):
            answer = category_from_name(self.options.categories.get(state, "")) or category
            yield StateRecord(
                name=state, category=answer or guess_category(state), rank=rank, is_guessed=answer is None
            )
        yield from (TypeRecord(name=name, level=type_level(name)) for name in self._types)
        yield from (SprintRecord(source_id=name, name=name) for name in self._sprints)
        yield from (VersionRecord(name=name) for name in self._versions)
        yield from (LabelRecord(name=name) for name in self._labels)
        seen: set[str] = set()
        links = LinksOnce()
        from_titles = 0
        for header, where, row in jira_rows(self._files, self._tally):
            source_id, key = identity(header, row)
            if source_id in seen:
                self._tally.add(key or source_id, "duplicate", where)
                continue
            seen.add(source_id)
            item, by_title = self._item(header, row, source_id, key, where)
            from_titles += by_title
            yield item
            yield from comments(header, row, source_id, self._people, self._order)
            for attachment in attachments(header, row, source_id, self._people, self._order):
                yield attachment
                self._tally.add("Attachment", "not_contained", where)
            for column, way, name in header.links:
                if other := clean(row[column]):
                    inside = self._inside(other)
                    link = links.link(source_id, way, inside or other, bool(inside), name)
                    if link:
                        yield link
            self._report_ignored(header, row, where)
        if from_titles:
            self.note("parents_from_titles", count=from_titles)

    def _item(
        self, header: JiraHeader, row: Row, source_id: str, key: str, where: str
    ) -> tuple[ItemRecord, bool]:
        at = {name: self._moment(header, row, name, where) for name in _DATES}
        title = one(header, row, "title")
        parent, outside, epic = self._parent(header, row, source_id, where)
        by_title = False
        if not self._has_parents and type_level(one(header, row, "type")) < 0:
            first, _, rest = title.partition(" ")
            if _KEY.fullmatch(first) and rest:
                parent = self._inside(first)
                by_title = parent is not None
                title, outside = (rest.strip(), "") if parent else (title, first)
                if outside:
                    self._tally.add("Parent", "outside_parent", where)
        item = ItemRecord(
            source_id=source_id, key=key, project=project_key(header, row), title=title,
            description=one(header, row, "description"), description_format="jira-wiki",
            type=one(header, row, "type"), state=one(header, row, "state"),
            priority=one(header, row, "priority"), resolution=one(header, row, "resolution"),
            parent_source_id=parent, parent_outside=outside, epic=epic,
            assignees=tuple(filter(None, [self._who(header, row, "assignee")])),
            reporter=self._who(header, row, "reporter"), creator=self._who(header, row, "creator"),
            watchers=self._watchers(header, row),
            created=at["created"], updated=at["updated"], resolved=at["resolved"],
            due=at["due"], start=at["start"], finish=at["finish"],
            estimate_points=self._number(header, row, "points", where),
            estimate_minutes=self._minutes(header, row, "estimate", where),
            remaining_minutes=self._minutes(header, row, "remaining", where),
            spent_minutes=self._minutes(header, row, "spent", where),
            labels=self._many(header, row, "labels"), components=self._many(header, row, "components"),
            versions=self._many(header, row, "versions"), sprints=self._many(header, row, "sprint"),
            fields=custom(header, row), rank=one(header, row, "rank") or None,
        )  # fmt: skip
        return item, by_title

    def _parent(self, header: JiraHeader, row: Row, me: str, where: str) -> tuple[str | None, str, str]:
        """Parent inside the file, key of one outside, epic: Parent (an id), Parent key, Parent id,
        Epic Link.
        """
        epic = one(header, row, "epic_link")
        named = ""
        for name in ("parent", "parent_key", "parent_id", "epic_link"):
            if value := one(header, row, name):
                found = self._inside(value)
                if found == me:
                    self._tally.add(value, "own_parent", where)
                elif found:
                    return found, "", epic
                named = named or value
        named = one(header, row, "parent_key") or named
        if named:
            self._tally.add("Parent", "outside_parent", where)
        return None, named, epic

    def _inside(self, key_or_id: str) -> str | None:
        return key_or_id if key_or_id in self._source_ids else self._ids.get(key_or_id)

    def _who(self, header: JiraHeader, row: Row, name: str) -> str | None:
        return self._people.see(one(header, row, name), one(header, row, name + "_id"))

    def _watchers(self, header: JiraHeader, row: Row) -> tuple[str, ...]:
        ids = [clean(row[column]) for column in header.known.get("watcher_id", ())]
        names = [self._people.known(clean(row[column])) for column in header.known.get("watcher", ())]
        return tuple(dict.fromkeys(filter(None, ids or names)))

    # cells

    def _moment(self, header: JiraHeader, row: Row, name: str, where: str) -> Moment | None:
        text = one(header, row, name)
        found = (
            parse_moment(text, self._order)
            if name in ("due", "start", "finish")
            else parse_datetime(text, self._order)
        )
        if text and found is None:
            self._tally.add(name, "unreadable_date", f"{where}: {text[:30]}")
        return found

    def _number(self, header: JiraHeader, row: Row, name: str, where: str) -> float | None:
        text = one(header, row, name)
        found = number(text)
        if text and found is None:
            self._tally.add(name, "unreadable_number", f"{where}: {text[:30]}")
        return found

    def _minutes(self, header: JiraHeader, row: Row, name: str, where: str) -> float | None:
        seconds = self._number(header, row, name, where)
        return None if seconds is None else seconds / 60

    @staticmethod
    def _many(header: JiraHeader, row: Row, name: str) -> tuple[str, ...]:
        values = (clean(row[column]) for column in header.known.get(name, ()))
        return tuple(dict.fromkeys(value for value in values if value))

    def _report_ignored(self, header: JiraHeader, row: Row, where: str) -> None:
        for column, (name, why) in header.ignored.items():
            if row[column].strip():
                self._tally.add(name, why, where)
        for column in header.known.get("log_work", ()):
            if row[column].strip():
                self._tally.add("Log Work", "time_entries", where)
