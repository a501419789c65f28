"""Units of formulas in the reader's words; what is no word of ours, as a currency, stays as it is."""

import re

from django.utils.translation import pgettext

_WORD = re.compile(r"person-days?|persons?|days?|points?|counts?|percent")


def in_words(unit: str) -> str:
    words = {
        "person-day": pgettext("unit", "person-days"), "person": pgettext("unit", "persons"), "day": pgettext("unit", "days"),
        "point": pgettext("unit", "points"), "count": pgettext("unit", "number"), "percent": "%",
    }  # fmt: skip
    return _WORD.sub(lambda found: words[found[0].removesuffix("s")], unit)
