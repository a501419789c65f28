"""What a branch of the plan comes to, as pages show it: both plans on one axis, and the whole in a sentence."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit import clock
from tandem.kit.dates import months_on, quarter_start, short_day
from tandem.reports.queries import plan_scenarios as reads
from tandem.web.product.roadmap_picture import MONTHS, QUARTERS, Axis, axis_from


def drawn(picture: reads.Picture | None) -> dict[str, Any]:
    """What `planning/branch_parts.html` asks for."""
    axis = _axis(picture)
    lanes = [(line, _lane(line, axis)) for line in picture.projects] if picture else []
    return {"picture": picture, "axis": axis, "today_label": short_day(axis.today), "lanes": lanes, "sentence": sentence(picture) if picture else ""}


def _axis(picture: reads.Picture | None) -> Axis:
    today = clock.today()
    days = [day for line in (picture.projects if picture else ()) for span in (line.before, line.after) if span for day in span]
    last = max([today + timedelta(days=60), *days])
    scale = MONTHS if last - today < timedelta(days=400) else QUARTERS
    first = months_on(today, -1 if scale == MONTHS else -3)
    return axis_from(first if scale == MONTHS else quarter_start(first), min(last, today + timedelta(days=366 * 6)), today, scale, 20)


def _lane(line: reads.ProjectLine, axis: Axis) -> dict[str, Any]:
    """The plan in force below, the scenario above."""
    days = line.days
    label = " → ".join(short_day(span[1]) if span else "–" for span in (line.before, line.after))
    return {
        "state": "none" if not days else "off" if days > 0 else "on", "base": axis.span(*line.before) if line.before else None,
        "work": axis.span(*line.after) if line.after else None, "today": axis.at(axis.today), "label": label,
    }  # fmt: skip


def sentence(picture: reads.Picture) -> str:
    """What it comes to, first."""
    later = [line.days for line in picture.projects if line.days and line.days > 0]
    sooner = [line.days for line in picture.projects if line.days and line.days < 0]
    broken = sum(line.verdict == "broken" for line in picture.promises)
    kept = sum(line.verdict == "kept" for line in picture.promises)
    parts = []
    if later:
        parts.append(ngettext("%(n)s project ends later, by up to %(most)s days", "%(n)s projects end later, by up to %(most)s days", len(later)) % {"n": len(later), "most": max(later)})
    if sooner:
        parts.append(ngettext("%(n)s project ends earlier, by up to %(most)s days", "%(n)s projects end earlier, by up to %(most)s days", len(sooner)) % {"n": len(sooner), "most": -min(sooner)})
    if broken:
        parts.append(ngettext("%(n)s promise would be broken", "%(n)s promises would be broken", broken) % {"n": broken})
    if kept:
        parts.append(ngettext("%(n)s promise would be kept after all", "%(n)s promises would be kept after all", kept) % {"n": kept})
    return (_("; ").join(parts) + _(".")) if parts else _("No project and no promise that you see ends otherwise.")
