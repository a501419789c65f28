"""`tandem compute forecast`: when so many items are done, or how many by a day, from a table of finished ones."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from tandem.config.compute_commands.refusing import refuse

NEAR = "about 4 of 5 is good"
WORDS = {
    "file_too_large": "the file is larger than {most:,} bytes",
    "no_header": "the file is empty; the first line must name the columns started,finished",
    "column_missing": "line {line}: no column '{column}' (found: {value})",
    "date_unreadable": "line {line}: '{value}' in column '{column}' is no date like 2026-03-31",
    "year_out_of_range": "line {line}: '{value}' in column '{column}' is not within the years {allowed[0]} to {allowed[1]}",
    "table_unreadable": "line {line}: {value}",
    "nothing_finished": "no row has a date in the column 'finished'",
    "beyond_dates": "{value:,} working days are more than can be forecast (twenty years)",
}
WARNINGS = {
    "few_finished": "only {value:.0f} finished items",
    "gap": "{value:.0f} working days in a row without a finished item",
    "burst": "one day holds {value:.0%} of all items",
    "trend": "the later half was {value:.2g} times as fast as the earlier",
    "finished_before_started": "{value} rows are finished before they were started, the first in line {line} "
    "({finished} < {started}); their finish counts",
    "beyond_horizon": "{value:.0%} of the trials did not end within twenty years",
}
VERDICTS = {
    "too_optimistic": "too optimistic",
    "too_cautious": "too cautious",
    "consistent": "not shown to be off",
}


@click.command("forecast")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--items", type=click.IntRange(1), help="When are so many done? Default: what the file holds open."
)
@click.option("--by", type=click.DateTime(["%Y-%m-%d"]), help="How many are done by this day?")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Forecast from this day on [the last finish]."
)
@click.option("--backtest", is_flag=True, help="Would it have held? Forecast again on past days.")
@click.option("--every-day", is_flag=True, help="Saturdays and Sundays are working days too.")
@click.option("--trials", type=click.IntRange(100, 1_000_000), default=10_000, show_default=True)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default=True,
    help="The same seed gives the same answer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    file: Path,
    items: int | None,
    by: datetime | None,
    as_of: datetime | None,
    backtest: bool,
    every_day: bool,
    trials: int,
    seed: int,
    as_json: bool,
) -> None:
    """Forecast from a CSV file with the columns started,finished (ISO dates; started may be empty)."""
    from tandem.compute.errors import Uncomputable
    from tandem.compute.forecasting import finished_items

    try:
        if file.stat().st_size > finished_items.MOST_BYTES:  # before any of it is read
            raise Uncomputable("file_too_large", value=file.stat().st_size, most=finished_items.MOST_BYTES)
        rows = finished_items.read(file.read_text(encoding="utf-8-sig"))
        calendar = finished_items.EVERY_DAY if every_day else finished_items.OFFICE
        known = finished_items.known(rows, on=as_of.date() if as_of else None, calendar=calendar)
        if items is None and by is None:
            items = known.open_items or None
        if items is None and by is None:
            raise click.UsageError("the file holds no open item: give --items or --by")
        if by and by.date() <= known.on:
            raise click.UsageError(f"--by {by.date()} does not lie after {known.on}, the day of the forecast")
        answer = _answer(known, calendar, items, by.date() if by else None, trials, seed)
        answer["as_of_given"] = as_of is not None
        answer["warnings"] = _doubtful(rows) + answer.get("warnings", [])
        if backtest:
            answer["backtest"] = _look_back(known, calendar, answer, seed)
    except UnicodeDecodeError as fault:
        raise click.ClickException(f"{file}: not UTF-8 at byte {fault.start}") from None
    except Uncomputable as fault:
        words = WORDS[fault.code].format(**fault.params) if fault.code in WORDS else str(fault)
        refuse(fault, as_json, f"{file}: {words}")
    click.echo(json.dumps(answer, indent=2) if as_json else "\n".join(_lines(answer)))
    sys.exit(1 if "error" in answer else 0)


def _doubtful(rows: Any) -> list[dict[str, Any]]:
    odd = [row for row in rows if row.is_reversed]
    if not odd:
        return []
    first = odd[0]
    return [{"code": "finished_before_started", "value": len(odd), "line": first.line, "started": str(first.started),
             "finished": str(first.finished)}]  # fmt: skip


def _answer(
    known: Any, calendar: Any, items: int | None, by: date | None, trials: int, seed: int
) -> dict[str, Any]:
    """What is asked, and what it rests on, ready for JSON."""
    from tandem.compute.errors import Uncomputable
    from tandem.compute.forecasting.finished_items import nth_working_day
    from tandem.compute.forecasting.history import NotEnough
    from tandem.compute.forecasting.throughput import FURTHEST, how_much, when

    found: dict[str, Any] = {"as_of": str(known.on), "seed": seed, "trials": trials, "open_items": known.open_items,
                             "ignored_later": known.later}  # fmt: skip
    days = calendar.count_working_days(known.on, by) - int(calendar.is_working_day(known.on)) if by else 0
    if days > FURTHEST:
        raise Uncomputable("beyond_dates", value=days)
    amount = how_much(known.history, days, trials=trials, seed=seed) if by else None
    ends = when(known.history, items, trials=trials, seed=seed) if items else None
    one = ends if ends is not None else amount
    if one is None or isinstance(one, NotEnough):
        return found | {"error": "not_enough", "found": known.history.items, "needed": NotEnough(0).needed}

    def at(number: int | None) -> dict[str, Any] | None:
        return (
            None
            if number is None
            else {"days": number, "date": str(nth_working_day(calendar, known.on, number))}
        )

    basis, weeks = one.basis, known.history.weeks
    # Low, mean and high of the same weeks: else the mean could lie outside of the two.
    mean = float(weeks.mean()) if len(weeks) else basis.per_week_mean
    found["basis"] = {
        "from": str(basis.first), "to": str(basis.last), "working_days": basis.working_days, "items": basis.items,
        "per_week": [basis.per_week_low, mean, basis.per_week_high],
    }  # fmt: skip
    found["warnings"] = [{"code": w.code, "value": w.value} for w in one.warnings]
    if ends is not None and not isinstance(ends, NotEnough):
        found["when"] = {"items": ends.remaining} | {
            name: {"at": at(value), "low": at(low), "high": at(high)}
            for name, value, (low, high) in zip(
                ("p50", "p80", "p95"), (ends.p50, ends.p80, ends.p95), ends.intervals, strict=True
            )
        }
        if by:
            found["when"]["chance_by"] = ends.chance_within(days)
    if amount is not None and not isinstance(amount, NotEnough):
        found["how_much"] = {"by": str(by), "working_days": days} | {
            name: {"items": value, "low": low, "high": high}
            for name, value, (low, high) in zip(
                ("p50", "p80", "p95"), (amount.p50, amount.p80, amount.p95), amount.intervals, strict=True
            )
        }
    return found


def _look_back(known: Any, calendar: Any, answer: dict[str, Any], seed: int) -> dict[str, Any]:
    """How often P50 and P80 held on past days, and which percentile to take instead."""
    import numpy as np

    from tandem.compute.forecasting.calibration import calibrate, from_back_test, next_forecast
    from tandem.compute.forecasting.finished_items import nth_working_day
    from tandem.compute.forecasting.history import NotEnough
    from tandem.compute.forecasting.throughput import backtest, look_back, simulate

    rated = backtest(known.whole, seed=seed)
    if isinstance(rated, NotEnough):
        return {"error": "not_enough_cases", "found": rated.found, "needed": rated.needed}
    found: dict[str, Any] = {
        "cases": len(rated.cases),
        "share_p50": rated.share_p50,
        "share_p80": rated.share_p80,
    }
    judged = calibrate(from_back_test(list(look_back(known.whole, seed=seed))), overlap=4)
    if isinstance(judged, NotEnough):
        return found | {
            "calibration": {"error": "not_enough_cases", "found": judged.found, "needed": judged.needed}
        }
    stretched = None
    if "when" in answer:
        ordered = np.sort(simulate(known.history, answer["when"]["items"], answer["trials"], seed))
        days = next_forecast(ordered, judged)
        if days is not None:
            stretched = {"days": int(days), "date": str(nth_working_day(calendar, known.on, int(days)))}
    found["calibration"] = {
        "code": judged.code, "off_by": judged.off_by, "effective_cases": judged.effective,
        "held_p80": [judged.at_target.held, judged.at_target.low, judged.at_target.high],
        "percentile_that_held": [judged.recalibrated.stated, judged.recalibrated.low, judged.recalibrated.high],
        "recalibrated_p80": stretched, "stretch": judged.stretch, "brier": judged.brier, "crps": judged.crps,
        "sharpness": judged.sharpness,
        "curve": [[one.stated, one.held, one.cases, one.low, one.high] for one in judged.curve],
    }  # fmt: skip
    return found


def _lines(answer: dict[str, Any]) -> list[str]:
    if "error" in answer:
        return [
            f"{answer['found']} finished items, {answer['needed']} needed: too little history for a forecast"
        ]
    basis = answer["basis"]
    low, mean, high = basis["per_week"]
    default = "" if answer["as_of_given"] else " (the last finish)"
    lines = [
        f"as of {answer['as_of']}{default}, from {basis['items']} items finished {basis['from']} to {basis['to']}: "
        f"{low:.0f} to {high:.0f} a week, {mean:.1f} on average"
    ]
    if answer["ignored_later"]:
        lines.append(f"not read: {answer['ignored_later']} items finished later than that")
    lines += ["warning: " + WARNINGS[w["code"]].format(**w) for w in answer["warnings"]]
    for name, one in (answer.get("when") or {}).items():
        if name == "items":
            lines.append(f"{one} items are done")
        elif name == "chance_by":
            lines.append(f"  by the day asked for in {one:.0%} of the trials")
        else:
            lines.append(f"  {name.upper()}  {_at(one['at'])}{_between(one['low'], one['high'])}")
    amount = answer.get("how_much")
    if amount:
        lines.append(f"by {amount['by']} ({amount['working_days']} working days) at least")
        for name in ("p50", "p80", "p95"):
            one = amount[name]
            lines.append(f"  {name.upper()}  {one['items']} items  (95 %: {one['low']} to {one['high']})")
    return lines + (_looked_back(answer["backtest"]) if "backtest" in answer else [])


def _looked_back(found: dict[str, Any]) -> list[str]:
    if "error" in found:
        return [f"back-test: {found['found']} past forecasts, {found['needed']} needed"]
    lines = [
        f"back-test: {found['cases']} past forecasts; P50 held in {found['share_p50']:.0%}, P80 in "
        f"{found['share_p80']:.0%} ({NEAR})"
    ]
    judged = found["calibration"]
    if "error" in judged:
        return [*lines, f"calibration: {judged['found']} decided forecasts, {judged['needed']} needed"]
    held, low, high = judged["held_p80"]
    stated, least, most = judged["percentile_that_held"]
    lines.append(
        f"calibration: {VERDICTS[judged['code']]} (P80 held in {held:.0%}, 95 %: {low:.0%} to {high:.0%}, as many as "
        f"{judged['effective_cases']:.0f} independent forecasts show)"
    )
    named = f"P{stated * 100:.0f}" if stated < 1 else "none of its percentiles"
    lines.append(f"  held in 80 % of the cases: {named} (95 %: P{least * 100:.0f} to P{most * 100:.0f})")
    if judged["recalibrated_p80"]:
        lines.append(f"  for this forecast: {_at(judged['recalibrated_p80'])}")
    return lines


def _at(one: dict[str, Any] | None) -> str:
    return f"{one['date']}  {one['days']} working days" if one else "beyond twenty years"


def _between(low: dict[str, Any] | None, high: dict[str, Any] | None) -> str:
    if low is None and high is None:
        return ""
    return f"  (95 %: {low['date'] if low else '…'} to {high['date'] if high else '…'})"
