"""Rows of Jira CSV files, as wide as their header, and what single cells of them hold."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tandem.exchange.formats.jira_fields import JiraHeader, is_jira_header, read_header
from tandem.exchange.formats.moments import parse_moment
from tandem.exchange.formats.source import DateOrder, Tally, Unreadable, clean, digest
from tandem.exchange.formats.tabular import Dialect, csv_rows
from tandem.exchange.records import AttachmentRecord, CommentRecord, PersonRecord, Value

_NOBODY = {"unassigned", "-1", "anonymous", "未分配", "nicht zugewiesen"}
_FOOTER = re.compile(r"generated at ", re.IGNORECASE)
Row = list[str]


def jira_rows(
    files: Sequence[tuple[Path, Dialect]], tally: Tally | None = None
) -> Iterator[tuple[JiraHeader, str, Row]]:
    """Rows as wide as their header, of all files; what is cut off or skipped is counted in the tally."""
    for path, dialect in files:
        header: JiraHeader | None = None
        for line, row in csv_rows(path, dialect):
            where = f"{path.name}, line {line}"
            if header is None:
                if is_jira_header(row) or len(row) > 3:
                    header = read_header(row)
                    if not header.has("title") and not header.has("key"):
                        raise Unreadable("no_jira_key", where)
                continue
            if not any(cell.strip() for cell in row):
                continue
            if _FOOTER.match(row[0]) and not any(cell.strip() for cell in row[1:]):
                if tally:
                    tally.add(clean(row[0])[:60], "footer", where)
                continue
            extra = [cell for cell in row[header.width :] if cell.strip()]
            if extra and tally:
                tally.add(extra[0][:60], "no_header", where, len(extra))
            row = (row + [""] * header.width)[: header.width]
            if not one(header, row, "title") and not one(header, row, "key"):
                if tally:
                    tally.add("row", "no_title", where)
                continue
            yield header, where, row


class People:
    """Who is named in the files: by account id, or by name where the export has no ids."""

    def __init__(self) -> None:
        self._people: dict[str, PersonRecord] = {}
        self._ids: dict[str, str] = {}  # name → account id

    def see(self, name: str, account_id: str = "") -> str | None:
        """Register a person and return the source id; None for nobody."""
        if (not name and not account_id) or name.lower() in _NOBODY or account_id in _NOBODY:
            return None
        source_id = account_id or self.known(name) or name
        if source_id not in self._people:
            email = name if "@" in name else ""
            self._people[source_id] = PersonRecord(source_id=source_id, name=name or source_id, email=email)
        if account_id and name:
            self._ids.setdefault(name, account_id)
            if self._people[source_id].name == source_id:
                self._people[source_id] = PersonRecord(source_id=source_id, name=name)
        return source_id

    def known(self, name: str) -> str | None:
        return self._ids.get(name) or (name if name in self._people else None)

    def __iter__(self) -> Iterator[PersonRecord]:
        """Each person once, also one who was met by name before the id was known."""
        return (person for key, person in self._people.items() if self._ids.get(key, key) == key)


def one(header: JiraHeader, row: Row, name: str) -> str:
    for column in header.known.get(name, ()):
        if value := clean(row[column]):
            return value
    return ""


def identity(header: JiraHeader, row: Row) -> tuple[str, str]:
    key = one(header, row, "key")
    return one(header, row, "id") or key or digest(
        one(header, row, "title"), one(header, row, "created")
    ), key


def project_key(header: JiraHeader, row: Row) -> str:
    key = one(header, row, "key")
    return one(header, row, "project_key") or (key.rsplit("-", 1)[0] if "-" in key else "")


def custom(header: JiraHeader, row: Row) -> dict[str, Value]:
    """Custom fields that have a value: one string, or a tuple where the column is repeated."""
    found: dict[str, Value] = {}
    for column, name in header.custom.items():
        value = clean(row[column])
        if value and (name, value) != ("Votes", "0"):
            before = found.get(name)
            if before is None:
                found[name] = value
            else:
                found[name] = (*(before if isinstance(before, tuple) else (str(before),)), value)
    return found


def comments(
    header: JiraHeader, row: Row, item: str, people: People, order: DateOrder | None
) -> Iterator[CommentRecord]:
    """`date;author;body`, only the first two semicolons divide; older exports write the body alone."""
    for column in header.known.get("comment", ()):
        if not (cell := row[column].strip()):
            continue
        parts = cell.split(";", 2)
        at = parse_moment(parts[0], order) if len(parts) == 3 else None
        if at is None:
            parts = ["", "", cell]
        yield CommentRecord(
            source_id=f"{item}:{digest(*parts)}", item=item, author=people.see(clean(parts[1])),
            created=at, body=clean(parts[2]), format="jira-wiki",
        )  # fmt: skip


def attachments(
    header: JiraHeader, row: Row, item: str, people: People, order: DateOrder | None
) -> Iterator[AttachmentRecord]:
    """`date;author;file name;address`, or the address alone."""
    for column in header.known.get("attachment", ()):
        if not (cell := clean(row[column])):
            continue
        parts = cell.split(";", 3)
        if len(parts) < 4:
            parts = ["", "", cell.rsplit("/", 1)[-1], cell]
        yield AttachmentRecord(
            source_id=f"{item}:{digest(cell)}", item=item, name=parts[2], url=parts[3],
            created=parse_moment(parts[0], order), author=people.see(parts[1]),
        )  # fmt: skip
