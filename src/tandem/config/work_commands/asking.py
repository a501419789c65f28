"""Asks the API: one request after another, with errors worded for a terminal."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from functools import cached_property
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import click

from tandem.config.work_commands.account import Account, load
from tandem.config.work_commands.words import _, language

Row = dict[str, Any]
_ANSWER_MOST = 50_000_000


class _NoRedirect(HTTPRedirectHandler):
    """A token never goes to where an answer points."""

    def redirect_request(self, *_given: Any) -> None:
        return None


class Problem(click.ClickException):
    """What the API refused; `code` names the rule."""

    def __init__(self, status: int, body: Row) -> None:
        self.status, self.code, self.body = status, str(body.get("code", "")), body
        super().__init__(_sentence(status, self.code, body))


def _sentence(status: int, code: str, body: Row) -> str:
    if status == 401:
        return _("The token is not accepted: it was revoked or is wrong. Run: tandem work login ADDRESS")
    if status == 403 and body.get("permission") == "token_scope":
        return _("This token may only read, or is one for calendars only. Make one that may write on your account page.")
    said = str(body.get("title") or _("The answer was %(status)s.") % {"status": status})
    faults = [f"{f['field']}: {f['message']}" for f in body.get("errors", ()) if f.get("message") != said]
    hint = _("To let it in, say why: --why \"…\"") if code == "wip_limit_reached" else ""
    return clean("\n  ".join(one for one in (said, *faults, hint) if one))


def clean(text: str) -> str:
    """What comes from others writes text in a terminal and nothing else."""
    return "".join(c if c == "\n" or c.isprintable() else "�" for c in text.replace("\t", "  "))


def settled(ask: Callable[[], Row], is_done: Callable[[Row], Any], seconds: float = 120) -> Row:
    """What is asked, as soon as the worker is done with it; as it stands after so many seconds."""
    found, until = ask(), time.monotonic() + seconds
    while not is_done(found) and time.monotonic() < until:
        time.sleep(1)
        found = ask()
    return found


class Api:
    def __init__(self, account: Account | None = None, timeout: float = 30) -> None:
        self.account = account or load()
        self.timeout = timeout

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path, query)

    def post(self, path: str, body: Row, row: Row | None = None) -> Any:
        """With the row's version where the row is changed; sent twice by a bad line, it is done once."""
        return self._ask("POST", path, body=body, headers={"Idempotency-Key": str(uuid.uuid4()), **_match(row)})

    def patch(self, path: str, body: Row, row: Row) -> Any:
        return self._ask("PATCH", path, body=body, headers=_match(row))

    def delete(self, path: str, row: Row) -> Any:
        return self._ask("DELETE", path, headers=_match(row))

    def rows(self, path: str, most: int = 200, first: int = 0, **query: Any) -> Iterator[Row]:
        """Page by page, up to `most`, from behind the number `first` on."""
        after, left = first, most
        while left > 0:
            page = self.get(path, limit=min(left, 200), **query, **({"after": after} if after else {}))
            yield from page["items"]
            after, left = page["next"], left - len(page["items"])
            if not after:
                return

    def _ask(self, method: str, path: str, query: Row | None = None, body: Any = None, headers: Row | None = None) -> Any:
        address = f"{self.account.address}/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        sent = {"Authorization": f"Bearer {self.account.token}", "Accept-Language": language(), **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            data = json.dumps(body).encode() if body is not None else None
            request = Request(address, data, sent, method=method)  # noqa: S310 — `checked` let http and https through
            with build_opener(_NoRedirect).open(request, timeout=self.timeout) as answer:
                return json.loads(answer.read(_ANSWER_MOST) or b"null")
        except HTTPError as problem:
            raise Problem(problem.code, _read(problem)) from None
        except (URLError, HTTPException, OSError, ValueError) as problem:
            reason = getattr(problem, "reason", None) or problem
            raise click.ClickException(clean(
                _("No Tandem answers at %(address)s: %(reason)s") % {"address": self.account.address, "reason": reason}
            )) from None  # fmt: skip

    # ── what people name, found ──

    def space(self, key: str) -> Row:
        if found := list(self.rows("spaces/", most=1, key=key.upper())):
            return found[0]
        raise click.ClickException(_("There is no project %(key)s that you can see.") % {"key": clean(key)})

    def project(self, key: str | None) -> Row:
        named = key or self.account.project
        if not named:
            raise click.ClickException(_("Say which project: --in KEY, or once and for all: tandem work use KEY"))
        return self.space(named)

    def item(self, key: str) -> Row:
        if found := list(self.rows("work-items/", most=1, key=key.upper())):
            return found[0]
        raise click.ClickException(_("There is no work item %(key)s that you can see.") % {"key": clean(key)})

    def states(self, space_id: int) -> list[Row]:
        return sorted(self.rows("states/", space_id=space_id), key=lambda s: (s["rank"], s["id"]))

    def types(self, space_id: int) -> list[Row]:
        return list(self.rows("types/", space_id=space_id))

    def own_fields(self, space_id: int) -> list[Row]:
        """The fields of the project's own, as they are asked for there."""
        return sorted(self.rows("fields/", space_id=space_id, retired="false"), key=lambda f: (f["rank"], f["id"]))

    @cached_property
    def me(self) -> Row:
        return dict(self.get("users/me/"))

    def person(self, said: str) -> Row:
        """`me`, or as much of a name as only one person has; Chinese names by pinyin too."""
        if said.lower() in ("me", "我"):
            return self.me
        return one_of(said, list(self.rows("users/", most=50, q=said, is_active="true")), is_found=True)

    def names(self, ids: set[int]) -> dict[int, str]:
        return {pk: self.get(f"users/{quote(str(pk))}/")["name"] for pk in sorted(ids)}


def one_of(said: str, rows: list[Row], *, is_found: bool = False) -> Row:
    """The row of that name, in full or as much of it as only one has."""
    wanted = said.casefold()
    exact = [r for r in rows if r["name"].casefold() == wanted]
    begun = rows if is_found else [r for r in rows if r["name"].casefold().startswith(wanted)]
    found = exact or begun
    if len(found) == 1:
        return found[0]
    names = ", ".join(clean(r["name"]) for r in found or rows) or "–"
    said = clean(said)
    if found:
        raise click.ClickException(_("“%(said)s” may be any of these: %(names)s.") % {"said": said, "names": names})
    raise click.ClickException(_("There is no “%(said)s”. There are: %(names)s.") % {"said": said, "names": names})


def _match(row: Row | None) -> Row:
    return {"If-Match": f'"{row["version"]}"'} if row and "version" in row else {}


def _read(problem: HTTPError) -> Row:
    try:
        found = json.loads(problem.read(_ANSWER_MOST))
    except (ValueError, OSError):
        return {}
    return found if isinstance(found, dict) else {}
