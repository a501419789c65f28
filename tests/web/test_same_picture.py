"""All who look at the same board get one picture: made once for a change, never an old one, never one with more than may be seen."""

import threading
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.history.models import Unsealed
from tandem.history.seal import seal_new_events
from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.web.work import same_picture
from tandem.work.actions import work_items
from tests import make

PART = "/boards/POR/?part=board"


def asked(client, address=PART):
    """The answer and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode(), len(queries)


def test_the_second_who_asks_gets_the_picture_of_the_first(world, signed_in, people):
    make.work_item(actor=world.boris, project=world.project, title="Paint the quay")
    scoping.forget_roles()
    ida, jon, kim = (signed_in(person) for person in people)
    for client in (ida, jon, kim):
        client.get("/jobs/")
    first, many = asked(ida)
    second, few = asked(jon)
    assert first == second and "Paint the quay" in first
    assert few <= 3 < many, "the session, the person, one look at the record"
    looking, _count = asked(kim)  # who only looks has no buttons to add with
    assert "data-quick" in first and "data-quick" not in looking and "Paint the quay" in looking


def test_a_change_is_in_the_next_picture_before_and_after_it_is_sealed(world, signed_in, people):
    item = make.work_item(actor=world.boris, project=world.project, title="Paint the quay")
    scoping.forget_roles()
    ida, jon, _kim = (signed_in(person) for person in people)
    asked(ida)
    work_items.change(actor=world.boris, item=item, version=None, title="Sweep the quay")
    assert Unsealed.objects.exists()
    assert "Sweep the quay" in asked(jon)[0]
    seal_new_events()
    assert "Sweep the quay" in asked(ida)[0]
    work_items.remove(actor=world.boris, item=item, version=None)
    assert "Sweep the quay" not in asked(ida)[0]


def test_a_filter_is_answered_to_each_alone_and_a_stranger_gets_nothing(world, signed_in, people):
    mine = make.work_item(actor=world.boris, project=world.project, title="Paint the quay", assignees=[people[0]])
    scoping.forget_roles()
    ida, jon, _kim = (signed_in(person) for person in people)
    asked(ida)
    address = f"{PART}&q=assignee:me"
    assert mine.title in asked(ida, address)[0] and mine.title not in asked(jon, address)[0]
    assert signed_in(world.dana).get(PART).status_code == 404


def test_each_reads_it_in_their_own_language(world, signed_in, people):
    make.work_item(actor=world.boris, project=world.project, title="Paint the quay")
    people[1].language = "zh-hans"
    people[1].save()
    scoping.forget_roles()
    ida, jon, _kim = (signed_in(person) for person in people)
    assert "Add an item" in asked(ida)[0] and "Add an item" not in asked(jon)[0]


def test_the_short_way_answers_as_the_long_one_does(world, signed_in, people):
    make.work_item(actor=world.boris, project=world.project, title="Paint the quay")
    scoping.forget_roles()
    same_picture.forget()
    ida, jon, kim = (signed_in(person) for person in people)
    for client in (ida, jon, kim):
        client.get("/jobs/")
    same_picture.forget()
    long, short = ida.get(PART), jon.get(PART)
    assert short.content == long.content and not hasattr(short, "kept_as")
    assert dict(short.headers) == dict(long.headers) and short.headers["X-Fragment"] == "1"
    for stranger in (signed_in(world.dana), Client()):
        assert stranger.get(PART).status_code in (302, 404)
    users.disable(actor=world.admin, user=people[1])
    assert jon.get(PART).status_code == 302


def test_who_is_let_in_no_more_gets_no_picture_that_stands(world, signed_in, people):
    make.work_item(actor=world.boris, project=world.project, title="Paint the quay")
    ida, jon, _kim = (signed_in(person) for person in people)
    ida.get(PART)
    assert jon.get(PART).status_code == 200
    spaces.revoke(actor=world.admin, space=world.project.space, user=people[1])
    scoping.forget_roles()
    ida.get(PART)
    assert jon.get(PART).status_code == 404


def test_looks_at_the_record_are_shared_and_never_older_than_who_asks():
    """Ten ask at once: one look is under way, one more serves all who came meanwhile."""
    made, gate, began, came = [], threading.Event(), threading.Event(), []

    def slow():
        made.append(len(made) + 1)
        began.set()
        gate.wait(60)
        return (made[-1], 0, 0)

    class Turn:
        """The lock of the looks, which tells who came to it."""

        lock = threading.Lock()

        def __enter__(self):
            came.append(1)
            self.lock.acquire()

        def __exit__(self, *_):
            self.lock.release()

    look, found = same_picture._Look(), []
    look._turn = Turn()
    original, same_picture.moment.now = same_picture.moment.now, slow
    try:
        first = threading.Thread(target=lambda: found.append(look.now()))
        first.start()
        assert began.wait(60)
        others = [threading.Thread(target=lambda: found.append(look.now())) for _ in range(9)]
        for one in others:
            one.start()
        deadline = time.monotonic() + 60
        while len(came) < 10 and time.monotonic() < deadline:
            time.sleep(0.01)
        gate.set()
        for one in (first, *others):
            one.join(60)
    finally:
        same_picture.moment.now = original
    assert sorted(found) == [(1, 0, 0)] + [(2, 0, 0)] * 9 and made == [1, 2]
