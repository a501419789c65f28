"""Thanks: to somebody else, for something on record, seen by who sees that."""

import pytest

from tandem.collaboration.actions import thanks
from tandem.collaboration.models import Notification, Thanks
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Role
from tandem.reports.queries import thanks as reads
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, title="Mend the crane")


def test_thanks_tell_the_receiver_and_stand_where_the_record_stands(world, item):
    row = thanks.give(actor=world.boris, subject=item, receiver=world.mei, words="  For the  night shift ")
    assert (row.words, row.space_id) == ("For the night shift", item.space_id)
    told = Notification.objects.get(user=world.mei, facts__thanks="For the night shift")
    assert (told.subject_id, told.facts["who"]) == (item.pk, "Boris Orlov")
    for user, count in ((world.alma, 1), (world.mei, 1), (world.dana, 0)):
        assert len(reads.of_person(user, world.mei.pk)) == len(reads.on(user, item)) == len(reads.page(user, None)[0]) == count
    assert [one.record for one in reads.fresh(world.mei)] == [str(item)]
    event = Event.objects.get(verb="thanks.given")
    assert "night shift" not in str(event.changes), "words are personal: they can be erased"


def test_nobody_thanks_themselves_twice_or_who_does_not_see_it(world, item):
    with pytest.raises(Refused, match="thanks_to_oneself"):
        thanks.give(actor=world.mei, subject=item, receiver=world.mei, words="Me")
    with pytest.raises(Refused, match="thanks_unseen"):
        thanks.give(actor=world.boris, subject=item, receiver=world.dana, words="x")
    for words in (" ", "x" * 501):
        with pytest.raises(Refused, match="thanks_words"):
            thanks.give(actor=world.boris, subject=item, receiver=world.mei, words=words)
    thanks.give(actor=world.boris, subject=item, receiver=world.mei, words="x")
    with pytest.raises(Refused, match="thanks_given"):
        thanks.give(actor=world.boris, subject=item, receiver=world.mei, words="again")
    with pytest.raises(Hidden):
        thanks.give(actor=world.dana, subject=item, receiver=world.mei, words="x")
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    with pytest.raises(Denied):
        thanks.give(actor=auditor, subject=item, receiver=world.mei, words="x")


def test_ten_a_day_are_enough(world):
    items = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(11)]
    for one in items[:10]:
        thanks.give(actor=world.boris, subject=one, receiver=world.mei, words="x")
    with pytest.raises(Refused, match="thanks_too_many"):
        thanks.give(actor=world.boris, subject=items[10], receiver=world.mei, words="x")
    thanks.give(actor=world.chen, subject=items[10], receiver=world.mei, words="x")


def test_it_is_taken_back_with_its_news_and_giving_it_again_tells_nobody_twice(world, item):
    row = thanks.give(actor=world.boris, subject=item, receiver=world.mei, words="A secret")
    with pytest.raises(Denied):
        thanks.take_back(actor=make.user(actor=world.admin, name="Mo", role=Role.MEMBER, space=world.project.space), thanks=row)
    thanks.take_back(actor=world.boris, thanks=row)
    assert not Thanks.objects.exists()
    assert not Notification.objects.unread().filter(user=world.mei).exists()
    assert "A secret" not in str(list(Notification.objects.values_list("facts", flat=True)))
    thanks.give(actor=world.boris, subject=item, receiver=world.mei, words="Again")
    assert Notification.objects.filter(user=world.mei, mark__startswith="thanks:").count() == 1


def test_who_got_it_may_take_it_away_too(world, item):
    row = thanks.give(actor=world.boris, subject=item, receiver=world.mei, words="x")
    thanks.take_back(actor=world.mei, thanks=row)
    assert not Thanks.objects.exists()
