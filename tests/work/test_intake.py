"""Forms without an account: what is taken, what is refused, who decides, and the way back."""

from datetime import timedelta

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.web.markdown import rendered
from tandem.work.actions import intake, work_items
from tandem.work.models import IntakeForm, Submission, WorkItem, WorkItemType
from tests import make


@pytest.fixture
def form(world):
    bug = WorkItemType.objects.get(space=world.project.space, name="Bug")
    return intake.create_form(actor=world.boris, space=world.project.space, title="Ask us", type=bug)


def send(form, title="A crane", address="1.2.3.4", **values):
    return intake.submit(actor=None, form=form, title=title, address=address, **values)


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def test_what_is_sent_waits_and_becomes_an_item_of_the_type_of_the_form(world, form):
    row = send(form, title="  A\ncrane ", description="Big\r\none", email="ida@example.org")
    assert (row.title, row.description, row.state) == ("A crane", "Big\none", "waiting") and not WorkItem.objects.exists()
    item = intake.accept(actor=world.mei, submission=row, version=1)
    assert (item.title, item.type.name, item.reporter) == ("A crane", "Bug", world.mei) and "ida@" not in item.description
    assert Event.objects.get(verb="submission.received").actor is None
    assert code(lambda: intake.accept(actor=world.mei, submission=row, version=None)) == "decided_already"
    assert code(lambda: intake.decline(actor=world.mei, submission=row, version=None, reason="x")) == "decided_already"
    assert WorkItem.objects.count() == 1


def test_a_decision_is_taken_back_but_not_over_the_head_of_who_worked_on_it(world, form):
    row = send(form)
    item = intake.accept(actor=world.mei, submission=row, version=1)
    intake.reopen(actor=world.mei, submission=row)
    assert Submission.objects.waiting().count() == 1 and not WorkItem.objects.present().exists()
    assert code(lambda: intake.reopen(actor=world.mei, submission=row)) == "not_decided"
    item = intake.accept(actor=world.mei, submission=row, version=None)
    work_items.change(actor=world.boris, item=item, version=None, priority=1)
    assert code(lambda: intake.reopen(actor=world.mei, submission=row)) == "accepted_changed"
    other = send(form, title="B")
    assert code(lambda: intake.decline(actor=world.mei, submission=other, version=1, reason=" ")) == "reason_needed"
    with pytest.raises(Stale):
        intake.decline(actor=world.mei, submission=other, version=9, reason="no")
    intake.decline(actor=world.mei, submission=other, version=1, reason="No room")
    intake.reopen(actor=world.mei, submission=other)
    other.refresh_from_db()
    assert (other.state, other.reason, other.decided_by) == ("waiting", "", None)


def test_bounds_and_a_flood(world, form, monkeypatch):
    assert code(lambda: send(form, title=" \u202e ")) == "title_empty"
    assert code(lambda: send(form, title="x" * 201)) == "text_too_long"
    assert code(lambda: send(form, description="x" * 5001)) == "text_too_long"
    assert code(lambda: send(form, email="ida at example")) == "email_unreadable"
    assert code(lambda: send(form, email=f"{'i' * 60}@{'.'.join(['x' * 60] * 4)}.org")) == "email_unreadable"
    assert send(form, title="nul\x00 and \ud800 gone").title == "nul and gone"
    for n in range(4):
        send(form, title=f"n {n}")
    assert code(lambda: send(form, title="one more")) == "sent_too_often"
    assert send(form, title="n 3") == Submission.objects.get(title="n 3"), "the same twice is kept once"
    send(form, title="another", address="5.6.7.8")
    monkeypatch.setattr(intake, "MOST_OF_ALL", 6)
    assert code(lambda: send(form, title="more", address="9.9.9.9")) == "form_busy"
    Submission.objects.update(created_at=Submission.objects.first().created_at - timedelta(hours=2))
    send(form, title="an hour later")
    assert "1.2.3.4" not in str(list(Submission.objects.values()))


def test_markup_and_mentions_stay_words(world, form):
    hostile = "<script>alert(1)</script> [x](javascript:1) ![i](http://e.example/p.png) @[Dana](user:1) # no\n- no\n<http://e.example>"
    item = intake.accept(actor=world.mei, submission=send(form, description=hostile), version=1)
    html = rendered(item.description)
    assert "<a" not in html and "<img" not in html and "<script" not in html and "<h1" not in html and "<li" not in html
    assert "alert(1)" in html and "javascript:1" in html


def test_one_line_of_ipv6_is_one_sender_and_a_title_mentions_nobody(form):
    assert send(form, title="@[Dana](user:1)").title == "@ [Dana](user:1)"
    senders = [send(form, title=n, address=n).sender for n in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1", "::ffff:1.2.3.4", "1.2.3.4")]
    assert senders[0] == senders[1] != senders[2] and senders[3] == senders[4]


def test_a_link_that_was_taken_back_takes_nothing(world, form):
    intake.revoke_form(actor=world.boris, form=form)
    assert code(lambda: send(form)) == "form_closed"
    assert code(lambda: intake.revoke_form(actor=world.boris, form=IntakeForm.objects.get())) == "form_closed"


def test_who_may(world, form):
    row, reader = send(form), make.user(actor=world.admin, name="Iris", role="stakeholder")
    for person, problem in ((reader, Denied), (world.dana, Hidden)):
        for act in (
            lambda p: intake.accept(actor=p, submission=row, version=None),
            lambda p: intake.decline(actor=p, submission=row, version=None, reason="x"),
            lambda p: intake.reopen(actor=p, submission=row),
            lambda p: intake.create_form(actor=p, space=world.project.space, title="x"),
            lambda p: intake.revoke_form(actor=p, form=form),
        ):
            with pytest.raises(problem):
                act(person)
    with pytest.raises(Denied):
        intake.create_form(actor=world.mei, space=world.project.space, title="x")
    other = make.project(actor=world.alma, name="Yard", key="YAR")
    alien = WorkItemType.objects.filter(space=other.space).first()
    assert code(lambda: intake.create_form(actor=world.boris, space=world.project.space, title="x", type=alien)) == "other_space"
