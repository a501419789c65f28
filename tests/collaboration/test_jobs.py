"""Long work: its progress is seen while it runs, it stops when told to, and nothing of it is lost by a kill."""

import asyncio
import threading
import time
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction
from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.config import jobs as worker
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit import jobs as queue
from tandem.kit.errors import Denied, Hidden
from tandem.people.models import Space
from tests import make
from tests.drawn import timed
from tests.proof.serving import empty_queue


@pytest.fixture(autouse=True)
def _empty_queue(db):
    empty_queue()


def waiting_job(world, owner=None) -> Job:
    return Job.objects.create(space=world.project.space, owner=owner or world.boris, kind="nothing", title="Long")


def seen_elsewhere(job: Job) -> tuple[str, str, int, int]:
    """As another process sees it: on a connection that knows nothing of ours."""
    given = connection.settings_dict
    with closing(psycopg.connect(dbname=given["NAME"], host=given["HOST"], user=given["USER"])) as other:
        return other.execute(
            "SELECT state, phase, done, total FROM collaboration_job WHERE id = %s", [job.pk]
        ).fetchone()


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_from_elsewhere_while_the_work_is_one_open_transaction(world):
    job, seen = waiting_job(world), []

    def work(progress):
        with transaction.atomic():
            Space.objects.filter(pk=world.root.pk).update(name="Half done")
            progress.step("items", 400, 1000)
            seen.append(seen_elsewhere(job))
        return "/done/"

    jobs.run(job.pk, work)
    assert seen == [("running", "items", 400, 1000)]
    job.refresh_from_db()
    assert (job.state, job.result_url) == (Job.State.DONE, "/done/")


@pytest.mark.django_db(transaction=True)
@timed
def test_a_long_job_told_to_stop_leaves_nothing_of_its_work(world, is_timed):
    job, begun, steps = waiting_job(world), threading.Event(), []

    def work(progress):
        with transaction.atomic():
            Space.objects.filter(pk=world.root.pk).update(name="Half done")
            for number in range(4_500):  # a minute and a half: longer than it is waited for
                progress.step("items", number, 4_500)
                steps.append(number)
                begun.set()
                time.sleep(0.02)
        return "/done/"

    def runs():
        try:
            jobs.run(job.pk, work)
        finally:
            connections.close_all()

    runner = threading.Thread(target=runs)
    runner.start()
    assert begun.wait(60)
    told = time.monotonic()
    jobs.cancel(actor=world.boris, job=job)
    runner.join(60)
    took = time.monotonic() - told
    assert not runner.is_alive()
    assert not is_timed or took < 5
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED and job.finished_at
    assert len(steps) < 4_500
    assert Space.objects.get(pk=world.root.pk).name == "Harbourline"
    assert Event.objects.filter(verb="job.cancelled").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_stopped_before_its_turn_never_begins(world):
    job = waiting_job(world)
    jobs.cancel(actor=world.boris, job=job)
    jobs.run(job.pk, lambda progress: pytest.fail("it began"))
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


@pytest.mark.django_db
def test_only_the_owner_or_who_manages_the_space_stops_a_job(world):
    job = waiting_job(world, world.mei)
    other = make.user(actor=world.admin, name="Omar", role="member", space=world.project.space)
    with pytest.raises(Denied):
        jobs.cancel(actor=other, job=job)
    with pytest.raises(Hidden):
        jobs.cancel(actor=world.dana, job=job)
    jobs.cancel(actor=world.boris, job=job)
    jobs.cancel(actor=world.mei, job=job)
    assert Event.objects.filter(verb="job.cancelled").count() == 1, "told twice, it is on record once"


@pytest.mark.django_db(transaction=True)
def test_a_failing_job_says_why_and_undoes_its_work(world, caplog):
    job = waiting_job(world)

    def work(progress):
        with transaction.atomic():
            Space.objects.filter(pk=world.root.pk).update(name="Half done")
            raise ValueError("no such column")

    with pytest.raises(ValueError, match="no such column"):
        jobs.run(job.pk, work)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "no such column" not in job.error and "ValueError" in job.error and str(job.pk) in job.error
    assert "no such column" in caplog.text and f"job {job.pk}" in caplog.text
    assert Space.objects.get(pk=world.root.pk).name == "Harbourline"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_end_gives_its_job_back(world):
    job = waiting_job(world)
    queue.stopping.set()
    try:
        with pytest.raises(queue.Interrupted):
            jobs.run(job.pk, lambda progress: pytest.fail("it began"))
    finally:
        queue.stopping.clear()
    jobs.run(job.pk, lambda progress: "/done/")
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def _dead_worker(minutes: float = 1) -> int:
    """A worker of which nobody has heard for a while, as a kill leaves it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 minute') RETURNING id",
            [minutes],
        )
        return cursor.fetchone()[0]


def _left_by(dead: int, attempts: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s", [dead, attempts]
        )


def _queue() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


async def _sweep() -> int:
    own = worker.for_worker(app)
    async with own.open_async():
        return await worker.bring_back(own)


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_killed_worker_is_brought_back_and_comes_to_its_end(world):
    task = app.task(name="proof.long")(lambda job_id: jobs.run(job_id, lambda progress: "/done/"))
    try:
        empty_queue()
        job = jobs.start(actor=world.boris, space=world.project.space, kind="proof.long", title="Long")
        Job.objects.update(state=Job.State.RUNNING, phase="items", done=400, total=1000)
        _left_by(_dead_worker())
        assert asyncio.run(_sweep()) == 1
        assert _queue()[0][0] == "todo"
        assert jobs.fail_lost() == 0
        asyncio.run(_run_all())
        job.refresh_from_db()
        assert (job.state, job.result_url, job.done) == (Job.State.DONE, "/done/", 0)
    finally:
        app.tasks.pop(task.name)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_to_be_tried_again_ends_when_its_like_waits_already(world):
    runs = []

    def fail_at_first():
        runs.append(len(runs))
        if len(runs) == 1:
            queue.enqueue("proof.once", once="proof.once")
            raise OperationalError("the server closed the connection unexpectedly")

    task = app.task(name="proof.once", retry=worker.Again())(fail_at_first)
    try:
        empty_queue()
        queue.enqueue("proof.once", once="proof.once")
        asyncio.run(_run_all())
        assert (runs, _queue()) == ([0, 1], [])
    finally:
        app.tasks.pop(task.name)


async def _run_all() -> None:
    own = worker.for_worker(app)
    async with own.open_async():
        await own.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")


async def _work_until(is_done, let_go) -> None:
    running = asyncio.create_task(worker._until_trouble(app))
    for _ in range(400):
        if is_done() or running.done():
            break
        await asyncio.sleep(0.05)
    let_go()
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=15)
    assert done, "both lanes end when they are told to"


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_others_has_slots_of_its_own(world, monkeypatch):
    monkeypatch.setattr(worker.os, "cpu_count", lambda: 1)
    went, over = [], threading.Event()
    tasks = [app.task(name="proof.held")(lambda n: over.wait(30) and None), app.task(name="proof.sent")(lambda n: went.append(n))]
    try:
        empty_queue()
        for n in range(3):
            queue.enqueue("proof.held", n=n)
        for n in range(3):
            queue.enqueue("proof.sent", lane=queue.SHORT, n=n)
        asyncio.run(_work_until(lambda: len(went) == 3, over.set))
        assert sorted(went) == [0, 1, 2], "no job of the other lane had ended"
    finally:
        over.set()
        for task in tasks:
            app.tasks.pop(task.name)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lives_keeps_its_job(world):
    empty_queue()
    queue.enqueue("proof.nothing")
    _left_by(_dead_worker(minutes=0))
    assert asyncio.run(_sweep()) == 0
    assert _queue()[0][0] == "doing"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_again_and_again_ends_and_says_so(world):
    empty_queue()
    job = jobs.start(actor=world.boris, space=world.project.space, kind="proof.deadly", title="Deadly")
    Job.objects.update(state=Job.State.RUNNING, created_at=clock.now() - timedelta(minutes=5))
    _left_by(_dead_worker(), attempts=worker.MOST_ATTEMPTS)
    assert asyncio.run(_sweep()) == 1
    assert _queue()[0][0] == "failed"
    assert jobs.fail_lost() == 1
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert job.error == "The job did not come to its end, and the queue no longer has it. Start it again."


@pytest.mark.django_db
def test_the_pages_show_what_runs_and_ask_again_when_it_moves(world, signed_in):
    job = waiting_job(world)
    Job.objects.update(state=Job.State.RUNNING, phase="items", done=400, total=1000)
    client = signed_in(world.boris)
    for path in ("/jobs/", f"/jobs/{job.pk}/"):
        page = client.get(path).content.decode()
        assert "Reading items" in page and "400/1000" in page
        assert f'data-live="job:{job.pk}"' in page and 'hx-trigger="td:live' in page
    assert client.post(f"/jobs/{job.pk}/cancellations/").status_code == 302
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "Stops at its next step" in page and "/cancellations/" not in page
    Job.objects.update(state=Job.State.FAILED, error="The file was gone.")
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "The file was gone." in page and "hx-get" not in page.partition('id="job"')[2]


@pytest.mark.django_db
def test_who_may_not_stop_a_job_is_not_offered_it(world, signed_in):
    job = waiting_job(world)
    page = signed_in(world.mei).get(f"/jobs/{job.pk}/").content.decode()
    assert "/cancellations/" not in page
    assert signed_in(world.dana).get(f"/jobs/{job.pk}/").status_code == 404
