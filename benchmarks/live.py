"""How soon everybody who looks sees a change: `python -m benchmarks.live --data FOLDER --pages 200`.

Two hundred different people have a page open; somebody moves a card. Measured from the moment in which the request is sent:
until the stream of each page that looks at it says so, until that page has its new picture (it waits and asks as the
browser does), and until some real browsers show it. The worker runs, for it is the one who tells."""

import argparse
import asyncio
import json
import re
import shutil
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import cpu, dataset, pages, report

HERE = Path(__file__).resolve().parent
GOAL = 1000.0
_PROJECTS, _ITEMS = 20, 2000
_WAITS = 0.02 + 0.02
"""Seconds until the browser asks for the first change after a rest (`live.ts`, `board.ts`)."""
_LONGEST = 60.0
_asking: set[asyncio.Task[None]] = set()
_TOKEN = "figures0figures0figures0figures0"
_SHOWN = """([id, version]) => new Promise((done) => { const is = () => Number(document.querySelector(`[data-card="${id}"]`)?.dataset.version) >= version;
  if (is()) { done(Date.now()); return } const watch = new MutationObserver(() => { if (is()) { watch.disconnect(); done(Date.now()) } });
  watch.observe(document.querySelector('tandem-board'), {subtree: true, childList: true, attributes: true, attributeFilter: ['data-version']}) })"""


@dataclass
class Page:
    """One person's open page: what it was told and when it had its new picture, for the change that is under way."""

    cookie: str
    path: str
    topic: str
    is_concerned: bool
    told: float = 0.0
    shown: float = 0.0
    stray: int = 0
    have: str = ""
    bell: asyncio.Event = field(default_factory=asyncio.Event)


def main() -> int:
    options = _options()
    dataset.connect(options.data)
    cookies, writer, boards = _made(options.pages + options.browsers + 1)
    port = pages._free_port()
    web = [sys.executable, "-m", "tandem.config.listener", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    found: dict[str, Any] = {"day": str(date.today()), "machine": report.machine(), "pages": options.pages, "changes": options.changes, "load before": report.load()}
    with pages._server(web, port, {}) as ours, _worker():
        for name, own in (("spread over 20 boards", 1 / _PROJECTS), ("all on one board", 1.0)):
            found[name] = asyncio.run(_scene(port, cookies, writer, boards, own, options))
            found[name]["server MiB"] = cpu.memory_of(ours)["now"]
            print(name, json.dumps(found[name]), file=sys.stderr)
    found["load after"] = report.load()
    text = markdown(found)
    print(text)
    if not options.dry:
        (HERE / "results" / "live.json").write_text(json.dumps(found, indent=1) + "\n")
        (HERE / "results" / "live.md").write_text(text)
    return 0 if all(_holds(found[name]) for name in _SCENES) else 1


_SCENES = ("spread over 20 boards", "all on one board")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--data", default=".tandem-live", help="data directory; its database is filled when it is empty")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--changes", type=int, default=10, help="cards that are moved, per scene")
    parser.add_argument("--browsers", type=int, default=3, help="real browsers that look on as well; 0 for none")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    return parser.parse_args()


# ── people and their boards ──


def _made(count: int) -> tuple[list[str], str, list[tuple[str, int]]]:
    """Cookies of so many people, of the one who writes, and the boards with the ids of their spaces."""
    from django.db import connection, transaction
    from django.test import Client

    from tandem.people.actions import spaces, users
    from tandem.people.models import Role, Space, User
    from tandem.samples import size

    if not Space.objects.filter(parent=None).exists():
        size.generate(items=_ITEMS, projects=_PROJECTS, people=count + 2)
    admin, root = User.objects.get(email="admin@size.example"), Space.objects.get(parent=None)
    people = list(User.objects.filter(email__regex=r"^p\d+@").order_by("id")[:count])
    with transaction.atomic():
        people += [users.add(actor=admin, name=f"Looker {n}", email=f"p{90_000 + n}@size.example") for n in range(count - len(people))]
        for person in people:
            if not person.memberships.exists():
                spaces.grant(actor=admin, space=root, user=person, role=Role.MEMBER)
    cookies = []
    for person in people:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(pk=person.pk), backend="allauth.account.auth_backends.AuthenticationBackend")
        cookies.append(pages._cookie(client))
    boards = list(Space.objects.filter(kind="project").order_by("id").values_list("key", "id"))
    connection.close()
    return cookies[1:], cookies[0], boards


def _worker() -> Any:
    """The worker with its keeper, who tells; it is up when the first job could run."""
    import contextlib
    import subprocess

    @contextlib.contextmanager
    def running() -> Any:
        process = subprocess.Popen([sys.executable, "-m", "tandem.config.cli", "worker"], cwd=HERE.parent)
        try:
            _until_idle()
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    return running()


def _until_idle(longest: float = 240.0) -> None:
    """What a new installation has to compute is computed before the first card moves."""
    from django.db import connection

    until, quiet = time.monotonic() + longest, 0
    print("The worker computes what it has to", file=sys.stderr)
    while time.monotonic() < until and quiet < 4:
        time.sleep(2)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND (scheduled_at IS NULL OR scheduled_at < now())")
            quiet = quiet + 1 if cursor.fetchone()[0] == 0 else 0
    connection.close()


# ── one scene ──


async def _scene(port: int, cookies: list[str], writer: str, boards: list[tuple[str, int]], own: float, options: argparse.Namespace) -> dict[str, Any]:
    """`own` is the share of the pages that look at the board on which something happens."""
    (key, space), others = boards[1], [boards[0], *boards[2:]]
    near = max(1, round(options.pages * own))
    open_ = []
    for n, cookie in enumerate(cookies[: options.pages]):
        at, pk = (key, space) if n < near else others[n % len(others)]
        open_.append(Page(cookie, f"/boards/{at}/", f"space:{pk}", n < near))
    tasks = []
    for page in open_:
        text = (await _ask(port, page.cookie, page.path))[1]
        token = re.search(r'<tandem-live src="([^"]+)"', text)
        assert token, f"{page.path} has no stream"
        tasks.append(asyncio.create_task(_listen(port, page, token[1].replace("&amp;", "&"))))
    print(f"{len(tasks)} pages are open, {near} of them at the board that changes", file=sys.stderr)
    await asyncio.sleep(3)
    found = {"told": [], "pictured": [], "browser": [], "saved": []}
    async with _Browsers(port, cookies[options.pages :], f"/boards/{key}/") as browsers:
        cards = _cards(key, options.changes)
        for number, (card, version, states) in enumerate(cards):
            for page in open_:
                page.told = page.shown = 0.0
                page.bell.clear()
            watching = await browsers.watch(card, version + 1)
            began = time.time()
            status, answer = await _ask(port, writer, f"/boards/{key}/cards/{card}/", {"state": states[number % len(states)], "after": None, "version": version})
            assert status == 200, answer
            found["saved"].append(time.time() - began)
            concerned = [p for p in open_ if p.is_concerned]
            try:
                await asyncio.wait_for(asyncio.gather(*(p.bell.wait() for p in concerned)), _LONGEST)
                found["browser"] += [moment / 1000 - began for moment in await asyncio.wait_for(asyncio.gather(*watching), _LONGEST)]
            except TimeoutError:
                pass
            found["told"] += [p.told - began if p.told else _LONGEST for p in concerned]
            found["pictured"] += [p.shown - began if p.shown else _LONGEST for p in concerned]
            print(f"change {number + 1} of {len(cards)}: seen by the last one after {max(found['pictured']):.2f} s at most", file=sys.stderr)
            await asyncio.sleep(1.5)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {"looking": near, "stray": sum(p.stray for p in open_), **{name: _shares(values) for name, values in found.items() if values}}


def _cards(key: str, count: int) -> list[tuple[int, int, list[int]]]:
    """Cards on the board's first screen with their version, and the states that each may go to."""
    from django.db import connection

    from tandem.work.models import State, WorkItem

    def read() -> list[tuple[int, int, list[int]]]:
        states = list(State.objects.filter(space__key=key, retired_at=None).exclude(category="done").order_by("rank").values_list("id", flat=True))
        rows = WorkItem.objects.filter(space__key=key, removed_at=None).exclude(state__category="done").order_by("rank", "id")[:count]
        found = [(pk, version, [s for s in states if s != state]) for pk, version, state in rows.values_list("id", "version", "state_id")]
        connection.close()
        return found

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(read).result()


async def _listen(port: int, page: Page, src: str) -> None:
    """The stream of a page; what it is told it fetches, as the browser would."""
    reader, out = await asyncio.open_connection("127.0.0.1", port)
    out.write(f"GET {src} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {page.cookie}\r\nAccept: text/event-stream\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            if json.loads(line[6:])["topic"] != page.topic:
                continue
            if not page.is_concerned:
                page.stray += 1
            elif not page.told:
                page.told = time.time()
                task = asyncio.get_running_loop().create_task(_pictured(port, page))
                _asking.add(task)  # the loop itself holds none
                task.add_done_callback(_asking.discard)
    finally:
        out.close()


async def _pictured(port: int, page: Page) -> None:
    await asyncio.sleep(_WAITS)
    status, text = await _ask(port, page.cookie, f"{page.path}?part=board{'&have=' if page.have else ''}{page.have}")
    if status == 200:
        page.shown = time.time()
    name = re.search('data-picture="([^"]+)"', text)
    page.have = name[1] if name else ""
    page.bell.set()


async def _ask(port: int, cookie: str, path: str, change: dict[str, Any] | None = None) -> tuple[int, str]:
    """One request on a connection of its own."""
    reader, out = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps(change).encode() if change else b""
    head = [f"{'PATCH' if change else 'GET'} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}; tandem_csrf={_TOKEN}", "Connection: close"]
    head += ["Content-Type: application/json", f"X-CSRFToken: {_TOKEN}", f"Content-Length: {len(body)}"] if change else ["Accept: text/html", "HX-Request: true"]
    out.write("\r\n".join([*head, "", ""]).encode() + body)
    answer = await reader.read()
    out.close()
    top, _, rest = answer.partition(b"\r\n\r\n")
    return int(top.split(b" ", 2)[1]), rest.decode(errors="replace")


class _Browsers:
    """Some real pages beside the others, each of another person."""

    def __init__(self, port: int, cookies: list[str], path: str) -> None:
        self.address, self.cookies, self.path = f"http://127.0.0.1:{port}", cookies[: len(cookies)], path
        self.pages: list[Any] = []

    async def __aenter__(self) -> "_Browsers":
        if not self.cookies:
            return self
        from playwright.async_api import async_playwright

        system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        self.driver = await async_playwright().start()
        self.browser = await self.driver.chromium.launch(executable_path=system, args=["--no-sandbox", "--disable-gpu"])
        for cookie in self.cookies:
            context = await self.browser.new_context(viewport={"width": 1440, "height": 900})
            name, value = cookie.split("=", 1)
            await context.add_cookies([{"name": name, "value": value, "url": self.address}])
            page = await context.new_page()
            await page.goto(self.address + self.path)
            await page.wait_for_selector("tandem-board.ready")
            self.pages.append(page)
        await asyncio.sleep(1)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.cookies:
            await self.browser.close()
            await self.driver.stop()

    async def watch(self, card: int, version: int) -> list[Any]:
        found = [asyncio.create_task(page.evaluate(_SHOWN, [card, version])) for page in self.pages]
        await asyncio.sleep(0.3)
        return found


# ── what is told of it ──


def _shares(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "p50_ms": round(1000 * ordered[len(ordered) // 2]), "p95_ms": round(1000 * ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]),
        "max_ms": round(1000 * ordered[-1]), "within_a_second": round(sum(s <= GOAL / 1000 for s in ordered) / len(ordered), 3), "n": len(ordered),
    }  # fmt: skip


def _holds(scene: dict[str, Any]) -> bool:
    return not scene["stray"] and all(scene[name]["max_ms"] <= GOAL for name in ("told", "pictured", "browser") if name in scene)


def markdown(found: dict[str, Any]) -> str:
    names = {"saved": "the writer has the answer", "told": "the stream says so", "pictured": "the page has its new picture", "browser": "a real browser shows it"}
    lines = [
        f"# Live pages: {found['pages']} people look", "",
        f"{found['day']} · {found['machine']} · {found['changes']} changes per scene · load before {found['load before']}, after {found['load after']}", "",
        "From the moment in which the request that moves a card is sent, until …; the goal is one second for everybody who looks.", "",
        "| scene | until | n | p50 ms | p95 ms | max ms | within a second |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for scene in _SCENES:
        one = found[scene]
        for name, words in names.items():
            if name in one:
                s = one[name]
                lines.append(f"| {scene}, {one['looking']} look at this one | {words} | {s['n']} | {s['p50_ms']} | {s['p95_ms']} | {s['max_ms']} | {s['within_a_second']:.0%} |")
    strays = sum(found[s]["stray"] for s in _SCENES)
    memory = ", ".join(f"{found[s]['server MiB']:g} MiB ({s})" for s in _SCENES)
    lines += ["", f"Pages that were told of what they do not show: {strays}. Memory of the server: {memory}.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
