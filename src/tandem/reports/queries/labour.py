"""What labour has cost: the time logged in projects, by person and month, each hour at the rate of its day and place.

Never typed and no row of its own. The finest sum (project, month, person) is rounded to the cent and converted; every other sum
is made of these, so that people, months and places always agree. An hour without a rate costs nothing here and is named.

Who may not see the rates cannot reckon them from sums: what a month of a project cost is told them once, when the month is over,
all its time is approved, and no rate follows from it and from what was told before (`labour_told`). What is not told is in none of their sums, so that no difference shows it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DateField, Exists, OuterRef, Sum
from django.db.models.functions import Cast, TruncMonth, TruncWeek

from tandem.kit import clock
from tandem.kit.dates import unit_end
from tandem.people.access import Permission, spaces_where
from tandem.people.models import User
from tandem.portfolio import currencies
from tandem.portfolio.currencies import Rates
from tandem.reports.queries import labour_told
from tandem.resources.models import TimeSheet
from tandem.resources.rate_book import RateBook
from tandem.work.models import TimeEntry

ZERO = Decimal(0)
ENOUGH = labour_told.ENOUGH
_Key = tuple[int, date, int]


@dataclass
class Share:
    """Of one person in one project and month. `cost` is in the currency of the whole; `unpriced`: minutes without a rate;
    `is_seen`: the asker may see every rate that is in it; `untold`: minutes whose cost the asker is not told and no sum has."""

    space_id: int
    month: date
    person_id: int
    minutes: int = 0
    approved: int = 0
    unpriced: int = 0
    untold: int = 0
    cost: Decimal = ZERO
    is_seen: bool = True
    hidden: dict[Any, int] = field(default_factory=dict)
    "Minutes at each rate that the asker may not see."


@dataclass
class Labour:
    currency: str
    shares: list[Share] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)

    @property
    def cost(self) -> Decimal:
        return sum((one.cost for one in self.shares), ZERO)

    @property
    def untold(self) -> int:
        return sum(one.untold for one in self.shares)

    def by(self, *names: str) -> dict[Any, Share]:
        """Sums by `space_id`, `month`, `person_id` or several of them."""
        found: dict[Any, Share] = {}
        for one in self.shares:
            key = tuple(getattr(one, name) for name in names)
            total = found.setdefault(key if len(names) > 1 else key[0], Share(one.space_id, one.month, one.person_id))
            for what in ("minutes", "approved", "unpriced", "untold", "cost"):
                setattr(total, what, getattr(total, what) + getattr(one, what))
            total.is_seen = total.is_seen and one.is_seen
        return found


def labour(user: Any, space_ids: frozenset[int], currency: str, rates: Rates | None = None) -> Labour:
    """Seven queries at most, however much was logged; as many again where rates are out of sight and not all places are asked
    for. Of the places whose costs the asker may see."""
    everywhere = spaces_where(user, Permission.SEE_COSTS)
    found = Labour(currency)
    shares, worth = _read(user, space_ids & everywhere)
    if not shares:
        return found
    if any(one.hidden for one in shares.values()):
        # what is told does not depend on which page asks
        _keep_back(shares, worth, _told(shares if everywhere <= space_ids else _read(user, everywhere)[0]))
    known = rates or currencies.rates()
    for key in sorted(shares):
        for theirs, value in sorted(worth.get(key, {}).items()):
            on = min(unit_end(key[1], "month"), clock.today())
            amount = known.convert(currencies.to_the_cent(value / 60), theirs, currency, on)
            if amount is None:
                found.unknown[theirs] = found.unknown.get(theirs, 0) + 1
            else:
                shares[key].cost += amount
        found.shares.append(shares[key])
    return found


def _read(user: Any, ids: frozenset[int]) -> tuple[dict[_Key, Share], dict[_Key, dict[str, Decimal]]]:
    entries = TimeEntry.objects.visible_to(user).present().filter(space_id__among=ids, day__lte=clock.today())
    approved = TimeSheet.objects.filter(person=OuterRef("user"), state=TimeSheet.State.APPROVED, week=OuterRef("monday"))  # house: reads — whether a week was approved is no secret of its hours
    rows = entries.order_by().annotate(month=TruncMonth("day"), monday=Cast(TruncWeek("day"), DateField()), is_approved=Exists(approved))
    shares: dict[_Key, Share] = {}
    for space, person, month, is_approved, minutes in rows.values_list("space_id", "user_id", "month", "is_approved").annotate(total=Sum("minutes")):
        one = shares.setdefault((space, month, person), Share(space, month, person))
        one.minutes += minutes
        one.approved += minutes if is_approved else 0
    if not shares:
        return {}, {}
    book = RateBook({person for _space, _month, person in shares})
    return shares, _worth(entries, shares, book, spaces_where(user, Permission.SEE_RATES))


def _told(shares: dict[_Key, Share]) -> set[Any]:
    """Month by month of each project: what people cost whose rates the asker may not see is told of all of them or of none."""
    cells: dict[tuple[date, int], list[Share]] = defaultdict(list)
    for one in shares.values():
        if one.hidden:
            cells[one.month, one.space_id].append(one)
    rows = []
    for (month, space), them in sorted(cells.items()):
        hours: dict[Any, float] = defaultdict(float)
        for one in them:
            for unknown, minutes in one.hidden.items():
                hours[unknown] += minutes
        is_over = unit_end(month, "month") < clock.today()
        if is_over:
            rows.append(labour_told.Cell((space, month), hours, all(one.approved == one.minutes for one in them)))
    return labour_told.told(rows)


def _keep_back(shares: dict[_Key, Share], worth: dict[_Key, dict[str, Decimal]], told: set[Any]) -> None:
    for key, one in shares.items():
        if one.hidden and (one.space_id, one.month) not in told:
            one.untold = one.minutes - one.unpriced
            worth.pop(key, None)


def _worth(entries: Any, shares: dict[_Key, Share], book: RateBook, seen: frozenset[int]) -> dict[_Key, dict[str, Decimal]]:
    """Minutes times rate by currency. A month in which a rate of the person may change is read day by day."""
    found: dict[_Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    broken = {(person, day.replace(day=1)) for person in {key[2] for key in shares} for day in book.changes(person) if day.day > 1}
    pieces: list[tuple[Share, date, int]] = [(one, one.month, one.minutes) for key, one in shares.items() if (key[2], key[1]) not in broken]
    pieces += _by_day(entries, {(space, month, person): one for (space, month, person), one in shares.items() if (person, month) in broken})
    for one, day, minutes in pieces:
        rate = book.rate_on(one.person_id, day, one.space_id)
        if rate is None:
            one.unpriced += minutes
            continue
        if rate.space_id not in seen:
            one.is_seen = False
            unknown = ("person", rate.person_id) if rate.person_id else ("role", rate.job_role_id)
            one.hidden[unknown] = one.hidden.get(unknown, 0) + minutes
        found[(one.space_id, one.month, one.person_id)][rate.currency] += minutes * rate.cost
    return found


def _by_day(entries: Any, shares: dict[tuple[int, date, int], Share]) -> Iterable[tuple[Share, date, int]]:
    if not shares:
        return
    rows = entries.filter(user__in={key[2] for key in shares}).order_by().annotate(month=TruncMonth("day")).filter(month__in={key[1] for key in shares})
    for space, person, month, day, minutes in rows.values_list("space_id", "user_id", "month", "day").annotate(total=Sum("minutes")):
        if (space, month, person) in shares:
            yield shares[space, month, person], day, minutes


def names(user: Any, person_ids: Iterable[int]) -> dict[int, str]:
    return dict(User.objects.visible_to(user).filter(pk__in=set(person_ids)).values_list("id", "name"))
