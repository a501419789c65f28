"""From an @ in a comment to the bell of the one who is named, and the inbox by keyboard alone."""

import re

import pytest

from tests.browser.conftest import until


def _bell(page) -> int:
    return int(re.search(r"\d+", page.locator("#bell").get_attribute("aria-label"))[0])


def _more_than(page, count: int) -> None:
    until(page, lambda: _bell(page) > count, True)


def test_a_mention_is_completed_by_keys_and_rings_at_once(page_of, site):
    mei, boris = page_of("mei"), page_of("boris")
    mei.goto("/inbox/")
    mei.wait_for_selector("html.js")
    before, key = _bell(mei), site.projects["ITM"]["items"][7]["key"]
    boris.goto(f"/work-items/{key}/")
    box = boris.locator("#comment-body")
    box.click()
    boris.keyboard.type("Please look @me")
    boris.wait_for_selector("#td-mentions [role=option]")
    assert boris.locator("#td-mentions [role=option]").all_inner_texts()[0].strip().endswith("Mei Lin")
    boris.keyboard.press("Enter")
    assert box.input_value() == f"Please look @[Mei Lin](user:{site.people['mei']['id']}) "
    boris.keyboard.press("Control+Enter")
    boris.wait_for_selector("#comments a.at")
    _more_than(mei, before)
    mei.locator("#inbox article", has_text=key).get_by_text("Boris Orlov mentioned you").wait_for()


@pytest.mark.slow
def test_the_list_of_names_leaves_addresses_and_an_input_method_alone(page_of, site):
    page = page_of("boris")
    page.goto(f"/work-items/{site.projects['ITM']['items'][6]['key']}/")
    page.locator("#comment-body").click()
    page.keyboard.type("write to mei@me")
    page.wait_for_timeout(400)
    assert page.locator("#td-mentions").count() == 0
    page.keyboard.type(" @me")
    page.wait_for_selector("#td-mentions [role=option]")
    page.keyboard.press("Escape")
    assert page.locator("#td-mentions").count() == 0
    page.locator("#comment-body").fill("")


def test_done_later_and_undo_by_keys(page_of, site):
    page = page_of("mei")
    page.goto("/inbox/")
    page.wait_for_selector("#inbox article")
    count = page.locator("#inbox article").count()
    assert count >= 2
    page.keyboard.press("j")
    name = page.locator("#inbox article[aria-current] .t").inner_text()
    page.keyboard.press("e")
    page.locator("#inbox article", has_text=name).wait_for(state="detached")
    assert page.locator("#inbox article[aria-current]").count() == 1, "the next one takes its place"
    page.keyboard.press("u")
    page.locator("#inbox article", has_text=name).wait_for()
    page.keyboard.press("s")
    page.locator("#inbox details[open]").get_by_text("Tomorrow morning").click()
    until(page, page.locator("#inbox article").count, count - 1)
    page.goto("/inbox/?box=later")
    assert page.locator("#inbox article").count() >= 1


@pytest.mark.slow
def test_watching_from_the_keyboard_and_the_names_behind_the_count(page_of, site):
    page = page_of("chen")
    page.goto(f"/work-items/{site.projects['ITM']['items'][5]['key']}/")
    page.wait_for_selector("html.js")
    page.keyboard.press("w")
    page.locator(".watch button[aria-pressed=true]").wait_for()
    page.locator(".watch summary").click()
    assert "陈悦" in page.locator(".watch .menu-l").inner_text()
