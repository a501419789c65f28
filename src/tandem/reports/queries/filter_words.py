"""The words of the filter language: its fields, and the values that have a name, in English and Chinese."""

from tandem.work.models import Sprint, State

# field → its other names; the first Chinese one is the one that is proposed
FIELDS: dict[str, tuple[str, ...]] = {
    "state": ("状态",), "assignee": ("经办人", "负责人"), "reporter": ("报告人",), "type": ("类型",), "label": ("标签",),
    "priority": ("优先级",), "due": ("截止", "到期"), "start": ("计划开始",), "finish": ("计划完成",), "started": ("开始",),
    "finished": ("完成",), "created": ("创建",), "updated": ("更新",), "points": ("点数",), "progress": ("进度",),
    "project": ("项目",), "in": ("范围",), "parent": ("父项",), "sprint": ("迭代",), "blocked": ("受阻",), "linked": ("关联",), "key": ("编号",),
    "class": ("服务类别",), "estimate": ("估算", "预估"), "logged": ("已用工时", "工时"), "remaining": ("剩余工时", "剩余"),
    "is": ("是",), "has": ("有",), "no": ("无",), "sort": ("排序",),
}  # fmt: skip
NAMES = {name.casefold(): field for field, others in FIELDS.items() for name in (field, *others)}
CHINESE = {field: others[0] for field, others in FIELDS.items()}

# what `has:` and `no:` ask for besides the fields that may be empty
PARTS, DESCRIPTION = {"parts", "下级"}, {"description", "描述"}

# what `linked:` asks for by a fixed word: which kinds, and at which end the item stands
LINKS = {
    "blocks": ("blocks", "out"), "阻塞": ("blocks", "out"), "blocked_by": ("blocks", "in"), "被阻塞": ("blocks", "in"),
    "relates": ("relates", ""), "相关": ("relates", ""), "duplicates": ("duplicates", "out"), "重复": ("duplicates", "out"),
    "duplicated_by": ("duplicates", "in"), "被重复": ("duplicates", "in"),
}  # fmt: skip
ARCHIVED, AWAITING = {"archived", "已归档", "归档"}, {"awaiting", "待审批"}
WITHOUT_RESULT = {"without_result", "无结果", "未完成关闭"}
ME, NONE = {"me", "我"}, {"none", "无"}
YES, NO = {"yes", "是"}, {"no", "否"}
TODAY, OVERDUE = {"today", "今天"}, {"overdue", "逾期"}
CATEGORIES = {
    "to_do": [State.Category.TO_DO], "todo": [State.Category.TO_DO], "in_progress": [State.Category.IN_PROGRESS],
    "done": [State.Category.DONE], "open": [State.Category.TO_DO, State.Category.IN_PROGRESS], "待办": [State.Category.TO_DO],
    "进行中": [State.Category.IN_PROGRESS], "已完成": [State.Category.DONE],
    "未完成": [State.Category.TO_DO, State.Category.IN_PROGRESS],
}  # fmt: skip
PRIORITIES = {"urgent": 1, "high": 2, "medium": 3, "low": 4, "紧急": 1, "高": 2, "中": 3, "低": 4}
CLASSES = {
    "expedite": "expedite", "fixed": "fixed_date", "fixed_date": "fixed_date", "standard": "standard", "intangible": "intangible",
    "加急": "expedite", "固定日期": "fixed_date", "标准": "standard", "无形": "intangible",
}  # fmt: skip
SPRINTS = {
    "active": Sprint.State.ACTIVE, "future": Sprint.State.FUTURE, "closed": Sprint.State.CLOSED,
    "进行中": Sprint.State.ACTIVE, "未开始": Sprint.State.FUTURE, "已结束": Sprint.State.CLOSED,
}  # fmt: skip
UNITS = {"d": 1, "天": 1, "w": 7, "周": 7, "m": 30, "月": 30}
# (unit, how many of them from now): `last-week`, `下月`
PERIODS = {
    "yesterday": ("day", -1), "昨天": ("day", -1), "tomorrow": ("day", 1), "明天": ("day", 1), "today": ("day", 0), "今天": ("day", 0),
    "last-week": ("week", -1), "上周": ("week", -1), "this-week": ("week", 0), "本周": ("week", 0), "next-week": ("week", 1),
    "下周": ("week", 1), "last-month": ("month", -1), "上月": ("month", -1), "this-month": ("month", 0), "本月": ("month", 0),
    "next-month": ("month", 1), "下月": ("month", 1),
}  # fmt: skip

# what `sort:` orders by; the sign says whether a minus turns it: `sort:-priority` begins with the urgent ones
SORTS = {
    "key": "number", "title": "title", "state": "state__rank", "type": "type__name", "priority": "-priority", "due": "due_on",
    "points": "estimate_points", "estimate": "estimate_minutes", "logged": "logged_minutes", "remaining": "remaining_minutes", "project": "space__name", "created": "created_at", "finished": "actual_finish",
    "updated": "updated_at", "rank": "rank",
}  # fmt: skip
_SORT_NAMES = {
    "编号": "key", "标题": "title", "状态": "state", "类型": "type", "优先级": "priority", "截止": "due", "到期": "due",
    "点数": "points", "估算": "estimate", "已用工时": "logged", "工时": "logged", "剩余工时": "remaining", "剩余": "remaining", "项目": "project", "创建": "created", "完成": "finished", "更新": "updated", "顺序": "rank",
}  # fmt: skip
SORT_NAMES = {name: name for name in SORTS} | _SORT_NAMES
