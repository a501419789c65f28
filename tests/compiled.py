"""Where numba keeps what it compiles of the core for the tests: in the clone, in a folder of its own for each state of the sources.

Numba looks at the file of a kernel alone, not at the files whose kernels went into it: after an edit there it would run the old ones.
`python -m tests.compiled` compiles all of it, in two processes: scripts/test.sh does so beside the checks."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "src/tandem/compute"
_KEPT = 3
_HALVES = (
    ("levelling", "portfolio"),
    ("likeness", "selection", "dates", "forecasting"),
)  # these two share kernels, those do not


def state(core: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(core.rglob("*.py")):
        source = file.read_bytes()
        found.update(f"{file.relative_to(core).as_posix()} {len(source)}\n".encode() + source)
    return found.hexdigest()[:16]


HERE = ROOT / ".pytest_cache" / f"numba-{state(CORE)}"


def prepare(here: Path = HERE) -> str:
    """The folder, made; those of states that were tested longer ago go."""
    here.mkdir(parents=True, exist_ok=True)
    os.utime(here)
    others = {one: one.stat().st_mtime for one in here.parent.glob("numba*") if one != here}
    for old in sorted(others, key=lambda one: -others[one])[_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
    return str(here)


def _compile(families: tuple[str, ...]) -> None:
    from tandem.compute import ahead

    ahead.FAMILIES = {name: ahead.FAMILIES[name] for name in families}
    ahead.compiled_ahead(print)


if __name__ == "__main__":
    os.environ.setdefault("NUMBA_CACHE_DIR", prepare())
    if sys.argv[1:]:
        _compile(tuple(sys.argv[1:]))
    else:
        halves = [
            subprocess.Popen([sys.executable, "-m", "tests.compiled", *half], cwd=ROOT) for half in _HALVES
        ]
        codes = [one.wait() for one in halves]
        sys.exit(any(codes))  # one that was killed has a number below nought
