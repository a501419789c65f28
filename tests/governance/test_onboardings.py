"""Joining and leaving: steps with who does them by when, reminders, the first finished item, and what is handed over."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.models import Notification
from tandem.governance.actions import onboarding_templates, onboardings
from tandem.governance.models import Onboarding, OnboardingStep
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.actions import users
from tandem.people.models import Role
from tandem.reports.queries import onboardings as reads
from tandem.resources.actions import employments
from tandem.work.actions import work_items
from tests import make

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 3, 1)
STEPS = [
    {"text": "Say what is expected", "who": "manager", "after": 0}, {"text": "Accounts", "who": "administrator", "after": -2}, {"text": "Show the quay", "who": "buddy", "after": 1},
    {"text": "First item", "who": "person", "after": 6},
]  # fmt: skip


@pytest.fixture
def template(world):
    return onboarding_templates.create(actor=world.admin, space=world.root, name="Desk", kind="joining", steps=STEPS)


@pytest.fixture
def joining(world, template):
    return onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY, buddy=world.chen, manager=world.boris)


def test_steps_fall_on_working_days_before_and_after(joining):
    assert list(joining.steps.values_list("text", "due_on")) == [
        ("Accounts", date(2027, 2, 25)), ("Say what is expected", MONDAY), ("Show the quay", date(2027, 3, 2)), ("First item", date(2027, 3, 9)),
    ]  # fmt: skip


def test_steps_belong_to_whom_they_name(world, joining):
    found = {one.text: (one.doer, one.role) for one in joining.steps.select_related("doer")}
    assert found == {"Accounts": (None, "administrator"), "Say what is expected": (world.boris, ""), "Show the quay": (world.chen, ""), "First item": (world.mei, "")}
    onboardings.change(actor=world.admin, onboarding=joining, version=None, buddy=world.alma)
    assert joining.steps.get(who="buddy").doer == world.alma


def test_each_step_is_ticked_by_who_does_it_and_the_last_one_finishes_the_list(world, joining):
    steps = {one.who: one for one in joining.steps.all()}
    for user, who in ((world.chen, "person"), (world.mei, "buddy"), (world.chen, "administrator"), (world.dana, "buddy")):
        with pytest.raises(Denied):
            onboardings.tick(actor=user, step=steps[who])
    for user, who in ((world.chen, "buddy"), (world.mei, "person"), (world.admin, "administrator"), (world.boris, "manager")):
        onboardings.tick(actor=user, step=steps[who])
    joining.refresh_from_db()
    assert (joining.state, joining.finished_on) == ("finished", clock.today())
    assert Event.objects.filter(verb="onboarding.finished").count() == 1
    onboardings.tick(actor=world.boris, step=steps["manager"], is_done=False)
    joining.refresh_from_db()
    assert (joining.state, joining.finished_on) == ("open", None)


def test_who_sees_that_somebody_joins_or_leaves(world, joining):
    seen = {user.name: Onboarding.objects.visible_to(user).exists() for user in (world.mei, world.boris, world.chen, world.admin, world.alma, world.dana)}
    colleague = make.user(actor=world.admin, name="Col", role=Role.MEMBER)
    assert seen == {"Mei Lin": True, "Boris Orlov": True, "陈悦": True, "Ada Admin": True, "Alma Berg": True, "Dana Stranger": False}
    assert not Onboarding.objects.visible_to(colleague).exists() and not OnboardingStep.objects.visible_to(colleague).exists()
    events = Event.objects.filter(subject_kind="governance.onboarding")
    assert events.exists() and not Event.objects.visible_to(colleague).filter(pk__in=events.values("pk")).exists()


def test_whose_step_is_due_hears_of_it_once(world, joining):
    assert onboardings.remind() == 0
    with clock.held_at(clock.now().replace(year=2027, month=3, day=2)):
        assert (onboardings.remind(), onboardings.remind()) == (3, 0)
    told = set(Notification.objects.filter(subject_kind="governance.onboarding").values_list("user__name", flat=True))
    assert told == {"Ada Admin", "Boris Orlov", "陈悦"}


def test_steps_of_a_role_stand_on_the_home_pages_of_those_who_have_it(world, joining):
    assert [one.text for one in reads.due(world.admin, MONDAY)] == ["Accounts"]
    assert [one.text for one in reads.due(world.boris, MONDAY)] == ["Say what is expected"]


def test_a_step_whose_doer_has_left_is_told_to_the_manager_else_to_who_manages_resources(world, template):
    buddy, boss = (make.user(actor=world.admin, name=name, role=Role.MEMBER) for name in ("Buddy", "Boss"))
    row = onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY, buddy=buddy, manager=boss)
    users.disable(actor=world.admin, user=buddy)
    step = list(OnboardingStep.objects.filter(onboarding=row, who="buddy").select_related("onboarding__person"))
    assert onboardings._stand_ins(step) == {step[0].pk: {boss.pk}}
    with clock.held_at(clock.now().replace(year=2027, month=3, day=2)):
        onboardings.remind()
    key = f"onboarding:{step[0].pk}:{step[0].due_on}"
    assert list(Notification.objects.filter(mark=key).values_list("user", flat=True)) == [boss.pk]
    users.disable(actor=world.admin, user=boss)
    assert world.admin.pk in onboardings._stand_ins(step)[step[0].pk]


def test_one_list_of_a_kind_and_helpers_are_others(world, template, joining):
    with pytest.raises(Refused, match="onboarding_twice"):
        onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY)
    with pytest.raises(Refused, match="onboarding_helper"):
        onboardings.start(actor=world.admin, space=world.root, template=template, person=world.chen, on=MONDAY, buddy=world.chen)
    onboardings.stop(actor=world.admin, onboarding=joining)
    with pytest.raises(Refused, match="onboarding_ended"):
        onboardings.tick(actor=world.admin, step=joining.steps.first())
    again = onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY)
    assert {one.doer for one in again.steps.filter(who__in=("buddy", "manager"))} == {world.admin}, "nobody named: whoever begins it"


def test_a_list_is_begun_where_the_person_is_kept_and_tells_nothing_of_lists_elsewhere(world, template, joining):
    pia = make.user(actor=world.admin, name="Pia", role=Role.PORTFOLIO_MANAGER, space=world.project.space)
    space, own = world.project.space, onboarding_templates.create(actor=world.admin, space=world.project.space, name="Own", kind="joining", steps=STEPS[:1])
    with pytest.raises(Refused, match="kept_elsewhere"):
        onboardings.start(actor=pia, space=space, template=own, person=world.alma, on=MONDAY)
    person = make.user(actor=world.admin, name="Kept here", role=Role.MEMBER, space=space)
    onboardings.start(actor=world.admin, space=world.root, template=template, person=person, on=MONDAY)
    assert onboardings.start(actor=pia, space=space, template=own, person=person, on=MONDAY).pk, "a list that she does not see neither blocks nor tells"
    with pytest.raises(Refused, match="onboarding_twice"):
        onboardings.start(actor=pia, space=space, template=own, person=person, on=MONDAY)


def test_nobody_without_an_active_account_has_a_list(world, template):
    gone = make.user(actor=world.admin, name="Gone", role=Role.MEMBER)
    users.disable(actor=world.admin, user=gone)
    gone.refresh_from_db()
    with pytest.raises(Refused, match="onboarding_person"):
        onboardings.start(actor=world.admin, space=world.root, template=template, person=gone, on=MONDAY)


def test_a_change_hands_over_only_what_it_changes(world, template):
    other = make.user(actor=world.admin, name="Also of HR", role=Role.ADMINISTRATOR)
    row = onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY, buddy=world.chen)
    onboardings.change(actor=other, onboarding=row, version=None, buddy=world.chen)
    assert row.steps.get(who="manager").doer == world.admin
    before = row.steps.get(who="buddy").version
    onboardings.change(actor=other, onboarding=row, version=None, buddy=world.alma)
    assert (row.steps.get(who="manager").doer, row.steps.get(who="buddy").doer, row.steps.get(who="buddy").version) == (world.admin, world.alma, before + 1)
    onboardings.change(actor=other, onboarding=row, version=None, buddy=None)
    assert row.steps.get(who="buddy").doer == world.alma, "nobody is named any more: who has it keeps it"


def test_a_tick_is_not_taken_back_while_a_newer_list_runs(world, template):
    first = onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY)
    for one in first.steps.all():
        onboardings.tick(actor=world.admin, step=one)
    onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY)
    with pytest.raises(Refused, match="onboarding_twice"):
        onboardings.tick(actor=world.admin, step=first.steps.first(), is_done=False)
    assert not first.steps.filter(done_on=None).exists()


def test_who_may_write_lists(world, template, joining):
    for user, error in ((world.dana, Hidden), (world.boris, Hidden)):
        for do in (
            lambda: onboarding_templates.create(actor=user, space=world.root, name="x", kind="joining", steps=STEPS),
            lambda: onboarding_templates.change(actor=user, template=template, version=None, name="x"),
            lambda: onboardings.start(actor=user, space=world.root, template=template, person=world.mei, on=MONDAY),
            lambda: onboardings.stop(actor=user, onboarding=joining),
        ):
            with pytest.raises(error):
                do()
    for steps, code in (([], "onboarding_steps"), ([STEPS[0] | {"text": " "}], "step_text"), ([STEPS[0] | {"who": "nobody"}], "choice_unknown"), ([STEPS[0] | {"after": 999}], "step_day")):
        with pytest.raises(Refused, match=code):
            onboarding_templates.change(actor=world.admin, template=template, version=None, steps=steps)


def test_days_until_the_first_finished_item_come_from_what_happened(world, template):
    row = onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=clock.today() - timedelta(days=4))
    assert reads.first_finished(world.admin, [row]) == {}
    item = make.work_item(actor=world.boris, project=world.project, assignees=[world.mei])
    work_items.move(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "done"))
    assert reads.first_finished(world.admin, [row]) == {row.pk: 4}
    assert reads.usual_days(world.admin) == (4, 1)
    assert reads.first_finished(world.dana, [row]) == {}, "of work that one does not see nothing is reckoned"


def test_what_is_handed_over_is_what_they_own_and_the_reader_sees(world):
    item = make.work_item(actor=world.boris, project=world.project, title="Mend the crane", assignees=[world.mei])
    make.meeting(actor=world.boris, space=world.project.space, needed=[world.mei])
    found = {one.title: (one.count, [name for name, _pk in one.rows]) for one in reads.handed_over(world.boris, world.boris)}
    assert "Meetings" in found
    mine = reads.handed_over(world.boris, world.mei)
    assert [(one.title, one.count, one.rows) for one in mine] == [("Work items", 1, [(str(item), item.pk)])]
    assert reads.handed_over(world.dana, world.mei) == []
    work_items.move(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "done"))
    assert reads.handed_over(world.boris, world.mei) == []


def test_terms_that_begin_or_end_soon_ask_for_a_list(world, template):
    soon = clock.today() + timedelta(days=10)
    term = employments.create(actor=world.admin, space=world.root, person=world.mei, starts_on=soon, manager=world.boris)
    assert reads.coming(world.admin) == [term]
    onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=soon)
    assert reads.coming(world.admin) == []


def test_who_leaves_is_named_only_where_the_reader_manages_resources(world):
    pia = make.user(actor=world.admin, name="Pia", role=Role.PORTFOLIO_MANAGER, space=world.project.space)
    today = clock.today()
    employments.create(actor=world.admin, space=world.root, person=world.mei, starts_on=today - timedelta(days=400), ends_on=today + timedelta(days=20))
    assert len(reads.coming(world.admin)) == 1 and reads.coming(pia) == []


class TestPages:
    def test_every_page_stands_in_both_languages(self, world, joining, template, signed_in):
        for language in ("en", "zh-hans"):
            world.admin.language = language
            world.admin.save(update_fields=["language"])
            client = signed_in(world.admin)
            for path in ("/onboardings/", "/onboardings/new/", f"/onboardings/{joining.pk}/", f"/onboardings/{joining.pk}/edit/", "/onboarding-templates/", f"/onboarding-templates/{template.pk}/", f"/onboarding-templates/{template.pk}/edit/", "/"):
                assert client.get(path).status_code == 200, path

    def test_a_list_is_filled_in_from_a_term_and_steps_come_from_rows_of_the_form(self, world, signed_in):
        client = signed_in(world.admin)
        made = client.post("/onboarding-templates/new/", {
            "home": world.root.pk, "name": "Yard", "kind": "joining", "steps-count": "3", "steps-text-0": "Keys", "steps-who-0": "buddy", "steps-after-0": "-1",
            "steps-text-1": " ", "steps-who-1": "buddy", "steps-after-1": "", "steps-text-2": "Talk", "steps-who-2": "manager", "steps-after-2": "2",
        })  # fmt: skip
        assert made.status_code == 302
        term = employments.create(actor=world.admin, space=world.root, person=world.mei, starts_on=clock.today() + timedelta(days=10), manager=world.boris)
        shown = client.get(f"/onboardings/new/?term={term.pk}").content.decode()
        assert f'<option value="{world.mei.pk}" selected>' in shown and f'<option value="{world.boris.pk}" selected>' in shown and term.starts_on.isoformat() in shown
        wrong = client.post("/onboarding-templates/new/", {"home": world.root.pk, "name": "Yard", "kind": "joining", "steps-count": "1", "steps-text-0": "Keys", "steps-who-0": "buddy", "steps-after-0": "soon"})
        assert wrong.status_code == 422 and "working days" in wrong.content.decode()

    def test_many_lists_cost_no_more_queries_than_one(self, world, template, signed_in):
        client = signed_in(world.admin)

        def count():
            client.get("/onboardings/")
            with CaptureQueriesContext(connection) as asked:
                assert client.get("/onboardings/").status_code == 200
            return len(asked)

        onboardings.start(actor=world.admin, space=world.root, template=template, person=world.mei, on=MONDAY)
        few = count()
        for n in range(12):
            person = make.user(actor=world.admin, name=f"New {n}", role=Role.MEMBER)
            onboardings.start(actor=world.admin, space=world.root, template=template, person=person, on=MONDAY)
        assert count() == few
