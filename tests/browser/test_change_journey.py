"""From a customer who asks for a feature earlier to a plan that says so, in a real browser, in English and in Chinese: the product side says yes,
the PMO asks for a way out, it is revised, both say yes; then roadmap, plan, budget, promise and the log of decisions agree.

TANDEM_TEST_PICTURES names a folder for the pictures of the way; without it none are taken."""

from datetime import date, timedelta

import pytest

from tests.browser.conftest import Pages, staged
from tests.browser.test_people_journeys import Way

SAID = {
    "en": ("Large ships need their berth a week earlier", "The shipping lines sail in that week already.", "Worth it: they sign for five years.", "Not with more work on the piles. Leave that out.", "Fits now."),
    "zh": ("大型船舶泊位提前一周启用", "各船公司当周即有船期。", "值得：对方将签五年合同。", "打桩工作量不能再增加，请去掉这一项。", "现在可行。"),
}
REQUEST = "SELECT state, round FROM governance_changerequest WHERE id = %s"


@pytest.fixture(scope="module", params=[pytest.param("en", marks=pytest.mark.slow), pytest.param("zh", marks=pytest.mark.slow)])
def place(request, chromium, tmp_path_factory):
    language = request.param
    with staged(f"tandem_change_{language}", tmp_path_factory.mktemp(language), "tests.browser.change_stage", language) as site:
        yield language, site


@pytest.fixture
def pages(chromium, place):
    opened = Pages(chromium, place[1])
    with chromium.patience(2400):
        yield opened
    opened.close()


def write_down(page, kind, **values):
    """One form of the content; a name with a leading `of_` is a choice."""
    form = page.locator(f"form:has(input[name=kind][value={kind}]):has(button)").first
    form.evaluate("form => form.closest('details').open = true")
    for name, value in values.items():
        field = form.locator(f"[name={name.removeprefix('of_')}]")
        if name.startswith("of_"):
            field.select_option(str(value))
        else:
            field.fill(str(value))
    with page.expect_navigation():
        form.locator("button").click()
    page.wait_for_load_state("networkidle")


def judged(page, answer, side, reason):
    form = page.locator(f"form[action$='/verdicts/']:has(input[value={side}])")
    form.wait_for()
    form.locator("[name=reason]").fill(reason)
    with page.expect_navigation():
        form.locator(f"button[value={answer}]").click()


def handed_in(way, page, number, turn):
    with page.expect_navigation():
        page.locator("form[action$='/submissions/'] button").click()
    way.until(page, REQUEST, number, gives=[("submitted", turn)])


def computed(way, page, number):
    """Its effect, of the content as it is; the first one compiles the core, where nobody has yet."""
    query = (
        "SELECT count(*) FROM governance_changerequest r JOIN planning_planscenario s ON s.id = r.scenario_id JOIN collaboration_job j ON j.id = s.job_id"
        " WHERE r.id = %s AND s.computed_of <> '' AND j.state NOT IN ('waiting', 'running')"
    )
    way.until(page, query, number, gives=[(1,)])
    way.go(page, f"/changes/{number}/")


def test_a_customer_asks_for_a_feature_earlier(pages, place):
    language, site = place
    title, why, yes, way_out, fits = SAID[language]
    way, quay = Way(pages, "change", language), site.projects["QUA"]
    earlier = date.fromisoformat(quay["promised"]) - timedelta(days=3)

    mei = way.opened_by("mei", f"/changes/new/?promise={quay['promise']}&home={quay['space']}&on={earlier}")
    mei.fill("[name=title]", title)
    mei.fill("[name=reason]", why)
    mei.select_option("[name=source]", "customer")
    with mei.expect_navigation():
        mei.locator("main form button.btn-ink, form.stack button[type=submit], form button.btn-ink").last.click()
    ((number,),) = site.rows("SELECT id FROM governance_changerequest")
    way.go(mei, f"/changes/{number}/")
    assert site.rows("SELECT kind, values->>'date' FROM planning_planchange") == [("promise", earlier.isoformat())]
    write_down(mei, "feature", of_subject=quay["feature"], planned_to=earlier)
    write_down(mei, "item", key=quay["items"][0], hours=72)
    write_down(mei, "budget", of_project=quay["id"], amount=12000)
    way.shoot(mei, "written")
    handed_in(way, mei, number, 1)

    chen = way.opened_by("chen", f"/changes/{number}/")
    computed(way, chen, number)
    way.shoot(chen, "effect")
    judged(chen, "yes", "product", yes)
    alma = way.opened_by("alma", f"/changes/{number}/")
    way.shoot(alma, "half")
    judged(alma, "revise", "pmo", way_out)
    way.until(alma, REQUEST, number, gives=[("returned", 1)])
    assert site.rows("SELECT count(*) FROM portfolio_budget WHERE amount > 50000") == [(0,)], "nothing of it is carried out"

    way.go(mei, f"/changes/{number}/")
    way.shoot(mei, "asked-for-a-way-out")
    row = mei.locator("[data-row]", has_text=quay["items"][0])
    with mei.expect_navigation():
        row.locator("button[value=drop]").click()
    mei.wait_for_load_state("networkidle")
    handed_in(way, mei, number, 2)
    computed(way, chen, number)
    judged(chen, "yes", "product", yes)
    way.go(alma, f"/changes/{number}/")
    judged(alma, "yes", "pmo", fits)
    way.until(alma, REQUEST, number, gives=[("applied", 2)])
    way.go(alma, f"/changes/{number}/")
    way.shoot(alma, "accepted")
    agree(way, alma, site, quay, number, title, earlier)


def agree(way, page, site, quay, number, title, earlier):
    """What was accepted stands wherever somebody looks."""
    ((promise,),) = site.rows("SELECT replaced_by_id FROM product_promise WHERE id = %s", quay["promise"])
    assert site.rows("SELECT date FROM product_promise WHERE id = %s", promise) == [(earlier,)]
    way.go(page, f"/promises/{promise}/")
    assert earlier.isoformat() in page.locator("main").inner_text()
    way.shoot(page, "promise")
    assert site.rows("SELECT planned_to FROM product_feature WHERE id = %s", quay["feature"]) == [(earlier,)]
    way.go(page, "/roadmap/")
    way.shoot(page, "roadmap")
    assert site.rows("SELECT amount::int FROM portfolio_budget WHERE project_id = %s", quay["id"]) == [(62000,)]
    assert site.rows("SELECT count(*) FROM work_baseline WHERE space_id = %s AND name LIKE %s", quay["space"], f"{number} %") == [(0,)], "no work was changed"
    way.go(page, "/plan/")
    way.shoot(page, "plan")
    way.go(page, "/decisions/")
    assert title in page.locator("main").inner_text()
    way.shoot(page, "decisions")
    ((state, chosen),) = site.rows("SELECT state, chosen FROM governance_decision WHERE change_request_id = %s", number)
    assert (state, chosen) == ("decided", title)
    way.go(page, "/waits/")
    way.shoot(page, "waits")

