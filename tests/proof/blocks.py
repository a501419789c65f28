"""What a long proof found, block by block, each with its seed. `TANDEM_TEST_PROOF` names a folder in which it is kept: a proof that was stopped
goes on there, and one that is through writes its row of the table again."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.proof import report


class Blocks:
    def __init__(self, name: str) -> None:
        self.name = name
        self.found: dict[int, dict[str, Any]] = {}

    def left(self, seeds: Iterable[int]) -> list[int]:
        """Those that were not run yet; the others are read."""
        return [seed for seed in seeds if seed not in self.found and self._kept(seed) is None]

    def _kept(self, seed: int) -> Path | None:
        """Where it lies, and then it is read; None: it was not run yet."""
        file = self._file(seed)
        if file is None or not file.exists():
            return None
        self.found[seed] = json.loads(file.read_text(encoding="utf-8"))
        return file

    def _file(self, seed: int) -> Path | None:
        folder = os.environ.get("TANDEM_TEST_PROOF")
        return Path(folder) / self.name / f"{seed:04}.json" if folder else None

    def once(self, seed: int, work: Callable[[], dict[str, int]]) -> dict[str, int]:
        """What `work` counted of this block, or what it counted when it was run before."""
        if self._kept(seed) is not None:
            return dict(self.found[seed]["count"])
        file = self._file(seed)
        self.found[seed] = {"commit": report.commit(), "count": work()}
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.with_suffix(".new").write_text(json.dumps(self.found[seed], indent=1), encoding="utf-8")
            file.with_suffix(".new").rename(file)
        return dict(self.found[seed]["count"])

    def total(self) -> Counter[str]:
        total = Counter[str]()
        for one in self.found.values():
            total.update(one["count"])
        return total

    def publish(self, proof: str, figures: str, command: str) -> None:
        """With the commits on which the blocks were run, whatever stands there now."""
        report.keep(
            proof, figures, command, ", ".join(sorted({one["commit"] for one in self.found.values()}))
        )


def told(count: Mapping[str, int], *names: str) -> str:
    return ", ".join(f"{name} {count[name]:,}" for name in names or sorted(count))
