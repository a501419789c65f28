"""Projects by phase in a real browser, in English and in Chinese: a project is put into the next phase by mouse, by keys and by touch, and each
time taken back; at a gate it stops, and the gate opens. What the database says is looked at after each.

TANDEM_TEST_PICTURES names a folder for the pictures; without it none are taken. The one in English is slow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, until
from tests.browser.test_kanban_journey import drag
from tests.proof.running import _environment

PICTURES = os.environ.get("TANDEM_TEST_PICTURES")
FINISHED = (
    "SELECT array_agg(p.key::text ORDER BY p.rank) FILTER (WHERE s.category = 'done') FROM governance_methodpart p JOIN portfolio_project o ON o.id = p.project_id "
    "JOIN work_workitem i ON i.id = p.item_id JOIN work_state s ON s.id = i.state_id WHERE p.kind = 'phase' AND o.name = %s"
)
MOVES = "SELECT e.changes->'phase' FROM history_event e JOIN portfolio_project o ON o.id = e.subject_id WHERE e.verb = 'project.moved_phase' AND o.name = %s ORDER BY e.id"


@pytest.fixture(params=[pytest.param("en", marks=pytest.mark.slow), "zh-hans"])
def quay(request, site):
    """The name of a project that only this way uses, and its language."""
    name = f"Quay {request.param}"
    if name not in site.projects:
        environment = {
            **_environment(),
            "TANDEM_RUNTIME_DATABASE_URL": site.database,
            "TANDEM_LOG": "warning",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.phases_stage", name],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        site.projects[name] = {}
    return name, request.param


def opened(page):
    page.goto("/phases/")
    page.wait_for_selector("tandem-board.ready")
    page.wait_for_selector(".mv-b", state="attached")


def shoot(page, what):
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{what} is wider than the window: {wide}"
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"phases-{what}.png")


def cell(page, stage):
    return page.locator(f".cell[data-state={stage}]")


def test_a_project_moves_by_mouse_keys_and_touch_and_is_taken_back(page_of, site, quay):
    name, language = quay
    # the console tells of the refusal at the gate
    page = page_of("boris", language=language, theme="dark" if language != "en" else "light")

    def stands(page, stage):
        """On the page, once the server has answered; in the database the phase before is finished, or open again."""
        cell(page, stage).locator(".kcard:not(.wait)", has_text=name).wait_for()
        until(page, lambda: site.rows(FINISHED, name)[0][0], ["dream"] if stage == "plan" else None)

    def undone(page, by):
        by(page.locator("[data-toast] [data-undo]:not([data-redo])").last)
        stands(page, "concept")

    opened(page)
    card = page.locator(".kcard", has_text=name)
    drag(page, card, cell(page, "plan"))
    stands(page, "plan")
    assert site.rows(MOVES, name) == [(["Dream", "Draw"],)]
    undone(page, lambda button: button.click())

    opened(page)
    card.locator(".ti").focus()
    page.keyboard.press("Alt+ArrowRight")
    stands(page, "plan")
    assert len(site.rows(MOVES, name)) == 2
    shoot(page, f"{language}-keys")
    undone(page, lambda _button: page.keyboard.press("u"))

    tablet = page_of("boris", language=language, width=1024, height=1100, has_touch=True, is_mobile=True)
    opened(tablet)
    held(tablet, tablet.locator(".kcard", has_text=name), cell(tablet, "plan"))
    stands(tablet, "plan")
    assert len(site.rows(MOVES, name)) == 3
    undone(tablet, lambda button: button.tap())

    phone = page_of("boris", language=language, width=390, height=844, has_touch=True, is_mobile=True)
    opened(phone)
    phone.locator(".kcard", has_text=name).locator(".mv-b").tap()
    phone.locator(".mv-menu [role=menuitem]").first.tap()
    stands(phone, "plan")
    shoot(phone, f"{language}-phone")

    page.reload()
    page.wait_for_selector("tandem-board.ready")
    card.locator(".ti").focus()
    page_of.forgive("status of 422")
    page.keyboard.press("Alt+ArrowRight")
    page.locator("#peek [data-peek-title]").wait_for()
    assert "Worth it" in page.locator("#peek").inner_text()
    stands(page, "plan")
    assert len(site.rows(MOVES, name)) == 4, "a gate is not gone round"
    shoot(page, f"{language}-gate")


def held(page, one, into):
    """Picked up by a long press of a finger, and let go there."""
    start, end = one.bounding_box(), into.bounding_box()
    finger, x, y = page.context.new_cdp_session(page), start["x"] + 50, start["y"] + 15

    def touch(kind, *points):
        finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    touch("touchStart", (x, y))
    page.wait_for_timeout(450)
    for n in range(1, 11):
        touch("touchMove", (x + (end["x"] + 40 - x) * n / 10, y + (end["y"] + 30 - y) * n / 10))
        page.wait_for_timeout(20)
    into.locator(".ghost").wait_for()
    touch("touchEnd")
