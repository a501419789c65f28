"""Takes the pictures of README.md and docs/guide anew: `.venv/bin/python scripts/pictures.py`.

Starts the demonstration (or looks at one that runs: --url, --email, --password), opens each page as a reader would find it
and writes docs/guide/images/NAME.webp. `--only roadmap` takes some of them.
"""

import argparse
import contextlib
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
import visit

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "guide" / "images"


class Picture(NamedTuple):
    """`way`: an address, then patterns of the links to follow from page to page (`text=…` names a link by its words)."""

    name: str
    way: tuple[str, ...]
    press: str = ""
    language: str = "en"
    theme: str = "light"
    size: tuple[int, int] = (1280, 800)


PICTURES = (
    Picture("home", ("/",)),
    Picture("roadmap", ("/roadmap/",), size=(1440, 900)),
    Picture("roadmap-zh", ("/roadmap/",), language="zh-hans", size=(1440, 900)),
    Picture("roadmap-peek", ("/roadmap/",), press=".lt-r .a a[data-peek]", size=(1440, 900)),
    Picture("roadmap-release", ("/releases/", r"/releases/\d+/")),
    Picture("roadmap-promise", ("/promises/", r"/promises/\d+/")),
    Picture("plan", ("/plans/", r"/plans/\w+/"), size=(1440, 900)),
    Picture("board", ("/boards/", r"/boards/\w+/"), size=(1440, 900)),
    Picture("board-zh", ("/boards/", r"/boards/\w+/"), language="zh-hans", theme="dark", size=(390, 844)),
    Picture("work-items", ("/work-items/?q=state:open",)),
    Picture("work-item", ("/work-items/?q=state:open+type:story", r"/work-items/[A-Z]+\d*-\d+/")),
    Picture("objectives", ("/objectives/",)),
    Picture("projects", ("/projects/",)),
    Picture("people", ("/people/",)),
    Picture("account", ("/account/",)),
    Picture("calendar", ("/calendars/", r"/calendars/\d+/")),
    Picture("backlog", ("/backlog/", r"/backlog/\w+/"), size=(1440, 900)),
    Picture("sprint", ("/backlog/", r"/backlog/\w+/", r"/sprints/\d+/"), size=(1440, 900)),
    Picture("flow", ("/flow/", r"/flow/\w+/")),
    Picture("trace", ("/features/", r"/features/\d+/", r"/(?:trace/\w+\.\w+|features)/\d+/(?:trace/)?$")),
    Picture("readiness", ("/releases/", r"/releases/\d+/", r"/releases/\d+/readiness/")),
    Picture("benefits", ("/benefits/", r"/benefits/\d+/")),
    Picture("promises", ("/promises/",)),
    Picture("scenarios", ("/scenarios/", r"/scenarios/\d+/")),
    Picture("inbox", ("/inbox/",)),
    Picture("automation", ("/automation/",)),
    Picture("kpis", ("/kpis/", r"/kpis/\d+/")),
    Picture("key-results", ("/objectives/", r"/objectives/\d+/")),
    Picture("feedback", ("/feedback/",)),
    Picture("proposals", ("/proposals/",)),
)


def main() -> int:
    options = _options()
    chosen = [one for one in PICTURES if options.only in one.name]
    missing = []
    with _site(options) as (url, email, password), visit.chromium() as browser:
        signed = visit.sign_in(browser, url, email, password)
        for one in sorted(chosen, key=lambda p: (p.language, p.theme)):
            try:
                _take(browser, url, signed, one)
            except visit.NoSuchLink as problem:
                missing.append(f"{one.name}: {problem}")
    for line in missing:
        print(f"NOT TAKEN  {line}", file=sys.stderr)
    return 1 if missing else 0


def _take(browser: Any, url: str, signed: Any, one: Picture) -> None:
    page = visit.page(browser, url, signed, language=one.language, theme=one.theme, size=one.size)
    try:
        visit.follow(page, one.way)
        if one.press:
            page.locator(one.press).first.click()
        visit.settled(page)
        if one.press:
            page.mouse.move(0, 0)
            page.wait_for_timeout(700)
        file = IMAGES / f"{one.name}.webp"
        file.write_bytes(visit.webp(browser, page.screenshot()))
        print(f"{one.name:18} {file.stat().st_size // 1024:4} kB  {page.url.removeprefix(url)}")
    finally:
        page.context.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/pictures.py", description=__doc__)
    parser.add_argument("--data", default=".tandem-pictures", help="data directory of the demonstration that is started")
    parser.add_argument("--url", default="", help="a demonstration that runs already, with --email and --password of its PMO lead")
    parser.add_argument("--email", default="alma.voss@harbourline.example")
    parser.add_argument("--password", default="")
    parser.add_argument("--only", default="", help="take the pictures whose name contains this")
    return parser.parse_args()


@contextlib.contextmanager
def _site(options: argparse.Namespace) -> Iterator[tuple[str, str, str]]:
    if options.url:
        yield options.url.rstrip("/"), options.email, options.password
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = shutil.which("tandem", path=str(ROOT / ".venv/bin")) or "tandem"
    log = ROOT / options.data / "pictures.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        command = [program, "demo", "--data", options.data, "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)  # noqa: S603
    try:
        password = _password(process, log)
        time.sleep(20)  # the worker computes what the loading left to it
        yield f"http://localhost:{port}", options.email, password
    finally:
        process.terminate()
        process.wait(30)


def _password(process: Any, log: Path) -> str:
    until = time.monotonic() + 600
    while time.monotonic() < until and process.poll() is None:
        said = log.read_text()
        if "Tandem is at" in said and (found := re.search(r"PMO lead\s+\S+\s+(\S+)", said)):
            return found[1]
        time.sleep(1)
    raise SystemExit(f"the demonstration did not start; see {log}")


if __name__ == "__main__":
    sys.exit(main())
