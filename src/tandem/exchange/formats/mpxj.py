"""Plans that only MPXJ reads (.mpp, .mpx, .xer, Primavera XML, Planner, GanttProject): it turns them into MS Project's XML, in a
Java process with limited memory and time, and our own reader takes that. MPXJ comes with the extra `mpp`; Java is the machine's."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from tandem.exchange.formats.source import Unreadable

FORMAT = "mpxj"
SECONDS, MEMORY_MB = 300, 768
_MAIN = "org.mpxj.sample.MpxjConvert"


def is_there() -> bool:
    return bool(_jars()) and shutil.which("java") is not None


def convert(path: Path, into: Path) -> None:
    """By the names of the files: `into` ends with what it shall become. Raises Unreadable with the reason."""
    java = shutil.which("java")
    if java is None or not _jars():
        raise Unreadable("no_mpxj")
    command = [java, f"-Xmx{MEMORY_MB}m", "-XX:+UseSerialGC", "-cp", f"{_jars()}/*", _MAIN, str(path), str(into)]
    try:
        done = subprocess.run(  # noqa: S603  our own words; the file is named by us
            command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False, cwd=into.parent
        )
    except subprocess.TimeoutExpired as problem:
        raise Unreadable("too_much_time", limit=SECONDS // 60) from problem
    if done.returncode or not into.exists():
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if "Exception" in line or "Error" in line]
        raise Unreadable("mpxj_failed", reason=(said[-1] if said else f"exit code {done.returncode}")[:200])


def _jars() -> str:
    found = importlib.util.find_spec("mpxj")
    places = found.submodule_search_locations if found else None
    return f"{next(iter(places))}/lib" if places else ""
