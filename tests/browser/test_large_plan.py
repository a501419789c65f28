"""A plan of 10,000 rows in a real browser: every row is there, few are drawn, keys, search and mouse work as on a small one.

How fast it is stands in `benchmarks/timeline.py`."""

import json
import secrets
import statistics
import subprocess
import sys

import pytest

from benchmarks.timeline import _BAR, _FRAMES, KEY
from tests.browser.conftest import ROOT, Pages, Site, database_beside, serving
from tests.proof.running import _environment

pytestmark = pytest.mark.slow
ROWS = 10_000
STEPS = "() => document.querySelector('tandem-timeline').vis.length"
DRAWN = "() => [...document.querySelectorAll('.tl-row[data-v]')].filter(r => !r.hidden).map(r => [Number(r.dataset.v), r.querySelector('.tl-t').textContent])"
AT = "() => { const t = document.querySelector('tandem-timeline'); return t.plan.name[t.vis[t.at]] }"


@pytest.fixture(scope="module")
def large(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large-plan")
    with database_beside("tandem_large_plan") as address:
        key = secrets.token_hex(32)
        environment = {
            **_environment(),
            "TANDEM_RUNTIME_DATABASE_URL": address,
            "TANDEM_DATA": str(folder),
            "TANDEM_SECRET_KEY": key,
            "TANDEM_LOG": "warning",
        }
        done = subprocess.run([sys.executable, "-m", "tests.browser.large_plan", str(ROWS)], env=environment, cwd=ROOT,
                              capture_output=True, text=True, timeout=1200, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        with serving(address, folder / "serve.log", TANDEM_SECRET_KEY=key) as url:
            yield Site(url, address, log=folder / "serve.log", **json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture
def plan(chromium, large):
    pages = Pages(chromium, large)
    with chromium.patience(420):
        page = pages("ada")
        page.goto(f"/plans/{KEY}/")
        page.wait_for_selector("tandem-timeline.ready .tl-row[data-v]", state="attached", timeout=120_000)
        yield page
    pages.close()


def test_every_row_is_there_and_only_those_in_the_window_are_drawn(plan, large):
    assert large.rows("SELECT count(*) FROM work_workitem WHERE removed_at IS NULL") == [(ROWS,)]
    assert (
        plan.evaluate(
            "() => document.querySelector('tandem-timeline').plan.ids.filter(id => Number(id) > 0).length"
        )
        == ROWS
    )
    frames, works = plan.evaluate(_FRAMES, 0)
    assert len(frames) > 100 and statistics.median(works) <= 34
    plan.wait_for_timeout(300)
    drawn = plan.evaluate(DRAWN)
    assert 10 < len(drawn) < 100
    assert max(v for v, _name in drawn) == plan.evaluate(STEPS) - 1


def test_keys_go_to_the_end_and_back_and_down_row_by_row(plan):
    plan.locator(".tl-row[data-v]:not([hidden]) .tl-t").first.click()
    plan.keyboard.press("End")
    last = plan.evaluate(
        "() => { const t = document.querySelector('tandem-timeline'); return t.plan.name[t.vis[t.vis.length - 1]] }"
    )
    assert plan.evaluate(AT) == last == plan.locator(".tl-row.tl-f .tl-t").inner_text()
    plan.keyboard.press("Home")
    for _n in range(30):
        plan.keyboard.press("ArrowDown")
    assert plan.evaluate("() => document.querySelector('tandem-timeline').at") == 30


def test_a_search_finds_its_rows_among_all(plan, large):
    [(title,)] = large.rows(
        "SELECT title FROM work_workitem WHERE removed_at IS NULL ORDER BY rank DESC, id DESC LIMIT 1"
    )
    plan.locator("tandem-timeline input[type=search]").fill(title)
    plan.wait_for_function("() => document.querySelector('tandem-timeline').vis.length < 5000")
    names = [name for _v, name in plan.evaluate(DRAWN)]
    assert title in names


def test_a_bar_in_the_middle_is_dragged_and_the_database_has_it(plan, large):
    bar = plan.evaluate(_BAR)
    query = "SELECT planned_start FROM work_workitem WHERE id = %s"
    before = large.rows(query, int(bar["id"]))
    plan.mouse.move(bar["x"], bar["y"])
    plan.mouse.down()
    for n in range(1, 9):
        plan.mouse.move(bar["x"] + bar["day"] * 3 * n / 8, bar["y"])
    with plan.expect_response(lambda answer: answer.request.method == "PATCH", timeout=120_000) as answer:
        plan.mouse.up()
    assert answer.value.ok, answer.value.text()
    assert large.rows(query, int(bar["id"])) != before
