"""Issues of a GitHub repository as JSON, plain or gzip: the REST list and what `gh issue list --json` gives. Streamed twice.

Thumbs up are votes. An issue that was closed as a duplicate leads to the other one: by its reason, its label, or a
comment that says so ("Duplicate of #12").
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson
from ijson.common import ObjectBuilder

from tandem.exchange.formats.moments import parse_datetime
from tandem.exchange.formats.packed import PIECE, Bounded, opened
from tandem.exchange.formats.source import ReadOptions, Source, Unreadable, clean
from tandem.exchange.records import (
    CommentRecord,
    ItemRecord,
    LabelRecord,
    LinkRecord,
    PersonRecord,
    ProjectRecord,
    Record,
    SourceInfo,
    StateRecord,
    TypeRecord,
)

Json = dict[str, Any]
TYPE, OPEN, CLOSED, DUPLICATE, NOT_PLANNED = "Issue", "Open", "Closed", "Duplicate", "Not planned"
_REPOSITORY = re.compile(r"https://(?:github\.com|api\.github\.com/repos)/([\w.-]+/[\w.-]+)/issues/(\d+)")
_SAYS_DUPLICATE = re.compile(
    r"\b(?:duplicate of|duplicated by|dup(?:e)? of|closing (?:this )?(?:as|in favou?r of)(?: a)?(?: duplicate of)?|superseded by)\s*:?\s*"
    r"(?:https://github\.com/([\w.-]+/[\w.-]+)/issues/|([\w.-]+/[\w.-]+)?#)(\d+)",
    re.IGNORECASE,
)
_MAX_DEPTH = 40


def is_github(path: Path, is_packed: bool) -> bool:
    """Whether the first entry of the array is an issue."""
    first = next(iter(entries(path, is_packed)), None)
    return isinstance(first, dict) and {"number", "title"} <= first.keys() and bool({"url", "html_url"} & first.keys())


def entries(path: Path, is_packed: bool) -> Iterator[Any]:
    """Each entry of the array at the root."""
    builder: ObjectBuilder | None = None
    depth = 0
    try:
        with opened(path, is_packed) as file:
            for prefix, event, value in ijson.parse(Bounded(file), use_float=True, buf_size=PIECE):
                opens, closes = event in ("start_map", "start_array"), event in ("end_map", "end_array")
                depth += opens - closes
                if depth > _MAX_DEPTH:
                    raise Unreadable("too_deep")
                if prefix == "" and event not in ("start_array", "end_array"):
                    raise Unreadable("json_unknown", "/", keys="…")
                if builder is not None:
                    builder.event(event, value)
                    if closes and prefix == "item":
                        yield builder.value
                        builder = None
                elif event == "start_map" and prefix == "item":
                    builder = ObjectBuilder()
                    builder.event(event, value)
    except ijson.IncompleteJSONError as error:
        raise Unreadable("truncated") from error
    except ijson.JSONError as error:
        raise Unreadable("json_broken", reason=str(error).splitlines()[0][:120]) from error
    except UnicodeDecodeError as error:
        raise Unreadable("json_broken", f"byte {error.start}", reason="UTF-8") from error


class Github(Source):
    system = "github"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, "github", options)
        with path.open("rb") as file:
            self._is_packed = file.read(2) == b"\x1f\x8b"
        self._repositories: dict[str, None] = {}
        self._people: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._states: Counter[str] = Counter()
        self._ids: set[str] = set()
        bots = 0
        for issue in self._issues():
            repository, number = _place(issue)
            self._repositories.setdefault(repository)
            self._ids.add(f"{repository}#{number}")
            for person in [_author(issue), *(issue.get("assignees") or [])]:
                if login := clean((person or {}).get("login")):
                    self._people.setdefault(login, clean(person.get("name")) or login)
            for label in _labels(issue):
                self._labels.setdefault(label, "")
            self._states[_state(issue, _duplicate_of(issue))] += 1
            bots += bool((_author(issue) or {}).get("is_bot"))
        if not self._ids:
            raise Unreadable("no_rows")
        if bots:
            self.note("written_by_bots", count=bots)

    @property
    def info(self) -> SourceInfo:
        names = [repository.rpartition("/")[2] for repository in self._repositories]
        return SourceInfo(
            system=self.system, name=", ".join(names)[:200], format=self.format, timezone_known=True, notes=tuple(self.notes)
        )

    def _issues(self, report: bool = False) -> Iterator[Json]:
        """Issues only: the REST list has pull requests among them."""
        for at, issue in enumerate(entries(self.path, self._is_packed)):
            if not isinstance(issue, dict) or "number" not in issue:
                raise Unreadable("malformed", f"entry {at}", reason="number")
            if issue.get("pull_request"):
                if report:
                    self._tally.add("pull request", "no_issue", f"#{issue['number']}")
                continue
            yield issue

    def _read(self) -> Iterator[Record]:
        for repository in self._repositories:
            yield ProjectRecord(source_id=repository, name=repository.rpartition("/")[2])
        for login, name in self._people.items():
            yield PersonRecord(source_id=login, name=name)
        for rank, name in enumerate(n for n in (OPEN, CLOSED, DUPLICATE, NOT_PLANNED) if n in self._states):
            yield StateRecord(name=name, category="to_do" if name == OPEN else "done", rank=rank, is_given_up=name in (DUPLICATE, NOT_PLANNED))
        yield TypeRecord(name=TYPE)
        yield from (LabelRecord(name=name) for name in self._labels)
        for issue in self._issues(report=True):
            yield from self._issue(issue)

    def _issue(self, issue: Json) -> Iterator[Record]:
        repository, number = _place(issue)
        source_id, original = f"{repository}#{number}", _duplicate_of(issue)
        comments = issue.get("comments")
        said = comments if isinstance(comments, list) else []
        votes, others = _votes(issue)
        if others:
            self._tally.add("reaction", "display", f"#{number}", others)
        author = clean((_author(issue) or {}).get("login")) or None
        yield ItemRecord(
            source_id=source_id, title=clean(issue.get("title")), description=clean(issue.get("body")).replace("\r\n", "\n"),
            description_format="markdown", type=TYPE, state=_state(issue, original), project=repository, reporter=author, creator=author,
            assignees=tuple(login for one in issue.get("assignees") or [] if (login := clean(one.get("login")))),
            labels=tuple(_labels(issue)), created=_moment(issue, "createdAt", "created_at"), updated=_moment(issue, "updatedAt", "updated_at"),
            resolved=_moment(issue, "closedAt", "closed_at"), url=clean(issue.get("html_url") or issue.get("url")),
            versions=(title,) if (title := clean((issue.get("milestone") or {}).get("title"))) else (),
            fields={"votes": votes, "comments": len(said) or (comments if isinstance(comments, int) else 0)},
        )  # fmt: skip
        if original and original != source_id:
            outside = "" if original in self._ids else "target"
            yield LinkRecord(source=source_id, target=original, kind="duplicates", name="duplicate of", outside_end=outside)  # type: ignore[arg-type]
        for at, one in enumerate(said):
            yield CommentRecord(
                source_id=clean(one.get("id")) or f"{source_id}-{at}", item=source_id, author=clean((one.get("author") or {}).get("login")) or None,
                created=_moment(one, "createdAt", "created_at"), body=clean(one.get("body")), format="markdown",
            )  # fmt: skip


def _author(issue: Json) -> Json | None:
    return issue.get("author") or issue.get("user")


def _place(issue: Json) -> tuple[str, int]:
    """Repository and number, from the address: there is no other place that names it."""
    found = _REPOSITORY.match(str(issue.get("html_url") or issue.get("url") or ""))
    number = issue["number"]
    if found is None or not isinstance(number, int) or number < 0:
        raise Unreadable("malformed", f"#{number}"[:20], reason="url")
    return found[1], number


def _labels(issue: Json) -> list[str]:
    rows = [one.get("name") if isinstance(one, dict) else one for one in issue.get("labels") or []]
    return list(dict.fromkeys(name for one in rows if (name := clean(one)[:100])))


def _votes(issue: Json) -> tuple[int, int]:
    """(thumbs up, all other reactions)."""
    if isinstance(groups := issue.get("reactionGroups"), list):
        counts = {str(g.get("content")): int((g.get("users") or {}).get("totalCount") or 0) for g in groups}
    else:
        given = issue.get("reactions") or {}
        counts = {"THUMBS_UP": int(given.get("+1") or 0), "": sum(int(given.get(k) or 0) for k in ("-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"))}
    up = counts.pop("THUMBS_UP", 0)
    return max(0, min(up, 1_000_000)), sum(counts.values())


def _state(issue: Json, original: str) -> str:
    if str(issue.get("state", "")).lower() != "closed":
        return OPEN
    reason = str(issue.get("stateReason") or issue.get("state_reason") or "").lower()
    if reason == "duplicate" or original or "duplicate" in (label.lower() for label in _labels(issue)):
        return DUPLICATE
    return NOT_PLANNED if reason == "not_planned" else CLOSED


def _duplicate_of(issue: Json) -> str:
    """The issue that a closed one repeats, as `owner/name#number`; the last word about it counts."""
    if str(issue.get("state", "")).lower() != "closed":
        return ""
    comments = issue.get("comments")
    texts = [issue.get("body"), *(one.get("body") for one in comments)] if isinstance(comments, list) else [issue.get("body")]
    own = _place(issue)
    found = ""
    for text in texts:
        for match in _SAYS_DUPLICATE.finditer(str(text or "")[:20_000]):
            target = (match[1] or match[2] or own[0], int(match[3][:9]))
            if target != own:
                found = f"{target[0]}#{target[1]}"
    return found


def _moment(one: Json, *names: str) -> Any:
    for name in names:
        if one.get(name):
            return parse_datetime(str(one[name]))
    return None
