"""A steering meeting from agenda to minutes to actions, in a real browser, in English and in Chinese: two people write in the same
minutes, what was decided stands in the log, what is to be done is work with somebody and a day, and all who are asked hear of it.

TANDEM_TEST_PICTURES names a folder for the pictures of the way; without it none are taken. Slow, but for Chinese."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.browser.conftest import Pages, staged, until
from tests.browser.meeting_stage import WORDS

PICTURES = os.environ.get("TANDEM_TEST_PICTURES")
LANGUAGES = {"en": {}, "zh": {"language": "zh-hans", "theme": "dark"}}
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
NOTES = "SELECT notes FROM governance_meetingpoint WHERE slug = 'decisions'"


@pytest.fixture(scope="module", params=[pytest.param("en", marks=pytest.mark.slow), "zh"])
def place(request, chromium, tmp_path_factory):
    language = request.param
    with staged(f"tandem_meeting_{language}", tmp_path_factory.mktemp(language), "tests.browser.meeting_stage", language) as site:
        yield language, site


@pytest.fixture
def pages(chromium, place):
    opened = Pages(chromium, place[1])
    with chromium.patience(900):
        yield opened
    opened.close()


def test_a_steering_meeting_from_agenda_to_minutes_to_actions(pages, place):
    language, site = place
    say, shots = WORDS[language], []

    def opened_by(person, **how):
        page = pages(person, **LANGUAGES[language], **how)
        page.set_default_timeout(120_000)
        page.goto(site.paths["meeting"])
        page.wait_for_selector("html.js")
        page.wait_for_selector("#agenda")
        return page

    def shoot(page, what):
        page.wait_for_timeout(300)
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{what} is wider than the window: {wide}"
        shots.append(what)
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(PICTURES) / f"meeting-{language}-{len(shots):02}-{what}.png", full_page=True)

    alma = opened_by("alma")
    alma.click("form[action$='/gatherings/'] button")
    alma.wait_for_selector("li.point")
    titles = alma.locator("li.point .point-h").all_inner_texts()
    assert [any(say[word] in text for text in titles) for word in ("question", "issue", "risk")] == [True] * 3
    shoot(alma, "agenda")

    chen = opened_by("chen")
    _two_write(site, alma, chen, say)
    shoot(chen, "minutes")
    _decide_and_act(site, alma, say)
    shoot(alma, "outcomes")
    until(chen, lambda: say["action"] in chen.inner_text("#agenda"), True)

    alma.locator("details.menu:has(button[value=held]) > summary").click()
    alma.uncheck(f"input[name=present][value='{site.people['chen']['id']}']")
    alma.click("button[value=held]")
    alma.wait_for_selector("form[action$='/sendings/']")
    alma.click("form[action$='/sendings/'] button")
    alma.wait_for_selector("form[action$='/sendings/']")
    shoot(alma, "held")
    assert site.rows("SELECT count(*) FROM governance_meetingpresence") == [(1,)]
    until(alma, lambda: site.rows("SELECT user_id FROM collaboration_notification WHERE kind = 'meeting'"), [(site.people["chen"]["id"],)])

    alma.goto("/meetings/value/")
    assert say["title"] in alma.inner_text("table")
    shoot(alma, "value")
    shoot(opened_by("chen", **PHONE), "phone")


def _two_write(site, alma, chen, say):
    """Both type under the same point before either has saved; both texts stand, and each sees the other's."""
    mine, theirs = (page.locator("li.point:has-text('{}') textarea[name=notes]".format(say["question"])) for page in (alma, chen))
    mine.fill(say["note"])
    theirs.fill(say["other"])
    mine.blur()
    until(alma, lambda: site.rows(NOTES), [(say["note"],)])
    theirs.blur()
    until(chen, lambda: {*site.rows(NOTES)[0][0].split("\n")}, {say["note"], say["other"]})
    for page in (alma, chen):
        until(page, lambda page=page: [say[word] in page.inner_text("#agenda") for word in ("note", "other")], [True, True])


def _decide_and_act(site, alma, say):
    point = alma.locator("li.point:has-text('{}')".format(say["question"]))
    point.locator("details.menu:has(input[value=decide]) > summary").click()
    point.locator("input[name=chosen]").fill(say["chosen"])
    point.locator("input[name=why]").fill(say["why"])
    point.locator("form:has(input[value=decide]) button").click()
    until(alma, lambda: site.rows("SELECT state, chosen FROM governance_decision"), [("decided", say["chosen"])])
    until(alma, lambda: point.locator(".born li").count(), 1)
    point.locator("details.menu:has(input[value=act]) > summary").click()
    point.locator("form:has(input[value=act]) input[name=title]").fill(say["action"])
    point.locator("select[name=assignee]").select_option(str(site.people["chen"]["id"]))
    point.locator("input[name=due_on]").fill((date.today() + timedelta(days=7)).isoformat())
    point.locator("form:has(input[value=act]) button").click()
    query = "SELECT i.due_on, a.user_id FROM work_workitem i JOIN work_assignment a ON a.item_id = i.id WHERE i.title = %s"
    until(alma, lambda: site.rows(query, say["action"]), [(date.today() + timedelta(days=7), site.people["chen"]["id"])])
    until(alma, lambda: point.locator(".born li").count(), 2)
