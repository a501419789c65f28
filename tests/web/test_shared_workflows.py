"""States and types from above on the pages: where they are defined, what a project would get, and its way out."""

import pytest

from tandem.portfolio.actions import portfolios
from tandem.work.actions import shared_workflows, states
from tandem.work.models import State
from tests import make


@pytest.fixture
def above(world):
    space = portfolios.create(actor=world.alma, parent=world.root, name="Digital", key="DIG").space
    for name, category in (("Open", "to_do"), ("Closed", "done")):
        states.add(actor=world.alma, space=space, name=name, category=category)
    return space


def page(client, key):
    return client.get(f"/boards/{key}/workflow/").content.decode()


def act(client, key, **values):
    return client.post(f"/boards/{key}/workflow/", values, headers={"Accept": "application/json"})


def test_a_portfolio_defines_and_names_who_follows(world, above, signed_in):
    client = signed_in(world.alma)
    assert act(client, "DIG", do="add_type", name="Task", level=2).status_code == 200
    make.project(actor=world.alma, name="Inside", key="INS", parent=above)
    said = page(client, "DIG")
    assert "Inside" in said and "Allowed moves" in said and "Take over from" not in said
    said = page(client, "INS")
    assert "Take an own copy" in said and "↑" in said and 'name="category" aria-label="Category of Open"' not in said
    assert act(client, "INS", do="leave").status_code == 200
    said = page(client, "INS")
    assert "Would follow: Open, Closed, Task" in said and "No item would move." in said
    assert act(client, "INS", do="follow", source=above.pk).status_code == 200
    assert State.objects.filter(origin__space=above).count() == 2


def test_a_source_that_one_cannot_see_is_not_named(world, above, signed_in):
    states.add_type(actor=world.alma, space=above, name="Task")
    project = make.project(actor=world.alma, name="Inside", key="INS", parent=above)
    manager = make.user(actor=world.admin, name="Pia", role="project_manager", space=project.space, email="pia@example.org")
    said = page(signed_in(manager), "INS")
    assert "a space that you cannot see" in said and "Digital" not in said
    shared_workflows.leave(actor=manager, space=project.space)
    assert "Digital" not in page(signed_in(manager), "INS")


def test_who_sees_it_reads_it_and_a_stranger_does_not(world, above, signed_in):
    viewer = make.user(actor=world.admin, name="Vera", role="stakeholder", space=above, email="vera@example.org")
    client = signed_in(viewer)
    assert "Open" in page(client, "DIG") and act(client, "DIG", do="add_state", name="X", category="to_do").status_code == 403
    assert signed_in(world.dana).get("/boards/DIG/workflow/").status_code == 404
    product = world.product.space.key
    assert signed_in(world.alma).get(f"/boards/{product}/workflow/").status_code == 404
