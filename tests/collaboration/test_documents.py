"""Pages of a space: their versions, their tree, remarks on passages, and two people who write at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration import passages
from tandem.collaboration.actions import documents, passage_comments
from tandem.collaboration.models import Document, DocumentVersion, Notification, PassageComment
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tests import make
from tests.collaboration.told import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world):
    return documents.create(actor=world.mei, space=world.project.space, title="How we work", body="We ship on **Tuesdays**.\nNever on Fridays.")


def test_each_save_is_a_version_and_what_did_not_change_is_none(world, page):
    documents.change(actor=world.boris, document=page, version=1, body="We ship on Mondays.\r\n", note="New day")
    again = documents.change(actor=world.boris, document=page, version=2, title="How we work", body="We ship on Mondays.")
    assert (again.edition, again.version, again.edited_by) == (2, 2, world.boris)
    kept = list(DocumentVersion.objects.filter(document=page).order_by("number").values_list("number", "body", "note", "author__name"))
    assert kept == [(1, "We ship on **Tuesdays**.\nNever on Fridays.", "", "Mei Lin"), (2, "We ship on Mondays.", "New day", "Boris Orlov")]
    verbs = list(Event.objects.filter(subject_kind="collaboration.document", subject_id=page.pk).order_by("id").values_list("verb", flat=True))
    assert verbs == ["document.created", "document.changed"]


def test_of_two_writers_the_second_sees_what_the_first_saved_and_both_texts_stay(world, page):
    read_by_both = page.version
    documents.change(actor=world.boris, document=page, version=read_by_both, body="Boris was faster.")
    with pytest.raises(Stale) as told:
        documents.change(actor=world.mei, document=page, version=read_by_both, body="Mei was slower.")
    assert told.value.current.body == "Boris was faster."
    documents.change(actor=world.mei, document=page, version=told.value.current.version, body="Both.")
    assert list(DocumentVersion.objects.filter(document=page).order_by("number").values_list("body", flat=True))[1:] == ["Boris was faster.", "Both."]


def test_an_earlier_version_is_said_again_as_the_newest(world, page):
    documents.change(actor=world.mei, document=page, version=None, title="Other", body="Gone")
    now = documents.restore(actor=world.boris, document=page, version=2, number=1)
    assert (now.title, now.edition, now.body[:7]) == ("How we work", 3, "We ship")
    with pytest.raises(Refused, match="document_version_unknown"):
        documents.restore(actor=world.boris, document=page, version=None, number=9)
    with pytest.raises(Stale):
        documents.restore(actor=world.boris, document=page, version=1, number=2)


def test_pages_stand_below_pages_of_their_space_and_never_below_themselves(world, page):
    below = documents.create(actor=world.mei, space=world.project.space, title="Release day", parent=page)
    with pytest.raises(Refused, match="document_below_itself"):
        documents.change(actor=world.mei, document=page, version=None, parent=below)
    with pytest.raises(Refused, match="document_below_itself"):
        documents.change(actor=world.mei, document=page, version=None, parent=page)
    elsewhere = documents.create(actor=world.chen, space=world.product.space, title="Vision")
    with pytest.raises(Refused, match="document_parent_elsewhere"):
        documents.change(actor=world.mei, document=page, version=None, parent=elsewhere)
    with pytest.raises(Refused, match="document_has_pages"):
        documents.remove(actor=world.mei, document=page)
    deep = below
    for n in range(documents.DEEPEST - 2):
        deep = documents.create(actor=world.mei, space=world.project.space, title=f"{n}", parent=deep)
    with pytest.raises(Refused, match="document_too_deep"):
        documents.create(actor=world.mei, space=world.project.space, title="Too deep", parent=deep)
    top = documents.create(actor=world.mei, space=world.project.space, title="A new top")
    with pytest.raises(Refused, match="document_too_deep"):
        documents.change(actor=world.mei, document=page, version=None, parent=top)


def test_a_page_moves_among_its_siblings_and_stops_at_the_ends(world, page):
    second, third = (documents.create(actor=world.mei, space=world.project.space, title=title) for title in ("Second", "Third"))
    documents.move(actor=world.mei, document=third, version=None, is_up=True)
    documents.move(actor=world.mei, document=page, version=None, is_up=True)
    assert list(Document.objects.filter(space=world.project.space).in_order().values_list("title", flat=True)) == ["How we work", "Third", "Second"]
    assert Event.objects.filter(verb="document.moved").count() == 1
    second.refresh_from_db()
    with pytest.raises(Stale):
        documents.move(actor=world.mei, document=second, version=second.version + 1, is_up=True)


def test_whatever_touches_the_tree_holds_the_space_before_the_page(world, page):
    """Two that held them the other way round would wait for each other for ever."""
    documents.create(actor=world.mei, space=world.project.space, title="Second")
    deeds = (
        lambda: documents.change(actor=world.mei, document=page, version=None, title="How", body="x", parent=None),
        lambda: documents.move(actor=world.mei, document=page, version=None, is_up=False),
        lambda: documents.remove(actor=world.mei, document=page),
    )
    for do in deeds:
        with CaptureQueriesContext(connection) as asked:
            do()
        held = [one["sql"].split(" FROM ")[1].split()[0] for one in asked if " FOR " in one["sql"] and one["sql"].startswith("SELECT")]
        assert held[0] == '"people_space"', held


def test_words_of_a_page_are_found_however_they_are_marked_up(page):
    assert passages.words_of(page.body) == "We ship on Tuesdays. Never on Fridays."
    assert passages.holds(page.body, "on Tuesdays. Never")
    assert passages.holds("| a | b |\n|---|---|\n| one | two |\n\n- three\n- `four`", "two three four")
    assert not passages.holds(page.body, "on **Tuesdays**")


def test_a_remark_stands_on_its_words_and_says_when_they_go_and_come_back(world, page):
    first = passage_comments.add(actor=world.mei, document=page, quote=" on\n Tuesdays ", body="Why?")
    other = passage_comments.add(actor=world.mei, document=page, quote="Never on", body="Really?")
    passage_comments.answer(actor=world.boris, passage_comment=first, body="The harbour")
    with pytest.raises(Refused, match="passage_unknown"):
        passage_comments.add(actor=world.mei, document=page, quote="on Sundays", body="Why?")
    documents.change(actor=world.boris, document=page, version=None, body="We ship on Mondays. Never on Fridays.")
    first.refresh_from_db(), other.refresh_from_db()
    assert (first.quote, first.lost_in, other.lost_in) == ("on Tuesdays", 2, None)
    documents.change(actor=world.boris, document=page, version=None, body="Never on Fridays.")
    first.refresh_from_db()
    assert first.lost_in == 2, "it went in version 2, whatever came after"
    documents.restore(actor=world.boris, document=page, version=None, number=1)
    first.refresh_from_db()
    assert first.lost_in is None


def test_who_may_remark_settle_and_take_away(world, page):
    stakeholder = make.user(actor=world.admin, name="Sia", role=Role.STAKEHOLDER, space=world.project.space)
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    mine = passage_comments.add(actor=stakeholder, document=page, quote="Fridays", body="Good")
    theirs = passage_comments.add(actor=world.mei, document=page, quote="Fridays", body="Bad")
    passage_comments.settle(actor=stakeholder, passage_comment=mine, version=1)
    for user, error in ((stakeholder, Denied), (auditor, Denied), (world.dana, Hidden)):
        with pytest.raises(error):
            passage_comments.settle(actor=user, passage_comment=theirs, version=None)
        with pytest.raises(error):
            passage_comments.remove(actor=user, passage_comment=theirs)
    for user, error in ((auditor, Denied), (world.dana, Hidden)):
        with pytest.raises(error):
            passage_comments.add(actor=user, document=page, quote="Fridays", body="Why?")
        for do in (
            lambda: documents.create(actor=user, space=world.project.space, title="x"),
            lambda: documents.change(actor=user, document=page, version=None, body="x"),
            lambda: documents.restore(actor=user, document=page, version=None, number=1),
            lambda: documents.move(actor=user, document=page, version=None, is_up=True),
            lambda: documents.remove(actor=user, document=page),
        ):
            with pytest.raises(error):
                do()
    with pytest.raises(Denied):
        documents.change(actor=stakeholder, document=page, version=None, body="x")
    passage_comments.remove(actor=world.boris, passage_comment=theirs)
    assert list(PassageComment.objects.values_list("pk", flat=True)) == [mine.pk]


def test_what_others_answered_goes_only_with_who_manages_access_and_each_on_record(world, page):
    first = passage_comments.add(actor=world.mei, document=page, quote="Fridays", body="Why?")
    mine = passage_comments.answer(actor=world.mei, passage_comment=first, body="I see")
    theirs = passage_comments.answer(actor=world.admin, passage_comment=first, body="The tide")
    all_three = {first.pk, mine.pk, theirs.pk}
    with pytest.raises(Refused, match="passage_answered"):
        passage_comments.remove(actor=world.mei, passage_comment=first)
    passage_comments.remove(actor=world.admin, passage_comment=theirs)
    passage_comments.remove(actor=world.mei, passage_comment=first)
    assert not PassageComment.objects.exists()
    gone = set(Event.objects.filter(verb="passage_comment.removed").values_list("subject_id", flat=True))
    assert gone == all_three
    other = passage_comments.add(actor=world.mei, document=page, quote="Fridays", body="Why?")
    passage_comments.answer(actor=world.mei, passage_comment=other, body="I see")
    passage_comments.remove(actor=world.admin, passage_comment=other)
    assert not PassageComment.objects.exists()


def test_whoever_wrote_a_page_hears_of_a_remark(world, page):
    tell()
    passage_comments.add(actor=world.boris, document=page, quote="Fridays", body="Why?")
    tell()
    told = Notification.objects.get(user=world.mei)
    assert (told.kind, told.subject_kind, told.subject_id) == ("comment", "collaboration.document", page.pk)


def test_a_page_goes_with_its_versions_and_remarks(world, page):
    passage_comments.add(actor=world.mei, document=page, quote="Fridays", body="Why?")
    documents.remove(actor=world.boris, document=page, version=1)
    assert (DocumentVersion.objects.count(), PassageComment.objects.count()) == (0, 0)
    assert Event.objects.filter(verb="document.removed").count() == 1
