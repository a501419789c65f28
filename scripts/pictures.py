"""Takes the pictures of README.md and docs/guide anew: `.venv/bin/python scripts/pictures.py`.

Starts the demonstration (or looks at one that runs: --url, --email, --password), opens each page as a reader would find it
and writes docs/guide/images/NAME.webp. `--only roadmap` takes some of them.
"""

import argparse
import contextlib
import os
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
FILES = Path(os.environ.get("TANDEM_TEST_FILES") or ROOT.parent / "shared" / "data")
_ROW = 18  # of the plan whose reasons are shown


class Picture(NamedTuple):
    """`way`: an address, then the links to follow from page to page: patterns of addresses, or `text=…` for their words."""

    name: str
    way: tuple[str, ...]
    press: str = ""
    key: str = ""
    language: str = "en"
    theme: str = "light"
    size: tuple[int, int] = (1280, 800)
    file: str = ""
    is_imported: bool = False
    is_signed_in: bool = True
    is_shared: bool = False


WIDE, PHONE = (1440, 900), (390, 844)
TABLE = "Ref;Thing;Latest by;By whom\n1;Check the crane;03/04/2026;Mila Horn\n2;Measure the quay;05/04/2026;Jan Roth\n3;Ask the customs;11/04/2026;Mila Horn\n"
"""A table that must be asked about: whose columns are what, and is it the third of April or the fourth of March?"""

PICTURES = (
    Picture("sign-in", ("/accounts/login/",), size=(1200, 760), is_signed_in=False),
    Picture("home", ("/",)),
    Picture("roadmap", ("/roadmap/",), size=WIDE),
    Picture("roadmap-zh", ("/roadmap/",), language="zh-hans", size=WIDE),
    Picture("roadmap-peek", ("/roadmap/",), press=".lt-r .a a:has-text('Tariff code lookup')", size=WIDE),
    Picture("roadmap-shared", ("/roadmap/shares/",), size=WIDE, is_shared=True),
    Picture("roadmap-release", ("/releases/", "text=Cross-border Desk 1.2")),
    Picture("roadmap-promise", ("/promises/", r"/promises/\d+/")),
    Picture("plan", ("/plans/NGB/",), size=WIDE),
    Picture("plan-why", ("/plans/NGB/",), press=".tl-row[data-v='{row}'] .tl-t", key="Enter", size=WIDE),
    Picture("board", ("/boards/DAT/",), size=WIDE),
    Picture("board-zh", ("/boards/DAT/",), language="zh-hans", theme="dark", size=PHONE),
    Picture("work-items", ("/work-items/?q=state:open",)),
    Picture("work-item", ("/work-items/?q=project:NGB+state:open", r"/work-items/NGB-\d+/")),
    Picture("objectives", ("/objectives/",)),
    Picture("projects", ("/projects/",)),
    Picture("people", ("/people/",)),
    Picture("access", ("/projects/", "text=Ningbo sorting hall", r"/spaces/[\w-]+/access/")),
    Picture("account", ("/account/",)),
    Picture("calendar", ("/calendars/", r"/calendars/\d+/")),
    Picture("backlog", ("/backlog/PORT/",), size=WIDE),
    Picture("sprint", ("/backlog/PORT/", r"/sprints/\d+/"), size=WIDE),
    Picture("flow", ("/flow/DAT/",)),
    Picture("trace", ("/features/", "text=Tariff code lookup", r"/trace/feature/\d+/")),
    Picture("readiness", ("/releases/", "text=Cross-border Desk 1.2", r"/releases/\d+/readiness/")),
    Picture("benefits", ("/benefits/", r"/benefits/\d+/")),
    Picture("promises", ("/promises/",)),
    Picture("scenarios", ("/scenarios/", r"/scenarios/\d+/")),
    Picture("inbox", ("/inbox/",)),
    Picture("kpis", ("/kpis/", r"/kpis/\d+/")),
    Picture("key-results", ("/objectives/", r"/objectives/\d+/")),
    Picture("feedback", ("/feedback/",)),
    Picture("proposals", ("/proposals/",)),
    Picture("change-request", ("/changes/?state=applied", r"/changes/\d+/"), size=WIDE),
    Picture("decision", ("/decisions/", r"/decisions/\d+/")),
    Picture("method", ("/methods/", r"/methods/\d+/")),
    Picture("phases", ("/phases/",), size=WIDE),
    Picture("phases-zh", ("/phases/",), language="zh-hans", theme="dark", size=PHONE),
    Picture("gate", ("/gates/?state=open", r"/gates/\d+/")),
    Picture("packs", ("/packs/",)),
    Picture("meeting", ("/meetings/?state=held", r"/meetings/\d+/")),
    Picture("document", ("/documents/", r"/documents/\d+/")),
    Picture("stakeholders", ("/stakeholders/",)),
    Picture("risks", ("/risks/matrix/",)),
    Picture("pulse", ("/pulses/", r"/pulses/\d+/")),
    Picture("import-questions", ("/imports/new/",), file="tasks.csv"),
    Picture("import-preview", ("/imports/new/",), file="trello/nebula-agile-2015.json"),
    Picture("import-result", ("/imports/new/",), file="msproject/sample.xml", is_imported=True),
)


def main() -> int:
    options = _options()
    chosen = [one for one in PICTURES if any(part in one.name for part in options.only.split(","))]
    missing = []
    with _site(options) as (url, email, password), visit.chromium() as browser:
        signed = visit.sign_in(browser, url, email, password)
        for one in sorted(chosen, key=lambda p: (p.is_imported, p.language, p.theme)):  # what adds to the demonstration comes last
            try:
                _take(browser, url, signed, one)
            except visit.NoSuchLink as problem:
                missing.append(f"{one.name}: {problem}")
    for line in missing:
        print(f"NOT TAKEN  {line}", file=sys.stderr)
    return 1 if missing else 0


def _take(browser: Any, url: str, signed: Any, one: Picture) -> None:
    page = visit.page(browser, url, signed if one.is_signed_in else None, language=one.language, theme=one.theme, size=one.size)
    try:
        visit.follow(page, one.way)
        visit.settled(page)
        if one.file:
            _upload(page, one)
        if one.is_shared:
            page = _as_stranger(browser, url, page, one)
        if one.press:
            page.locator(one.press.format(row=_ROW)).first.click()
            if one.key:
                page.keyboard.press(one.key)
            page.mouse.move(0, 0)
            page.wait_for_timeout(2000)
        file = IMAGES / f"{one.name}.webp"
        file.write_bytes(visit.webp(browser, page.screenshot()))
        print(f"{one.name:18} {file.stat().st_size // 1024:4} kB  {page.url.removeprefix(url)}")
    finally:
        page.context.close()


def _as_stranger(browser: Any, url: str, page: Any, one: Picture) -> Any:
    """The roadmap behind a link that was just made, as somebody without an account sees it."""
    page.get_by_label("Product").select_option(label="Shipper Portal")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    page.context.close()
    opened = visit.page(browser, url, None, language=one.language, theme=one.theme, size=one.size)
    opened.goto(link)
    visit.settled(opened)
    return opened


def _upload(page: Any, one: Picture) -> None:
    """Through the wizard: to the questions or the preview, or to the end."""
    file = FILES / one.file
    table = {"name": one.file, "mimeType": "text/csv", "buffer": TABLE.encode()}
    if "/" in one.file and not file.is_file():
        raise visit.NoSuchLink(f"{file} is not on this machine (TANDEM_TEST_FILES names the folder)")
    page.locator("input[type=file]").set_input_files(file if "/" in one.file else table)
    page.get_by_role("button", name="Look at the file").click()
    page.wait_for_url(re.compile(r"/imports/\d+/"), timeout=120_000)
    if "/" in one.file:
        page.get_by_role("button", name="Import", exact=True).wait_for(timeout=120_000)
    if one.is_imported:
        page.locator("input[name=features][value=epics]").check()
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_role("link", name="Open the board").wait_for(timeout=120_000)
    visit.settled(page)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/pictures.py", description=__doc__)
    parser.add_argument("--data", default=".tandem-pictures", help="data directory of the demonstration that is started")
    parser.add_argument("--url", default="", help="a demonstration that runs already, with --email and --password of its PMO lead")
    parser.add_argument("--email", default="alma.voss@harbourline.example")
    parser.add_argument("--password", default="")
    parser.add_argument("--only", default="", help="take the pictures whose name contains this, or one of these with commas between")
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
