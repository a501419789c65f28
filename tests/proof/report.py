"""The table of docs/reference/trust-report.md: what was proved, how, and with which figures."""

import platform
import subprocess
import time
from pathlib import Path

from tests.proof.running import ROOT

REPORT = ROOT / "docs" / "reference" / "trust-report.md"
_HEAD = """# Trust report

What the long tests found when they last ran here. `make proof` runs them all and writes this page anew; a figure says
with which command, seed and commit it was made. Kills end processes with SIGKILL; they do not stand for a loss of power.

| proof | figures | command and seed | commit, machine, day |
|---|---|---|---|
"""


def keep(proof: str, figures: str, command: str) -> None:
    """Write the row of `proof`; the other rows stay."""
    rows = {}
    if REPORT.is_file():
        lines = REPORT.read_text(encoding="utf-8").splitlines()
        rows = {one.split("|")[1].strip(): one for one in lines if one.startswith("| ") and one.count("|") >= 5}
        rows.pop("proof", None)
    where = f"{_commit()}, {_machine()}, {time.strftime('%Y-%m-%d')}"
    rows[proof] = f"| {proof} | {figures} | {command} | {where} |"
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(_HEAD + "\n".join(rows[name] for name in sorted(rows)) + "\n", encoding="utf-8")


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    changed = subprocess.run(["git", "status", "--porcelain", "src"], cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stdout.strip() or "no commit") + ("+" if changed.stdout.strip() else "")


def _machine() -> str:
    cores = len(list(Path("/sys/devices/system/cpu").glob("cpu[0-9]*"))) or 1
    return f"{cores} cores {platform.machine()}, Python {platform.python_version()}"
