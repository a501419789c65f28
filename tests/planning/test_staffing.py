"""A skill that nobody on the work has, and leave in a week that cannot wait: found, gone, with ways out that were planned anew."""

from datetime import date

import pytest

from tandem.kit.errors import Denied, Refused
from tandem.people.models import Role
from tandem.planning import levelling, staff_ways, way_objectives
from tandem.planning.actions import plan_conflicts
from tandem.planning.models import LevelledDates, PlanConflict, PlanDraft
from tandem.product.models import Scope
from tandem.reports.queries import plan_conflicts as plan_reads
from tandem.resources.actions import skill_needs, skills, time_off
from tandem.strategy.models import Contribution, Objective
from tandem.work.actions import assignments, work_items
from tandem.work.models import Assignment, WorkItem
from tests import make
from tests.planning.one_week import at, item
from tests.planning.test_plan_capacity import employed

pytestmark = pytest.mark.usefixtures("monday")
Kind = PlanConflict.Kind


@pytest.fixture
def law(world):
    return skills.create(actor=world.admin, space=world.project.space.parent or world.project.space, name="Customs law")


@pytest.fixture
def needed(world, law):
    """Mei's three days ask for what only Noor can do."""
    noor = make.user(actor=world.admin, name="Noor", role=Role.MEMBER, space=world.project.space)
    skills.say(actor=world.admin, person=noor, skill=law, level=4, since=date(2026, 1, 5))
    skills.say(actor=world.admin, person=world.mei, skill=law, level=2, since=date(2026, 1, 5))
    row = item(world, "Tariff", 3, people=[world.mei])
    skill_needs.say(actor=world.boris, item=row, skill=law, level=3)
    levelling.compute()
    return row, noor


def test_work_that_nobody_on_it_can_do_is_found_and_gone_with_the_level(world, law, needed):
    row, _noor = needed
    found = PlanConflict.objects.open().get(kind=Kind.SKILL)
    assert (found.subject_id, found.space_id, found.days, found.detail["skills"], found.detail["others"]) == (row.pk, row.space_id, 3, [[law.pk, 3]], 1)
    skills.say(actor=world.admin, person=world.mei, skill=law, level=3)
    levelling.compute()  # no date moves by that, and still it is solved
    assert not PlanConflict.objects.open().filter(kind=Kind.SKILL).exists()


def test_the_newest_level_counts(world, law, needed):
    _row, noor = needed
    skills.say(actor=world.admin, person=noor, skill=law, level=1)
    levelling.compute()
    assert PlanConflict.objects.open().get(kind=Kind.SKILL).detail["others"] == 0


def ways_of(conflict):
    plan_id, ways = staff_ways.compute(conflict)
    conflict.write(expected=None, ways=ways, ways_of_id=plan_id)
    return ways


def test_a_way_out_hands_the_work_to_who_can_do_it_and_says_what_that_moves(world, needed):
    row, noor = needed
    stamp = item(world, "Stamp", 2, people=[noor], due_on=date(2026, 9, 8))
    levelling.compute()
    conflict = PlanConflict.objects.get(kind=Kind.SKILL)
    ways = {way["code"]: way for way in ways_of(conflict)}
    assert {"hand_over", "hire", "drop"} <= ways.keys()
    assert ways["hand_over"]["to"] == noor.pk and ways["hire"]["capacity"] == 3 * 32
    assert (str(stamp.pk) in ways["hand_over"]["dates"], str(stamp.pk) in ways["hire"]["dates"]) == (True, False)  # Noor has the stamp to do as well
    assert str(row.pk) not in ways["drop"]["dates"]


def test_an_accepted_hand_over_names_the_other_person_and_plans_the_dates(world, needed):
    row, noor = needed
    conflict = PlanConflict.objects.get(kind=Kind.SKILL)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "hand_over")
    draft = plan_conflicts.propose(actor=world.boris, conflict=conflict, number=number, version=None)[0]
    assert set(Assignment.objects.filter(item=row).values_list("user", flat=True)) == {world.mei.pk}
    plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Tariff")
    assert noor.pk in set(Assignment.objects.filter(item=row).values_list("user", flat=True))
    assert WorkItem.objects.get(pk=row.pk).planned_finish is not None
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=Kind.SKILL).exists()


def test_a_hand_over_is_accepted_though_an_item_of_it_was_finished_since(world, needed):
    """Nobody takes over what is done: it stays with who did it, and the rest goes."""
    row, noor = needed
    done = item(world, "Invoice", 1, people=[world.mei])
    way = {"code": "hand_over", "to": noor.pk, "gone": world.mei.pk, "items": [row.pk, done.pk], "shares": {str(row.pk): 40, str(done.pk): 40}}
    dates = {str(one.pk): [at(14, 8).isoformat(), at(16, 17).isoformat(), WorkItem.objects.get(pk=one.pk).version] for one in (row, done)}
    draft = PlanDraft.objects.create(space=row.space, conflict=PlanConflict.objects.get(kind=Kind.SKILL), way=way, dates=dates, proposed_by=world.boris)
    work_items.move(actor=world.mei, item=WorkItem.objects.get(pk=done.pk), version=None, state=make.state_of(world.project, "done"))
    assert plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Tariff") == 1
    assert dict(Assignment.objects.filter(item=row).values_list("user", "share")) == {noor.pk: 40}
    assert set(Assignment.objects.filter(item=done).values_list("user", flat=True)) == {world.mei.pk}


def test_nobody_says_yes_to_their_own_proposal_while_another_may(world, needed):
    conflict = PlanConflict.objects.get(kind=Kind.SKILL)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "hand_over")
    draft = plan_conflicts.propose(actor=world.boris, conflict=conflict, number=number, version=None)[0]
    with pytest.raises(Refused, match="draft_is_own"):
        plan_conflicts.accept(actor=world.boris, draft=draft, version=draft.version, name="Mine")
    assert PlanDraft.objects.get(pk=draft.pk).state == PlanDraft.State.OPEN
    for one in (world.alma, world.admin):
        type(one).objects.filter(pk=one.pk).update(is_active=False)
    assert plan_conflicts.accept(actor=world.boris, draft=draft, version=draft.version, name="Mine") == 1


def test_who_takes_work_over_takes_the_share_with_which_it_was_computed(world, away):
    """Mei and Omar share the quay, Mei a quarter of it: Pia takes that quarter over, as the way out was computed."""
    row, _leave, _promise = away
    omar, pia = (make.user(actor=world.admin, name=name, role=Role.MEMBER, space=world.project.space) for name in ("Omar", "Pia"))
    work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=row.pk), version=None, assignees=[world.mei, omar])
    assignments.share(actor=world.admin, item=WorkItem.objects.get(pk=row.pk), version=None, user=world.mei, share=25)
    item(world, "Gate", 1, people=[pia])
    levelling.compute()
    conflict = PlanConflict.objects.open().get(kind=Kind.LEAVE)
    number, way = next((n, way) for n, way in enumerate(ways_of(conflict)) if way["to"] == pia.pk)
    draft = plan_conflicts.propose(actor=world.boris, conflict=conflict, number=number, version=None)[0]
    plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Quay")
    assert dict(Assignment.objects.filter(item=row).values_list("user", "share")) == {omar.pk: 100, pia.pk: 25}
    levelling.compute()
    planned = WorkItem.objects.select_related("levelled").get(pk=row.pk)
    assert (planned.levelled.start, planned.levelled.finish) == (planned.planned_start, planned.planned_finish)
    assert [one.isoformat() for one in (planned.planned_start, planned.planned_finish)] == way["dates"][str(row.pk)]


@pytest.fixture
def away(world):
    """Mei asks for the week in which her promised work has to be done."""
    row = item(world, "Quay", 5, people=[world.mei])
    feature = make.feature(actor=world.chen, product=world.product, title="Quays")
    Scope.objects.create(space=feature.space, feature=feature, item=row)
    promise = make.promise(actor=world.chen, subject=feature, date=date(2026, 9, 14))
    leave = time_off.ask(actor=world.mei, person=world.mei, starts_on=date(2026, 9, 9), ends_on=date(2026, 9, 11), kind="holiday", note="the wedding")
    levelling.compute()
    return row, leave, promise


def test_leave_that_was_asked_for_is_found_where_promised_work_cannot_wait(world, away):
    row, leave, promise = away
    found = PlanConflict.objects.open().get(kind=Kind.LEAVE)
    assert (found.subject_id, found.days, found.wanted_on, found.computed_on) == (leave.pk, 3, date(2026, 9, 9), date(2026, 9, 11))
    assert found.detail["items"] == [row.pk] and found.detail["promises"] == [promise.pk] and found.detail["asked"]
    assert "wedding" not in str(found.detail) and "holiday" not in str(found.detail)


def test_leave_where_nothing_presses_is_no_conflict(world):
    item(world, "Someday", 2, people=[world.mei])
    time_off.ask(actor=world.mei, person=world.mei, starts_on=date(2026, 9, 9), ends_on=date(2026, 9, 11), kind="holiday")
    levelling.compute()
    assert not PlanConflict.objects.filter(kind=Kind.LEAVE).exists()


def test_who_asked_for_leave_is_told_to_who_plans_and_not_to_all(world, away):
    other = make.user(actor=world.admin, name="Omar", role=Role.MEMBER, space=world.project.space)
    rows = PlanConflict.objects.filter(kind=Kind.LEAVE)
    assert [rows.visible_to(one).exists() for one in (world.boris, world.mei, other)] == [True, True, False]
    leave = away[1]
    time_off.decide(actor=world.admin, time_off=leave, version=None, is_approved=True)
    levelling.compute()
    assert rows.open().get().detail["asked"] is False
    assert rows.open().visible_to(other).exists()


def test_a_way_out_of_leave_that_was_asked_for_is_told_to_no_more_people_than_the_leave(world, away):
    omar = make.user(actor=world.admin, name="Omar", role=Role.MEMBER, space=world.project.space)
    conflict = PlanConflict.objects.open().get(kind=Kind.LEAVE)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "wait")
    plan_conflicts.propose(actor=world.boris, conflict=conflict, number=number, version=None)
    assert [PlanDraft.objects.visible_to(one).exists() for one in (world.boris, world.mei, omar)] == [True, True, False]


def test_nobody_is_named_who_cannot_open_the_work(world, law, needed):
    elsewhere = make.project(actor=world.alma, name="Elsewhere", key="ELS")
    expert = make.user(actor=world.admin, name="Ana", role=Role.MEMBER, space=elsewhere.space)
    skills.say(actor=world.admin, person=expert, skill=law, level=5, since=date(2026, 1, 5))
    levelling.compute()
    ways = [way for way in ways_of(PlanConflict.objects.get(kind=Kind.SKILL)) if way["code"] == "hand_over"]
    assert [way["to"] for way in ways] == [needed[1].pk]


def test_ways_out_of_leave_are_planned_as_if_it_were_granted(world, away):
    row, _leave, promise = away
    omar = make.user(actor=world.admin, name="Omar", role=Role.MEMBER, space=world.project.space)
    item(world, "Gate", 1, people=[omar])
    levelling.compute()
    ways = {way["code"]: way for way in ways_of(PlanConflict.objects.open().get(kind=Kind.LEAVE))}
    assert {"hand_over", "hire", "wait", "drop"} == ways.keys()
    assert ways["hand_over"]["to"] == omar.pk and not ways["hire"]["later"]
    assert [one["promise"] for one in ways["wait"]["later"] if one["late"]] == [promise.pk]
    assert ways["wait"]["dates"][str(row.pk)][0].startswith("2026-09-14")


def test_skills_are_asked_for_by_who_may_edit_the_work(world, law):
    row = item(world, "Tariff", 3)
    skill_needs.say(actor=world.boris, item=row, skill=law, level=2)
    assert skill_needs.say(actor=world.boris, item=row, skill=law, level=4).level == 4
    assert row.skill_needs.count() == 1
    reader = make.user(actor=world.admin, name="Rita", role=Role.STAKEHOLDER, space=world.project.space)
    with pytest.raises(Denied):
        skill_needs.say(actor=reader, item=row, skill=law, level=1)
    with pytest.raises(Refused, match="resource_in_use"):
        skills.remove(actor=world.admin, skill=law)


@pytest.fixture
def crowded(world):
    """Mei is planned for a whole week in each of two projects, in the same week; Ana works in the first one and has nothing to do."""
    other = make.project(actor=world.alma, name="Depot", key="DEP")
    for person in (world.mei, world.boris):
        make.spaces.grant(actor=world.admin, space=other.space, user=person, role=Role.PROJECT_MANAGER)
    ana = make.user(actor=world.admin, name="Ana", role=Role.MEMBER, space=world.project.space)
    week = {"planned_start": at(7), "planned_finish": at(11, 17)}
    rows = [item(world, name, 5, project=project, people=[world.mei], **week) for name, project in (("Berth", world.project), ("Rails", other))]
    item(world, "Small", 0.5, people=[ana])
    levelling.compute()
    return rows, ana


def test_who_has_more_to_do_than_they_can_gets_ways_out_that_end_it(world, crowded):
    (berth, rails), ana = crowded
    conflict = PlanConflict.objects.open().get(kind=Kind.OVERLOAD, space=world.project.space)
    ways = {way["code"]: way for way in ways_of(conflict)}
    assert {"replan", "hand_over", "hire", "drop"} == ways.keys() and ways["hand_over"]["to"] == ana.pk
    assert set(ways["replan"]["dates"]) == {str(berth.pk), str(rails.pk)}, "the dates of the levelled plan, in both projects"
    number = next(n for n, way in enumerate(conflict.ways) if way["code"] == "hand_over")
    (draft,) = plan_conflicts.propose(actor=world.boris, conflict=conflict, number=number, version=None)
    plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Ana helps")
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=Kind.OVERLOAD).exists()
    assert set(Assignment.objects.filter(item=berth).values_list("user", flat=True)) == {ana.pk}


def test_what_would_not_end_the_overload_is_no_way_out(world, crowded):
    depot = make.project(actor=world.alma, name="Third", key="THI")
    make.spaces.grant(actor=world.admin, space=depot.space, user=world.mei, role=Role.MEMBER)
    item(world, "Shed", 5, project=depot, people=[world.mei], planned_start=at(7), planned_finish=at(11, 17))
    levelling.compute()
    conflict = PlanConflict.objects.open().get(kind=Kind.OVERLOAD, space=depot.space)
    assert [way["code"] for way in ways_of(conflict)] == ["replan"], "without this one two weeks are still planned in one"


@pytest.fixture
def leaving(world):
    """Mei's last day is Wednesday; four days of hers, which an objective waits for, end behind it. Ana works in the project, too."""
    employed(world, world.mei, ends_on=date(2026, 9, 9))
    ana = make.user(actor=world.admin, name="Ana", role=Role.MEMBER, space=world.project.space)
    first, second = item(world, "Quay", 2, people=[world.mei]), item(world, "Berth", 4, people=[world.mei])
    item(world, "Small", 0.5, people=[ana])
    feature = make.feature(actor=world.chen, product=world.product, title="Berths")
    Scope.objects.create(space=feature.space, feature=feature, item=second)
    objective = make.objective(actor=world.alma, title="Ships leave on time")
    Contribution.objects.create(space=objective.space, objective=objective, subject_kind="product.feature", subject_id=feature.pk)
    levelling.compute()
    return first, second, ana, objective


def told_of(conflict):
    plan_id, ways = way_objectives.computed(conflict)
    conflict.write(expected=None, ways=ways, ways_of_id=plan_id)
    return ways


def test_the_work_of_who_leaves_gets_ways_out_with_what_they_do_to_an_objective(world, leaving):
    _first, second, ana, objective = leaving
    conflict = PlanConflict.objects.open().get(kind=Kind.LEAVER)
    ways = told_of(conflict)
    by_code = {way["code"]: way for way in ways}
    assert {"hand_over", "hire", "drop"} <= by_code.keys()
    assert not any(way["code"] == "shift" and way["item"] is None for way in ways), "nobody stays longer by that"
    handed = next(way for way in ways if way["code"] == "hand_over" and way["to"] == ana.pk)
    assert handed["gone"] == world.mei.pk and handed["items"] == [second.pk]
    before = LevelledDates.objects.get(item=second).finish.date()
    after = date.fromisoformat(handed["dates"][str(second.pk)][1][:10])
    assert after < before, "Ana can begin at once"
    assert handed["objectives"] == [{"objective": objective.pk, "days": (after - before).days, "moved": 1, "loses": 0}]
    assert by_code["drop"]["objectives"] == [{"objective": objective.pk, "days": 0, "moved": 0, "loses": 1}], "nothing of it is left"
    draft = plan_conflicts.propose(actor=world.boris, conflict=conflict, number=ways.index(handed), version=None)[0]
    plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Ana goes on")
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=Kind.LEAVER).exists()
    assert set(Assignment.objects.filter(item=second).values_list("user", flat=True)) == {ana.pk}


def test_nobody_takes_over_who_is_gone_by_then_as_well(world, leaving):
    _first, _second, ana, _objective = leaving
    employed(world, ana, ends_on=date(2026, 9, 10))
    levelling.compute()
    ways = told_of(PlanConflict.objects.open().get(kind=Kind.LEAVER))
    assert ana.pk not in {way.get("to") for way in ways}


def test_an_objective_is_named_only_to_who_sees_it(world, leaving):
    *_rest, objective = leaving
    conflict = PlanConflict.objects.open().get(kind=Kind.LEAVER)
    told_of(conflict)
    seen = plan_reads.one(world.admin, conflict).ways
    assert {aim.title for way in seen for aim in way.objectives} == {"Ships leave on time"}
    secret = make.project(actor=world.admin, name="Board", key="BRD", is_confidential=True)
    Objective.objects.filter(pk=objective.pk).update(space=secret.space)
    hidden = plan_reads.one(world.boris, PlanConflict.objects.get(pk=conflict.pk)).ways
    assert [way.objectives for way in hidden] == [[]] * len(hidden)
    assert sum(way.hidden_objectives for way in hidden) == sum(len(way.objectives) for way in seen)
