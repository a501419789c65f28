"""The table of work items and one item's page in a real browser: keys, filter, cells, bulk, conflicts, links, comments."""

import re

import pytest

from tests.browser.conftest import until

TABLE = "/work-items/?q=project:ITM&sort=key"


@pytest.fixture
def table(page_of):
    page = page_of("boris")
    page.goto(TABLE)
    page.wait_for_selector("html.js")
    return page


def row(page, name):
    return page.locator("tr[data-row]", has_text=re.compile(rf"{name}(?!\d)"))


def column(site, title, name):
    return site.rows(f"SELECT {name} FROM work_workitem WHERE title = %s", title)[0][0]


def test_keys_walk_select_and_open(table):
    table.keyboard.press("j")
    table.keyboard.press("j")
    assert table.locator("tr[aria-current]").count() == 1
    table.keyboard.press("x")
    assert "1" in table.locator("[data-bulk-count]").inner_text()
    table.keyboard.press("k")
    table.keyboard.press("Enter")
    table.wait_for_selector("#peek:not([hidden]) [data-peek-title]")
    table.keyboard.press("Escape")
    table.wait_for_selector("#peek", state="hidden")
    table.keyboard.press("?")
    table.get_by_role("dialog", name="Keyboard shortcuts").wait_for()


def test_the_filter_has_chips_and_an_error_with_its_place(table):
    table.keyboard.press("/")
    table.keyboard.type(" state:done")
    table.keyboard.press("Enter")
    table.wait_for_url(re.compile("state%3Adone"))
    assert table.locator("tr[data-row]").count() == 4
    assert table.locator(".q-chips .chip").all_inner_texts() == ["project:ITM", "state:done"]
    table.locator(".q-chips .chip", has_text="state:done").click()
    table.wait_for_url(lambda url: "done" not in url)
    table.goto("/work-items/?q=assignee:me+colour:red")
    assert "position 13" in table.locator(".bar .cell-err").inner_text()


@pytest.mark.slow
def test_help_by_example_fills_the_filter(table):
    table.locator("summary[aria-label='How to filter']").click()
    table.locator("[data-term='due:overdue']").click()
    assert table.locator("form[data-qbar] input[name=q]").input_value() == "project:ITM due:overdue"


def test_every_kind_of_cell_is_edited_where_it_stands(page_of, site):
    page = page_of("boris")
    page.goto(TABLE + "&cols=key,title,state,assignees,priority,due,points,labels,type")
    page.wait_for_selector("html.js")
    one = "Booking desk step 12"

    def cell(name):
        return row(page, "step 12").locator(f"[data-edit][data-name={name}]")

    cell("state").click()
    page.locator("select.cell-in").select_option(label="In review")
    until(page, lambda: site.rows("SELECT s.name FROM work_workitem i JOIN work_state s ON s.id = i.state_id WHERE title = %s", one)[0][0], "In review")  # fmt: skip
    cell("due_on").click()
    page.locator("input.cell-in").fill("2027-02-12")
    page.keyboard.press("Enter")
    until(page, lambda: str(column(site, one, "due_on")), "2027-02-12")
    cell("estimate_points").click()
    page.locator("input.cell-in").fill("5")
    page.keyboard.press("Enter")
    until(page, lambda: column(site, one, "estimate_points"), 5.0)
    cell("labels").click()
    page.locator("input.cell-in").fill("desk, harbour")
    page.keyboard.press("Enter")
    until(page, lambda: column(site, one, "labels"), ["desk", "harbour"])
    cell("priority").click()
    page.locator("select.cell-in").select_option(label="Urgent")
    until(page, lambda: column(site, one, "priority"), 1)


@pytest.mark.slow
def test_people_are_chosen_by_name_or_pinyin(table, site):
    row(table, "step 11").locator("[data-edit][data-name=assignees]").click()
    table.keyboard.type("cheny")
    table.keyboard.press("Enter")
    table.keyboard.press("Tab")
    names = "SELECT u.name FROM work_assignment a JOIN people_user u ON u.id = a.user_id JOIN work_workitem i ON i.id = a.item_id WHERE i.title = %s"
    until(table, lambda: any("陈悦" in r for r in site.rows(names, "Booking desk step 11")), True)


@pytest.mark.slow
def test_a_letter_opens_the_cell_of_the_current_row(table, site):
    table.keyboard.press("j")
    key = table.locator("tr[aria-current] td.num").first.inner_text()
    table.keyboard.press("p")
    table.locator("select.cell-in").select_option(label="Low")
    until(table, lambda: site.rows("SELECT priority FROM work_workitem WHERE key = %s", key)[0][0], 4)
    table.keyboard.press("j")
    table.keyboard.press("k")
    table.keyboard.press("e")
    title = table.locator("tr[aria-current] input.cell-in").input_value()
    table.keyboard.press("End")
    table.keyboard.type(" again")
    table.keyboard.press("Enter")
    until(table, lambda: site.rows("SELECT title FROM work_workitem WHERE key = %s", key)[0][0], f"{title} again")


def test_two_writers_see_both_values_and_choose(page_of, site):
    page_of.forgive("409")
    page = page_of("boris")
    page.goto(TABLE)
    title = "Booking desk step 9"
    page.wait_for_selector("html.js")
    row(page, "step 9").locator("[data-edit][data-name=due_on]").click()
    page.locator("input.cell-in").fill("2027-06-06")
    site.rows("UPDATE work_workitem SET version = version + 1, due_on = '2027-05-05' WHERE title = %s", title)
    page.keyboard.press("Enter")
    said = row(page, "step 9").locator(".cell-err")
    said.wait_for()
    assert "2027-05-05" in said.inner_text() and "2027-06-06" in said.inner_text()
    said.get_by_role("button", name="Write mine").click()
    until(page, lambda: str(column(site, title, "due_on")), "2027-06-06")


def test_many_are_changed_at_once_and_taken_back(table, site):
    for name in ("step 5", "step 6"):
        row(table, name).locator("[data-select]").check()
    table.locator("form.bulk summary", has_text="Priority").click()
    table.locator("form.bulk button[value='priority:2']").click()
    table.get_by_text("2 items will change. Nothing is done yet.").wait_for()
    assert column(site, "Booking desk step 5", "priority") is None
    table.get_by_role("button", name="Change 2 items").press("Enter")
    table.wait_for_selector("[data-toast] [data-undo]")
    assert {column(site, f"Booking desk step {n}", "priority") for n in (5, 6)} == {2}
    table.locator("[data-toast] [data-undo]").click()
    until(table, lambda: {column(site, f"Booking desk step {n}", "priority") for n in (5, 6)}, {None})


@pytest.mark.slow
def test_many_are_given_to_a_person_found_by_name(table):
    for name in ("step 5", "step 6"):
        row(table, name).locator("[data-select]").check()
    table.locator("form.bulk summary", has_text="Assignee").click()
    table.get_by_placeholder("Find a person").fill("bor")
    table.get_by_placeholder("Find a person").press("Enter")
    table.get_by_text("2 items will change. Nothing is done yet.").wait_for()
    assert "Boris" in table.locator("main").inner_text()


@pytest.mark.slow
def test_who_types_faster_than_the_names_arrive_means_the_first_of_them(table):
    held = []
    table.route(re.compile(table.locator("body").get_attribute("data-people") + r"$"), lambda route: held.append(route))  # it wants a function of Python
    row(table, "step 5").locator("[data-select]").check()
    table.locator("form.bulk summary", has_text="Assignee").click()
    table.get_by_placeholder("Find a person").fill("bor")
    table.get_by_placeholder("Find a person").press("Enter")
    until(table, lambda: len(held) > 0, True)
    table.wait_for_timeout(300)
    assert "/work-items/?q" in table.url, "nothing is sent without a name"
    held[0].continue_()
    table.get_by_text("1 item will change. Nothing is done yet.").wait_for()
    assert "Boris" in table.locator("main").inner_text()


@pytest.mark.slow
def test_enter_in_a_field_of_the_bulk_bar_is_its_own_button(table):
    row(table, "step 5").locator("[data-select]").check()
    table.locator("form.bulk summary", has_text="Label").click()
    table.get_by_placeholder("Label").fill("fragile")
    table.get_by_placeholder("Label").press("Enter")
    table.get_by_text("1 item will change. Nothing is done yet.").wait_for()
    assert "fragile" in table.locator("main").inner_text()


def test_removing_an_item_can_be_undone(page_of, site):
    page = page_of("boris")
    item = site.projects["ITM"]["items"][9]
    page.goto(f"/work-items/{item['key']}/")
    page.locator(".page-h summary[aria-label=More]").click()
    page.get_by_role("button", name="Remove", exact=True).first.click()
    page.wait_for_selector("[data-toast] [data-undo]")
    assert column(site, item["title"], "removed_at") is not None
    page.locator("[data-toast] [data-undo]").click()
    until(page, lambda: column(site, item["title"], "removed_at"), None)


def test_a_link_that_closes_a_circle_is_refused_with_its_path(page_of, site):
    page_of.forgive("422")
    page = page_of("boris")
    items = site.projects["ITM"]["items"]
    page.goto(f"/work-items/{items[0]['key']}/")
    form = page.locator("form:has([name=other])")
    form.locator("select").select_option("FS:in")
    form.locator("[name=other]").fill(items[2]["key"])
    form.locator("[name=lag]").fill("2")
    form.get_by_role("button", name="Link").click()
    said = form.locator(".cell-err")
    said.wait_for()
    assert "cycle" in said.inner_text() and items[1]["key"] in said.inner_text(), said.inner_text()
    # a change by somebody else brings the page anew: the reason and what was typed stay
    page.evaluate("document.activeElement.blur()")
    with page.expect_response(lambda answer: answer.url.endswith(f"/work-items/{items[0]['key']}/")):
        page.evaluate("dispatchEvent(new Event('td:refetch'))")
    page.wait_for_timeout(300)
    assert items[1]["key"] in said.inner_text()
    assert form.locator("[name=lag]").is_visible() and form.locator("[name=lag]").input_value() == "2"
    form.locator("select").select_option("FS")
    form.locator("[name=other]").fill(items[5]["key"])
    form.get_by_role("button", name="Link").click()
    page.locator(".lk-g li", has_text=items[5]["key"]).wait_for()
    assert "+2 d" in page.locator(".lk-g li", has_text=items[5]["key"]).inner_text()


def test_comments_are_said_rewritten_and_taken_away_in_place(page_of, site):
    page = page_of("mei")
    key = site.projects["ITM"]["items"][3]["key"]
    page.goto(f"/work-items/{key}/")
    page.locator("#comment-body").fill("The **crane** is late.")
    page.keyboard.press("Control+Enter")
    mine = page.locator("article.comment")
    mine.locator("strong", has_text="crane").wait_for()
    mine.locator("summary").click()
    mine.get_by_role("button", name="Edit").click()
    mine.locator("textarea").fill("The crane came.")
    mine.get_by_role("button", name="Save").click()
    mine.get_by_text("The crane came.").first.wait_for()
    assert "edited" in mine.inner_text()
    mine.locator("summary").click()
    mine.get_by_role("button", name="Remove").click()
    page.get_by_text("No comments yet.").wait_for()


@pytest.mark.slow
def test_the_peek_holds_what_the_page_holds_and_edits_it(page_of, site):
    page = page_of("boris")
    item = site.projects["ITM"]["items"][7]
    page.goto(f"{TABLE}#peek=/work-items/{item['key']}/")
    peek = page.locator("#peek")
    peek.locator("[data-name=description]").click()
    peek.locator("textarea.cell-in").fill("Ask **Mei** first.")
    page.keyboard.press("Control+Enter")
    peek.locator(".prose strong", has_text="Mei").wait_for()
    peek.locator("form:has([name=parent_key]) [name=title]").fill("Call the harbour master")
    page.keyboard.press("Enter")
    peek.locator(".parts li", has_text="Call the harbour master").wait_for()
    assert "rewrote the description" in peek.locator(".history").inner_text()


def test_somebody_elses_change_arrives_while_a_draft_is_kept(page_of, site):
    item = site.projects["ITM"]["items"][4]
    mine, theirs = page_of("mei"), page_of("boris")
    for page in (mine, theirs):
        page.goto(f"/work-items/{item['key']}/")
    mine.locator("#comment-body").fill("Half a thought")
    mine.locator("h1").click()
    mine.keyboard.press("Escape")
    theirs.locator(".p-facts [data-name=priority]").click()
    theirs.locator("select.cell-in").select_option(label="High")
    mine.locator(".p-facts [data-name=priority]", has_text="High").wait_for()
    assert mine.locator("#comment-body").input_value() == "Half a thought"


@pytest.mark.slow
def test_a_new_item_and_the_search_work_from_every_page(page_of, site):
    page = page_of("boris")
    page.goto("/")
    page.wait_for_selector("html.js")
    page.keyboard.press("c")
    page.wait_for_url(re.compile("/work-items/new/"))
    page.locator("[name=title]").fill("订单导出很慢")
    page.locator("select[name=home]").select_option(str(site.projects["ITM"]["space"]))
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/work-items/ITM-\d+/"))
    page.keyboard.press("Control+k")
    page.locator(".pal-in").wait_for()
    page.keyboard.type("dingdan")
    page.locator("[role=option]", has_text="订单导出很慢").wait_for()
    page.locator(".pal-in").fill(site.projects["ITM"]["items"][1]["key"].lower())
    page.locator("[role=option]", has_text=site.projects["ITM"]["items"][1]["title"]).first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(site.projects["ITM"]["items"][1]["key"]))


def test_a_view_is_kept_and_opens_first(page_of, site):
    page = page_of("mei")
    page.goto("/work-items/?q=project:ITM+state:open&group=state")
    page.locator("summary", has_text="Views").click()
    page.locator("[name=name]").fill("Open at the desk")
    page.get_by_role("button", name="Save this view").click()
    page.wait_for_selector("[data-toast]")
    page.locator("summary", has_text="Open at the desk").click()
    page.get_by_role("button", name="Open with this view").click()
    page.wait_for_selector("[data-toast]")
    page.goto("/work-items/")
    page.wait_for_url(re.compile("group=state"))
    assert page.locator("tr.grp").count() >= 2
