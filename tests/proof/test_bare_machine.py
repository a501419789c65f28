"""A bare machine: `make demo` in a fresh clone, and `pip install .` without Node; the first start, the second, the end by SIGTERM.

It takes the packages from the registry that pip and npm are told of, so it runs in `make proof` only."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.proof import report
from tests.proof.running import ROOT, Tandem, _environment, command_of, free_port, wait_until

pytestmark = pytest.mark.slow
FIRST_START, SECOND_START, END = 180, 5, 5  # seconds, as the guide promises them for two cores that are free
NOBODY = 65534


@dataclass
class Demo:
    """`make demo` or `tandem demo` on a data directory of its own; `who` is the number of a user, None for this one."""

    command: list[str]
    folder: Path
    who: int | None = None
    data: Path = field(init=False)

    def __post_init__(self) -> None:
        self.data = self.folder / "data"
        if self.who is not None:
            os.chown(self.folder, self.who, self.who)

    def start(self) -> float:
        """The seconds until the page to sign in on is there."""
        log, began = self.folder / "demo.log", time.monotonic()
        self.tandem = Tandem(self.data, free_port())
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                [one.format(data=self.data, port=self.tandem.port) for one in self.command], cwd=self.folder.parent, stdout=out, stderr=out,
                env={**_environment(), "HOME": str(self.folder)}, user=self.who, group=self.who, extra_groups=None if self.who is None else [],
            )  # fmt: skip
        wait_until(lambda: self.process.poll() is not None or self._answers(), 900, f"no start; see {log}", pause=0.1)
        self.said = log.read_text()
        assert self.process.poll() is None, self.said
        return time.monotonic() - began

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.tandem.call("GET", "/accounts/login/", timeout=30)[0] == 200
        return False

    def end(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(60)
        took = time.monotonic() - began
        left = [told for pid in os.listdir("/proc") if pid.isdigit() and str(self.data) in (told := command_of(int(pid)))]
        assert not left, left
        return took


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where another user may pass, too; the databases that a root keeps elsewhere go with it."""
    base = Path(tempfile.mkdtemp(prefix="tandem-bare-"))
    base.chmod(0o755)
    yield base
    for note in base.rglob("database.location"):
        shutil.rmtree(note.read_text().strip(), ignore_errors=True)
    shutil.rmtree(base, ignore_errors=True)


def _clone(folder: Path) -> Path:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("no git, or no repository to clone")
    _run("git", "clone", "-q", str(ROOT), str(folder / "clone"))
    return folder / "clone"


def _ordinary() -> tuple[int | None, str]:
    """Somebody else than root, where this Python lies within their reach; else whoever runs this. The number and the words for it."""
    if os.geteuid() != 0:
        return None, "an ordinary user"
    try:
        subprocess.run([os.path.realpath(sys.executable), "-c", ""], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", check=True)
    except (OSError, subprocess.CalledProcessError):
        return None, "root (others cannot reach its Python)"
    return NOBODY, "an ordinary user"


def _run(*command: str, **more: str) -> float:
    began = time.monotonic()
    done = subprocess.run(command, env={**_environment(), **more}, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return time.monotonic() - began


def _played(demo: Demo, proof: str, built: str, command: str) -> None:
    """First start, end, second start, end; the figures are kept before they are judged."""
    first = demo.start()
    people = re.findall(r"\S+@\S+", demo.said)
    first_end, second = demo.end(), demo.start()
    second_end = demo.end()
    load = os.getloadavg()[0]
    report.keep(
        f"a bare machine: {proof}",
        f"{built}; first start with the sample organisation {first:.0f} s, second start {second:.1f} s to the first page; "
        f"end by SIGTERM {max(first_end, second_end):.1f} s; {load:.0f} processes wanted a core at the end",
        f"`pytest -m slow tests/proof/test_bare_machine.py` ({command})",
    )
    assert len(set(people)) == 3, "three sign-ins"
    assert first < FIRST_START and second < SECOND_START and max(first_end, second_end) < END, (first, second, first_end, second_end, load)


def test_make_demo_in_a_fresh_clone(folder):
    clone = _clone(folder)
    built = _run("make", "-C", str(clone), "build", VIRTUAL_ENV="")
    (own := folder / "own").mkdir()
    command = ["make", "-C", str(clone), "demo", "DATA={data}", "PORT={port}"]
    who = "root" if os.geteuid() == 0 else "an ordinary user"
    _played(Demo(command, own), f"`make demo` as {who}", f"built in {built:.0f} s with what the network took", "make build, make demo")


def test_pip_install_without_node_and_the_demonstration(folder):
    clone, python = _clone(folder), str(folder / "env" / "bin" / "python")
    _run(sys.executable, "-m", "venv", str(folder / "env"))
    built = _run(python, "-m", "pip", "install", "-q", str(clone), TANDEM_NODE="wheel")
    package = next((folder / "env").glob("lib/python*/site-packages/tandem"))
    assert (package / "web/static/tandem/dist/app.js").stat().st_size > 1000
    assert {one.parent.parent.name for one in package.glob("locale/*/*/django.mo")} == {"en", "zh_Hans"}
    assert not [one for one in package.rglob("*") if one.name in ("tests", "node_modules", "xx")]
    (own := folder / "own").mkdir()
    command = [str(folder / "env" / "bin" / "tandem"), "demo", "--data", "{data}", "--port", "{port}"]
    who, named = _ordinary()
    _played(Demo(command, own, who), f"`pip install .` without Node, `tandem demo` as {named}", f"installed in {built:.0f} s with what the network took", "pip install, tandem demo")  # fmt: skip
