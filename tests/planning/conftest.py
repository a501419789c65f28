"""What tests of planning ask for beside the world."""

from collections.abc import Iterator

import pytest

from tandem.kit import clock
from tests.planning.one_week import MONDAY


@pytest.fixture
def monday() -> Iterator[None]:
    """It is the morning of that Monday: `pytestmark = pytest.mark.usefixtures("monday")`."""
    with clock.held_at(MONDAY):
        yield
