"""The timeline layout of a view, edited by hand: dragged, drawn out by keys, refused with the reason, taken back, live for others."""

import pytest

from tests.browser.conftest import until

LINE = "/work-items/?layout=timeline&q=project:PLN+state:open"


def planned(site, item, name="planned_start"):
    return str(site.rows(f"SELECT {name} FROM work_workitem WHERE id = %s", item["id"])[0][0])[:10]


@pytest.fixture
def free(site):
    """An open item of the plan that waits for nothing any more, on working days of its own; the plan's own tests find it as it was."""
    one = site.projects["PLN"]["items"][10]
    links = site.rows("SELECT to_jsonb(l)::text FROM work_link l WHERE target_id = %s OR source_id = %s", one["id"], one["id"])
    columns = 'planned_start, planned_finish, duration_minutes, "constraint", constraint_at'
    before = site.rows(f"SELECT {columns} FROM work_workitem WHERE id = %s", one["id"])[0]
    site.rows("DELETE FROM work_link WHERE target_id = %s OR source_id = %s", one["id"], one["id"])
    site.rows(
        "UPDATE work_workitem SET planned_start = '2027-03-01 08:00+00', planned_finish = '2027-03-03 17:00+00', duration_minutes = 1440,"
        " constraint_at = '2027-03-01 08:00+00', version = version + 1 WHERE id = %s", one["id"],
    )  # fmt: skip
    yield one
    site.rows(f"UPDATE work_workitem SET ({columns}) = (%s, %s, %s, %s, %s), version = version + 1 WHERE id = %s", *before, one["id"])
    for (link,) in links:
        site.rows("INSERT INTO work_link SELECT * FROM jsonb_populate_record(NULL::work_link, %s::jsonb)", link)


def opened(page_of, person="boris"):
    page = page_of(person)
    page.goto(LINE)
    page.wait_for_selector("tandem-timeline.ready .tl-row[data-v]")
    return page


def focus(page, text):
    page.locator("tandem-timeline .tl-row[data-v]", has_text=text).first.click()
    page.wait_for_function("t => document.querySelector('tandem-timeline .tl-foot').textContent.includes(t)", arg=text)


def test_a_bar_is_moved_by_keys_taken_back_and_seen_by_others(page_of, site, free):
    page, other = opened(page_of), opened(page_of, "mei")
    focus(page, free["title"])
    page.keyboard.press("Alt+ArrowRight")
    until(page, lambda: planned(site, free) != "2027-03-01", True)
    moved = planned(site, free)
    other.wait_for_function("([n, d]) => { const p = document.querySelector('tandem-timeline').plan, i = p.at(n); return p.dateOf(p.time.start[i]).toISOString().startsWith(d); }", arg=[str(free["id"]), moved])
    page.keyboard.press("Control+z")
    until(page, lambda: planned(site, free), "2027-03-01")


@pytest.mark.slow
def test_a_bar_is_dragged_and_its_end_drawn_out(page_of, site, free):
    page = opened(page_of)
    focus(page, free["title"])
    page.keyboard.press(".")
    at = page.evaluate("""n => { const t = document.querySelector('tandem-timeline'), p = t.plan, i = p.at(n), c = t.querySelector('canvas').getBoundingClientRect();
        const x = (d) => c.left + (d - p.t0) * t.px - t.sc.scrollLeft; return { s: x(p.time.start[i]), e: x(p.time.finish[i]), y: c.top + 44 + t.rowOf[i] * t.row() - t.sc.scrollTop + t.row() / 2, day: t.px }; }""", str(free["id"]))
    page.mouse.move((at["s"] + at["e"]) / 2, at["y"])
    page.mouse.down()
    page.mouse.move((at["s"] + at["e"]) / 2 + 7 * at["day"], at["y"], steps=5)
    page.mouse.up()
    until(page, lambda: planned(site, free), "2027-03-08")
    page.keyboard.press("Shift+Alt+ArrowRight")
    until(page, lambda: planned(site, free, "planned_finish") > "2027-03-10", True)


def test_what_follows_from_links_says_why_it_stays(page_of, site):
    page, bound = opened(page_of), site.projects["PLN"]["items"][9]
    before = planned(site, bound)
    focus(page, bound["title"])
    assert "Its days follow from its links" in page.locator("tandem-timeline .tl-foot").inner_text()
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_timeout(400)
    assert planned(site, bound) == before
    assert page.locator("tandem-timeline [aria-label='New row below']").count() == 0, "rows are made in the plan"
