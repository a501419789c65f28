"""The table of figures in docs/reference/trust.md: what was proved, how, and what was measured."""

import platform
import subprocess
import time
from pathlib import Path

from tests.proof.running import ROOT

REPORT = ROOT / "docs" / "reference" / "trust.md"
BEGIN, END = "<!-- figures: written by tests/proof/report.py -->", "<!-- end of figures -->"
_HEAD = "| proof | figures | command and seed | commit, machine, day |\n|---|---|---|---|"


def keep(proof: str, figures: str, command: str, of: str = "") -> None:
    """Write the row of `proof`; the other rows, and the words around them, stay. `of`: the commit that was proved, where it is not this one."""
    text = REPORT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {one.split("|")[1].strip(): one for one in table.splitlines() if one.startswith("| ")}
    rows.pop("proof", None)
    where = f"{of or commit()}, {_machine()}, {time.strftime('%Y-%m-%d')}"
    rows[proof] = f"| {proof} | {figures} | {command} | {where} |"
    table = "\n".join([_HEAD, *(rows[name] for name in sorted(rows))])
    REPORT.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def commit() -> str:
    head, changed = _git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", "src")
    return (head or "no commit") + ("+" if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _machine() -> str:
    cores = len(list(Path("/sys/devices/system/cpu").glob("cpu[0-9]*"))) or 1
    return f"{cores} cores {platform.machine()}, Python {platform.python_version()}"
