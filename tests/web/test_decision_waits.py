"""Where decisions wait: each answer and each one that is missing is a mark that leads to its record; what one may not see is not counted."""

from datetime import timedelta

import pytest

from tandem.governance.actions import change_verdicts, decisions
from tandem.kit import clock
from tandem.reports.queries import decision_waits
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world):
    """Answered by the product side after three days, and waiting for the PMO side since seven; one question answered, one open."""
    item = make.work_item(actor=world.admin, project=world.project, title="Berth", estimate_minutes=960)
    now = clock.now()
    with clock.held_at(now - timedelta(days=7)):
        row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"expected_minutes": 4800})])
        first = decisions.create(actor=world.boris, space=world.project.space, question="Which quay?")
        decisions.create(actor=world.boris, space=world.project.space, question="Which crane?")
    with clock.held_at(now - timedelta(days=4)):
        change_verdicts.decide(actor=world.chen, change_request=row, version=None, side="product", answer="yes")
        decisions.decide(actor=world.boris, decision=first, version=None, chosen="Quay 3", why="It is free")
    return row


def groups(found):
    return {one.name: (round(one.median or 0), one.open, len(one.waits)) for one in found}


def test_answers_and_what_waits_are_counted_by_side_person_and_kind(world, asked):
    waits = decision_waits.read(world.alma)
    assert groups(decision_waits.by_side(waits)) == {"Product side": (3, 0, 1), "PMO side": (0, 1, 1), "": (3, 1, 2)}
    assert groups(decision_waits.by_person(waits)) == {world.boris.name: (3, 1, 2), world.chen.name: (3, 0, 1)}
    assert groups(decision_waits.by_kind(waits)) == {"Scope": (3, 1, 2)}
    waiting = [one for one in waits if one.kind == "change" and not one.is_over]
    assert [(one.id, one.side, round(one.days)) for one in waiting] == [(asked.pk, "pmo", 7)]


def test_what_one_may_not_see_is_not_counted(world, signed_in):
    closed = make.project(actor=world.alma, name="Closed", key="CLO", is_confidential=True)
    decisions.create(actor=world.alma, space=closed.space, question="Which crane?")
    assert len(decision_waits.read(world.alma)) == 1
    assert decision_waits.read(world.boris) == decision_waits.read(world.dana) == []
    assert "Which crane" not in signed_in(world.boris).get("/waits/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_mark_leads_to_its_record(world, asked, signed_in, language, django_assert_max_num_queries):
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    client = signed_in(world.alma)
    client.get("/waits/")
    with django_assert_max_num_queries(25):
        page = client.get("/waits/").content.decode()
    assert page.count(f'href="/changes/{asked.pk}/"') >= 2 and page.count('href="/decisions/') >= 2
