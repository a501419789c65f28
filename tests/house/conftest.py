"""The cast of both matrices, made once for all of their cells."""

from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from tandem.people import scoping
from tandem.reports.queries import kept_effort
from tandem.web import standing
from tandem.web.work import same_picture
from tests import areas
from tests import world as worlds
from tests.house import cast


@pytest.fixture(scope="package")
def stage(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        world = worlds.build()
        ours = areas.build(world.admin, "Ours", "OUR")
        theirs = areas.build(world.admin, "Theirs", "THE")
        people = cast.assemble(world.admin, ours, theirs)
        connection.check_constraints()  # or each cell would look again at every row of the stage
        yield SimpleNamespace(ours=ours, theirs=theirs, people=people)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _no_remembered_roles():
    """As for all tests, but for the entries of the navigation: the stage is the same in all cells."""
    scoping.forget_roles()
    same_picture.forget()
    standing.forget()
    kept_effort.forget()
    yield
    scoping.forget_roles()
