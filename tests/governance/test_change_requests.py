"""A change that both sides must accept: what each may say, when, of which content, and what is carried out then."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tandem.governance import sides
from tandem.governance.actions import change_impacts, change_requests, change_verdicts
from tandem.governance.models import ChangeRequest, Verdict
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces, users
from tandem.people.models import Role
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.portfolio.models import Budget, CostLine, Project
from tandem.product.models import Promise
from tandem.resources.actions import bookings
from tandem.resources.models import Booking
from tandem.work.actions import work_items
from tandem.work.models import Baseline, WorkItem
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2027, 3, 1)


@pytest.fixture
def items(world):
    return [make.work_item(actor=world.admin, project=world.project, title=f"Item {n}", estimate_minutes=960, assignees=[world.mei]) for n in range(3)]


@pytest.fixture
def request_(world, items):
    return make.change_request(actor=world.mei, space=world.project.space, changes=[("item", items[0].pk, {"priority": 1})])


def say(row, who, side, answer="yes", reason="", version=None):
    return change_verdicts.decide(actor=who, change_request=row, version=version, side=side, answer=answer, reason=reason)


def fresh(row):
    return ChangeRequest.objects.select_related("scenario").get(pk=row.pk)


def priority(item):
    return WorkItem.objects.get(pk=item.pk).priority


def verbs(row):
    return list(Event.objects.filter(subject_kind="governance.changerequest", subject_id=row.pk).order_by("id").values_list("verb", flat=True))


def test_one_yes_is_not_enough_and_the_second_carries_it_out(world, items, request_):
    say(request_, world.chen, "product")
    assert (fresh(request_).state, priority(items[0])) == ("submitted", items[0].priority)
    say(request_, world.boris, "pmo")
    assert (fresh(request_).state, priority(items[0])) == ("applied", 1)
    assert fresh(request_).scenario.state == "merged"
    assert Baseline.objects.get(space=world.project.space).name == f"{request_.pk} The crane waits"
    assert verbs(request_) == ["change_request.created", "change_request.submitted", "change_request.computed", "change_request.judged", "change_request.judged", "change_request.applied"]
    changed = Event.objects.get(verb="work_item.changed", subject_id=items[0].pk)
    assert changed.run == fresh(request_).run
    assert changed.actor == world.boris, "the side whose business it is carries it out"


def test_the_author_cannot_decide(world, items):
    row = make.change_request(actor=world.boris, space=world.project.space, changes=[("item", items[0].pk, {"priority": 1})])
    with pytest.raises(Refused, match="change_is_own"):
        say(row, world.boris, "pmo")
    assert not Verdict.objects.exists()


def test_who_wrote_a_part_of_it_cannot_decide_either(world, items, request_):
    change_requests.add(actor=world.boris, change_request=request_, kind="drop", subject=items[1].pk)
    change_impacts.compute(fresh(request_))
    with pytest.raises(Refused, match="change_is_own"):
        say(request_, world.boris, "pmo")
    say(request_, world.alma, "pmo")


def test_one_person_cannot_decide_for_both_sides(world, request_):
    say(request_, world.alma, "product")
    with pytest.raises(Refused, match="change_spoken"):
        say(request_, world.alma, "pmo")
    assert fresh(request_).state == "submitted"


def test_the_database_knows_one_side_for_a_person_and_one_voice_of_a_side(world, request_):
    first = say(request_, world.chen, "product")
    twice = {"space_id": first.space_id, "request": request_, "round": first.round, "answer": "yes", "digest": first.digest, "asked_at": first.asked_at}
    for values in ({"side": "pmo", "by": world.chen}, {"side": "product", "by": world.alma, "voice": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Verdict.objects.create(**twice, **values)


def test_nobody_speaks_for_a_side_that_is_not_theirs(world, request_):
    for who, side in ((world.boris, "product"), (world.chen, "pmo"), (make.user(actor=world.admin, name="Ines", role=Role.STAKEHOLDER, space=world.project.space), "pmo")):
        with pytest.raises(Denied):
            say(request_, who, side)
    with pytest.raises(Hidden):
        say(request_, world.dana, "product")
    with pytest.raises(Refused, match="change_side_unknown"):
        say(request_, world.alma, "both")


def test_any_no_rejects_with_its_reason_and_nothing_is_carried_out(world, items, request_):
    with pytest.raises(Refused, match="reason_needed"):
        say(request_, world.chen, "product", "no", " ")
    say(request_, world.boris, "pmo")
    say(request_, world.chen, "product", "no", "Nobody asked for it")
    row = fresh(request_)
    assert (row.state, row.answer, row.scenario.state, priority(items[0])) == ("rejected", "Nobody asked for it", "discarded", items[0].priority)
    with pytest.raises(Refused, match="change_not_waiting"):
        say(request_, world.alma, "product")


def test_a_way_out_goes_back_to_the_author_and_both_are_asked_anew(world, items, request_):
    say(request_, world.chen, "product")
    say(request_, world.boris, "pmo", "revise", "Mei is on leave then")
    row = fresh(request_)
    assert (row.state, row.answer) == ("returned", "Mei is on leave then")
    with pytest.raises(Refused, match="change_not_waiting"):
        say(row, world.alma, "pmo")
    change_requests.revise(actor=world.mei, change_request=row, change=row.scenario.changes.get(), version=None, priority=2)
    row = change_requests.submit(actor=world.mei, change_request=row, version=None)
    change_impacts.compute(row)
    say(row, world.boris, "pmo")
    assert fresh(row).state == "submitted", "the yes of the product side was to another content"
    say(row, world.chen, "product")
    assert (fresh(row).state, priority(items[0])) == ("applied", 2)


def test_no_verdict_without_a_picture_of_this_very_content(world, items):
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", items[0].pk, {"priority": 1})], computed=False)
    for answer in ("yes", "no", "revise"):
        with pytest.raises(Refused, match="plan_scenario_not_computed"):
            say(row, world.boris, "pmo", answer, "Why")
    change_impacts.compute(row)
    say(row, world.boris, "pmo")
    change_requests.add(actor=world.mei, change_request=row, kind="drop", subject=items[1].pk)
    assert (fresh(row).state, fresh(row).round) == ("submitted", 2)
    with pytest.raises(Refused, match="plan_scenario_not_computed"):
        say(row, world.chen, "product")


def test_an_edit_after_a_yes_asks_both_again(world, items, request_):
    say(request_, world.boris, "pmo")
    change_requests.add(actor=world.mei, change_request=request_, kind="drop", subject=items[1].pk)
    change_impacts.compute(fresh(request_))
    say(request_, world.chen, "product")
    assert fresh(request_).state == "submitted"
    say(request_, world.boris, "pmo")
    assert fresh(request_).state == "applied"


def test_a_stale_page_says_nothing(world, request_):
    seen = fresh(request_).version
    say(request_, world.chen, "product", version=seen)
    with pytest.raises(Stale):
        say(request_, world.boris, "pmo", version=seen)


def test_saying_it_twice_counts_once(world, request_):
    say(request_, world.chen, "product")
    with pytest.raises(Refused, match="change_spoken"):
        say(request_, world.chen, "product")
    with pytest.raises(Refused, match="change_side_spoken"):
        say(request_, world.alma, "product")
    assert Verdict.objects.count() == 1


def test_a_yes_falls_with_the_right_by_which_it_was_said(world, items, request_):
    say(request_, world.chen, "product")
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.chen)
    say(request_, world.boris, "pmo")
    assert (fresh(request_).state, priority(items[0])) == ("submitted", items[0].priority)
    say(request_, world.alma, "product")
    assert fresh(request_).state == "applied"


def test_a_yes_falls_with_the_account(world, items, request_):
    say(request_, world.boris, "pmo")
    users.disable(actor=world.admin, user=world.boris)
    say(request_, world.chen, "product")
    assert (fresh(request_).state, priority(items[0])) == ("submitted", items[0].priority)


def test_what_was_changed_meanwhile_is_told_and_nothing_is_carried_out(world, items, request_):
    say(request_, world.chen, "product")
    work_items.change(actor=world.admin, item=items[0], version=None, priority=3)
    with pytest.raises(Refused, match="plan_scenario_moved"):
        say(request_, world.boris, "pmo")
    assert (priority(items[0]), fresh(request_).state) == (3, "submitted")


def test_what_cannot_be_carried_out_any_more_goes_back_to_both(world, items, request_, monkeypatch):
    say(request_, world.chen, "product")

    def refuse(**_given):
        raise Refused("wip_limit_reached", limit="Doing", count=3, most=3)

    monkeypatch.setattr(change_requests.plan_requests, "carry_out", refuse)
    say(request_, world.boris, "pmo")
    row = fresh(request_)
    assert (row.state, row.round, row.trouble[0], priority(items[0])) == ("submitted", 2, "wip_limit_reached", items[0].priority)
    monkeypatch.undo()
    change_impacts.compute(row)
    say(row, world.boris, "pmo")
    say(row, world.chen, "product")
    assert (fresh(row).state, priority(items[0])) == ("applied", 1)


def test_who_could_not_do_it_cannot_say_yes_to_it(world, items):
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("budget", world.project.pk, {"amount": "5000", "currency": "EUR"})])
    with pytest.raises(Refused, match="change_not_yours_to_apply"):
        say(row, world.boris, "pmo")  # he answers for the plan, not for the budget
    say(row, world.chen, "product")
    say(row, world.alma, "pmo")
    assert Budget.objects.get(project=world.project).amount == 5000


def test_promise_roadmap_and_money_change_with_the_plan_in_one_step(world, items):
    release = make.release(actor=world.chen, product=world.product)
    promise = make.promise(actor=world.chen, subject=release)
    on = clock.today() + timedelta(days=90)
    row = make.change_request(
        actor=world.alma,
        changes=[
            ("promise", promise.pk, {"date": on.isoformat()}), ("release", release.pk, {"planned_on": on.isoformat()}), ("drop", items[0].pk, {}),
            ("cost", world.project.pk, {"title": "Crane", "month": "2026-10-01", "planned": "1200.5"}),
        ],
    )  # fmt: skip
    outcome = fresh(row).scenario.outcome
    assert outcome["refused"] == []
    assert outcome["promised"] == [[promise.pk, promise.date.isoformat(), on.isoformat()]]
    assert outcome["windows"] == [["release", release.pk, [None, None], [None, on.isoformat()]]]
    assert outcome["costs"] == [[world.project.space_id, "EUR", None, "1200.50"]]
    petra = make.user(actor=world.admin, name="Petra", role=Role.PMO_LEAD)
    say(row, world.admin, "product")
    say(row, petra, "pmo")
    assert Promise.objects.open().get().date == on
    assert CostLine.objects.get().planned == 1200.5
    release.refresh_from_db()
    assert release.planned_on == on
    assert WorkItem.objects.present().count() == 2


def test_anybody_who_may_comment_raises_a_change_of_what_they_see(world, items):
    guest = make.user(actor=world.admin, name="Ines", role=Role.STAKEHOLDER, space=world.project.space)
    row = make.change_request(actor=guest, space=world.project.space, changes=[("item", items[0].pk, {"due_on": "2027-01-04"})])
    assert fresh(row).scenario.outcome["refused"] == []
    other = make.project(actor=world.alma, name="Secret", key="SEC")
    hidden = make.work_item(actor=world.alma, project=other, title="Hidden")
    with pytest.raises(Hidden):
        change_requests.add(actor=guest, change_request=row, kind="drop", subject=hidden.pk)
    with pytest.raises(Hidden):
        change_requests.create(actor=world.dana, space=world.project.space, title="Mine", reason="So")
    with pytest.raises(Refused, match="reason_needed"):
        change_requests.create(actor=guest, space=world.project.space, title="Mine", reason=" ")


def test_a_plan_scenario_becomes_the_content_and_is_decided_in_the_request_only(world, items):
    branch = plan_scenarios.create(actor=world.boris, space=world.project.space, name="Without the crane")
    plan_scenarios.add(actor=world.boris, scenario=branch, kind="drop", subject=items[0].pk)
    row = change_requests.create(actor=world.boris, space=world.project.space, title="No crane", reason="It is late", scenario=branch)
    branch = PlanScenario.objects.get(pk=branch.pk)
    for do in (
        lambda: plan_scenarios.add(actor=world.boris, scenario=branch, kind="drop", subject=items[1].pk),
        lambda: plan_scenarios.merge(actor=world.alma, scenario=branch, version=None, reason="So"),
        lambda: plan_scenarios.discard(actor=world.alma, scenario=branch, version=None),
    ):
        with pytest.raises(Refused, match="plan_scenario_asked"):
            do()
    with pytest.raises(Refused, match="plan_scenario_asked"):
        change_requests.create(actor=world.alma, space=world.project.space, title="Again", reason="So", scenario=branch)
    assert row.scenario_id == branch.pk


def test_a_scenario_of_the_plan_takes_no_promise_and_no_money(world):
    branch = plan_scenarios.create(actor=world.boris, space=world.project.space, name="More")
    with pytest.raises(Refused, match="choice_unknown"):
        plan_scenarios.add(actor=world.boris, scenario=branch, kind="budget", subject=world.project.pk, amount="5")


def test_withdrawn_keeps_its_reason_and_lays_the_branch_aside(world, request_):
    with pytest.raises(Denied):
        change_requests.withdraw(actor=make.user(actor=world.admin, name="Ines", role=Role.MEMBER, space=world.project.space), change_request=request_, version=None, reason="So")
    change_requests.withdraw(actor=world.mei, change_request=request_, version=None, reason="No longer needed")
    row = fresh(request_)
    assert (row.state, row.answer, row.scenario.state) == ("withdrawn", "No longer needed", "discarded")
    with pytest.raises(Refused, match="change_over"):
        change_requests.add(actor=world.mei, change_request=row, kind="drop", subject=1)


def test_what_cannot_wait_is_carried_out_first_and_judged_afterwards(world, items, request_):
    with pytest.raises(Denied):
        change_requests.apply_first(actor=world.boris, change_request=request_, version=None, reason="The quay is on fire")
    change_requests.apply_first(actor=world.admin, change_request=request_, version=None, reason="The quay is on fire")
    row = fresh(request_)
    assert (row.state, priority(items[0]), row.due_on) == ("urgent", 1, clock.today() + change_requests.DUE)
    with pytest.raises(Refused, match="change_is_own"):
        say(row, world.admin, "pmo")
    with pytest.raises(Refused, match="change_done_first"):
        say(row, world.boris, "pmo", "revise", "Otherwise")
    say(row, world.boris, "pmo")
    assert fresh(row).state == "urgent"
    say(row, world.chen, "product")
    assert (fresh(row).state, fresh(row).was_first) == ("applied", True)
    assert Event.objects.filter(verb="work_item.changed", subject_id=items[0].pk).count() == 1


def test_a_no_afterwards_keeps_what_was_done_and_says_so(world, items, request_):
    change_requests.apply_first(actor=world.admin, change_request=request_, version=None, reason="Fire")
    say(request_, world.chen, "product", "no", "It was no fire")
    row = fresh(request_)
    assert (row.state, row.was_first, row.scenario.state, priority(items[0])) == ("rejected", True, "merged", 1)


def test_money_is_told_to_who_may_see_costs_and_to_who_judges(world):
    row = make.change_request(actor=world.alma, space=world.project.space, changes=[("budget", world.project.pk, {"amount": "5000"})])
    change = row.scenario.changes.get()
    seeing = [user for user in (world.alma, world.boris, world.chen, world.mei, world.dana) if change.is_seen_by(user)]
    assert seeing == [world.alma, world.boris, world.chen]
    for user in (world.alma, world.boris, world.chen, world.mei, world.dana):
        assert type(change).objects.visible_to(user).exists() == (user in seeing)


def test_a_day_that_cannot_be_read_is_told(world, items):
    row = make.change_request(actor=world.mei, space=world.project.space, submitted=False)
    with pytest.raises(Refused, match="date_unreadable"):
        change_requests.add(actor=world.mei, change_request=row, kind="item", subject=items[0].pk, due_on="soon")
    with pytest.raises(Refused, match="plan_change_empty"):
        change_requests.add(actor=world.mei, change_request=row, kind="item", subject=items[0].pk)
    with pytest.raises(Refused, match="plan_scenario_empty"):
        change_requests.submit(actor=world.mei, change_request=row, version=None)


def test_each_side_is_spoken_for_wherever_the_change_touches_it(world, items):
    """Raised where somebody speaks, of what others speak for."""
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    theirs = make.work_item(actor=world.admin, project=yard, title="Crane", estimate_minutes=960)
    for who in (world.boris, world.chen):
        spaces.grant(actor=world.admin, space=yard.space, user=who, role=Role.MEMBER)
        who.refresh_from_db()
    row = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", items[0].pk, {"priority": 1})], computed=False)
    change_requests.add(actor=world.boris, change_request=row, kind="item", subject=theirs.pk, priority=1)
    change_impacts.compute(fresh(row))
    with pytest.raises(Refused, match="change_side_elsewhere"):
        say(row, world.chen, "product")
    assert set(Event.objects.filter(verb="change_request.asked_again").get().changes["approvers"][1]) & {world.chen.pk, world.alma.pk} == {world.alma.pk}


def test_a_scenario_that_was_computed_before_is_computed_again_for_the_request(world, items):
    branch = plan_scenarios.create(actor=world.boris, space=world.project.space, name="Without the crane")
    plan_scenarios.add(actor=world.boris, scenario=branch, kind="drop", subject=items[0].pk)
    PlanScenario.objects.filter(pk=branch.pk).update(outcome={}, computed_of=plan_scenarios.digest(list(branch.changes.order_by("id"))))
    row = change_requests.create(actor=world.boris, space=world.project.space, title="No crane", reason="It is late", scenario=branch)
    row = change_requests.submit(actor=world.boris, change_request=row, version=None)
    with pytest.raises(Refused, match="plan_scenario_not_computed"):
        say(row, world.chen, "product")


def test_bookings_shares_and_the_priority_of_a_project_are_carried_out_too(world, items):
    booked = bookings.create(actor=world.alma, subject=world.project, person=world.mei, starts_on=DAY, ends_on=DAY + timedelta(5), percent=Decimal(50), is_hard=True)
    wanted = [
        ("book", world.project.pk, {"person": world.boris.pk, "starts_on": f"{DAY}", "ends_on": f"{DAY + timedelta(9)}", "percent": "20"}),
        ("booking", booked.pk, {"percent": "25"}), ("item", items[0].pk, {"shares": {str(world.mei.pk): 40}}), ("project", world.project.pk, {"priority": 1}),
    ]  # fmt: skip
    row = make.change_request(actor=world.mei, space=world.project.space, changes=wanted)
    assert sides.kinds_of(row.scenario.changes.all()) == {"people", "dates"}
    assert row.scenario.outcome["refused"] == []
    say(row, world.chen, "product")
    with pytest.raises(Refused, match="change_not_yours_to_apply"):  # firm bookings are not his
        say(row, world.boris, "pmo")
    say(row, world.alma, "pmo")
    assert fresh(row).state == "applied"
    assert sorted(Booking.objects.values_list("person__name", "percent")) == [(world.boris.name, 20), (world.mei.name, 25)]
    assert items[0].assignments.get().share == 40
    assert Project.objects.get(pk=world.project.pk).priority == 1
