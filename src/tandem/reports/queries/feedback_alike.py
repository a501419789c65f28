"""Which entries of a product read like some words, and which of them form groups: English and Chinese, without a model.

An index of each product is kept in the memory of the process: made at the first question (some seconds for 50,000 entries),
new entries are added at each question, edited ones read anew after some minutes. It is only ever asked for numbers; what
they stand for is read from the database for the person who asks. As long as the core is not compiled on this machine there
is no answer: no request waits for a compiler."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tandem.compute import ahead, likeness
from tandem.compute.likeness import Index
from tandem.compute.likeness.entries import WORTH_SHOWING, words
from tandem.product.models import Feedback, FeedbackLink, Product

SHOWN = 5
KEPT, OLD = 8, 600.0
READ_AT_ONCE, GROUPED = 5_000, 2_000
SURELY = 0.35
THRESHOLDS = (0.25, 0.3, 0.4, 0.5, 0.6, 0.8)
GROUP_FROM = 0.3


@dataclass(frozen=True)
class Alike:
    row: Feedback
    score: float
    shared: tuple[str, ...]

    @property
    def percent(self) -> int:
        return round(self.score * 100)


class _Kept:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.index = Index()
        self.last = 0
        self.since = time.monotonic()

    def fresh(self, product_id: int) -> None:
        """With all that was written since; from the beginning when it has grown old."""
        if time.monotonic() - self.since > OLD:
            self.index, self.last, self.since = Index(), 0, time.monotonic()
        # house: reads — numbers only; who asks is shown what they may see
        rows = Feedback.objects.filter(product=product_id, pk__gt=self.last).order_by("pk").values_list("pk", "title", "text")
        while batch := list(rows.filter(pk__gt=self.last)[:READ_AT_ONCE]):
            self.index.extend((str(pk), words(title, text)) for pk, title, text in batch)
            self.last = batch[-1][0]


_indexes: dict[int, _Kept] = {}


def is_ready() -> bool:
    """Whether an answer costs no compiler: a worker sees to that when it starts."""
    return ahead.is_compiled("likeness")


def forget() -> None:
    _indexes.clear()
    _made.clear()


def alike(user: Any, product: Product, text: str, *, but: int | None = None, most: int = SHOWN, at_least: float = WORTH_SHOWING) -> list[Alike]:
    """The standing entries that read most like the words, the best first; merged ones speak through the one that stands."""
    if len(text.split()) < 2 and len(text.strip()) < 4:
        return []  # one short word is like everything that has it
    if not is_ready():
        return []
    if product.pk not in _indexes and len(_indexes) >= KEPT:
        _indexes.pop(next(iter(_indexes)), None)
    kept = _indexes.setdefault(product.pk, _Kept())
    with kept.lock:
        kept.fresh(product.pk)
        own = str(but) if but else None
        found = kept.index.alike(text, at_least=max(at_least, SURELY), most=4 * most, but=own)
        if len(found) < most:  # searching for what is less alike takes much longer
            found = kept.index.alike(text, at_least=at_least, most=4 * most, but=own)
    rows = _standing(user, product, [int(one.key) for one in found])
    shown: dict[int, Alike] = {}
    for one in found:
        row = rows.get(int(one.key))
        if row is not None and row.pk != but:
            shown.setdefault(row.pk, Alike(row, one.score, one.shared))
    return list(shown.values())[:most]


def _standing(user: Any, product: Product, ids: Sequence[int]) -> dict[int, Feedback]:
    """Each number with the entry that stands for it; a query for each step of merging."""
    at = {pk: pk for pk in ids}
    rows: dict[int, Feedback] = {}
    asked = set(ids)
    while asked:
        found = Feedback.objects.visible_to(user).filter(pk__in=asked, product=product).in_bulk()
        rows |= found
        asked = {row.merged_into_id for row in found.values() if row.merged_into_id} - rows.keys()
    for pk in ids:
        while at[pk] in rows and rows[at[pk]].merged_into_id:
            at[pk] = rows[at[pk]].merged_into_id
    return {pk: rows[top] for pk, top in at.items() if top in rows}


@dataclass(frozen=True)
class Group:
    centre: Feedback
    members: list[Feedback]
    cohesion: float

    @property
    def votes(self) -> int:
        return sum(row.votes for row in self.members)

    @property
    def percent(self) -> int:
        return round(self.cohesion * 100)


_made: dict[tuple[int, float], tuple[int, tuple[likeness.Group, ...]]] = {}


def _grouped(product_id: int, at_least: float, texts: list[tuple[int, str, str]]) -> tuple[likeness.Group, ...]:
    """A few seconds for very like texts, so that the last answer is kept while they stay the same."""
    key, mark = (product_id, at_least), hash(tuple(texts))
    known = _made.get(key)
    if known is None or known[0] != mark:
        if len(_made) >= 4 * KEPT:
            _made.clear()
        found = likeness.groups([(str(pk), words(title, text)) for pk, title, text in texts], at_least=at_least)
        known = _made[key] = (mark, found)
    return known[1]


@dataclass(frozen=True)
class Groups:
    """`is_ready`: False while the core is compiled, which takes minutes after an installation."""

    found: list[Group]
    read: int
    total: int
    is_ready: bool = True


def groups(user: Any, product: Product, *, at_least: float = GROUP_FROM, most: int = 30) -> Groups:
    """Groups among the newest entries that no feature answers yet and nobody declined: the largest first."""
    if not is_ready():
        return Groups([], 0, 0, is_ready=False)
    waiting = Feedback.objects.visible_to(user).standing().undecided().filter(product=product)
    waiting = waiting.exclude(pk__in=FeedbackLink.objects.visible_to(user).filter(feedback__product=product).values("feedback"))
    texts = list(waiting.order_by("-pk").values_list("pk", "title", "text")[:GROUPED])
    total = len(texts) if len(texts) < GROUPED else waiting.count()
    made = _grouped(product.pk, at_least, texts)[:most]
    rows = waiting.in_bulk([int(key) for group in made for key in group.members])
    found = [
        Group(rows[int(one.centre)], members, one.cohesion)
        for one in made
        if int(one.centre) in rows and len(members := [rows[int(key)] for key in one.members if int(key) in rows]) > 1
    ]
    return Groups(found, len(texts), total)
