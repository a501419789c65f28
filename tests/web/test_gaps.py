"""What is built and not asked for, and what is asked for and not built."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.people import scoping
from tandem.product.actions import customers, features, feedback_links
from tandem.reports.queries import gaps as reads
from tandem.strategy.actions import objectives
from tests import make


def _linked(world, feature, title="We wait", **values):
    said = make.feedback(actor=world.chen, product=world.product, title=title, **values)
    feedback_links.link(actor=world.chen, feedback=said, feature=feature, quote="")
    return said


def _scoped(world, feature):
    item = make.work_item(actor=world.boris, project=world.project, title=f"For {feature.title}")
    features.add_scope(actor=world.chen, subject=feature, items=[item])
    return item


def test_feedback_a_promise_or_an_objective_asks_for_a_feature(world):
    names = ("asked", "promised", "served", "by release", "nobody")
    rows = {name: make.feature(actor=world.chen, product=world.product, title=name) for name in names}
    release = make.release(actor=world.chen, product=world.product)
    features.change(actor=world.chen, feature=rows["by release"], version=None, release=release)
    _linked(world, rows["asked"])
    make.promise(actor=world.chen, subject=rows["promised"])
    make.promise(actor=world.chen, subject=release)
    objectives.contribute(actor=world.alma, objective=make.objective(actor=world.alma), subject=rows["served"], weight=50)
    _scoped(world, rows["nobody"])
    found = reads.read(world.alma, world.product)
    assert [(one.feature.title, one.sum.open) for one in found.idle] == [("nobody", 1)]
    assert (found.idle_count, found.open_features) == (1, 5)


def test_what_is_asked_for_without_work(world):
    bare, built, shipped = (make.feature(actor=world.chen, product=world.product, title=name) for name in ("bare", "built", "shipped"))
    features.change(actor=world.chen, feature=shipped, version=None, state="shipped")
    customer = customers.create(actor=world.chen, space=world.product.space, name="Harbour", weight="8")
    for feature in (bare, built, shipped):
        _linked(world, feature, f"For {feature.title}", customer=customer, outside_votes=3)
    _linked(world, bare, "Again", customer=customer)
    _scoped(world, built)
    make.feedback(actor=world.chen, product=world.product, title="Nobody read it", outside_votes=4)
    found = reads.read(world.chen, world.product)
    ((feature, entries, votes, weight),) = found.waiting
    assert (feature.title, entries, votes, weight) == ("bare", 2, 3, 8), "a customer counts once"
    assert [f.title for f in found.unlinked] == ["Nobody read it"] and (found.unlinked_count, found.unlinked_votes) == (1, 4)


def test_open_items_in_no_feature_of_the_projects_that_deliver(world):
    feature = make.feature(actor=world.chen, product=world.product)
    epic = _scoped(world, feature)
    make.work_item(actor=world.boris, project=world.project, title="Below", parent=epic)
    make.work_item(actor=world.boris, project=world.project, title="Finished", state="done")
    alone = make.work_item(actor=world.boris, project=world.project, title="Alone")
    other = make.project(actor=world.alma, name="Elsewhere", key="ELS")
    make.work_item(actor=world.alma, project=other, title="Not ours")
    found = reads.read(world.alma, world.product)
    assert [(one.project, one.count, one.items) for one in found.loose] == [(world.project, 1, [alone])]
    reader = make.user(actor=world.admin, name="Rita", role="stakeholder", space=world.product.space)
    assert reads.read(reader, world.product).loose == []
    objectives.contribute(actor=world.alma, objective=make.objective(actor=world.alma), subject=world.project, weight=50)
    assert reads.read(world.alma, world.product).loose == []


def test_the_page_in_its_states_and_for_whom(world, signed_in):
    address, client = reverse("product_gaps", kwargs={"id": world.product.pk}), signed_in(world.chen)
    assert "Nothing to compare yet" in client.get(address).content.decode()
    make.feature(actor=world.chen, product=world.product, title="An idea", state="idea")
    assert "Everything that is built was asked for" in client.get(address).content.decode()
    make.feature(actor=world.chen, product=world.product, title="<i>Idle</i>", state="planned")
    make.feedback(actor=world.chen, product=world.product, title="Unread")
    text = client.get(address).content.decode()
    assert "&lt;i&gt;Idle" in text and "Unread" in text and "Nobody asked for 1 feature." in text
    assert signed_in(world.dana).get(address).status_code == 404
    assert address in client.get(reverse("products_detail", kwargs={"id": world.product.pk})).content.decode()


def test_it_asks_as_often_for_many_as_for_few(world, signed_in):
    address, client, counts = reverse("product_gaps", kwargs={"id": world.product.pk}), signed_in(world.alma), []
    scoping.forget_roles()
    for more in (2, 6):
        for number in range(more):
            idle, asked = (make.feature(actor=world.chen, product=world.product, title=f"{what} {more}.{number}") for what in ("Idle", "Asked"))
            _scoped(world, idle)
            customer = customers.create(actor=world.chen, space=world.product.space, name=f"C {more}.{number}")
            _linked(world, asked, f"Said {more}.{number}", customer=customer)
            make.feedback(actor=world.chen, product=world.product, title=f"Unread {more}.{number}", customer=customer)
            make.work_item(actor=world.boris, project=world.project, title=f"Alone {more}.{number}")
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        counts.append(len(found))
    assert counts[0] == counts[1] <= 40
