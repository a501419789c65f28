"""The spreadsheet of work items in a real browser: 500 rows pasted by keys alone, what is refused, the way back."""

import os
import re
from pathlib import Path

import pytest

from tests.browser.conftest import until

PICTURES = os.environ.get("TANDEM_TEST_PICTURES")
SHEET = "/work-items/?layout=sheet&q=&sort=key&cols=key,title,state,points,due&space={space}"


@pytest.fixture
def sheet(page_of, site):
    """An own project, so that the other tests find theirs as it was."""
    page = page_of("boris", permissions=["clipboard-read", "clipboard-write"])
    page.goto(SHEET.format(space=site.projects["BRD"]["space"]))
    page.wait_for_selector("tandem-sheet.on revogr-data .rgCell")
    return page


def shoot(page, what):
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(200)
        page.screenshot(path=Path(PICTURES) / f"sheet-{what}.png")


def said(page):
    return page.locator("tandem-sheet span[aria-live]").inner_text()


def wait_said(page, text):
    page.wait_for_function("t => document.querySelector('tandem-sheet span[aria-live]').textContent.includes(t)", arg=text)


def begin(page):
    """Into the sheet with Tab, as somebody without a mouse comes."""
    page.locator("summary[aria-label='Save or subscribe']").focus()
    page.keyboard.press("Tab")
    wait_said(page, "Row 1, Title")


def count(site, where="TRUE"):
    space = site.projects["BRD"]["space"]
    return site.rows(f"SELECT count(*) FROM work_workitem WHERE space_id = %s AND removed_at IS NULL AND {where}", space)[0][0]


def toast(page, text):
    page.locator("#toasts [data-toast]", has_text=text).last.wait_for(timeout=60_000)


def test_five_hundred_rows_are_pasted_by_keys_and_taken_back_in_one_step(sheet, site):
    before = count(site)
    begin(sheet)
    rows = [f"Pasted {n}\t{'Done' if n % 2 else 'In progress'}\t2027-0{n % 9 + 1}-1{n % 10}\t{n % 8}" for n in range(500)]
    sheet.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join(rows))
    sheet.keyboard.press("Control+v")
    box = sheet.get_by_role("dialog")
    box.wait_for()
    assert f"({500 - before})" in box.inner_text() and "Berth board" in box.inner_text()
    shoot(sheet, "500-asked")
    sheet.keyboard.press("Enter")
    toast(sheet, f"Changed {before} work items · Added {500 - before} work items")
    assert count(site) == 500 and count(site, "title LIKE 'Pasted %%'") == 500
    wait_said(sheet, "Row 1, Title")
    shoot(sheet, "500-pasted")
    sheet.keyboard.press("Control+z")
    toast(sheet, "Took 500 changes back")
    assert count(site) == before and count(site, "title LIKE 'Pasted %%'") == 0


@pytest.mark.slow
def test_five_hundred_rows_are_pasted_in_chinese(page_of, site):
    """As a Chinese Excel writes them: its dates, its words for priorities and people; by keys alone."""
    page = page_of("boris", language="zh-hans", theme="dark", permissions=["clipboard-read", "clipboard-write"])
    page.goto(SHEET.format(space=site.projects["BRD"]["space"]).replace("points,due", "priority,due"))
    page.wait_for_selector("tandem-sheet.on revogr-data .rgCell")
    before = count(site)
    page.locator("summary[aria-label='导出或订阅']").focus()
    page.keyboard.press("Tab")
    wait_said(page, "第 1 行，标题")
    rows = [f"粘贴的泊位 {n}\t{'Done' if n % 2 else 'In progress'}\t{('紧急', '高', '中', '低', '')[n % 5]}\t2027年{n % 9 + 1}月1{n % 10}日" for n in range(500)]
    page.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join(rows))
    page.keyboard.press("Control+v")
    page.get_by_role("dialog").wait_for()
    shoot(page, "500-asked-zh")
    page.keyboard.press("Enter")
    until(page, lambda: count(site, "title LIKE '粘贴的泊位 %%'"), 500)
    assert count(site, "title LIKE '粘贴的泊位 %%' AND priority = 1") == 100
    assert count(site, "title = '粘贴的泊位 17' AND due_on = '2027-09-17'") == 1
    shoot(page, "500-pasted-zh")
    page.wait_for_timeout(500)
    page.keyboard.press("Control+z")
    until(page, lambda: count(site), before)


def test_a_cell_is_typed_chosen_filled_down_and_left_by_keys(sheet, site):
    begin(sheet)
    sheet.keyboard.press("F2")
    sheet.locator(".sheet-ed input").wait_for()
    sheet.keyboard.type(", typed in the sheet")
    sheet.keyboard.press("Enter")
    toast(sheet, "Changed 1 work item")
    wait_said(sheet, "Row 2, Title")
    for key, where in (("ArrowRight", "Row 2, State"), ("ArrowRight", "Row 2, Due"), ("ArrowRight", "Row 2, Points")):
        sheet.keyboard.press(key)
        wait_said(sheet, where)
    sheet.keyboard.type("5")
    sheet.locator(".sheet-ed input").wait_for()
    sheet.keyboard.press("Enter")
    wait_said(sheet, "Row 3, Points")
    toast(sheet, "Changed 1 work item")
    sheet.wait_for_timeout(500)  # the grid lets go of keys while an editor closes
    sheet.keyboard.press("ArrowUp")
    wait_said(sheet, "Row 2, Points: 5")
    sheet.keyboard.press("Shift+ArrowDown")
    sheet.keyboard.press("Shift+ArrowDown")
    wait_said(sheet, "3 × 1 cells")
    sheet.keyboard.press("Control+d")
    toast(sheet, "Changed 2 work items")
    assert count(site, "estimate_points = 5") == 3
    titles = [title for (title,) in site.rows("SELECT title FROM work_workitem WHERE title LIKE '%%sheet%%'")]
    assert len(titles) == 1 and re.fullmatch(r"Berth board step \d+, typed in the sheet", titles[0]), "F2 goes on at the end"
    sheet.keyboard.press("Escape")
    sheet.keyboard.press("Tab")
    assert not sheet.evaluate("document.querySelector('tandem-sheet').contains(document.activeElement)")


def test_what_cannot_be_taken_is_marked_told_and_mended_in_place(sheet, site, page_of):
    page_of.forgive("422")
    begin(sheet)
    sheet.evaluate("text => navigator.clipboard.writeText(text)", "Fine\tDone\nAlso fine\tParked")
    sheet.keyboard.press("Control+v")
    panel = sheet.locator(".sheet-told")
    panel.wait_for()
    assert "Row 2 · State" in panel.inner_text() and "It has: To do" in panel.inner_text()
    assert count(site, "title = 'Fine'") == 0 and sheet.locator(".rgCell.bad").count() == 1
    panel.get_by_role("button", name="Row 2 · State").click()
    wait_said(sheet, "Row 2, State: Parked")
    sheet.keyboard.type("d")
    sheet.locator(".sheet-ed select").wait_for()
    sheet.keyboard.press("Enter")
    toast(sheet, "Changed 2 work items")
    assert count(site, "title IN ('Fine', 'Also fine')") == 2 and not panel.is_visible()


def test_a_row_that_is_newer_is_shown_and_not_overwritten(sheet, site, page_of):
    page_of.forgive("422")
    begin(sheet)
    item = site.projects["BRD"]["items"][0]["id"]
    site.rows("UPDATE work_workitem SET title = 'Theirs', version = version + 1 WHERE id = %s", item)
    sheet.keyboard.type("x")
    sheet.locator(".sheet-ed input").wait_for()
    sheet.keyboard.type("yz")
    sheet.keyboard.press("Enter")
    panel = sheet.locator(".sheet-told")
    panel.wait_for()
    assert "Title “xyz”" in panel.inner_text()
    assert count(site, "title = 'Theirs'") == 1 and sheet.locator(".rgCell", has_text="Theirs").count() == 1


def test_a_phone_shows_the_table_and_says_so(page_of, site):
    page = page_of("boris", width=390, height=844)
    page.goto(SHEET.format(space=site.projects["BRD"]["space"]))
    page.get_by_text("A spreadsheet needs a wider window").wait_for()
    assert page.locator(".sheet-plain tbody tr").count() >= 12 and page.locator("revo-grid").count() == 0


@pytest.mark.parametrize("language", ["en", pytest.param("zh-hans", marks=pytest.mark.slow)])
def test_five_hundred_rows_are_pasted_on_a_phone(page_of, site, language):
    """No grid there, and yet what was copied from Excel comes in, all or none, with one way back."""
    page = page_of("boris", language=language, width=390, height=844, has_touch=True, is_mobile=True)
    page_of.forgive("422")
    page.goto(SHEET.format(space=site.projects["BRD"]["space"]).replace("points,due", "due,points"))
    page.wait_for_selector("html.js")
    before, field = count(site), page.locator(".sheet-lines textarea")
    rows = [f"Thumb {n}\t{'Done' if n % 2 else 'In progress'}\t2027-03-1{n % 10}\t{n % 8}" for n in range(500)]
    heads = page.locator(".sheet-lines").get_attribute("data-heads")
    field.fill("\n".join([heads, "", *rows[:-1], "Thumb 499\tParked\t2027-03-10\t3"]))
    page.locator(".sheet-lines button").tap()
    page.locator(".sheet-lines .sheet-told li").wait_for()
    assert "502" in page.locator(".sheet-lines .sheet-told li").inner_text() and count(site) == before
    shoot(page, f"phone-refused-{language}")
    field.fill("\n".join([heads.upper(), *rows]))
    page.locator(".sheet-lines button").tap()
    page.locator("#toasts [data-toast] [data-undo]").wait_for()
    assert count(site) == before + 500 and count(site, "title LIKE 'Thumb %%'") == 500 and field.input_value() == ""
    assert count(site, "title = 'Thumb 8' AND due_on = '2027-03-18' AND estimate_points = 0") == 1
    shoot(page, f"phone-pasted-{language}")
    page.locator("#toasts [data-toast] [data-undo]").tap()
    until(page, lambda: count(site), before)


SEND = """async ([url, given]) => (await fetch(url, {method: 'POST', body: new URLSearchParams(given),
  headers: {Accept: 'application/json', 'X-CSRFToken': document.body.dataset.csrf}})).status"""


@pytest.mark.slow
def test_own_fields_are_pasted_filled_down_and_taken_back(sheet, site):
    for given in ({"name": "Quay", "kind": "choice", "choices": "North\nSouth"}, {"name": "Budget", "kind": "money", "currency": "EUR"}, {"name": "Twice", "kind": "formula", "formula": "budget * 2"}):
        assert sheet.evaluate(SEND, ["/boards/BRD/fields/", {"do": "add", **given}]) == 200
    sheet.goto(SHEET.format(space=site.projects["BRD"]["space"]).replace("cols=key,title,state,points,due", "cols=key,title,field.quay,field.budget,field.twice"))
    sheet.wait_for_selector("tandem-sheet.on revogr-data .rgCell")
    begin(sheet)
    sheet.keyboard.press("ArrowRight")
    wait_said(sheet, "Row 1, Quay")
    sheet.evaluate("text => navigator.clipboard.writeText(text)", "north\t1.234,50 €\t9\r\nSouth\t€2,000.25\t9")
    sheet.keyboard.press("Control+v")
    toast(sheet, "Changed 2 work items")
    sheet.locator(".rgCell", has_text="2469").wait_for()  # what is computed from it follows, and took nothing itself
    assert count(site, "fields->>'Quay' = 'North' AND (fields->>'Budget')::numeric = 1234.5") == 1
    PICTURES and sheet.screenshot(path=f"{PICTURES}/sheet-own-fields.png")
    wait_said(sheet, "Row 1, Quay")
    sheet.keyboard.press("Shift+ArrowDown")
    sheet.keyboard.press("Shift+ArrowDown")
    wait_said(sheet, "3 × 1 cells")
    sheet.keyboard.press("Control+d")
    until(sheet, lambda: count(site, "fields->>'Quay' = 'North'"), 3)  # the toast of the first change says the same
    sheet.keyboard.press("Control+z")
    toast(sheet, "Took 2 changes back")
    assert count(site, "fields->>'Quay' = 'North'") == 1 and count(site, "fields->>'Quay' = 'South'") == 1
