"""Terms, roles and skills of people: what overlaps is refused, who only looks changes nothing, who works below knows them."""

from datetime import timedelta

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.resources.actions import departments, employments, job_roles, person_roles, skills
from tandem.resources.models import Employment, JobRole, PersonRole


def _day(count: int):
    return clock.today() + timedelta(days=count)


@pytest.fixture
def architect(world) -> JobRole:
    return job_roles.create(actor=world.alma, space=world.root, name=" Architect ")


def test_who_leaves_and_comes_back_has_two_terms(world):
    first = employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(-300), ends_on=_day(-100))
    again = employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(-50), percent=60)
    assert list(Employment.objects.filter(person=world.mei).during(_day(-70), _day(-60))) == []
    assert list(Employment.objects.filter(person=world.mei).during(_day(-100), _day(0)).order_by("starts_on")) == [first, again]
    assert Event.objects.of(again).get().verb == "employment.created"


@pytest.mark.parametrize(("starts", "ends"), [(-400, None), (-100, -90), (-300, -300), (-200, -150)])
def test_terms_of_one_person_never_overlap(world, starts, ends):
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(-300), ends_on=_day(-100))
    with pytest.raises(Refused) as problem:
        employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(starts), ends_on=None if ends is None else _day(ends))
    assert problem.value.code == "employed_already"


def test_a_term_in_another_space_overlaps_all_the_same(world):
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(-300))
    with pytest.raises(Refused):
        employments.create(actor=world.alma, space=world.project.space, person=world.mei, starts_on=_day(-10))


def test_a_term_is_not_stretched_over_the_next_one(world):
    first = employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(-300), ends_on=_day(-100))
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(-50))
    with pytest.raises(Refused):
        employments.change(actor=world.alma, employment=first, version=None, ends_on=None)
    with pytest.raises(Refused) as problem:
        employments.change(actor=world.alma, employment=first, version=None, ends_on=_day(-301))
    assert problem.value.code == "period_reversed"


def test_nobody_reports_to_themselves(world):
    with pytest.raises(Refused) as problem:
        employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=_day(0), manager=world.mei)
    assert problem.value.field == "manager"


def test_one_main_role_at_a_time_and_further_ones_beside_it(world, architect):
    tester = job_roles.create(actor=world.alma, space=world.root, name="Tester")
    person_roles.create(actor=world.alma, person=world.mei, job_role=architect, starts_on=_day(-100))
    with pytest.raises(Refused) as problem:
        person_roles.create(actor=world.alma, person=world.mei, job_role=tester, starts_on=_day(-10))
    assert problem.value.code == "main_role_already"
    beside = person_roles.create(actor=world.alma, person=world.mei, job_role=tester, starts_on=_day(-10), is_primary=False)
    with pytest.raises(Refused):
        person_roles.change(actor=world.alma, person_role=beside, version=None, is_primary=True)
    with pytest.raises(Refused) as problem:
        person_roles.create(actor=world.alma, person=world.mei, job_role=architect, starts_on=_day(0), is_primary=False)
    assert problem.value.code == "role_held_already"


def test_a_new_level_is_a_new_row_and_not_in_the_future(world):
    law = skills.create(actor=world.alma, space=world.root, name="Customs law")
    skills.say(actor=world.alma, person=world.mei, skill=law, level=2, since=_day(-300))
    skills.say(actor=world.alma, person=world.mei, skill=law, level=4, since=_day(-3))
    with pytest.raises(Refused) as problem:
        skills.say(actor=world.alma, person=world.mei, skill=law, level=5, since=_day(-3))
    assert problem.value.code == "level_said_already"
    with pytest.raises(Refused):
        skills.say(actor=world.alma, person=world.mei, skill=law, level=5, since=_day(1))


def test_departments_form_a_tree_without_circles(world):
    top = departments.create(actor=world.alma, space=world.root, name="Technology")
    part = departments.create(actor=world.alma, space=world.root, name="Platform", parent=top)
    with pytest.raises(Refused) as problem:
        departments.change(actor=world.alma, department=top, version=None, parent=part)
    assert problem.value.code == "own_ancestor"
    with pytest.raises(Refused):
        departments.create(actor=world.alma, space=world.root, name="platform", parent=top)
    with pytest.raises(Refused):
        departments.remove(actor=world.alma, department=top)


def test_names_are_taken_once_however_they_are_written(world, architect):
    assert architect.name == "Architect"
    with pytest.raises(Refused) as problem:
        job_roles.create(actor=world.alma, space=world.root, name="ARCHITECT")
    assert problem.value.code == "name_taken"


def test_what_people_have_is_not_removed(world, architect):
    held = person_roles.create(actor=world.alma, person=world.mei, job_role=architect, starts_on=_day(-100))
    with pytest.raises(Refused):
        job_roles.remove(actor=world.alma, job_role=architect)
    person_roles.remove(actor=world.alma, person_role=held)
    job_roles.remove(actor=world.alma, job_role=architect)
    assert not JobRole.objects.exists()


def test_two_writers_do_not_overwrite_each_other(world, architect):
    job_roles.change(actor=world.alma, job_role=JobRole.objects.get(), version=1, name="System architect")
    with pytest.raises(Stale):
        job_roles.change(actor=world.alma, job_role=architect, version=1, description="Draws")


def test_who_works_below_knows_roles_but_writes_none(world, architect):
    """Boris has a role in one project only: the words of the organisation are his, too. Dana has none anywhere."""
    assert list(JobRole.objects.visible_to(world.boris)) == [architect]
    assert not JobRole.objects.visible_to(world.dana).exists()
    for person in (world.boris, world.mei, world.dana):
        with pytest.raises((Hidden, Denied)):
            person_roles.create(actor=person, person=person, job_role=architect, starts_on=_day(0))
    assert not PersonRole.objects.exists()


def test_a_role_of_one_branch_is_unknown_in_another(world):
    ours = job_roles.create(actor=world.alma, space=world.project.space, name="Diver")
    assert ours not in JobRole.objects.visible_to(_stakeholder(world))
    assert ours in JobRole.objects.visible_to(world.mei)


def _stakeholder(world):
    from tests import make

    return make.user(actor=world.admin, name="Sam", role="stakeholder", space=world.product.space)
