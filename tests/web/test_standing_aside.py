"""After a change by others the page that stands is shown at once where the new one takes long: it says of when it is, and gives
way to the new one. Who changed something themself never sees the old one."""

import re
import threading
import time

import pytest
from django.test import RequestFactory
from django.urls import reverse

from tandem.history import seal
from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.people.models import Role
from tandem.reports.queries import moment
from tandem.reports.queries import objectives as reads
from tandem.strategy.actions import objectives
from tandem.web import aside, standing
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS, SAID = "/objectives/", "It is being computed anew."


def until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


class Gate:
    """Beside an answer the page is made only when the test opens; counted are the times. What `has_read` waits with what it
    has read already, and says that it has."""

    def __init__(self, tree):
        self.open, self.read, self.aside, self.fails, self.has_read = threading.Event(), threading.Event(), 0, False, False
        self._tree = tree

    def tree(self, user):
        if threading.current_thread().name.startswith("aside"):
            self.aside += 1
            read = self._tree(user) if self.has_read else None
            self.read.set()
            assert self.open.wait(60)
            if read is not None:
                return read
            if self.fails:
                raise RuntimeError("The disk is on fire")
        return self._tree(user)


@pytest.fixture
def gate(monkeypatch):
    found = Gate(reads.tree)
    monkeypatch.setattr(reads, "tree", found.tree)
    yield found
    found.open.set()
    until(lambda: not aside._under_way)


@pytest.fixture
def ida(world):
    person = users.add(actor=world.admin, name="Ida", email="ida@example.org")
    spaces.grant(actor=world.admin, space=world.root, user=person, role=Role.PMO_LEAD)
    scoping.forget_roles()
    return person


@pytest.fixture
def aim(world):
    return make.objective(actor=world.alma, space=world.root, title="Win back trust")


def rename(actor, aim, title):
    aim.refresh_from_db()
    objectives.change(actor=actor, objective=aim, version=aim.version, title=title)


def text(client, **headers):
    answer = client.get(ADDRESS, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def mark(page):
    return re.search(r'data-anew="([\d.]+)"', page)[1]


def test_what_others_changed_is_shown_as_of_when_it_was_and_then_anew(world, signed_in, gate, ida, aim):
    reader = signed_in(ida)
    first = text(reader)
    assert SAID not in first and "Win back trust" in first
    rename(world.alma, aim, "Keep trust")
    old = text(reader)
    assert SAID in old and re.search(r"As of \d\d:\d\d:\d\d\.", old) and "Win back trust" in old
    assert SAID in text(reader) and gate.aside == 1, "made once, however many ask"
    waiting = {"HX-Request": "true", "X-Anew": mark(old)}
    assert reader.get(ADDRESS, headers=waiting).status_code == 204
    gate.open.set()
    until(lambda: not aside._under_way)
    fresh = text(reader, **waiting)
    assert "Keep trust" in fresh and "Win back trust" not in fresh and SAID not in fresh
    assert "Keep trust" in text(reader) and gate.aside == 1


def test_who_changed_something_sees_it_at_once(world, signed_in, gate, ida, aim):
    reader = signed_in(ida)
    text(reader)
    rename(ida, aim, "Keep trust")
    page = text(reader)
    assert "Keep trust" in page and SAID not in page and gate.aside == 0


def test_who_changed_something_sees_it_however_much_happened_since(world, signed_in, gate, ida, aim, monkeypatch):
    monkeypatch.setattr(moment, "_LOOKED_BACK", 2)
    reader = signed_in(ida)
    text(reader)
    rename(ida, aim, "Keep trust")
    for turn in range(4):
        make.objective(actor=world.alma, space=world.root, title=f"Other {turn}")
    seal.seal_new_events()
    page = text(reader)
    assert "Keep trust" in page and SAID not in page and gate.aside == 0


def test_a_page_of_long_ago_is_not_shown_in_place_of_the_new_one(world, signed_in, gate, ida, aim, monkeypatch):
    monkeypatch.setattr(standing, "OLDEST", 0.0)
    reader = signed_in(ida)
    text(reader)
    rename(world.alma, aim, "Keep trust")
    page = text(reader)
    assert "Keep trust" in page and "Win back trust" not in page and SAID not in page and gate.aside == 0


def test_a_page_whose_making_began_before_the_last_change_says_so(world, signed_in, gate, ida, aim, monkeypatch):
    gate.has_read = True
    reader = signed_in(ida)
    text(reader)
    rename(world.alma, aim, "Keep trust")
    assert SAID in text(reader)
    assert gate.read.wait(60)
    rename(world.alma, aim, "Hold trust")
    monkeypatch.setattr(standing, "PATIENCE", 60)
    join = aside.begin
    monkeypatch.setattr(aside, "begin", lambda *what: (join(*what), gate.open.set())[0])  # joined, it is let go on
    page = text(reader)
    assert "Keep trust" in page and SAID in page
    fresh = text(reader, **{"HX-Request": "true", "X-Anew": mark(page)})
    assert "Hold trust" in fresh and SAID not in fresh


def test_a_page_that_is_late_does_not_take_the_place_of_a_later_one(world, signed_in, gate, ida, aim):
    gate.has_read = True
    reader = signed_in(ida)
    text(reader)
    rename(world.alma, aim, "Keep trust")
    assert SAID in text(reader)
    assert gate.read.wait(60)
    rename(ida, aim, "Hold trust")
    assert "Hold trust" in text(reader)
    gate.open.set()
    until(lambda: not aside._under_way)
    kept = "".join(piece for one in standing._kept.values() for piece in one.pieces)
    assert "Hold trust" in kept and "Keep trust" not in kept


def test_what_is_soon_made_is_waited_for(world, signed_in, gate, ida, aim, monkeypatch):
    monkeypatch.setattr(standing, "PATIENCE", 20)
    gate.open.set()
    reader = signed_in(ida)
    text(reader)
    rename(world.alma, aim, "Keep trust")
    page = text(reader)
    assert "Keep trust" in page and SAID not in page and gate.aside == 1


def test_who_lost_their_rights_is_shown_nothing_of_what_stood(world, signed_in, gate, ida, aim):
    reader = signed_in(ida)
    old = text(reader)
    spaces.revoke(actor=world.admin, space=world.root, user=ida)
    scoping.forget_roles()
    for headers in ({}, {"X-Anew": "1.0"}, {"HX-Request": "true", "X-Anew": "nonsense"}):
        assert "Win back trust" in old and "Win back trust" not in text(reader, **headers)


def test_a_page_that_cannot_be_made_anew_does_not_stand_on(world, signed_in, gate, ida, aim):
    reader = signed_in(ida)
    text(reader)
    rename(world.alma, aim, "Keep trust")
    gate.fails = True
    assert SAID in text(reader)
    gate.open.set()
    until(lambda: not aside._under_way)
    page = text(reader)
    assert "Keep trust" in page and SAID not in page, "made in the request, where a fault is seen"


def test_what_is_told_once_is_not_swallowed_beside_the_answer(world, signed_in, gate, ida, aim):
    """A word for the reader goes with their own answer, once."""
    reader = signed_in(ida)
    text(reader)
    said = "Changed 0 work items"
    assert reader.post(reverse("work_items_bulk"), {"do": "priority:1", "next": ADDRESS}).status_code == 302
    rename(world.alma, aim, "Keep trust")
    old = text(reader)
    assert SAID in old and said in old
    gate.open.set()
    until(lambda: not aside._under_way)
    fresh = text(reader)
    assert SAID not in fresh and said not in fresh
    request = RequestFactory().get(ADDRESS)
    request._messages = told = [said]
    assert not hasattr(aside._own(request), "_messages") and request._messages is told, "the work beside it has none to take"
