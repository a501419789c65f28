"""From strategy to promise and back on real input, as a user does it: through pages, forms and buttons only. The product side with six
repositories of issues, the PMO side with New York's capital projects. What pages say is compared with counts of the sources that share
no code with our readers. TANDEM_TEST_PICTURES names a folder for pictures of the way.

Slow: it imports 2,187 issues and 2,259 reports. The same ways on small sources are in `tests/web/test_journeys.py`."""

import re
from datetime import date

import pytest

from tests import journeys
from tests.browser.conftest import Pages, staged
from tests.browser.strategy_stage import (
    bring,
    create,
    days,
    give_access,
    href,
    money,
    number_in,
    person,
    shoot,
    until,
    words,
)

TOLD = "2026-02-06"
"""A fortnight after the last of the issues: time for one of them, not for nine."""
pytestmark = pytest.mark.slow


@pytest.fixture
def pages(chromium, tmp_path):
    """A Tandem that no other test sees, on a machine that may be busy."""
    with staged("tandem_journeys", tmp_path) as site:
        opened = Pages(chromium, site)
        with chromium.patience(3000):
            yield opened
        opened.close()


def test_from_six_repositories_to_a_promise_that_is_revised_and_told(pages, data_dir):
    chen_name = pages.site.people["chen"]["name"]
    alma = person(pages, "alma")

    # six repositories become products with ideas and votes, counted against the files
    products = {}
    for name in journeys.REPOSITORIES:
        path = journeys.issues_file(data_dir, name)
        counts = journeys.counted(path)
        said = bring(alma, path, "new-product", "product" if name == "sdk-go" else "")
        assert f"{counts['issues']} entries come into a new product, {name}." in said
        assert re.search(rf"Votes {counts['votes']}\b", said)
        assert re.search(rf"Comments at the source {counts['comments']:,}".replace(",", "[,\u202f ]?"), said)
        products[name] = number_in(href(alma, "a:has-text('Open the feedback')"))
    alma.goto("/products/")
    assert all(name in words(alma) for name in journeys.REPOSITORIES)
    product = products["sdk-go"]

    # Chen owns one of them; the stakeholders are let in
    alma.goto(f"/products/{product}/")
    access = href(alma, "a[href$='/access/']")
    give_access(alma, access, chen_name, "product_manager")
    for name in ("boris", "mei"):
        give_access(alma, access, pages.site.people[name]["name"], "stakeholder")

    # what reads alike becomes an idea in one step, and so does what has most votes
    chen = person(pages, "chen")
    chen.goto(f"/feedback/groups/?product={product}")
    chen.get_by_role("button", name="Make an idea of it").first.wait_for()  # by itself, as soon as the machine is ready
    shoot(chen, "groups")
    grouped = 0
    for _ in range(2):
        group = chen.locator("#main form", has=chen.get_by_role("button", name="Make an idea of it")).first
        grouped += group.locator("input[name=entry]:checked").count()
        group.get_by_role("button", name="Make an idea of it").click()
        chen.locator("[data-toast]", has_text="answers them now").first.wait_for()
    assert grouped >= 4
    linked = "SELECT count(*) FROM product_feedbacklink l JOIN product_feature f ON f.id = l.feature_id WHERE f.product_id = %s"
    assert pages.site.rows(linked, product)[0][0] == grouped
    boris = person(pages, "boris")
    ideas = []
    for at in range(3):
        chen.goto(f"/feedback/?product={product}&state=new&linked=no&sort=-votes")
        row = chen.locator("#main [data-row] td.t a").first
        address = row.get_attribute("href")
        if at == 0:
            boris.goto(address)
            boris.get_by_role("button", name="Vote").click()
            boris.get_by_role("button", name="Take the vote back").wait_for()
        chen.goto(address)
        if at == 0:
            shoot(chen, "entry")
        chen.get_by_role("button", name="Make an idea of it").click()
        chen.wait_for_url(re.compile(r"/features/\d+/"))
        ideas.append(number_in(chen.url))
    chen.goto(f"/features/?product={product}")
    assert chen.locator("#main [data-row]").count() == 5
    features = [number_in(a.get_attribute("href")) for a in chen.locator("#main [data-row] td.t a").all()]

    # scored: value against effort, typed in the cells of the page
    chen.goto("/scoring-models/new/")
    chen.locator("#id_home").select_option(chen.locator("#id_home option", has_text="sdk-go").first.get_attribute("value"))
    chen.locator("#id_name").fill("Worth")
    chen.locator("#id_method").select_option("value-effort")
    create(chen)
    chen.wait_for_url(re.compile(r"/scoring-models/\d+/"))
    for feature, value, effort in zip(ideas + [f for f in features if f not in ideas], (9, 7, 6, 5, 3), (3, 2, 4, 5, 3), strict=True):
        chen.goto(f"/features/{feature}/")
        for name, amount in (("value", value), ("effort", effort)):
            cell = chen.locator(f"[data-edit][data-name={name}]").first
            cell.click()
            chen.keyboard.type(str(amount))
            with chen.expect_response(lambda answer: answer.request.method != "GET"):
                chen.keyboard.press("Enter")
            chen.locator(f"[data-edit][data-name={name}]", has_text=re.compile(rf"^{amount}$")).first.wait_for()
    chen.goto(f"/products/{product}/priorities/")
    assert "The order is" in words(chen)
    scores = [float(cell) for cell in chen.locator("table.tbl").first.locator("tbody tr td:last-child").all_inner_texts()]
    assert scores == [3.5, 3, 1.5, 1, 1], "value by effort, the highest first"
    shoot(chen, "priorities")

    # a ballot of five
    chen.get_by_role("link", name="Ask stakeholders").click()
    chen.locator("#id_title").fill("What comes first")
    chen.locator("#id_closes_on").fill(f"{date.today().year + 1}-01-31")
    create(chen)
    chen.wait_for_url(re.compile(r"/ballots/\d+/"))
    ballot = number_in(chen.url)
    chen.get_by_role("link", name="Who votes").click()
    people = ("admin", "alma", "boris", "chen", "mei")
    chen.locator("select[name=users]").select_option(label=[pages.site.people[name]["name"] for name in people])
    chen.get_by_role("button", name="Invite").click()
    chen.locator("td", has_text="Account").nth(4).wait_for()
    first = ideas[0]
    for at, name in enumerate(people):
        one = person(pages, name)
        one.goto(f"/ballots/{ballot}/")
        one.get_by_role("link", name="Vote", exact=True).click()
        for place, feature in enumerate([first, *(f for f in features if f != first)]):
            one.locator(f"#f-{feature}").fill(str((50, 20, 15, 10, 5)[place] if at < 4 else (10, 60, 10, 10, 10)[place]))
        one.get_by_role("button", name="Vote", exact=True).click()
        one.wait_for_url(re.compile(r"/ballots/\d+/$"))
        one.close()
    chen.goto(f"/ballots/{ballot}/")
    assert "5 of 5 have voted." in words(chen)
    chen.get_by_role("button", name="Close the ballot").click()
    chen.get_by_role("link", name="Settle it").wait_for()
    assert "W = " in words(chen) and "210" in words(chen), "four gave 50, one gave 10"
    shoot(chen, "ballot")
    chen.get_by_role("link", name="Settle it").click()
    chen.get_by_label("Why this order").fill("Four of five put it first")
    chen.get_by_role("button", name="Settle it").click()
    chen.wait_for_url(re.compile(r"/ballots/\d+/$"))
    assert "Four of five put it first" in words(chen)

    # what came first goes onto the roadmap, planned for a month
    chen.goto(f"/features/{first}/")
    title = chen.locator("h1").inner_text()
    chen.get_by_role("link", name=re.compile(r"^Edit\b")).click()
    for name, value in (("state", "planned"), ("horizon", "now"), ("planned_precision", "month")):
        chen.locator(f"#id_{name}").select_option(value)
    chen.locator("#id_planned_from").fill("2026-02-01")
    chen.locator("#id_planned_to").fill("2026-02-28")
    create(chen)
    chen.wait_for_url(re.compile(r"/features/\d+/$"))
    chen.goto(f"/roadmap/?product={product}&view=horizons")
    assert title in chen.locator("#roadmap").inner_text()
    shoot(chen, "now")

    # a date is told before anybody has measured how fast the team is
    chen.goto(f"/promises/new/?feature={first}")
    assert "There is no forecast for it yet" in words(chen), "nothing is computed from nothing"
    chen.locator("#id_to_whom").fill("Nordhafen")
    chen.locator("#id_date").fill(TOLD)
    chen.locator("#id_given_on").fill("2026-01-21")
    create(chen)
    chen.wait_for_url(re.compile(r"/promises/\d+/$"))
    promise = chen.url
    assert "P80" not in words(chen)
    chen.goto(f"/roadmap/?product={product}")
    row = chen.locator("#roadmap [data-row]", has_text=title[:30]).first
    assert "No promise" not in row.inner_text() and "No promises yet" not in words(chen)
    shoot(chen, "roadmap")

    # the same issues as work: what was closed is the throughput
    path = journeys.issues_file(data_dir, "sdk-go")
    counts = journeys.counted(path)
    said = bring(alma, path, "new")
    assert f"{counts['issues']} items come into a new project, sdk-go." in said
    alma.get_by_role("link", name="Open the board").wait_for()
    alma.get_by_role("link", name="Project and forecast").click()
    until(alma, "items left")
    assert f"{counts['issues'] - counts['closed']} items left" in words(alma)
    assert "P80" in words(alma), "from the days on which issues were closed"
    give_access(alma, href(alma, "a[href$='/access/']"), chen_name, "stakeholder")

    # its scope are the issues that asked for it; the forecast says when it will be done, and the promise holds
    chen.goto(f"/features/{first}/")
    chen.get_by_role("button", name="Add them to the scope").click()
    chen.locator("#main form[action$='/scope/'] button[aria-label^='Take']").first.wait_for()
    until(chen, "How is this computed")
    until(chen, "P80")
    shoot(chen, "forecast")
    forecast = "SELECT p80 FROM planning_forecast WHERE subject_kind = 'product.feature' AND subject_id = %s AND is_current"
    (p80,) = pages.site.rows(forecast, first)[0]
    assert p80 <= date.fromisoformat(TOLD)
    chen.goto(promise)
    until(chen, "On track")
    shoot(chen, "on-track")

    # more is put under the same name: it turns red, and the page says why
    chen.goto(f"/feedback/?product={product}&state=new&linked=no&sort=-votes")
    others = [a.get_attribute("href") for a in chen.locator("#main [data-row] td.t a").all()[:8]]
    for address in others:
        chen.goto(address)
        chen.locator("select[name=feature]").select_option(str(first))
        chen.get_by_role("button", name="Link", exact=True).click()
        chen.locator("[data-toast]", has_text="Linked.").first.wait_for()
    chen.goto(f"/features/{first}/")
    chen.get_by_role("button", name="Add them to the scope").click()
    chen.goto(promise)
    until(chen, "Off track")
    added = int(re.search(r"(\d+) items added", words(chen))[1])
    assert added >= len(others) and re.search(r"Why \d+ days", words(chen))
    assert "reckoned afterwards" in words(chen)
    assert "What could be done" in words(chen) and "Promise the P80 instead" in words(chen)
    shoot(chen, "off-track")
    zh = person(pages, "chen", language="zh-hans")
    zh.goto(promise)
    assert "已偏离" in words(zh)
    shoot(zh, "off-track-zh")
    pages.site.prefer("chen", language="en")

    # it is revised with its reason, and who asked for it hears
    chen.goto(promise)
    chen.get_by_role("link", name="Revise promise").click()
    new = chen.locator("#id_date").input_value()
    assert date.fromisoformat(new) == pages.site.rows(forecast, first)[0][0] > date.fromisoformat(TOLD)
    chen.locator("#id_reason").fill("Eight more wishes came under it")
    shoot(chen, "revise")
    create(chen)
    chen.wait_for_url(re.compile(r"/promises/\d+/$"))
    until(chen, "On track")
    boris.goto("/inbox/")
    until(boris, f"moved the date of what you asked for from {TOLD} to {new}")
    shoot(boris, "told")


def test_from_new_yorks_reports_to_next_years_set(pages, data_dir):
    path = data_dir / "portfolio" / journeys.NYC
    rows = journeys.table(path)
    expected = journeys.agencies(rows)
    alma = person(pages, "alma")
    alma.goto("/portfolios/new/")
    alma.get_by_label("name").first.fill("New York capital projects")
    alma.locator("#id_currency").select_option("USD")
    create(alma)
    alma.wait_for_url(re.compile(r"/portfolios/\d+/$"))
    key = re.search(r"/spaces/(\w+)/access/", href(alma, "a[href$='/access/']"))[1]

    # 378 projects in 15 reports; slip and growth of each agency beside what the source states in total
    alma.goto("/imports/new/")
    option = alma.locator("select[name=into] option", has_text="New York capital projects").first.get_attribute("value")
    said = bring(alma, path, option, "portfolio")
    assert f"{len(rows)} reports of {sum(one['projects'] for one in expected.values())} projects come into New York capital projects" in said
    alma.goto(f"/project-reports/course/?in={key}")
    table = alma.locator("section.panel", has=alma.get_by_role("heading", name="By department")).locator("tbody tr")
    assert table.count() == len(expected)
    for row in table.all():
        cells = [" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()]
        one = expected[cells[0]]
        assert int(cells[1]) == one["projects"]
        assert days(cells[4])[0] == one["moved"], cells
        assert money(cells[6]) == pytest.approx(float(one["grown"]), rel=0.006, abs=600), cells
        stated, *parts = days(cells[5])
        assert stated == one["slip"] and stated == sum(parts or [stated]), cells
        assert money(cells[8]) == pytest.approx(float(one["growth"]), rel=0.006, abs=600), cells
    assert len(alma.locator("table.strip thead th.s0").all()) == 15
    shoot(alma, "course")

    # what goes on is asked again, by what it serves; no case is typed
    goals = {
        "Clean water": (("Sewers", "Water Supply", "Wastewater Treatment"), 80),
        "Streets that last": (("Streets and Roadways", "Bridges"), 60), "Places to learn": (("Schools", "Libraries"), 70),
    }  # fmt: skip
    for title in goals:
        alma.goto("/objectives/new/")
        alma.locator("#id_title").fill(title)
        alma.locator("#id_starts_on").fill("2019-07-01")
        alma.locator("#id_ends_on").fill("2027-06-30")
        create(alma)
        alma.wait_for_url(re.compile(r"/objectives/\d+/$"))
    candidates = 0
    for title, (categories, weight) in goals.items():
        for category in categories:
            alma.goto(f"/project-reports/course/?in={key}")
            alma.locator("select[name=category]").select_option(category)
            alma.wait_for_url(re.compile("category="))
            assert alma.locator("#id_first").input_value() == "2019-10-01"
            alma.locator("#id_objective").select_option(label=title)
            alma.locator("#id_weight").fill(str(weight))
            alma.get_by_role("button", name="Make candidates of them").click()
            made = alma.locator("[data-toast]", has_text="candidate").first.inner_text()
            assert int(re.search(r"\d+", made)[0]) == journeys.going(rows, category), (category, made)
            candidates += int(re.search(r"\d+", made)[0])
    alma.locator("#go-on").scroll_into_view_if_needed()
    assert f"{candidates} candidates in the queue" in words(alma)
    shoot(alma, "go-on")

    # three scenarios: a budget 15 % smaller, the same with a share for schools, and all the money
    alma.get_by_role("link", name="Ask a scenario of them").click()
    asked = []
    for name, budget, share in (("15 % less", "85 %", False), ("Schools first", "85 %", True), ("As before", "100 %", False)):
        if asked:
            alma.goto(asked[0])
            alma.get_by_role("button", name="Copy").click()
            alma.get_by_text("Copied.").first.wait_for()
            alma.get_by_role("link", name="Edit").click()
        alma.locator("#id_name").fill(name)
        alma.locator("#id_aim").select_option("fit")
        alma.locator("#id_budget").fill(budget)
        create(alma)
        alma.wait_for_url(re.compile(r"/scenarios/\d+/$"))
        if share:
            rule = alma.locator("#rules form", has=alma.locator("select[name=group]"))
            rule.locator("[name=percent]").fill("30")
            rule.locator("[name=group]").select_option(label="Places to learn")
            rule.get_by_role("button", name="Add the rule").click()
            alma.get_by_text("At least 30 % of the money").first.wait_for()
        asked.append(re.sub(r"[?#].*", "", alma.url))
        alma.get_by_role("button", name="Solve").click()
        until(alma, " chosen: ")
        until(alma, "Solve again")
    alma.goto(asked[0])
    until(alma, "Out, and why")
    said = words(alma)
    chosen = int(re.search(r"(\d+) of \d+ chosen", said)[1])
    assert 0 < chosen < candidates and f"of {candidates} chosen" in said
    shoot(alma, "scenario")
    alma.get_by_role("link", name="Side by side").click()
    said = words(alma)
    assert f"{chosen} / {candidates}" in said and f"{candidates} / {candidates}" in said and "Who loses what" in said
    shoot(alma, "compared")
    zh = person(pages, "alma", language="zh-hans")
    zh.goto(asked[0])
    assert "方案" in words(zh)
    shoot(zh, "scenario-zh")
    pages.site.prefer("alma", language="en")

    # one is adopted: what is out is put on hold, the rest goes on
    alma.goto(asked[0])
    alma.locator("#id_reason").fill("15 % less money next year")
    assert f"puts {candidates - chosen} running projects on hold" in words(alma)
    alma.get_by_role("button", name="Adopt the scenario").click()
    alma.get_by_role("button", name="Take the decision back").wait_for()
    shoot(alma, "adopted")
    held = pages.site.rows("SELECT count(*) FROM portfolio_project WHERE state = 'on_hold'")[0][0]
    assert held == candidates - chosen
    alma.goto("/projects/?state=on_hold")
    assert alma.locator("#main [data-row]").count() == min(held, 50)
