"""Jira's XML (RSS 0.92) export of a search, streamed item by item; dates have offsets, texts are HTML."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from tandem.exchange.formats.jira_fields import LinksOnce
from tandem.exchange.formats.jira_xml_fields import (
    COMPUTED,
    custom,
    due,
    fields,
    identity,
    minutes,
    points,
    rank,
    sprints,
    texts,
    values,
)
from tandem.exchange.formats.moments import parse_datetime
from tandem.exchange.formats.source import ReadOptions, Source, Unreadable, clean, digest, number
from tandem.exchange.formats.states import category_from_key, category_from_name, guess_category, type_level
from tandem.exchange.formats.xml_stream import elements
from tandem.exchange.records import (
    AttachmentRecord,
    Category,
    CommentRecord,
    ItemRecord,
    LabelRecord,
    PersonRecord,
    ProjectRecord,
    Record,
    SourceInfo,
    SprintRecord,
    StateRecord,
    TypeRecord,
    VersionRecord,
)

_NOBODY = ("-1", "")
_READ = {
    "title", "link", "project", "description", "environment", "key", "summary", "type", "priority", "status",
    "statusCategory", "resolution", "assignee", "reporter", "labels", "created", "updated", "resolved",
    "due", "votes",
    "attachments", "subtasks", "customfields", "issuelinks", "comments", "component", "fixVersion",
    "version", "parent",
    "timeoriginalestimate", "timeestimate", "timespent", "security",
}  # fmt: skip
_WHY = {"watches": "personal", "worklogs": "time_entries"}


class JiraXml(Source):
    system = "jira"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, "jira-xml", options)
        self._people: dict[str, PersonRecord] = {}
        self._types: dict[str, int] = {}
        self._states: dict[str, Category | None] = {}
        self._sprints: dict[str, str] = {}
        self._versions: dict[str, None] = {}
        self._labels: dict[str, None] = {}
        self._projects: dict[str, ProjectRecord] = {}
        self._ids: dict[str, str] = {}
        self._parents: dict[str, str] = {}  # sub-task's id → its parent's, as the parents list them
        self._name, self._total = path.stem, 0
        for element in elements(path, {"item", "issue"}, also={"title"}):
            if element.tag == "item":
                self._survey(element)
            elif element.tag == "issue":
                self._total = int(number(element.get("total") or "") or 0)
            elif element.text and not self._ids:
                self._name = clean(element.text)
        if not self._ids:
            raise Unreadable("no_rows")
        if self._total > len(self._ids):
            self.note("part_of_more", count=len(self._ids), total=self._total)
        if guessed := [state for state, category in self._states.items() if category is None]:
            self.note("categories_guessed", states=", ".join(guessed))

    @property
    def info(self) -> SourceInfo:
        return SourceInfo(
            system=self.system,
            name=self._name,
            format=self.format,
            timezone_known=True,
            notes=tuple(self.notes),
        )

    def _survey(self, item: Element) -> None:
        source_id, key = identity(item)
        self._ids[key] = source_id
        for child in item.findall("subtasks/subtask"):
            if child.get("id"):
                self._parents[child.get("id", "")] = source_id
        project = item.find("project")
        if project is not None:
            code = project.get("key") or clean(project.text)
            self._projects.setdefault(code, ProjectRecord(source_id=code, key=code, name=clean(project.text)))
        kind = item.find("type")
        name = clean(item.findtext("type"))
        is_below = kind is not None and item.find("parent") is not None
        self._types.setdefault(
            name, min(type_level(name), -1) if is_below and type_level(name) < 1 else type_level(name)
        )
        category = item.find("statusCategory")
        state = clean(item.findtext("status"))
        known = category_from_key(category.get("key", "")) if category is not None else None
        self._states[state] = known or self._states.get(state)
        for tag in ("assignee", "reporter"):
            self._person(item.find(tag))
        for comment in item.findall("comments/comment"):
            author = comment.get("author") or ""
            if author not in _NOBODY:
                self._people.setdefault(author, PersonRecord(source_id=author, name=author))
        for file in item.findall("attachments/attachment"):
            author = file.get("author") or ""
            if author not in _NOBODY:
                self._people.setdefault(author, PersonRecord(source_id=author, name=author))
        for version in item.findall("fixVersion"):
            self._versions.setdefault(clean(version.text))
        for label in item.findall("labels/label"):
            self._labels.setdefault(clean(label.text))
        for sprint_id, sprint in sprints(item):
            self._sprints.setdefault(sprint_id, sprint)

    def _person(self, element: Element | None) -> str | None:
        if element is None:
            return None
        source_id = element.get("accountid") or element.get("username") or ""
        if source_id in _NOBODY:
            return None
        name = clean(element.text) or source_id
        known = self._people.get(source_id)
        if known is None or known.name == source_id:
            self._people[source_id] = PersonRecord(
                source_id=source_id, name=name, email=source_id if "@" in source_id else ""
            )
        return source_id

    def _read(self) -> Iterator[Record]:
        yield from self._projects.values()
        yield from self._people.values()
        for place, (state, category) in enumerate(self._states.items()):
            answer = category_from_name(self.options.categories.get(state, "")) or category
            yield StateRecord(
                name=state, category=answer or guess_category(state), rank=place, is_guessed=answer is None
            )
        yield from (TypeRecord(name=name, level=level) for name, level in self._types.items())
        yield from (SprintRecord(source_id=key, name=name) for key, name in self._sprints.items())
        yield from (VersionRecord(name=name) for name in self._versions)
        yield from (LabelRecord(name=name) for name in self._labels)
        links, seen = LinksOnce(), set[str]()
        for item in elements(self.path, {"item"}):
            source_id, key = identity(item)
            if source_id in seen:
                self._tally.add(key, "duplicate")
                continue
            seen.add(source_id)
            yield self._item(item, source_id, key)
            yield from self._notes_and_files(item, source_id, key)
            yield from self._links(item, source_id, links)
            self._report(item, key)

    def _item(self, item: Element, source_id: str, key: str) -> ItemRecord:
        parent, outside, epic = self._parent(item, source_id, key)
        project = item.find("project")
        assignee = self._person(item.find("assignee"))
        return ItemRecord(
            source_id=source_id, key=key, project=project.get("key", "") if project is not None else "",
            title=clean(item.findtext("summary")), url=clean(item.findtext("link")),
            description=clean(item.findtext("description")), description_format="html",
            type=clean(item.findtext("type")), state=clean(item.findtext("status")),
            priority=clean(item.findtext("priority")),
            resolution=_resolution(item.find("resolution")),
            parent_source_id=parent, parent_outside=outside, epic=epic,
            assignees=(assignee,) if assignee else (), reporter=self._person(item.find("reporter")),
            created=parse_datetime(item.findtext("created") or ""),
            updated=parse_datetime(item.findtext("updated") or ""),
            resolved=parse_datetime(item.findtext("resolved") or ""),
            due=due(item), estimate_points=points(item),
            estimate_minutes=minutes(item, "timeoriginalestimate"),
            remaining_minutes=minutes(item, "timeestimate"),
            spent_minutes=minutes(item, "timespent"),
            labels=texts(item, "labels/label"), components=texts(item, "component"),
            versions=texts(item, "fixVersion"), sprints=tuple(key for key, _ in sprints(item)),
            fields=fields(item), rank=rank(item),
        )  # fmt: skip

    def _parent(self, item: Element, me: str, key: str) -> tuple[str | None, str, str]:
        epic = next((value for field in custom(item, "gh-epic-link") for value in values(field)), "")
        for named in filter(None, [clean(item.findtext("parent")), epic]):
            if (found := self._ids.get(named)) and found != me:
                return found, "", epic
        if me in self._parents:
            return self._parents[me], "", epic
        outside = clean(item.findtext("parent")) or epic
        if outside:
            self._tally.add("parent", "outside_parent", key)
        return None, outside, epic

    def _notes_and_files(self, item: Element, source_id: str, key: str) -> Iterator[Record]:
        for comment in item.findall("comments/comment"):
            author = comment.get("author") or ""
            body = clean(comment.text)
            yield CommentRecord(
                source_id=comment.get("id") or f"{source_id}:{digest(author, body)}", item=source_id,
                author=author if author not in _NOBODY else None,
                created=parse_datetime(comment.get("created") or ""), body=body, format="html",
            )  # fmt: skip
        for file in item.findall("attachments/attachment"):
            size = number(file.get("size") or "")
            yield AttachmentRecord(
                source_id=file.get("id") or f"{source_id}:{digest(file.get('name') or '')}", item=source_id,
                name=clean(file.get("name")), bytes=None if size is None else int(size),
                created=parse_datetime(file.get("created") or ""), author=file.get("author") or None,
            )  # fmt: skip
            self._tally.add("attachment", "not_contained", key)

    def _links(self, item: Element, source_id: str, links: LinksOnce) -> Iterator[Record]:
        for kind in item.findall("issuelinks/issuelinktype"):
            name = clean(kind.findtext("name"))
            for way in ("outward", "inward"):
                ends = kind.find(f"{way}links")
                said = "" if ends is None else clean(ends.get("description"))
                for other in kind.findall(f"{way}links/issuelink/issuekey"):
                    inside = self._ids.get(clean(other.text))
                    link = links.link(source_id, way, inside or clean(other.text), inside is not None, name, said)
                    if link:
                        yield link

    def _report(self, item: Element, key: str) -> None:
        for child in item:
            if child.tag not in _READ and (clean(child.text) not in ("", "0") or len(child)):
                why = "roll_up" if child.tag.startswith("aggregate") else _WHY.get(child.tag, "no_place")
                self._tally.add(child.tag, why, key)
        for field in item.findall("customfields/customfield"):
            if any(part in (field.get("key") or "") for part in COMPUTED) and values(field):
                self._tally.add(clean(field.findtext("customfieldname")), "computed", key)


def _resolution(element: Element | None) -> str:
    """Nothing for the id -1, which Jira words as Unresolved in the reader's language."""
    return "" if element is None or element.get("id") == "-1" else clean(element.text)
