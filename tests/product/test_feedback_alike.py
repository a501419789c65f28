"""What reads alike is proposed, in English and Chinese, to those who see it; a group becomes an idea or one entry."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Hidden, Refused
from tandem.product.actions import feedback, feedback_groups, feedback_merges
from tandem.product.models import Feedback
from tandem.reports.queries import feedback_alike as reads
from tests import make


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(reads, "is_ready", lambda: True)
    reads.forget()
    yield
    reads.forget()


def test_nobody_waits_for_the_compiler(world, monkeypatch):
    said(world, "Dark mode for the mobile app", "Dark mode in the mobile app")
    monkeypatch.setattr(reads, "is_ready", lambda: False)
    monkeypatch.setattr(reads.likeness, "groups", None)
    assert reads.alike(world.chen, world.product, "dark mode in the app") == []
    assert not reads.groups(world.chen, world.product).is_ready


def said(world, *titles):
    return [make.feedback(actor=world.chen, product=world.product, title=title, text="") for title in titles]


def titles(found):
    return [one.row.title for one in found]


def test_english_and_chinese(world):
    said(world, "Dark mode for the mobile app", "Export the plan as PDF", "希望增加深色模式", "导出为表格")
    assert titles(reads.alike(world.chen, world.product, "dark mode in the app")) == ["Dark mode for the mobile app"]
    assert titles(reads.alike(world.chen, world.product, "请增加深色模式")) == ["希望增加深色模式"]
    assert reads.alike(world.chen, world.product, "app") == []


def test_what_is_new_is_found_and_what_was_merged_speaks_through_the_other(world):
    (first,) = said(world, "Dark mode for the mobile app")
    assert len(reads.alike(world.chen, world.product, "dark mode for the app")) == 1
    (second,) = said(world, "Dark mode for all of the app")
    assert len(reads.alike(world.chen, world.product, "dark mode for the app")) == 2
    feedback_merges.merge(actor=world.chen, feedback=second, version=None, into=first)
    assert titles(reads.alike(world.chen, world.product, "dark mode for the app")) == [first.title]
    feedback.remove(actor=world.chen, feedback=Feedback.objects.get(pk=second.pk))
    assert titles(reads.alike(world.chen, world.product, "dark mode for the app", but=first.pk)) == []


def test_nobody_is_shown_what_they_may_not_see(world, signed_in):
    said(world, "Dark mode for the mobile app")
    assert reads.alike(world.dana, world.product, "dark mode for the app") == []
    asked = f"/feedback/alike/?product={world.product.pk}&title=dark+mode+for+the+app"
    assert signed_in(world.dana).get(asked).status_code == 404
    assert b"Dark mode" in signed_in(world.chen).get(asked).content
    assert signed_in(world.chen).get(f"/feedback/alike/?product={world.product.pk}&title=%00dark").status_code in (200, 400)


def test_a_group_becomes_an_idea_with_all_links(world, signed_in):
    rows = said(world, "Dark mode for the app", "Dark mode for the app!", "Night rates")
    found = reads.groups(world.chen, world.product)
    assert [sorted(row.pk for row in group.members) for group in found.found] == [[rows[0].pk, rows[1].pk]]
    page = signed_in(world.chen).get(f"/feedback/groups/?product={world.product.pk}")
    assert b"Make an idea of it" in page.content
    feature = feedback_groups.accept(actor=world.chen, product=world.product, entries=rows[:2], title="Dark mode")
    assert (feature.state, feature.feedback_links.count()) == ("idea", 2)
    assert reads.groups(world.chen, world.product).found == []
    assert Event.objects.filter(verb="feedback.linked").count() == 2


def test_a_group_becomes_one_entry(world):
    rows = said(world, "Dark mode for the app", "Dark mode for the app!", "Dark mode, app")
    kept = feedback_groups.unite(actor=world.chen, product=world.product, entries=rows, into=rows[0])
    assert Feedback.objects.filter(merged_into=kept).count() == 2


def test_one_entry_alone_becomes_an_idea_on_its_page(world, signed_in):
    (one,) = said(world, "Dark mode")
    client = signed_in(world.chen)
    assert b"Make an idea of it" in client.get(f"/feedback/{one.pk}/").content
    page = client.post(f"/products/{world.product.pk}/feedback-groups/", {"entry": one.pk, "do": "idea", "title": "Dark mode at night"}, follow=True)
    (link,) = one.links.select_related("feature")
    assert (link.feature.title, link.quote) == ("Dark mode at night", "Dark mode")
    assert page.request["PATH_INFO"] == f"/features/{link.feature_id}/"
    assert b"Make an idea of it" not in client.get(f"/feedback/{one.pk}/").content, "it has its answer"


def test_a_group_of_one_or_of_another_product_is_refused(world):
    (one,) = said(world, "Dark mode")
    with pytest.raises(Refused, match="group_too_small"):
        feedback_groups.unite(actor=world.chen, product=world.product, entries=[one], into=one)
    with pytest.raises(Refused, match="group_too_small"):
        feedback_groups.accept(actor=world.chen, product=world.product, entries=[], title="x")
    other = make.feedback(actor=world.alma, product=make.product(actor=world.alma, name="Other"))
    with pytest.raises(Refused, match="other_product"):
        feedback_groups.accept(actor=world.alma, product=world.product, entries=[one, other], title="x")
    with pytest.raises(Hidden):
        feedback_groups.accept(actor=world.dana, product=world.product, entries=[one, other], title="x")
