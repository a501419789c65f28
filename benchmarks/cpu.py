"""How much of the cores a server used: what a request costs, however many others wait for the same cores; and how much
memory it holds (Linux)."""

import contextlib
import os
from collections import defaultdict
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def of_trees(roots: list[int]) -> float:
    """Seconds of these processes and all below them, ended ones included; nan where the kernel does not tell."""
    stats = _stats()
    return sum(stats[pid][1] for pid in _trees(roots, stats)) / _TICK if stats else float("nan")


def memory_of(root: int) -> dict[str, float]:
    """MiB that this process and all below it hold now, and the most that each of them ever held (shared pages count in each)."""
    found = {"now": 0.0, "most": 0.0}
    for pid in _trees([root], _stats()):
        with contextlib.suppress(OSError):
            lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
            for name, key in (("now", "VmRSS"), ("most", "VmHWM")):
                found[name] += int(lines.get(key, "0 kB").split()[0]) / 1024
    return {name: round(value, 1) for name, value in found.items()}


def _stats() -> dict[int, tuple[int, int]]:
    """Process → its parent and the ticks that it used."""
    try:
        return {int(p.name): _stat(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
    except OSError:
        return {}


def _trees(roots: list[int], stats: dict[int, tuple[int, int]]) -> list[int]:
    below: dict[int, list[int]] = defaultdict(list)
    for pid, (parent, _ticks) in stats.items():
        below[parent].append(pid)
    found, waiting = [], [r for r in roots if r in stats]
    while waiting:
        found.append(pid := waiting.pop())
        waiting += below[pid]
    return found


def _stat(folder: Path) -> tuple[int, int]:
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended while we looked
        return 0, 0
    return int(fields[1]), sum(map(int, fields[11:15]))


def parent_of(pid: int) -> int:
    return _stat(Path("/proc") / str(pid))[0]
