"""Two ways in a real browser, in English and in Chinese. A project from its method to a gate review that ends in “recycle”: begun in one form,
judged with evidence, sent back by two reviewers with conditions that are work then, and passed when it comes again. And a project begun
from the healthcare pack, with its list of gaps.

TANDEM_TEST_PICTURES names a folder for the pictures of the way; without it none are taken. The one in English is slow."""

from datetime import date

import pytest

from tests.browser.conftest import Pages, staged
from tests.browser.gates_stage import WORDS
from tests.browser.test_people_journeys import PHONE, Way


@pytest.fixture(scope="module", params=[pytest.param("en", marks=pytest.mark.slow), "zh"])
def place(request, chromium, tmp_path_factory):
    language = request.param
    with staged(f"tandem_gates_{language}", tmp_path_factory.mktemp(language), "tests.browser.gates_stage", language) as site:
        yield language, site


def test_a_gate_review_that_ends_in_recycle(chromium, place):
    language, site = place
    pages, say = Pages(chromium, site), WORDS[language]
    with chromium.patience(2400):
        walk(Way(pages, "gate", language), say)
    pages.close()


def walk(way, say):
    alma = way.opened_by("alma", "/methods/")
    way.shoot(alma, "methods")
    way.go(alma, "/methods/new-project/")
    alma.locator("input[name=method][value=hybrid]").check()
    alma.locator("[name=name]").fill(say["project"])
    alma.locator("[name=starts_on]").fill(date.today().isoformat())
    alma.locator("[name=owner]").select_option(str(way.site.people["boris"]["id"]))
    way.shoot(alma, "new-project")
    with alma.expect_navigation():
        alma.locator("#main form button.btn-ink").click()
    assert way.site.rows("SELECT count(*) FROM governance_gate") == [(3,)]
    key = alma.url.rstrip("/").split("/")[-1]
    for role, person in (("sponsor", "nadia"), ("pmo", "alma")):
        part = way.site.rows("SELECT id FROM governance_methodpart WHERE kind = 'role' AND key = %s", role)[0][0]
        field = alma.locator(f"form[action='/method-parts/{part}/changes/'] select[name=person]")
        with alma.expect_navigation():
            field.select_option(str(way.site.people[person]["id"]))
        alma.wait_for_selector("html.js")
    way.shoot(alma, "project")

    gate, worth = way.site.rows("SELECT g.id, c.id FROM governance_gate g JOIN governance_gatecriterion c ON c.gate_id = g.id WHERE g.key = 'worth' AND c.key = 'worth'")[0]
    boris = way.opened_by("boris", f"/gates/{gate}/")
    assert not boris.locator("input[name=verdict]").count(), "who manages it and does not review it gives no verdict"
    form = boris.locator(f"form[action='/gate-criteria/{worth}/judgements/']").first
    boris.locator("details.menu", has=form).locator("summary").click()
    form.locator("[name=evidence]").fill(say["evidence"])
    way.shoot(boris, "judging")
    with boris.expect_navigation():
        form.locator("button").click()

    way.go(alma, f"/gates/{gate}/")
    alma.locator("input[name=verdict][value=recycle]").check()
    alma.locator("[name=reason]").fill(say["reason"])
    for at, text in enumerate(say["conditions"]):
        alma.locator("[name=condition_title]").nth(at).fill(text)
        alma.locator("[name=condition_owner]").nth(at).select_option(str(way.site.people["boris"]["id"]))
    way.shoot(alma, "verdict")
    with alma.expect_navigation():
        alma.locator(f"form[action='/gates/{gate}/verdicts/'] button.btn-ink").click()
    assert way.site.rows("SELECT state, (SELECT count(*) FROM work_workitem WHERE title = %s) FROM governance_gateverdict", say["conditions"][0]) == [("waiting", 0)]
    assert not alma.locator("form[action$='/seconds/'] button.btn-ink").count(), "nobody seconds themself"

    nadia = way.opened_by("nadia", f"/gates/{gate}/")
    way.shoot(nadia, "second")
    with nadia.expect_navigation():
        nadia.locator("form[action$='/seconds/'] button.btn-ink").click()
    assert way.site.rows("SELECT g.state, v.state FROM governance_gate g JOIN governance_gateverdict v ON v.gate_id = g.id") == [("open", "given")]
    made = way.site.rows("SELECT i.title FROM work_workitem i JOIN people_space s ON s.id = i.space_id WHERE s.key = %s AND i.title = ANY(%s) ORDER BY i.id", key, list(say["conditions"]))
    assert [title for (title,) in made] == list(say["conditions"]), "each condition is work now"
    way.shoot(nadia, "recycled")

    way.go(nadia, f"/gates/{gate}/")
    nadia.locator("input[name=verdict][value=go]").check()
    nadia.locator("[name=reason]").fill(say["again"])
    with nadia.expect_navigation():
        nadia.locator(f"form[action='/gates/{gate}/verdicts/'] button.btn-ink").click()
    way.go(alma, f"/gates/{gate}/")
    with alma.expect_navigation():
        alma.locator("form[action$='/seconds/'] button.btn-ink").click()
    assert way.site.rows("SELECT state FROM governance_gate WHERE id = %s", gate) == [("passed",)]
    for path, what in ((f"/project-methods/{key}/", "conformance"), ("/phases/", "phases"), (f"/plans/{key}/", "plan"), ("/gates/", "gates")):
        way.go(alma, path)
        way.shoot(alma, what)
    method = way.site.rows("SELECT id FROM governance_method")[0][0]
    way.go(alma, f"/methods/{method}/")
    way.shoot(alma, "method")
    for path, what in ((f"/gates/{gate}/", "gate-phone"), (f"/project-methods/{key}/", "project-phone"), ("/phases/", "phases-phone")):
        phone = way.opened_by("boris", path, **PHONE)
        way.shoot(phone, what)


def test_a_project_of_the_healthcare_pack_shows_its_gaps(chromium, place):
    language, site = place
    pages, say = Pages(chromium, site), WORDS[language]
    way = Way(pages, "pack", language)
    with chromium.patience(1200):
        alma = way.opened_by("alma", "/methods/new-project/")
        alma.locator("input[name=method]").first.check()
        alma.locator("[name=name]").fill(say["clinic"])
        alma.locator("[name=pack]").select_option("healthcare")
        way.shoot(alma, "new-project")
        with alma.expect_navigation():
            alma.locator("#main form button.btn-ink").click()
        alma.wait_for_selector(".page-h")
        told = alma.locator("#main").inner_text()
        assert say["gaps"] in told and "HIPAA 164.312(a)(1)" in told and "IEC 62304 4.3" in told
        way.shoot(alma, "gaps")
        use = site.rows("SELECT id FROM governance_packuse")[0][0]
        form = alma.locator(f"form[action='/pack-uses/{use}/words/']", has=alma.locator("input[value=records]")).first
        alma.locator("details.menu", has=form).locator("summary").click()
        form.locator("[name=evidence]").fill(say["records"])
        with alma.expect_navigation():
            form.locator("button").click()
        assert site.rows("SELECT control, state, evidence FROM governance_controlword") == [("records", "met", say["records"])]
        assert say["fewer"] in alma.locator("#main").inner_text()
        way.shoot(alma, "evidence")
        key = site.rows("SELECT s.key FROM governance_packuse u JOIN people_space s ON s.id = u.space_id")[0][0]
        way.go(alma, f"/risks/suggestions/?in={key}")
        assert say["suggested"] in alma.locator("#main").inner_text()
        way.shoot(alma, "suggested")
        phone = way.opened_by("alma", f"/project-gaps/{key}/", **PHONE)
        way.shoot(phone, "gaps-phone")
    pages.close()
