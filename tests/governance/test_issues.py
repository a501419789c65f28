"""Issues: a risk that happened, what it blocks, and who is told, once each, when nothing moves."""

from datetime import timedelta

import pytest

from tandem.collaboration import news
from tandem.collaboration.models import Notification
from tandem.governance.actions import escalations, issues, risk_runs, risks
from tandem.governance.models import Issue, IssueEscalation, IssueItem
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.work.actions import links
from tandem.work.models import Block
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(world):
    return make.issue(actor=world.mei, space=world.project.space, severity="high")


def silent(row, days):
    Issue.objects.filter(pk=row.pk).update(progress_at=clock.now() - timedelta(days=days))
    row.refresh_from_db()


def told(row):
    return list(Notification.objects.filter(subject_kind="governance.issue", subject_id=row.pk).order_by("id").values_list("user__name", flat=True))


def test_a_risk_that_happened_becomes_an_issue_of_its_owner_in_one_step(world):
    risk = make.risk(actor=world.mei, space=world.project.space)
    row = make.issue(actor=world.boris, space=world.project.space, risk=risk, title="It came late")
    risk.refresh_from_db()
    assert (row.owner, risk.state, risk.reason, risk.ended_on) == (world.mei, "happened", "It came late", clock.today())
    with pytest.raises(Refused, match="risk_over"):
        make.issue(actor=world.boris, space=world.project.space, risk=risk)
    with pytest.raises(Refused, match="risk_has_issue"):
        risks.remove(actor=world.boris, risk=risk)
    with pytest.raises(Refused, match="issue_has_risk"):
        issues.remove(actor=world.boris, issue=row)


def test_the_issue_stands_where_its_risk_does(world):
    with pytest.raises(Refused, match="issue_of_elsewhere"):
        make.issue(actor=world.alma, space=world.root, risk=make.risk(actor=world.mei, space=world.project.space))


def test_strangers_and_readers_change_nothing(world, row):
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    item = make.work_item(actor=world.boris, project=world.project)
    for user, error in ((world.dana, Hidden), (auditor, Denied)):
        for do in (
            lambda: make.issue(actor=user, space=world.project.space),
            lambda: issues.change(actor=user, issue=row, version=None, severity="low"),
            lambda: issues.progress(actor=user, issue=row, version=None, note="x"),
            lambda: issues.move(actor=user, issue=row, version=None, state="resolved", resolution="x"),
            lambda: issues.block(actor=user, issue=row, item=item),
            lambda: issues.remove(actor=user, issue=row),
        ):
            with pytest.raises(error):
                do()


def test_its_owner_tells_of_progress_without_being_on_the_team(world, row):
    sponsor = make.user(actor=world.admin, name="Ines", role=Role.STAKEHOLDER, space=world.project.space)
    with pytest.raises(Denied):
        issues.progress(actor=sponsor, issue=row, version=None, note="Called them")
    issues.change(actor=world.boris, issue=row, version=None, owner=sponsor)
    issues.progress(actor=sponsor, issue=row, version=None, note="Called them")
    with pytest.raises(Denied):
        issues.move(actor=sponsor, issue=row, version=None, state="resolved", resolution="Done")


def test_two_who_end_it_at_once_do_not_overwrite_each_other(world, row):
    seen = row.version
    issues.progress(actor=world.mei, issue=Issue.objects.get(pk=row.pk), version=seen, note="Called them")
    with pytest.raises(Stale):
        issues.move(actor=world.boris, issue=row, version=seen, state="resolved", resolution="x")


def test_what_it_names_is_blocked_until_it_is_resolved(world, row):
    item, other = (make.work_item(actor=world.boris, project=world.project, title=title) for title in ("A", "B"))
    make_block = issues.block(actor=world.mei, issue=row, item=item)
    assert issues.block(actor=world.mei, issue=row, item=item).pk == make_block.pk
    issues.block(actor=world.mei, issue=row, item=other)
    assert Block.objects.open().filter(item__in=(item, other)).count() == 2
    issues.unblock(actor=world.mei, issue_item=IssueItem.objects.get(item=other))
    assert list(Block.objects.open().values_list("item", flat=True)) == [item.pk]
    issues.move(actor=world.boris, issue=row, version=None, state="resolved", resolution="A new crane")
    assert not Block.objects.open().exists()
    with pytest.raises(Refused, match="issue_over"):
        issues.block(actor=world.mei, issue=row, item=other)


def test_it_ends_with_words_and_may_open_again(world, row):
    with pytest.raises(Refused, match="resolution_missing"):
        issues.move(actor=world.boris, issue=row, version=None, state="resolved")
    issues.move(actor=world.boris, issue=row, version=None, state="cancelled", resolution="It was another crane")
    issues.move(actor=world.boris, issue=row, version=None, state="open")
    assert list(Event.objects.of(row).order_by("id").values_list("verb", flat=True)) == ["issue.created", "issue.moved", "issue.moved"]


def test_silence_is_told_step_by_step_up_the_tree_and_once(world, row):
    silent(row, 2)
    assert (escalations.escalate(), told(row)) == (0, [])
    silent(row, 4)
    assert [escalations.escalate(), escalations.escalate()] == [1, 0]
    assert told(row) == ["Boris Orlov", "陈悦"]
    silent(row, 7)
    escalations.escalate()
    # the clock was set back by hand: another silence, told from its first step
    assert sorted(set(told(row))) == sorted({"Boris Orlov", "陈悦", "Alma Berg", "Ada Admin"})
    assert IssueEscalation.objects.filter(issue=row, since=row.progress_at).count() == 2


def test_progress_begins_the_clock_anew_and_an_end_stops_it(world, row):
    silent(row, 4)
    issues.progress(actor=world.mei, issue=row, version=None, note="A crane is on its way")
    assert escalations.escalate() == 0
    silent(row, 4)
    issues.move(actor=world.boris, issue=row, version=None, state="resolved", resolution="It came")
    assert escalations.escalate() == 0


def test_above_a_confidential_space_nobody_is_told_who_is_not_let_in(world):
    closed = make.project(actor=world.alma, name="Closed", is_confidential=True)
    row = make.issue(actor=world.alma, space=closed.space, severity="critical")
    silent(row, 30)
    escalations.escalate()
    # above it Ada leads too: neither is she told nor does the step name her
    assert set(told(row)) == {"Alma Berg"}
    assert {pk for step in IssueEscalation.objects.filter(issue=row) for pk in step.told} == {world.alma.pk}


def test_the_effect_on_the_plan_is_computed_along_the_links(world, row):
    first = make.work_item(actor=world.boris, project=world.project, title="Dig", duration_minutes=480 * 5)
    second = make.work_item(actor=world.boris, project=world.project, title="Pour", duration_minutes=480 * 3)
    beside = make.work_item(actor=world.boris, project=world.project, title="Paint", duration_minutes=480 * 6)
    links.create(actor=world.boris, source=first, target=second, kind="FS")
    issues.change(actor=world.mei, issue=row, version=None, delay_days=4)
    issues.block(actor=world.mei, issue=row, item=beside)
    risk_runs.effect_of(row)
    assert row.plan_days == 2  # 6 + 4 days beside the chain of 8
    issues.block(actor=world.mei, issue=Issue.objects.get(pk=row.pk), item=first)
    row.refresh_from_db()
    risk_runs.effect_of(row)
    assert row.plan_days == 4
    before = Event.objects.of(row).count()
    assert risk_runs.effects_anew() == 1
    assert Event.objects.of(row).count() == before


def test_nights_on_which_nothing_moved_leave_no_trace(world, row):
    dig = make.work_item(actor=world.boris, project=world.project, title="Dig", duration_minutes=480 * 5)
    issues.change(actor=world.mei, issue=row, version=None, delay_days=4)
    issues.block(actor=world.mei, issue=row, item=dig)
    row.refresh_from_db()
    version = row.version
    risk_runs.effects_anew()
    made = Event.objects.of(row).filter(verb="issue.computed").get()
    assert made.changes["plan_days"] == [None, "4.00"]
    with clock.held_at(clock.now() + timedelta(days=1)):
        risk_runs.effects_anew()
    Issue.objects.filter(pk=row.pk).update(plan_of="of other inputs")
    risk_runs.effects_anew()
    row.refresh_from_db()
    assert (row.version, Event.objects.of(row).filter(verb="issue.computed").count()) == (version, 1)
    assert not news.Read([made]).told
    Issue.objects.filter(pk=row.pk).update(delay_days=6)
    risk_runs.effects_anew()
    assert Event.objects.of(row).filter(verb="issue.computed").order_by("-id")[0].changes["plan_days"] == ["4.00", "6.00"]


def test_one_that_fails_by_night_stops_no_other(world, row, monkeypatch):
    rows = [row, make.issue(actor=world.mei, space=world.project.space)]
    for number, one in enumerate(rows):
        issues.change(actor=world.mei, issue=one, version=None, delay_days=4)
        issues.block(actor=world.mei, issue=one, item=make.work_item(actor=world.boris, project=world.project, title=f"Item {number}", duration_minutes=480))
    real = risk_runs.effect_of

    def broken(issue):
        if issue.pk == row.pk:
            raise ValueError
        return real(issue)

    monkeypatch.setattr(risk_runs, "effect_of", broken)
    assert risk_runs.effects_anew() == 1
    assert Issue.objects.get(pk=rows[1].pk).plan_days is not None


def test_many_that_are_told_to_the_top_starve_nobody(world, row, monkeypatch):
    monkeypatch.setattr(escalations, "BATCH", 2)
    for number in range(3):
        silent(make.issue(actor=world.mei, space=world.project.space, title=f"Old {number}", severity="low"), 400)
    escalations.escalate()
    silent(row, 4)
    assert (escalations.escalate(), told(row)) == (1, ["Boris Orlov", "陈悦"])


def test_of_what_moved_while_others_were_told_nobody_is_told(world, row, monkeypatch):
    silent(row, 7)
    real = escalations._due

    def meanwhile(now):
        found = real(now)
        issues.progress(actor=world.mei, issue=Issue.objects.get(pk=row.pk), version=None, note="A crane is on its way")
        return found

    monkeypatch.setattr(escalations, "_due", meanwhile)
    assert (escalations.escalate(), told(row)) == (0, [])


def test_an_escalation_is_told_once_to_a_leader_who_watches(world):
    row = make.issue(actor=world.boris, space=world.project.space, severity="high")
    silent(row, 4)
    escalations.escalate()
    event = Event.objects.of(row).get(verb="issue.escalated")
    assert not news.Read([event]).told


def test_what_is_resolved_and_opened_again_blocks_again(world, row):
    item = make.work_item(actor=world.boris, project=world.project)
    issues.block(actor=world.mei, issue=row, item=item)
    issues.move(actor=world.boris, issue=row, version=None, state="resolved", resolution="A new crane")
    issues.move(actor=world.boris, issue=row, version=None, state="open")
    issues.block(actor=world.mei, issue=row, item=item)
    assert Block.objects.open().filter(item=item).count() == 1
    issues.move(actor=world.boris, issue=row, version=None, state="resolved", resolution="Another")
    assert not Block.objects.open().exists()


def test_what_two_issues_hold_up_goes_on_when_both_are_over(world, row):
    item, other = make.work_item(actor=world.boris, project=world.project), make.issue(actor=world.mei, space=world.project.space, title="Strike")
    for one in (row, other):
        issues.block(actor=world.mei, issue=one, item=item)
    issues.move(actor=world.boris, issue=row, version=None, state="resolved", resolution="A new crane")
    assert Block.objects.open().get(item=item).reason == "Strike"
    issues.move(actor=world.boris, issue=other, version=None, state="resolved", resolution="Agreed")
    assert not Block.objects.open().exists()


def test_the_title_of_an_issue_of_elsewhere_is_not_the_reason(world):
    closed = make.project(actor=world.alma, name="Closed", is_confidential=True)
    row = make.issue(actor=world.alma, space=closed.space, title="Redundancies in Hamburg")
    item = make.work_item(actor=world.boris, project=world.project)
    issues.block(actor=world.alma, issue=row, item=item)
    block = Block.objects.open().get(item=item)
    assert "Hamburg" not in block.reason
    assert "Hamburg" not in str(Event.objects.of(block).get().text.changes)


def test_found_to_be_no_issue_its_risk_is_open_again(world):
    risk = make.risk(actor=world.mei, space=world.project.space)
    row = make.issue(actor=world.boris, space=world.project.space, risk=risk)
    issues.move(actor=world.boris, issue=row, version=None, state="cancelled", resolution="It was another crane")
    risk.refresh_from_db()
    assert (risk.state, str(risk.expected_days)) == ("open", "4.33")
    issues.move(actor=world.boris, issue=row, version=None, state="open")
    risk.refresh_from_db()
    assert (risk.state, risk.expected_days) == ("happened", 0)
