"""What a change makes stale is queued in the transaction of the change, once."""

import pytest
from django.db import connection, transaction

from tandem.planning import jobs
from tandem.planning.models import Forecast
from tests import make, world
from tests.planning import histories

pytestmark = pytest.mark.django_db(transaction=True)


def queued() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'planning.forecast' AND status = 'todo'")
        rows = [row[0] for row in cursor.fetchall()]
    return [args["space_id"] if isinstance(args, dict) else __import__("json").loads(args)["space_id"] for args in rows]


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def people():
    return world.build()


def test_a_change_of_a_work_item_queues_its_space_once(people):
    item = make.work_item(actor=people.boris, project=people.project)
    empty()
    from tandem.work.actions import work_items

    work_items.change(actor=people.boris, item=item, version=None, title="Other")
    work_items.change(actor=people.boris, item=item, version=None, title="Another")
    assert queued() == [people.project.space_id]


def test_a_bulk_import_queues_once(people, django_assert_max_num_queries):
    empty()
    with transaction.atomic():
        histories.items(actor=people.boris, project=people.project, count=50)
        for _ in range(3):
            make.work_item(actor=people.boris, project=people.project)
    assert queued() == [people.project.space_id]


def test_a_second_change_in_the_transaction_asks_the_queue_no_more(people):
    from django.test.utils import CaptureQueriesContext

    with transaction.atomic():
        make.work_item(actor=people.boris, project=people.project)
        with CaptureQueriesContext(connection, ) as asked:
            make.work_item(actor=people.boris, project=people.project)
    assert not [q for q in asked if "procrastinate" in q["sql"]]


def test_what_is_rolled_back_is_not_queued_and_what_follows_is(people):
    empty()
    with transaction.atomic():
        try:
            with transaction.atomic():
                make.work_item(actor=people.boris, project=people.project)
                raise ValueError
        except ValueError:
            pass
        assert queued() == []
        make.work_item(actor=people.boris, project=people.project)
    assert queued() == [people.project.space_id]


def test_comments_make_nothing_stale(people):
    from tandem.collaboration.actions import comments

    item = make.work_item(actor=people.boris, project=people.project)
    empty()
    comments.add(actor=people.mei, subject=item, body="Fine")
    assert queued() == []


def test_the_job_computes_the_project_and_the_products_that_it_delivers_for(people):
    from tandem.product.actions import features

    with histories.today():
        rows = histories.steady(actor=people.boris, project=people.project)
        feature = make.feature(actor=people.chen, product=people.product)
        features.add_scope(actor=people.chen, subject=feature, items=rows)
        jobs.forecast(people.project.space_id)
        assert Forecast.objects.of(people.project).get().p80
        assert Forecast.objects.of(feature).get().p80


def test_a_calendar_of_the_organisation_makes_everything_below_it_stale(people):
    from datetime import date

    from tandem.people.models import Space
    from tandem.work.actions import calendars

    with histories.today():
        histories.steady(actor=people.boris, project=people.project)
        jobs.forecast(people.project.space_id)
        before = Forecast.objects.of(people.project).get().p50
        empty()
        root = Space.objects.get(parent=None)
        own = calendars.create(actor=people.alma, space=root, name="House", is_default=True)
        calendars.except_days(
            actor=people.alma, calendar=own, starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 18), hours=[], name="Closed"
        )
        assert queued() == [root.pk]
        jobs.forecast(root.pk)
        after = Forecast.objects.of(people.project).get(is_current=True).p50
        assert (after - before).days == 14


def test_a_product_that_waits_for_another_project_is_computed_with_it(people):
    from datetime import timedelta

    from tandem.product.actions import features
    from tandem.work.actions import work_items
    from tests.planning.histories import TODAY

    with histories.today():
        rows = histories.steady(actor=people.boris, project=people.project, left=4)
        feature = make.feature(actor=people.chen, product=people.product)
        features.add_scope(actor=people.chen, subject=feature, items=rows)
        other = make.project(actor=people.alma, name="Customs", key="CUS")
        awaited = make.work_item(actor=people.alma, project=other, title="API", due_on=TODAY + timedelta(days=40))
        make.link(actor=people.alma, source=awaited, target=rows[-1])
        jobs.forecast(other.space_id)
        early = Forecast.objects.of(feature).get(is_current=True).p80
        work_items.change(actor=people.alma, item=awaited, version=None, due_on=TODAY + timedelta(days=120))
        jobs.forecast(other.space_id)
        assert Forecast.objects.of(feature).get(is_current=True).p80 > early


def test_the_nightly_job_computes_everything(people):
    with histories.today():
        histories.steady(actor=people.boris, project=people.project)
        make.feature(actor=people.chen, product=people.product)
        jobs.nightly(0)
    assert Forecast.objects.count() == 2


def test_what_changes_the_time_of_people_makes_the_levelled_plan_stale_and_no_forecast(people):
    from datetime import date, timedelta

    from tandem.people.models import Space
    from tandem.resources.actions import bookings, employments, time_off

    def levelled() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'planning.level' AND status = 'todo'")
            return cursor.fetchone()[0]

    span = {"starts_on": date(2026, 12, 7), "ends_on": date(2026, 12, 18)}
    term = {"space": Space.objects.get(parent=None), "person": people.chen, "starts_on": date(2026, 1, 1)}
    changes = (
        lambda: time_off.ask(actor=people.admin, person=people.mei, **span),
        lambda: employments.create(actor=people.admin, **term),
        lambda: bookings.create(actor=people.admin, subject=people.project, person=people.mei, percent=50, is_hard=True, **span),
    )
    for change in changes:
        empty()
        change()
        assert levelled() == 1
        assert queued() == []

    from tandem.governance.actions import meeting_points, meeting_series, meetings
    from tandem.governance.models import Meeting
    from tandem.people.actions import spaces, users
    from tandem.people.models import Role

    for change in (  # who may not see a meeting any more is not asked to it
        lambda: spaces.revoke(actor=people.admin, space=people.project.space, user=people.mei),
        lambda: spaces.grant(actor=people.admin, space=people.project.space, user=people.mei, role=Role.MEMBER),
    ):
        empty()
        change()
        assert (levelled(), queued()) == (1, [])
    row = make.meeting(actor=people.boris, space=people.project.space, needed=[people.mei])
    for change, count in (
        (lambda: meetings.answer(actor=people.mei, meeting=row, comes=False), 1),
        (lambda: meetings.reschedule(actor=people.boris, meeting=row, version=None, starts_at=row.starts_at + timedelta(days=1)), 1),
        (lambda: users.prefer(actor=people.mei, time_zone="Asia/Shanghai"), 1),
        (lambda: users.prefer(actor=people.mei, time_zone="Asia/Shanghai", language="en"), 0),
        (lambda: meeting_points.add(actor=people.boris, meeting=row, title="Berths"), 0),
        (lambda: meetings.gather(actor=people.boris, meeting=row), 0),
        (lambda: meeting_series.change(actor=people.boris, meeting_series=row.series, version=None, welcome=[people.chen]), 1),
        (lambda: meetings.move(actor=people.boris, meeting=Meeting.objects.get(pk=row.pk), version=None, state="cancelled", reason="Fog"), 1),
    ):
        empty()
        change()
        assert (levelled(), queued()) == (count, [])
