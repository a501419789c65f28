"""One picture of a board for all who see the same of it. When a change is told, everybody who looks asks at once: the first
one's answer is made, the others get it as it is, until something happens.

Who asks for a picture that stands is answered by `short_way` before the rest of the middleware: the same body under the same
headers, after session, person and rights were read as for every other page."""

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tandem.people.scoping import roles_of
from tandem.reports.queries import moment

LONGEST = 2.0
"""Seconds after which a picture is made anew though nothing happened: ages go on."""
_MOST_KEPT = 64
_MOST_BYTES = 64 << 20
Handler = Callable[[HttpRequest], HttpResponse]


class Kept(NamedTuple):
    moment: moment.Moment
    at: float
    body: bytes
    headers: dict[str, str]


class _Look:
    """Looks at the record. Who comes while one is under way shares the next one: it begins after they came."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._begun, self._ended, self._found = 0, 0, (0, 0, 0)

    def now(self) -> moment.Moment:
        wanted = self._begun + 1
        with self._turn:
            if self._ended < wanted:
                self._begun += 1
                self._found = moment.now()
                self._ended = self._begun
            return self._found


_kept: dict[Any, Kept] = {}
_turns: dict[Any, threading.Lock] = {}
_spaces: dict[str, int] = {}
look = _Look()


def of(request: HttpRequest, space_id: int, make: Callable[[], HttpResponse], *, reader: int | None = None) -> HttpResponse:
    """Whoever asks has been let in; of the reader it depends on what they see, what they may, and how they read it. A `reader`
    is named where a picture says something of them alone."""
    key = _key(request, space_id, reader)
    if len(_turns) >= _MOST_KEPT or sum(len(kept.body) for kept in list(_kept.values())) > _MOST_BYTES:
        forget()
    if (kept := standing(key)) is not None:
        return HttpResponse(kept.body)
    with _turns.setdefault(key, threading.Lock()):
        now = look.now()
        kept = _kept.get(key)
        if kept and _stands(kept, now):  # made while one waited
            return HttpResponse(kept.body)
        answer = make()
        if answer.status_code == 200:
            _kept[key] = Kept(now, time.monotonic(), answer.content, {})
            if reader is None:
                _spaces[request.path] = space_id
                answer.kept_as = key  # type: ignore[attr-defined]
        return answer


def short_way(get_response: Handler) -> Handler:
    """Stands behind session, person and language. Of the way back it keeps the headers, so that both ways answer alike."""

    def handle(request: HttpRequest) -> HttpResponse:
        if kept := _kept_for(request):
            return HttpResponse(kept.body, headers=kept.headers)
        answer = get_response(request)
        key = getattr(answer, "kept_as", None)
        if key and (kept := _kept.get(key)) and not answer.cookies:
            _kept[key] = kept._replace(headers=dict(answer.headers))
        return answer

    return handle


def key_for(request: HttpRequest) -> Any:
    """Of a picture that has been made, for this reader; None when this is no request for one. The space was looked up then, and
    the key holds what the reader sees and may there now."""
    space_id = _spaces.get(request.path)
    if space_id is None or request.method != "GET" or request.GET.get("part") != "board" or request.GET.get("q"):
        return None
    if request.GET.get("lanes") == "query" or not request.user.is_authenticated:  # such lanes may be a reader's own
        return None
    return _key(request, space_id, None)


def _kept_for(request: HttpRequest) -> Kept | None:
    """The picture that stands for this reader: nothing has happened since it was made."""
    key = key_for(request)
    kept = standing(key) if key else None
    return kept if kept and kept.headers else None


def _key(request: HttpRequest, space_id: int, reader: int | None) -> Any:
    user: Any = request.user
    return (
        request.get_full_path(), user.visible_space_ids(), roles_of(user).get(space_id), translation.get_language(), timezone.get_current_timezone_name(),
        reader,
    )  # fmt: skip


def standing(key: Any, now: moment.Moment | None = None) -> Kept | None:
    """Without a turn: who finds the picture waits for nobody. Who asks for several has looked at the record `now`, once for all."""
    kept = _kept.get(key)
    return kept if kept and _stands(kept, now or look.now()) else None


def _stands(kept: Kept, now: moment.Moment) -> bool:
    return kept.moment == now and time.monotonic() - kept.at < LONGEST


def forget() -> None:
    _kept.clear()
    _turns.clear()
    _spaces.clear()
