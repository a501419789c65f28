"""The one rule that turns a promise and a forecast into a status."""

from datetime import date

ON, RISK, OFF, DONE, NONE = "on", "risk", "off", "done", "none"
WORST_FIRST = (OFF, RISK, ON, DONE, NONE)


def status_of(
    promised: date | None, p50: date | None, p80: date | None, *, today: date, done_on: date | None = None, planned: date | None = None,
) -> str:  # fmt: skip
    """on: P80 ≤ promise · risk: P50 ≤ promise < P80 · off: P50 > promise, or the date has passed · done · none.

    `planned` is the end by the plan, where there is no range: one date can say too late, but not how likely in time."""
    if done_on is not None:
        return DONE
    if promised is None:
        return NONE
    if promised < today:
        return OFF
    if p50 is None or p80 is None:
        return OFF if planned is not None and planned > promised else NONE
    if p80 <= promised:
        return ON
    return RISK if p50 <= promised else OFF
