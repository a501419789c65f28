"""Three ways through people and time in a real browser, in English and in Chinese: a PMO lead resolves a conflict of three projects
over one architect; a team member's week of time; a project manager plans anew after an illness of two weeks.

TANDEM_TEST_PICTURES names a folder for the pictures of the way; without it none are taken. Slow, but for the week of time in Chinese."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.browser.conftest import Pages, staged, until
from tests.browser.people_stage import WORDS, monday_after

PICTURES = os.environ.get("TANDEM_TEST_PICTURES")
WAIT = 300_000
LANGUAGES = {"en": {}, "zh": {"language": "zh-hans", "theme": "dark"}}
LOCKED = {"en": "was sent in or approved: its time stays as it is", "zh": "起的一周已提交或已批准，工时不可改动"}
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
PLANNED = "SELECT i.planned_start::date, i.planned_finish::date FROM work_workitem i JOIN people_space s ON s.id = i.space_id WHERE s.key = %s ORDER BY i.id"


@pytest.fixture(scope="module", params=[pytest.param("en", marks=pytest.mark.slow), "zh"])
def place(request, chromium, tmp_path_factory):
    """A Tandem of its own, with that language's people and projects; each journey has its own of them."""
    language = request.param
    with staged(f"tandem_people_{language}", tmp_path_factory.mktemp(language), "tests.browser.people_stage", language) as site:
        yield language, site


@pytest.fixture
def language(place):
    return place[0]


@pytest.fixture
def pages(chromium, place):
    opened = Pages(chromium, place[1])
    with chromium.patience(2400):
        yield opened
    opened.close()


class Way:
    """Through the pages of one journey: each in a window of its own for each person."""

    def __init__(self, pages, name, language):
        self.pages, self.site, self.name, self.language, self.shots = pages, pages.site, name, language, 0

    def opened_by(self, person, path, **how):
        page = self.pages(person, **LANGUAGES[self.language], **how)
        page.set_default_timeout(WAIT)
        self.go(page, path)
        return page

    def go(self, page, path):
        page.goto(path)
        page.wait_for_selector("html.js")
        page.wait_for_selector(".page-h")
        page.wait_for_load_state("networkidle")

    def shoot(self, page, what):
        page.wait_for_timeout(200)
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{what} is wider than the window: {wide}"
        self.shots += 1
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(PICTURES) / f"{self.name}-{self.language}-{self.shots:02}-{what}.png", full_page=True)

    def until(self, page, query, *values, gives):
        until(page, lambda: self.site.rows(query, *values), gives, 600)  # a yes waits for the plan that is being computed, with a cold core for minutes

    def conflict(self, page, kind, key):
        """The number of the open conflict of that kind which concerns the project, as soon as the worker has found it."""
        query = "SELECT c.id FROM planning_planconflict c JOIN people_space s ON s.id = c.space_id WHERE c.kind = %s AND c.gone_at IS NULL AND s.key = %s"
        for _ in range(1200):  # the first plan compiles the core, where nobody has yet
            if found := self.site.rows(query, kind, key):
                return found[0][0]
            page.wait_for_timeout(500)
        raise AssertionError(f"no conflict {kind} of {key}")

    def ways_out(self, page, number, code):
        """Asked for with the button; the row of the way with that code, once the job is over."""
        page.locator(f"form[action='/plan/conflicts/{number}/ways/'] button").click()
        page.locator("button[name=way]").first.wait_for()
        ways = self.site.rows("SELECT ways FROM planning_planconflict WHERE id = %s", number)[0][0]
        at = next(n for n, way in enumerate(ways) if way["code"] == code and way["dates"])
        return page.locator("[data-row]", has=page.locator(f"button[name=way][value='{at}']"))

    def say_yes(self, person, number):
        """Whoever answers for a project finds the proposal in the inbox and accepts it."""
        page = self.opened_by(person, "/plan/conflicts/")
        page.locator(f"a[href='/plan/conflicts/{number}/']").first.click()
        button = page.locator("button[name=do][value=accept]")
        button.first.wait_for()
        self.shoot(page, f"proposal-{person}")
        still_open = "SELECT count(*) FROM planning_plandraft WHERE state = 'open'"
        while button.count():
            left = self.site.rows(still_open)[0][0] - 1
            button.first.click()
            self.until(page, still_open, gives=[(left,)])
            self.go(page, f"/plan/conflicts/{number}/")
        return page


@pytest.mark.slow
def test_a_pmo_lead_resolves_a_conflict_of_three_projects_over_one_architect(pages, language):
    way, say = Way(pages, "architect", language), WORDS[language]
    week = monday_after(date.today())
    alma = way.opened_by("alma", "/plan/conflicts/")
    way.conflict(alma, "overload", "CUS")
    late = {row[0]: row[1] for row in _late(way, alma, 2)}
    key = max(late, key=lambda one: late[one])
    way.go(alma, "/plan/conflicts/")
    told = alma.locator("#main").inner_text()
    assert say["architect"] in told and all(say[name] in told for name in ("ferry", "depot", "customs"))
    way.shoot(alma, "inbox")

    number = way.conflict(alma, "project", key)
    alma.locator(f"#main a[href='/plan/conflicts/{number}/']").first.click()
    row = way.ways_out(alma, number, "swap")
    assert any(say[name] in row.inner_text() for name in ("ferry", "depot", "customs")), "the price names who ends later"
    way.shoot(alma, "ways-out")
    before = way.site.rows("SELECT id, planned_start, planned_finish FROM work_workitem ORDER BY id")
    row.locator("button[name=way]").click()
    alma.locator("button[name=do][value=decline]").first.wait_for()
    assert not alma.locator("button[name=do][value=accept]").count(), "she proposed it herself, and others may say yes"
    assert way.site.rows("SELECT id, planned_start, planned_finish FROM work_workitem ORDER BY id") == before, "a proposal changes nothing"
    way.shoot(alma, "proposed")

    for person in ("boris", "chen"):
        if _open_drafts(way, person):
            way.say_yes(person, number)
    way.until(alma, "SELECT count(*) FROM planning_plandraft WHERE state = 'open'", gives=[(0,)])
    assert way.site.rows(PLANNED, key) == [(week, week + timedelta(days=4))], "who asked comes first"
    way.until(alma, "SELECT count(*) FROM planning_planconflict WHERE id = %s AND gone_at IS NULL", number, gives=[(0,)])

    # what is still planned for the same week as another takes the computed dates, and then nothing is left to resolve
    for rest in ("FER", "DEP", "CUS"):
        if way.site.rows(_LATE, rest):
            _accept_dates(way, rest)
    way.until(alma, "SELECT count(*) FROM planning_planconflict c JOIN people_space s ON s.id = c.space_id WHERE s.key IN ('FER', 'DEP', 'CUS') AND c.gone_at IS NULL", gives=[(0,)])
    weeks = sorted(way.site.rows(PLANNED, one)[0][0] for one in ("FER", "DEP", "CUS"))
    assert weeks == [week, week + timedelta(days=7), week + timedelta(days=14)], "one after the other: nobody is in two places"
    way.go(alma, "/plan/")
    way.shoot(alma, "plan-in-force")
    way.go(alma, "/plan/baselines/")
    assert alma.locator("#main table [data-row]").count() >= 1
    way.shoot(alma, "baselines")


_LATE = "SELECT s.key, c.days FROM planning_planconflict c JOIN people_space s ON s.id = c.space_id WHERE c.kind = 'project' AND c.gone_at IS NULL AND s.key = %s"


def _late(way, page, wanted):
    """The projects of the architect that end later than planned: all but the first of the three."""
    for _ in range(1200):
        found = [row for key in ("FER", "DEP", "CUS") for row in way.site.rows(_LATE, key)]
        if len(found) == wanted:
            return found
        page.wait_for_timeout(500)
    raise AssertionError(f"late: {found}")


def _open_drafts(way, person):
    mine = {"boris": ("FER", "DEP"), "chen": ("CUS",)}[person]
    query = "SELECT d.id FROM planning_plandraft d JOIN people_space s ON s.id = d.space_id WHERE d.state = 'open' AND s.key = ANY(%s)"
    return way.site.rows(query, list(mine))


def _accept_dates(way, key):
    """On the plan of the portfolio: choose the project, name the baseline, say yes."""
    page = way.opened_by("chen" if key == "CUS" else "boris", "/plan/")
    page.locator(f"#{key} input[name=project]").check()
    page.locator("#accept-name").fill("One after the other")
    with page.expect_navigation():
        page.locator("button[form=accept]").click()


def test_a_week_of_time_of_a_team_member(pages, language):
    way, say = Way(pages, "week", language), WORDS[language]
    monday = date.today() - timedelta(days=date.today().weekday())
    last = monday - timedelta(days=7)
    mei = way.opened_by("mei", f"/time/?week={last}")
    for title in (say["price"], say["mail"]):
        field = mei.locator("form[action$='/rows/'] input[name=item].grow")
        field.fill(title)
        with mei.expect_navigation():
            field.press("Enter")
    rows = mei.locator("tandem-hours tbody tr:has(input.in-td)")
    assert rows.count() == 2
    for at, texts in ((0, ("4h", "6:30", "8h", "", "90m")), (1, ("4h", "1.5h", "", "8h", "6:30"))):
        for day, text in enumerate(texts):
            cell = rows.nth(at).locator("input.in-td").nth(day)
            cell.fill(text)
            cell.press("Tab")
    minutes = "SELECT coalesce(sum(minutes), 0) FROM work_timeentry WHERE removed_at IS NULL AND user_id = %s"
    way.until(mei, minutes, way.site.people["mei"]["id"], gives=[(40 * 60,)])
    mei.locator("tfoot [data-total]", has_text="40:00").wait_for()
    way.shoot(mei, "filled")

    way.go(mei, "/time/")
    with mei.expect_navigation():
        mei.locator("button[name=do][value=copy]").click()
    assert mei.locator("tandem-hours tbody tr:has(input.in-td)").count() == 2
    assert mei.locator("tfoot [data-total]").inner_text() == "0:00", "rows come along, hours do not"
    cell = mei.locator("tandem-hours tbody input.in-td").first
    cell.fill("7:30")
    cell.press("Tab")
    way.until(mei, minutes, way.site.people["mei"]["id"], gives=[(47 * 60 + 30,)])
    way.shoot(mei, "copied")

    way.go(mei, f"/time/?week={last}")
    with mei.expect_navigation():
        mei.locator("button[name=do][value=submit]").click()
    assert not mei.locator("input.in-td[name^=cell-]").count(), "what was sent in stands"
    assert not mei.locator("button[name=do][value=approve]").count(), "nobody answers their own week"
    way.shoot(mei, "sent-in")

    boris = way.opened_by("boris", "/time/waiting/")
    way.shoot(boris, "waiting")
    boris.locator("#main [data-row] a").first.click()
    with boris.expect_navigation():
        boris.locator("button[name=do][value=approve]").click()
    state = "SELECT state FROM resources_timesheet WHERE person_id = %s AND week = %s"
    way.until(boris, state, way.site.people["mei"]["id"], last, gives=[("approved",)])

    mei = way.opened_by("mei", f"/time/?week={last}", **PHONE)
    assert not mei.locator("input.in-td[name^=cell-], button[name=do][value=withdraw], button[name=do][value=submit]").count(), "locked"
    way.shoot(mei, "approved-phone")
    key = way.site.rows("SELECT i.key FROM work_timeentry e JOIN work_workitem i ON i.id = e.item_id WHERE e.day = %s LIMIT 1", last)[0][0]
    pages.forgive("40[0-9]|42[0-9]")
    mei.goto(f"/work-items/{key}/")
    refused = mei.evaluate(
        """async ([item, day, person]) => { const cookie = document.cookie.match(/tandem_csrf=([^;]+)/);
           const token = document.querySelector('[name=csrfmiddlewaretoken]').value, body = new URLSearchParams({week: day, [`cell-${item}-${day}`]: '1h', [`seen-${item}-${day}`]: '240'});
           const answer = await fetch(`/people/${person}/time/cells/`, {method: 'POST', body, headers: {'X-CSRFToken': token, Accept: 'application/json'}}); return [answer.status, (await answer.json()).title]; }""",
        [way.site.rows("SELECT id FROM work_workitem WHERE key = %s", key)[0][0], last.isoformat(), way.site.people["mei"]["id"]],
    )
    assert refused[0] == 422 and LOCKED[language] in refused[1], f"for another reason: {refused}"
    assert way.site.rows(minutes, way.site.people["mei"]["id"]) == [(47 * 60 + 30,)]


@pytest.mark.slow
def test_a_project_manager_plans_anew_after_an_illness_of_two_weeks(pages, language):
    way, say = Way(pages, "illness", language), WORDS[language]
    today, week = date.today(), monday_after(date.today())
    boris = way.opened_by("boris", f"/time-off/new/?person={way.site.people['mei']['id']}")
    boris.locator("[name=person]").select_option(str(way.site.people["mei"]["id"]))
    boris.locator("[name=kind]").select_option("sickness")
    boris.locator("[name=starts_on]").fill(today.isoformat())
    boris.locator("[name=ends_on]").fill((today + timedelta(days=13)).isoformat())
    way.shoot(boris, "absence")
    with boris.expect_navigation():
        boris.locator("#main form button.btn-ink").click()
    number = way.conflict(boris, "leave", "QUA")
    way.go(boris, "/plan/conflicts/")
    way.shoot(boris, "inbox")
    boris.locator(f"#main a[href='/plan/conflicts/{number}/']").first.click()
    row = way.ways_out(boris, number, "hand_over")
    told = boris.locator("#main").inner_text()
    assert say["omar"] in row.inner_text() and "sickness" not in told.lower() and "病" not in told, "who, and not why somebody is away"
    way.shoot(boris, "ways-out")
    row.locator("button[name=way]").click()
    boris.locator("button[name=do][value=decline]").first.wait_for()
    assert not boris.locator("button[name=do][value=accept]").count()

    way.say_yes("alma", number)
    way.until(boris, "SELECT u.name FROM work_assignment a JOIN people_user u ON u.id = a.user_id JOIN work_workitem i ON i.id = a.item_id WHERE i.key = 'QUA-1'", gives=[(say["omar"],)])
    way.until(boris, "SELECT count(*) FROM planning_planconflict c JOIN people_space s ON s.id = c.space_id WHERE s.key = 'QUA' AND c.gone_at IS NULL", gives=[(0,)])
    assert way.site.rows("SELECT l.finish::date FROM planning_levelleddates l JOIN work_workitem i ON i.id = l.item_id WHERE i.key = 'QUA-2'") == [(week + timedelta(days=11),)]
    way.go(boris, "/plan/?open=QUA#QUA")
    way.shoot(boris, "dates")
    phone = way.opened_by("boris", f"/plan/conflicts/{number}/", **PHONE)
    way.shoot(phone, "solved-phone")
