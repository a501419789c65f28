"""A plan of 10,000 rows in Chromium: `python -m benchmarks.timeline --data FOLDER --rows 10000`.

First byte, first paint and when the rows can be used; frames while the plan is scrolled from its first row to its last,
a screen in each frame and then at the pace of a wheel; keys walking down the tree; a bar that is dragged, until the dates
that the server answers are drawn.
"""

import argparse
import json
import shutil
import statistics
import sys
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import dataset, report
from benchmarks.board import _FLAGS, _NAVIGATION, _PAINT
from benchmarks.pages import _cookie, _free_port, _server

HERE = Path(__file__).resolve().parent
SMOOTH = 34  # ms: two frames of a screen of 60 Hz
KEY = "P1"
_PEOPLE = 50

# The time between frames while the plan moves by a step in each, 600 frames at most; and how long the page itself works for one.
_FRAMES = """step => new Promise(done => { const t = document.querySelector('tandem-timeline'), sc = t.sc, found = [], works = []; let last;
  const end = sc.scrollHeight - sc.clientHeight, by = step || Math.max(60, end / 400), render = t.render.bind(t);
  t.render = () => { const began = performance.now(); render(); works.push(performance.now() - began) };
  const tick = now => { if (last !== undefined) found.push(now - last); last = now; sc.scrollTop += by;
    if (sc.scrollTop < end - 1 && found.length < 600) requestAnimationFrame(tick); else { delete t.render; done([found, works]) } };
  sc.scrollTop = 0; requestAnimationFrame(tick) })"""
# From the key until the next frame is drawn.
_KEY = """key => new Promise(done => { const t = document.querySelector('tandem-timeline'), began = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  requestAnimationFrame(() => requestAnimationFrame(() => done([performance.now() - began, t.at]))) })"""
# A bar in the middle of the plan that may be moved, brought into the window: its row and where the mouse takes it.
_BAR = """() => new Promise(done => { const t = document.querySelector('tandem-timeline'), p = t.plan; t.scale(28, 0);
  const i = [...t.vis].find((i, v) => v > t.vis.length / 2 && p.kind[i] === 0 && !p.fixed[i] && p.has(i) && p.percent[i] === 0);
  t.focusRow(t.rowOf[i]); t.goTo(p.time.start[i]); setTimeout(() => { const r = t.cv.getBoundingClientRect();
    const x = d => r.left + (d - p.t0) * t.px - t.sc.scrollLeft;
    done({id: p.ids[i], x: (x(p.time.start[i]) + x(p.time.finish[i])) / 2, day: t.px, version: p.version[i],
          y: r.top + 44 + t.rowOf[i] * t.row() - t.sc.scrollTop + t.row() / 2 }) }, 300) })"""
_DRAWN = """began => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began))))"""


def main() -> int:
    options = _options()
    dataset.connect(options.data)
    client = _made(options.rows)
    cookie = _cookie(client)
    from django.db import connection

    connection.close()
    port = _free_port()
    web = [sys.executable, "-m", "tandem.config.listener", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    found: dict[str, Any] = {"rows": options.rows, "machine": report.machine(), "load before": report.load()}
    with _server(web, port, {}):
        found |= _measured(f"http://127.0.0.1:{port}", cookie, options)
    found["load after"] = report.load()
    print(json.dumps(found, indent=1))
    if not options.dry:
        (HERE / "results" / "timeline.json").write_text(json.dumps(found, indent=1) + "\n")
        (HERE / "results" / "timeline.md").write_text(_table(found))
    return 0 if max(found["frame p95 ms"], found["wheel frame p95 ms"]) <= SMOOTH else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timeline", description=__doc__)
    parser.add_argument("--data", default=".tandem-timeline", help="data directory; its database is filled when it is empty")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5, help="how often the page is opened")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    return parser.parse_args()


def _table(found: dict[str, Any]) -> str:
    """As a table for people."""
    names = [name for name in found if name not in ("rows", "machine", "load before", "load after")]
    head = f"{date.today()} · {found['machine']} · load before {found['load before']}, after {found['load after']}"
    goal = (f"Scrolling is smooth when 95 of 100 frames take at most {SMOOTH} ms. Times of opening are the middle one of several. "
            "A screen without a display draws at 60 Hz, in software.")  # fmt: skip
    lines = [f"# A plan of {found['rows']:,} rows", "", head, "", goal, "", "| what | |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {found[name]:,} |" for name in names), ""])


def _made(rows: int) -> Any:
    """One project of so many rows with its dates computed, and somebody signed in who may plan it."""
    from django.test import Client

    from tandem.people.models import Space, User
    from tandem.planning.models import ComputedDates
    from tandem.samples.size import compute, generate

    if not Space.objects.filter(parent=None).exists():
        generate(items=rows, projects=1, people=_PEOPLE, comments_each=0, tell=lambda text: print(text, file=sys.stderr))
    if not ComputedDates.objects.exists():
        compute(tell=lambda text: print(text, file=sys.stderr))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(email="admin@size.example"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _measured(address: str, cookie: str, options: Any) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    name, value = cookie.split("=", 1)
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system, args=_FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.add_cookies([{"name": name, "value": value, "url": address}])
        context.set_default_timeout(120_000)
        page = context.new_page()
        opened = [_opened(page, address) for _ in range(options.rounds + 1)][1:]  # the first one fills the caches
        middle = {key: round(statistics.median(one[key] for one in opened), 1) for key in opened[0]}
        found = dict(middle)
        for part in (_scrolled, _walked, _dragged):
            found |= part(page)
            print(found, file=sys.stderr)
        browser.close()
    return found


def _opened(page: Any, address: str) -> dict[str, float]:
    page.goto(f"{address}/plans/{KEY}/", wait_until="load")
    page.wait_for_selector("tandem-timeline.ready .tl-row[data-v]", state="attached")
    usable, seen = page.evaluate("() => performance.now()"), page.evaluate(_NAVIGATION)
    data = page.evaluate("() => performance.getEntriesByType('resource').find(e => e.name.includes('data.json')).toJSON()")
    return {
        "first byte ms": seen["first_byte"], "whole answer ms": seen["whole_answer"], "answer bytes": seen["bytes"],
        "first paint ms": page.evaluate(_PAINT), "rows there ms": data["responseEnd"], "bytes of the rows": data["encodedBodySize"],
        "rows can be used ms": usable,
    }  # fmt: skip


def _scrolled(page: Any) -> dict[str, Any]:
    """From the first row to the last, a good screen per frame; then as a wheel turns."""
    rows = page.evaluate("() => document.querySelector('tandem-timeline').vis.length")
    through, wheel = page.evaluate(_FRAMES, 0), page.evaluate(_FRAMES, 60)
    at = page.evaluate("() => Number(document.querySelector('.tl-row[data-v]:not([hidden])').dataset.v)")
    assert at > 0, "nothing was scrolled"
    return {"rows shown": rows, **_frames("frame", through), **_frames("wheel frame", wheel)}


def _frames(name: str, seen: list[list[float]]) -> dict[str, Any]:
    found, works = sorted(seen[0]), sorted(seen[1])
    return {
        f"{name}s": len(found), f"{name} p50 ms": round(found[len(found) // 2], 1), f"{name} p95 ms": round(found[int(len(found) * 0.95)], 1),
        f"longest {name} ms": round(found[-1], 1), f"{name}s over 50 ms": sum(1 for f in found if f > 50),
        f"own work in a {name} p95 ms": round(works[int(len(works) * 0.95)], 1),
    }  # fmt: skip


def _walked(page: Any) -> dict[str, Any]:
    """Fifty rows down by key, then to the end and back."""
    page.evaluate("() => { document.querySelector('.tl-scroll').scrollTop = 0 }")
    page.wait_for_timeout(300)
    page.locator(".tl-row[data-v='0']").focus()
    steps = [page.evaluate(_KEY, "ArrowDown") for _ in range(50)]
    assert steps[-1][1] == 50, steps[-1]
    took = sorted(one[0] for one in steps)
    far = max(page.evaluate(_KEY, key)[0] for key in ("End", "Home"))
    return {"a row down p50 ms": round(took[25], 1), "a row down p95 ms": round(took[47], 1), "to the end and back, the longer ms": round(far, 1)}


def _dragged(page: Any) -> dict[str, Any]:
    """A bar in the middle of the plan goes three days later, with the mouse."""
    bar = page.evaluate(_BAR)
    page.mouse.move(bar["x"], bar["y"])
    page.mouse.down()
    for n in range(1, 13):
        page.mouse.move(bar["x"] + bar["day"] * 3 * n / 12, bar["y"])
    began = page.evaluate("() => performance.now()")
    with page.expect_response(lambda answer: answer.request.method == "PATCH", timeout=120_000) as answer:
        page.mouse.up()
    assert answer.value.ok, f"the bar was not taken: {answer.value.status} {answer.value.text()[:200]}"
    assert f"/{bar['id']}/" in answer.value.url, f"another bar was dragged: {answer.value.url}"
    took = page.evaluate(_DRAWN, began)
    return {"bar let go until the answer of the server is drawn ms": round(took, 1)}


if __name__ == "__main__":
    sys.exit(main())
