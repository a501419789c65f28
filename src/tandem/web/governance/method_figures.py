"""Figures of a method or a pack in a project: their value with its period and records, or that they are measured by hand."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.people.access import Permission, may
from tandem.portfolio.models import Project
from tandem.reports.queries import method_figures as reads
from tandem.reports.queries.method_figures import Value
from tandem.web.templating import url


def found(user: Any, project: Project, keys: Iterable[str]) -> dict[str, Value]:
    """Each once, however many packs name it."""
    return reads.of_project(user, project, keys)


def shown(user: Any, project: Project, named: list[tuple[str, str]], measured: dict[str, Value]) -> list[dict[str, Any]]:
    """Of each (key, name); `href` leads to the records, of what is measured by hand to a new KPI."""
    may_keep = may(user, Permission.EDIT_STRATEGY, project.space_id)
    rows = []
    for key, name in named:
        one = measured.get(key)
        if one is None:
            rows.append({"name": name, "value": "", "said": _("measured by hand"), "href": "", "new": f"{url('kpis_new')}?name={quote(name)}" if may_keep else ""})
        else:
            rows.append({"name": name, "value": _value(one), "said": _said(one), "href": _href(key, project), "new": ""})
    return rows


def _value(one: Value) -> str:
    if one.value is None:
        return ""
    number = f"{one.value:g}"
    if one.unit == "days":
        return ngettext("%(number)s day", "%(number)s days", 1 if one.value == 1 else 2) % {"number": number}
    if one.unit == "percent":
        return f"{number} %"
    return _("%(number)s a week") % {"number": number} if one.unit == "a_week" else number


def _said(one: Value) -> str:
    when = _("of the last %(days)s days") % {"days": one.days} if one.days else _("as of now")
    if one.value is None:
        return _("too little: %(found)s of %(needed)s records that it needs") % {"found": one.found, "needed": one.needed} if one.found else _("There is nothing to compute it from.")
    return ngettext("%(when)s, from %(n)s record", "%(when)s, from %(n)s records", one.found) % {"when": when, "n": one.found}


def _href(key: str, project: Project) -> str:
    """The records from which it comes."""
    place = project.space.key
    if key == "gates_in_time":
        return f"{url('gates')}?in={place}&state=passed"
    if key == "time_to_decide":
        return f"{url('decisions')}?in={place}"
    if key == "controls_met":
        return url("project_gaps", key=place)
    if key in ("spi", "cpi"):
        return url("earned_value", key=place)
    if key == "goals":
        return url("backlog", key=place)
    return f"{url('work_items')}?q=project:{place}+{'due:overdue' if key == 'overdue' else 'finished:>=-90d'}"
