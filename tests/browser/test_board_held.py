"""A card in the hand while the board changes around it: it stays held, lands where it is let go, and what arrived stands."""

import pytest

from tests.browser.conftest import until
from tests.browser.test_board import card
from tests.browser.test_sprint_journey import open_project

ADD = """async (given) => { const answer = await fetch(given.path, {method: 'POST', body: JSON.stringify(given.body),
  headers: {'Content-Type': 'application/json', 'X-CSRFToken': document.body.dataset.csrf,
  ...given.version && {'If-Match': `"${given.version}"`}}});
  if (!answer.ok) throw new Error(await answer.text()); return answer.json() }"""
DRAWN = """name => [...document.querySelectorAll(`.cell[data-state]`)].filter((c) => document.querySelector(`[data-head='${c.dataset.state}'] h2`)
  .textContent.trim() === name).flatMap((c) => [...c.querySelectorAll('.kcard .ti')].map((t) => t.textContent.trim()))"""


def standing(site, space, state):
    query = ("SELECT i.title FROM work_workitem i JOIN work_state s ON s.id = i.state_id WHERE i.space_id = %s AND s.name = %s"
             " AND i.removed_at IS NULL ORDER BY i.rank, i.id")  # fmt: skip
    return [title for (title,) in site.rows(query, space, state)]


@pytest.fixture
def both(page_of, site, request):
    """Boris and Mei before the same new board: three cards to do, three in progress."""
    key = "HLD" if "arrive" in request.node.name else "HLT"
    space = open_project(site, key, f"Crane rota {key}")
    pages = {}
    for name in ("boris", "mei"):
        pages[name] = page_of(name)
    boris = pages["boris"]
    boris.goto(f"/boards/{key}/")
    boris.wait_for_selector("tandem-board.ready")
    boris.evaluate(
        ADD,
        {
            "path": f"/api/v1/spaces/{space}/members/",
            "body": {"user_id": site.people["mei"]["id"], "role": "member"},
        },
    )
    states = dict(site.rows("SELECT name, id FROM work_state WHERE space_id = %s", space))

    def add(page, title, state):
        return page.evaluate(
            ADD,
            {
                "path": "/api/v1/work-items/",
                "body": {"space_id": space, "title": title, "state_id": states[state]},
            },
        )

    for title, state in (
        ("Alpha", "To do"),
        ("Beta", "To do"),
        ("Gamma", "To do"),
        ("Delta", "In progress"),
        ("Echo", "In progress"),
        ("Foxtrot", "In progress"),
    ):
        add(boris, title, state)
    for page in pages.values():
        page.goto(f"/boards/{key}/")
        page.wait_for_selector("tandem-board.ready")
        page.wait_for_function("() => document.querySelectorAll('.kcard').length === 6")
    return pages["boris"], pages["mei"], add, space, states


def pick_up(page, name, above):
    """Held over the upper part of the card `above`, not let go."""
    start, end = card(page, name).bounding_box(), card(page, above).bounding_box()
    x, y = start["x"] + 50, start["y"] + 12
    to_x, to_y = end["x"] + 50, end["y"] + 4
    page.mouse.move(x, y)
    page.mouse.down()
    for n in range(1, 11):
        page.mouse.move(x + (to_x - x) * n / 10, y + (to_y - y) * n / 10)
        page.wait_for_timeout(30)
    page.locator(".cell").nth(1).locator(".ghost").wait_for()
    return to_x, to_y


def test_a_held_card_stays_held_while_others_arrive_and_lands_where_it_is_let_go(both, site):
    boris, mei, add, space, states = both
    x, y = pick_up(boris, "Beta", "Echo")
    add(mei, "Late one", "To do")
    add(mei, "Late two", "In progress")
    gamma = site.rows("SELECT id, version FROM work_workitem WHERE space_id = %s AND title = 'Gamma'", space)[
        0
    ]
    mei.evaluate(
        ADD,
        {
            "path": f"/api/v1/work-items/{gamma[0]}/moves/",
            "body": {"state_id": states["In review"]},
            "version": gamma[1],
        },
    )
    mei.wait_for_function(
        "() => document.querySelectorAll('.kcard').length === 8"
    )  # the news have gone round
    for n in range(6):  # the hand does not lie still meanwhile
        boris.wait_for_timeout(300)
        boris.mouse.move(x + n % 2 * 3, y)
    assert boris.locator(".cell").nth(1).locator(".ghost").count() == 1, (
        "still in the hand, over the same place"
    )
    assert site.rows(
        "SELECT s.name FROM work_workitem i JOIN work_state s ON s.id = i.state_id WHERE i.space_id = %s AND title = 'Beta'",
        space,
    ) == [("To do",)]
    boris.mouse.up()
    wanted = {
        "To do": ["Alpha", "Late one"],
        "In progress": ["Delta", "Beta", "Echo", "Foxtrot", "Late two"],
        "In review": ["Gamma"],
    }
    until(boris, lambda: {state: standing(site, space, state) for state in wanted}, wanted)
    for page in (boris, mei):  # without a reload, and each card once
        until(page, lambda page=page: {state: page.evaluate(DRAWN, state) for state in wanted}, wanted)
        assert page.locator(".kcard").count() == 8 and page.locator(".ghost, .wait").count() == 0


def test_a_held_card_that_another_takes_meanwhile_is_not_torn_from_either(both, site, page_of):
    """Mei moves the very card that Boris holds: he is told, and both see it where it stands."""
    boris, mei, _add, space, states = both
    page_of.forgive("409|412")
    pick_up(boris, "Beta", "Echo")
    beta = site.rows("SELECT id, version FROM work_workitem WHERE space_id = %s AND title = 'Beta'", space)[0]
    mei.evaluate(
        ADD,
        {
            "path": f"/api/v1/work-items/{beta[0]}/moves/",
            "body": {"state_id": states["In review"]},
            "version": beta[1],
        },
    )
    boris.wait_for_timeout(1500)
    assert boris.locator(".cell").nth(1).locator(".ghost").count() == 1
    boris.mouse.up()
    boris.locator("[data-toast]").first.wait_for()
    state = standing(site, space, "In review") == ["Beta"]
    place = "In review" if state else "In progress"
    for page in (boris, mei):
        until(page, lambda page=page: "Beta" in page.evaluate(DRAWN, place), True)
        assert card(page, "Beta").count() == 1
    assert state, "what Mei did is not overwritten unseen"
