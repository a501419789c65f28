"""A Trello board export (JSON), streamed. Lists are states, cards items, actions comments and history.

Two walks: the first keeps what is small (lists, labels, members, fields, check lists, first and last moves),
the second yields cards, then comments and changes. When a card was made stands in the first eight digits of
its id.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tandem.exchange.formats.json_stream import entries
from tandem.exchange.formats.moments import parse_datetime
from tandem.exchange.formats.source import ReadOptions, Source, clean
from tandem.exchange.formats.states import category_from_name, guess_category
from tandem.exchange.formats.trello_cards import by_pos, checklist, field_value, label_name, left_out, made_at
from tandem.exchange.formats.trello_history import REST, History, card_of, comment_author
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
    StateChangeRecord,
    StateRecord,
    TypeRecord,
    Value,
)

Json = dict[str, Any]
_SMALL = ("lists", "labels", "members", "customFields", "checklists", "cards", "actions", "pluginData")


class Trello(Source):
    system = "trello"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, "trello", options)
        self._board: Json = {}
        self._lists: dict[str, Json] = {}
        self._labels: dict[str, Json] = {}
        self._people: dict[str, PersonRecord] = {}
        self._members: set[str] = set()
        self._definitions: dict[str, Json] = {}
        self._checklists: dict[str, list[Json]] = {}
        self._cards: set[str] = set()
        self._plugins: Counter[str] = Counter()
        self._history = History()
        open_in_closed = Counter[str]()
        for kind, entry in entries(path, _SMALL, scalars=True):
            if kind == "cards":
                self._cards.add(str(entry.get("id")))
                if not entry.get("closed"):
                    open_in_closed[str(entry.get("idList"))] += 1
            else:
                self._keep(kind, entry)
        self._forget_unseen_people()
        self._note_traps(open_in_closed)

    def _keep(self, kind: str, entry: Any) -> None:
        match kind:
            case "lists":
                self._lists[str(entry.get("id"))] = entry
            case "labels":
                self._labels[str(entry.get("id"))] = entry
            case "members":
                self._person(entry)
                self._members.add(clean(entry.get("id")))
            case "customFields":
                self._definitions[str(entry.get("id"))] = entry
            case "checklists":
                self._checklists.setdefault(str(entry.get("idCard")), []).append(entry)
            case "actions":
                self._history.look(entry)
                self._person(entry.get("memberCreator") or {})
            case "pluginData":
                self._plugins[str(entry.get("idPlugin"))] += 1
            case "id" | "name" | "desc" | "url" | "closed":
                self._board[kind] = entry

    def _person(self, member: Json) -> None:
        source_id = clean(member.get("id"))
        if source_id and source_id not in self._people:
            name = clean(member.get("fullName")) or clean(member.get("username")) or source_id
            self._people[source_id] = PersonRecord(
                source_id=source_id, name=name, is_active=member.get("memberType") != "deactivated"
            )

    def _forget_unseen_people(self) -> None:
        """Whoever only did housekeeping on the board and is no member of it does not come along."""
        kept = self._members | self._history.actors(self._cards)
        for missing in sorted(kept - self._people.keys()):
            self._people[missing] = PersonRecord(source_id=missing, name=missing, is_active=False)
        self._people = {key: person for key, person in self._people.items() if key in kept}

    def _note_traps(self, open_cards: Counter[str]) -> None:
        names = Counter(self._state(entry) for entry in self._lists.values())
        for name, times in names.items():
            if times > 1:
                self.note("states_merged", name=name)
        hidden = sum(open_cards[key] for key, entry in self._lists.items() if entry.get("closed"))
        if hidden:
            self.note("closed_lists", count=hidden)
        if names:
            self.note("categories_guessed", states=", ".join(names))
        if self._history.total >= 1000:
            self.note("history_capped")

    @property
    def info(self) -> SourceInfo:
        return SourceInfo(
            system=self.system, name=clean(self._board.get("name")) or self.path.stem, format=self.format,
            timezone_known=True, encoding="utf-8", notes=tuple(self.notes),
        )  # fmt: skip

    @staticmethod
    def _state(entry: Json) -> str:
        return clean(entry.get("name")) or "?"

    def _category(self, name: str) -> Category:
        return category_from_name(self.options.categories.get(name, "")) or guess_category(name)

    def _read(self) -> Iterator[Record]:
        board = clean(self._board.get("id")) or self.path.stem
        yield ProjectRecord(
            source_id=board, key="", name=self.info.name, description=clean(self._board.get("desc"))
        )
        yield from self._people.values()
        yield from self._state_records()
        yield TypeRecord(name="Card")
        labels = {label_name(label): clean(label.get("color")) for label in self._labels.values()}
        yield from (LabelRecord(name=name, color=color) for name, color in labels.items() if name)
        for _, card in entries(self.path, ("cards",)):
            yield self._item(card, board)
            yield from self._attachments(card)
            for what, why in left_out(card):
                self._tally.add(what, why, clean(card.get("name"))[:40])
        for _, action in entries(self.path, ("actions",)):
            yield from self._action(action)
        for plugin, count in self._plugins.items():
            self._tally.add(f"plug-in {plugin}", "no_place", count=count)

    def _state_records(self) -> Iterator[StateRecord]:
        seen: set[str] = set()
        for rank, entry in enumerate(
            sorted(self._lists.values(), key=lambda entry: float(entry.get("pos") or 0))
        ):
            name = self._state(entry)
            if name in seen:
                continue
            seen.add(name)
            limit = entry.get("softLimit")
            answered = category_from_name(self.options.categories.get(name, "")) is not None
            yield StateRecord(
                name=name, category=self._category(name), rank=rank, wip=int(limit) if limit else None,
                is_guessed=not answered, is_archived=bool(entry.get("closed")),
            )  # fmt: skip

    def _item(self, card: Json, board: str) -> ItemRecord:
        source_id = clean(card.get("id"))
        column = self._lists.get(str(card.get("idList")), {})
        state = self._state(column)
        resolved = parse_datetime(card.get("dateCompleted") or "")
        if resolved is None and self._category(state) == "done":
            resolved = self._history.last_move(source_id, str(card.get("idList")))
        labels = (
            [self._labels.get(str(key), {}) for key in card.get("idLabels") or ()] or card.get("labels") or []
        )
        return ItemRecord(
            source_id=source_id, key=str(card.get("idShort") or ""), project=board,
            title=clean(card.get("name")),
            description=clean(card.get("desc")), description_format="markdown", type="Card", state=state,
            assignees=tuple(str(key) for key in card.get("idMembers") or ()),
            reporter=self._history.maker(source_id), created=made_at(source_id),
            updated=parse_datetime(card.get("dateLastActivity") or ""), resolved=resolved,
            start=parse_datetime(card.get("start") or ""), due=parse_datetime(card.get("due") or ""),
            labels=tuple(dict.fromkeys(filter(None, (label_name(label) for label in labels)))),
            checklists=tuple(checklist(entry) for entry in by_pos(self._checklists.get(source_id, ()))),
            fields=self._fields(card), rank=float(card.get("pos") or 0),
            is_archived=bool(card.get("closed") or column.get("closed")), url=clean(card.get("url")),
        )  # fmt: skip

    def _fields(self, card: Json) -> dict[str, Value]:
        found: dict[str, Value] = {}
        if votes := card.get("idMembersVoted"):
            found["Votes"] = len(votes)
        if card.get("dueComplete"):
            found["Due complete"] = True
        for item in card.get("customFieldItems") or ():
            definition = self._definitions.get(str(item.get("idCustomField")))
            value = field_value(item, definition or {})
            if definition and value != "":
                found[clean(definition.get("name"))] = value
            elif value != "":
                self._tally.add("custom field", "dangling", clean(card.get("name"))[:40])
        return found

    def _attachments(self, card: Json) -> Iterator[Record]:
        for file in card.get("attachments") or ():
            yield AttachmentRecord(
                source_id=clean(file.get("id")), item=clean(card.get("id")),
                name=clean(file.get("name")) or clean(file.get("url")), url=clean(file.get("url")),
                bytes=file.get("bytes"), mime=clean(file.get("mimeType")),
                created=parse_datetime(file.get("date") or ""), author=self._known(file.get("idMember")),
            )  # fmt: skip
            if file.get("isUpload"):
                self._tally.add("attachment", "not_contained", clean(card.get("name"))[:40])

    def _action(self, action: Json) -> Iterator[Record]:
        kind, data, item = str(action.get("type")), action.get("data") or {}, card_of(action)
        at = parse_datetime(action.get("date") or "")
        source_id = clean(action.get("id"))
        if item not in self._cards:
            self._tally.add(kind, "deleted" if item else "board_event", clean(action.get("date")))
        elif kind in ("commentCard", "copyCommentCard"):
            yield CommentRecord(
                source_id=source_id, item=item, author=comment_author(action), created=at,
                body=clean(data.get("text")), format="markdown",
            )  # fmt: skip
        elif at and (kind == "createCard" or (kind == "updateCard" and data.get("listAfter"))):
            before, after = data.get("listBefore"), data.get("listAfter") or data.get("list")
            if after:
                yield StateChangeRecord(
                    source_id=source_id, item=item, from_state=self._list_name(before) if before else None,
                    to_state=self._list_name(after), at=at, by=self._known(action.get("idMemberCreator")),
                )  # fmt: skip
        elif kind not in REST:
            self._tally.add(kind, "no_place", clean(action.get("date")))

    def _list_name(self, entry: Json) -> str:
        """A list's name today if it still exists, so that its history stays with it; else its name then."""
        return self._state(self._lists.get(str(entry.get("id")), entry))

    def _known(self, member: Any) -> str | None:
        return str(member) if member in self._people else None
