"""The trace of a record: the chain both ways, its gaps, what a reader may not see, bounded and with as many queries as ever."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.people import scoping
from tandem.product.actions import features, feedback_links
from tandem.reports.queries import trace as reads
from tandem.strategy.actions import objectives
from tandem.work.actions import blocks, checklists, work_items
from tests import make


@pytest.fixture
def chain(world):
    """Feedback → feature → epic with two stories → release → objective."""
    release = make.release(actor=world.chen, product=world.product)
    feature = make.feature(actor=world.chen, product=world.product, release=release)
    said = make.feedback(actor=world.chen, product=world.product, title="One <queue>")
    feedback_links.link(actor=world.chen, feedback=said, feature=feature, quote="")
    epic = make.work_item(actor=world.boris, project=world.project, title="Berths")
    story = make.work_item(actor=world.boris, project=world.project, title="Book a berth", parent=epic)
    make.work_item(actor=world.boris, project=world.project, title="Free a berth", parent=epic, state="done")
    checklists.add(actor=world.boris, item=story, text="[x] Shown to a shipper\nNo double booking", is_acceptance=True)
    checklists.add(actor=world.boris, item=story, text="A step")
    features.add_scope(actor=world.chen, subject=feature, items=[epic])
    objective = make.objective(actor=world.alma)
    objectives.contribute(actor=world.alma, objective=objective, subject=feature, weight=60)
    return {"feedback": said, "feature": feature, "work-item": story, "release": release, "objective": objective, "epic": epic}


@pytest.mark.parametrize("kind", ["feedback", "feature", "release", "objective"])
def test_the_whole_chain_is_found_from_each_of_its_records(world, chain, kind):
    found = reads.trace(world.alma, kind, chain[kind])
    ids = {name: [m.key[1] for m in marks] for name, marks in found.columns.items()}
    assert ids == {
        "feedback": [chain["feedback"].pk], "features": [chain["feature"].pk], "items": [chain["epic"].pk], "releases": [chain["release"].pk],
        "objectives": [chain["objective"].pk],
    }  # fmt: skip
    assert len(found.edges) == 4
    sums = found.columns["items"][0].sums
    assert (sums.items, sums.done, sums.checks, sums.passed) == (2, 1, 2, 1), "a step is no acceptance check, a parent is not counted"


def test_a_story_below_the_scope_belongs_to_the_feature(world, chain):
    found = reads.trace(world.alma, "work-item", chain["work-item"])
    assert [m.key[1] for m in found.columns["items"]] == [chain["work-item"].pk]
    assert [m.key[1] for m in found.columns["feedback"]] == [chain["feedback"].pk]
    assert found.columns["objectives"][0].weight == 60


def test_gaps_are_named_and_lead_somewhere(world, signed_in):
    feature = make.feature(actor=world.chen, product=world.product)
    found = reads.trace(world.chen, "feature", feature)
    assert [m.key for marks in found.columns.values() for m in marks if m.key[1] == "gap"] == [
        ("feedback", "gap"), ("items", "gap"), ("releases", "gap"), ("objectives", "gap")
    ]  # fmt: skip
    text = signed_in(world.chen).get(reverse("trace", kwargs={"kind": "feature", "id": feature.pk})).content.decode()
    assert "Nobody asked for it" in text and "No work items" in text and "In no release" in text and "Serves no objective" in text


def test_an_item_that_nobody_asked_for(world, signed_in):
    item = make.work_item(actor=world.boris, project=world.project)
    text = signed_in(world.mei).get(reverse("trace", kwargs={"kind": "work-item", "id": item.pk})).content.decode()
    assert "In no feature" in text


def test_the_page_leads_to_every_record_and_escapes(world, chain, signed_in):
    blocks.start(actor=world.boris, item=chain["work-item"], reason="No crane")
    text = signed_in(world.alma).get(reverse("trace", kwargs={"kind": "release", "id": chain["release"].pk})).content.decode()
    assert "One &lt;queue&gt;" in text and "One <queue>" not in text
    for name, row in (("feedback_detail", "feedback"), ("features_detail", "feature"), ("releases_detail", "release"), ("objectives_detail", "objective")):
        assert f'href="{reverse(name, kwargs={"id": chain[row].pk})}"' in text
    assert f'href="{reverse("work_item", kwargs={"key": chain["epic"].key})}"' in text
    assert "1 of 2 acceptance checks" in text and "1 blocked" in text and "1 of 2 done" in text


def test_what_one_may_not_see_is_counted_and_not_named(world, chain):
    """A reader of the product alone."""
    reader = make.user(actor=world.admin, name="Rita", role="stakeholder", space=world.product.space)
    found = reads.trace(reader, "feature", chain["feature"])
    assert [m.key for m in found.columns["items"]] == [("items", "unseen")]
    assert [m.key for m in found.columns["objectives"]] == [("objectives", "unseen")]
    assert (("features", chain["feature"].pk), ("items", "unseen")) in found.edges


def test_strangers_and_unknown_kinds_find_nothing(world, chain, signed_in):
    client = signed_in(world.dana)
    for kind in ("feedback", "feature", "work-item", "release", "objective", "user"):
        assert client.get(reverse("trace", kwargs={"kind": kind, "id": getattr(chain.get(kind), "pk", 1)})).status_code == 404
    item = chain["work-item"]
    work_items.remove(actor=world.boris, item=item, version=None)
    assert signed_in(world.boris).get(reverse("trace", kwargs={"kind": "work-item", "id": item.pk})).status_code == 404


def test_pages_link_to_it(world, chain, signed_in):
    client = signed_in(world.alma)
    for kind, page in (("feature", "features_detail"), ("feedback", "feedback_detail"), ("release", "releases_detail"), ("objective", "objectives_detail")):
        assert reverse("trace", kwargs={"kind": kind, "id": chain[kind].pk}) in client.get(reverse(page, kwargs={"id": chain[kind].pk})).content.decode()
    story = chain["work-item"]
    assert reverse("trace", kwargs={"kind": "work-item", "id": story.pk}) in client.get(reverse("work_item", kwargs={"key": story.key})).content.decode()


def _grow(world, chain, count):
    for number in range(count):
        feature = make.feature(actor=world.chen, product=world.product, title=f"F{number}", release=chain["release"])
        said = make.feedback(actor=world.chen, product=world.product, title=f"Said {number}")
        feedback_links.link(actor=world.chen, feedback=said, feature=feature, quote="")
        item = make.work_item(actor=world.boris, project=world.project, title=f"Item {number}")
        features.add_scope(actor=world.chen, subject=feature, items=[item])
        objectives.contribute(actor=world.alma, objective=chain["objective"], subject=feature, weight=10)


def test_it_is_bounded_and_asks_as_often_for_many_as_for_few(world, chain, signed_in):
    client, address = signed_in(world.alma), reverse("trace", kwargs={"kind": "release", "id": chain["release"].pk})
    scoping.forget_roles()
    client.get(address)
    counts = []
    for more in (2, 12):
        _grow(world, chain, more)
        with CaptureQueriesContext(connection, ) as few:
            text = client.get(address).content.decode()
        counts.append(len(few))
    assert counts[0] == counts[1] <= 45
    found = reads.trace(world.alma, "release", chain["release"])
    assert all(len(marks) <= reads.SHOWN[name] + 3 for name, marks in found.columns.items())
    assert found.mark(("features", "more")).count == 5 and "and 5 more" in text


def _text(client, kind, row):
    return client.get(reverse("trace", kwargs={"kind": kind, "id": row.pk})).content.decode()


def test_an_item_in_two_features_is_counted_once(world, chain, signed_in):
    other = make.feature(actor=world.chen, product=world.product, title="Stories", release=chain["release"])
    features.add_scope(actor=world.chen, subject=other, items=[chain["work-item"]])
    assert "2 work items, 1 done" in _text(signed_in(world.alma), "release", chain["release"])


def test_votes_are_said_of_all_or_not_at_all(world, chain, signed_in):
    client = signed_in(world.alma)
    for number in range(reads.SHOWN["feedback"]):
        said = make.feedback(actor=world.chen, product=world.product, title=f"Said {number}", outside_votes=1)
        feedback_links.link(actor=world.chen, feedback=said, feature=chain["feature"], quote="")
    assert "9 entries of feedback →" in re.sub(r"\s+", " ", _text(client, "feature", chain["feature"]))


def test_nothing_of_an_objective_is_said_to_be_served_by_nothing(world, signed_in):
    row = make.objective(actor=world.alma)
    assert [mark.weight for mark in reads.trace(world.alma, "objective", row).columns["objectives"]] == [0]
    text = _text(signed_in(world.alma), "objective", row)
    assert "Nothing serves it" in text and "0 % ·" in text and "100 %" not in text
