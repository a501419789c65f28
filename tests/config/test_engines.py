"""Jobs that compute run in processes of their own: what they do stands, and one that runs wild ends alone."""

import os
import time

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.config import engines
from tandem.config.engines import Engines
from tandem.kit import jobs as queue
from tandem.people.models import Space
from tests import make
from tests.drawn import timed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("engines")]
MEMORY = 512 << 20
LONGEST = 120


# what is run in the process, by its name


def rename(space_id: int, job_id: int) -> None:
    def work(progress):
        Space.objects.filter(pk=space_id).update(name=f"By {os.getpid()}")
        return "/done/"

    jobs.run(job_id, work)


def tell_priority(space_id: int) -> None:
    Space.objects.filter(pk=space_id).update(name=f"Nice {os.nice(0)}")


def never_end(job_id: int) -> None:
    def work(progress):
        with transaction.atomic():
            Space.objects.all().update(name="Half done")
            end = time.monotonic() + 2 * LONGEST  # then the test fails instead of hanging
            while time.monotonic() < end:  # never asks whether it should stop
                pass

    jobs.run(job_id, work)


def take_all(job_id: int) -> None:
    def work(progress):
        held = [bytearray(16 << 20) for _ in range(96)]
        assert not held, "it got three times what it may have"

    jobs.run(job_id, work)


def die(job_id: int) -> None:
    os._exit(9)


@pytest.fixture
def apart(monkeypatch, db):
    """Engines that know the database of the test; they hear within half a second."""
    here = psycopg.conninfo.make_conninfo(os.environ["TANDEM_RUNTIME_DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    monkeypatch.setenv("TANDEM_RUNTIME_DATABASE_URL", here)
    room = Engines(MEMORY, hears_within=0.5, longest=LONGEST)
    yield room
    room.close()


@pytest.fixture
def job(world) -> Job:
    return Job.objects.create(space=world.project.space, owner=world.boris, kind="nothing", title="Long")


def test_the_work_is_done_in_another_process_which_is_kept_for_the_next(apart, world, job):
    apart.run(rename, space_id=world.root.pk, job_id=job.pk)
    first = Space.objects.get(pk=world.root.pk).name
    job.refresh_from_db()
    assert (job.state, job.result_url) == (Job.State.DONE, "/done/")
    assert first != f"By {os.getpid()}"
    again = Job.objects.create(space=world.project.space, owner=world.boris, kind="nothing", title="Again")
    apart.run(rename, space_id=world.root.pk, job_id=again.pk)
    assert Space.objects.get(pk=world.root.pk).name == first


def test_what_computes_gives_way_to_the_pages(apart, world):
    apart.run(tell_priority, space_id=world.root.pk)
    assert Space.objects.get(pk=world.root.pk).name == f"Nice {os.nice(0) + 10}"


@timed
def test_a_job_that_does_not_hear_that_it_was_stopped_is_ended_and_leaves_nothing(apart, world, job, monkeypatch, is_timed):
    before = Space.objects.get(pk=world.root.pk).name
    asked = time.monotonic()
    original = engines._Stop._is_cancel_requested

    def somebody_stops_it(self):
        jobs.cancel(actor=world.boris, job=job)
        return original(self)

    monkeypatch.setattr(engines._Stop, "_is_cancel_requested", somebody_stops_it)
    apart.run(never_end, job_id=job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert not is_timed or time.monotonic() - asked < 30
    assert Space.objects.get(pk=world.root.pk).name == before


def test_a_job_that_wants_all_memory_fails_with_the_limit_and_the_next_one_runs(apart, world, job):
    apart.run(take_all, job_id=job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "512" in job.error
    assert "TANDEM_ENGINE_MEMORY_MB" in job.error
    again = Job.objects.create(space=world.project.space, owner=world.boris, kind="nothing", title="Again")
    apart.run(rename, space_id=world.root.pk, job_id=again.pk)
    again.refresh_from_db()
    assert again.state == Job.State.DONE


def test_a_process_that_was_killed_sends_its_job_back_into_the_queue(apart, job):
    with pytest.raises(queue.Interrupted):
        apart.run(die, job_id=job.pk)
    job.refresh_from_db()
    assert job.is_running


@timed
def test_a_stopping_worker_does_not_wait_for_its_engines(apart, job, monkeypatch, is_timed):
    began = time.monotonic()
    monkeypatch.setattr(queue.stopping, "is_set", lambda: time.monotonic() - began > 2)
    with pytest.raises(queue.Interrupted) as interrupted:
        apart.run(never_end, job_id=job.pk)
    assert interrupted.value.__cause__.code == "cancelled", "it was waited for until no job is believed to end"
    assert not is_timed or time.monotonic() - began < 10


def test_what_computes_the_plan_goes_through_them_and_nothing_else_does():
    assert {
        "planning.forecast", "planning.nightly", "planning.level", "planning.search_level", "planning.level_nightly",
        "planning.plan_scenario", "planning.plan_ways", "planning.solve_scenario", "planning.prepare_solver", "planning.range", "planning.ranges_nightly",
        "governance.compute_risks", "governance.issue_effect", "governance.nightly", "governance.compute_change",
    } == queue.computing  # fmt: skip
    assert all(app.tasks[name] for name in queue.computing)
    assert settings.ENGINE_MEMORY >= 512 << 20


def test_a_forecast_computed_apart_is_the_one_that_is_computed_here(apart, world):
    from tandem.planning.jobs import forecast
    from tandem.planning.models import Run

    make.work_item(actor=world.boris, project=world.project, title="One to do")
    apart.run(forecast.func, space_id=world.project.space_id)
    assert Run.objects.filter(space=world.project.space_id).exists()
