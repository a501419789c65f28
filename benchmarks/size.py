"""What a team does all day, with 100,000 work items in 200 spaces of 500 people: `python -m benchmarks.size --data FOLDER`.

Reading, finding and writing at 1 and at 8 clients; beside the bare floor where there is one; and the memory of the server.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from benchmarks import cpu, dataset, pages, report
from benchmarks.driver import Asks, Measured, Request, drive
from benchmarks.report import CLIENTS

HERE = Path(__file__).resolve().parent
AT_MOST_FIRST_HIT = 100.0
_CARDS = 5
_TOKEN = "figures0figures0figures0figures0"
_WRITES = {"X-CSRFToken": _TOKEN, "Accept": "application/json", "X-Requested-With": "fetch"}


class Job(NamedTuple):
    """Something that people do. `floor` is its path at the bare floor; `search` is what is typed."""

    name: str
    asks: str | Callable[["Data"], Asks]
    floor: str = ""
    search: str = ""


class Data(NamedTuple):
    """What the writers work on: projects to add to; cards of one board, its states, each with its version."""

    projects: list[str]
    cards: list[tuple[int, int]]
    states: list[int]


def main() -> int:
    options = _options()
    settings = dataset.connect(options.data)
    made = dataset.fill(options.items, options.projects, options.people)
    client = pages._client()
    keys, data = pages._keys(client), _data()
    found = _before(options)
    chosen = [j for j in JOBS if options.only.lower() in j.name.lower() and (options.again or j.name not in found["jobs"])]
    asked = {j.name: j.asks.format(**keys) if isinstance(j.asks, str) else j.asks(data) for j in chosen}
    counts = {j.name: _queries(client, asked[j.name]) for j in chosen}
    hits = {j.name: _hits(client, j.search) for j in chosen if j.search}
    cookie, database = f"{pages._cookie(client)}; tandem_csrf={_TOKEN}", pages._database()
    here, there = pages._free_port(), pages._free_port()
    web, bare = pages.commands(here, there, settings.threads)
    found |= {"machine": report.machine(), "data": made, "load before": report.load()}
    with pages._server(web, here, {}) as ours, pages._server(bare, there, {"DJANGO_SETTINGS_MODULE": "benchmarks.floor_settings"}) as theirs:
        drive(here, "/work-items/", cookie, 1, 1.0)
        found["memory MiB"] = {"after the first page": cpu.memory_of(ours)["now"]}
        for job in chosen:
            sides = [(here, ours, asked[job.name])] + ([(there, theirs, job.floor.format(**keys))] if job.floor else [])
            found["jobs"][job.name] = _measured(sides, database, cookie, options) | {"queries": counts[job.name], "is_write": callable(job.asks)} | hits.get(job.name, {})
            print(job.name, json.dumps(found["jobs"][job.name]), file=sys.stderr)
            found["memory MiB"] |= {"at the end": cpu.memory_of(ours)["now"], "the most": cpu.memory_of(ours)["most"]}
            _keep(options, found)
    found["load after"] = report.load()
    _keep(options, found)
    print(markdown(found))
    return 0 if all(_holds(name, facts) for name, facts in found["jobs"].items()) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    parser.add_argument("--data", default=".tandem-size", help="data directory; its database is filled when it is empty")
    pages.add_options(parser, dataset.ITEMS, dataset.PROJECTS, dataset.PEOPLE)
    parser.add_argument("--again", action="store_true", help="measure what today's file has already")
    parser.set_defaults(seconds=2.0)
    return parser.parse_args()


def _before(options: argparse.Namespace) -> dict[str, Any]:
    """What an interrupted run of today has measured: a second run goes on from there."""
    kept, today = HERE / "results" / "size.json", str(date.today())
    if not options.dry and kept.exists() and (found := json.loads(kept.read_text()))["day"] == today:
        return dict(found)
    return {"day": today, "rounds": options.rounds, "seconds": options.seconds, "jobs": {}}


def _keep(options: argparse.Namespace, found: dict[str, Any]) -> None:
    if not options.dry:
        (HERE / "results" / "size.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        (HERE / "results" / "size.md").write_text(markdown(found))


# ── what people do ──


def _data() -> Data:
    from tandem.people.models import Space
    from tandem.work.models import State, WorkItem

    rows = WorkItem.objects.filter(space__key="P1", removed_at=None).exclude(state__category="done").order_by("id")
    return Data(
        list(Space.objects.filter(kind="project").order_by("id").values_list("key", flat=True)[2:18]),
        list(rows.values_list("id", "version")[:200]), list(State.objects.filter(space__key="P1", retired_at=None).order_by("rank").values_list("id", flat=True)),
    )  # fmt: skip


def _creating(data: Data) -> Asks:
    """Each client adds to a project of its own, as the line above a column does."""

    def client(number: int) -> Callable[[bytes], Request]:
        path = f"/boards/{data.projects[number % len(data.projects)]}/quick/"
        body = f"text={quote('Check the moorings of the new berth !high #quay')}".encode()
        headers = _WRITES | {"Content-Type": "application/x-www-form-urlencoded"}
        return lambda _answer: Request(path, "POST", body, headers)

    return client


def _moving(data: Data) -> Asks:
    """All clients move cards of one board, each its own, one column on, to the top. The last answer of a turn is not seen:
    the next turn takes other cards."""
    turns = iter(range(10_000))

    def client(_number: int) -> Callable[[bytes], Request]:
        first = next(turns) * _CARDS % max(1, len(data.cards) - _CARDS)
        mine, at = [[pk, version, 0] for pk, version in data.cards[first : first + _CARDS]], [-1]

        def following(answer: bytes) -> Request:
            if at[0] >= 0:
                mine[at[0] % len(mine)][1] = json.loads(answer)["version"]
            at[0] += 1
            card = mine[at[0] % len(mine)]
            card[2] += 1
            body = {"state": data.states[card[2] % len(data.states)], "after": None, "version": card[1]}
            return Request(f"/boards/P1/cards/{card[0]}/", "PATCH", json.dumps(body).encode(), _WRITES | {"Content-Type": "application/json"})

        return following

    return client


JOBS = (
    Job("List: all items, newest first", "/work-items/", "/work-items/"),
    Job("Filter: mine and open, by due date", "/work-items/?q=assignee:me+state:open&sort=due", "/mine/"),
    Job("Filter: words, a date, a label", "/work-items/?q=state:open+due:%3C2w+sort:-value+address", ""),
    Job("Board of 1,000", "/boards/{project}/", "/boards/{project}/"),
    Job("Item", "/work-items/{item}/", "/work-items/{item}/"),
    Job("Item with everything", "/work-items/{full}/", "/work-items/{full}/"),
    Job("Search: two English words", f"/palette/?q={quote('address book')}", search="address book"),
    Job("Search: two English words, a slip in one", f"/palette/?q={quote('adress book')}", search="adress book"),
    Job("Search: a key", "/palette/?q=P40-17", search="P40-17"),
    Job("Search: Chinese", f"/palette/?q={quote('暂存草稿')}", search="暂存草稿"),
    Job("Search: Chinese, a slip", f"/palette/?q={quote('暂存草搞稍后继续')}", search="暂存草搞稍后继续"),
    Job("Search: Chinese by its sound", "/palette/?q=zancuncaogao", search="zancuncaogao"),
    Job("Create an item", _creating),
    Job("Move a card", _moving),
)


# ── how it is measured ──


def _measured(sides: list[tuple[int, int, Any]], database: int, cookie: str, options: argparse.Namespace) -> dict[str, Any]:
    parts: list[dict[int, Measured]] = [{c: Measured() for c in CLIENTS} for _ in sides]
    for port, _pid, path in sides:
        drive(port, path, cookie, 1, 0.3)
    for turn in range(options.rounds):
        for clients in CLIENTS:
            pairs = list(zip(sides, parts, strict=True))
            for (port, pid, path), into in pairs if turn % 2 == 0 else reversed(pairs):
                into[clients].add(pages._driven(port, [pid, database], path, cookie, clients, options.seconds))
    found: dict[str, Any] = {}
    for name, part in zip(("tandem", "floor"), parts, strict=False):
        found[name] = {str(c): report.of_side(m) for c, m in part.items()}
        found.setdefault("wrong", []).extend(w for m in part.values() for w in m.wrong)
    return found


def _queries(client: Any, asks: str | Asks) -> int:
    """How many one needs when everything is warm; writes are really made."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    following = asks(0) if callable(asks) else lambda _answer: Request(asks)
    count, body = 0, b""
    for _ in range(2):
        asked = following(body)
        with CaptureQueriesContext(connection) as queries:
            kind = asked.headers.get("Content-Type", "application/octet-stream")
            answer = client.generic(asked.method, asked.path, asked.body or b"", content_type=kind, headers={"Accept": asked.headers.get("Accept", "text/html")})
            count = len(queries)
        body = answer.content
        if answer.status_code not in (200, 201):
            raise SystemExit(f"{asked.path}: {answer.status_code} {body[:300]!r}")
    connection.close()
    return count


def _hits(client: Any, text: str) -> dict[str, Any]:
    """How many work items are found, and the first: a search that finds nothing is no figure."""
    groups = client.get("/palette/", {"q": text}).json()["groups"]
    items = next((g["items"] for g in groups if g["items"] and g["items"][0]["url"].startswith("/work-items/")), [])
    return {"hits": len(items), "first hit": items[0]["label"] if items else "", "is_search": True}


def _holds(_name: str, facts: dict[str, Any]) -> bool:
    if facts["wrong"] or (not facts["is_write"] and facts["queries"] > report.MOST_QUERIES):
        return False
    if facts.get("is_search"):
        return bool(facts["hits"]) and facts["tandem"]["1"]["p50_ms"] <= AT_MOST_FIRST_HIT
    return "floor" not in facts or all(facts["tandem"][str(c)]["p50_ms"] <= report.AT_MOST * facts["floor"][str(c)]["p50_ms"] for c in CLIENTS)


def markdown(found: dict[str, Any]) -> str:
    data, memory = found["data"], found["memory MiB"]
    lines = [
        "# Daily work with 100,000 items", "",
        f"{found['day']} · {found['machine']} · {found['rounds']} rounds of {found['seconds']:g} s per cell, closed loop, keep-alive · "
        + ", ".join(f"{name} {value}" for name, value in data.items()) + f" · load before {found['load before']}, after {found.get('load after', '–')}", "",
        f"A search holds when one client has its answer in {AT_MOST_FIRST_HIT:g} ms at the median and finds something; what has a floor, when its median is at "
        f"most {report.AT_MOST:g} times the floor's. What only reads needs at most {report.MOST_QUERIES} queries. "
        f"**{sum(_holds(n, f) for n, f in found['jobs'].items())} of {len(found['jobs'])}** hold.", "",
        "| what | queries | clients | p50 / p95 ms | per second | CPU ms | floor p50 / p95 ms | p50 ratio | found | holds |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [_line(name, facts, str(c)) for name, facts in found["jobs"].items() for c in CLIENTS]
    told = ", ".join(f"{name} {value:g} MiB" for name, value in memory.items())
    lines += ["", f"Memory of the server's processes (resident; the database's not among it): {told}.", ""]
    return "\n".join(lines)


def _line(name: str, facts: dict[str, Any], clients: str) -> str:
    ours, floor = facts["tandem"][clients], facts.get("floor", {}).get(clients)
    beside = f"{floor['p50_ms']:.1f} / {floor['p95_ms']:.1f} | {ours['p50_ms'] / floor['p50_ms']:.2f}" if floor else "– | –"
    hit = f"{facts['hits']}: {facts['first hit']}" if facts.get("is_search") else "–"
    held = f"wrong: {facts['wrong'][0]}" if facts["wrong"] else "yes" if _holds(name, facts) else "no"
    return (
        f"| {name} | {facts['queries']} | {clients} | {ours['p50_ms']:.1f} / {ours['p95_ms']:.1f} | {ours['per_second']:.0f} | {ours['cpu_ms']:.1f} "
        f"| {beside} | {hit} | {held} |"
    )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
