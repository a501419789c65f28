"""Fairness of a team: overtime and days off by hand-computed weeks; to whom each figure is told, and that nobody is reckoned from the rest."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.governance.actions import meetings
from tandem.kit import clock
from tandem.people.actions import teams
from tandem.people.models import Role
from tandem.reports.queries import fairness
from tandem.resources.actions import employments, time_off, time_sheets
from tandem.web import charts
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


@pytest.fixture
def crowd(world, team):
    """Five more, each with ten hours: beside Mei nine people."""
    _team, people, item = team
    more = [make.user(actor=world.admin, name=name, role=Role.MEMBER, space=world.project.space) for name in ("Eve", "Fay", "Gil", "Hal", "Ida")]
    for person in more:
        log(person, item, LAST, 10)
    return [*people, *more]


def together(world, members, space=None):
    return teams.create(actor=world.admin, space=space or world.root, name="Together", members=members)


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


def test_who_is_seen_is_who_answers_the_week(world, team):
    """The rule stands once for one week of one person, and once for a team."""
    people, sunday = team[1], LAST + timedelta(days=6)
    employments.create(actor=world.admin, space=world.root, person=people[1], starts_on=date(2026, 1, 1), percent=100, manager=people[2])
    readers = [world.admin, world.alma, world.boris, world.mei, world.dana, *people[1:]]
    said = {(reader.pk, one.pk) for reader in readers for one in people if time_sheets.answers(reader, one, LAST)}
    assert said == {(reader.pk, pk) for reader in readers for pk in fairness.answered(reader, [one.pk for one in people], LAST, sunday)}
    assert (people[2].pk, people[1].pk) in said and (world.boris.pk, world.mei.pk) in said and not any(pk == world.dana.pk for pk, _one in said)


def test_time_off_makes_work_on_it_work_on_a_day_off(world, team):
    time_off.ask(actor=world.admin, person=team[1][1], starts_on=LAST, ends_on=LAST + timedelta(days=1), kind="holiday")
    ana = next(one for one in fairness.of(world.alma, team[0], 4).told if one.person_id == team[1][1].pk)
    assert (ana.of("off"), ana.of("overtime"), ana.time[-1]) == (16.0, 16.0, 24.0)


def test_a_person_sees_themself_against_the_middle_half(world, crowd):
    """Shares of 160 hours: five of 6.25 %, four of 25 %, and 28.75 %; what is told is rounded."""
    team = together(world, crowd)
    found = fairness.of(world.mei, team, 4)
    assert [one.person_id for one in found.told] == [world.mei.pk]
    assert found.spreads["logged"] == fairness.Spread(0.05, 0.15, 0.25) and found.spreads["overtime"] == fairness.Spread(0.0, 0.0, 0.0)
    assert (found.is_whole, found.counted, found.silent) == (False, None, None)
    shown = page(world.mei, team, weeks=4).content.decode()
    assert "Mei Lin" in shown and not any(f">{one.name}<" in shown for one in crowd[1:]) and "6 h of overtime" not in shown
    assert f"Middle half {charts.percent(0.05)} to {charts.percent(0.25)}, median {charts.percent(0.15)}" in shown


def test_who_may_say_who_is_in_the_team_is_told_no_range(world, crowd):
    """Teams {self, A, B, C, D} and {self, A, B, C, E}, made for it, would tell what D and E worked."""
    theirs = make.project(actor=world.alma, name="Own", key="OWN").space
    make.spaces.grant(actor=world.admin, space=theirs, user=world.mei, role=Role.PORTFOLIO_MANAGER)
    world.mei.refresh_from_db()
    chosen = teams.create(actor=world.mei, space=theirs, name="Chosen", members=crowd)
    found = fairness.of(world.mei, chosen, 4)
    assert [one.person_id for one in found.told] == [world.mei.pk] and not found.spreads and found.counted is None
    assert "you may say who is in it" in page(world.mei, chosen).content.decode()
    assert fairness.of(world.mei, together(world, crowd), 4).spreads, "a team that others put together"
    whole = fairness.of(world.admin, chosen, 4)
    assert whole.is_whole and whole.spreads["overtime"].total == 6.0, "who sees each of it is told its sums"


def test_that_a_colleague_logged_nothing_is_not_told(world, team):
    """In a team of two, one logged: that nobody out of sight is counted would tell it."""
    silent = make.user(actor=world.admin, name="Silent", role=Role.MEMBER, space=world.project.space)
    pair = together(world, [world.mei, silent])
    found = fairness.of(world.mei, pair, 4)
    assert (found.is_whole, found.spreads, found.counted, found.silent) == (False, {}, None, None)
    shown = page(world.mei, pair).content.decode()
    assert "logged nothing and" not in shown and "of overtime:" not in shown
    whole = fairness.of(world.alma, pair, 4)
    assert (whole.is_whole, whole.counted, whole.silent) == (True, 1, 1)


def test_each_measure_has_enough_people_of_its_own(world, crowd):
    """Two who were away throughout have no share of their time: seven are left for that, nine for overtime."""
    for person in crowd[1:3]:
        time_off.ask(actor=world.admin, person=person, starts_on=LAST - timedelta(days=28), ends_on=LAST + timedelta(days=6), kind="holiday")
    found = fairness.of(world.mei, together(world, crowd), 4)
    assert "logged" not in found.spreads and {"overtime", "off"} <= found.spreads.keys()


def test_nobody_is_cut_off_from_themselves_and_their_team(world, team, monkeypatch):
    monkeypatch.setattr(fairness, "MOST_PEOPLE", 2)
    monkeypatch.setattr(fairness, "MOST_TEAMS", 1)
    teams.create(actor=world.admin, space=world.project.space, name="Aaa", members=[])
    assert fairness.teams(world.mei) == [(team[0].pk, "Portal team")]
    found = fairness.of(world.mei, team[0], 4)
    assert ([one.person_id for one in found.told], found.is_member, found.is_cut) == ([world.mei.pk], True, True)
    assert not fairness.of(world.alma, team[0], 4).is_whole, "sums of a part are not those of the team"


def test_of_too_few_people_nothing_is_told(world, team, crowd):
    assert fairness.of(world.mei, together(world, crowd[:9]), 4).spreads
    small = teams.create(actor=world.admin, space=world.root, name="Small", members=crowd[:8])
    found = fairness.of(world.mei, small, 4)
    assert [one.person_id for one in found.told] == [world.mei.pk] and not found.spreads
    # three who logged nothing make nobody of the others unknown
    silent = [make.user(actor=world.admin, name=f"Silent {n}", role=Role.MEMBER, space=world.project.space) for n in range(3)]
    padded = teams.create(actor=world.admin, space=world.root, name="Padded", members=[*crowd[:8], *silent])
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
    hidden = page(world.dana, away)
    assert hidden.status_code == 404 and "Here" not in hidden.content.decode()
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


def test_the_api_tells_what_the_page_tells(world, team, crowd):
    def asked(user, **query):
        client = Client()
        client.force_login(user)
        return client.get("/api/v1/fairness/", query)

    whole = asked(world.alma, team_id=team[0].pk, weeks=4).json()
    over = next(one for one in whole["spreads"] if one["measure"] == "overtime")
    assert (whole["counted"], over["total"], over["half_with"], len(whole["people"])) == (5, 6.0, 1, 5)
    mine = asked(world.mei, team_id=team[0].pk, weeks=4).json()
    assert [one["person_id"] for one in mine["people"]] == [world.mei.pk]
    assert (mine["spreads"], mine["counted"], mine["silent"]) == ([], None, None)
    rough = asked(world.mei, team_id=together(world, crowd).pk, weeks=4).json()
    assert {(one["total"], one["half_with"]) for one in rough["spreads"]} == {(None, None)} and rough["counted"] is None
    share = next(one for one in rough["spreads"] if one["measure"] == "logged")
    assert (share["low"], share["median"], share["high"]) == (0.05, 0.15, 0.25)
    assert asked(world.dana, team_id=team[0].pk).status_code == 404
    assert {asked(world.alma, team_id=team[0].pk, weeks=n).status_code for n in (1, 5, 400)} == {422}


def test_who_came_later_is_counted_from_that_day_on(world, team):
    """Gus worked sixty hours in the week before he came, elsewhere: nothing of it is the team's, and his few weeks are not held against theirs."""
    row, people, item = team
    gus = make.user(actor=world.admin, name="Gus", role=Role.MEMBER, space=world.project.space)
    for n in range(6):
        log(gus, item, LAST - timedelta(days=7 - n), 10)
    for n in range(2):
        log(gus, item, LAST + timedelta(days=2 + n), 9)
    before = fairness.of(world.alma, row, 4).spreads["overtime"]
    with clock.held_at(datetime(2026, 9, 2, 7, tzinfo=UTC)):
        teams.change(actor=world.admin, team=row, version=None, members=[*people, gus])
    found = fairness.of(world.alma, row, 4)
    one = next(one for one in found.told if one.person_id == gus.pk)
    assert (one.since, one.logged, one.of("overtime")) == (LAST + timedelta(days=2), (0.0, 0.0, 0.0, 18.0), 0.0)
    assert one.time[:3] == (0.0, 0.0, 0.0) and one.time[3] == 24.0
    assert found.spreads["overtime"] == before and found.spreads["logged"].count == len(people) + 1


def test_hours_in_meetings_count_for_those_who_were_there(world, team):
    meeting = make.meeting(actor=world.boris, space=world.project.space, ago=timedelta(days=8), needed=[world.mei, team[1][1]], minutes=90)
    meetings.move(actor=world.boris, meeting=meeting, version=None, state="held", present=[world.mei])
    planned = make.meeting(actor=world.boris, space=world.project.space, title="Not held", ago=timedelta(days=8), needed=[world.mei])
    found = {one.name: one.of("meetings") for one in fairness.of(world.alma, team[0], 4).told}
    assert (found["Mei Lin"], found["Ana"], planned.is_open) == (1.5, 0.0, True)
