"""Sentences for the range of a plan, the same on its page, over the API and in a terminal."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.types import Json
from tandem.reports.queries.plan_ranges import Tried

ENOUGH_CASES = 10


def refusal(code: Json) -> str:
    """Why there is none."""
    kind = code.get("code", "")
    if kind == "no_work":
        return _("Nothing is open here.")
    if kind == "not_enough":
        found = ngettext("%(n)s finished item", "%(n)s finished items", code["found"]) % {"n": code["found"]}
        return _("Too little to say how far estimates are off: %(found)s with an estimate and logged time, %(needed)s needed.") % {"found": found, "needed": code["needed"]}
    if kind == "unsized":
        return ngettext(
            "Of %(n)s of %(tasks)s tasks nobody said how long it takes, and too little was finished to count it from history.",
            "Of %(n)s of %(tasks)s tasks nobody said how long they take, and too little was finished to count them from history.", code["unsized"],
        ) % {"n": code["unsized"], "tasks": code["tasks"]}  # fmt: skip
    return str(kind)


def tried(found: Tried) -> list[str]:
    """How often P80 held on past baselines, in sentences; nothing where none was tried."""
    said = []
    if found.decided:
        said.append(ngettext("Reckoned as of the day of each past baseline, P80 would have held in %(held)s of %(n)s case.", "Reckoned as of the day of each past baseline, P80 would have held in %(held)s of %(n)s cases.", found.decided) % {"held": found.held, "n": found.decided})
        if found.decided < ENOUGH_CASES:
            said.append(_("From so few nothing follows yet: eight of ten are expected."))
    if found.undecided:
        said.append(ngettext("Of %(n)s past baseline work is open and P80 is still to come: it is not decided.", "Of %(n)s past baselines work is open and P80 is still to come: they are not decided.", found.undecided) % {"n": found.undecided})
    if found.little:
        said.append(ngettext("On the day of %(n)s baseline too little was finished to say a range.", "On the days of %(n)s baselines too little was finished to say a range.", found.little) % {"n": found.little})
    if found.wide_decided > found.decided:
        said.append(ngettext("In everything that you see: %(held)s of %(n)s case.", "In everything that you see: %(held)s of %(n)s cases.", found.wide_decided) % {"held": found.wide_held, "n": found.wide_decided})
    return said


def rests_on(detail: Json) -> list[str]:
    """What it was computed from, in sentences."""
    found = []
    behind = sum(one["found"] for one in detail.get("counted", ()))
    counted = sum(one["items"] for one in detail.get("counted", ()))
    if counted:
        found.append(ngettext("%(n)s open item is counted from throughput", "%(n)s open items are counted from throughput", counted) % {"n": counted}
                     + ngettext(" (%(n)s finished item behind it).", " (%(n)s finished items behind it).", behind) % {"n": behind})  # fmt: skip
    for one in detail.get("learnt", ()):
        found.append(_class(one))
    if detail.get("assumed"):
        found.append(ngettext("Of %(n)s task nobody said how long it takes: it counts as long as the middle one.", "Of %(n)s tasks nobody said how long they take: each counts as long as the middle one.", detail["assumed"]) % {"n": detail["assumed"]})
    if detail.get("risks"):
        found.append(ngettext("%(n)s risk may strike in each trial.", "%(n)s risks may strike in each trial.", detail["risks"]) % {"n": detail["risks"]})
    if detail.get("unplaced"):
        found.append(ngettext("%(n)s effect of a risk is left out: what it names is done, or not told apart here.", "%(n)s effects of risks are left out: what they name is done, or not told apart here.", detail["unplaced"]) % {"n": detail["unplaced"]})
    left = detail.get("closed", 0) + detail.get("lost", 0)
    if left:
        found.append(ngettext("%(n)s link is left out: it closes a circle, or leads to work without a date.", "%(n)s links are left out: they close circles, or lead to work without a date.", left) % {"n": left})
    return found


def _class(one: Json) -> str:
    """The tasks that rest on one class of finished items."""
    tasks = ngettext("%(n)s task is reckoned from its estimate", "%(n)s tasks are reckoned from their estimates", one["tasks"]) % {"n": one["tasks"]}
    known = {"n": one["count"], "type": one["type"]}
    like = {
        "team": ngettext("as %(n)s finished item of the type %(type)s by the same team", "as %(n)s finished items of the type %(type)s by the same team", one["count"]),
        "project": ngettext("as %(n)s finished item of the type %(type)s in the project", "as %(n)s finished items of the type %(type)s in the project", one["count"]),
        "all": ngettext("as %(n)s finished item of the project", "as %(n)s finished items of the project", one["count"]),
        "type": ngettext("as %(n)s finished item of the type %(type)s in all projects", "as %(n)s finished items of the type %(type)s in all projects", one["count"]),
        "every": ngettext("as %(n)s finished item of all projects", "as %(n)s finished items of all projects", one["count"]),
    }[one["kind"]] % known
    ratios = _(": %(low)s× to %(high)s× their estimate, half of them at most %(middle)s×") % {name: f"{one[name]:.2f}" for name in ("low", "middle", "high")} if "middle" in one else ""
    return _("%(tasks)s, %(like)s%(ratios)s.") % {"tasks": tasks, "like": like, "ratios": ratios}
