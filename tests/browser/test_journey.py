"""A newcomer's first half hour: an empty Tandem, its first administrator, a real export, and what comes of it."""

import re

import pytest

from tests.browser.conftest import Pages, Site, database_beside, serving

WAIT = 60_000


@pytest.fixture
def empty(chromium, tmp_path):
    """A Tandem that nobody has set up, and what it printed at its start."""
    log = tmp_path / "serve.log"
    with database_beside("tandem_newcomer") as address, serving(address, log) as url:
        pages = Pages(chromium, Site(url, address, {}, {}, {}, "", "", log))
        yield pages, log
        pages.close()


def test_from_a_bare_start_to_plan_board_and_roadmap_of_a_real_board(empty, data_dir):
    pages, log = empty
    page = pages(None)
    page.goto(re.search(r"http://\S+/welcome/\S+", log.read_text())[0])
    page.get_by_label("Name of the organisation").fill("Nebula")
    page.get_by_label("Your name").fill("Noor Haddad")
    page.locator("input[type=email]").fill("noor@example.org")
    for box in page.locator("input[type=password]").all():
        box.fill("a long enough sentence")
    page.locator("main form button[type=submit], main form button.btn-ink").first.click()
    page.locator("nav.nav-l").wait_for()

    page.goto("/imports/new/")
    page.locator("input[type=file]").set_input_files(data_dir / "trello/nebula-agile-2015.json")
    page.get_by_role("button", name="Look at the file").click()
    page.get_by_role("button", name="Import", exact=True).wait_for(timeout=WAIT)
    promised = page.locator(".lede b").inner_text()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Open the board").wait_for(timeout=WAIT)
    count = int(re.search(r"\d+", promised)[0])

    key = re.search(r"/boards/(\w+)/", page.get_by_role("link", name="Open the board").get_attribute("href"))[1]
    page.get_by_role("link", name="Open the board").click()
    page.locator("tandem-board [data-card]").first.wait_for()
    page.goto(f"/plans/{key}/")
    page.locator("tandem-timeline").wait_for()
    page.goto("/work-items/")
    page.locator("#main [data-row]").first.wait_for()
    assert pages.site.rows("SELECT count(*) FROM work_workitem") == [(count,)]
    assert page.goto("/roadmap/").status == 200
    page.goto("/")
    assert page.locator("nav.nav-l > a", has_text="Delivery").count() == 1
