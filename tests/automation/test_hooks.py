"""Webhooks that go out: what they tell, to whom, signed, tried again, switched off, and never more than their owner sees."""

import hashlib
import hmac

import pytest

from tandem.automation import payloads
from tandem.automation.actions import deliveries, hooks
from tandem.automation.models import Delivery, Followed, Hook
from tandem.collaboration.actions import comments
from tandem.collaboration.models import Notification
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.work.actions import work_items
from tests import make
from tests.automation.receiver import follow, send


@pytest.fixture
def hook(world, receiver):
    return _hook(world, receiver)


def _hook(world, receiver, **values):
    given = {
        "actor": world.boris,
        "space": world.project.space,
        "name": "Chat",
        "address": receiver.address,
        "about": ["work_item", "comment"],
    }
    return hooks.create(**given | values)


def test_an_event_goes_out_once_signed_and_in_words(world, receiver, hook):
    item = make.work_item(actor=world.mei, project=world.project, title="Sand the hull")
    send()
    Followed.objects.update(sequence=0)
    send()
    (headers, body), (told,) = receiver.got[0], receiver.bodies
    moment, given = (part.partition("=")[2] for part in headers["Tandem-Signature"].split(","))
    assert given == hmac.new(hook.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert (told["verb"], told["item"]["key"], told["item"]["title"]) == (
        "work_item.created",
        item.key,
        "Sand the hull",
    )
    assert told["actor"]["name"] == "Mei Lin" and told["item"]["url"].endswith(f"/work-items/{item.key}/")
    row = Delivery.objects.get()
    assert (row.state, row.code, len(row.tries)) == ("delivered", 204, 1) and row.milliseconds is not None


def test_only_chosen_kinds_and_only_since_it_exists(world, receiver):
    make.work_item(actor=world.mei, project=world.project)
    _hook(world, receiver, about=["comment"])
    item = make.work_item(actor=world.mei, project=world.project)
    comments.add(actor=world.mei, subject=item, body="Ready?")
    send()
    assert [(one["verb"], one["item"]["key"]) for one in receiver.bodies] == [("comment.added", item.key)]


def test_one_above_hears_of_the_spaces_below_that_its_owner_sees(world, receiver):
    _hook(world, receiver, actor=world.alma, space=world.root)
    make.work_item(actor=world.boris, project=world.project)
    send()
    assert len(receiver.got) == 1
    other = make.project(actor=world.alma, name="Yard")
    _hook(world, receiver)
    make.work_item(actor=world.alma, project=other)
    send()
    assert len(receiver.got) == 2


def test_what_the_owner_no_longer_sees_is_not_sent(world, receiver, hook):
    make.work_item(actor=world.mei, project=world.project)
    follow()
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.boris)
    send()
    assert not receiver.got
    assert (Delivery.objects.get().state, Delivery.objects.get().why) == ("dropped", "unseen")


def test_a_failure_is_tried_again_and_given_up_at_last(world, receiver, hook):
    receiver.code = 500
    make.work_item(actor=world.mei, project=world.project)
    for _ in range(len(deliveries.PAUSES) + 3):
        send()
    row = Delivery.objects.get()
    assert (row.state, row.code, row.why) == ("failed", 500, "refused")
    assert len(row.tries) == len(receiver.got) == len(deliveries.PAUSES) + 1
    receiver.code = 200
    hooks.replay(actor=world.boris, delivery=row)
    send()
    assert Delivery.objects.order_by("-id").first().state == "delivered"
    hook.refresh_from_db()
    assert hook.failures == 0


def test_too_many_failures_switch_it_off_and_tell_its_owner(world, receiver, hook, monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_FAILURES", 3)
    receiver.code = 503
    items = [make.work_item(actor=world.mei, project=world.project) for _ in range(3)]
    send()
    hook.refresh_from_db()
    assert (hook.is_on, hook.failures) == (True, 0), "an outage of some seconds is none"
    Delivery.objects.order_by("-id")[:1].get().delete()
    for _ in range(len(deliveries.PAUSES)):
        send()
    monkeypatch.setattr(deliveries, "PAUSES", ())
    comments.add(actor=world.mei, subject=items[0], body="Here?")
    comments.add(actor=world.mei, subject=items[0], body="There?")
    send()
    hook.refresh_from_db()
    assert (hook.is_on, hook.off_because) == (False, "failures")
    assert Notification.objects.get(user=world.boris, subject_kind="automation.hook").facts == {
        "switched_off": "Chat"
    }
    assert Event.objects.filter(verb="hook.switched_off", actor=None).count() == 1
    tries = len(receiver.got)
    send()
    assert len(receiver.got) == tries and Delivery.objects.waiting().count() == 1, "what waits is held"
    hooks.change(actor=world.boris, hook=hook, version=None, is_on=True)
    assert (hook.failures, hook.off_because) == (0, "")
    receiver.code = 200
    send()
    assert Delivery.objects.filter(state="delivered").count() == 1


def test_long_texts_are_cut_so_that_the_message_goes_out(world, receiver, hook):
    item = make.work_item(actor=world.mei, project=world.project)
    comments.add(actor=world.mei, subject=item, body="舟" * 30_000)
    send()
    told = receiver.bodies[-1]
    assert told["text_is_cut"] and told["text"]["body"][1] == "舟" * 20_000
    assert "text_is_cut" not in receiver.bodies[0]
    tight = payloads._bounded({"text": {f"f{n}": [None, "舟" * 20_000] for n in range(9)}})
    assert tight["text_is_cut"] and len(tight["text"]["f0"][1]) == 2_000


def test_a_redirect_is_not_followed(world, receiver, hook):
    receiver.code, receiver.location = 302, receiver.address
    make.work_item(actor=world.mei, project=world.project)
    send()
    assert len(receiver.got) == 1 and Delivery.objects.get().why == "redirected"


def test_a_private_address_is_not_reached_unless_the_settings_say_so(world, receiver, hook, settings):
    settings.OUTGOING_NETWORKS = []
    make.work_item(actor=world.mei, project=world.project)
    send()
    assert not receiver.got and Delivery.objects.get().why == "unreachable"


def test_a_trial_goes_out_also_while_it_is_off_and_counts_for_nothing(world, receiver, hook):
    hooks.change(actor=world.boris, hook=hook, version=None, is_on=False)
    receiver.code = 500
    hooks.test(actor=world.boris, hook=hook)
    send()
    hook.refresh_from_db()
    assert receiver.bodies[0]["verb"] == "test" and hook.failures == 0
    assert Delivery.objects.get().state == "failed"


def test_whoever_changes_it_takes_it_over(world, receiver, hook):
    make.spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role="project_manager")
    world.dana.refresh_from_db()
    with pytest.raises(Stale):
        hooks.change(actor=world.dana, hook=hook, version=hook.version + 1, name="Mine")
    hook.refresh_from_db()
    hooks.change(actor=world.dana, hook=hook, version=hook.version, address=receiver.address + "&mine=1")
    hook.refresh_from_db()
    assert hook.owner == world.dana


def test_only_who_manages_automation_makes_them(world, receiver):
    with pytest.raises(Denied):
        _hook(world, receiver, actor=world.mei)
    with pytest.raises(Hidden):
        _hook(world, receiver, actor=world.dana)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/",
        "https://user:pass@example.org/",
        "https://exa mple.org",
        "javascript:alert(1)",
        "//example.org",
        "http://example.org:22/",
        "https://example.org/#x",
        "https://例.org/",
    ],
)
def test_odd_addresses_are_refused(world, receiver, address):
    with pytest.raises(Refused):
        _hook(world, receiver, address=address)


def test_neither_secret_nor_address_stands_in_the_history_or_the_table(world, receiver, hook):
    told = " ".join(
        map(str, Event.objects.filter(subject_kind="automation.hook").values_list("changes", flat=True))
    )
    assert "hidden" not in told and hook.secret not in told
    assert hook.secret not in str(Hook.objects.values().get())
    before = hook.secret
    hooks.renew_secret(actor=world.boris, hook=hook, version=None)
    assert hook.secret != before


def test_a_bulk_change_costs_few_queries(world, receiver, hook, django_assert_max_num_queries):
    items = [make.work_item(actor=world.mei, project=world.project) for _ in range(3)]
    follow()
    work_items.change_many(actor=world.mei, items=[(item, None) for item in items], priority=1)
    from tandem.history.seal import seal_new_events

    seal_new_events()
    with django_assert_max_num_queries(40):
        follow()
    assert Delivery.objects.count() == 6
