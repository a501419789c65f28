"""Key results: who may set, say and score them, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.reports.queries import key_results as reads
from tandem.strategy.actions import carrying, check_ins, key_results, objectives
from tandem.strategy.models import CheckIn, Contribution, KeyResult, Objective
from tests import make


@pytest.fixture
def aim(world):
    today = clock.today()
    world.aim = make.objective(
        actor=world.alma, space=world.product.space, starts_on=today - timedelta(50), ends_on=today + timedelta(50), owner=world.chen
    )
    world.one = make.key_result(actor=world.alma, objective=world.aim, owner=world.mei)
    make.spaces.grant(actor=world.admin, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    return world


def say(aim, value=64, confidence="on", actor=None, **more):
    return check_ins.make(
        actor=actor or aim.chen, key_result=aim.one, value=None if value is None else D(value), confidence=confidence, **more
    )


def standing(aim):
    one = KeyResult.objects.get(pk=aim.one.pk)
    return reads.standings(aim.alma, [one])[one.pk]


def refused(code, call, *args, **kwargs):
    with pytest.raises(Refused) as problem:
        call(*args, **kwargs)
    assert problem.value.code == code


def test_a_check_in_moves_the_progress_which_nobody_types(aim):
    say(aim, 64, "risk", comment="Two shippers wait for the price list")
    found = standing(aim)
    assert (found.progress, found.said, found.line, found.confidence, found.is_late) == (0.5, "risk", "on", "risk", False)


def test_the_same_day_again_corrects_and_the_same_again_changes_nothing(aim):
    first = say(aim, 64)
    say(aim, 64)
    again = say(aim, 65, "risk")
    assert (CheckIn.objects.count(), again.pk) == (1, first.pk)
    events = Event.objects.filter(verb="key_result.checked_in")
    assert events.count() == 2
    assert events.order_by("-id")[0].changes["value"] == ["64.0000", "65"]


def test_nobody_writes_over_the_word_of_another(aim):
    say(aim, 64)
    refused("checked_in_already", say, aim, 70, actor=aim.alma)


def test_its_owner_checks_in_and_others_do_not(aim):
    say(aim, 60, actor=aim.mei)
    with pytest.raises(Denied):
        key_results.change(actor=aim.mei, key_result=aim.one, version=1, title="Easier")
    with pytest.raises(Hidden):
        say(aim, 60, actor=aim.dana)
    with pytest.raises(Hidden):
        say(aim, 60, actor=aim.boris)


def test_a_word_needs_a_day_that_was_within_its_period_and_a_value(aim):
    refused("day_in_future", say, aim, on=clock.today() + timedelta(1))
    refused("before_its_period", say, aim, on=aim.one.starts_on - timedelta(1))
    refused("value_missing", say, aim, None)
    refused("confidence_unknown", say, aim, 60, "great")


def test_a_check_in_that_does_not_come_is_late_and_the_old_word_is_not_believed(aim):
    say(aim, 59, "on", on=clock.today() - timedelta(30))
    found = standing(aim)
    assert found.is_late
    assert found.due_on == clock.today() - timedelta(16)
    assert found.confidence == "risk", "the figures speak: 8 % of the way on the twentieth day of a hundred is 12 points behind"


def test_yes_or_no_has_no_halfway(aim):
    refused("yes_or_no", make.key_result, actor=aim.alma, objective=aim.aim, unit="yes_no", start_value=D(0), target_value=D(5))
    aim.one = make.key_result(actor=aim.alma, objective=aim.aim, unit="yes_no", start_value=D(0), target_value=D(1))
    refused("yes_or_no", say, aim, "0.5")
    say(aim, 0, "risk")
    assert (standing(aim).expected, standing(aim).line) == (None, "none")
    say(aim, 1)
    assert standing(aim).confidence == "done"


def test_it_goes_somewhere_within_a_period(aim):
    refused("key_result_flat", make.key_result, actor=aim.alma, objective=aim.aim, target_value=D(58))
    refused("period_reversed", make.key_result, actor=aim.alma, objective=aim.aim, ends_on=date(2020, 1, 1))
    refused("kpi_missing", make.key_result, actor=aim.alma, objective=aim.aim, source="kpi")
    refused("work_is_a_share", make.key_result, actor=aim.alma, objective=aim.aim, source="work", unit="number")


def test_a_unit_stays_once_somebody_used_it(aim):
    say(aim)
    refused("unit_in_use", key_results.change, actor=aim.alma, key_result=aim.one, version=1, unit="number")


def test_a_stale_version_is_refused(aim):
    key_results.change(actor=aim.alma, key_result=aim.one, version=1, title="Bookings on the portal")
    with pytest.raises(Stale):
        key_results.change(actor=aim.chen, key_result=KeyResult.objects.get(pk=aim.one.pk), version=1, title="Calls")


def test_a_score_says_what_was_learned_and_ends_the_check_ins(aim):
    refused("learned_missing", key_results.score, actor=aim.alma, key_result=aim.one, version=1, score=D("0.7"), learned="  ")
    refused("score_out_of_range", key_results.score, actor=aim.alma, key_result=aim.one, version=1, score=D("1.1"), learned="x")
    refused("score_out_of_range", key_results.score, actor=aim.alma, key_result=aim.one, version=1, score=D("0.75"), learned="x")
    with pytest.raises(Denied):
        key_results.score(actor=aim.mei, key_result=aim.one, version=1, score=D(1), learned="All of it")
    key_results.score(actor=aim.alma, key_result=aim.one, version=1, score=D("0.7"), learned="Prices come first")
    refused("key_result_scored", say, aim)
    refused("key_result_scored", key_results.score, actor=aim.alma, key_result=aim.one, version=2, score=D(1), learned="More")
    key_results.reopen(actor=aim.alma, key_result=aim.one, version=2)
    assert KeyResult.objects.get().is_open


def test_an_objective_with_key_results_stays(aim):
    refused("has_parts", objectives.remove, actor=aim.alma, objective=aim.aim)


def test_the_share_of_work_done_is_counted_and_not_typed(aim):
    feature = make.feature(actor=aim.alma, product=aim.product)
    epic = make.work_item(actor=aim.alma, project=aim.project, title="Portal")
    for title, state in (("a", "done"), ("b", "to_do"), ("c", "to_do"), ("d", "done")):
        make.work_item(actor=aim.alma, project=aim.project, title=title, state=state, parent=epic)
    from tandem.product.actions import features

    features.add_scope(actor=aim.alma, subject=feature, items=[epic])
    objectives.contribute(actor=aim.alma, objective=aim.aim, subject=feature, weight=100)
    aim.one = make.key_result(
        actor=aim.alma, objective=aim.aim, source="work", start_value=D(0), target_value=D(100), title="Built"
    )
    refused("value_computed", say, aim, 90)
    say(aim, None, "on")
    assert (standing(aim).value, standing(aim).progress) == (D(50), 0.5)
    assert reads.shares(aim.dana, [aim.aim.pk]) == {}, "a stranger counts nothing"
    assert reads.courses(aim.alma, [aim.one])[aim.one.pk][-1][1] == D(50)


def test_carried_over_it_goes_on_from_where_it_stands_and_knows_where_from(aim):
    say(aim, 64)
    done = make.key_result(actor=aim.alma, objective=aim.aim, title="Done with")
    key_results.score(actor=aim.alma, key_result=done, version=1, score=D(1), learned="Easy")
    feature = make.feature(actor=aim.alma, product=aim.product)
    objectives.contribute(actor=aim.alma, objective=aim.aim, subject=feature, weight=40)
    days = {"starts_on": aim.aim.ends_on + timedelta(1), "ends_on": aim.aim.ends_on + timedelta(90)}
    with pytest.raises(Denied):
        carrying.carry_over(actor=aim.mei, objective=aim.aim, version=1, **days)
    refused("carried_backwards", carrying.carry_over, actor=aim.alma, objective=aim.aim, version=1, starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1))
    new = carrying.carry_over(actor=aim.alma, objective=aim.aim, version=1, **days)
    assert [(k.title, k.start_value, k.carried_from_id) for k in new.key_results.all()] == [("Self-service bookings", D(64), aim.one.pk)]
    assert Objective.objects.get(pk=aim.aim.pk).state == "closed"
    assert Contribution.objects.filter(objective=new).count() == 1
    refused("carried_already", carrying.carry_over, actor=aim.alma, objective=Objective.objects.get(pk=aim.aim.pk), version=2, **days)
    with pytest.raises(Stale):
        carrying.carry_over(actor=aim.alma, objective=new, version=9, starts_on=new.ends_on, ends_on=new.ends_on + timedelta(9))
