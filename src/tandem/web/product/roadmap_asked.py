"""What a reader asks of the roadmap, in its address: the grouping, the scale, the rows that follow."""

from dataclasses import dataclass

from django.http import QueryDict

from tandem.kit.text import whole_number
from tandem.reports.queries.roadmap_rows import Row

GROUPS = ("objective", "product", "team")
VIEWS = ("timeline", "horizons")
SCALES = ("month", "quarter")
SORTS = ("time", "slip")
MOST = 200
"""Rows on one page: more than anybody reads at once, few enough to draw at once."""


@dataclass(frozen=True)
class Asked:
    group: str
    view: str
    scale: str
    sort: str
    product: int | None
    team: int | None
    past: bool
    after: str


@dataclass(frozen=True)
class Part:
    """Rows `first` to `last` of `total`; `next` is the key of the last one, empty at the end."""

    rows: list[Row]
    first: int
    last: int
    total: int
    next: str

    @property
    def is_whole(self) -> bool:
        return self.last - self.first + 1 >= self.total


def asked_in(query: QueryDict) -> Asked:
    """Anything unknown counts as not asked."""

    def among(name: str, known: tuple[str, ...]) -> str:
        value = query.get(name, "")
        return value if value in known else known[0]

    def number(name: str) -> int | None:
        return whole_number(query.get(name, ""))

    return Asked(
        among("group", GROUPS), among("view", VIEWS), among("scale", SCALES), among("sort", SORTS),
        number("product"), number("team"), query.get("past") == "1", query.get("after", ""),
    )  # fmt: skip


def part_of(rows: list[Row], after: str = "") -> Part:
    """The rows that follow the one with this key; a key that is gone begins again."""
    start = next((place for place, row in enumerate(rows, 1) if key_of(row) == after), 0) if after else 0
    if start >= len(rows):
        start = 0
    chosen = rows[start : start + MOST]
    last = start + len(chosen)
    return Part(chosen, start + 1, last, len(rows), key_of(chosen[-1]) if last < len(rows) else "")


def key_of(row: Row) -> str:
    return f"{row.kind}-{row.ref.id}"
