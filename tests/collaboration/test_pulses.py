"""Pulses: a team is asked, each answers once, and nobody can tell who said what."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, connection, transaction

from tandem.collaboration.actions import pulses
from tandem.collaboration.models import (
    IdempotentRequest,
    Notification,
    Pulse,
    PulseBox,
    PulseRound,
    PulseTurnout,
)
from tandem.history.models import Event, EventText
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import teams, users
from tandem.people.models import Role
from tandem.reports.queries import pulses as reads
from tests import make

pytestmark = pytest.mark.django_db
QUESTIONS = ["I know what is expected.", "My load is one that I can keep up."]
LONG_AGO = lambda: clock.now() - timedelta(weeks=9)  # noqa: E731
WORD = "Zwieback for everybody"


@pytest.fixture
def people(world):
    with clock.held_at(LONG_AGO()):
        return [make.user(actor=world.admin, name=f"Person {n}", role=Role.MEMBER, space=world.project.space) for n in range(6)]


@pytest.fixture
def team(world, people):
    with clock.held_at(LONG_AGO()):
        return teams.create(actor=world.alma, space=world.project.space, name="Quay", members=people)


@pytest.fixture
def pulse(world, team):
    return pulses.create(actor=world.boris, team=team, name="", questions=QUESTIONS, every_weeks=4, open_days=5)


def begun(pulse):
    assert pulses.keep_going() == 1
    return PulseRound.objects.get(pulse=pulse, is_closed=False)


def another(pulse, people, number):
    today = clock.today()
    return PulseRound.objects.create(space_id=pulse.space_id, pulse=pulse, number=number, questions=QUESTIONS, opened_on=today, closes_on=today, asked=[one.pk for one in people], asked_count=6)


def closed(row):
    with clock.held_at(clock.now() + timedelta(days=5)):
        pulses._close(row)
    row.refresh_from_db()
    return row


def answer_all(row, people, scores=(4, 2)):
    for one in people:
        pulses.answer(actor=one, round=row, scores=list(scores))


def test_a_team_is_asked_in_its_rhythm_and_each_is_told_once(world, pulse, people):
    today = clock.today()
    row = begun(pulse)
    assert (row.asked_count, row.closes_on, row.number) == (6, today + timedelta(days=4), 1)
    assert set(Notification.objects.filter(kind="due").values_list("user", flat=True)) == {one.pk for one in people}
    assert pulses.keep_going() == 0, "one round at a time"
    pulse.refresh_from_db()
    assert pulse.next_on == today + timedelta(weeks=4)
    with clock.held_at(clock.now() + timedelta(weeks=4)):
        assert pulses.keep_going() == 1
    assert list(PulseRound.objects.filter(pulse=pulse).order_by("number").values_list("number", "is_closed")) == [(1, True), (2, False)]


def test_five_answers_are_told_to_the_half_step_and_four_are_not(world, pulse, people):
    row = begun(pulse)
    for one, scores in zip(people, ([5, 1], [4, 1], [4, 2], [3, 1]), strict=False):
        pulses.answer(actor=one, round=row, scores=scores, words=WORD)
    assert closed(row).is_closed
    assert (row.answered_count, row.results, row.words) == (4, None, []), "below five nothing is kept, in the table neither"
    assert reads.courses([row])[0].last is None
    second = another(pulse, people, 2)
    answer_all(second, people[:5], (4, 1))
    closed(second)
    assert (second.answered_count, second.results) == (5, [4.0, 1.5]), "the ends are open"


def test_the_database_itself_refuses_to_tell_of_fewer_than_five(pulse):
    row = begun(pulse)
    for values in ({"results": [3.0, 3.0]}, {"words": [WORD]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PulseRound.objects.filter(pk=row.pk).update(answered_count=4, **values)
        with pytest.raises(IntegrityError), transaction.atomic():
            PulseRound.objects.filter(pk=row.pk).update(answered_count=None, **values)


def test_each_answers_once_who_is_asked_and_while_it_is_open(world, pulse, people):
    row = begun(pulse)
    pulses.answer(actor=people[0], round=row, scores=[3, 3])
    with pytest.raises(Refused, match="pulse_answered"):
        pulses.answer(actor=people[0], round=row, scores=[5, 5])
    for user, error in ((world.boris, Denied), (world.admin, Denied), (world.dana, Hidden)):
        with pytest.raises(error):
            pulses.answer(actor=user, round=row, scores=[3, 3])
    for scores in ([3], [3, 6], [0, 3], [3, 3, 3], [True, 9]):
        with pytest.raises(Refused, match="pulse_scores"):
            pulses.answer(actor=people[1], round=row, scores=scores)
    with pytest.raises(Refused, match="pulse_words_long"):
        pulses.answer(actor=people[1], round=row, scores=[3, 3], words="x" * 1001)
    assert sum(sum(line) for line in PulseBox.objects.get(round=row).tallies) == 2, "a refused answer counts nowhere"
    closed(row)
    with pytest.raises(Refused, match="pulse_round_closed"):
        pulses.answer(actor=people[1], round=row, scores=[3, 3])


def everything_stored():
    """Each row of each table as the database holds it."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def test_no_table_holds_an_answer_beside_who_gave_it(world, pulse, people):
    row = begun(pulse)
    before = everything_stored()
    pulses.answer(actor=people[3], round=row, scores=[5, 1], words=WORD)
    after = everything_stored()
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= {"collaboration_pulsebox", "collaboration_pulseturnout", "history_event", "history_unsealed"}, "an answer leaves two rows written anew, and one event"
    assert len(after["collaboration_pulseturnout"]) == 1
    assert len(after["collaboration_pulsebox"]) == 1, "however many answer"
    box = PulseBox.objects.get(round=row)
    assert (box.tallies, box.words) == ([[0, 0, 0, 0, 1], [1, 0, 0, 0, 0]], [WORD])
    pulses.answer(actor=people[1], round=row, scores=[1, 5], words="A first word")
    box.refresh_from_db()
    assert box.words == ["A first word", WORD], "words stand in the order of the alphabet"
    assert [f.name for f in PulseBox._meta.fields] == ["round", "tallies", "words"], "the box knows nobody"
    marks = PulseTurnout.objects.get(round=row).marks
    assert marks == sorted(marks) and len(marks) == 2 and all(len(one) == 64 for one in marks), "who has answered is told by marks without the name, in an order that tells nothing"
    assert not [f.name for model in (PulseBox, PulseTurnout) for f in model._meta.fields if f.get_internal_type() in ("DateTimeField", "DateField", "AutoField", "BigAutoField")]


def test_the_round_itself_does_not_change_while_answers_come_in(pulse, people):
    row = begun(pulse)
    before = serializers.serialize("json", [row])
    answer_all(row, people)
    row.refresh_from_db()
    assert serializers.serialize("json", [row]) == before, "no count, no version, no moment goes along with an answer"


def test_the_event_of_an_answer_names_nobody_and_says_nothing(pulse, people):
    row = begun(pulse)
    for one, scores in zip(people, ([5, 1], [1, 5], [2, 2], [3, 3], [4, 4]), strict=False):
        pulses.answer(actor=one, round=row, scores=scores, words=f"{WORD} of {one.name}")
    closed(row)
    events = Event.objects.filter(subject_kind="collaboration.pulseround", subject_id=row.pk)
    answered = events.filter(verb="pulse_round.answered")
    assert answered.count() == 5
    assert set(answered.values_list("actor", "text_digest")) == {(None, "")}
    assert all(changes == {} for changes in answered.values_list("changes", flat=True))
    assert not EventText.objects.filter(event__in=events).exists()
    assert WORD not in json.dumps(list(events.values("changes")))


def test_when_the_round_closes_who_answered_is_forgotten_and_words_lie_in_any_order(pulse, people):
    orders = set()
    for number in range(2, 12):
        row = another(pulse, people, number)
        for n, one in enumerate(people):
            pulses.answer(actor=one, round=row, scores=[3, 3], words=f"word {n}")
        assert len(closed(row).words) == 6
        orders.add(tuple(row.words))
    assert len(orders) > 1, "neither by who wrote nor by the alphabet"
    assert not PulseBox.objects.exists() and not PulseTurnout.objects.exists()
    stored = {table: [text for text in rows if "word 3" in text] for table, rows in everything_stored().items()}
    assert {table for table, rows in stored.items() if rows} == {"collaboration_pulseround"}


def test_what_a_round_gathers_is_in_no_backup_and_no_replica():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname IN ('collaboration_pulsebox', 'collaboration_pulseturnout')")
        assert cursor.fetchall() == [("u",)] * 2, "UNLOGGED: never in the log that archives and replicas follow"
        cursor.execute("SHOW log_min_error_statement")
        assert cursor.fetchone() == ("panic",), "a statement that fails does not carry the box into the log"
    from tandem.config import backup

    with connection.cursor() as cursor:
        cursor.execute(backup.TABLES)
        kept = {name for _schema, name in cursor.fetchall()}
    assert "collaboration_pulseround" in kept and not kept & {"collaboration_pulsebox", "collaboration_pulseturnout"}


def test_a_round_whose_box_a_crash_has_emptied_tells_nothing(pulse, people):
    """An UNLOGGED table is empty after the server fell: the round then has no answers, not wrong ones, and all may answer again."""
    row = begun(pulse)
    answer_all(row, people)
    PulseBox.objects.all().delete()
    PulseTurnout.objects.all().delete()
    pulses.answer(actor=people[0], round=row, scores=[3, 3])
    assert (closed(row).answered_count, row.results) == (1, None)


def test_nobody_learns_from_an_average_what_everybody_said():
    assert {pulses.average([0, 0, 0, 0, 7]), pulses.average([0, 0, 0, 3, 4]), pulses.average([0, 0, 0, 5, 2])} == {4.5}
    assert {pulses.average([6, 0, 0, 0, 0]), pulses.average([4, 2, 0, 0, 0])} == {1.5}


def test_nobody_is_asked_by_two_pulses(world, pulse, people):
    with clock.held_at(LONG_AGO()):
        smaller = teams.create(actor=world.alma, space=world.project.space, name="Night shift", members=people[:5])
    other = pulses.create(actor=world.boris, team=smaller, name="Night", questions=QUESTIONS)
    assert pulses.keep_going() == 1, "of the one; the other has nobody left to ask"
    assert not PulseRound.objects.filter(pulse=other).exists() and pulses.asked(other) == []
    pulse.refresh_from_db()
    pulses.end(actor=world.boris, pulse=pulse)
    assert pulses.asked(other) == [], "nor when the first one is ended to ask five of its six at once"
    with clock.held_at(clock.now() + timedelta(weeks=5)):
        assert len(pulses.asked(other)) == 5
    with pytest.raises(Refused, match="pulse_of_team_exists"):
        pulses.create(actor=world.boris, team=smaller, name="Again", questions=QUESTIONS)


def test_who_joins_while_a_round_is_open_is_not_asked_and_who_cannot_see_it_neither(world, pulse, people, team):
    row = begun(pulse)
    new = make.user(actor=world.admin, name="New", role=Role.MEMBER, space=world.project.space)
    teams.change(actor=world.alma, team=team, version=None, members=[*people, new, world.dana])
    with pytest.raises(Denied):
        pulses.answer(actor=new, round=row, scores=[3, 3])
    assert new.pk not in pulses.asked(pulse), "made for it or new: not asked for four weeks"
    assert (pulses.asking(pulse).new, pulses.asking(pulse).blind) == (2, 0)
    with clock.held_at(clock.now() + timedelta(weeks=5)):
        assert new.pk in pulses.asked(pulse) and world.dana.pk not in pulses.asked(pulse) and pulses.asking(pulse).blind == 1
    users.disable(actor=world.admin, user=people[0])
    assert people[0].pk not in pulses.asked(pulse)


def test_a_team_of_four_is_not_asked(world, people):
    four = teams.create(actor=world.alma, space=world.project.space, name="Four", members=people[:4])
    pulses.create(actor=world.boris, team=four, name="", questions=QUESTIONS)
    assert (pulses.keep_going(), PulseRound.objects.count(), Notification.objects.count()) == (0, 0, 0)


def test_within_four_weeks_the_same_people_are_asked_again_or_nobody(world, pulse, people, team):
    first = begun(pulse)
    teams.change(actor=world.alma, team=team, version=None, members=people[:5])
    pulse.refresh_from_db()
    pulses.change(actor=world.boris, pulse=pulse, version=None, every_weeks=1, next_on=first.opened_on + timedelta(weeks=1))
    with clock.held_at(clock.now() + timedelta(weeks=1)):
        assert pulses.keep_going() == 0, "what the two differ in would be who is missing"
        pulse.refresh_from_db()
        assert pulse.next_on == first.opened_on + pulses.APART
        with_all = teams.change(actor=world.alma, team=team, version=None, members=people)
        assert with_all.pk
    with clock.held_at(clock.now() + timedelta(weeks=4)):
        assert pulses.keep_going() == 1


def test_the_same_people_are_asked_each_week(world, pulse):
    first = begun(pulse)
    pulse.refresh_from_db()
    pulses.change(actor=world.boris, pulse=pulse, version=None, every_weeks=1, next_on=first.opened_on + timedelta(weeks=1))
    with clock.held_at(clock.now() + timedelta(weeks=1)):
        assert pulses.keep_going() == 1


def test_words_are_told_from_three_who_wrote_on(pulse, people):
    for number, writers in ((2, 2), (3, 3)):
        row = another(pulse, people, number)
        for n, one in enumerate(people):
            pulses.answer(actor=one, round=row, scores=[3, 3], words=f"word {n}" if n < writers else "")
        assert len(closed(row).words) == (writers if writers >= pulses.WRITERS else 0)


def test_control_characters_are_refused_before_anything_is_written(pulse, people):
    row = begun(pulse)
    for words in ("a\x00b", "a\x1bb", "a\ud800"):
        with pytest.raises(Refused, match="pulse_words_controls"):
            pulses.answer(actor=people[0], round=row, scores=[3, 3], words=words)
    assert not PulseBox.objects.exists() and not PulseTurnout.objects.exists()


def test_ending_it_throws_an_open_round_away(world, pulse, people):
    row = begun(pulse)
    answer_all(row, people)
    pulse.refresh_from_db()
    with pytest.raises(Refused, match="pulse_fresh"):
        pulses.remove(actor=world.boris, pulse=pulse)
    pulses.end(actor=world.boris, pulse=pulse)
    row.refresh_from_db()
    assert row.answered_count is None, "thrown away is not “nobody answered”"
    assert (row.is_closed, row.results, row.words, PulseBox.objects.exists()) == (True, None, [], False)
    with pytest.raises(Refused, match="pulse_ended"):
        pulses.end(actor=world.boris, pulse=pulse)


def test_what_is_asked_changes_from_the_next_round_on(world, pulse, people):
    row = begun(pulse)
    pulse.refresh_from_db()
    pulses.change(actor=world.boris, pulse=pulse, version=None, questions=["Another question"])
    row.refresh_from_db()
    assert row.questions == QUESTIONS


def test_who_may_run_a_pulse(world, pulse, team):
    for user, error in ((world.dana, Hidden), (world.mei, Denied)):
        for do in (
            lambda: pulses.create(actor=user, team=team, name="x", questions=QUESTIONS),
            lambda: pulses.change(actor=user, pulse=pulse, version=None, name="x"),
            lambda: pulses.end(actor=user, pulse=pulse),
            lambda: pulses.remove(actor=user, pulse=pulse),
        ):
            with pytest.raises(error):
                do()
    with pytest.raises(Stale):
        pulses.change(actor=world.boris, pulse=pulse, version=9, name="x")
    for questions, code in (([], "pulse_questions"), (["a"] * 7, "pulse_questions"), (["a", "a"], "pulse_questions_alike")):
        with pytest.raises(Refused, match=code):
            pulses.change(actor=world.boris, pulse=pulse, version=None, questions=questions)


class TestApi:
    def _headers(self, user):
        return {"headers": {"Authorization": f"Bearer {users.create_token(actor=user, name='x', scope='write')[1]}", "Idempotency-Key": "once"}, "content_type": "application/json"}

    def test_a_repeated_request_counts_once_and_leaves_no_row(self, client, pulse, people):
        row = begun(pulse)
        said = self._headers(people[0])
        path = f"/api/v1/pulse-rounds/{row.pk}/answers/"
        for scores in ([5, 1], [1, 5]):
            made = client.post(path, json.dumps({"scores": scores, "words": WORD}), **said)
            assert (made.status_code, made.json()) == (201, {"id": row.pk, "is_answered": True})
        assert PulseBox.objects.get(round=row).tallies == [[0, 0, 0, 0, 1], [1, 0, 0, 0, 0]]
        assert not IdempotentRequest.objects.exists(), "who answered, and when, stands in no backup"

    def test_an_administrator_reads_nothing_of_an_open_round_and_only_the_whole_of_a_closed_one(self, client, world, pulse, people):
        row = begun(pulse)
        for one in people:
            pulses.answer(actor=one, round=row, scores=[4, 2], words=WORD)
        said = self._headers(world.admin)
        paths = (f"/api/v1/pulse-rounds/{row.pk}/", "/api/v1/pulse-rounds/", f"/api/v1/pulses/{pulse.pk}/rounds/", f"/api/v1/pulses/{pulse.pk}/history/")
        for path in paths:
            answer = client.get(path, **said)
            assert answer.status_code == 200, path
            assert WORD not in answer.content.decode()
        shown = client.get(paths[0], **said).json()
        assert (shown["answered_count"], shown["results"], shown["words"]) == (None, None, [])
        closed(row)
        shown = client.get(paths[0], **said).json()
        assert (shown["answered_count"], shown["results"], shown["words"]) == (6, [4.0, 2.0], [WORD] * 6)

    def test_words_are_for_the_team_and_for_who_answers_for_it(self, client, world, pulse, people):
        row = begun(pulse)
        for one in people:
            pulses.answer(actor=one, round=row, scores=[4, 2], words=WORD)
        closed(row)
        for user, count in ((people[0], 6), (world.boris, 6), (world.mei, 0)):
            assert len(client.get(f"/api/v1/pulse-rounds/{row.pk}/", **self._headers(user)).json()["words"]) == count


def test_every_model_with_a_user_stays_away_from_answers():
    """A new table that names a person must not come to hold rounds."""
    for model in apps.get_app_config("collaboration").get_models():
        names = {f.name for f in model._meta.fields if f.is_relation and f.related_model and f.related_model._meta.label == "people.User"}
        rounds = {f.name for f in model._meta.fields if f.is_relation and f.related_model in (PulseRound, PulseBox)}
        assert not (names and rounds), model
    assert not Pulse._meta.get_field("team").null
