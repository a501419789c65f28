"""What stands above a board: figures, limits, what to pull next, and what other boards hold up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.dates import short_day
from tandem.people.models import Space
from tandem.reports.queries import boards as stacks_of
from tandem.reports.queries import pulls
from tandem.reports.queries import work_items as reads
from tandem.reports.queries.boards import Hold, Standing
from tandem.reports.queries.card_ages import CardAges
from tandem.reports.queries.pulls import Pull
from tandem.web.work import flow_words
from tandem.web.work.board_picture import shown_limit
from tandem.work.models import State

WEEKS = 12


def shown(user: Any, space: Space, picture: dict[str, Any], forecast: Any, now: datetime) -> dict[str, Any]:
    ages, holds = picture["ages"], picture["holds"]
    expected = ages.expected
    rooms = pulls.rooms(user, space.pk, picture["stacks"], picture["limits"], ages, now)
    return {
        "figures": _figures(user, space, picture, forecast, ages, now, stacks_of.blocked(user, space.pk, holds, now)),
        "rooms": [
            {"title": room.stack.title, "free": room.free, "pulls": [{"item": p.item, "why": _why(p, expected)} for p in room.pulls]}
            for room in rooms
        ],
        "limit_rows": [shown_limit(one) for one in picture["limits"]],
        "limits_over": sum(1 for one in picture["limits"] if one.over),
        **_held_up(hold for hold in holds if hold.space_id != space.pk),
    }


def _why(pull: Pull, expected: float | None) -> str:
    """The reason in a few words: a suggestion without one is an order."""
    item = pull.item
    if pull.why == "expedite":
        return _("expedite: delay costs at once")
    if pull.why == "due":
        if expected:
            return _("due %(day)s, and 85 %% take up to %(n)s d") % {"day": short_day(item.due_on), "n": round(expected)}
        return _("due %(day)s") % {"day": short_day(item.due_on)}
    if pull.why == "late":
        return _("begun %(n)s d ago; 85 %% are done within %(most)s") % {"n": pull.days, "most": round(expected or 0)}
    return _("intangible: nothing pressing is left") if pull.why == "intangible" else _("next in order, not blocked")


def _held_up(holds: Iterable[Hold]) -> dict[str, Any]:
    """By the item that holds: what it holds up here, and how many days of begun work that has cost. Of several that hold
    up one item the longest counts."""
    found: dict[int, dict[str, Any]] = {}
    longest: dict[str, float] = {}
    unseen: dict[str, Any] | None = None
    for hold in holds:
        if hold.key is None:  # one line for all that the reader may not see: not even how many they are
            row = unseen = unseen or {"key": None, "title": "", "space": "", "held": {}}
        else:
            row = found.setdefault(hold.item_id, {"key": hold.key, "title": hold.title, "space": hold.space, "held": {}})
        for days in (row["held"], longest):
            days[hold.held_key] = max(days.get(hold.held_key, 0.0), hold.days or 0.0)
    for row in [*found.values(), *([unseen] if unseen else [])]:
        row |= {"days": sum(row["held"].values()), "held": list(row["held"])}
    rows = sorted(found.values(), key=lambda r: (-r["days"], r["key"])) + ([unseen] if unseen else [])
    days, said = int(sum(longest.values())), ""
    if rows:
        items = ngettext("%(n)s card here waits for other boards", "%(n)s cards here wait for other boards", len(longest)) % {"n": len(longest)}
        cost = ngettext("%(n)s d of begun work so far", "%(n)s d of begun work so far", days) % {"n": days}
        said = f"{items} · {cost}"
    return {"held_up": rows[:20], "held_up_said": said}


def _figures(
    user: Any, space: Space, picture: dict[str, Any], forecast: Any, ages: CardAges, now: datetime, held: tuple[int, float]
) -> list[dict[str, Any]]:
    """At most five: how long, how fast, how much, what stands, and when it is all done."""
    weeks = reads.finished_by_week(user, space.pk, now, WEEKS)
    blocked, days = held
    states = [state for stack in picture["stacks"] for state in stack.states]
    doing = sum(picture["counts"].get(s.pk, 0) for s in states if s.category == State.Category.IN_PROGRESS)
    rows: list[dict[str, Any]] = [
        {
            "label": _("Cycle time, P85"), "value": _("%(n)s d") % {"n": round(ages.expected)} if ages.expected else "–",
            "beside": (flow_words.clock(ages.clock) if ages.clock else "") if ages.expected else _("8 finished items needed"),
        },
        {
            "label": _("Throughput, %(n)s weeks") % {"n": WEEKS}, "value": _("%(n)s/wk") % {"n": f"{sum(weeks) / WEEKS:.1f}"},
            "bars": weeks,
        },
        {"label": _("In progress"), **_doing(doing, picture["limits"])},
        {
            "label": _("Blocked"), "value": blocked, "tone": "block" if blocked else "",
            "beside": ngettext("%(n)s d in all", "%(n)s d in all", int(days)) % {"n": int(days)} if blocked else "",
        },
    ]  # fmt: skip
    if forecast and forecast.p50 and forecast.p80:
        done = ngettext("The one item left is done", "All %(n)s items left are done", forecast.remaining)
        rows.append({
            "label": done % {"n": forecast.remaining}, "value": f"{short_day(forecast.p50)} – {short_day(forecast.p80)}", "beside": "P50–P80",
        })  # fmt: skip
    else:
        rows.append({"label": _("Everything open is done"), "value": "–", "beside": _("8 finished items needed")})
    return rows


def _doing(doing: int, limits: list[Standing]) -> dict[str, Any]:
    """What is begun, against the limit of the whole board where there is one."""
    whole = next((o for o in limits if not o.limit.column_id and not o.limit.lane and not o.limit.person_id), None)
    if whole is None:
        return {"value": doing}
    said = shown_limit(whole)
    beside = _("limit %(n)s") % {"n": whole.limit.most} + (f", {said['word']}" if said["word"] else "")
    return {"value": f"{'▲ ' if whole.over else ''}{whole.count}", "beside": beside, "tone": {"over": "off", "full": "risk"}.get(whole.tone, "")}
