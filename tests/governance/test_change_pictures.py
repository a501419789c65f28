"""A yes is a yes to the effect that was shown: of another effect it is asked for again, and none is said to a picture that is behind the plan."""

from datetime import timedelta

import pytest

from tandem.governance import pictures
from tandem.governance.actions import (
    approval_rules,
    change_impacts,
    change_pictures,
    change_requests,
    change_verdicts,
)
from tandem.governance.models import ChangeRequest, Verdict
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.planning import levelling
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import LevelledPlan, PlanScenario
from tandem.reports.queries import change_requests as reads
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make
from tests.planning.one_week import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday():
    with clock.held_at(MONDAY):
        yield


@pytest.fixture
def items(world):
    return [make.work_item(actor=world.admin, project=world.project, title=f"Quay {n}", estimate_minutes=960, assignees=[world.mei]) for n in range(3)]


def asked(world, items, **values):
    return make.change_request(actor=world.alma, space=world.project.space, changes=[("item", items[0].pk, {"expected_minutes": 4800})], **values)


def say(row, who, side, answer="yes"):
    return change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer=answer, reason="So")


def fresh(row):
    return ChangeRequest.objects.select_related("space", "scenario").get(pk=row.pk)


def longer(world, item):
    work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=item.pk), version=None, estimate_minutes=9600)


def test_a_picture_that_shows_another_end_asks_the_first_yes_again(world, items):
    row = asked(world, items)
    say(row, world.boris, "pmo")
    before = fresh(row).scenario.outcome["projects"][0]
    make.work_item(actor=world.admin, project=world.project, estimate_minutes=3840, assignees=[world.chen])  # without the change the end is later now
    change_impacts.compute(fresh(row))
    now = fresh(row)
    assert (now.round, now.state) == (2, "submitted")
    [line] = [one for one in now.redrawn if one[0] == "project"]
    assert line[:3] == ["project", world.project.space_id, [before[2], before[4]]] and line[3] != line[2]
    say(row, world.chen, "product")
    assert fresh(row).state == "submitted", "the yes to the other picture does not count"
    say(row, world.boris, "pmo")
    assert fresh(row).state == "applied"
    assert Event.objects.filter(verb="change_request.redrawn", subject_id=row.pk).count() == 1
    rows, hidden = reads.redrawn(world.boris, now)
    assert ([one.name for one in rows if one.kind == "project"], hidden) == ([world.project.name], 0)
    assert reads.redrawn(world.dana, now) == ([], len(now.redrawn))


def test_the_same_picture_once_more_asks_nobody(world, items):
    row = asked(world, items)
    say(row, world.boris, "pmo")
    change_impacts.compute(fresh(row))
    assert (fresh(row).round, fresh(row).redrawn) == (1, None)
    say(row, world.chen, "product")
    assert fresh(row).state == "applied"


def test_before_anybody_said_yes_another_picture_takes_its_place_silently(world, items):
    row = asked(world, items)
    longer(world, items[2])
    change_impacts.compute(fresh(row))
    assert (fresh(row).round, fresh(row).redrawn) == (1, None)


def test_a_yes_on_a_page_with_an_older_picture_is_refused(world, items):
    """Nobody has said yes yet, so nobody is asked anew; but whoever looks at the older picture has to look again."""
    row = asked(world, items)
    looked = fresh(row).version
    change_impacts.compute(fresh(row))
    assert fresh(row).version == looked, "the same picture once more"
    longer(world, items[2])
    change_impacts.compute(fresh(row))
    petra = make.user(actor=world.admin, name="Petra", role="pmo_lead")
    for who, side in ((world.boris, "pmo"), (world.chen, "product")):
        with pytest.raises(Stale):
            change_verdicts.decide(actor=who, change_request=row, version=looked, side=side, answer="yes")
    with pytest.raises(Stale):
        change_requests.apply_first(actor=petra, change_request=row, version=looked, reason="Fire")
    assert not Verdict.objects.exists() and fresh(row).state == "submitted"
    change_verdicts.decide(actor=world.boris, change_request=row, version=fresh(row).version, side="pmo", answer="yes")


def test_money_promises_and_conflicts_count_as_well_as_ends():
    base = {"projects": [[1, None, "2026-09-01", None, "2026-09-03"]], "promises": [[7, "2026-09-05", "2026-09-01", "2026-09-03"]], "costs": [[1, "EUR", "5.00", "9.00"]],
            "conflicts_new": [["promise", "product.promise", 7, 2, 4]], "load": [[1, 1, "2026-09", 1, 2]]}  # fmt: skip
    same = base | {"load": []}
    assert pictures.digest(base) == pictures.digest(same) and pictures.differing(base, same) == []
    others = {"projects": [], "promises": [[7, "2026-09-05", "2026-09-01", "2026-09-04"]], "costs": [[1, "EUR", "5.00", "9.01"]], "conflicts_new": []}
    others |= {"conflicts_other": [["overload", "people.user", 4, 2, 3, 40]], "conflicts_gone": [["overload", "people.user", 4, 2, 3]]}
    for name, value in others.items():
        assert pictures.digest(base | {name: value}) != pictures.digest(base), name
        assert len(pictures.differing(base, base | {name: value})) == 1, name


def test_a_conflict_of_one_day_is_another_than_one_of_forty():
    for name, first, then in (("conflicts_new", [1], [40]), ("conflicts_other", [3, 4], [3, 40])):
        one, other = ({name: [["overload", "people.user", 4, 2, *days]]} for days in (first, then))
        assert pictures.digest(one) != pictures.digest(other)
        assert pictures.differing(one, other) == [[f"conflict_{name[10:]}", "overload", "people.user", 4, 2, first, then]]


def test_what_slips_before_and_with_the_change_alike_is_the_same_effect():
    def shown(before, after, on="2026-09-30", days=2):
        late = {"conflicts_new": [["promise", "product.promise", 7, 2, days]]} if after > on else {}
        return {"projects": [[1, None, before, None, after]], "promises": [[7, on, before, after]], **late}

    thursday, friday = shown("2026-09-03", "2026-09-08"), shown("2026-09-04", "2026-09-09")
    assert pictures.digest(thursday) == pictures.digest(friday) and pictures.differing(thursday, friday) == []
    over_weekend = shown("2026-09-07", "2026-09-10")
    assert pictures.digest(over_weekend) == pictures.digest(friday), "by one working day"
    assert pictures.digest(shown("2026-09-04", "2026-09-10")) != pictures.digest(friday), "a day more of effect"
    late = {"projects": [[1, None, "2026-09-04", None, "2026-09-09"]], "promises": [[7, "2026-09-08", "2026-09-04", "2026-09-09"]]}
    kept = {"projects": [[1, None, "2026-09-03", None, "2026-09-08"]], "promises": [[7, "2026-09-08", "2026-09-03", "2026-09-08"]]}
    assert pictures.digest(late) != pictures.digest(kept), "a promise is broken"
    assert pictures.differing(kept, late) == [["promise", 7, ["2026-09-03", "2026-09-08"], ["2026-09-04", "2026-09-09"]]]


def test_two_sides_that_answer_on_different_days_meet(world, items):
    row = asked(world, items)
    say(row, world.boris, "pmo")
    first = fresh(row).scenario.outcome["projects"]
    with clock.held_at(MONDAY + timedelta(days=1)):
        levelling.compute()
        change_impacts.compute(fresh(row))
        assert fresh(row).scenario.outcome["projects"] != first, "everything slipped by a day"
        assert (fresh(row).round, fresh(row).redrawn) == (1, None)
        say(row, world.chen, "product")
    assert fresh(row).state == "applied"


def test_what_was_redrawn_is_told_no_longer_than_its_round(world, items):
    row = asked(world, items)
    petra = make.user(actor=world.admin, name="Petra", role="pmo_lead")
    ChangeRequest.objects.filter(pk=row.pk).update(redrawn=[["budget", world.project.space_id, "EUR", None, ["1.00", "2.00"]]])
    change_requests.apply_first(actor=petra, change_request=row, version=None, reason="Fire")
    assert (fresh(row).state, fresh(row).redrawn) == ("urgent", None)


def test_no_yes_to_a_picture_behind_the_plan(world, items):
    row = asked(world, items)
    longer(world, items[2])
    levelling.compute()
    assert pictures.is_old(fresh(row).scenario.outcome)
    with pytest.raises(Refused, match="change_picture_old"):
        say(row, world.boris, "pmo")
    with pytest.raises(Refused, match="change_picture_old"):
        change_requests.apply_first(actor=make.user(actor=world.admin, name="Petra", role="pmo_lead"), change_request=row, version=None, reason="Fire")
    change_impacts.compute(fresh(row))
    say(row, world.boris, "pmo")


def test_a_plan_that_moves_other_work_leaves_the_picture_as_it_is(world, items):
    row = asked(world, items)
    other = make.project(actor=world.alma, name="Yard", key="YAR")
    make.work_item(actor=world.admin, project=other, estimate_minutes=960)
    before = LevelledPlan.objects.count()
    levelling.compute()
    assert LevelledPlan.objects.count() > before
    say(row, world.boris, "pmo")


def test_a_picture_of_another_day_is_behind(world, items):
    row = asked(world, items)
    with clock.held_at(MONDAY + timedelta(days=1)):
        levelling.compute()
        with pytest.raises(Refused, match="change_picture_old"):
            say(row, world.boris, "pmo")


def test_a_side_without_voices_by_the_table_says_nothing(world, items):
    approval_rules.create(actor=world.admin, space=world.root, product_voices=0)
    row = asked(world, items)
    for answer in ("yes", "no", "revise"):
        with pytest.raises(Refused, match="change_side_not_asked"):
            say(row, world.chen, "product", answer)
    assert fresh(row).state == "submitted"


def test_a_verdict_keeps_the_picture_that_it_was_said_of(world, items):
    row = asked(world, items)
    say(row, world.boris, "pmo")
    assert Verdict.objects.get().picture == pictures.digest(fresh(row).scenario.outcome)


def test_what_waits_for_somebody_is_what_they_can_judge(world, items):
    row = asked(world, items, computed=False)
    assert reads.waiting_for(world.boris, 5) == [], "nobody can judge it before it is computed"
    change_impacts.compute(fresh(row))
    assert [one.pk for one in reads.waiting_for(world.boris, 5)] == [row.pk]
    say(row, world.boris, "pmo")
    assert reads.waiting_for(world.boris, 5) == []
    other = make.user(actor=world.admin, name="Otto", role="project_manager", space=world.project.space)
    assert reads.waiting_for(other, 5) == [], "their side has its voices"


def test_the_words_of_ours_in_a_decision_follow_the_reader(world, items):
    from django.utils import translation

    from tandem.governance.models import Decision

    row = asked(world, items)
    with translation.override("zh-hans"):
        say(row, world.boris, "pmo", "no")
    made = Decision.objects.get(change_request=row)
    assert made.chosen == Decision.AS_PLANNED in made.options
    event = Event.objects.get(verb="decision.made", subject_id=made.pk)
    assert "chosen" not in event.changes


def test_a_newer_picture_by_itself_is_asked_for_in_one_place(world, items):
    """As whoever stores a picture does it: what it says otherwise, once."""
    row = asked(world, items)
    say(row, world.boris, "pmo")
    held = fresh(row)
    before = held.scenario.outcome
    PlanScenario.objects.filter(pk=row.scenario_id).update(outcome=before | {"budgets": [[world.project.space_id, "EUR", "1.00", "2.00"]]})
    change_pictures.ask_again(fresh(row), before)
    change_pictures.ask_again(fresh(row), before)
    assert (fresh(row).round, fresh(row).redrawn) == (2, [["budget", world.project.space_id, "EUR", None, ["1.00", "2.00"]]])
    assert plan_scenarios.digest(list(row.scenario.changes.all())) == fresh(row).scenario.computed_of
