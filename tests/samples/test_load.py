"""Loading the sample: consistent rows, once."""

import pytest
from django.db import connection, transaction

from tandem.collaboration.models import DocumentVersion, PassageComment, PulseRound, Stakeholder, Thanks
from tandem.governance.models import (
    ChangeRequest,
    Decision,
    Meeting,
    MeetingOutcome,
    Onboarding,
    OnboardingTemplate,
    Verdict,
)
from tandem.history.models import Event
from tandem.kit.errors import Refused
from tandem.people.models import Role, Space, User
from tandem.planning.models import ComputedDates, Forecast
from tandem.product.models import Feature, Promise, Scope
from tandem.product.models.window import standing
from tandem.samples import asked
from tandem.samples import load as sample
from tandem.samples.words import caring
from tandem.samples.words.changes import CHANGES, DECISIONS
from tandem.strategy.models import Contribution
from tandem.work.models import Baseline, Link, Sprint, SprintChange, StateChange, WorkItem
from tests.samples.small import TODAY, make_small

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("loaded sample")]  # made once, not in each process


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, _quick_passwords):
    """One load for all tests of this file, rolled back after the last."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        make_small(patch)
        found = sample.load("en", "a long password", seed=2, as_of=TODAY)
        connection.check_constraints()  # or each test would look again at every row of it
        yield found
        transaction.set_rollback(True)


def test_three_people_can_sign_in_and_nobody_else(loaded):
    assert [s.role for s in loaded.sign_ins] == ["PMO lead", "Product manager", "Executive"]
    usable = [u for u in User.objects.all() if u.has_usable_password()]
    assert {u.email for u in usable} == {s.email for s in loaded.sign_ins}
    assert all(u.check_password("a long password") for u in usable)


def test_everything_is_computed(loaded):
    assert Forecast.objects.filter(is_current=True, p80__isnull=False).exists()
    assert ComputedDates.objects.filter(is_critical=True).exists()


def test_there_are_as_many_of_each_noun_as_the_organisation_should_have(loaded):
    wanted = {"product": 3, "programme": 2, "project": 15, "method": 3, "gate": 12, "user": 60, "objective": 8, "keyresult": 11, "kpi": 5, "proposal": 12, "benefit": 9, "risk": 11, "issue": 2, "feedback": 9}
    assert {name: loaded.counts[name] for name in wanted} == wanted


def test_the_roadmap_has_a_now_a_next_and_a_later(loaded):
    rows = Feature.objects.exclude(state=Feature.State.SHIPPED).annotate(now=standing(TODAY)).values_list("now", "product__name")
    assert {h for h, _ in rows} == {"now", "next", "later"}
    assert len({product for h, product in rows if h == Feature.Horizon.LATER}) == 3
    served = set(Contribution.objects.values_list("subject_id", flat=True))
    assert set(Feature.objects.values_list("id", flat=True)) <= served


def test_it_is_refused_where_there_is_an_organisation(loaded):
    before = WorkItem.objects.count()
    with pytest.raises(Refused):
        sample.load("zh", "another password", as_of=TODAY)
    assert WorkItem.objects.count() == before


def test_states_dates_and_passages_agree(loaded):
    last = {}
    for change in StateChange.objects.order_by("item_id", "at", "id"):
        assert last.get(change.item_id) == change.from_state_id
        last[change.item_id] = change.to_state_id
    for item in WorkItem.objects.select_related("state", "parent"):
        assert last[item.pk] == item.state_id
        assert (item.actual_finish is not None) == item.is_done
        if item.actual_finish:
            assert item.created_at <= item.actual_start <= item.actual_finish
        assert item.parent is None or item.parent.space_id == item.space_id


def test_every_item_and_passage_has_its_event_at_its_own_time(loaded):
    created = Event.objects.filter(verb="work_item.created")
    assert created.count() == WorkItem.objects.count()
    moved = Event.objects.filter(verb="work_item.moved").count()
    assert moved == StateChange.objects.exclude(from_state=None).count()
    moments = dict(WorkItem.objects.values_list("id", "created_at"))
    assert all(moments[e.subject_id] == e.occurred_at for e in created)


def test_the_record_of_what_happened_is_in_the_order_of_time(loaded):
    moments = list(Event.objects.order_by("id").values_list("occurred_at", flat=True))
    assert moments == sorted(moments)


def test_promises_name_a_subject_with_scope_and_their_revisions_hang_together(loaded):
    for promise in Promise.objects.select_related("replaced_by", "feature", "release"):
        if promise.feature_id:
            assert Scope.objects.filter(feature=promise.feature).exists()
        if promise.replaced_by:
            assert promise.replaced_by.subject == promise.subject and promise.replaced_by.reason
        assert promise.given_on <= promise.date


def test_managers_manage_and_members_see_their_own_work_only(loaded):
    chen = User.objects.get(email="chen.yue@harbourline.example")
    assert chen.memberships.filter(role=Role.PRODUCT_MANAGER).count() >= 2
    member = User.objects.filter(memberships__role=Role.MEMBER).first()
    root = Space.objects.get(parent=None)
    assert root.pk not in member.visible_space_ids() and member.visible_space_ids()


def test_plans_have_baselines_and_links_of_three_kinds(loaded):
    assert Baseline.objects.count() >= 3
    assert set(Link.objects.values_list("kind", flat=True)) >= {"FS", "SS", "FF"}


def test_two_teams_worked_in_sprints_that_agree_with_what_they_did(loaded):
    rows = list(Sprint.objects.prefetch_related("items"))
    assert {s.state for s in rows} == set(Sprint.State.values)
    assert SprintChange.objects.filter(carried_from__isnull=False).exists(), "something was not finished"
    for sprint in rows:
        held = set(sprint.items.values_list("id", flat=True))
        assert held == set(sprint.scope_changes.values_list("item_id", flat=True))
        assert sprint.scope_changes.filter(at__lt=sprint.created_at).count() == 0
        assert sprint.closed_at is None or sprint.scope_changes.filter(at__gt=sprint.closed_at).count() == 0
    for item in WorkItem.objects.filter(sprints__isnull=False).distinct():
        assert item.sprints.exclude(state="closed").count() <= 1


def test_both_sides_judge_what_was_asked_once_the_worker_comes_by(loaded):
    raised = list(ChangeRequest.objects.order_by("id"))
    assert len(raised) == len(CHANGES) and {row.state for row in raised} == {"submitted", "withdrawn", "draft"}
    asked.judge("en", [[number, row.pk] for number, row in enumerate(raised)])
    states = list(ChangeRequest.objects.order_by("id").values_list("state", flat=True))
    assert (states[0], states[4], states[-1]) == ("rejected", "withdrawn", "draft")
    assert states.count("applied") >= 2 and "submitted" in states
    said = set(Verdict.objects.values_list("answer", flat=True))
    assert said == {"yes", "no", "revise"}
    assert all(one.created_at > one.asked_at for one in Verdict.objects.all()), "answers took days"
    in_minutes = MeetingOutcome.objects.filter(kind="decision").values("decision")
    asked_for = Decision.objects.filter(change_request=None).exclude(pk__in=in_minutes)
    assert asked_for.count() == len(DECISIONS) + 1, "one was decided otherwise"
    assert set(Decision.objects.values_list("state", flat=True)) == {"open", "decided", "replaced"}
    asked.judge("en", [[number, row.pk] for number, row in enumerate(raised)])
    again = list(ChangeRequest.objects.order_by("id").values_list("state", flat=True))
    assert [one for one, was in zip(again, states, strict=True) if was != "submitted"] == [was for was in states if was != "submitted"], "what was decided stays"


def test_people_met_decided_and_wrote_things_down(loaded):
    assert MeetingOutcome.objects.filter(kind="decision").exists()
    assert MeetingOutcome.objects.filter(kind="action").exists()
    assert Meeting.objects.held().filter(outcomes=None).count() >= 2, "one series decides nothing"
    ahead = Meeting.objects.planned().filter(points__isnull=False).first()
    assert ahead is not None and ahead.gathered_at
    assert {one.why for one in ahead.points.all()} > {"risk"}
    assert DocumentVersion.objects.filter(number=2).exists()
    assert PassageComment.objects.filter(lost_in=None).exists()
    assert Stakeholder.objects.count() == 4 and Stakeholder.objects.due(TODAY).exists()


def test_people_are_asked_how_they_are_thank_each_other_join_and_leave(loaded):
    rounds = list(PulseRound.objects.order_by("number"))
    assert len(rounds) >= 2 and [one.is_closed for one in rounds] == [True] * (len(rounds) - 1) + [False]
    assert all((one.results is not None) == (one.answered_count >= 5) for one in rounds if one.is_closed)
    assert any(one.results for one in rounds) and any(one.words for one in rounds)
    assert Thanks.objects.count() == len(caring.THANKS)
    assert all(one.receiver_id != one.sender_id and WorkItem.objects.filter(pk=one.subject_id).exists() for one in Thanks.objects.all())
    assert set(OnboardingTemplate.objects.values_list("kind", flat=True)) == {"joining", "leaving"}
    joins, leaves = Onboarding.objects.get(kind="joining"), Onboarding.objects.get(kind="leaving")
    assert joins.steps.filter(done_on=None).exists() and joins.steps.exclude(done_on=None).exists()
    assert leaves.on > TODAY > joins.on and leaves.steps.exists()
