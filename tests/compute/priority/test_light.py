"""Any app may import priority and likeness: neither brings what is slow to load."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("room", "heavy"), [("priority", {"numpy", "numba", "ortools", "django"}), ("likeness", {"numba", "ortools", "django"})]
)  # fmt: skip
def test_the_room_is_light(room, heavy):
    ask = f"import sys, tandem.compute.{room}; print(*sorted({heavy!r} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
