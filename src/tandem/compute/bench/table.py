"""A published figure, its goal, and its reference from the same run or from a publication."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` is ours and `reference` theirs in `unit`; `ratio` is ours over theirs, where both were measured.

    `holds` is None where there is no goal. `source` says where the reference comes from ("same run" or a
    publication), `note` what a reader must know (instances, seeds, what stopped it)."""

    work: str
    figure: float | None
    unit: str
    goal: str = ""
    holds: bool | None = None
    reference: float | None = None
    source: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.figure / self.reference if self.figure is not None and self.reference else None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one benchmark and how they were made (command, seeds, load of the machine)."""

    name: str
    rows: tuple[Row, ...]
    made: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        rows = [asdict(row) | {"ratio": row.ratio} for row in self.rows]
        return {"name": self.name, "made": self.made, "rows": rows}

    def as_markdown(self) -> str:
        lines = ["| work | ours | goal | reference | ratio | note |", "|---|---|---|---|---|---|"]
        for row in self.rows:
            reference = f"{_number(row.reference)} ({row.source})" if row.reference is not None else row.source
            mark = {True: " ✓", False: " ✗", None: ""}[row.holds]
            ours = f"{_number(row.figure)} {row.unit}{mark}"
            lines.append(f"| {row.work} | {ours} | {row.goal} | {reference} | {_number(row.ratio)} | {row.note} |")
        return "\n".join(lines)


def command(work: str, set_: str | None = None) -> str:
    """The command line that measures this again."""
    return f"tandem compute bench {work}" + (f" --set {set_}" if set_ else "")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
