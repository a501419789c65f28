"""How much of the cores a server used: what a request costs, however many others wait for the same cores (Linux)."""

import os
from collections import defaultdict
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def of_trees(roots: list[int]) -> float:
    """Seconds of these processes and all below them, ended ones included; nan where the kernel does not tell."""
    try:
        stats = {int(p.name): _stat(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
    except OSError:
        return float("nan")
    below: dict[int, list[int]] = defaultdict(list)
    for pid, (parent, _ticks) in stats.items():
        below[parent].append(pid)
    found, waiting = 0, [r for r in roots if r in stats]
    while waiting:
        pid = waiting.pop()
        found += stats[pid][1]
        waiting += below[pid]
    return found / _TICK


def _stat(folder: Path) -> tuple[int, int]:
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended while we looked
        return 0, 0
    return int(fields[1]), sum(map(int, fields[11:15]))


def parent_of(pid: int) -> int:
    return _stat(Path("/proc") / str(pid))[0]
