"""Rules: set off once by what happens, as their owner and never beyond, written down, and stopped when they chase each other."""

from datetime import timedelta

import pytest

from tandem.automation import trials
from tandem.automation.actions import hooks, rules, running
from tandem.automation.models import Delivery, Followed, Rule, RuleRun
from tandem.collaboration.actions import comments
from tandem.collaboration.models import Comment, Notification
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.work.actions import blocks, work_items
from tandem.work.models import State, WorkItem
from tests import make
from tests.automation.receiver import follow


def rule_of(world, trigger="created", steps=None, **values):
    given = {
        "actor": world.boris,
        "space": world.project.space,
        "name": "A rule",
        "trigger": trigger,
        "steps": steps or [{"do": "priority", "to": 1}],
    }
    return rules.create(**given | values)


def run_all() -> None:
    """Until nothing waits any more."""
    for _ in range(20):
        follow()
        waiting = list(RuleRun.objects.waiting().order_by("id").values_list("pk", flat=True))
        if not waiting:
            return
        for pk in waiting:
            running.run(pk)
    raise AssertionError("rules do not come to an end")


def _done(world) -> State:
    return make.state_of(world.project, "done")


@pytest.fixture
def item(world):
    made = make.work_item(actor=world.mei, project=world.project, title="Sand the hull")
    follow()
    return made


def again(item) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def test_a_rule_does_its_steps_once_as_its_owner(world, item):
    rule = rule_of(
        world,
        "moved",
        [
            {"do": "priority", "to": 2},
            {"do": "label", "label": "ready"},
            {"do": "assign", "to": world.mei.pk},
            {"do": "comment", "text": "Checked."},
        ],
        facts={"state": _done(world).pk},
    )
    work_items.move(actor=world.mei, item=item, version=None, state=_done(world))
    run_all()
    Followed.objects.update(sequence=0)
    run_all()
    now = again(item)
    assert (now.priority, now.labels, list(now.assignees.all())) == (2, ["ready"], [world.mei])
    said = Comment.objects.get()
    assert said.author == world.boris and said.body.startswith("Checked.") and "A rule" in said.body
    row = RuleRun.objects.get()
    assert (row.outcome, row.depth, row.rule) == ("done", 0, rule)
    assert Event.objects.filter(run=row.run, actor=world.boris).count() == 2


def test_another_state_or_field_does_not_set_it_off(world, item):
    rule_of(world, "moved", facts={"state": _done(world).pk})
    rule_of(world, "changed", facts={"field": "due_on"})
    work_items.move(
        actor=world.mei, item=item, version=None, state=make.state_of(world.project, "in_progress")
    )
    work_items.change(actor=world.mei, item=again(item), version=None, labels=["x"])
    run_all()
    assert not RuleRun.objects.exists()
    work_items.change(actor=world.mei, item=again(item), version=None, due_on=clock.today())
    run_all()
    assert RuleRun.objects.get().outcome == "done"


@pytest.mark.parametrize("trigger", ["blocked", "unblocked", "commented", "changed"])
def test_each_trigger_finds_its_item(world, item, trigger):
    rule_of(
        world,
        trigger,
        [{"do": "label", "label": "seen"}],
        facts={"field": "title"} if trigger == "changed" else {},
    )
    block = blocks.start(actor=world.mei, item=item, reason="No crane")
    blocks.end(actor=world.mei, block=block, version=None)
    comments.add(actor=world.mei, subject=item, body="Soon.")
    work_items.change(actor=world.mei, item=again(item), version=None, title="Sand it")
    run_all()
    assert again(item).labels == ["seen"] and RuleRun.objects.count() == 1


def test_the_filter_decides_and_the_log_says_so(world):
    rule_of(world, condition="priority:high")
    make.work_item(actor=world.mei, project=world.project, priority=4)
    run_all()
    assert RuleRun.objects.get().outcome == "unmatched"
    make.work_item(actor=world.mei, project=world.project, priority=2)
    run_all()
    assert WorkItem.objects.order_by("-id").first().priority == 1


def test_a_rule_can_do_nothing_that_its_owner_may_not(world, item):
    rule_of(world, "commented")
    spaces.grant(actor=world.admin, space=world.project.space, user=world.boris, role="stakeholder")
    comments.add(actor=world.mei, subject=item, body="Now?")
    run_all()
    row = RuleRun.objects.get()
    assert (row.outcome, row.why) == ("refused", "rule_owner") and again(item).priority is None


def test_all_steps_or_none(world, item, receiver):
    hook = hooks.create(
        actor=world.boris, space=world.project.space, name="Chat", address=receiver.address, about=["comment"]
    )
    rule_of(
        world,
        "changed",
        [{"do": "priority", "to": 1}, {"do": "comment", "text": "Sent."}, {"do": "send", "hook": hook.pk}],
        facts={"field": "title"},
    )
    hooks.change(actor=world.boris, hook=hook, version=None, is_on=False)
    work_items.change(actor=world.mei, item=item, version=None, title="Sand it")
    run_all()
    row = RuleRun.objects.get()
    assert (row.outcome, row.why, row.params) == ("refused", "hook_off", {"name": "Chat"})
    assert again(item).priority is None and not Comment.objects.exists() and not Delivery.objects.exists()


def test_a_rule_sends_and_notifies(world, item, receiver):
    hook = hooks.create(
        actor=world.boris, space=world.project.space, name="Chat", address=receiver.address, about=["sprint"]
    )
    rule_of(world, "commented", [{"do": "send", "hook": hook.pk}, {"do": "notify", "to": "reporter"}])
    comments.add(actor=world.boris, subject=item, body="Now?")
    run_all()
    from tests.automation.receiver import send

    send()
    assert receiver.bodies[0]["verb"] == "rule" and receiver.bodies[0]["item"]["key"] == item.key
    assert Notification.objects.get(user=world.mei, facts__rule="A rule").subject_id == item.pk


def test_rules_that_chase_each_other_are_stopped(world, item):
    rule_of(
        world,
        "changed",
        [{"do": "label", "label": "b"}, {"do": "unlabel", "label": "a"}],
        facts={"field": "labels"},
        condition="label:a",
        name="to b",
    )
    rule_of(
        world,
        "changed",
        [{"do": "label", "label": "a"}, {"do": "unlabel", "label": "b"}],
        facts={"field": "labels"},
        condition="label:b",
        name="to a",
    )
    work_items.change(actor=world.mei, item=item, version=None, labels=["a"])
    run_all()
    assert RuleRun.objects.filter(outcome="done").count() == 2
    assert RuleRun.objects.filter(outcome="too_deep").exists()


def test_rules_that_answer_to_a_date_have_their_turn_once_as_well(world):
    late = make.work_item(actor=world.mei, project=world.project, due_on=clock.today() - timedelta(days=1))
    follow()
    begun = rule_of(world, "due", [{"do": "label", "label": "a"}], facts={"days": 0})
    Rule.objects.filter(pk=begun.pk).update(created_at=clock.now() - timedelta(days=5))
    for old, new in (("a", "b"), ("b", "a")):
        steps = [{"do": "label", "label": new}, {"do": "unlabel", "label": old}]
        rule_of(world, "changed", steps, facts={"field": "labels"}, condition=f"label:{old}", name=f"to {new}")
    running.queue_dates()
    run_all()
    assert RuleRun.objects.filter(outcome="done").count() == 3 and RuleRun.objects.filter(outcome="too_deep").exists()
    assert again(late).labels == ["a"] and not RuleRun.objects.filter(depth__gt=0, origin=None).exists()


def test_a_chain_ends_at_its_depth(world, item):
    for n in reversed(range(running.DEEPEST + 3)):
        rule_of(
            world,
            "changed",
            [{"do": "label", "label": f"l{n + 1}"}],
            facts={"field": "labels"},
            condition=f"label:l{n} -label:l{n + 1}",
            name=f"step {n}",
        )
    work_items.change(actor=world.mei, item=item, version=None, labels=["l0"])
    run_all()
    assert again(item).labels == [f"l{n}" for n in range(running.DEEPEST + 2)]
    assert RuleRun.objects.filter(outcome="too_deep").exists()


def test_a_due_date_that_passes_sets_it_off_once(world):
    yesterday = clock.today() - timedelta(days=1)
    old = make.work_item(actor=world.mei, project=world.project, due_on=yesterday - timedelta(days=40))
    late = make.work_item(actor=world.mei, project=world.project, due_on=yesterday)
    finished = make.work_item(actor=world.mei, project=world.project, due_on=yesterday, state="done")
    rule = rule_of(world, "due", [{"do": "priority", "to": 1}], facts={"days": 0})
    Rule.objects.filter(pk=rule.pk).update(created_at=clock.now() - timedelta(days=5))
    for _ in range(2):
        running.queue_dates()
        run_all()
    assert [again(one).priority for one in (old, late, finished)] == [None, 1, None]
    assert RuleRun.objects.count() == 1


def test_a_run_that_was_cut_short_leaves_nothing_and_is_done_once(world, item, monkeypatch):
    rule_of(world, "commented", [{"do": "priority", "to": 1}, {"do": "comment", "text": "Once."}])
    comments.add(actor=world.mei, subject=item, body="Now?")
    follow()
    pk = RuleRun.objects.waiting().get().pk

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "_end", dies)
        with pytest.raises(KeyboardInterrupt):
            running.run(pk)
    assert again(item).priority is None
    running.run(pk)
    running.run(pk)
    assert Comment.objects.filter(body__startswith="Once.").count() == 1


def test_a_trial_counts_and_does_nothing(world, item):
    for title in ("One", "Two"):
        work_items.change(actor=world.mei, item=again(item), version=None, title=title)
    make.work_item(actor=world.mei, project=world.project)
    rule = Rule(
        space=world.project.space,
        owner=world.boris,
        trigger="changed",
        facts={"field": "title"},
        condition="",
        steps=[{"do": "priority", "to": 1}],
    )
    found = trials.tried(rule, world.boris)
    assert (found.seen, found.times, found.items, found.is_cut) == (2, 2, [(item, 2)], False)
    rule.condition = "priority:high"
    assert trials.tried(rule, world.boris).times == 0
    assert trials.tried(rule, world.dana).seen == 0
    assert again(item).priority is None and not RuleRun.objects.exists()


def test_a_trial_reads_no_texts_and_says_when_there_were_more(world, item, monkeypatch, django_assert_max_num_queries):
    for n in range(4):
        work_items.change(actor=world.mei, item=again(item), version=None, description="long " * 500 + str(n))
    rule = Rule(space=world.project.space, owner=world.boris, trigger="changed", facts={"field": "description"}, condition="")
    monkeypatch.setattr(trials, "MOST", 3)
    with django_assert_max_num_queries(12) as asked:
        found = trials.tried(rule, world.boris)
    assert (found.seen, found.is_cut) == (3, True)
    assert not any("long long" in str(one) or 'eventtext"."changes" AS' in one["sql"] for one in asked.captured_queries)
    moved = Rule(space=world.project.space, owner=world.boris, trigger="moved", facts={"state": _done(world).pk}, condition="")
    assert trials.tried(moved, world.boris).seen == 0
    work_items.move(actor=world.mei, item=again(item), version=None, state=_done(world))
    assert trials.tried(moved, world.boris).seen == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"trigger": "never"}, "trigger_incomplete"), ({"trigger": "changed"}, "trigger_incomplete"),
        ({"trigger": "moved", "facts": {"state": 99999999}}, "trigger_incomplete"), ({"facts": {"state": 1}}, "trigger_incomplete"),
        ({"condition": "nonsense:1"}, "filter_field_unknown"), ({"steps": [{"do": "remove"}]}, "step_unknown"),
        ({"steps": [{"do": "move", "state": 10**30}]}, "step_unknown"), ({"steps": [{"do": "comment", "text": " "}]}, "step_unknown"),
        ({"steps": [{"do": "priority", "to": 1, "more": 2}]}, "step_unknown"), ({"steps": [{"do": "priority", "to": True}]}, "step_unknown"),
        ({"steps": [{"do": "priority", "to": 1}] * 6}, "steps_count"), ({"name": " "}, "title_empty"),
    ],
)  # fmt: skip
def test_a_rule_that_could_not_run_is_refused(world, values, code):
    with pytest.raises(Refused) as refused:
        rule_of(world, **values)
    assert refused.value.code == code


def test_people_and_hooks_of_elsewhere_are_refused(world, receiver):
    other = make.project(actor=world.alma, name="Yard")
    hook = hooks.create(
        actor=world.alma, space=other.space, name="Chat", address=receiver.address, about=["comment"]
    )
    for step in (
        {"do": "assign", "to": world.dana.pk},
        {"do": "send", "hook": hook.pk},
        {"do": "move", "state": make.state_of(other, "done").pk},
    ):
        with pytest.raises(Refused):
            rule_of(world, steps=[step])


def test_whoever_changes_a_rule_becomes_its_owner(world):
    rule = rule_of(world)
    with pytest.raises(Stale):
        rules.change(actor=world.alma, rule=Rule.objects.get(), version=rule.version + 5, is_on=False)
    rules.change(actor=world.alma, rule=Rule.objects.get(), version=rule.version, is_on=False)
    assert Rule.objects.get().owner == world.alma
    with pytest.raises(Denied):
        rules.change(actor=world.mei, rule=Rule.objects.get(), version=None, is_on=True)
    with pytest.raises(Hidden):
        rules.remove(actor=world.dana, rule=Rule.objects.get())
    with pytest.raises(Denied):
        rule_of(world, actor=world.mei)


def test_one_that_is_off_is_checked_as_well(world):
    rule = rule_of(world)
    with pytest.raises(Refused):
        rules.change(actor=world.boris, rule=rule, version=None, is_on=False, steps=[{}])
    Rule.objects.update(steps=[{"do": "move", "state": 0}])
    rules.change(actor=world.boris, rule=Rule.objects.get(), version=None, is_on=False)
    with pytest.raises(Refused):
        rules.change(actor=world.boris, rule=Rule.objects.get(), version=None, is_on=True)


def test_one_queued_twice_in_a_chain_works_once(world, item):
    rule = rule_of(world, steps=[{"do": "comment", "text": "Seen."}])
    for n in range(2):
        row = RuleRun.objects.create(space=world.project.space, rule=rule, item=item, mark=f"event:{n}", depth=1, origin=7)
        rows = [*RuleRun.objects.waiting()]
        assert rows == [row]
        running.run(row.pk)
    assert [*RuleRun.objects.order_by("id").values_list("outcome", flat=True)] == ["done", "too_deep"]
    assert Comment.objects.count() == 1
