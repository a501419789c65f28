"""What the forecasts said a week ago, computed from the history as it stood then, so that Home can show what moved."""

from datetime import UTC, date, datetime, time, timedelta

from tandem.kit import clock
from tandem.people.models import Space, SpaceKind, User
from tandem.planning import forecasts, runs
from tandem.planning.models import Forecast, Run

_RANGE = ("p50", "p80", "p95")


def look_back(people: list[User], days: int = 7) -> int:
    """Store last week's ranges and let `people` have looked just after. Returns how many ranges there are.

    What waits for a predecessor is left out: when that would have been ready, nobody knew then.
    """
    day = clock.today() - timedelta(days=days)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    evening = datetime.combine(day, time(17, 40), UTC)
    count = 0
    for space in Space.objects.filter(kind=SpaceKind.PRODUCT).order_by("id"):
        count += _remember(space, day, evening)
    User.objects.filter(pk__in=[person.pk for person in people]).update(
        last_looked_at=evening + timedelta(minutes=12)
    )
    return count


def _remember(space: Space, day: date, evening: datetime) -> int:
    current = {
        (f.subject_kind, f.subject_id): f
        for f in Forecast.objects.filter(space=space, is_current=True, p80__gt=clock.today())
    }
    found = []
    run = Run(
        space=space, kind=Run.Kind.FORECAST, state=Run.State.DONE, as_of=day, inputs_hash="",
        seed=runs.seed_of("forecast", space.pk), program=runs.program(), finished_at=evening, created_at=evening,
    )  # fmt: skip
    for row in forecasts.roadmap_rows(space.pk):
        now = current.get((row._meta.label_lower, row.pk))
        if now is None or now.detail.get("waiting"):
            continue
        known = forecasts.basis_for(row, day)
        if all(name in known for name in _RANGE):
            dates = {name: date.fromisoformat(known[name]) for name in _RANGE}
            found.append(
                Forecast(
                    space=space, run=run, subject_kind=now.subject_kind, subject_id=now.subject_id, is_current=False,
                    as_of=day, remaining=known["remaining"], created_at=evening, **dates,
                )
            )  # fmt: skip
    if found:
        run.save()
        Forecast.objects.bulk_create(found)
    return len(found)
