"""Pages of pulses and thanks: what they show, to whom, and what they keep to themselves."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import pulses, thanks
from tandem.collaboration.models import PulseBox, PulseRound, Thanks
from tandem.kit import clock
from tandem.people.actions import teams
from tandem.people.models import Role
from tests import make

pytestmark = pytest.mark.django_db
WORD = "Zwieback for everybody"


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def people(world):
    with clock.held_at(clock.now() - timedelta(weeks=9)):
        return [make.user(actor=world.admin, name=f"Person {n}", role=Role.MEMBER, space=world.project.space) for n in range(6)]


@pytest.fixture
def pulse(world, people):
    with clock.held_at(clock.now() - timedelta(weeks=9)):
        team = teams.create(actor=world.alma, space=world.project.space, name="Quay", members=people)
    row = pulses.create(actor=world.boris, team=team, name="", questions=["I can keep up.", "One can say what goes wrong."])
    pulses.keep_going()
    row.refresh_from_db()
    return row


def held(pulse, number, results, count=6):
    day = clock.today() - timedelta(weeks=30 - number)
    PulseRound.objects.create(
        space_id=pulse.space_id, pulse=pulse, number=number, questions=pulse.questions, opened_on=day, closes_on=day, is_closed=True, asked_count=6, answered_count=count, results=results,
        words=[WORD] if results else [],
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, pulse, people, language):
    world.boris.language = language
    world.boris.save(update_fields=["language"])
    client = signed_in(world.boris)
    paths = ("/pulses/", "/pulses/new/", f"/pulses/{pulse.pk}/", f"/pulses/{pulse.pk}/?peek=1", f"/pulses/{pulse.pk}/edit/", "/thanks/", f"/teams/{pulse.team_id}/", f"/people/{people[0].pk}/")
    for path in paths:
        read(client, path)
    for number, results in ((11, [1.5, 3.0]), (12, None), (13, [4.5, 3.5])):
        held(pulse, number, results, 6 if results else 4)
    thanks.give(actor=world.boris, subject=make.work_item(actor=world.boris, project=world.project), receiver=people[0], words="For the night")
    for path in paths:
        read(client, path)


def test_one_answers_on_the_page_and_finds_it_waiting_at_home(world, signed_in, pulse, people):
    client, row = signed_in(people[0]), PulseRound.objects.get(pulse=pulse)
    assert "Your team asks how you are" in read(client, "/")
    assert 'name="q1" value="5"' in read(client, f"/pulses/{pulse.pk}/")
    form = read(client, f"/pulses/{pulse.pk}/")
    assert "Asked in this round, you among them (6)" in form and "Person 5" in form and "before and after you answer" in form
    assert "Asked in this round" not in read(signed_in(world.admin), f"/pulses/{pulse.pk}/")
    client = signed_in(people[0])
    assert client.post(f"/pulse-rounds/{row.pk}/answers/", {"q0": "4", "q1": "2", "words": "a\x00"}).status_code == 422
    assert client.post(f"/pulse-rounds/{row.pk}/answers/", {"q0": "4", "words": ""}).status_code == 422
    assert client.post(f"/pulse-rounds/{row.pk}/answers/", {"q0": "4", "q1": "2", "words": WORD}).status_code == 302
    assert PulseBox.objects.get(round=row).tallies == [[0, 0, 0, 1, 0], [0, 1, 0, 0, 0]]
    shown = read(client, f"/pulses/{pulse.pk}/")
    assert 'name="q1"' not in shown and WORD not in shown
    assert "Your team asks how you are" not in read(client, "/")
    assert client.post(f"/pulse-rounds/{row.pk}/answers/", {"q0": "1", "q1": "1"}).status_code in (409, 422)
    assert signed_in(world.boris).post(f"/pulse-rounds/{row.pk}/answers/", {"q0": "1", "q1": "1"}).status_code == 403
    assert signed_in(world.dana).post(f"/pulse-rounds/{row.pk}/answers/", {"q0": "1", "q1": "1"}).status_code == 404


def test_an_open_round_tells_nobody_who_or_how_many_have_answered(world, signed_in, pulse, people):
    before = {user: read(signed_in(user), f"/pulses/{pulse.pk}/") for user in (world.boris, world.admin)}
    for one in people[:5]:
        pulses.answer(actor=one, round=PulseRound.objects.get(pulse=pulse), scores=[4, 2], words=WORD)
    for user, shown in before.items():
        again = read(signed_in(user), f"/pulses/{pulse.pk}/")
        assert again.split("<main")[1].split("History")[0].count("answered") == shown.split("<main")[1].split("History")[0].count("answered")
        assert WORD not in again and "5 of 6" not in again
    assert WORD not in b"".join(signed_in(world.admin).get("/pulses/export.csv").streaming_content).decode()


def test_what_too_few_said_is_a_gap_and_the_ends_stay_open(world, signed_in, pulse):
    for number, results in ((11, [1.5, 3.0]), (12, None), (13, [4.5, 3.5])):
        held(pulse, number, results, 6 if results else 4)
    shown = read(signed_in(world.boris), f"/pulses/{pulse.pk}/")
    assert "4.5 or more" in shown and "1.5 or less" in shown and "too few answered" in shown and "4 of 6 answered" in shown
    assert shown.count('class="pulse-g"') == 2, "one in each picture"


def test_a_pulse_that_has_too_few_to_ask_says_why(world, signed_in, people):
    team = teams.create(actor=world.alma, space=world.project.space, name="New", members=people)
    row = pulses.create(actor=world.boris, team=team, name="", questions=["I can keep up."])
    shown = read(signed_in(world.boris), f"/pulses/{row.pk}/")
    assert "Today 0 people would be asked. That is too few: a round needs 5." in shown and "younger than 4 weeks: 6." in shown


def test_words_are_shown_to_the_team_and_to_who_answers_for_it(world, signed_in, pulse, people):
    held(pulse, 11, [3.0, 3.0])
    for user, sees in ((people[0], True), (world.boris, True), (world.mei, False)):
        assert (WORD in read(signed_in(user), f"/pulses/{pulse.pk}/")) is sees, user


def test_thanks_stand_on_the_record_the_person_and_the_team_for_who_sees_the_record(world, signed_in, pulse, people):
    item = make.work_item(actor=world.boris, project=world.project, title="Mend the crane")
    client = signed_in(world.boris)
    form = read(client, f"/thanks/new/?kind=work.workitem&id={item.pk}")
    assert "Person 1" in form and "Dana Stranger" not in form and f'value="{world.boris.pk}"' not in form.split("<select")[1].split("</select>")[0]
    sent = {"kind": "work.workitem", "id": item.pk, "receiver": people[1].pk, "words": "For the night"}
    assert client.post("/thanks/new/", sent).status_code == 302
    assert client.post("/thanks/new/", sent).status_code == 422
    for path in (f"/work-items/{item.key}/", f"/people/{people[1].pk}/", f"/teams/{pulse.team_id}/", "/thanks/"):
        assert "For the night" in read(client, path), path
    assert "For the night" in read(signed_in(people[1]), "/")
    for path in (f"/people/{people[1].pk}/", "/thanks/"):
        assert "For the night" not in read(signed_in(world.dana), path)
    row = Thanks.objects.get()
    assert signed_in(world.mei).post(f"/thanks/{row.pk}/removals/").status_code == 403
    assert signed_in(world.dana).post(f"/thanks/{row.pk}/removals/").status_code == 404
    assert client.post("/thanks/new/", sent | {"receiver": world.dana.pk}).status_code == 422
    assert signed_in(people[1]).post(f"/thanks/{row.pk}/removals/").status_code == 302 and not Thanks.objects.exists()


def test_many_thanks_and_rounds_cost_no_more_queries_than_few(world, signed_in, pulse, people):
    client = signed_in(world.boris)
    items = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(9)]

    def count(path):
        read(client, path)
        with CaptureQueriesContext(connection) as asked:
            read(client, path)
        return len(asked)

    held(pulse, 11, [3.0, 3.0])
    thanks.give(actor=world.boris, subject=items[0], receiver=people[0], words="x")
    few = [count(path) for path in ("/thanks/", f"/pulses/{pulse.pk}/", f"/people/{people[0].pk}/")]
    for number in range(12, 20):
        held(pulse, number, [3.0, 3.0])
    for one in items[1:]:
        thanks.give(actor=world.boris, subject=one, receiver=people[0], words="x")
    assert [count(path) for path in ("/thanks/", f"/pulses/{pulse.pk}/", f"/people/{people[0].pk}/")] == few
