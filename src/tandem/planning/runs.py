"""One computation on record: which inputs, which seed, which program. The same inputs are not computed twice."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.db import connection, transaction

from tandem.history.record import canonical, record
from tandem.kit import clock
from tandem.kit.types import Json
from tandem.planning.models import Run

_LOCKS = 0x7A4D
RULES = 5
"""Raised when planning computes something differently from the same rows, so that stored runs are made anew."""


@cache
def program() -> str:
    try:
        return version("tandem-pmo")[:20]
    except PackageNotFoundError:
        return "0"


def digest_of(inputs: Any) -> str:
    """The same inputs and the same program give the same digest, on every machine."""
    return hashlib.sha256(canonical([program(), RULES, inputs]).encode()).hexdigest()


def seed_of(*parts: Any) -> int:
    """A stable seed (63 bits) from what is computed, never from the clock."""
    return int.from_bytes(hashlib.sha256(canonical(parts).encode()).digest()[:8], "big") >> 1


@contextmanager
def one_at_a_time(kind: str, space_id: int) -> Iterator[None]:
    """A transaction in which nobody else computes the same: two would write two current forecasts."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _lock(kind, space_id))
        yield


@contextmanager
def alone(kind: str, space_id: int) -> Iterator[None]:
    """The same over several transactions: what one of them commits is seen at once, and nobody else comes between them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", _lock(kind, space_id))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", _lock(kind, space_id))


def _lock(kind: str, space_id: int) -> list[int]:
    number = {Run.Kind.FORECAST: 1, Run.Kind.LEVEL: 3, Run.Kind.RANGE: 4}.get(kind, 2)  # type: ignore[call-overload]
    return [_LOCKS + number, space_id % 2**31]


def unchanged(kind: str, space_id: int, inputs_hash: str) -> Run | None:
    """The newest run of this kind, when it had these very inputs."""
    newest = Run.objects.filter(kind=kind, space_id=space_id).order_by("-id").first()
    return newest if newest and newest.inputs_hash == inputs_hash else None


def finish(*, kind: str, space_id: int, as_of: date, inputs_hash: str, problem: Json, seed: int, refused: bool) -> Run:
    state = Run.State.REFUSED if refused else Run.State.DONE
    return Run.objects.create(
        kind=kind, space_id=space_id, state=state, as_of=as_of, inputs_hash=inputs_hash, seed=seed, program=program(),
        finished_at=clock.now(), problem=problem,
    )  # fmt: skip


def tell(run: Run, changed: int) -> None:
    """One event for the whole run; what it computed stands in its rows."""
    record("run.finished", run, actor=None, changes={"kind": [None, run.kind], "rows": [None, changed]})
