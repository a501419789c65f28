"""Which column of a table means what: a mapping that a person can change,
and a suggestion by names (English, Chinese).
"""

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tandem.exchange.formats.source import Unreadable

_NAMES = {
    "title": "title|name|summary|task|task name|subject|story|user story|feature|item|issue|activity"
    "|activity name|work item"
    "|标题|名称|任务|任务名称|任务标题|事项|工作项|工作项标题|需求|需求名称|主题|摘要|概要|活动名称|功能",
    "key": "key|id|no|number|ref|reference|code|identifier|issue key|task id|ticket|编号|序号|标识|任务编号"
    "|工作项编号|需求编号|号",
    "parent": "parent|parent id|parent key|parent task|parent item|父级|父任务|父工作项|父需求|上级|上级任务"
    "|所属任务",
    "level": "outline level|level|indent|depth|大纲级别|层级|级别",
    "wbs": "wbs|wbs code|outline number|大纲数字|wbs编码|wbs编号",
    "type": "type|issue type|work item type|kind|category|类型|工作项类型|任务类型|需求类型|事项类型",
    "state": "status|state|stage|column|list|workflow state|状态|当前状态|任务状态|阶段|进展状态",
    "category": "status category|state category|状态类别",
    "priority": "priority|importance|severity|优先级|重要程度|紧急程度",
    "assignee": "assignee|assignees|assigned to|owner|responsible|resource names|resources|assigned|负责人|经办人"
    "|经办人|处理人|指派给"
    "|责任人|执行人|资源名称|执行者|承办人",
    "reporter": "reporter|created by|author|creator|requester|requested by|报告人|创建人|创建者|提出人"
    "|提交人",
    "created": "created|created at|created on|created date|creation date|date created|opened|创建时间"
    "|创建日期|提出日期|提交时间",
    "updated": "updated|updated at|modified|last modified|last updated|更新时间|更新日期|修改时间|最后更新",
    "resolved": "resolved|completed|completed at|closed|closed at|done date|completion date|resolution date"
    "|date closed"
    "|完成时间|完成日期|解决时间|解决日期|关闭时间|关闭日期",
    "start": "start|start date|begin|planned start|begin date|scheduled start|开始|开始时间|开始日期"
    "|计划开始|计划开始时间|计划开始日期",
    "finish": "finish|end|end date|finish date|planned finish|planned end|scheduled finish|结束|结束时间"
    "|结束日期|完成|计划完成"
    "|计划结束|计划完成时间|计划结束时间|计划完成日期|计划结束日期",
    "due": "due|due date|deadline|due on|target date|due at|截止|截止时间|截止日期|到期日|期限|要求完成时间",
    "actual_start": "actual start|actual start date|实际开始|实际开始时间|实际开始日期",
    "actual_finish": "actual finish|actual end|actual finish date|实际完成|实际结束|实际完成时间"
    "|实际结束时间|实际完成日期",
    "duration_days": "duration|duration days|days|工期|持续时间|工期天|历时",
    "points": "story points|points|story point|estimate points|sp|size|故事点|点数",
    "estimate_hours": "estimate|estimated hours|original estimate|estimate hours|effort|effort hours|hours"
    "|work|work hours|工时"
    "|预估工时|计划工时|预计工时|估算|工作量|预估小时",
    "estimate_days": "estimate days|effort days|person days|man days|人天|预估人天|工作量人天",
    "spent_hours": "time spent|spent|actual hours|actual work|logged|hours spent|实际工时|已用工时|登记工时"
    "|耗时",
    "remaining_hours": "remaining|remaining hours|remaining work|remaining estimate|剩余工时",
    "labels": "labels|label|tags|tag|标签|关键词",
    "components": "component|components|module|area|area path|模块|组件|所属模块",
    "versions": "version|versions|release|fix version|fix versions|milestone name|版本|发布|所属版本"
    "|修复版本|发布版本",
    "epic": "epic|epic link|epic name|史诗|特性|所属史诗",
    "sprint": "sprint|sprints|iteration|iteration path|迭代|冲刺|所属迭代",
    "description": "description|details|notes|desc|body|描述|说明|备注|详情|内容|详细描述",
    "progress": "progress|% complete|percent complete|complete|% done|done|percent|进度|完成百分比|完成率"
    "|完成度|完成比例",
    "milestone": "milestone|is milestone|里程碑|是否里程碑",
    "predecessors": "predecessors|predecessor|depends on|dependencies|blocked by|前置任务|前置|依赖|紧前任务",
    "url": "url|link|hyperlink|链接|网址|地址",
    "rank": "rank|order|backlog order|排序|次序",
    "project": "project|project name|项目|项目名称|所属项目",
}  # fmt: skip
ALIASES = {name: target for target, names in _NAMES.items() for name in names.split("|")}
FIELDS = (*_NAMES, "custom", "ignore")
SEVERAL = {"labels", "components", "versions", "sprint", "assignee", "predecessors"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Header (or #3 for the third column) → field. Columns that it does not name are left out and
    reported.
    """

    columns: Map[str, str]
    sheet: str | None = None
    header_row: int | None = None
    separator: str = ""  # between several people, labels … in one cell; without it ; 、 | and line ends
    categories: Map[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, target in self.columns.items():
            if target not in FIELDS:
                raise Unreadable("bad_mapping", reason=f"{name}: {target}")
        if "title" not in self.columns.values():
            raise Unreadable("bad_mapping", reason="title")

    @classmethod
    def from_json(cls, data: Any) -> "Mapping":
        """The content of a mapping file; what does not belong there is refused by name."""
        known = {"columns", "sheet", "header_row", "separator", "categories"}
        if not isinstance(data, dict) or not isinstance(data.get("columns"), dict):
            raise Unreadable("bad_mapping", reason="columns")
        if strange := set(data) - known:
            raise Unreadable("bad_mapping", reason=", ".join(sorted(map(str, strange))))
        row = data.get("header_row")
        if row is not None and (not isinstance(row, int) or row < 1):
            raise Unreadable("bad_mapping", reason="header_row")
        return cls(
            columns={str(name): str(target) for name, target in data["columns"].items()}, header_row=row,
            sheet=None if data.get("sheet") is None else str(data["sheet"]),
            separator=str(data.get("separator") or ""),
            categories={str(name): str(value) for name, value in dict(data.get("categories") or {}).items()},
        )  # fmt: skip

    def target(self, header: str, position: int) -> str | None:
        return self.columns.get(f"#{position + 1}") or self.columns.get(header.strip())


def plain(header: str) -> str:
    """A header without case, units and punctuation: "Estimate (h)" → "estimate h"."""
    return " ".join(re.sub(r"[_\-/:：()（）\[\]【】*.#]+", " ", header.strip().lower()).split())


def recognised(header: str) -> str | None:
    name = plain(header)
    return ALIASES.get(name) or ALIASES.get(name.replace(" ", "")) or _with_unit(name)


def _with_unit(name: str) -> str | None:
    """A known name with a unit behind it."""
    if found := re.fullmatch(r"(.+?) (h|hrs?|hours?|d|days?|pts?|points?|sp|小时|天|人天|%)", name):
        base, unit = ALIASES.get(found[1]), found[2]
        if base == "estimate_hours":
            return (
                "points"
                if unit in ("pt", "pts", "point", "points", "sp")
                else ("estimate_days" if unit in ("d", "day", "days", "天", "人天") else base)
            )
        return base
    return None


def suggest_mapping(headers: Sequence[str], samples: Sequence[Sequence[object]] = ()) -> Map[str, str]:
    """Column name (or #position where a name is empty or stands twice) → field; unknown columns become
    custom fields.

    Returns plain pairs, since a table without a recognisable title has no valid mapping yet.
    """
    found: dict[str, str] = {}
    used: set[str] = set()
    for position, header in enumerate(headers):
        name = header.strip()
        if not name:
            continue
        target = recognised(name) or "custom"
        if target == "milestone" and _looks_like_names(samples, position):
            target = "versions"
        if target in used and target not in SEVERAL:
            target = "custom"
        used.add(target)
        found[name if name not in found else f"#{position + 1}"] = target
    return found


def _looks_like_names(samples: Sequence[Sequence[object]], position: int) -> bool:
    """A milestone column holds flags in plans, names in trackers."""
    texts = {
        str(row[position]).strip().lower()
        for row in samples
        if position < len(row) and row[position] not in (None, "")
    }
    return bool(texts) and not texts <= {
        "yes",
        "no",
        "true",
        "false",
        "0",
        "1",
        "1.0",
        "0.0",
        "是",
        "否",
        "y",
        "n",
        "x",
    }
