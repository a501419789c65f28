"""A receiver on this machine, which the settings allow for."""

import pytest

from tests.automation.receiver import Receiver


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    made = Receiver()
    yield made
    made.stop()
