"""A method as lines that people write, one for each part with ` | ` between its fields, and back."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tandem.governance.method_content import Content
from tandem.kit.errors import Refused

_LISTS = {"checklist": ";", "reviewers": ","}
_NUMBERS = {"days", "money", "every", "limit"}
# section: the fields of a line in their order; criteria stand in lines of their own that begin with the gate
ORDER: dict[str, tuple[str, ...]] = {
    "phases": ("key", "name", "stage", "days"), "gates": ("key", "name", "phase", "money", "reviewers"), "criteria": ("gate", "key", "kind", "limit", "text"),
    "deliverables": ("key", "name", "phase", "checklist"), "roles": ("key", "name", "duty"), "states": ("name", "category"), "reports": ("key", "name", "every"),
    "kpis": ("key", "name", "unit"),
}  # fmt: skip
HELP: dict[str, Any] = {
    "phases": _("key | name | concept, plan, build, launch or close | working days"),
    "gates": _("key | name | key of the phase that it ends | share of the money in per cent | keys of the roles that review, with commas"),
    "criteria": _("key of the gate | key | judged, deliverables, checklists, promises, risks, issues, budget or charter | limit | what must hold"),
    "deliverables": _("key | name | key of the phase | points of its checklist, with semicolons"),
    "roles": _("key | name | what it answers for"),
    "states": _("name | to_do, in_progress or done"),
    "reports": _("key | name | days between two"),
    "kpis": _("key | name | unit"),
}


def written(content: Content) -> dict[str, str]:
    """Each section as text."""
    criteria = [{**row, "gate": gate["key"]} for gate in content["gates"] for row in gate["criteria"]]
    return {section: "\n".join(_line(row, fields) for row in (criteria if section == "criteria" else content[section])) for section, fields in ORDER.items()}


def _line(row: dict[str, Any], fields: tuple[str, ...]) -> str:
    return " | ".join(f"{_LISTS[name]} ".join(row[name]) if name in _LISTS else str(row[name]) for name in fields).rstrip(" |")


def read(texts: dict[str, str]) -> dict[str, Any]:
    """The content, to be checked; refuses what has no shape at all."""
    rows = {section: [_row(section, line) for line in texts.get(section, "").splitlines() if line.strip()] for section in ORDER}
    criteria = rows.pop("criteria")
    for gate in rows["gates"]:
        gate["criteria"] = [{name: value for name, value in row.items() if name != "gate"} for row in criteria if row["gate"] == gate["key"]]
    if stray := {row["gate"] for row in criteria} - {gate["key"] for gate in rows["gates"]}:
        raise Refused("method_malformed", field="criteria", where=", ".join(sorted(stray)))
    return rows


def _row(section: str, line: str) -> dict[str, Any]:
    fields = ORDER[section]
    values = [one.strip() for one in line.split("|", len(fields) - 1)]
    values += [""] * (len(fields) - len(values))
    return {name: _value(section, name, value, line) for name, value in zip(fields, values, strict=True)}


def _value(section: str, name: str, value: str, line: str) -> Any:
    if name in _LISTS:
        return [one.strip() for one in value.split(_LISTS[name]) if one.strip()]
    if name in _NUMBERS:
        if not value:
            return 0
        if not value.isdecimal() or len(value) > 6:
            raise Refused("method_malformed", field=section, where=line.strip()[:80])
        return int(value)
    return value
