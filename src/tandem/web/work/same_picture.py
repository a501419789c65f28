"""One picture of a board for all who see the same of it. When a change is told, everybody who looks asks at once: the first
one's answer is made, the others get it as it is, until something happens."""

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


class _Kept(NamedTuple):
    moment: moment.Moment
    at: float
    body: bytes


_kept: dict[Any, _Kept] = {}
_turns: dict[Any, threading.Lock] = {}


def of(request: HttpRequest, space_id: int, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Whoever asks has been let in; of the reader it depends on what they see, what they may, and how they read it."""
    user: Any = request.user
    key = (
        request.get_full_path(), user.visible_space_ids(), roles_of(user).get(space_id), translation.get_language(), timezone.get_current_timezone_name(),
    )  # fmt: skip
    if len(_turns) >= _MOST_KEPT:
        forget()
    with _turns.setdefault(key, threading.Lock()):
        now = moment.now()
        kept = _kept.get(key)
        if kept and kept.moment == now and time.monotonic() - kept.at < LONGEST:
            return HttpResponse(kept.body)
        answer = make()
        if answer.status_code == 200:
            _kept[key] = _Kept(now, time.monotonic(), answer.content)
        return answer


def forget() -> None:
    _kept.clear()
    _turns.clear()
