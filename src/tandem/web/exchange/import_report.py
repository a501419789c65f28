"""A report of an import as its page shows it: figures, words for codes, what matters first."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.exchange import wording
from tandem.exchange.formats.columns import FIELDS
from tandem.exchange.models import Import
from tandem.people.access import Permission, may
from tandem.web.portfolio import money
from tandem.work.models import State

# reasons that are no loss: what is computed anew here, how the source looks, its housekeeping
_NO_LOSS = {"computed", "roll_up", "display", "board_event", "personal", "secret", "timephased", "footer", "empty_row"}


def figures_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    facts = report["facts"]
    if report.get("kind") == "proposals":
        return [{"label": _("Proposals"), "value": facts["items"]}, {"label": _("With costs or effort"), "value": facts["with_case"]}]
    if report.get("kind") != "feedback":
        return figures(facts)
    merged = facts["merged"]
    return [
        {"label": _("Entries"), "value": facts["items"], "note": _("%(n)s merged as duplicates") % {"n": merged} if merged else ""},
        {"label": _("Votes"), "value": facts["votes"]},
        {"label": _("Comments at the source"), "value": facts["comments"]},
        {"label": _("Customers"), "value": facts["customers"]},
        _span(_("Given"), facts["created_min"], facts["created_max"]),
    ]


def figures(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """At most five; of a plan others than of a tracker."""
    first = [{"label": _("Work items"), "value": facts["items"], "note": _kinds(facts["types"])}]
    if "tasks" in facts:
        return first + [
            {"label": _("Dependencies"), "value": facts["links"], "note": _lags(facts["links_with_lag"])},
            {"label": _("People and resources"), "value": facts["resources"] + facts["users"]},
            {"label": _("Working calendars"), "value": facts["calendars"]},
            _span(_("From – to"), facts["start_min"], facts["finish_max"]),
        ]
    links = sum(facts["links"].values())
    more = [
        {"label": _("People"), "value": facts["users"], "note": _unassigned(facts["unassigned"])},
        {"label": _("Comments"), "value": facts["comments"], "note": _files(facts["attachments"])},
        {"label": _("Links"), "value": links} if links or not facts["sprints"]
        else {"label": _("Sprints"), "value": len(facts["sprints"])},
        _span(_("Created"), facts["created_min"], facts["created_max"]),
    ]  # fmt: skip
    return first + more


def _kinds(types: dict[str, int]) -> str:
    return " · ".join(f"{name} {count}" for name, count in list(types.items())[:3])


def _lags(count: int) -> str:
    return ngettext("%(n)s with a lag", "%(n)s with a lag", count) % {"n": count} if count else ""


def _unassigned(count: int) -> str:
    return ngettext("%(n)s item unassigned", "%(n)s items unassigned", count) % {"n": count} if count else ""


def _files(count: int) -> str:
    return ngettext("%(n)s attachment", "%(n)s attachments", count) % {"n": count} if count else ""


def _span(label: str, first: str | None, last: str | None) -> dict[str, Any]:
    if not first or not last:
        return {"label": label, "value": "–"}
    note = "" if first[:10] == last[:10] else _("to %(day)s") % {"day": last[:10]}
    return {"label": label, "value": first[:10], "note": note}


def costs(imported: Import, user: Any) -> dict[str, Any]:
    """What came in of costs, for who may see them; of what is not there yet, whoever brings the file."""
    is_there = imported.state == Import.State.APPLIED
    seen = may(user, Permission.SEE_COSTS, imported.into_id) if is_there and imported.into_id else imported.owner_id == user.pk and not is_there
    if not seen or not imported.costs:
        return {}
    sums = [{"currency": one["currency"], "planned": money.cents(Decimal(one["planned"]), one["currency"]), "actual": money.cents(Decimal(one["actual"]), one["currency"]) if Decimal(one["actual"]) else "–"} for one in imported.costs["sums"]]
    return {"lines": imported.costs["lines"], "sums": sums}


def workers(imported: Import) -> list[tuple[str, str]]:
    """Names of the plan that nobody here bears, with what they were said to be."""
    said = imported.options.get("resources", {})
    asked = next((one["names"] for one in imported.questions if one["code"] == "resources"), [])
    return [(name, said.get(name, "person")) for name in dict.fromkeys([*asked, *said])]


def left_out(report: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What somebody may miss, and what nobody will; what stays out for one reason stands together."""
    rows: dict[str, dict[str, Any]] = {}
    for row in report.get("not_taken_over", []):
        code = row["code"]
        same = rows.setdefault(code, {"names": [], "count": 0, "why": wording.why(code), "where": row["where"], "code": code})
        same["names"].append((row["what"], row["count"]))
        same["count"] += row["count"]
        same["kinds"] = len(same["names"])
    return [row for row in rows.values() if row["code"] not in _NO_LOSS], [row for row in rows.values() if row["code"] in _NO_LOSS]


def notes(report: dict[str, Any]) -> list[str]:
    """What the table of states shows is not said twice."""
    said = [note for note in report.get("notes", []) if note["code"] != "categories_guessed"]
    found = [wording.note(note["code"], note["params"]) for note in said]
    if report.get("as_of"):
        found.append(wording.as_of(report["as_of"], is_schedule=report["is_schedule"]))
    return found


def states(report: dict[str, Any]) -> list[dict[str, Any]]:
    """With the number of items, and whether the category was only read off the name."""
    counts = report.get("facts", {}).get("states", {})
    return [row | {"items": counts.get(row["name"], 0)} for row in report.get("states", [])]


def categories() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in State.Category.choices]


def sentence(report: dict[str, Any], *, is_done: bool) -> str:
    """The first line says what matters."""
    numbers = {**report["into"], "n": report["facts"]["items"], "created": report["created"], "updated": report["updated"]}
    if report.get("kind") == "feedback" and not is_done and report["into"]["is_new"]:
        text = ngettext("%(n)s entry comes into a new product, %(name)s.", "%(n)s entries come into a new product, %(name)s.", numbers["n"])
        return text % numbers
    if report["unchanged"] and not (report["created"] or report["updated"]):
        return _("Nothing is new: %(name)s has all %(n)s items as they are in the file.") % numbers
    if is_done:
        if report["updated"] or report["unchanged"]:
            return _("%(created)s items are new in %(name)s, %(updated)s were updated.") % numbers
        return ngettext("%(n)s item is in %(name)s.", "%(n)s items are in %(name)s.", numbers["n"]) % numbers
    if report["into"]["is_new"]:
        text = ngettext(
            "%(n)s item comes into a new project, %(name)s.", "%(n)s items come into a new project, %(name)s.", numbers["n"]
        )
        return text % numbers
    if report["updated"] or report["unchanged"]:
        return _("%(created)s items are new for %(name)s, %(updated)s are updated; nothing is doubled.") % numbers
    return ngettext("%(n)s item comes into %(name)s.", "%(n)s items come into %(name)s.", numbers["n"]) % numbers


def made(report: dict[str, Any]) -> str:
    """What was put on the roadmap."""
    count = report.get("made", {})
    features = ngettext("%(n)s new feature", "%(n)s new features", count.get("features", 0)) % {"n": count.get("features", 0)}
    releases = ngettext("%(n)s new release", "%(n)s new releases", count.get("releases", 0)) % {"n": count.get("releases", 0)}
    parts = [text for text, n in ((features, count.get("features")), (releases, count.get("releases"))) if n]
    return _("On the roadmap: %(what)s.") % {"what": " · ".join(parts)} if parts else ""


def column_choices() -> list[tuple[str, str]]:
    """What a column of a table can be, in the order in which people look for it."""
    words = {
        "title": _("Title"), "description": _("Description"), "type": _("Type"), "state": _("State"),
        "category": _("Category of the state"), "assignee": _("Assignee"), "reporter": _("Reporter"),
        "priority": _("Priority"), "labels": _("Labels"), "key": _("Key"), "parent": _("Parent"), "epic": _("Epic"),
        "versions": _("Version"), "sprint": _("Sprint"), "components": _("Component"), "project": _("Project"),
        "created": _("Created"), "updated": _("Updated"), "resolved": _("Finished"), "due": _("Due"),
        "start": _("Planned start"), "finish": _("Planned finish"), "actual_start": _("Actual start"),
        "actual_finish": _("Actual finish"), "duration_days": _("Duration in days"), "progress": _("Progress"),
        "predecessors": _("Predecessors"), "milestone": _("Milestone"), "level": _("Outline level"), "wbs": _("WBS code"),
        "points": _("Story points"), "estimate_hours": _("Estimate in hours"), "estimate_days": _("Estimate in days"),
        "spent_hours": _("Hours spent"), "remaining_hours": _("Hours left"), "url": _("Address"), "rank": _("Order"),
        "custom": _("A field of its own"), "ignore": _("Leave it out"),
    }  # fmt: skip
    return [(name, words.get(name, name)) for name in sorted(FIELDS, key=lambda f: list(words).index(f) if f in words else 99)]
