"""One task of an MSPDI file: its fields, its baselines, the gaps in its work,
and which of its columns are left.
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Literal
from xml.etree.ElementTree import Element

from tandem.exchange.formats.mspdi_calendars import as_datetime
from tandem.exchange.formats.source import clean
from tandem.exchange.records import Baseline, PlanFields, Value

Gaps = tuple[tuple[datetime, datetime], ...]
CONSTRAINTS = ("ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")
TASK_TYPES: tuple[Literal["units", "duration", "work"], ...] = ("units", "duration", "work")
_ELAPSED = {"4", "6", "8", "10", "12", "20", "36", "38", "40", "42", "44", "52"}
_ESTIMATED = {str(code) for code in range(35, 54)}
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")

TASK_TAGS = {
    "UID", "ID", "GUID", "Name", "Type", "IsNull", "CreateDate", "WBS", "OutlineNumber", "OutlineLevel",
    "Priority", "Start",
    "Finish", "Duration", "DurationFormat", "Work", "Stop", "Resume", "EffortDriven", "Estimated",
    "Milestone", "Summary",
    "Critical", "ExternalTask", "FreeSlack", "TotalSlack", "PercentComplete", "PercentWorkComplete",
    "ActualStart",
    "ActualFinish", "RemainingDuration", "ConstraintType", "ConstraintDate", "CalendarUID", "Deadline",
    "LevelingDelay",
    "LevelingDelayFormat", "IgnoreResourceCalendar", "PhysicalPercentComplete", "Notes", "PredecessorLink",
    "ExtendedAttribute", "Baseline", "Active", "Manual", "Contact", "Hyperlink", "HyperlinkAddress",
    "ResumeValid", "FixedCost", "FixedCostAccrual",
}  # fmt: skip
_MONEY = re.compile(r".*(Cost|Rate|Rates|BCWS|BCWP|ACWP|CV|SV|VAC|Accrual|AccrueAt|CostRateTable).*")
_DISPLAY = {
    "HideBar", "Rollup", "DisplayAsSummary", "LevelAssignments", "LevelingCanSplit", "IsPublished",
    "CommitmentType",
    "WorkGroup", "CanLevel", "LinkedFields", "Confirmed", "ResponsePending", "UpdateNeeded", "BookingType",
    "RateScale",
    "IsEnterprise", "IsBudget", "HasFixedRateUnits", "FixedMaterial", "EarnedValueMethod",
    "StandardRateFormat",
    "OvertimeRateFormat", "IsSubproject", "IsSubprojectReadOnly", "Recurring", "StartText", "FinishText",
    "DurationText",
}  # fmt: skip
_DEFAULTS = {  # as MS Project writes them when nobody has touched them
    "LevelAssignments": "1", "LevelingCanSplit": "1", "HasFixedRateUnits": "1", "IsPublished": "1",
    "CanLevel": "1",
    "FixedCostAccrual": "3", "StandardRateFormat": "2", "OvertimeRateFormat": "2", "AccrueAt": "3",
}  # fmt: skip
_COMPUTED = re.compile(
    r"Early.*|Late.*|.*Variance|.*Slack|Remaining.*|Regular.*|OverAllocated|Overallocated|Percent.*"
    r"|Actual(Work|Duration"
    r"|OvertimeWork).*|Overtime.*|PeakUnits|Work|PreLeveled.*|Manual(Start|Finish|Duration)|Stop|Resume"
    r"|Summary"
)


def duration(element: Element, tag: str) -> float | None:
    """PT8H0M0S → 480.0 minutes."""
    found = _DURATION.fullmatch((element.findtext(tag) or "").strip())
    if not found or not any(found.groups()[1:]):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    total = days * 1440 + hours * 60 + minutes + seconds / 60
    return round(-total if found[1] else total, 4)


def amount(element: Element, tag: str, otherwise: float = 0.0) -> float:
    try:
        return float(element.findtext(tag) or otherwise)
    except ValueError:
        return otherwise


def is_elapsed(form: str | None) -> bool:
    return form in _ELAPSED


def plan_of(element: Element, gaps: Gaps) -> PlanFields:
    form = element.findtext("DurationFormat")
    constraint = int(amount(element, "ConstraintType"))
    calendar = element.findtext("CalendarUID")
    return PlanFields(
        row=int(amount(element, "ID")), outline_level=int(amount(element, "OutlineLevel", 1)),
        wbs=clean(element.findtext("WBS")), duration_minutes=duration(element, "Duration"),
        is_elapsed=is_elapsed(form),
        is_estimated=element.findtext("Estimated") == "1" or form in _ESTIMATED,
        remaining_minutes=duration(element, "RemainingDuration"), work_minutes=duration(element, "Work"),
        percent_complete=amount(element, "PercentComplete"),
        percent_work_complete=amount(element, "PercentWorkComplete"),
        physical_percent_complete=amount(element, "PhysicalPercentComplete"),
        is_milestone=_flag(element, "Milestone"), is_summary=_flag(element, "Summary"),
        is_manual=_flag(element, "Manual"),
        is_active=element.findtext("Active") != "0", is_external=_flag(element, "ExternalTask"),
        is_critical=_flag(element, "Critical"),
        constraint_type=CONSTRAINTS[constraint] if 0 <= constraint < 8 else "ASAP",
        constraint_date=as_datetime(element.findtext("ConstraintDate")),
        deadline=as_datetime(element.findtext("Deadline")),
        actual_start=as_datetime(element.findtext("ActualStart")),
        actual_finish=as_datetime(element.findtext("ActualFinish")),
        stop=as_datetime(element.findtext("Stop")), resume=as_datetime(element.findtext("Resume")),
        calendar=calendar if calendar not in (None, "", "-1") else None,
        ignores_resource_calendar=_flag(element, "IgnoreResourceCalendar"),
        task_type=TASK_TYPES[int(amount(element, "Type")) % 3], is_effort_driven=_flag(element,
        "EffortDriven"),
        priority=int(amount(element, "Priority", 500)), leveling_delay_minutes=amount(element,
        "LevelingDelay") / 10,
        leveling_delay_is_elapsed=is_elapsed(element.findtext("LevelingDelayFormat") or "8"), gaps=gaps,
        total_slack_minutes=amount(element, "TotalSlack") / 10, free_slack_minutes=amount(element,
        "FreeSlack") / 10,
        baselines=baselines(element),
    )  # fmt: skip


def baselines(element: Element) -> dict[int, Baseline]:
    found: dict[int, Baseline] = {}
    for stored in element.findall("Baseline"):
        cost = stored.findtext("Cost")
        found[int(amount(stored, "Number"))] = Baseline(
            start=as_datetime(stored.findtext("Start")), finish=as_datetime(stored.findtext("Finish")),
            duration_minutes=duration(stored, "Duration"), work_minutes=duration(stored, "Work"),
            cost=amount(stored, "Cost") if cost else None,
        )  # fmt: skip
    return found


def gaps_of(assignment: Element) -> Gaps:
    """Spans in which the work of an assignment rests though there is working time.

    MS Project writes a row per day: with a value of zero where the work rests, without a value where nobody
    works.
    """
    gaps: list[tuple[datetime, datetime]] = []
    begin: datetime | None = None
    end: datetime | None = None
    has_zero = False
    for row in assignment.findall("TimephasedData"):
        if row.findtext("Type") not in ("1", "2"):
            continue
        start, finish = as_datetime(row.findtext("Start")), as_datetime(row.findtext("Finish"))
        if start is None or finish is None:
            continue
        if (duration(row, "Value") or 0) > 0:
            if begin is not None and has_zero and end is not None and end <= start:
                gaps.append((begin, start))
            begin, end, has_zero = finish, finish, False
        elif begin is not None:
            has_zero |= bool(row.findtext("Value"))
    return tuple(gaps)


def fields_of(element: Element, aliases: dict[str, str], tags: tuple[str, ...] = (), without: Collection[str] = ()) -> dict[str, Value]:
    """Custom fields by their alias, and a few own ones without a column here. `without`: numbers of those that stay out."""
    found: dict[str, Value] = {tag: text for tag in tags if (text := clean(element.findtext(tag)))}
    for attribute in element.findall("ExtendedAttribute"):
        field, value = attribute.findtext("FieldID") or "", clean(attribute.findtext("Value"))
        if value and field not in without:
            found[aliases.get(field) or f"Field {field}"] = value
    return found


def why_not(child: Element) -> str | None:
    """Why a column of a row is not taken over; None when it says nothing."""
    text = clean(child.text)
    if _DEFAULTS.get(child.tag) == text:
        return None
    if not len(child) and text in ("", "0", "0.00", "-1", "PT0H0M0S"):
        return None
    if child.tag in _DISPLAY:
        return "display"
    if _MONEY.fullmatch(child.tag):
        return "money"
    return "computed" if _COMPUTED.fullmatch(child.tag) else "no_place"


def _flag(element: Element, tag: str) -> bool:
    return element.findtext(tag) == "1"
