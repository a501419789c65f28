"""Ten weeks instead of eighteen months: the same code, a tenth of the rows."""

from datetime import date

import pytest

from tandem.samples import load as sample
from tandem.samples import simulation

TODAY = date(2026, 11, 19)


def make_small(patch: pytest.MonkeyPatch) -> None:
    whole = simulation.simulate
    patch.setattr(sample, "simulate", lambda language, seed, as_of: whole(language, seed, as_of, days=70))
