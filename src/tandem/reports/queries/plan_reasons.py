"""Why a bar stands where it stands: what decides its start, why it is critical, what hangs on it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tandem.history.models import Event
from tandem.kit import clock
from tandem.planning.calendars import wall_clock
from tandem.planning.models import ComputedDates, Run
from tandem.reports.queries import plan_forecasts
from tandem.work.models import Baseline, BaselineDate, Constraint, Link, WorkItem

_DAY = 480
_LONGEST_CHAIN = 12


@dataclass
class Reasons:
    """Sentences for one row, and the rows that they speak of."""

    item: WorkItem
    dates: ComputedDates | None
    start: str = ""
    slack: str = ""
    driver: WorkItem | None = None
    chain: list[WorkItem] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    after: list[dict[str, Any]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    baseline: BaselineDate | None = None
    feature: plan_forecasts.Subject | None = None


def of(user: Any, item: WorkItem) -> Reasons:
    dates = ComputedDates.objects.visible_to(user).select_related("driven_by").filter(item=item).first()
    found = Reasons(item, dates)
    seen = user.visible_space_ids()
    links = Link.objects.visible_to(user).dependencies().touching(item.pk).select_related("source", "target").order_by("id")
    computed = ComputedDates.objects.visible_to(user).filter(item__links_out__target=item)
    finishes = {c.item_id: c for c in computed}
    for link in links[:200]:
        other = link.source if link.target_id == item.pk else link.target
        line = {"link": link, "other": other if other.space_id in seen else None, "dates": finishes.get(other.pk)}
        (found.before if link.target_id == item.pk else found.after).append(line)
    found.driver = _visible(dates.driven_by, seen) if dates else None
    found.start = _start(found)
    found.slack = _slack(found)
    found.chain = _chain(user, dates) if dates and dates.is_critical else []
    found.broken = _broken(user, item)
    newest = Baseline.objects.visible_to(user).filter(space=item.space).order_by("-number").first()
    found.baseline = newest.dates.filter(item=item).select_related("baseline").first() if newest else None
    top = item.pk
    for _step in range(50):
        above = WorkItem.objects.visible_to(user).filter(pk=top).values_list("parent_id", flat=True).first()
        if above is None:
            break
        top = above
    found.feature = next((s for s in plan_forecasts.features(user, item.space) if top in s.roots or item.pk in s.roots), None)
    return found


def why_later(user: Any, item: WorkItem, wanted: datetime | None) -> str:
    """A sentence when the computation put the start elsewhere than the person wanted."""
    dates = ComputedDates.objects.visible_to(user).select_related("driven_by").filter(item=item).first()
    start = wall_clock(dates.start) if dates else None
    if dates is None or wanted is None or start is None or start.date() <= wanted.date():
        return ""
    if dates.driven_by_id is None:
        return _("It starts on %(day)s, the first working day.") % {"day": day(start)}
    return _("It starts on %(day)s at the earliest: it waits for %(item)s.") % {"day": day(start), "item": _name(_visible(dates.driven_by, user.visible_space_ids()))}


def last_change(user: Any, item: WorkItem) -> str:
    """“Petra changed this at 10:42.”"""
    event = Event.objects.visible_to(user).of(item).newest_first().select_related("actor").first()
    if event is None or event.actor is None:
        return ""
    at = timezone.localtime(event.occurred_at).strftime("%H:%M")
    return _("%(name)s changed this at %(time)s.") % {"name": event.actor.name, "time": at}


def _start(found: Reasons) -> str:
    item, dates = found.item, found.dates
    if item.actual_start:
        return _("It began on %(day)s.") % {"day": day(wall_clock(item.actual_start))}
    if dates is None:
        return _("Nothing is computed: it has neither duration nor dates.") if item.planned_start is None else _("As planned; no date is computed.")
    if item.is_summary:
        return _("It spans its parts.")
    if item.is_manual:
        return _("Its dates were set by hand.")
    if dates.driven_by_id is not None:
        return _driven(found, dates)
    at = wall_clock(item.constraint_at)
    if item.constraint not in ("ASAP", "ALAP") and at is not None:
        return _("%(rule)s %(day)s was set.") % {"rule": Constraint(item.constraint).label, "day": day(at)}
    if item.constraint == "ALAP":
        return _("It was set to start as late as possible.")
    return _("No link holds it back: it starts as early as the project and the calendar allow.")


def _driven(found: Reasons, dates: ComputedDates) -> str:
    """The link that decides the start, in words."""
    line = next((one for one in found.before if one["link"].source_id == dates.driven_by_id), None)
    kind = line["link"].kind if line else "FS"
    known = {"item": _name(found.driver), "lag": ""}
    if line and line["link"].lag_minutes:
        known["lag"] = " " + lag(line["link"].lag_minutes)
    if line and line["dates"]:
        ends = kind in ("FS", "blocks", "FF")
        known["day"] = day(wall_clock(line["dates"].finish if ends else line["dates"].start))
    else:
        known["day"] = "–"
    if kind == "SS":
        return _("It waits until %(item)s starts (%(day)s)%(lag)s.") % known
    if kind == "FF":
        return _("It finishes with %(item)s (%(day)s)%(lag)s.") % known
    if kind == "SF":
        return _("It finishes when %(item)s starts (%(day)s)%(lag)s.") % known
    return _("It waits until %(item)s is finished (%(day)s)%(lag)s.") % known


def _slack(found: Reasons) -> str:
    dates = found.dates
    if dates is None or dates.total_slack_minutes is None or found.item.actual_finish:
        return ""
    total, free = dates.total_slack_minutes, dates.free_slack_minutes or 0
    if total < 0:
        return _("It is %(n)s working days too late for a date that was set.") % {"n": days(-total)}
    if dates.is_critical:
        return _("It is critical: each day later here is a day later for the end of the plan.")
    known = {"total": days(total), "free": days(free)}
    if total == free:
        return _("It may slip %(total)s working days before the end of the plan moves.") % known
    return _("It may slip %(total)s working days before the end of the plan moves, %(free)s before its followers do.") % known


def _chain(user: Any, dates: ComputedDates) -> list[WorkItem]:
    """What follows on the critical path, nearest first."""
    rows = ComputedDates.objects.visible_to(user).filter(space=dates.space_id, is_critical=True, driven_by__isnull=False)
    after: dict[int, tuple[Any, int]] = {}
    for item_id, driver, finish in rows.values_list("item_id", "driven_by_id", "finish"):
        if driver not in after or finish > after[driver][0]:
            after[driver] = (finish, item_id)
    ids: list[int] = []
    at = dates.item_id
    while at in after and len(ids) < _LONGEST_CHAIN:
        at = after[at][1]
        ids.append(at)
    known = WorkItem.objects.visible_to(user).in_bulk(ids)
    return [known[i] for i in ids if i in known]


def _broken(user: Any, item: WorkItem) -> list[str]:
    """Rules that the newest computation could not keep."""
    run = Run.objects.visible_to(user).latest_of(Run.Kind.SCHEDULE, item.space_id)
    found = []
    dates = ComputedDates.objects.visible_to(user).filter(item=item).first()
    if dates and not item.is_done and not item.is_summary and wall_clock(dates.finish) < _now():
        found.append(_("Its finish has passed and it is not done: what is left will end later."))
    for conflict in (run.problem if run else {}).get("conflicts", []):
        if conflict["item"] != item.pk:
            continue
        known = {"n": days(conflict["minutes"])}
        if conflict["rule"] == "deadline":
            found.append(_("The deadline is missed by %(n)s working days.") % known)
        elif conflict["rule"] == "constraint":
            found.append(_("The date that was set is missed by %(n)s working days.") % known)
        else:
            other = WorkItem.objects.visible_to(user).filter(pk=conflict.get("other")).first()
            found.append(_("It starts %(n)s working days before %(item)s allows.") % {**known, "item": _name(other)})
    return found


def _visible(item: WorkItem | None, seen: frozenset[int]) -> WorkItem | None:
    return item if item is not None and item.space_id in seen else None


def _name(item: WorkItem | None) -> str:
    return f"{item.key} {item.title}" if item else _("an item that you cannot see")


def _now() -> datetime:
    return timezone.localtime(clock.now()).replace(tzinfo=None)


def days(minutes: int) -> str:
    return f"{minutes / _DAY:.1f}".removesuffix(".0")


def lag(minutes: int) -> str:
    """`+2 d`, `−0.5 d`: of working time."""
    return _("%(n)s d") % {"n": ("+" if minutes > 0 else "−") + days(abs(minutes))}


def day(at: datetime | None) -> str:
    return date_format(at, "j M Y") if at else "–"
