"""Guess from a state's name whether work in it is to do, in progress or done, in a few languages."""

import re

from tandem.exchange.records import Category

_OPEN = re.compile(
    r"\b(not (yet )?(done|started|finished|complete)|unstarted|to[ -]?do|to be \w+"
    r"|needs? (triage|scheduling|estimate)"
    r"|ready (for|to) (dev(elopment)?|start|do|sprint|work)|before start|definition of done)\b"
    r"|未|待(办|处理|开始|开发|规划|评估|启动|分配|排期|确认)",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(done|closed?|resolved|completed?|finish(ed)?|fixed|released|deployed|shipped|live|cancell?ed|accepted"
    r"|verified|delivered|rejected|won'?t (do|fix)|archived?|obsolete"
    r"|erledigt|fertig|gereed|klaar|afgerond|termin[eé]|hecho|conclu[ií]do)\b"
    r"|已?完成|完结|已?关闭|已(解决|发布|上线|取消|终止|拒绝|验收|归档|修复|结束)|终止",
    re.IGNORECASE,
)
_DOING = re.compile(
    r"\b(progress|doing|wip|in (dev|qa|work)|review(ing)?|test(ing)?|qa|uat|developing"
    r"|development|started|active"
    r"|implement(ing|ation)|ongoing|building|verify(ing)?|blocked|waiting|on hold|staging"
    r"|ready (for|to) (review|test(ing)?|qa|release|deploy(ment)?|merge)|in arbeit|bezig|en cours)\b"
    r"|(进行|处理|开发|测试|评审|实现|修复|设计|验证|执行)中|待(测试|评审|验收|发布|上线|验证)|联调|挂起|阻塞",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"\b(cancell?ed|rejected|declined|abandoned|obsolete|duplicated?|not planned|invalid|won'?t (do|fix)|wontfix|can(not|'t) reproduce|abgelehnt|verworfen"
    r"|abgebrochen|annul[eé]e?|geannuleerd|cancelado)\b"
    r"|取消|拒绝|不予|不做|不修复|无效|重复|废弃|作废|终止",
    re.IGNORECASE,
)
_NO_RESULT = re.compile(
    r"\b(won'?t|will not|incomplete|not (an? )?(issue|bug|problem|defect|feasible|reproducible|applicable|done|needed|required|to be \w+)|(can ?not|can'?t|unable to) (be )?re(produced?|peat)"
    r"|works (for me|as designed|as intended)|(by|as) design|auto[ -]?closed|withdrawn|gone away|later|remind|postponed|deferred|superseded|out of scope"
    r"|wird nicht|nicht \w+bar|duplikat|unvollständig|ungültig|niet \w+baar|dubbel|zal niet|non reproductible|doublon|incomplet|ne sera pas|no se \w+|duplicado|incompleto)\b"
    r"|不予|不(需|用|必)要?|不(会|再|能|打算)再?(修|解决|处理|实现|实施|做|改|支持|考虑|跟进|重现|复现)|不是.{0,4}(问题|缺陷|错误|故障|bug)|无法(重现|复现|解决)|不可重现|设计如此|外部原因|延期|挂起|不完整",
    re.IGNORECASE,
)
_RESULT = re.compile(r"^\s*已经?(修复|解决|完成|实现)")  # whatever follows, such as that it does not come again
_JIRA = {"new": "to_do", "undefined": "to_do", "indeterminate": "in_progress", "done": "done"}
_WRITTEN = {
    "to do": "to_do", "todo": "to_do", "new": "to_do", "open": "to_do", "待办": "to_do", "未开始": "to_do",
    "in progress": "in_progress", "indeterminate": "in_progress", "doing": "in_progress",
    "进行中": "in_progress", "处理中": "in_progress", "正在进行": "in_progress",
    "done": "done", "complete": "done", "completed": "done", "closed": "done", "完成": "done", "已完成": "done",
}  # fmt: skip


def guess_category(name: str) -> Category:
    """To do unless the name says otherwise: work wrongly called finished would falsify every forecast."""
    if _OPEN.search(name):
        return "to_do"
    if _DONE.search(name):
        return "done"
    return "in_progress" if _DOING.search(name) else "to_do"


def is_given_up(name: str) -> bool:
    """Whether what ends in a finished state of that name was never made: it is no work that was done."""
    return bool(_GIVEN_UP.search(name))


def is_no_result(resolution: str) -> bool:
    """Whether a tracker's own word for how an item ended (Jira's resolution) says that nothing was made of it. What it does not
    say so plainly counts as done: an answer given, a workaround, a word of the team's own."""
    return is_given_up(resolution) or bool(_NO_RESULT.search(resolution) and not _RESULT.search(resolution))


def category_from_key(key: str) -> Category | None:
    """Jira's own key of a status category."""
    return _as_category(_JIRA.get(key.strip().lower()))


def category_from_name(name: str) -> Category | None:
    """A category as a person or an export writes it."""
    plain = name.strip().lower()
    return _as_category(plain if plain in ("to_do", "in_progress", "done") else _WRITTEN.get(plain))


def _as_category(text: str | None) -> Category | None:
    if text == "to_do":
        return "to_do"
    if text == "in_progress":
        return "in_progress"
    return "done" if text == "done" else None


def type_level(name: str) -> int:
    """Where a type stands by its name: 1 above ordinary work, -1 below it."""
    plain = name.strip().lower()
    if plain in ("epic", "initiative", "theme", "史诗", "feature set", "epos", "эпик"):
        return 1
    if re.match(r"sub[- ]?task|子任务|子工作项|unteraufgabe|subtaak|sous-tâche|подзадача", plain):
        return -1
    return 0
