"""Measures every page of Tandem beside the bare floor, in one run: `python -m benchmarks.pages --data FOLDER`.

Another page to measure is another line in `PAGES`.
"""

import argparse
import contextlib
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import dataset
from benchmarks.driver import Measured, drive

HERE = Path(__file__).resolve().parent
AT_MOST = 2.0
MOST_QUERIES = 25
CLIENTS = (1, 8)


class Page(NamedTuple):
    """A page and the floor's view of the same rows; {project} and {item} are filled with keys of the data."""

    name: str
    path: str
    floor: str


PAGES = (
    Page("Home", "/", "/"),
    Page("Roadmap", "/roadmap/", "/roadmap/"),
    Page("Work items, 50 rows", "/work-items/", "/work-items/"),
    Page("Work items, mine, by due date", "/work-items/?q=assignee:me+state:open&sort=due", "/mine/"),
    Page("Work item", "/work-items/{item}/", "/work-items/{item}/"),
    Page("Board, project of 1,000", "/boards/{project}/", "/boards/{project}/"),
    Page("Plan, project of 1,000: page", "/plans/{project}/", "/plans/{project}/"),
    Page("Plan, project of 1,000: data", "/plans/{project}/data.json", "/plans/{project}/data.json"),
    Page("Objectives", "/objectives/", "/objectives/"),
    Page("Import", "/imports/", "/imports/"),
    Page("Jobs", "/jobs/", "/jobs/"),
)


@dataclass
class Result:
    page: Page
    queries: int = 0
    tandem: dict[int, Measured] = field(default_factory=lambda: {c: Measured() for c in CLIENTS})
    floor: dict[int, Measured] = field(default_factory=lambda: {c: Measured() for c in CLIENTS})

    def ratio(self, clients: int) -> float:
        return self.tandem[clients].share(0.5) / self.floor[clients].share(0.5)

    @property
    def wrong(self) -> list[str]:
        return [w for side in (self.tandem, self.floor) for m in side.values() for w in m.wrong]

    @property
    def holds(self) -> bool:
        return not self.wrong and self.queries <= MOST_QUERIES and all(self.ratio(c) <= AT_MOST for c in CLIENTS)


def main() -> int:
    options = _options()
    settings = dataset.connect(options.data)
    made = dataset.fill(options.items, options.projects, options.people)
    keys = _keys()
    pages = [Page(p.name, p.path.format(**keys), p.floor.format(**keys)) for p in PAGES if options.only.lower() in p.name.lower()]
    cookie, results = _signed_in(pages)
    here, there = _free_port(), _free_port()
    web = [sys.executable, "-m", "tandem.config.listener", "--host", "127.0.0.1", "--port", str(here), "--log-level", "warning"]
    bare = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(there), "--workers", "1",
        "--blocking-threads", str(settings.threads), "--no-ws", "--log-level", "warning", "benchmarks.floor:application",
    ]  # fmt: skip
    with _server(web, here, {}), _server(bare, there, {"DJANGO_SETTINGS_MODULE": "benchmarks.floor_settings"}):
        for result in results:
            _measure(result, here, there, cookie, options)
            print(_line(result), file=sys.stderr)
    report = _report(results, made, options)
    print(report)
    if options.write:
        target = HERE / "results" / f"pages-{date.today()}.md"
        target.write_text(report)
    return 0 if all(r.holds for r in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--data", required=True, help="data directory; its database is filled when it is empty")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1.5, help="per page, side, number of clients and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="measure pages whose name contains this")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/pages-<day>.md")
    return parser.parse_args()


def _keys() -> dict[str, str]:
    """The project of 1,000, and an item of it with comments and links."""
    from tandem.collaboration.models import Comment
    from tandem.work.models import Link

    ids = Link.objects.filter(source__space__key="P1").values_list("source_id", flat=True)[:200]
    talked = Comment.objects.filter(subject_kind="work.workitem", subject_id__in=list(ids)).values_list("subject_id", flat=True).first()
    from tandem.work.models import WorkItem

    return {"project": "P1", "item": WorkItem.objects.get(pk=talked).key}


def _signed_in(pages: list[Page]) -> tuple[str, list[Result]]:
    """A session of the reader, and how many queries each page needs when everything is warm."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(dataset.reader(), backend="allauth.account.auth_backends.AuthenticationBackend")
    results = []
    for page in pages:
        client.get(page.path)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page.path)
        if answer.status_code != 200:
            print(f"{page.path}: {answer.status_code}", file=sys.stderr)
        results.append(Result(page, len(queries)))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    connection.close()
    return cookie, results


@contextlib.contextmanager
def _server(command: list[str], port: int, more: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env={**os.environ, **more}, cwd=HERE.parent)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None:
                raise SystemExit(f"{command[2]} did not start")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _measure(result: Result, here: int, there: int, cookie: str, options: Any) -> None:
    """Sides take turns, and who begins changes: what else the machine does falls on both."""
    sides = [(result.tandem, here, result.page.path), (result.floor, there, result.page.floor)]
    for _, port, path in sides:
        drive(port, path, cookie, 1, 0.3)
    for turn in range(options.rounds):
        for clients in CLIENTS:
            for into, port, path in sides if turn % 2 == 0 else reversed(sides):
                into[clients].add(drive(port, path, cookie, clients, options.seconds))


def _line(r: Result) -> str:
    return f"{r.page.name}: {', '.join(f'{r.ratio(c):.2f}x at {c}' for c in CLIENTS)}, {r.queries} queries {r.wrong[:2] or ''}"


def _report(results: list[Result], made: dict[str, Any], options: Any) -> str:
    head = [
        f"# Pages beside the bare floor, {date.today()}",
        "",
        f"`python -m benchmarks.pages --data FOLDER --items {options.items}` · {options.rounds} rounds of {options.seconds} s per cell, "
        f"closed loop, keep-alive · {os.cpu_count()} cores, Python {platform.python_version()} · "
        + ", ".join(f"{name} {value}" for name, value in made.items()),
        "",
        f"Held when the median is at most {AT_MOST:g} times the floor's at 1 and 8 clients, with at most {MOST_QUERIES} queries.",
        "",
        "| page | clients | Tandem p50 / p95 ms | req/s | floor p50 / p95 ms | req/s | ratio p50 | KB, floor KB | queries | held |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_row(r, c) for r in results for c in CLIENTS), ""])


def _row(r: Result, clients: int) -> str:
    t, f = r.tandem[clients], r.floor[clients]
    sizes = f"{t.size / 1024:.0f}, {f.size / 1024:.0f}"
    held = "wrong: " + r.wrong[0] if r.wrong else "yes" if r.ratio(clients) <= AT_MOST and r.queries <= MOST_QUERIES else "no"
    return (
        f"| {r.page.name} | {clients} | {t.share(0.5):.1f} / {t.share(0.95):.1f} | {t.per_second:.0f} | {f.share(0.5):.1f} / "
        f"{f.share(0.95):.1f} | {f.per_second:.0f} | {r.ratio(clients):.2f} | {sizes} | {r.queries} | {held} |"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
