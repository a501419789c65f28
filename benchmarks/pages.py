"""Measures every page of Tandem beside the bare floor, in one run: `python -m benchmarks.pages --data FOLDER`.

Another page to measure is another line in `PAGES`, and its view in `floor.py`.
"""

import argparse
import contextlib
import html
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import cpu, dataset, everyday, report
from benchmarks.driver import Measured, drive
from benchmarks.report import CLIENTS, Goal, Page, Result

HERE = Path(__file__).resolve().parent

PAGES = (
    Page("Home", "/", "/"),
    Page("Inbox", "/inbox/", "/inbox/"),
    Page("Objectives", "/objectives/", "/objectives/"),
    Page("Roadmap, by objective", "/roadmap/", "/roadmap/"),
    Page("Roadmap, now/next/later", "/roadmap/?view=horizons", "/roadmap/"),
    Page("Plan of 1,000: page", "/plans/{project}/", "/plans/{project}/"),
    Page("Plan of 1,000: data", "/plans/{project}/data.json", "/plans/{project}/data.json"),
    Page("Plan of 10,000: page", "/plans/{large}/", "/plans/{large}/"),
    Page("Plan of 10,000: data", "/plans/{large}/data.json", "/plans/{large}/data.json"),
    Page("Board of 1,000", "/boards/{project}/", "/boards/{project}/"),
    Page("Backlog of 1,000", "/backlog/{project}/", "/backlog/{project}/"),
    Page("Work items, newest", "/work-items/", "/work-items/"),
    Page("Work items, second page", "/work-items/{second}", "/second/"),
    Page("Work items, mine and open, by due date", "/work-items/?q=assignee:me+state:open&sort=due", "/mine/"),
    Page("Work items, a project by title", "/work-items/?q=project:{project}&sort=title", "/title/"),
    Page("Work items, a project grouped by state", "/work-items/?q=project:{project}&group=state", "/grouped/"),
    Page("Work item", "/work-items/{item}/", "/work-items/{item}/"),
    Page("Work item with everything", "/work-items/{full}/", "/work-items/{full}/"),
    Page("Imports", "/imports/", "/imports/"),
    Page("Import, the first step", "/imports/new/", "/imports/new/"),
    Page("Import, its result", "/imports/{imported}/", "/imports/{imported}/"),
    Page("Jobs", "/jobs/", "/jobs/"),
)


def main() -> int:
    options = _options()
    settings = dataset.connect(options.data)
    made = dataset.fill(options.items, options.projects, options.people)
    client = _client()
    keys = _keys(client)
    chosen = [p for p in PAGES if options.only.lower() in p.name.lower() and (keys["large"] or "{large}" not in p.path)]
    pages = [Page(p.name, p.path.format(**keys), p.floor.format(**keys)) for p in chosen]
    results = measured(client, pages, Goal(), options, settings.threads, made)
    text = report.markdown(results, made, options)
    print(text)
    if not options.dry:
        report.write(HERE / "results", options.name, text, results, made)
    return 0 if all(r.holds for r in results) else 1


def measured(
    client: Any, pages: list[Page], goal: Goal, options: Any, threads: int, made: dict[str, Any], change: Callable[[bool], Any] | None = None
) -> list[Result]:
    """Each page of both servers, with 1 and with 8 clients; with a `change` (by the reader, or by somebody else) also the first
    answer after one. `made` gets the load around it."""
    results = _counted(client, pages, goal)
    cookie, database = _cookie(client), _database()
    here, there = _free_port(), _free_port()
    web, bare = commands(here, there, threads)
    made["load before"] = report.load()
    more = {"DJANGO_SETTINGS_MODULE": "benchmarks.floor_settings"}
    with _server(web, here, {}) as ours, _server(bare, there, more) as theirs:
        sides = Sides((here, [ours, database]), (there, [theirs, database]))
        for result in results:
            _measure(result, sides, cookie, options)
            if change:
                _after_changes(result, here, cookie, change, 3 * options.rounds + 1)
            print(report.line(result), file=sys.stderr)
    made["load after"] = report.load()
    return results


def commands(here: int, there: int, threads: int) -> tuple[list[str], list[str]]:
    """Tandem as `tandem serve` runs it, and the bare floor, each on its port."""
    web = [sys.executable, "-m", "tandem.config.listener", "--host", "127.0.0.1", "--port", str(here), "--log-level", "warning"]
    bare = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(there), "--workers", "1",
        "--blocking-threads", str(threads), "--no-ws", "--log-level", "warning", "benchmarks.floor:application",
    ]  # fmt: skip
    return web, bare


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--data", default=".tandem-size", help="data directory; its database is filled when it is empty")
    add_options(parser, dataset.ITEMS, dataset.PROJECTS, dataset.PEOPLE)
    parser.add_argument("--name", default="pages", help="write results/NAME.md and NAME.json")
    return parser.parse_args()


def add_options(parser: argparse.ArgumentParser, items: int, projects: int, people: int) -> None:
    """How much there is, and how long it is measured."""
    parser.add_argument("--items", type=int, default=items)
    parser.add_argument("--projects", type=int, default=projects)
    parser.add_argument("--people", type=int, default=people)
    parser.add_argument("--seconds", type=float, default=1.5, help="per page, side, number of clients and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="measure pages whose name contains this")
    parser.add_argument("--dry", action="store_true", help="write nothing")


def _client() -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(dataset.reader(), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _keys(client: Any) -> dict[str, str]:
    """The project of 1,000, the large one where there is one, an item with comments and links, the address of the
    table's second page."""
    from tandem.collaboration.models import Comment
    from tandem.people.models import Space
    from tandem.work.models import Link, WorkItem

    ids = Link.objects.filter(source__space__key="P1").values_list("source_id", flat=True)[:200]
    talked = Comment.objects.filter(subject_kind="work.workitem", subject_id__in=list(ids)).values_list("subject_id", flat=True)
    large = WorkItem.objects.filter(space__key="P2").count() >= 10_000 and Space.objects.filter(key="P2").exists()
    following = re.search(r'rel="next" href="([^"]+)"', client.get("/work-items/").content.decode())
    return {
        "project": "P1", "large": "P2" if large else "", "item": WorkItem.objects.get(pk=talked[0]).key, "full": everyday.full_item(),
        "imported": str(everyday.imported(dataset.reader())),
        "second": html.unescape(following[1]) if following else "",
    }  # fmt: skip


def _counted(client: Any, pages: list[Page], goal: Goal) -> list[Result]:
    """How many queries each page needs to be made when everything else is warm: one that stands is forgotten before."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tandem.web import standing

    results = []
    for page in pages:
        client.get(page.path)
        standing.forget()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page.path)
            count = len(queries)
        if answer.status_code != 200:
            print(f"{page.path}: {answer.status_code}", file=sys.stderr)
        results.append(Result(page, count, goal))
    connection.close()
    return results


def _cookie(client: Any) -> str:
    from django.conf import settings

    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@contextlib.contextmanager
def _server(command: list[str], port: int, more: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(command, env={**os.environ, **more}, cwd=HERE.parent)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None:
                raise SystemExit(f"{command[2]} did not start")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


class Sides(NamedTuple):
    """Port and processes of each."""

    tandem: tuple[int, list[int]]
    floor: tuple[int, list[int]]


def _measure(result: Result, sides: Sides, cookie: str, options: Any) -> None:
    """Sides take turns, and who begins changes: what else the machine does falls on both."""
    pairs = [(result.tandem, sides.tandem, result.page.path), (result.floor, sides.floor, result.page.floor)]
    for _, (port, _pids), path in pairs:
        drive(port, path, cookie, 1, 0.3)
    for turn in range(options.rounds):
        for clients in CLIENTS:
            for into, (port, pids), path in pairs if turn % 2 == 0 else reversed(pairs):
                into[clients].add(_driven(port, pids, path, cookie, clients, options.seconds))


def _after_changes(result: Result, port: int, cookie: str, change: Callable[[bool], Any], times: int) -> None:
    """The first answer after each of so many changes by somebody else, and when what it says is that of the change; then the
    same after the reader's own, which is always on the next page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=25)
    asked = {"Cookie": cookie, "Accept-Encoding": "identity"}

    def ask(**more: str) -> tuple[int, str]:
        connection.request("GET", result.page.path, headers=asked | {name.replace("_", "-"): value for name, value in more.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status not in (200, 204):
            raise SystemExit(f"{result.page.path}: {answer.status}")
        return answer.status, text

    for turn in range(times):
        change(False)
        began = time.perf_counter()
        text = ask()[1]
        first = time.perf_counter() - began
        if mark := re.search(r'data-anew="([^"]+)"', text):
            while ask(X_Anew=mark[1], HX_Request="true")[0] == 204:
                time.sleep(0.02)
        if turn:
            result.anew.seconds.append(first)
            result.there.seconds.append(time.perf_counter() - began)
    for turn in range(times):
        change(True)
        began = time.perf_counter()
        if "data-anew" in ask()[1]:
            result.own.wrong.append("one's own change was not on the next page")
        if turn:
            result.own.seconds.append(time.perf_counter() - began)
    connection.close()


def _driven(port: int, pids: list[int], path: str, cookie: str, clients: int, seconds: float) -> Measured:
    before = cpu.of_trees(pids)
    found = drive(port, path, cookie, clients, seconds)
    found.cpu = cpu.of_trees(pids) - before
    return found


def _database() -> int:
    """The process of the database server, when it runs here."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found = cpu.parent_of(cursor.fetchone()[0])
    connection.close()
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
