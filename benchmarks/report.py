"""What was measured, as a table for people and as JSON for programs. It names the class of machine, never its name."""

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.driver import Measured

AT_MOST = 2.0
MOST_QUERIES = 25
CLIENTS = (1, 8)


class Goal(NamedTuple):
    """When a page holds: its median at most so many times the floor's at these numbers of clients; its p95 at one client below
    so many milliseconds, 0: any."""

    ratio: float = AT_MOST
    clients: tuple[int, ...] = CLIENTS
    p95_ms: float = 0

    def __str__(self) -> str:
        text = f"its median is at most {self.ratio:g} times the floor's at {' and '.join(map(str, self.clients))} clients"
        return text + (f", its p95 at one client and its median as the first answer after a change by others at most {self.p95_ms:g} ms" if self.p95_ms else "")


class Page(NamedTuple):
    """A page and the floor's view of the same rows; {names} are filled with keys of the data."""

    name: str
    path: str
    floor: str


@dataclass
class Result:
    page: Page
    queries: int = 0
    goal: Goal = field(default_factory=Goal)
    tandem: dict[int, Measured] = field(default_factory=lambda: {c: Measured() for c in CLIENTS})
    floor: dict[int, Measured] = field(default_factory=lambda: {c: Measured() for c in CLIENTS})
    anew: Measured = field(default_factory=Measured)
    there: Measured = field(default_factory=Measured)
    own: Measured = field(default_factory=Measured)
    "After a change by others: the first answer, and when the change is on the page. After the reader's own."

    def ratio(self, clients: int, part: float = 0.5) -> float:
        return self.tandem[clients].share(part) / self.floor[clients].share(part)

    def cpu_ratio(self, clients: int) -> float:
        return self.tandem[clients].cpu_each / self.floor[clients].cpu_each

    @property
    def wrong(self) -> list[str]:
        return [w for m in (*self.tandem.values(), *self.floor.values(), self.own) for w in m.wrong]

    @property
    def holds(self) -> bool:
        return not self.wrong and self.queries <= MOST_QUERIES and all(self.holds_at(c) for c in CLIENTS)

    def holds_at(self, clients: int) -> bool:
        if clients == 1 and self.goal.p95_ms and self.tandem[1].share(0.95) > self.goal.p95_ms:
            return False
        if clients == 1 and self.goal.p95_ms and self.anew.share(0.5) > self.goal.p95_ms:
            return False
        return clients not in self.goal.clients or self.ratio(clients) <= self.goal.ratio


def line(r: Result) -> str:
    return f"{r.page.name}: {', '.join(f'{r.ratio(c):.2f}x (CPU {r.cpu_ratio(c):.2f}x) at {c}' for c in CLIENTS)}, {r.queries} queries {r.wrong[:2] or ''}"


def machine() -> str:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores, {round(pages * size / 2**30)} GiB, {platform.system()}, Python {platform.python_version()}"


def load() -> float:
    """How many processes wanted a core, on average over the last minute; those of the run are among them."""
    return round(os.getloadavg()[0], 1)


def markdown(results: list[Result], made: dict[str, Any], options: Any, title: str = "Pages beside the bare floor") -> str:
    held = sum(r.holds for r in results)
    has_anew = any(r.anew.seconds for r in results)
    extra = (" after a change by others p50 / p95 ms | the change is there after p50 ms | after one's own p50 / p95 ms |", "---|---|---|") if has_anew else ("", "")
    head = [
        f"# {title}",
        "",
        f"{date.today()} · {machine()} · {options.rounds} rounds of {options.seconds:g} s per cell, closed loop, keep-alive · "
        + ", ".join(f"{name} {value}" for name, value in made.items()),
        "",
        f"A page holds when {results[0].goal if results else Goal()}, with at most {MOST_QUERIES} queries: **{held} of {len(results)}** do.",
        "",
        "| page | queries | clients | Tandem p50 / p95 ms | floor p50 / p95 ms | p50 ratio | p95 ratio | CPU ms, floor | CPU ratio | req/s, floor | KB, floor | holds |" + extra[0],
        "|---|---|---|---|---|---|---|---|---|---|---|---|" + extra[1],
    ]
    return "\n".join([*head, *(_row(r, c) + (_made_anew(r, c) if has_anew else "") for r in results for c in CLIENTS), ""])


def _made_anew(r: Result, clients: int) -> str:
    if clients > 1:
        return " | | |"
    return f" {r.anew.share(0.5):.1f} / {r.anew.share(0.95):.1f} | {r.there.share(0.5):.1f} | {r.own.share(0.5):.1f} / {r.own.share(0.95):.1f} |"


def _row(r: Result, clients: int) -> str:
    t, f = r.tandem[clients], r.floor[clients]
    held = "wrong: " + r.wrong[0] if r.wrong else "yes" if r.holds_at(clients) and r.queries <= MOST_QUERIES else "no"
    return (
        f"| {r.page.name} | {r.queries} | {clients} | {t.share(0.5):.1f} / {t.share(0.95):.1f} | {f.share(0.5):.1f} / {f.share(0.95):.1f} "
        f"| {r.ratio(clients):.2f} | {r.ratio(clients, 0.95):.2f} | {t.cpu_each:.1f}, {f.cpu_each:.1f} | {r.cpu_ratio(clients):.2f} "
        f"| {t.per_second:.0f}, {f.per_second:.0f} "
        f"| {t.size / 1024:.0f}, {f.size / 1024:.0f} | {held} |"
    )


def write(folder: Path, name: str, text: str, results: list[Result], made: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(text)
    whole = {"day": str(date.today()), "machine": machine(), "data": made, "pages": [_facts(r) for r in results]}
    (folder / f"{name}.json").write_text(json.dumps(whole, indent=1) + "\n")


def of_side(m: Measured) -> dict[str, Any]:
    return {
        "p50_ms": round(m.share(0.5), 2), "p95_ms": round(m.share(0.95), 2), "per_second": round(m.per_second, 1),
        "cpu_ms": round(m.cpu_each, 2), "answers": len(m.seconds), "bytes": m.size,
    }  # fmt: skip


def _facts(r: Result) -> dict[str, Any]:
    sides = {"tandem": r.tandem, "floor": r.floor}
    return {
        "page": r.page.name, "queries": r.queries, "holds": r.holds, "wrong": r.wrong,
        "ratio": {str(c): round(r.ratio(c), 3) for c in CLIENTS},
        **{name: [round(1000 * s, 2) for s in m.seconds] for name, m in (
            ("after_a_change_ms", r.anew), ("change_is_there_ms", r.there), ("after_an_own_change_ms", r.own)
        )},
        "cpu_ratio": {str(c): round(r.cpu_ratio(c), 3) for c in CLIENTS},
        **{
            name: {
                str(c): of_side(m)
                for c, m in side.items()
            }
            for name, side in sides.items()
        },
    }  # fmt: skip
