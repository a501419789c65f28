"""The board over several projects in a real browser: a card of any project is moved within its own workflow, by mouse, keys and on a phone."""

import re

from tests.browser.conftest import until

EVERY = "/work-items/?layout=board&q=%22step+7%22"
BY_CATEGORY = f"{EVERY}&by=category"


def card(page, name):
    return page.locator(".kcard", has_text=re.compile(rf"{name}(?!\d)"))


def opened(page, address):
    page.goto(address)
    page.wait_for_selector("tandem-board.ready")
    page.wait_for_selector(".mv-b", state="attached")
    return page


def state_of(site, title):
    return site.rows("SELECT s.name FROM work_workitem i JOIN work_state s ON s.id = i.state_id WHERE i.title = %s", title)[0][0]


def test_a_card_of_any_project_is_dragged_and_where_several_states_fit_it_asks(page_of, site):
    page_of.forgive("status of 422")  # the question which state
    page = opened(page_of("alma"), BY_CATEGORY)
    found = [c.strip() for c in page.locator(".kcard .own-l dd").all_inner_texts()]
    assert len(set(found)) > 1, "cards of several projects, each named"
    title = page.locator(".cell").first.locator(".kcard .ti").first.inner_text()
    start, end = card(page, title).bounding_box(), page.locator(".cell").nth(1).bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 12)
    page.mouse.down()
    for n in range(1, 9):
        page.mouse.move(start["x"] + 60 + (end["x"] - start["x"]) * n / 8, start["y"] + 12 + (end["y"] + 30 - start["y"]) * n / 8)
    page.locator(".cell").nth(1).locator(".ghost").wait_for()
    page.mouse.up()
    page.get_by_role("dialog").get_by_role("button", name="In review").click()
    until(page, lambda: state_of(site, title), "In review")
    page.locator("[data-toast] [data-undo]").last.click()
    until(page, lambda: state_of(site, title), "To do")
    until(page, lambda: page.locator(".cell").first.locator(".kcard", has_text=title).count(), 1)  # the page follows what is told


def test_keys_move_it_and_a_choice_left_open_puts_it_back(page_of, site):
    page_of.forgive("status of 422")
    page = opened(page_of("alma"), BY_CATEGORY)
    title = page.locator(".cell").first.locator(".kcard .ti").first.inner_text()
    card(page, title).locator(".ti").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    until(page, lambda: page.locator(".cell").first.locator(".kcard", has_text=title).count(), 1)
    assert state_of(site, title) == "To do"
    page.wait_for_selector(".kcard.wait", state="detached")
    card(page, title).locator(".ti").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Enter")
    until(page, lambda: state_of(site, title), "In progress")


def test_on_a_phone_one_column_stands_at_a_time_and_the_menu_moves(page_of, site):
    page = opened(page_of("alma", width=390, height=844, has_touch=True, is_mobile=True), EVERY.replace("step+7", "step+8"))
    assert page.locator(".bd-tabs button").count() >= 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    title = page.locator(".cell.cur .kcard .ti").first.inner_text()
    card(page, title).locator(".mv-b").click()
    page.get_by_role("menuitem", name="Done", exact=True).click()
    until(page, lambda: state_of(site, title), "Done")
