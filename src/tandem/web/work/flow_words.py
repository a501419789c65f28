"""The sentences of the flow page: what the figures say, what they rest on, and how they are computed."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.dates import short_day
from tandem.planning import words
from tandem.planning.flow_clocks import Clock
from tandem.reports.queries.flow import Reading
from tandem.reports.queries.flow_figures import (
    Bottleneck,
    Consistency,
    Expectation,
    Figures,
    FlowTimes,
    NotEnough,
)
from tandem.web.work.flow_pictures import days


def too_little(found: Any) -> str:
    if not isinstance(found, NotEnough):
        return ""
    return words.refusal({"code": "not_enough", "found": found.found, "needed": found.needed})


def clock(known_clock: Clock) -> str:
    """Between which states the time runs, and which days count: what every time on the page rests on."""
    known = {"start": known_clock.start, "stop": known_clock.stop}
    if known_clock.start and known_clock.stop:
        said = _("from “%(start)s” to “%(stop)s”") % known
    elif known_clock.start:
        said = _("from “%(start)s” to done") % known
    elif known_clock.stop:
        said = _("from in progress to “%(stop)s”") % known
    else:
        said = _("from in progress to done")
    return f"{said}, {unit(known_clock)}"


def unit(known_clock: Clock) -> str:
    return _("working days") if known_clock.in_working_days else _("days of the clock")


def verdict(reading: Reading, figures: Figures, late: int | None) -> list[str]:
    """The first lines of the page: how long it takes, what is too old, what holds the rest up."""
    parts = [_time(figures)]
    if reading.clock.is_own or reading.clock.in_working_days:
        parts.append(_("Counted %(clock)s.") % {"clock": clock(reading.clock)})
    if late is not None and figures.in_progress:
        known = {"n": late, "all": len(figures.in_progress)}
        parts.append(
            ngettext("%(n)s of %(all)s items in progress is older than that.", "%(n)s of %(all)s items in progress are older than that.", late) % known
            if late else _("None of the %(all)s items in progress is older than that.") % known
        )  # fmt: skip
    if isinstance(figures.bottleneck, Bottleneck) and figures.bottleneck.state:
        parts.append(_("The queue in “%(state)s” grows.") % {"state": reading.state(figures.bottleneck.state).name})
    return parts


def _time(figures: Figures) -> str:
    if not isinstance(figures.expectation, Expectation):
        return _("Too little was finished for a figure: %(why)s.") % {"why": too_little(figures.expectation)}
    known = {"percent": round(figures.expectation.share * 100), "days": days(figures.expectation.days), "n": figures.expectation.items}
    return _("%(percent)s %% of the last %(n)s finished items took at most %(days)s days.") % known


def strip(reading: Reading, figures: Figures, mean: float | None, late: int | None) -> list[dict[str, Any]]:
    """Five figures, each with what stands behind it."""
    times, kept = figures.times, figures.expectation
    is_known = isinstance(times, FlowTimes)
    cycle = times.cycle if isinstance(times, FlowTimes) else None
    still = sum(one.is_held for one in figures.in_progress)
    whole = [week.finished for week in figures.weeks if week.is_whole]
    rows: list[dict[str, Any]] = [
        {
            "label": _("Cycle time, P85"), "value": _("%(n)s d") % {"n": days(kept.days)} if isinstance(kept, Expectation) else "–",
            "note": _("half of them within %(n)s d") % {"n": days(cycle.percentiles[0].value)} if cycle else too_little(kept),
        },
        {
            "label": _("Throughput"), "value": _("%(n)s/wk") % {"n": words.rate(mean)} if mean is not None else "–",
            "note": _("%(low)s–%(high)s in %(n)s weeks") % {"low": min(whole), "high": max(whole), "n": len(whole)} if whole else _("no whole week yet"),
        },
        {
            "label": _("In progress"), "value": len(figures.in_progress), "state": "off" if late else "",
            "note": ngettext("%(n)s older than expected", "%(n)s older than expected", late) % {"n": late} if late else "",
        },
        {
            "label": _("Flow efficiency"), "value": _percent(times.efficiency) if isinstance(times, FlowTimes) and times.efficiency is not None and reading.queues else "–",
            "note": "" if not is_known else _("of the time somebody could work on them") if reading.queues else _("mark below where work only waits"),
        },
        {
            "label": _("Blocked"), "value": ngettext("%(n)s item", "%(n)s items", still) % {"n": still}, "state": "block" if still else "",
            "note": _("%(n)s d in what was finished") % {"n": days(times.blocked_days)} if isinstance(times, FlowTimes) else "",
        },
    ]  # fmt: skip
    return rows


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def expected(found: Any) -> list[str]:
    """The expectation, its uncertainty, and whether it would have been kept."""
    if not isinstance(found, Expectation):
        return [too_little(found)]
    known = {"percent": round(found.share * 100), "days": days(found.days), "n": found.items}
    lines = [_("Service level expectation: %(days)s days or less in %(percent)s %% of the cases, from the last %(n)s finished items.") % known]
    if found.low is not None and found.high is not None:
        lines.append(_("With so few items the true figure lies between %(low)s and %(high)s days (95 %% sure).") % {"low": days(found.low), "high": days(found.high)})
    if found.past:
        past = {"kept": round(found.past.kept * 100), "n": found.past.cases, "percent": known["percent"]}
        verdicts = {
            "kept": _("Looked back: what was expected when they were begun held for %(kept)s %% of %(n)s items; that fits %(percent)s %%."),
            "missed": _("Looked back: what was expected when they were begun held for only %(kept)s %% of %(n)s items instead of %(percent)s %%: the figure promises too much."),
            "exceeded": _("Looked back: what was expected when they were begun held for %(kept)s %% of %(n)s items, more than %(percent)s %%: the figure is cautious."),
        }  # fmt: skip
        lines.append(verdicts[found.code] % past)
    return lines


def agreement(found: Any) -> list[str]:
    """Whether Little's law holds, and what breaks it."""
    if not isinstance(found, Consistency):
        return []
    known = {"wip": days(found.wip), "rate": f"{found.per_day * 7:.1f}", "cycle": days(found.cycle), "ratio": f"{found.ratio:.1f}"}
    lines = [_("On average %(wip)s items were in progress, %(rate)s a week were finished, after %(cycle)s days on average.") % known]
    codes = {
        "more_begun": _("More was begun (%(begun)s) than finished (%(gone)s): times will get longer."),
        "more_finished": _("More was finished (%(gone)s) than begun (%(begun)s): times will get shorter."),
        "work_dropped": _("%(dropped)s items were dropped after they had been begun."),
        "wip_gets_older": _("What is in progress gets older: %(first)s days on average at the beginning, %(last)s now."),
        "old_work": _("Much of what is in progress stays where it is: the finished items alone do not explain so much of it."),
        "hidden_work": _("Little was seen in progress for so much that was finished: some of it is only entered when it is done."),
    }
    more = {"begun": found.begun, "gone": found.finished + found.dropped, "dropped": found.dropped, "first": days(found.age_first), "last": days(found.age_last)}
    return lines + [codes[code] % more for code in found.codes]


def bottleneck(reading: Reading, found: Any) -> str:
    if not isinstance(found, Bottleneck):
        if isinstance(found, NotEnough):
            return _("Too short a history: %(found)s whole weeks, %(needed)s needed.") % {"found": found.found, "needed": found.needed}
        return ""
    if found.state is None:
        return _("In the last %(n)s weeks no queue grew by more than chance explains.") % {"n": found.weeks}
    queue = next(q for q in found.queues if q.state == found.state)
    step = reading.state(found.held_up_by).name if found.held_up_by else "–"
    known = {"state": reading.state(found.state).name, "step": step, "rate": f"{queue.per_week:.1f}", "p": _chance(queue.adjusted_p)}
    return _("“%(state)s” grows by %(rate)s items a week; chance alone would do that with %(p)s. The step to look at: “%(step)s”.") % known


def _chance(p: float) -> str:
    return "< 0.1 %" if p < 0.001 else f"{p * 100:.1f} %" if p < 0.1 else f"{p * 100:.0f} %"


def queues(reading: Reading, found: Any) -> dict[str, Any] | None:
    if not isinstance(found, Bottleneck):
        return None
    heads = [_("State"), _("Entered"), _("Left"), _("First"), _("Now"), _("Per week"), _("By chance")]
    return {
        "heads": [{"text": text, "n": place > 0} for place, text in enumerate(heads)],
        "rows": [
            [reading.state(q.state).name, q.entered, q.left, q.at_first, q.at_last, f"{q.per_week:+.1f}".replace("-", "−"), _chance(q.adjusted_p)]
            for q in found.queues
        ],
    }


def notes(reading: Reading, figures: Figures) -> list[str]:
    """What the whole page rests on, and what it leaves out."""
    lines = [
        (
            _("From the recorded moves of the items that were open at some time between %(first)s and %(last)s; days are working days of the calendar of this project, from midnight to midnight: weekends and days off count nothing.")
            if reading.clock.in_working_days
            else _("From the recorded moves of the items that were open at some time between %(first)s and %(last)s; days are days of the clock, nights and weekends included.")
        )
        % {"first": f"{short_day(figures.since)} {figures.since.year}", "last": f"{short_day(figures.until)} {figures.until.year}"}
    ]
    if not reading.has_parents:
        lines.append(_("Items that have parts are left out: their parts are counted. Filter by a type to see them."))
    if reading.given_up:
        said = ngettext("%(n)s item that was closed without a result is left out.", "%(n)s items that were closed without a result are left out.", reading.given_up)
        lines.append(said % {"n": reading.given_up})
    if reading.undated and reading.clock.is_own:
        said = ngettext("%(n)s item whose way was not recorded is left out.", "%(n)s items whose way was not recorded are left out.", reading.undated)
        lines.append(said % {"n": reading.undated})
    elif reading.undated:
        lines.append(ngettext("%(n)s finished item has no day and is left out.", "%(n)s finished items have no day and are left out.", reading.undated) % {"n": reading.undated})
    if reading.is_cut:
        lines.append(_("There are more items than are read at once: the latest %(n)s count.") % {"n": f"{len(reading.lines):,}"})
    return lines


def computed(reading: Reading) -> dict[str, list[str]]:
    """How each picture comes about."""
    forecast = [_("10,000 runs, each drawing working days of this project's past until everything open is done. It counts all open items, whatever the filter says.")]
    if reading.clock.is_own:
        forecast.append(_("An item is finished when the clock of the project stops: %(clock)s. The pace is counted in working days of the calendar.") % {"clock": clock(reading.clock)})
    return {
        "diagram": [
            _("For each day the number of items in each state at its end, one upon the other. A band that gets wider is a queue that grows; how far two lines lie apart from left to right is about the time between them."),
            _("What was finished before the period is not shown; removed items are not counted."),
        ],
        "scatter": [
            _("A dot for each finished item. The time runs from its first move into a state in progress to its last move into a state done; what was opened again counts once, at its last finish."),
            _("P85: of 100 items 85 took no longer. No distribution is assumed; with fewer than 8 items there is no line."),
        ],
        "ageing": [
            _("How long ago each item in progress was begun. The fields behind it show at which age finished items had left the state for the last time; who is above them is late already, before it is overdue."),
            _("Chance to keep P85: of the finished items that took at least as long as this one is old, the share that was done within P85."),
        ],
        "throughput": [_("Items finished per week, Monday to Sunday. The week that runs is pale and not in the mean.")],
        "states": [
            _("Over the items finished in the period: days in a state per item that was there, all visits together. Share: of the time between start and finish. Returns: visits beyond the first."),
            _("Flow efficiency: time in states where somebody works, less blocked time, divided by the whole time from start to finish. Mark the states in which work only waits; until then every state in progress counts as work, and the figure is too good."),
        ],
        "blocks": [_("An item is blocked from the day on which the link “blocks” was made until the blocker is finished. Days count while the blocked item was in progress. Links that came with an import do not say since when: they are counted, their days are not.")],
        "bottleneck": [
            _("For each state the entries less the exits of each week. By chance: how often random signs of these weeks would let it grow as much (randomisation test, adjusted for the number of states after Holm). Below 1 in 20 it is called a bottleneck."),
        ],
        "forecast": forecast,
    }  # fmt: skip
