"""Risks that projects meet again and again, in our own words and both languages: where a register begins, not where it ends."""

from dataclasses import dataclass
from typing import Any

from tandem.governance.models import Risk
from tandem.portfolio.models import Project

_A, _K = Risk.Area, Project.Kind
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """`kinds`: of which kinds of investment it is typical; none: of all. Probability and working days are a first guess to be corrected."""

    key: str
    area: str
    title: Pair
    cause: Pair
    event: Pair
    effect: Pair
    probability: int
    days: tuple[int, int, int]
    is_chance: bool = False
    kinds: tuple[str, ...] = ()

    def said(self, language: str) -> dict[str, Any]:
        at = 1 if language.startswith("zh") else 0
        return {
            "title": self.title[at], "cause": self.cause[at], "event": self.event[at], "effect": self.effect[at], "area": self.area,
            "kind": Risk.Kind.CHANCE if self.is_chance else Risk.Kind.THREAT, "probability": self.probability, "days": list(self.days),
        }  # fmt: skip


ENTRIES = (
    Entry("key_person", _A.PEOPLE, ("The one who knows leaves", "关键人员离开"),
          ("One person alone knows how a part works.", "某一部分只有一个人懂。"), ("That person leaves or falls ill for weeks.", "此人离职，或连续病休数周。"),
          ("Work on that part stands still until somebody else has learned it.", "在他人接手之前，这一部分的工作停滞。"), 20, (5, 15, 40)),
    Entry("late_supply", _A.SUPPLIER, ("A supplier delivers late", "供应商延期交付"),
          ("Delivery hangs on one supplier whose own plan we do not see.", "交付依赖一家供应商，而我们看不到它的计划。"), ("The delivery comes after the agreed day.", "交付晚于约定日期。"),
          ("Everything that waits for it starts later.", "所有等待它的工作推迟开始。"), 35, (5, 10, 30)),
    Entry("scope_growth", _A.SCOPE, ("Wishes come in by the side door", "需求绕过流程不断增加"),
          ("Several sides may ask the team directly.", "多方都可以直接向团队提要求。"), ("Work is added that nobody weighed.", "增加了没有人权衡过的工作。"),
          ("The end moves and what was promised gets less care.", "完工日期后移，已承诺的内容反被忽视。"), 50, (5, 15, 30)),
    Entry("absent_decider", _A.SCHEDULE, ("Decisions wait", "决策迟迟不下"),
          ("Who decides is named, but seldom there.", "决策人虽已指定，却很少在场。"), ("A decision that work waits for takes weeks.", "工作所等待的一项决策拖上数周。"),
          ("People wait, or guess and do it twice.", "大家只能等待，或凭猜测做两遍。"), 40, (3, 8, 20)),
    Entry("shared_people", _A.PEOPLE, ("Booked people are called away", "已安排的人员被抽走"),
          ("The same people are planned in several projects.", "同一批人同时安排在多个项目里。"), ("Another project takes them in a busy week.", "繁忙时另一个项目把人调走。"),
          ("Planned work moves behind the other project's.", "计划内的工作排到那个项目之后。"), 45, (3, 10, 25)),
    Entry("interface", _A.TECHNOLOGY, ("The interface behaves otherwise than described", "接口与说明不符"),
          ("A system of others is known only from its description.", "对外部系统的了解仅来自文档。"), ("It answers otherwise, or not fast enough.", "实际返回不同，或速度不够。"),
          ("Built parts have to be changed and tested again.", "已完成的部分需要返工并重新测试。"), 40, (3, 8, 20), kinds=(_K.GROW, _K.TRANSFORM)),
    Entry("data_quality", _A.QUALITY, ("Old data does not fit", "历史数据不合用"),
          ("Data of years is taken over that nobody has checked.", "要接收多年未经检查的数据。"), ("Much of it is missing, double or wrong.", "其中大量缺失、重复或错误。"),
          ("Cleaning it takes longer than building.", "清洗数据的时间超过开发。"), 50, (5, 15, 40), kinds=(_K.TRANSFORM,)),
    Entry("not_used", _A.MARKET, ("People keep to the old way", "用户仍沿用老办法"),
          ("Those who are to use it were asked late.", "使用者很晚才被征询意见。"), ("After going live they avoid it.", "上线后他们绕开不用。"),
          ("The benefit comes late or not at all.", "收益迟到，甚至落空。"), 35, (0, 10, 30), kinds=(_K.TRANSFORM, _K.GROW)),
    Entry("rule_changes", _A.LAW, ("A rule changes while we build", "建设期间法规变化"),
          ("A law or standard that applies is being revised.", "所适用的法律或标准正在修订。"), ("The new text asks for more than was planned.", "新条文要求超出原计划。"),
          ("Scope is added that cannot be left out.", "增加不可省略的范围。"), 20, (5, 15, 30)),
    Entry("security_gap", _A.SECURITY, ("A weakness is found before going live", "上线前发现安全漏洞"),
          ("Security is tested only at the end.", "安全测试只在最后进行。"), ("The test finds something that must not go out.", "测试发现不能带病上线的问题。"),
          ("Going live waits until it is mended and tested again.", "上线须等修复并复测之后。"), 30, (3, 8, 25)),
    Entry("old_parts", _A.TECHNOLOGY, ("A part is no longer looked after", "所用组件停止维护"),
          ("A part in use comes to the end of its support.", "在用的组件即将结束支持。"), ("A fault appears that nobody mends.", "出现无人修复的缺陷。"),
          ("It has to be replaced in a hurry.", "只能仓促替换。"), 25, (5, 10, 25), kinds=(_K.RUN,)),
    Entry("price_rise", _A.MONEY, ("Prices rise before the order", "下单前价格上涨"),
          ("Large purchases are budgeted at today's price and ordered months later.", "大额采购按今天的价格预算，数月后才下单。"), ("The price has risen by then.", "届时价格已上涨。"),
          ("The budget covers less than was planned.", "预算所能覆盖的内容变少。"), 40, (0, 0, 0)),
    Entry("reuse", _A.TECHNOLOGY, ("Another project has built it already", "另一个项目已有现成成果"),
          ("A project close by solves a similar task.", "相近的项目在解决类似任务。"), ("Its result fits and can be taken over.", "其成果适用，可以直接采用。"),
          ("A part of the work falls away.", "省去一部分工作。"), 25, (3, 10, 20), is_chance=True),
    Entry("early_feedback", _A.MARKET, ("A first version is enough", "首个版本已够用"),
          ("It goes to first users early.", "尽早交给首批用户使用。"), ("They are served by less than was planned.", "比计划更少的内容就能满足他们。"),
          ("What they do not need is not built.", "不需要的内容不再建设。"), 30, (5, 10, 30), is_chance=True, kinds=(_K.GROW,)),
)  # fmt: skip
