"""What gates, methods and conformance say in words: criteria and what they rest on, checks, differences between versions."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from tandem.governance.conformance import Check
from tandem.governance.criteria import Standing
from tandem.governance.method_content import Difference
from tandem.web.templating import day

STAGES = {
    "concept": pgettext_lazy("stage of a project", "Concept"), "plan": pgettext_lazy("stage of a project", "Planning"), "build": pgettext_lazy("stage of a project", "Building"),
    "launch": pgettext_lazy("stage of a project", "Launch"), "close": pgettext_lazy("stage of a project", "Closing"),
}  # fmt: skip
SECTIONS = {
    "states": gettext_lazy("Workflow"), "phases": gettext_lazy("Phases"), "roles": gettext_lazy("Roles"), "deliverables": gettext_lazy("Deliverables"),
    "gates": gettext_lazy("Gates"), "reports": pgettext_lazy("part of a method", "Reports"), "kpis": gettext_lazy("Figures"),
    "checklists": gettext_lazy("Checklists"), "controls": pgettext_lazy("industry pack", "Controls"), "risks": gettext_lazy("Risks"),
}  # fmt: skip
WHAT = {"added": gettext_lazy("Added"), "removed": gettext_lazy("Removed"), "changed": gettext_lazy("Changed")}
_FIELDS = {
    "name": gettext_lazy("name"), "days": gettext_lazy("working days"), "stage": gettext_lazy("stage"), "duty": gettext_lazy("duty"), "phase": gettext_lazy("phase"),
    "checklist": gettext_lazy("checklist"), "money": gettext_lazy("share of the money"), "reviewers": gettext_lazy("reviewers"), "criteria": gettext_lazy("criteria"),
    "points": gettext_lazy("points"), "every": gettext_lazy("days between two"), "unit": gettext_lazy("unit"), "category": gettext_lazy("category"),
    "asks": gettext_lazy("what it asks"), "evidence": gettext_lazy("evidence"), "standards": gettext_lazy("standards"), "area": gettext_lazy("area"), "title": gettext_lazy("title"), "cause": gettext_lazy("cause"),
    "event": gettext_lazy("event"), "effect": gettext_lazy("effect"), "probability": gettext_lazy("probability"), "least": gettext_lazy("least days"), "likely": gettext_lazy("likely days"), "most": gettext_lazy("most days"),
}  # fmt: skip
VERDICT_SHAPES = {"go": "done", "hold": "none", "recycle": "risk", "kill": "off"}
GATE_SHAPES = {"open": "to_do", "passed": "done", "held": "in_progress", "killed": "done"}


def rests_on(one: Standing) -> str:
    return said(one.code, one.figures)


def said(code: str, figures: dict[str, Any]) -> str:
    n, of = figures.get("n", 0), figures.get("of", 0)
    if code == "high":
        return ngettext("%(n)s high threat is open", "%(n)s high threats are open", n) % {"n": n}
    if code == "severe":
        return ngettext("%(n)s severe issue is open", "%(n)s severe issues are open", n) % {"n": n}
    texts = {
        "judged": "", "not_judged": _("Nobody has judged it yet."), "nothing": _("There is nothing to compute it from."), "finished": _("%(n)s of %(of)s finished"),
        "ticked": _("%(n)s of %(of)s ticked"), "off_track": _("%(n)s of %(of)s off track"), "no_budget": _("There is no budget to compare with."),
        "within": _("within %(limit)s per cent"), "above": _("above %(limit)s per cent"), "no_charter": _("There is no charter."),
        "signed": _("version %(number)s is signed"), "unsigned": _("version %(number)s is not signed by both"),
    }  # fmt: skip
    return texts.get(code, code) % {"n": n, "of": of, **figures}


def shape(is_met: bool | None) -> str:
    return "none" if is_met is None else "done" if is_met else "off"


def met(is_met: bool | None) -> str:
    return pgettext("criterion", "Open") if is_met is None else _("Holds") if is_met else _("Does not hold")


def check(one: Check) -> str:
    """A check as a sentence, whether it holds or not."""
    figures = one.figures
    named = {"name": one.name, **figures}
    if one.code == "gate_in_time":
        if one.holds:
            return _("%(name)s was passed in time.") % named
        return ngettext("%(name)s was passed %(days)s day late.", "%(name)s was passed %(days)s days late.", figures["days"]) % named
    if one.code == "gate_overdue":
        return ngettext("%(name)s is overdue by %(days)s day.", "%(name)s is overdue by %(days)s days.", figures["days"]) % named
    if one.code == "checklist" and not one.holds:
        return ngettext("%(gate)s was passed with %(n)s open point on the checklist of “%(name)s”.", "%(gate)s was passed with %(n)s open points on the checklist of “%(name)s”.", figures["n"]) % named
    if one.code == "report" and not figures["last"]:
        return _("%(name)s: none yet, due every %(every)s days.") % named
    if one.code == "report":
        return _("%(name)s: the last one is of %(day)s, due every %(every)s days.") % (named | {"day": day(date.fromisoformat(figures["last"]))})
    return _CHECKS[one.code, one.holds]() % named


_CHECKS: dict[tuple[str, bool], Any] = {
    ("deliverable", True): lambda: _("“%(name)s” was there when %(gate)s was passed."),
    ("deliverable", False): lambda: _("%(gate)s was passed without “%(name)s”."),
    ("checklist", True): lambda: _("The checklist of “%(name)s” was ticked when %(gate)s was passed."),
    ("began_early", True): lambda: _("Work on “%(name)s” began after %(gate)s."),
    ("began_early", False): lambda: _("Work on “%(name)s” began before %(gate)s was passed."),
    ("role", True): lambda: _("%(name)s: %(person)s."),
    ("role", False): lambda: _("Nobody has the role “%(name)s”."),
}


def fields_of(one: Difference) -> str:
    """Which fields of a part differ, in words."""
    comma = _(", ")
    return comma.join(str(_FIELDS.get(name, name)) for name in one.fields)


def difference(one: Difference) -> dict[str, Any]:
    was, now = one.was or {}, one.now or {}
    pairs = [(str(_FIELDS.get(name, name)), _plain(was.get(name)), _plain(now.get(name))) for name in one.fields]
    return {"section": SECTIONS[one.section], "name": one.name, "what": WHAT[one.what], "code": one.what, "pairs": pairs}


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return _("; ").join(one["text"] if isinstance(one, dict) else str(one) for one in value) or "–"
    if isinstance(value, str) and value in STAGES:
        return str(STAGES[value])
    return "–" if value in (None, "") else str(value)
