"""Work and money by theme: what the objectives of each got, against what was intended for them. An objective counts under its own
theme, else under that of the nearest objective above it that has one; everything counts once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tandem.reports.queries.alignment import UNKNOWN, Alignment, judged
from tandem.reports.queries.alignment_money import Money, Share
from tandem.strategy.models import Objective


@dataclass
class Sum:
    """Of one theme. Shares are of all that is looked at; none where there is too little to say, and nothing intended for a part of it."""

    objectives: list[Objective] = field(default_factory=list)
    amount: float = 0.0
    share: float | None = None
    intended: int | None = None
    state: str = UNKNOWN
    money: float = 0.0
    shares: list[Share] = field(default_factory=list)
    money_share: float | None = None
    money_state: str = UNKNOWN


@dataclass(frozen=True)
class Sums:
    """`themeless` is what serves objectives without a theme, or with one that the reader does not see; `unserved` what serves nothing."""

    by_theme: dict[int, Sum]
    themed: float | None
    themeless: float | None
    unserved: float | None

    def of(self, theme: int) -> Sum:
        return self.by_theme.get(theme) or Sum()


def read(found: Alignment, money: Money, themes: Iterable[int]) -> Sums:
    """Of the `themes` that the reader sees, from what is read of work and money; no query. Of a part of the work nothing is judged:
    what is intended is a share of all work."""
    known = set(themes)
    under = themes_of(found.objectives)
    sums: dict[int, Sum] = defaultdict(Sum)
    for one in found.objectives:
        theme = under[one.pk]
        if theme in known:
            row = sums[theme]
            row.objectives.append(one)
            row.amount += found.own.get(one.pk, 0.0)
            row.shares += money.own.get(one.pk, [])
    for theme, intended in ({} if found.is_part else _intended(found.objectives, under)).items():
        if theme in known:
            sums[theme].intended = intended
    for row in sums.values():
        row.shares.sort(key=lambda share: -share.money)
        row.money = sum(share.money for share in row.shares)
        if found.is_enough:
            row.share = row.amount / found.amount
            row.state = judged(row.share, row.intended)
        if money.whole:
            row.money_share = row.money / money.whole
            row.money_state = judged(row.money_share, row.intended)
    themed = sum(row.amount for row in sums.values())
    whole = found.amount if found.is_enough else 0.0
    return Sums(dict(sums), *(part / whole if whole else None for part in (themed, found.served - themed, found.amount - found.served)))


def themes_of(objectives: Iterable[Objective]) -> dict[int, int | None]:
    """By objective: its theme, else that of the nearest above it."""
    known = {one.pk: one for one in objectives}
    found: dict[int, int | None] = {}
    for pk, one in known.items():
        at, seen = one, {pk}
        while at.theme_id is None and at.parent_id in known and at.parent_id not in seen:
            at = known[at.parent_id]
            seen.add(at.pk)
        found[pk] = at.theme_id
    return found


def _intended(objectives: Iterable[Objective], under: dict[int, int | None]) -> dict[int, int]:
    """By the open objectives. What is intended for a part is meant within that of the nearest open objective above, also where a closed
    one stands between them: it moves from the theme of the one to that of the other."""
    known = {one.pk: one for one in objectives}
    found: dict[int, int] = defaultdict(int)
    for pk, one in known.items():
        if not _intends(one):
            continue
        _give(found, under[pk], one.intended_share or 0)
        at, seen = known.get(one.parent_id or 0), {pk}
        while at is not None and at.pk not in seen and not _intends(at):
            seen.add(at.pk)
            at = known.get(at.parent_id or 0)
        if at is not None and at.pk not in seen:
            _give(found, under[at.pk], -(one.intended_share or 0))
    return {theme: share for theme, share in found.items() if share > 0}


def _intends(one: Objective) -> bool:
    return one.state == Objective.State.OPEN and bool(one.intended_share)


def _give(found: dict[int, int], theme: int | None, share: int) -> None:
    if theme is not None:
        found[theme] += share
