"""Which Jira column means what: by name, case-insensitively, in the wordings of Server,
Data Center and Cloud.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from tandem.exchange.records import LinkRecord

_ALIASES: dict[str, str] = {}
for _field, _names in {
    "title": "summary|zusammenfassung|概要|摘要|主题",
    "key": "issue key|key|work item key|vorgangsschlüssel|问题关键字|事务关键字|工作项关键字",
    "id": "issue id|work item id|vorgangs-id|问题 id|问题id|事务 id",
    "type": "issue type|work type|work item type|vorgangstyp|问题类型|事务类型|工作类型",
    "state": "status|状态",
    "category": "status category|statuskategorie|状态类别",
    "project_key": "project key|projektschlüssel|项目关键字",
    "project_name": "project name|project|projektname|项目名称|项目",
    "project_lead": "project lead",
    "project_lead_id": "project lead id",
    "project_description": "project description",
    "priority": "priority|priorität|优先级",
    "resolution": "resolution|lösung|解决结果",
    "assignee": "assignee|zugewiesene person|bearbeiter|经办人",
    "assignee_id": "assignee id",
    "reporter": "reporter|autor|报告人",
    "reporter_id": "reporter id",
    "creator": "creator|ersteller|创建者",
    "creator_id": "creator id",
    "watcher": "watchers|关注者",
    "watcher_id": "watchers id",
    "created": "created|erstellt|创建日期|已创建",
    "updated": "updated|aktualisiert|已更新|更新日期",
    "resolved": "resolved|resolutiondate|erledigt|已解决|解决日期",
    "due": "due date|due|fälligkeitsdatum|到期日",
    "versions": "fix version/s|fix versions|lösungsversion(en)|修复版本|修复的版本",
    "components": "component/s|components|komponenten|组件|模块",
    "labels": "labels|stichwörter|标签",
    "description": "description|beschreibung|描述",
    "estimate": "original estimate|原估算时间|初始预估",
    "remaining": "remaining estimate|剩余估算|剩余的估算",
    "spent": "time spent|耗费时间|实际工时",
    "sprint": "sprint|冲刺",
    "parent": "parent|父级",
    "parent_id": "parent id",
    "parent_key": "parent key",
    "parent_summary": "parent summary",
    "epic_link": "custom field (epic link)|epic link",
    "epic_name": "custom field (epic name)",
    "points": "custom field (story points)|custom field (story point estimate)"
    "|custom field (estimated story points)|story points",
    "start": "custom field (start date)|start date",
    "finish": "custom field (target end)|custom field (end date)|custom field (target completion date)",
    "rank": "custom field (rank)",
    "comment": "comment|comments|评论",
    "attachment": "attachment|attachments|附件",
    "log_work": "log work|日志工作",
}.items():  # fmt: skip
    for _name in _names.split("|"):
        _ALIASES[_name] = _field

_COMPUTED = {
    "work ratio": "computed",
    "last viewed": "personal",
    "parent summary": "computed",
    "project type": "display",
}
_LINK = re.compile(r"(inward|outward) (?:issue|work item) link \((.+)\)", re.IGNORECASE | re.DOTALL)
_CUSTOM = re.compile(r"custom field \((.+)\)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class JiraHeader:
    """The columns of one file by meaning; a repeated column is several columns with one meaning."""

    width: int
    known: dict[str, list[int]] = field(default_factory=dict)
    links: list[tuple[int, Literal["inward", "outward"], str]] = field(default_factory=list)
    custom: dict[int, str] = field(default_factory=dict)  # column → field name
    ignored: dict[int, tuple[str, str]] = field(default_factory=dict)  # column → name, why

    def has(self, name: str) -> bool:
        return name in self.known


def is_jira_header(row: list[str]) -> bool:
    names = {_ALIASES.get(_norm(cell), "") for cell in row}
    raw = {_norm(cell) for cell in row}
    own = raw & {
        "issue key",
        "issue id",
        "issue type",
        "work item key",
        "vorgangsschlüssel",
        "问题关键字",
        "事务关键字",
    }
    return "key" in names and "title" in names and "state" in names and bool(own)


def _norm(cell: str) -> str:
    return " ".join(cell.strip().lstrip("\ufeff").lower().split())


def read_header(row: list[str]) -> JiraHeader:
    header = JiraHeader(width=len(row))
    for column, cell in enumerate(row):
        name, plain = cell.strip().lstrip("\ufeff"), _norm(cell)
        link, custom = _LINK.fullmatch(plain), _CUSTOM.fullmatch(name)
        if plain.startswith("σ"):
            header.ignored[column] = (name, "roll_up")
        elif plain in _COMPUTED:
            header.ignored[column] = (name, _COMPUTED[plain])
        elif plain in _ALIASES:
            header.known.setdefault(_ALIASES[plain], []).append(column)
        elif link:
            kind = _LINK.fullmatch(" ".join(name.split()))
            way: Literal["inward", "outward"] = "inward" if link[1] == "inward" else "outward"
            header.links.append((column, way, kind[2] if kind else link[2]))
        elif plain:
            header.custom[column] = custom[1].strip() if custom else name
    if header.has("points"):  # a second points field stays a custom field
        for column in header.known["points"][1:]:
            header.custom[column] = row[column].strip()
        del header.known["points"][1:]
    return header


LinkKind = Literal["FS", "SS", "FF", "SF", "blocks", "depends", "duplicates", "causes", "relates"]


def link_kind(name: str) -> LinkKind:
    """The meaning of a link type by its usual names; whatever else somebody has called it relates two
    items.
    """
    plain = name.lower()
    for word, kind in _KINDS:
        if word in plain:
            return kind
    return "relates"


_KINDS: tuple[tuple[str, LinkKind], ...] = (
    ("block", "blocks"), ("阻塞", "blocks"), ("depend", "depends"), ("requir", "depends"),
    ("依赖", "depends"),
    ("duplicat", "duplicates"), ("重复", "duplicates"), ("cause", "causes"), ("problem/incident", "causes"),
    ("gantt: finish to start", "FS"), ("finish-start", "FS"), ("[gantt] end to start", "FS"),
)  # fmt: skip


class LinksOnce:
    """Jira writes a link at both of its ends: keep the first one seen."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, str]] = set()

    def link(self, here: str, way: str, other: str, other_is_inside: bool, name: str, said: str = "") -> LinkRecord | None:
        source, target = (here, other) if way == "outward" else (other, here)
        if (name, source, target) in self._seen:
            return None
        self._seen.add((name, source, target))
        outside: Literal["", "source", "target"] = ""
        if not other_is_inside:
            outside = "target" if way == "outward" else "source"
        outward, inward = (said, "") if way == "outward" else ("", said)
        return LinkRecord(source=source, target=target, kind=link_kind(name), name=name, outward=outward, inward=inward, outside_end=outside)
