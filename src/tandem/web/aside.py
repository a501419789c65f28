"""Work on a page beside its answer: in one thread of the process, with a request of its own, each key once at a time."""

import contextlib
import copy
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import Http404, HttpRequest
from django.utils import timezone, translation

from tandem.kit.errors import Denied, Hidden, Refused

log = logging.getLogger("tandem.web")
_under_way: dict[Any, threading.Event] = {}
_lock = threading.Lock()
_one = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aside")


def begin(key: Any, request: HttpRequest, work: Callable[[HttpRequest], None]) -> threading.Event:
    """What is set when the work is over, well or not. Work of the same key that is under way is joined."""
    with _lock:
        if key in _under_way:
            return _under_way[key]
        over = _under_way[key] = threading.Event()
    language, zone = translation.get_language(), timezone.get_current_timezone()
    own = _own(request)

    def run() -> None:
        try:
            with translation.override(language), timezone.override(zone), contextlib.suppress(Refused, Denied, Hidden, Http404, PermissionDenied):
                work(own)
        except Exception:
            log.exception("A page could not be made beside its answer")
        finally:
            connections.close_all()
            with _lock:
                _under_way.pop(key, None)
            over.set()

    _one.submit(copy_context().run, run)
    return over


def is_under_way(key: Any) -> bool:
    return key in _under_way


def _own(request: HttpRequest) -> HttpRequest:
    """The same request for another thread: what is told to the reader once is told by their answer."""
    own = copy.copy(request)
    own.META = dict(request.META)
    own.__dict__.pop("_messages", None)
    return own
