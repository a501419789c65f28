"""Fairness of a team: overtime and days off by hand-computed weeks; to whom each figure is told, and that nobody is reckoned from the rest."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.people.actions import teams
from tandem.people.models import Role
from tandem.reports.queries import fairness
from tandem.resources.actions import employments, time_off
from tandem.work.actions import time_entries
from tests import make

NOW = datetime(2026, 9, 9, 9, tzinfo=UTC)
LAST = date(2026, 8, 31)
"The Monday of the last whole week."


@pytest.fixture(autouse=True)
def wednesday():
    with clock.held_at(NOW):
        yield


def log(person, item, day, hours):
    time_entries.log(actor=person, item=item, day=day, minutes=round(hours * 60))


@pytest.fixture
def team(world):
    """Mei works 46 hours of 40, six of them on Saturday; the others 40."""
    item = make.work_item(actor=world.boris, project=world.project, title="Quay")
    people = [world.mei, *(make.user(actor=world.admin, name=name, role=Role.MEMBER, space=world.project.space) for name in ("Ana", "Ben", "Cid", "Dov"))]
    for person in people:
        for n in range(5):
            log(person, item, LAST + timedelta(days=n), 8)
    log(world.mei, item, LAST + timedelta(days=5), 6)
    return teams.create(actor=world.admin, space=world.root, name="Portal team", members=people), people, item


def page(user, team, **asked):
    client = Client()
    client.force_login(user)
    return client.get("/fairness/", {"team": getattr(team, "pk", team), **asked})


def test_overtime_and_days_off_are_those_of_the_weeks(world, team):
    found = fairness.of(world.alma, team[0], 4)
    mei = next(one for one in found.told if one.person_id == world.mei.pk)
    assert (mei.of("overtime"), mei.of("off"), mei.logged[-1], mei.time[-1]) == (6.0, 6.0, 46.0, 40.0)
    assert mei.of("logged") == pytest.approx(46 / 160)
    assert (found.counted, found.is_whole, found.spreads["overtime"].total, found.spreads["overtime"].halves) == (5, True, 6.0, 1)


def test_time_off_makes_work_on_it_work_on_a_day_off(world, team):
    time_off.ask(actor=world.admin, person=team[1][1], starts_on=LAST, ends_on=LAST + timedelta(days=1), kind="holiday")
    ana = next(one for one in fairness.of(world.alma, team[0], 4).told if one.person_id == team[1][1].pk)
    assert (ana.of("off"), ana.of("overtime"), ana.time[-1]) == (16.0, 16.0, 24.0)


def test_a_person_sees_themself_against_the_middle_half(world, team):
    found = fairness.of(world.mei, team[0], 4)
    assert [one.person_id for one in found.told] == [world.mei.pk]
    assert found.spreads["overtime"].high == 0.0 and not found.is_whole
    shown = page(world.mei, team[0], weeks=4).content.decode()
    assert "Mei Lin" in shown and not any(f">{one.name}<" in shown for one in team[1][1:]) and "6 h of overtime" not in shown


def test_of_too_few_people_nothing_is_told(world, team):
    small = teams.create(actor=world.admin, space=world.root, name="Small", members=team[1][:4])
    found = fairness.of(world.mei, small, 4)
    assert [one.person_id for one in found.told] == [world.mei.pk] and not found.spreads
    # three who logged nothing make nobody of the others unknown
    silent = [make.user(actor=world.admin, name=f"Silent {n}", role=Role.MEMBER, space=world.project.space) for n in range(3)]
    padded = teams.create(actor=world.admin, space=world.root, name="Padded", members=[*team[1][:2], *silent])
    assert not fairness.of(world.mei, padded, 4).spreads
    assert "nothing is told of the team" in page(world.mei, padded).content.decode()


def test_who_answers_for_some_sees_those_and_no_range(world, team):
    """From the range of all and the figures of four the fifth would follow."""
    manager = make.user(actor=world.admin, name="Manu", role=Role.MEMBER, space=world.project.space)
    for person in team[1][:4]:
        employments.create(actor=world.admin, space=world.root, person=person, starts_on=date(2026, 1, 1), percent=100, manager=manager)
    found = fairness.of(manager, team[0], 4)
    assert {one.person_id for one in found.told} == {one.pk for one in team[1][:4]} and not found.spreads


def test_who_plans_some_of_the_work_does_not_see_the_rest(world, team):
    """Boris plans the portal; what Ben does elsewhere as well is not his to see, and so Ben is not."""
    assert {one.person_id for one in fairness.of(world.boris, team[0], 4).told} == {one.pk for one in team[1]}
    other = make.project(actor=world.alma, name="Secret", key="SEC")
    make.spaces.grant(actor=world.admin, space=other.space, user=team[1][2], role=Role.MEMBER)
    team[1][2].refresh_from_db()
    log(team[1][2], make.work_item(actor=world.admin, project=other, title="Hidden"), LAST + timedelta(days=6), 3)
    found = fairness.of(world.boris, team[0], 4)
    assert team[1][2].pk not in {one.person_id for one in found.told} and not found.spreads
    assert "Ben" not in page(world.boris, team[0], weeks=4).content.decode().split("<main")[1]


def test_a_stranger_is_told_nothing(world, team):
    away = teams.create(actor=world.admin, space=world.project.space, name="Here", members=team[1])
    for one in (team[0], away):
        shown = page(world.dana, one)
        assert "Mei Lin" not in shown.content.decode() and not fairness.of(world.dana, one, 4).told
    assert page(world.dana, away).status_code in (200, 404) and "Here" not in page(world.dana, away).content.decode()
    assert page(world.alma, 99999999).status_code == 404 and page(world.alma, "²").status_code == 200
    assert page(world.alma, team[0], weeks="²").status_code == 200


def test_more_people_ask_no_more_of_the_database(world, team):
    few = teams.create(actor=world.admin, space=world.root, name="Few", members=team[1][:2])
    page(world.alma, few)
    counts = []
    for one in (few, team[0]):
        with CaptureQueriesContext(connection) as asked:
            page(world.alma, one)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_api_tells_what_the_page_tells(world, team):
    def asked(user, **query):
        client = Client()
        client.force_login(user)
        return client.get("/api/v1/fairness/", query)

    whole = asked(world.alma, team_id=team[0].pk, weeks=4).json()
    over = next(one for one in whole["spreads"] if one["measure"] == "overtime")
    assert (whole["counted"], over["total"], over["half_with"], len(whole["people"])) == (5, 6.0, 1, 5)
    mine = asked(world.mei, team_id=team[0].pk, weeks=4).json()
    assert [one["person_id"] for one in mine["people"]] == [world.mei.pk]
    assert {(one["total"], one["half_with"]) for one in mine["spreads"]} == {(None, None)}
    assert asked(world.dana, team_id=team[0].pk).status_code == 404
    assert asked(world.alma, team_id=team[0].pk, weeks=400).status_code == 422
