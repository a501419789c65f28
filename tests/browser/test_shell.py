"""The frame of every page in a real browser: navigation, scope, palette, peek, keys, look, language, error pages."""

import re
from itertools import pairwise
from urllib.parse import quote

import pytest

from tests.browser.conftest import ROOT
from tests.drawn import drawn


def test_the_navigation_has_at_most_eight_entries_and_shows_where_one_is(page_of):
    page = page_of("alma")
    page.goto("/work-items/")
    entries = page.locator("nav.nav-l > a:not(.brand):not(.sub2)")
    assert 1 < entries.count() <= 8
    assert page.locator("nav.nav-l > a[aria-current]:not(.sub2)").inner_text() == "Delivery"
    assert page.locator("nav.nav-l a.sub2[aria-current=page]").inner_text() == "Work items"


@pytest.mark.slow
def test_the_scope_switcher_leads_to_a_board(page_of):
    page = page_of("boris")
    page.goto("/")
    page.locator(".crumb summary").first.click()
    page.locator(".crumb .menu-l").get_by_role("link", name="Berth board").click()
    page.wait_for_url("**/boards/BRD/")
    assert "Berth board" in page.locator(".crumb").inner_text()


def test_the_palette_finds_a_work_item_and_opens_it_by_keys_alone(page_of, site):
    item = site.projects["ITM"]["items"][5]
    page = page_of("boris")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("dialog[open] input").press_sequentially(item["key"])
    page.locator("dialog[open] [role=option]", has_text=item["title"]).first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/work-items/{item['key']}/")


@pytest.mark.slow
def test_the_palette_lists_commands_after_the_sign(page_of):
    page = page_of("boris")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("dialog[open] input").press_sequentially(">new")
    page.locator("dialog[open] [role=option]", has_text="New: Work item").wait_for()
    assert page.locator("dialog[open] [role=option]", has_text="Berth board step").count() == 0


def test_new_offers_what_one_may_create_and_nothing_else(page_of):
    page = page_of("alma")
    page.goto("/")
    page.locator(".topbar summary", has_text="New").click()
    page.locator(".topbar .menu-l").get_by_role("link", name="Promise").click()
    page.wait_for_url("**/promises/new/")
    other = page_of("dana")
    other.goto("/")
    assert other.locator(".topbar .menu-l a", has_text="Promise").count() == 0


def test_a_row_opens_in_the_peek_and_escape_gives_the_focus_back(page_of, site):
    item = site.projects["ITM"]["items"][0]
    page = page_of("boris")
    page.goto(f"/work-items/?q=key:{item['key']}")
    page.get_by_role("link", name=item["title"]).first.click()
    peek = page.locator("#peek")
    peek.get_by_text(item["title"]).first.wait_for()
    assert "#peek=" in page.url
    page.keyboard.press("Escape")
    peek.wait_for(state="hidden")
    assert "#peek=" not in page.url


NO_PAGES = ["/attachments/9/", "/%61ttachments/9/", "/api/v1/tokens/", "//evil.example/", "/.//evil.example/", "javascript:alert(1)", "%"]


@pytest.mark.parametrize("path", drawn(NO_PAGES, 9, always=["//evil.example/"]))
def test_no_address_makes_the_peek_fetch_what_is_no_page(path, page_of):
    page, asked = page_of("boris"), []
    page.on("request", lambda sent: asked.append(sent.url) if "peek=1" in sent.url or "evil" in sent.url else None)
    page.goto(f"/#peek={quote(path, safe='')}" if path != "%" else "/#peek=%")
    page.wait_for_function("document.documentElement.classList.contains('js')")
    page.wait_for_timeout(300)
    assert asked == [] and page.locator("#peek").is_hidden() and page.url.startswith(page.evaluate("location.origin"))


def test_the_peek_shows_no_markup_that_the_server_did_not_mark_as_its_own(page_of):
    page = page_of("boris")
    trap = '<p id="trap" hx-post="/preferences/" hx-trigger="load">trap</p>'
    page.route("**/people/1/?peek=1", lambda route: route.fulfill(content_type="text/html", body=trap))
    page.goto("/#peek=%2Fpeople%2F1%2F")
    page.locator("#toasts > *").first.wait_for()
    assert page.locator("#trap").count() == 0 and page.locator("#peek").is_hidden()


@pytest.mark.parametrize(("keys", "address"), drawn([("gd", "/work-items/"), ("gr", "/roadmap/"), ("gh", "/")], 3, name=lambda one: one[0]))
def test_two_keys_lead_to_a_section(keys, address, page_of):
    page = page_of("alma")
    page.goto("/promises/" if keys != "gr" else "/features/")
    page.locator("nav.nav-l").wait_for()
    page.wait_for_function("document.documentElement.classList.contains('js')")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_url(re.compile(re.escape(address) + "$"))


def test_keys_are_silent_when_switched_off(page_of, site):
    page = page_of("alma")
    site.prefer("alma", has_shortcuts=False)
    try:
        page.goto("/promises/")
        page.wait_for_function("document.documentElement.classList.contains('js')")
        page.keyboard.press("g")
        page.keyboard.press("d")
        page.keyboard.press("?")
        page.wait_for_timeout(300)
        assert page.url.endswith("/promises/")
        assert page.locator("dialog[open]").count() == 0
    finally:
        site.prefer("alma", has_shortcuts=True)


@pytest.mark.slow
def test_the_question_mark_lists_the_keys_of_the_page(page_of):
    page = page_of("alma")
    page.goto("/")
    page.wait_for_function("document.documentElement.classList.contains('js')")
    page.keyboard.press("?")
    assert "Delivery" in page.locator("dialog[open] .keys").inner_text()


@pytest.mark.slow
def test_the_theme_changes_at_once_and_stays(page_of):
    page = page_of("mei")
    page.goto("/")
    page.locator("[data-toggle-theme]").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.wait_for_timeout(300)
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


@pytest.mark.slow
def test_rows_are_lower_when_compact(page_of):
    heights = {}
    for density in ("compact", "comfortable"):
        page = page_of("boris", density=density)
        page.goto("/work-items/")
        assert page.locator("html").get_attribute("data-density") == density
        heights[density] = page.locator("#main [data-row]").first.bounding_box()["height"]
    assert heights["compact"] < heights["comfortable"]


def test_the_language_changes_with_one_press(page_of):
    page = page_of("mei")
    page.goto("/work-items/")
    shown = page.url  # a view of one's own opens first, where another test has kept one
    page.locator(".topbar button[name=language]").click()
    page.locator("html[lang=zh-Hans]").wait_for()
    assert page.url == shown
    assert "工作项" in page.locator("h1").inner_text()


def test_what_one_may_not_see_is_a_page_that_says_so(page_of):
    page_of.forgive("404")
    page = page_of("dana")
    assert page.goto("/boards/BRD/").status == 404
    assert page.locator("nav.nav-l").is_visible()
    assert "nothing here" in page.locator("main").inner_text()


def test_what_one_may_not_do_is_a_page_that_says_so(page_of):
    page_of.forgive("403")
    page = page_of("mei")
    assert page.goto("/promises/new/").status == 403
    assert page.locator("nav.nav-l").is_visible()


def test_a_form_without_its_token_is_refused_in_our_words(page_of, site):
    answer = page_of("mei").context.request.post(site.url + "/preferences/", form={"theme": "dark"})
    assert answer.status == 403
    assert 'class="shell"' in answer.text()


def test_nothing_overlaps_in_the_bar_at_any_width(page_of):
    page = page_of("alma")
    page.goto("/roadmap/")
    for width in (390, 600, 768, 900, 1024, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('.topbar > *, .topbar > .end > *, .topbar > .crumb > *')]
                .filter(e => e.checkVisibility() && e.getBoundingClientRect().width)
                .map(e => { const r = e.getBoundingClientRect(); return [e.className || e.tagName, r.left, r.right, e.parentElement.className]; })"""
        )
        for parent in {box[3] for box in boxes}:
            row = sorted((box for box in boxes if box[3] == parent), key=lambda box: box[1])
            for one, after in pairwise(row):
                assert one[2] <= after[1] + 1, (width, one, after)


@pytest.mark.slow
def test_the_style_guide_shows_every_component(page_of):
    page = page_of("alma")
    assert page.goto("/styleguide/").status == 200
    folder = ROOT / "src/tandem/web/templates"
    guide = (folder / "styleguide.html").read_text()
    files = {file.stem: file.read_text() for file in (folder / "components").glob("*.html") if file.stem not in ("words", "navigation")}  # every page shows its navigation
    alias = dict(re.findall(r"import 'components/(\w+)\.html' as (\w+)", guide))
    shown, waiting = set(), [(file, macro) for file, source in files.items() for macro in _macros(source)]
    while now := [
        one for one in waiting
        if re.search(rf"\b{alias.get(one[0])}\.{one[1]}\(", guide)
        or any(re.search(rf"(?<!macro )\b{one[1]}\(", files[file]) for file, _ in shown)
    ]:  # fmt: skip
        shown.update(now)
        waiting = [one for one in waiting if one not in shown]
    assert not waiting
    islands = re.findall(r"^  '(tandem-\w+)'", (ROOT / "frontend/app.ts").read_text(), re.MULTILINE)
    missing = [tag for tag in islands if not page.locator(tag).count()]
    assert islands and not missing
    page.wait_for_function("tags => tags.every(tag => customElements.get(tag))", arg=islands)
    page.wait_for_selector("tandem-timeline.ready .tl-row[data-v]")
    page.wait_for_selector("tandem-sheet.on revo-grid")


def _macros(source):
    return re.findall(r"\{%-? macro (\w+)\(", source)
