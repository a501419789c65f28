"""One receiver that hangs holds up neither the others nor the rest of the worker."""

import threading

import pytest

from tandem.automation import receivers
from tandem.automation.actions import deliveries, hooks
from tandem.automation.models import Delivery
from tandem.automation.receivers import Receivers
from tandem.kit import jobs
from tests import make
from tests.automation.receiver import Receiver, follow


@pytest.fixture
def hanging(settings, monkeypatch):
    """It takes the message and never answers."""
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(deliveries, "SECONDS", 0.6)
    made = Receiver(hangs=True)
    yield made
    made.stop()


def _hook(world, receiver, name):
    return hooks.create(actor=world.boris, space=world.project.space, name=name, address=receiver.address, about=["work_item"])


def test_a_receiver_that_hangs_holds_its_own_places_only(world, receiver, hanging, monkeypatch):
    monkeypatch.setattr(deliveries, "receivers", found := Receivers())
    slow, quick = _hook(world, hanging, "Slow"), _hook(world, receiver, "Quick")
    for _ in range(4):
        make.work_item(actor=world.mei, project=world.project)
    follow()
    to = hanging.address.split("/")[2]
    with found.place(to), found.place(to):
        for pk in Delivery.objects.waiting().order_by("id").values_list("pk", flat=True):
            deliveries.deliver(pk)
    assert len(receiver.got) == 4 and set(Delivery.objects.filter(hook=quick).values_list("state", flat=True)) == {"delivered"}
    waiting = list(Delivery.objects.filter(hook=slow))
    assert [(row.state, row.tries) for row in waiting] == [("waiting", [])] * 4, "what did not go out is no try"
    deliveries.deliver(waiting[0].pk)
    waiting[0].refresh_from_db()
    assert [one["why"] for one in waiting[0].tries] == ["unreachable"]


def test_a_quick_receiver_is_waited_for_and_a_slow_one_is_not(monkeypatch):
    monkeypatch.setattr(receivers, "PATIENCE", 60)
    monkeypatch.setattr(receivers, "_QUICK", 60)  # whatever else the machine has to do
    monkeypatch.setattr(receivers, "MOST", 1)
    found = Receivers()
    with found.place("a") as first, found.place("a") as second, found.place("b") as other:
        assert (first, second, other) == (True, False, True)
    came = threading.Event()

    def ask() -> None:
        with found.place("a") as is_free:
            if is_free:
                came.set()

    with found.place("a"):
        thread = threading.Thread(target=ask)
        thread.start()
        assert not came.wait(0.1)
    assert came.wait(60), "it was answered at once before, so that the message waits for its place"
    thread.join()


def test_messages_have_a_lane_of_their_own(world, receiver, monkeypatch):
    lanes = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **given: lanes.append((name, given.get("lane"))))
    _hook(world, receiver, "Chat")
    make.work_item(actor=world.mei, project=world.project)
    follow()
    assert (deliveries.JOB, jobs.SHORT) in lanes
