"""Counts the facts of an export with csv, json and ElementTree alone: a second opinion on the readers.

Knows nothing of `tandem`. What each fact means stands in `tandem/exchange/formats/facts.py`; here it is worked out once
more, in the most literal way, from the file itself. `count(path)` returns the facts or None for a file that no reader
is meant to read.
"""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Facts = dict[str, Any]
PLAN = "{http://schemas.microsoft.com/project}"
JIRA_CATEGORIES = {"To Do": "to_do", "In Progress": "in_progress", "Done": "done"}
XML_CATEGORIES = {"new": "to_do", "indeterminate": "in_progress", "done": "done"}
# Neither Trello nor the old CSV says what a state means; these are the readings that a person would give.
STATES_READ_BY_A_PERSON = {
    "In progress": "in_progress",
    "QA": "in_progress",
    "Done": "done",
    "Closed": "done",
}


def count(path: Path) -> Facts | None:
    match path.parent.name, path.suffix:
        case "jira-csv", ".csv":
            return jira_csv(path)
        case "jira-xml", ".xml":
            return jira_xml(path)
        case "trello", ".json":
            return trello(path)
        case "msproject", ".xml":
            return plan(path)
    return None


def jira_csv(path: Path) -> Facts:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    columns = {name: [i for i, cell in enumerate(header) if cell == name] for name in header}

    def values(row: list[str], *names: str) -> list[str]:
        return [row[i].strip() for name in names for i in columns.get(name, []) if row[i].strip()]

    rows = [row for row in rows if len(row) == len(header) and values(row, "Summary")]
    rows = [row for row in rows if values(row, "Key", "Issue key")]
    ids = {(values(row, "Issue id") or values(row, "Key"))[0]: row for row in rows}
    parents = {me: next(iter(values(row, "Parent")), None) for me, row in ids.items()}
    categories = [
        JIRA_CATEGORIES[values(row, "Status Category")[0]]
        if values(row, "Status Category")
        else STATES_READ_BY_A_PERSON[values(row, "Status")[0]]
        for row in rows
    ]
    people = {
        name
        for row in rows
        for name in values(row, "Assignee", "Reporter", "Creator", "Watchers", "Project lead")
        if name != "Unassigned"
    }
    created = sorted(_jira_date(values(row, "Created")[0]) for row in rows)
    return {
        "items": len(rows),
        "types": _tally(values(row, "Issue Type")[0] for row in rows),
        "states": _tally(values(row, "Status")[0] for row in rows),
        "state_categories": _tally(categories),
        "users": len(people),
        "unassigned": sum(values(row, "Assignee") in ([], ["Unassigned"]) for row in rows),
        "sprints": _tally(sprint for row in rows for sprint in set(values(row, "Sprint"))),
        "links": _tally(name for name in header if "issue link" in name),
        "comments": sum(len(values(row, "Comment")) for row in rows),
        "attachments": sum(len(values(row, "Attachment")) for row in rows),
        "items_with_parent": sum(parent in ids for parent in parents.values()),
        "hierarchy_depth": _depth(parents),
        "created_min": created[0].isoformat(),
        "created_max": created[-1].isoformat(),
    }


def jira_xml(path: Path) -> Facts:
    items = ElementTree.parse(path).getroot().findall("channel/item")
    keys = {item.findtext("key"): item for item in items}
    parents: dict[str | None, str | None] = {}
    for key, item in keys.items():
        epic = [f for f in item.iter("customfield") if f.get("key", "").endswith("gh-epic-link")]
        named = item.findtext("parent") or (epic[0].findtext(".//customfieldvalue") if epic else None)
        parents[key] = named if named in keys else None
    people = {
        e.get("username") for item in items for e in [*item.findall("assignee"), *item.findall("reporter")]
    }
    people |= {e.get("author") for item in items for e in item.iter("comment")}
    people |= {e.get("author") for item in items for e in item.iter("attachment")}
    links = {
        (
            kind.findtext("name"),
            *((item.findtext("key"), o.text) if way == "outward" else (o.text, item.findtext("key"))),
        )
        for item in items
        for kind in item.iter("issuelinktype")
        for way in ("outward", "inward")
        for o in kind.findall(f"{way}links/issuelink/issuekey")
    }
    created = sorted(parsedate_to_datetime(item.findtext("created") or "") for item in items)
    sprints = [
        {
            value.text
            for f in item.iter("customfield")
            if f.findtext("customfieldname") == "Sprint"
            for value in f.iter("customfieldvalue")
        }
        for item in items
    ]
    return {
        "items": len(keys),
        "types": _tally(item.findtext("type") for item in items),
        "states": _tally(item.findtext("status") for item in items),
        "state_categories": _tally(XML_CATEGORIES[item.find("statusCategory").get("key")] for item in items),
        "users": len(people - {"-1", None}),
        "unassigned": sum(item.find("assignee").get("username") == "-1" for item in items),
        "sprints": _tally(name for one in sprints for name in one),
        "links": _tally(name for name, _, _ in links),
        "comments": sum(1 for item in items for _ in item.iter("comment")),
        "attachments": sum(1 for item in items for _ in item.iter("attachment")),
        "items_with_parent": sum(parent is not None for parent in parents.values()),
        "hierarchy_depth": _depth(parents),
        "created_min": created[0].isoformat(),
        "created_max": created[-1].isoformat(),
    }


def trello(path: Path) -> Facts:
    board = json.loads(path.read_text(encoding="utf-8"))
    lists = {entry["id"]: entry["name"] for entry in board["lists"]}
    cards = {card["id"]: card for card in board["cards"]}
    states = [lists[card["idList"]] for card in board["cards"]]
    on_cards = [a for a in board["actions"] if a["data"].get("card", {}).get("id") in cards]
    comments = [a for a in on_cards if a["type"] in ("commentCard", "copyCommentCard")]
    moves = [a for a in on_cards if a["type"] == "createCard" or "listAfter" in a["data"]]
    people = {member["id"] for member in board["members"]}
    people |= {a["data"].get("idOriginalCommenter") or a["idMemberCreator"] for a in comments}
    people |= {a["idMemberCreator"] for a in moves}
    made = sorted(int(card[:8], 16) for card in cards)
    return {
        "items": len(cards),
        "types": {"Card": len(cards)},
        "states": _tally(states),
        "state_categories": _tally(STATES_READ_BY_A_PERSON.get(name, "to_do") for name in states),
        "users": len(people),
        "unassigned": sum(not card["idMembers"] for card in board["cards"]),
        "sprints": {},
        "links": {},
        "comments": sum(card["badges"]["comments"] for card in board["cards"]),
        "attachments": sum(len(card["attachments"]) for card in board["cards"]),
        "items_with_parent": 0,
        "hierarchy_depth": 1,
        "created_min": datetime.fromtimestamp(made[0], UTC).isoformat(),
        "created_max": datetime.fromtimestamp(made[-1], UTC).isoformat(),
    }


def plan(path: Path) -> Facts | None:
    root = ElementTree.parse(path).getroot()
    if root.tag != PLAN + "Project":
        return None

    def text(element: ElementTree.Element, tag: str) -> str:
        return element.findtext(PLAN + tag) or ""

    def rows(tag: str) -> list[ElementTree.Element]:
        return root.findall(f"{PLAN}{tag}s/{PLAN}{tag}")

    tasks = [t for t in rows("Task") if text(t, "UID") != "0" and text(t, "IsNull") != "1"]
    uids = {text(task, "UID") for task in tasks}
    resources = {
        text(r, "UID") for r in rows("Resource") if text(r, "UID") != "0" and text(r, "IsNull") != "1"
    }
    assignments = [a for a in rows("Assignment") if text(a, "TaskUID") in uids]
    links = [link for task in tasks for link in task.findall(PLAN + "PredecessorLink")]
    given = {text(a, "TaskUID") for a in assignments if text(a, "ResourceUID") in resources}
    levels = [int(text(task, "OutlineLevel")) for task in tasks]
    progress = [int(text(task, "PercentComplete") or 0) for task in tasks]
    started = [p > 0 or bool(text(task, "ActualStart")) for p, task in zip(progress, tasks, strict=True)]
    states = [
        "Complete" if p >= 100 else "In progress" if s else "Not started"
        for p, s in zip(progress, started, strict=True)
    ]
    names = {"Complete": "done", "In progress": "in_progress", "Not started": "to_do"}
    kinds = [
        "Milestone"
        if text(t, "Milestone") == "1"
        else "Summary task"
        if text(t, "Summary") == "1"
        else "Task"
        for t in tasks
    ]
    made = sorted(text(task, "CreateDate") for task in tasks)
    return {
        "items": len(tasks),
        "types": _tally(kinds),
        "states": _tally(states),
        "state_categories": _tally(names[state] for state in states),
        "users": 0,
        "unassigned": len(uids - given),
        "sprints": {},
        "comments": 0,
        "attachments": 0,
        "items_with_parent": sum(level > 1 for level in levels),
        "hierarchy_depth": max(levels, default=0),
        "created_min": made[0] if made else None,
        "created_max": made[-1] if made else None,
        "tasks": len(tasks),
        "summary_tasks": sum(text(task, "Summary") == "1" for task in tasks),
        "milestones": sum(text(task, "Milestone") == "1" for task in tasks),
        "resources": len(resources),
        "assignments": len(assignments),
        "links": len(links),
        "link_types": _tally(
            {"0": "FF", "1": "FS", "2": "SF", "3": "SS"}[text(link, "Type")] for link in links
        ),
        "links_with_lag": sum(text(link, "LinkLag") not in ("", "0") for link in links),
        "calendars": len(rows("Calendar")),
        "tasks_with_baseline": sum(task.find(PLAN + "Baseline") is not None for task in tasks),
        "start_min": min((text(task, "Start") for task in tasks), default=None),
        "finish_max": max((text(task, "Finish") for task in tasks), default=None),
    }


def _tally(names: Any) -> dict[str, int]:
    return dict(Counter(names))


def _depth(parents: dict[Any, Any]) -> int:
    def level(item: Any) -> int:
        return 1 + level(parents[item]) if parents[item] in parents else 1

    return max((level(item) for item in parents), default=0)


def _jira_date(text: str) -> datetime:
    form = "%d/%b/%y %I:%M %p" if text.endswith("M") else "%d/%b/%y %H:%M"
    return datetime.strptime(text, form)
