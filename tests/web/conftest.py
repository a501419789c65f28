"""Who looks at the same board."""

import pytest

from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.people.models import Role, User


@pytest.fixture
def people(world):
    """Two members of the project who see the same, and one who only looks."""
    for name in ("Ida", "Jon", "Kim"):
        person = users.add(actor=world.admin, name=name, email=f"{name.lower()}@example.org")
        spaces.grant(actor=world.admin, space=world.project.space, user=person, role=Role.AUDITOR if name == "Kim" else Role.MEMBER)
    scoping.forget_roles()
    return list(User.objects.filter(name__in=("Ida", "Jon", "Kim")).order_by("name"))
