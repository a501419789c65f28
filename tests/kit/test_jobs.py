"""Handing work to the queue: once where it is meant once, and never lost."""

import threading

import pytest
from django.db import connection, connections, transaction

from tandem.kit import jobs
from tests.proof.serving import at_once, empty_queue


@pytest.fixture(autouse=True)
def _empty_queue(db):
    empty_queue()


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'proof.nothing'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_what_waits_already_is_not_queued_again():
    assert jobs.enqueue("proof.nothing", once="one")
    assert not jobs.enqueue("proof.nothing", once="one")
    assert queued() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_change_queues_nothing():
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.enqueue("proof.nothing", once="one")
        raise RuntimeError
    assert queued() == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_after_its_twin_began_is_not_forgotten():
    """The twin may have read before this change: after the commit it is asked for again."""
    jobs.enqueue("proof.nothing", once="one")
    with transaction.atomic():
        assert not jobs.enqueue("proof.nothing", once="one")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    assert queued() == 2


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_fails_after_the_commit_does_not_turn_it_into_an_error(monkeypatch):
    jobs.enqueue("proof.nothing", once="one")

    def broken(*_: object, **__: object) -> None:
        raise OSError("the database went away")

    with transaction.atomic():
        jobs.enqueue("proof.nothing", once="one")
        monkeypatch.setattr(jobs, "_ask_again", broken)


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_queue_two_at_most():
    """While the first holds its place, nobody waits for it; still the queue does not fill with the same."""
    held, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            jobs.enqueue("proof.nothing", once="one")
            held.set()
            may_end.wait(120)
        connections.close_all()

    def another() -> None:
        held.wait(120)
        for _ in range(10):
            with transaction.atomic():
                jobs.enqueue("proof.nothing", once="one")
        connections.close_all()

    def ends() -> None:
        held.wait(120)
        for thread in others:
            thread.join(120)
        may_end.set()

    others = [threading.Thread(target=another) for _ in range(4)]
    for thread in others:
        thread.start()
    at_once([first, ends])
    assert queued() == 2


@pytest.mark.django_db(transaction=True)
def test_what_somebody_waits_for_goes_first():
    jobs.enqueue("proof.nothing")
    jobs.enqueue("proof.nothing", priority=10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT priority FROM procrastinate_jobs WHERE task_name = 'proof.nothing' ORDER BY id")
        assert cursor.fetchall() == [(0,), (10,)]
