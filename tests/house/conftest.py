"""The cast of both matrices, made once for all of their cells."""

from types import SimpleNamespace

import pytest
from django.db import transaction

from tests import areas
from tests import world as worlds
from tests.house import cast


@pytest.fixture(scope="package")
def stage(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        world = worlds.build()
        ours = areas.build(world.admin, "Ours", "OUR")
        theirs = areas.build(world.admin, "Theirs", "THE")
        yield SimpleNamespace(ours=ours, theirs=theirs, people=cast.assemble(world.admin, ours, theirs))
        transaction.set_rollback(True)
