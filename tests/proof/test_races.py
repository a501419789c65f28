"""Several people, or several workers, at the same thing in the same moment, through the server itself."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.config.jobs import for_worker
from tandem.history.models import Event
from tandem.kit.jobs import Interrupted
from tandem.people.actions import spaces, users
from tandem.people.models import Membership, Role
from tandem.work.actions import baselines
from tandem.work.models import Link, WorkItem
from tests import make
from tests.proof.serving import Server, Visitor, at_once, empty_queue, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]  # one server for all of them
WRITERS = 8


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker) -> Iterator[Server]:
    with django_db_blocker.unblock(), serving(TANDEM_THREADS=str(WRITERS)) as one:
        yield one


@pytest.fixture
def boris(server, world) -> Visitor:
    return Visitor.of(server, world.boris)


@pytest.fixture(autouse=True)
def _empty_queue(db):
    empty_queue()


def _statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def test_counting_together_over_the_api_loses_no_step(boris, world):
    """Each reads, adds one, and writes on the version that it read; refused, it reads again."""
    item = make.work_item(actor=world.boris, project=world.project, title="0")
    path, refused = f"/api/v1/work-items/{item.pk}/", []

    def count() -> None:
        for _ in range(5):
            while True:
                read = boris("GET", path).body
                answer = boris("PATCH", path, {"title": str(int(read["title"]) + 1)}, If_Match=f'"{read["version"]}"')
                if answer.status == 200:
                    break
                assert answer.status == 412
                refused.append(answer.body["current"]["version"])

    at_once([count] * WRITERS)
    item.refresh_from_db()
    assert (item.title, item.version) == (str(5 * WRITERS), 5 * WRITERS + 1)
    assert refused, "nobody was in anybody's way: the test shows nothing"
    assert Event.objects.of(item).filter(verb="work_item.changed").count() == 5 * WRITERS


def _one_wins(calls: list[Callable[[], Any]], won: int, lost: int) -> None:
    assert _statuses(at_once(calls)) == {won: 1, lost: len(calls) - 1}


def test_of_eight_forms_on_one_version_one_is_saved_and_the_others_see_both(server, world):
    feature = make.feature(actor=world.chen, product=world.product)
    chen = Visitor.of(server, world.chen)
    page = chen("GET", f"/features/{feature.pk}/edit/", Accept="text/html")
    assert page.status == 200 and f'name="version" value="{feature.version}"'.encode() in page.body
    sent = {"version": feature.version, "description": "", "state": feature.state, "horizon": feature.horizon}

    def save(number: int) -> Any:
        return chen(
            "POST", f"/features/{feature.pk}/edit/", urlencode(sent | {"title": f"Title {number}"}),
            Content_Type="application/x-www-form-urlencoded", Accept="text/html",
        )  # fmt: skip

    answers = at_once([lambda n=n: save(n) for n in range(WRITERS)])
    assert _statuses(answers) == {302: 1, 409: WRITERS - 1}
    feature.refresh_from_db()
    assert feature.version == 2
    theirs = next(answer.body for answer in answers if answer.status == 409)
    assert feature.title.encode() in theirs


def test_of_eight_cells_edited_at_once_one_is_saved(boris, world):
    item = make.work_item(actor=world.boris, project=world.project)
    path = f"/work-items/{item.key}/"
    _one_wins([lambda n=n: boris("PATCH", path, {"title": f"Title {n}"}, If_Match='"1"') for n in range(WRITERS)], 200, 409)
    item.refresh_from_db()
    assert item.version == 2


def test_a_card_moved_by_eight_at_once_is_moved_once(boris, world):
    item = make.work_item(actor=world.boris, project=world.project)
    state = make.state_of(world.project, "in_progress")
    path = f"/boards/{world.project.space.key}/cards/{item.pk}/"
    move = {"state": state.pk, "after": None, "version": item.version}
    # who comes so late that the card already lies there asks for nothing; who is only a little late is told
    assert set(_statuses(at_once([lambda: boris("PATCH", path, move)] * WRITERS))) <= {200, 409}
    item.refresh_from_db()
    assert (item.state, item.version) == (state, 2)
    assert Event.objects.of(item).filter(verb="work_item.moved").count() == 1


def test_a_key_that_is_sent_five_times_at_once_makes_one_thing(boris, world):
    def send(key: str) -> Any:
        body = {"space_id": world.project.space_id, "title": key}
        return boris("POST", "/api/v1/work-items/", body, Idempotency_Key=key)

    keys = [f"key {n}" for n in range(20)]
    for key in keys:
        answers = at_once([lambda key=key: send(key)] * 5)
        assert set(_statuses(answers)) <= {201, 409}
        assert len({answer.body["id"] for answer in answers if answer.status == 201}) == 1
    assert Counter(WorkItem.objects.filter(title__in=keys).values_list("title", flat=True)) == dict.fromkeys(keys, 1)


def test_two_links_drawn_at_once_close_no_circle(boris, world):
    for n in range(12):
        one, other = (make.work_item(actor=world.boris, project=world.project, title=f"{n}") for _ in range(2))
        there = {"source_id": one.pk, "target_id": other.pk, "kind": "FS"}
        back = {"source_id": other.pk, "target_id": one.pk, "kind": "FS"}
        answers = at_once([lambda b=b: boris("POST", "/api/v1/links/", b) for b in (there, back)])
        assert _statuses(answers) == {201: 1, 422: 1}
        assert Link.objects.filter(source__in=[one, other]).count() == 1


def test_two_links_turned_into_dependencies_at_once_close_no_circle(boris, world):
    for n in range(12):
        one, other = (make.work_item(actor=world.boris, project=world.project, title=f"{n}") for _ in range(2))
        pair = [make.link(actor=world.boris, source=a, target=b, kind="relates") for a, b in ((one, other), (other, one))]
        at_once([lambda p=p: boris("PATCH", f"/api/v1/links/{p.pk}/", {"kind": "FS"}, If_Match='"1"') for p in pair])
        assert Link.objects.dependencies().filter(source__in=[one, other]).count() == 1


def test_projects_of_one_name_opened_at_once_get_a_key_each(server, world):
    alma = Visitor.of(server, world.alma)
    body = {"name": "Harbour lights", "parent_space_id": world.root.pk}
    for _ in range(3):
        assert _statuses(at_once([lambda: alma("POST", "/api/v1/projects/", body)] * 6)) == {201: 6}


def _second_administrator(world: Any) -> Any:
    second = make.user(actor=world.admin, name="Bea Second", role=Role.ADMINISTRATOR)
    world.admin.refresh_from_db()
    return second


def _active_administrators() -> int:
    return Membership.objects.filter(space__parent=None, role=Role.ADMINISTRATOR, user__is_active=True).count()


def test_two_administrators_who_revoke_each_other_leave_one(server, world):
    for _ in range(4):
        second = _second_administrator(world)
        path = f"/api/v1/spaces/{world.root.pk}/members/"
        a, b = Visitor.of(server, world.admin), Visitor.of(server, second)
        at_once([lambda: a("DELETE", f"{path}{second.pk}/"), lambda: b("DELETE", f"{path}{world.admin.pk}/")])
        assert _active_administrators() == 1
        _restore(world, second)


def test_two_administrators_who_disable_each_other_leave_one(server, world):
    for _ in range(4):
        second = _second_administrator(world)
        a, b = Visitor.of(server, world.admin), Visitor.of(server, second)
        at_once([
            lambda: a("POST", f"/api/v1/users/{second.pk}/disablements/", {}),
            lambda: b("POST", f"/api/v1/users/{world.admin.pk}/disablements/", {}),
        ])  # fmt: skip
        assert _active_administrators() >= 1
        _restore(world, second)


def test_two_administrators_who_demote_each_other_leave_one(server, world):
    for _ in range(4):
        second = _second_administrator(world)
        path = f"/api/v1/spaces/{world.root.pk}/members/"
        a, b = Visitor.of(server, world.admin), Visitor.of(server, second)
        at_once([
            lambda: a("POST", path, {"user_id": second.pk, "role": "member"}),
            lambda: b("POST", path, {"user_id": world.admin.pk, "role": "member"}),
        ])  # fmt: skip
        assert _active_administrators() == 1
        _restore(world, second)


def _restore(world: Any, second: Any) -> None:
    """Ada rules alone again."""
    Membership.objects.update_or_create(space=world.root, user=world.admin, defaults={"role": Role.ADMINISTRATOR})
    Membership.objects.filter(space=world.root, user=second).delete()
    type(second).objects.filter(pk=world.admin.pk).update(is_active=True)
    type(second).objects.update(access_version=10 + world.admin.access_version)
    world.admin.refresh_from_db()


def test_two_workers_run_each_job_once():
    ran: list[int] = []
    task = app.task(name="proof.count")(lambda number: ran.append(number))
    try:
        for number in range(60):
            task.defer(number=number)

        def work() -> None:
            asyncio.run(_until_empty())

        at_once([work, work])
        assert sorted(ran) == list(range(60))
    finally:
        app.tasks.pop("proof.count", None)


async def _until_empty() -> None:
    own = for_worker(app)
    async with own.open_async():
        await own.run_worker_async(wait=False, concurrency=3, install_signal_handlers=False, delete_jobs="successful")


def test_a_job_that_is_handed_out_twice_runs_once(world):
    """As when a sweep takes a slow worker for dead: the second one lets go while the first still works."""
    job = Job.objects.create(space=world.root, owner=world.alma, kind="nothing", title="Once")
    begun, may_end, runs = threading.Event(), threading.Event(), []

    def first() -> str:
        def work(progress: Any) -> str:
            runs.append("first")
            begun.set()
            may_end.wait(120)
            return "/first/"

        return _ended(lambda: jobs.run(job.pk, work))

    def second() -> str:
        begun.wait(120)
        try:
            return _ended(lambda: jobs.run(job.pk, lambda progress: runs.append("second") or "/second/"))
        finally:
            may_end.set()

    assert at_once([first, second]) == ["done", "Interrupted"]
    assert runs == ["first"]
    jobs.run(job.pk, lambda progress: runs.append("third") or "/third/")
    job.refresh_from_db()
    assert (runs, job.state, job.result_url) == (["first"], Job.State.DONE, "/first/")


def _ended(call: Callable[[], None]) -> str:
    try:
        call()
    except Interrupted:
        return "Interrupted"
    finally:
        connections.close_all()
    return "done"


def test_of_two_first_administrators_one_is_made(db):
    def set_up(name: str) -> str:
        try:
            users.bootstrap(organisation=name, name=name, email=f"{name}@example.org")
            return "made"
        except Exception as problem:
            return type(problem).__name__
        finally:
            connections.close_all()

    assert sorted(at_once([lambda: set_up("ada"), lambda: set_up("bea")]))[-1] == "made"
    assert Membership.objects.filter(role=Role.ADMINISTRATOR).count() == 1


def test_of_baselines_taken_at_once_each_has_a_number(world):
    def take(n: int) -> str:
        try:
            return str(baselines.take(actor=world.boris, space=world.project.space, name=f"Plan {n}").number)
        except Exception as problem:
            return type(problem).__name__
        finally:
            connections.close_all()

    assert sorted(at_once([partial(take, n) for n in range(6)])) == list("123456")


def test_while_a_role_is_taken_away_others_write_in_its_space(world):
    """What is written refers to its space: whoever takes a role away holds that row, and yet keeps nobody waiting."""
    taken, may_end = threading.Event(), threading.Event()

    def take_away() -> None:
        with transaction.atomic():
            spaces.revoke(actor=world.admin, space=world.project.space, user=world.mei)
            taken.set()
            may_end.wait(120)

    def write() -> str:
        taken.wait(120)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                make.risk(actor=world.boris, space=world.project.space)
                return "written"
        finally:
            may_end.set()

    assert at_once([take_away, write])[1] == "written"
