"""The plan in a real browser: walked and changed by keys, bars dragged and linked by mouse, refusals in words."""

from datetime import date, timedelta

import pytest

PLAN = "/plans/PLN/"
NAME = "Crane renewal step {}"
IDLE = """async () => { const t = document.querySelector('tandem-timeline');
  for (let k = 0; k < 3; k++) { await t.changes.chain; await new Promise(r => setTimeout(r, 50)); } }"""
BOX = """n => { const t = document.querySelector('tandem-timeline'), p = t.plan, i = p.name.indexOf(n), r = t.cv.getBoundingClientRect();
  const x = d => r.left + (d - p.t0) * t.px - t.sc.scrollLeft;
  return {start: x(p.time.start[i]), finish: x(p.time.finish[i]), y: r.top + 44 + t.rowOf[i] * t.row() - t.sc.scrollTop + t.row() / 2, day: t.px}; }"""


SHOWN = """n => { const p = document.querySelector('tandem-timeline').plan;
  return new Date(p.time.start[p.name.indexOf(n)] * 864e5).toISOString().slice(0, 10); }"""


def opened(page):
    page.goto(PLAN)
    page.wait_for_selector("tandem-timeline.ready .tl-row[data-v]")
    page.locator("[data-tl-scale]").select_option("28")
    page.evaluate("() => { const t = document.querySelector('tandem-timeline'); t.goTo(t.plan.today - 6); t.sc.scrollTop = 0; }")
    page.wait_for_timeout(200)
    return page


@pytest.fixture
def plan(page_of):
    return opened(page_of("boris"))


def idle(page):
    page.wait_for_timeout(100)
    page.evaluate(IDLE)


def box(page, step):
    return page.evaluate(BOX, NAME.format(step))


def bring(page, step):
    """The bar of the row into the middle of the window."""
    page.evaluate("""n => { const t = document.querySelector('tandem-timeline'), i = t.plan.name.indexOf(n);
      t.focusRow(t.rowOf[i]); t.goTo(t.plan.time.start[i]); t.render(); }""", NAME.format(step))  # fmt: skip
    page.wait_for_timeout(150)


def drag(page, x, y, to_x, to_y):
    page.mouse.move(x, y)
    page.mouse.down()
    for n in range(1, 7):
        page.mouse.move(x + (to_x - x) * n / 6, y + (to_y - y) * n / 6)
    page.mouse.up()
    idle(page)


def of_row(site, step, columns="planned_start, duration_minutes, constraint"):
    quoted = columns.replace("constraint", '"constraint"')
    return site.rows(f"SELECT {quoted} FROM work_workitem WHERE title = %s", NAME.format(step))[0]


def computed(site, step):
    query = "SELECT c.start, c.finish FROM planning_computeddates c JOIN work_workitem i ON i.id = c.item_id WHERE i.title = %s"
    return site.rows(query, NAME.format(step))[0]


def changed(plan, site, step, before):
    """The row as soon as it differs: a slow machine may answer after the page has come to rest."""
    for _n in range(100):
        if of_row(site, step) != before:
            break
        plan.wait_for_timeout(200)
    return of_row(site, step)


def test_arrows_walk_through_the_tree_and_enter_says_why(plan):
    plan.locator(".tl-row .tl-t").first.click()
    for _n in range(9):
        plan.keyboard.press("ArrowDown")
    assert "step 10" in plan.evaluate("document.activeElement.textContent")
    plan.keyboard.press("Enter")
    plan.wait_for_selector("#peek .kv")
    assert "Why it stands there" in plan.locator("#peek").inner_text()
    plan.keyboard.press("Escape")
    plan.wait_for_function("document.activeElement.matches('.tl-row')")


def test_a_dragged_bar_changes_dates_in_the_database_and_undo_brings_them_back(plan, site):
    before, shown = of_row(site, 12), plan.evaluate(SHOWN, NAME.format(12))
    bring(plan, 12)
    at = box(plan, 12)
    drag(plan, at["start"] + 10, at["y"], at["start"] + 10 + 7 * at["day"], at["y"])
    after = changed(plan, site, 12, before)
    assert str(after[0].date()) == str(date.fromisoformat(shown) + timedelta(days=7)), "from where it was shown"
    assert after[2] == "SNET"
    assert after[1] == before[1], "a move keeps the duration"
    plan.keyboard.press("Control+z")
    idle(plan)
    assert of_row(site, 12) == before


@pytest.mark.slow
def test_a_bar_drawn_out_at_its_end_gets_a_longer_duration(plan, site):
    before = of_row(site, 11)
    bring(plan, 11)
    at = box(plan, 11)
    drag(plan, at["finish"] - 2, at["y"], at["finish"] - 2 + 7 * at["day"], at["y"])
    after = of_row(site, 11)
    assert after[1] == before[1] + 5 * 480, "a week has five working days"
    assert after[2] == before[2]


def test_keys_move_a_bar_by_a_day_and_what_follows_comes_along(plan, site):
    bring(plan, 10)
    follower = computed(site, 11)
    for _n in range(7):
        plan.keyboard.press("Alt+ArrowRight")
        idle(plan)
    assert of_row(site, 10)[2] == "SNET"
    for _wait in range(100):  # several keys of one hand may be sent together, the last one while we look
        if computed(site, 11)[0] >= follower[0] + timedelta(days=4):
            return
        plan.wait_for_timeout(100)
    raise AssertionError((computed(site, 11), follower))


def test_a_link_is_drawn_from_bar_to_bar_and_a_circle_is_refused_with_its_path(plan, site, page_of):
    count = "SELECT count(*) FROM work_link l JOIN work_workitem i ON i.id = l.source_id WHERE i.key LIKE 'PLN-%%'"
    before = site.rows(count + " AND 1 = %s", 1)[0][0]
    page_of.forgive("status of 422")
    bring(plan, 9)
    plan.evaluate("document.querySelector('tandem-timeline').zoom(-1, 200)")
    plan.wait_for_timeout(200)
    one, two = box(plan, 9), box(plan, 11)
    drag(plan, one["finish"] + 9, one["y"], two["start"] + 3, two["y"])
    assert site.rows(count + " AND 1 = %s", 1)[0][0] == before + 1
    plan.locator(".tl-row", has_text=NAME.format(11)).locator(".tl-t").click()
    plan.keyboard.press("l")
    plan.locator(".tl-row", has_text=NAME.format(9)).locator(".tl-t").click()
    plan.keyboard.press("l")
    idle(plan)
    said = plan.locator("[data-toast].err").last.inner_text()
    assert "This would create a cycle: PLN-11 → PLN-9 → PLN-" in said
    assert site.rows(count + " AND 1 = %s", 1)[0][0] == before + 1


@pytest.mark.slow
def test_a_name_is_edited_in_its_cell(plan, site):
    plan.locator(".tl-row", has_text=NAME.format(8)).locator(".tl-t").click()
    plan.keyboard.press("F2")
    plan.keyboard.type("Crane renewal step 8 b")
    plan.keyboard.press("Enter")
    idle(plan)
    assert site.rows("SELECT count(*) FROM work_workitem WHERE title = %s", "Crane renewal step 8 b") == [(1,)]
    plan.keyboard.press("Control+z")
    idle(plan)
    assert site.rows("SELECT count(*) FROM work_workitem WHERE title = %s", NAME.format(8)) == [(1,)]


def test_a_row_is_indented_outdented_added_and_removed_by_keys(plan, site):
    plan.locator(".tl-row", has_text=NAME.format(7)).locator(".tl-t").click()
    plan.keyboard.press("]")
    idle(plan)
    assert of_row(site, 7, "parent_id")[0] == site.rows("SELECT id FROM work_workitem WHERE title = %s", NAME.format(6))[0][0]
    plan.keyboard.press("[")
    idle(plan)
    assert of_row(site, 7, "parent_id") == (None,)
    plan.keyboard.press("n")
    plan.wait_for_selector(".tl-edit")
    plan.keyboard.type("Grease the crane")
    plan.keyboard.press("Enter")
    idle(plan)
    plan.keyboard.press("Delete")
    idle(plan)
    removed = site.rows("SELECT removed_at IS NOT NULL FROM work_workitem WHERE title = %s", "Grease the crane")
    assert removed == [(True,)]


def test_somebody_else_sees_the_change_without_reloading(page_of, site):
    mine, theirs = opened(page_of("boris")), opened(page_of("mei"))
    mine.locator(".tl-row", has_text=NAME.format(5)).locator(".tl-t").click()
    mine.keyboard.press("e")
    mine.keyboard.type("Crane renewal step 5 now")
    mine.keyboard.press("Enter")
    idle(mine)
    theirs.locator(".tl-row", has_text="step 5 now").wait_for()


@pytest.mark.slow
def test_columns_are_chosen_and_stay(plan):
    assert "Free slack" not in plan.locator(".tl-head").inner_text()
    plan.locator("summary[aria-label='Columns']").click()
    plan.locator(".tl-check", has_text="Free slack").locator("input").check()
    assert "Free slack" in plan.locator(".tl-head").inner_text()
    plan.reload()
    plan.wait_for_selector(".tl-row[data-v]")
    assert "Free slack" in plan.locator(".tl-head").inner_text()


@pytest.mark.slow
def test_a_search_leaves_the_rows_that_fit(plan):
    plan.locator(".tl-search").fill("step 12")
    plan.wait_for_timeout(150)
    assert plan.locator(".tl-row[data-v]:visible").count() == 1
    plan.locator(".tl-search").press("Escape")
    plan.wait_for_timeout(150)
    assert plan.locator(".tl-row[data-v]:visible").count() >= 12


def test_a_reader_without_the_right_changes_nothing(page_of):
    page = page_of("chen")
    page.goto(PLAN)
    page.wait_for_selector(".tl-row[data-v]")
    asked = []
    page.on("request", lambda request: asked.append(request.method))
    page.locator(".tl-row .tl-t").last.click()
    may = page.evaluate("document.querySelector('tandem-timeline').plan.editable")
    if not may:
        page.keyboard.press("Alt+ArrowRight")
        page.wait_for_timeout(300)
        assert "PATCH" not in asked


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (390, 844)])
def test_the_plan_fits_the_window(page_of, width, height):
    page = page_of("boris", width=width, height=height)
    page.goto(PLAN)
    page.wait_for_selector(".tl-row[data-v]")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".tl-row[data-v]:visible").count() >= 8
