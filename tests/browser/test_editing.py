"""Two people in one field of a work item, each in a browser of their own."""

import re

import pytest

from tests.browser.test_work_items import TABLE, column, row, until


@pytest.fixture
def two(page_of):
    """Boris and Mei before the same table."""
    pages = []
    for person in ("boris", "mei"):
        page = page_of(person)
        page.goto(TABLE)
        page.wait_for_selector("html.js")
        pages.append(page)
    return pages


def open_cell(page, name, field="title"):
    cell = row(page, name).locator(f"[data-edit][data-name={field}]")
    cell.focus()
    page.keyboard.press("Enter")
    page.locator(".cell-in").wait_for()


def test_each_sees_the_other_in_the_cell_and_it_goes_again(two):
    boris, mei = two
    open_cell(boris, "step 9")
    flag = row(mei, "step 9").locator(".ed-by")
    flag.wait_for()
    assert flag.inner_text() == "Boris Orlov is editing this"
    assert boris.locator(".ed-by").count() == 0, "nobody is told of himself"
    boris.keyboard.press("Escape")
    flag.wait_for(state="detached")


def test_what_the_other_saves_stands_beside_ones_own_text(two, site):
    boris, mei = two
    open_cell(boris, "step 10")
    boris.keyboard.type("Mine")
    open_cell(mei, "step 10")
    mei.keyboard.type("Booking desk step 10, theirs")
    mei.keyboard.press("Enter")
    both = boris.locator(".cell-both")
    both.wait_for()
    assert "Mei Lin saved this at" in both.inner_text() and "step 10, theirs" in both.inner_text()
    assert boris.locator(".cell-in").input_value() == "Mine", "nothing of one's own is lost"
    both.get_by_role("button", name="Keep mine").click()
    boris.locator(".cell-in").press("Enter")
    until(boris, lambda: site.rows("SELECT count(*) FROM work_workitem WHERE title = 'Mine'")[0][0], 1)
    site.rows("UPDATE work_workitem SET title = 'Booking desk step 10' WHERE title = 'Mine'")


@pytest.mark.slow
def test_who_takes_theirs_has_it_at_once(two, site):
    boris, mei = two
    open_cell(boris, "step 11", "due_on")
    open_cell(mei, "step 11", "due_on")
    mei.locator(".cell-in").fill("2027-03-04")
    mei.keyboard.press("Enter")
    boris.locator(".cell-both").get_by_role("button", name="Keep theirs").click()
    until(boris, lambda: row(boris, "step 11").locator("[data-name=due_on]").inner_text(), "2027-03-04")
    assert str(column(site, "Booking desk step 11", "due_on")) == "2027-03-04"


def test_a_long_text_is_kept_when_the_other_was_faster(page_of, site):
    key = site.projects["ITM"]["items"][6]["key"]
    boris, mei = page_of("boris"), page_of("mei")
    for page in (boris, mei):
        page.goto(f"/work-items/{key}/")
        page.wait_for_selector("html.js")
        page.locator("[data-name=description]").click()
    boris.locator("textarea.cell-in").fill("Berth plan of Boris")
    mei.locator("textarea.cell-in").fill("Berth plan of Mei")
    page_of.forgive("409")
    mei.keyboard.press("Control+Enter")
    title = site.projects["ITM"]["items"][6]["title"]
    until(mei, lambda: column(site, title, "description"), "Berth plan of Mei")
    boris.keyboard.press("Control+Enter")
    both = boris.locator(".cell-both")
    both.wait_for()
    assert "Berth plan of Mei" in both.inner_text()
    assert boris.locator("textarea.cell-in").input_value() == "Berth plan of Boris"
    assert mei.locator(".cell-both").count() == 0
    both.get_by_role("button", name="Keep mine").click()
    boris.locator("textarea.cell-in").press("Control+Enter")
    until(boris, lambda: column(site, site.projects["ITM"]["items"][6]["title"], "description"), "Berth plan of Boris")


@pytest.mark.slow
def test_the_sheet_frames_the_cell_of_the_other(page_of):
    boris, mei = page_of("boris"), page_of("mei")
    boris.goto(TABLE + "&layout=sheet")
    boris.wait_for_selector("tandem-sheet.on revogr-data .rgCell")
    mei.goto(TABLE)
    mei.wait_for_selector("html.js")
    open_cell(mei, "step 12", "priority")
    boris.locator(".sheet-foot", has_text=re.compile("Priority: Mei Lin is editing this")).wait_for()
    assert boris.locator(".rgCell.them").count() == 1
