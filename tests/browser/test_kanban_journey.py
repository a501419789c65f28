"""A kanban board of many cards, in a real browser: found, moved by mouse and keys, limits that warn and stop, blocked, on a
phone, in Chinese. The quick tests have a scaled board, `make proof` one of 5,000 cards. TANDEM_TEST_PICTURES names a folder
for pictures of the way; without it none are taken."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, until
from tests.browser.test_board import card, column_of
from tests.proof.running import _environment

PICTURES = os.environ.get("TANDEM_TEST_PICTURES")
SIZES = [pytest.param(200, id="200"), pytest.param(5000, id="5000", marks=pytest.mark.slow)]


@pytest.fixture(params=SIZES)
def kanban(request, site):
    """Key and number of cards of a board that only these journeys use: laid once. Each takes its cards as it finds them, so that
    it can be gone again on the same board."""
    key = f"K{request.param}"
    if key not in site.projects:
        environment = {**_environment(), "TANDEM_RUNTIME_DATABASE_URL": site.database, "TANDEM_LOG": "warning"}
        done = subprocess.run([sys.executable, "-m", "tests.browser.kanban", key, str(request.param)], env=environment, cwd=ROOT,
                              capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        site.projects[key] = {}
    return key, request.param


def opened(page, key, more=""):
    page.goto(f"/boards/{key}/{more}")
    page.wait_for_selector("tandem-board.ready")


def shoot(page, what):
    """Nothing sticks out to the side; and a picture, where they are wanted."""
    page.wait_for_timeout(200)
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{what} is wider than the window: {wide}"
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"kanban-{what}.png")


def drag(page, one, cell):
    start, end = one.bounding_box(), cell.bounding_box()
    x, y = start["x"] + 60, start["y"] + 10
    page.mouse.move(x, y)
    page.mouse.down()
    for n in range(1, 9):
        page.mouse.move(x + (end["x"] + 40 - x) * n / 8, y + (end["y"] + 40 - y) * n / 8)
    cell.locator(".ghost").wait_for()  # it is let go where it is seen
    page.mouse.up()


def head(page, name):
    return page.locator("[data-head]", has=page.get_by_role("heading", name=name, exact=True))


def name_of(one):
    """“Card 7”, as it stands in its title."""
    return re.match(r"Card \d+", one.locator(".ti").inner_text())[0]


def titled(site, key, name):
    """Where the card with this name stands, by the database."""
    query = ("SELECT s.name FROM work_workitem i JOIN work_state s ON s.id = i.state_id JOIN people_space p ON p.id = i.space_id"
             " WHERE p.key = %s AND i.title LIKE %s")  # fmt: skip
    return site.rows(query, key, f"{name} about%")[0][0]


def inside(site, key, state):
    """How many cards stand there, by the database."""
    query = ("SELECT count(*) FROM work_workitem i JOIN work_state s ON s.id = i.state_id JOIN people_space p ON p.id = i.space_id"
             " WHERE p.key = %s AND s.name = %s AND i.removed_at IS NULL AND i.archived_at IS NULL")  # fmt: skip
    return site.rows(query, key, state)[0][0]


def test_a_team_works_on_a_board_of_many_cards(page_of, site, kanban):
    key, count = kanban
    page = page_of("boris")
    page_of.forgive("422")  # the limit that stops
    opened(page, key)
    counts = [int(n) for n in page.locator("[data-head] [data-count]").all_inner_texts()]
    assert sum(counts) == count
    assert page.locator(".kcard").count() <= 7 * 60  # the rest comes as it is scrolled to
    shoot(page, f"{count}-open")

    # by mouse: the first card that is ready goes on to Analysis, and stays there
    mine = page.locator(".cell").first.locator(".kcard").first
    first = name_of(mine)
    drag(page, mine, page.locator(".cell").nth(1))
    until(page, lambda: titled(site, key, first), "Analysis")
    page.wait_for_timeout(600)

    # by keys: another into Build, whose limit was just kept: it warns, and the card stands there all the same
    other = page.locator(".cell").nth(2).locator(".kcard").first
    second = name_of(other)
    other.locator(".ti").focus()
    page.keyboard.press("Alt+ArrowRight")
    until(page, lambda: titled(site, key, second), "Build")
    over = inside(site, key, "Build") - round(count * 0.3)  # as benchmarks/board.py sets the limit
    assert over >= 1
    head(page, "Build").get_by_text(f"{over} too many").wait_for()  # by the server's picture: a drag before it holds up nothing
    shoot(page, f"{count}-limit-warns")

    # one more into Test, which takes no more: only with a reason, which is kept
    third_card = page.locator(".cell").nth(3).locator(".kcard").first
    third = name_of(third_card)
    third_card.locator(".ti").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.locator("dialog.ask input[name=text]").fill("The customer waits at the gate")
    shoot(page, f"{count}-limit-stops")
    page.keyboard.press("Enter")
    until(page, lambda: titled(site, key, third), "Test")
    kept = site.rows("SELECT o.reason FROM work_wipoverride o JOIN work_workitem i ON i.id = o.item_id WHERE i.title LIKE %s", f"{third} about%")
    assert ("The customer waits at the gate",) in kept

    # what cannot go on says why
    page.wait_for_timeout(800)
    blocked = card(page, third)
    blocked.hover()
    blocked.locator(".mv-b").click()
    page.get_by_role("menuitem", name="Block…").click()
    page.locator("dialog.ask input[name=text]").fill("No crane before Monday")
    page.keyboard.press("Enter")
    card(page, third).locator(".blk", has_text="No crane before Monday").wait_for()
    shoot(page, f"{count}-blocked")


@pytest.mark.slow
def test_a_card_among_many_is_found_and_scrolled_to(page_of, site, kanban):
    key, count = kanban
    page = page_of("mei")
    opened(page, key)
    shown, ready = page.locator(".kcard").count(), page.locator(".cell").first.locator(".kcard")
    if count > 400:
        for _ in range(8):
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            page.wait_for_timeout(400)
        assert page.locator(".kcard").count() > shown
        assert ready.count() > 60
    number = round(count * 0.3) - 1  # the last of those that are ready
    page.keyboard.press("/")
    page.keyboard.type(f'"Card {number} about"')
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q="))
    page.wait_for_selector("tandem-board.ready")
    assert page.locator(".kcard").count() <= 2  # its neighbour's key has the same number
    assert column_of(page, f"Card {number}") == "Ready"
    shoot(page, f"{count}-found")
    card(page, f"Card {number}").locator(".ti").focus()
    page.keyboard.press("Alt+ArrowRight")
    until(page, lambda: titled(site, key, f"Card {number}"), "Analysis")


def test_keys_cross_the_packs_of_a_long_column(page_of, site, kanban):
    key, _count = kanban
    page = page_of("boris")
    opened(page, key)
    packs = page.locator(".cell").first.locator(".pack")
    last, first = packs.first.locator(".kcard").last, packs.nth(1).locator(".kcard").first
    mine, theirs = (re.match(r"Card \d+", one.locator(".ti").text_content())[0] for one in (last, first))
    last.locator(".ti").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent").startswith(f"{theirs} ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+ArrowDown")
    query = "SELECT i.title FROM work_workitem i JOIN people_space p ON p.id = i.space_id WHERE p.key = %s ORDER BY i.rank, i.id"
    both = {mine, theirs}
    until(page, lambda: [name for row in site.rows(query, key) if (name := re.match(r"Card \d+", row[0])[0]) in both], [theirs, mine])


@pytest.mark.slow
def test_the_same_board_in_the_hand_and_in_chinese(page_of, site, kanban):
    key, count = kanban
    page = page_of("mei", language="zh-hans", width=390, height=844, has_touch=True, is_mobile=True)
    opened(page, key)
    page.wait_for_selector(".bd-tabs button")
    assert page.locator(".cell:visible").count() == 1
    assert page.locator("html").get_attribute("lang").startswith("zh")
    shoot(page, f"{count}-phone-zh")
    one = page.locator(".cell:visible .kcard").first
    name = name_of(one)
    one.locator(".mv-b").tap()
    shoot(page, f"{count}-phone-menu-zh")
    page.get_by_role("menuitem").nth(1).tap()
    until(page, lambda: titled(site, key, name) != "Ready", True)
    page.locator(".bd-tabs button", has_text="Build").tap()
    shoot(page, f"{count}-phone-build-zh")
    wide = page_of("mei", language="zh-hans", theme="dark")
    opened(wide, key, "?lanes=class")
    shoot(wide, f"{count}-lanes-dark-zh")
