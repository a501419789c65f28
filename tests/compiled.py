"""What numba compiled of this very code on this machine before, so that a fresh clone need not compile all of it again.

It lies beside the dump of the migrated database, one folder for each state of the sources of the core. `python -m tests.compiled`
brings it into the clone, compiles what is missing, in two processes, and keeps that too: scripts/test.sh does it before the tests."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "src/tandem/compute"
HERE = ROOT / ".pytest_cache" / "numba"
_KEPT = 4
_HALVES = (
    ("levelling", "portfolio"),
    ("likeness", "selection", "dates", "forecasting"),
)  # these two share kernels, those do not


def _shelf() -> Path:
    folder = Path(tempfile.gettempdir()) / f"tandem-compiled-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = hashlib.sha256(
        f"{version('numba')} {version('llvmlite')} {sys.version} {os.environ.get('NUMBA_OPT')}".encode()
    )
    for file in sorted(CORE.rglob("*.py")):
        found.update(file.relative_to(CORE).as_posix().encode() + b"\0" + file.read_bytes())
    return folder / found.hexdigest()[:24]


def _names() -> dict[str, str]:
    """As numba names the folder of each of ours, which tells where this clone lies, and as we name it on the shelf."""
    rooms = [CORE, *(one for one in CORE.rglob("*") if one.is_dir())]
    return {
        f"{one.name}_{hashlib.sha1(str(one).encode()).hexdigest()}": one.relative_to(CORE.parent)
        .as_posix()
        .replace("/", "-")
        for one in rooms
    }


def fetch() -> None:
    """Into a clone that has compiled nothing yet."""
    if HERE.exists() or not (shelf := _shelf()).is_dir():
        return
    with tempfile.TemporaryDirectory(dir=_made(HERE.parent)) as draft, contextlib.suppress(OSError):
        for ours, theirs in _names().items():
            if (shelf / theirs).is_dir():
                shutil.copytree(shelf / theirs, Path(draft) / "numba" / ours)
        for family in (shelf / "families").read_text().split():
            (Path(draft) / "numba" / _mark(family)).touch()
        (Path(draft) / "numba").rename(HERE)  # another process of the same run may have been faster


def keep() -> None:
    """From a clone that compiled every family; another may have done so meanwhile."""
    shelf, families = _shelf(), [one for half in _HALVES for one in half if (HERE / _mark(one)).exists()]
    if shelf.is_dir() or len(families) < sum(map(len, _HALVES)):
        return
    with tempfile.TemporaryDirectory(dir=shelf.parent) as draft, contextlib.suppress(OSError):
        for ours, theirs in _names().items():
            if (HERE / ours).is_dir():
                shutil.copytree(HERE / ours, Path(draft) / "kept" / theirs)
        (Path(draft) / "kept" / "families").write_text(" ".join(families))
        (Path(draft) / "kept").rename(shelf)
    for old in sorted(shelf.parent.iterdir(), key=lambda one: -one.stat().st_mtime)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _mark(family: str) -> str:
    from tandem.compute import ahead

    return f"compiled-{family}-{ahead._version()}"


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _compile(families: tuple[str, ...]) -> None:
    from tandem.compute import ahead

    ahead.FAMILIES = {name: ahead.FAMILIES[name] for name in families}
    ahead.compiled_ahead(print)


if __name__ == "__main__":
    os.environ.setdefault("NUMBA_CACHE_DIR", str(HERE))
    if sys.argv[1:]:
        _compile(tuple(sys.argv[1:]))
    else:
        fetch()
        halves = [
            subprocess.Popen([sys.executable, "-m", "tests.compiled", *half], cwd=ROOT) for half in _HALVES
        ]
        codes = [one.wait() for one in halves]
        keep()
        sys.exit(max(codes))
