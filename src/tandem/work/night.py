"""Night: from ten in the evening to six in the morning, by the clock of the person."""

from datetime import datetime, time, timedelta

FROM, TO = 22, 6
SPANS = ((0, TO * 60), (FROM * 60, 24 * 60))


def minutes(begin: datetime, end: datetime) -> int:
    """How much of a stretch lies in it, in the zone of `begin`; as much as really went by, also when the clocks are changed."""
    zone, total = begin.tzinfo, timedelta()
    day = begin.date() - timedelta(days=1)
    while day <= end.astimezone(zone).date():
        since, until = datetime.combine(day, time(FROM), zone), datetime.combine(day + timedelta(days=1), time(TO), zone)
        total += max(min(end.timestamp(), until.timestamp()) - max(begin.timestamp(), since.timestamp()), 0.0) * timedelta(seconds=1)
        day += timedelta(days=1)
    return round(total / timedelta(minutes=1))
