"""The table of approvals: the first line that fits decides whose voices a change takes."""

from decimal import Decimal

import pytest

from tandem.governance import sides
from tandem.governance.actions import approval_rules, change_impacts, change_requests, change_verdicts
from tandem.governance.models import ApprovalRule, ChangeRequest
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.planning.models import PlanChange
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(world):
    return make.work_item(actor=world.admin, project=world.project, estimate_minutes=960, assignees=[world.mei])


def asked(world, *changes, **values):
    return make.change_request(actor=world.mei, space=world.project.space, changes=changes, **values)


def needed(row):
    row = ChangeRequest.objects.select_related("space", "scenario").get(pk=row.pk)
    return sides.needed(row, list(row.scenario.changes.order_by("id")))


def say(row, who, side, answer="yes", reason=""):
    return change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer=answer, reason=reason)


def state(row):
    return ChangeRequest.objects.get(pk=row.pk).state


def test_without_a_table_each_side_has_one_voice(world, item):
    assert needed(asked(world, ("item", item.pk, {"priority": 1}))).voices == {"product": 1, "pmo": 1}


def test_a_small_change_takes_one_side_and_that_one_carries_it_out(world, item):
    approval_rules.create(actor=world.admin, space=world.root, kinds=["dates"], days_most=5, product_voices=0)
    row = asked(world, ("item", item.pk, {"priority": 1}))
    assert needed(row).sides == ["pmo"]
    say(row, world.boris, "pmo")
    assert state(row) == "applied"


def test_what_only_one_side_can_carry_out_is_never_decided_without_it(world):
    approval_rules.create(actor=world.admin, space=world.root, product_voices=0)
    promise = make.promise(actor=world.chen, subject=make.feature(actor=world.chen, product=world.product))
    row = make.change_request(actor=world.alma, changes=[("promise", promise.pk, {"date": "2030-01-02"})])
    assert needed(row).voices == {"product": 1, "pmo": 1}


def test_lines_are_read_from_the_top_and_thresholds_are_kept(world, item):
    small = approval_rules.create(actor=world.admin, space=world.root, days_most=3, money_most=1000, product_voices=0)
    large = approval_rules.create(actor=world.admin, space=world.root, product_voices=2, pmo_voices=2)
    assert (small.rank, large.rank) == (1, 2)
    line = ("cost", world.project.pk, {"title": "Piles", "month": "2026-10-01", "planned": "999"})
    assert needed(asked(world, line)).rule == small
    assert needed(asked(world, line, ("cost", world.project.pk, {"title": "More", "month": "2026-10-01", "planned": "2"}))).rule == large
    assert needed(asked(world, ("item", item.pk, {"expected_minutes": 9600}))).rule == large, "the end moves by more than three days"


def test_what_no_rate_is_known_for_counts_as_more_than_any_threshold(world):
    approval_rules.create(actor=world.admin, space=world.root, money_most=10**6, product_voices=0)
    row = asked(world, ("cost", world.project.pk, {"title": "Piles", "month": "2026-10-01", "planned": "5", "currency": "JPY"}))
    assert needed(row).rule is None
    assert sides.money_of(row.scenario.changes.all(), "JPY") == Decimal(5)


def test_the_table_of_the_place_stands_before_the_one_above(world, item):
    approval_rules.create(actor=world.admin, space=world.root, product_voices=0)
    own = approval_rules.create(actor=world.admin, space=world.project.space, product_voices=1, pmo_voices=2)
    row = asked(world, ("item", item.pk, {"priority": 1}))
    assert needed(row).rule == own


def test_to_raise_it_elsewhere_makes_nothing_easier(world, item):
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    approval_rules.create(actor=world.admin, space=yard.space, product_voices=0)
    approval_rules.create(actor=world.admin, space=world.project.space, product_voices=2)
    row = make.change_request(actor=world.admin, space=yard.space, changes=[("item", item.pk, {"priority": 1})])
    assert needed(row).voices == {"product": 2, "pmo": 1}


def test_several_voices_of_a_side_are_several_people(world, item):
    approval_rules.create(actor=world.admin, space=world.root, pmo_voices=2)
    row = asked(world, ("item", item.pk, {"priority": 1}))
    say(row, world.chen, "product")
    say(row, world.boris, "pmo")
    with pytest.raises(Refused, match="change_spoken"):
        say(row, world.boris, "pmo")
    assert state(row) == "submitted"
    say(row, world.alma, "pmo")
    assert state(row) == "applied"


def test_a_line_that_changes_holds_for_what_waits_already(world, item):
    row = asked(world, ("item", item.pk, {"priority": 1}))
    approval_rules.create(actor=world.admin, space=world.root, pmo_voices=2)
    say(row, world.chen, "product")
    say(row, world.boris, "pmo")
    assert state(row) == "submitted"


def test_kinds_are_those_of_the_whole_content(world, item):
    changes = [PlanChange(kind="item", values={"assignees": []}), PlanChange(kind="item", values={"due_on": "2027-01-01"}), PlanChange(kind="drop"), PlanChange(kind="budget")]
    assert sides.kinds_of(changes) == {"people", "dates", "scope", "money"}


def test_a_table_is_kept_by_who_may_edit_portfolios_and_says_nothing_impossible(world):
    with pytest.raises(Denied):
        approval_rules.create(actor=world.boris, space=world.project.space, product_voices=0)
    for values, code in (({"product_voices": 0, "pmo_voices": 0}, "approval_rule_voices"), ({"kinds": ["weather"]}, "approval_rule_kinds"), ({"pmo_voices": 9}, "approval_rule_voices")):
        with pytest.raises(Refused, match=code):
            approval_rules.create(actor=world.admin, space=world.root, **values)
    first = approval_rules.create(actor=world.admin, space=world.root)
    second = approval_rules.create(actor=world.admin, space=world.root)
    with pytest.raises(Refused, match="approval_rule_place"):
        approval_rules.change(actor=world.admin, approval_rule=second, version=None, rank=first.rank)
    approval_rules.remove(actor=world.admin, approval_rule=first)
    approval_rules.change(actor=world.admin, approval_rule=second, version=None, rank=1)


def test_who_may_judge_is_told(world, item):
    from tandem.history.models import Event

    petra = make.user(actor=world.admin, name="Petra", role=Role.PROJECT_MANAGER, space=world.project.space)
    row = make.change_request(actor=petra, space=world.project.space, changes=[("item", item.pk, {"priority": 1})], computed=False)
    told = Event.objects.get(verb="change_request.submitted").changes["approvers"][1]
    assert set(told) >= {world.boris.pk, world.chen.pk, world.alma.pk}
    assert not {petra.pk, world.mei.pk, world.dana.pk} & set(told)
    change_requests.drop(actor=petra, change_request=row, change=row.scenario.changes.get())
    assert change_impacts.compute(ChangeRequest.objects.select_related("scenario").get(pk=row.pk))["refused"] == []


def ranks(world):
    return list(ApprovalRule.objects.filter(space=world.root).order_by("rank").values_list("id", flat=True))


def test_a_line_is_moved_up_and_down_and_no_further(world):
    one, two, three = (approval_rules.create(actor=world.admin, space=world.root, days_most=days) for days in (1, 2, 3))
    approval_rules.move(actor=world.admin, approval_rule=three, version=three.version, is_up=True)
    assert ranks(world) == [one.pk, three.pk, two.pk]
    for line, is_up in ((one, True), (two, False)):
        approval_rules.move(actor=world.admin, approval_rule=line, version=None, is_up=is_up)
    assert ranks(world) == [one.pk, three.pk, two.pk]
    with pytest.raises(Stale):
        approval_rules.move(actor=world.admin, approval_rule=three, version=three.version, is_up=False)
    with pytest.raises((Denied, Hidden)):
        approval_rules.move(actor=world.boris, approval_rule=one, version=None, is_up=False)
    assert list(Event.objects.filter(verb="approval_rule.moved").values_list("changes__rank", flat=True)) == [[3, 2], [2, 3]]


def test_nothing_computed_yet_is_not_nothing_moved(world, item):
    approval_rules.create(actor=world.admin, space=world.root, days_most=2, product_voices=0)
    row = asked(world, ("item", item.pk, {"priority": 1}), computed=False)
    assert needed(row).voices == {"product": 1, "pmo": 1}
    change_impacts.compute(row)
    assert needed(row).voices == {"product": 0, "pmo": 1}
