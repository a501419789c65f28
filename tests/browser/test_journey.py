"""A newcomer's first half hour: an empty Tandem, its first administrator, real exports, and what comes of them.

What the pages must show is counted from the files themselves. TANDEM_TEST_PICTURES names a folder for pictures of the way;
without it none are taken."""

import json
import os
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.browser.conftest import Pages, Site, database_beside, serving
from tests.exchange import independent_count

WAIT = 120_000
PICTURES = os.environ.get("TANDEM_TEST_PICTURES")
TRELLO, JIRA, PLAN = (
    "trello/nebula-agile-2015.json",
    "jira-xml/mongodb-new-2023-07-28.xml",
    "msproject/sample.xml",
)
DRAWN = """() => { const t = document.querySelector('tandem-timeline'), p = t.plan; return [...t.vis].filter(i => !p.isHead(i)).map(i => ({
  name: p.name[i], depth: p.depth[i], start: p.time.start[i], finish: p.time.finish[i], kind: p.kind[i]})) }"""
LINKS = "() => document.querySelector('tandem-timeline').plan.links.map(l => l[2])"


@pytest.fixture(scope="module")
def newcomer(chromium, tmp_path_factory):
    """A Tandem that was only just set up, by its first page: pages of it, and what keeps its administrator signed in."""
    log = tmp_path_factory.mktemp("newcomer") / "serve.log"
    with database_beside("tandem_newcomer") as address, serving(address, log) as url:
        pages = Pages(chromium, Site(url, address, {}, {}, {}, "", "", log))
        page = pages(None)
        page.goto(re.search(r"http://\S+/welcome/\S+", log.read_text())[0])
        page.get_by_label("Name of the organisation").fill("Nebula")
        page.get_by_label("Your name").fill("Noor Haddad")
        page.locator("input[type=email]").fill("noor@example.org")
        for box in page.locator("input[type=password]").all():
            box.fill("a long enough sentence")
        page.locator("main form button[type=submit], main form button.btn-ink").first.click()
        page.locator("nav.nav-l").wait_for()
        yield pages, page.context.storage_state()
        pages.close()


@pytest.fixture
def noor(newcomer):
    """Her window, and the picture taker."""
    pages, state = newcomer
    with pages.browser.patience(420):
        yield pages(None, storage_state=state)
    pages.complain()


class Came:
    """What came in from a file, by the pages that the last step of the wizard leads to."""

    def __init__(self, page, path, onto):
        self.page, self.name, self.facts = page, path.stem, independent_count.count(path)
        page.goto("/imports/new/")
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="Look at the file").click()
        go = page.get_by_role("button", name="Import", exact=True)
        go.wait_for(timeout=WAIT)
        assert f"{self.facts['items']} items come into a new project" in page.locator(".lede b").inner_text()
        self.shoot("preview")
        if page.locator("input[name=releases]").count():
            page.locator("input[name=releases]").check()
        page.locator(f"input[name=features][value={onto}]").check()
        go.click()
        page.get_by_role("link", name="Open the board").wait_for(timeout=WAIT)
        assert f"{self.facts['items']} items are in" in page.locator(".lede b").inner_text()
        self.shoot("result")
        self.links = {
            name: self._link(name) for name in ("Open the board", "Open the plan", "Work items", "Roadmap")
        }
        self.key = re.search(r"/boards/(\w+)/", self.links["Open the board"])[1]

    def _link(self, name):
        return self.page.locator("main").get_by_role("link", name=name, exact=True).get_attribute("href")

    def board(self):
        """Its columns and their numbers; every card of a column that says so is there."""
        self.page.goto(self.links["Open the board"])
        self.page.wait_for_selector("tandem-board.ready [data-card]")
        heads = self.page.locator("[data-head]").all()
        found = {
            one.locator("h2").inner_text(): int(one.locator("[data-count]").inner_text()) for one in heads
        }
        assert self.page.locator("[data-board-more]").count() or self.page.locator(
            "[data-card]"
        ).count() == sum(found.values())
        self.shoot("board")
        return found

    def plan(self):
        """Its rows as they are drawn, top to bottom."""
        self.page.goto(self.links["Open the plan"])
        self.page.wait_for_selector("tandem-timeline.ready .tl-row[data-v]", state="attached")
        self.shoot("plan")
        return self.page.evaluate(DRAWN)

    def roadmap(self):
        """The names of its features and releases."""
        self.page.goto(self.links["Roadmap"])
        self.page.locator("h1", has_text="Roadmap").wait_for()
        self.shoot("roadmap")
        return {one.inner_text() for one in self.page.locator(".lt-r .a a[data-peek]").all()}

    def shoot(self, what):
        """Nothing sticks out to the side, on a desk and on a phone."""
        for width, height in ((390, 844), (1440, 900)):
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(200)
            wide = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], f"{what} is wider than the window: {wide}"
            if PICTURES:
                Path(PICTURES).mkdir(parents=True, exist_ok=True)
                self.page.screenshot(path=Path(PICTURES) / f"newcomer-{self.name}-{what}-{width}.png")


@pytest.mark.slow  # the quick ones go the same way without a browser: tests/web/test_journeys.py, tests/exchange/test_wizard.py
def test_from_a_bare_start_to_plan_board_and_roadmap_of_a_real_board(noor, newcomer, data_dir):
    came = Came(noor, data_dir / TRELLO, "labels")
    file = json.loads((data_dir / TRELLO).read_text())
    lists = {one["id"]: one["name"] for one in file["lists"] if not one["closed"]}
    cards = [card for card in file["cards"] if not card["closed"] and card["idList"] in lists]
    assert +Counter(came.board()) == Counter(lists[card["idList"]] for card in cards)
    assert Counter(row["name"].strip() for row in came.plan()) == Counter(
        card["name"].strip() for card in cards
    )
    assert came.roadmap() == {label["name"] for card in cards for label in card["labels"]}
    assert newcomer[0].site.rows(
        "SELECT count(*) FROM work_workitem w JOIN people_space s ON s.id = w.space_id WHERE s.key = %s",
        came.key,
    ) == [(came.facts["items"],)]
    noor.goto(came.links["Work items"])
    noor.locator("#main [data-row]").first.wait_for()
    noor.goto("/")
    assert noor.locator("nav.nav-l > a", has_text="Delivery").count() == 1


@pytest.mark.slow
def test_issues_of_a_tracker_stand_in_their_states_with_versions_and_epics_on_the_roadmap(noor, data_dir):
    came = Came(noor, data_dir / JIRA, "epics")
    issues = ElementTree.parse(data_dir / JIRA).findall(".//item")
    assert +Counter(came.board()) == Counter(issue.findtext("status") for issue in issues)
    assert sorted(row["name"] for row in came.plan()) == sorted(
        issue.findtext("summary").strip() for issue in issues
    )
    versions = {version.text for issue in issues for version in issue.findall("fixVersion")}
    epics = {
        value.text for issue in issues for field in issue.iter("customfield") if field.findtext("customfieldname") == "Epic Link"
        for value in field.iter("customfieldvalue")
    }  # fmt: skip
    assert versions and epics and came.roadmap() == versions | epics


@pytest.mark.slow
def test_a_schedule_stands_on_the_days_that_its_file_says(noor, data_dir):
    came = Came(noor, data_dir / PLAN, "epics")
    name = independent_count.PLAN
    tasks = [
        task
        for task in ElementTree.parse(data_dir / PLAN).iter(f"{name}Task")
        if task.findtext(f"{name}UID") != "0"
    ]
    assert came.board()["Not started"] == len(tasks) == came.facts["tasks"]
    drawn = came.plan()
    expected = [
        (
            task.findtext(f"{name}Name"),
            int(task.findtext(f"{name}OutlineLevel")) - 1,
            task.findtext(f"{name}Start")[:10],
            _kind(task, name),
        )
        for task in tasks
    ]
    assert [(row["name"], row["depth"], _day(row["start"]), row["kind"]) for row in drawn] == expected
    kinds = Counter(("FS", "SS", "FF", "SF")[number] for number in noor.evaluate(LINKS))
    assert kinds == came.facts["link_types"]
    phases = {task.findtext(f"{name}Name") for task in tasks if task.findtext(f"{name}Summary") == "1"}
    assert came.roadmap() == phases


def _kind(task, name):
    return (
        1 if task.findtext(f"{name}Summary") == "1" else 2 if task.findtext(f"{name}Milestone") == "1" else 0
    )


def _day(number):
    return (date(1970, 1, 1) + timedelta(days=int(number))).isoformat()
