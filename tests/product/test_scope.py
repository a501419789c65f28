"""What belongs to a feature or a release: the same item twice is once, also when two add it in the same moment."""

import pytest
from django.db import connection

from tandem.history.models import Event
from tandem.product.actions import features
from tandem.product.models import Scope
from tests import make
from tests.proof.serving import at_once


def test_the_same_item_twice_is_there_once(world):
    feature = make.feature(actor=world.chen, product=world.product)
    item = make.work_item(actor=world.boris, project=world.project, title="A step")
    assert len(features.add_scope(actor=world.chen, subject=feature, items=[item, item])) == 1
    assert features.add_scope(actor=world.chen, subject=feature, items=[item]) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_item_at_once_add_it_once_and_neither_fails(world):
    feature = make.feature(actor=world.chen, product=world.product)
    item = make.work_item(actor=world.boris, project=world.project, title="A step")

    def add():
        try:
            return len(features.add_scope(actor=world.chen, subject=feature, items=[item]))
        finally:
            connection.close()

    for _ in range(5):
        assert sorted(at_once([add] * 4)) == [0, 0, 0, 1]
        features.remove_scope(actor=world.chen, subject=feature, items=[item])
    assert not Scope.objects.filter(feature=feature).exists()
    assert Event.objects.filter(verb="scope.added", subject_id=feature.pk).count() == 5
