"""How much of each person there is, day by day: the one place that the levelled plan asks for supply."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

UNITS = 4
"""A whole person; work that takes a quarter of somebody's day holds one unit."""


def by_day(people: Iterable[int], days: Sequence[date]) -> Mapping[int, npt.NDArray[np.int32]]:
    """Units of a person (by number of the account) on each of these days; who is not named is there whole, every day.

    Nobody's time is limited beyond the working calendars yet: bookings and leave come in here.
    """
    return {}
