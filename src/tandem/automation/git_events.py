"""What GitHub and GitLab send, read into branches, commits and merge requests. Plain Python; nothing sent is trusted to
be there, to be text, or to be short."""

import re
from dataclasses import dataclass
from typing import Any

MOST_COMMITS = 50
MOST_KEYS = 20
_KEY = re.compile(r"(?<![A-Za-z0-9])([A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,8})(?![A-Za-z0-9])")
_BRANCH = "refs/heads/"


@dataclass(frozen=True)
class Seen:
    """`keys` are those of work items that it names."""

    kind: str
    url: str
    title: str
    reference: str
    state: str
    author: str
    keys: tuple[str, ...]


def read(provider: str, event: str, payload: Any) -> list[Seen]:
    """What of this event can be linked; nothing for other events."""
    if not isinstance(payload, dict):
        return []
    github = provider == "github"
    if event in ("push", "Push Hook"):
        return _pushed(payload, github)
    if event == "pull_request":
        return _pull_request(payload)
    return _merge_request(payload) if event == "Merge Request Hook" else []


def keys_in(*texts: str, is_name: bool = False) -> tuple[str, ...]:
    """Keys in these texts; in the names of branches also in small letters."""
    found: dict[str, None] = {}
    for text in texts:
        found |= dict.fromkeys(_KEY.findall(text.upper() if is_name else text))
    return tuple(found)[:MOST_KEYS]


def _pushed(payload: dict[str, Any], github: bool) -> list[Seen]:
    found = []
    branch, home = (
        _text(payload, "ref"),
        _text(payload, "repository", "html_url") or _text(payload, "project", "web_url"),
    )
    if branch.startswith(_BRANCH) and not payload.get("deleted"):
        name = branch.removeprefix(_BRANCH)
        url = f"{home}/tree/{name}" if github else f"{home}/-/tree/{name}"
        found.append(Seen("branch", url, name, name, "", "", keys_in(name, is_name=True)))
    commits = payload.get("commits")
    for commit in commits[:MOST_COMMITS] if isinstance(commits, list) else ():
        message, sha = _text(commit, "message", most=5000), _text(commit, "id")
        title = message.strip().partition("\n")[0]
        found.append(
            Seen(
                "commit",
                _text(commit, "url"),
                title,
                sha[:10],
                "",
                _text(commit, "author", "name"),
                keys_in(message),
            )
        )
    return _linkable(found)


def _pull_request(payload: dict[str, Any]) -> list[Seen]:
    title, body, branch = (
        _text(payload, "pull_request", *way, most=5000) for way in (("title",), ("body",), ("head", "ref"))
    )
    pull = payload.get("pull_request")
    is_merged = isinstance(pull, dict) and pull.get("merged") is True
    state = (
        "merged" if is_merged else "closed" if _text(payload, "pull_request", "state") == "closed" else "open"
    )
    keys = tuple(dict.fromkeys((*keys_in(title, body), *keys_in(branch, is_name=True))))
    number = _text(payload, "pull_request", "number")
    url, author = _text(payload, "pull_request", "html_url"), _text(payload, "pull_request", "user", "login")
    return _linkable([Seen("merge_request", url, title, f"#{number}", state, author, keys)])


def _merge_request(payload: dict[str, Any]) -> list[Seen]:
    def of(name: str) -> str:
        return _text(payload, "object_attributes", name, most=5000)

    state = {"merged": "merged", "closed": "closed"}.get(of("state"), "open")
    keys = tuple(
        dict.fromkeys((*keys_in(of("title"), of("description")), *keys_in(of("source_branch"), is_name=True)))
    )
    author = _text(payload, "user", "name")
    return _linkable([Seen("merge_request", of("url"), of("title"), f"!{of('iid')}", state, author, keys)])


def _linkable(found: list[Seen]) -> list[Seen]:
    """With a key, and an address that a browser may open."""
    return [one for one in found if one.keys and re.fullmatch(r"https?://[^\s<>\"'\\]{1,490}", one.url)]


def _text(value: Any, *way: str, most: int = 500) -> str:
    for name in way:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return "".join(c for c in str(value)[:most] if c == "\n" or c.isprintable())
