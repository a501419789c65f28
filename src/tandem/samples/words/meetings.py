"""How the sample organisation meets, what it has in writing, and what of it changes nothing."""

from typing import NamedTuple

from tandem.samples.words import Pair


class MeetingFrame(NamedTuple):
    """`where`: a project by its code, or the organisation. `weekday` from Monday, 0. Of each that was held: what was decided and given out."""

    where: str
    title: Pair
    purpose: Pair
    rule: str
    weekday: int
    hour: int
    minutes: int
    needed: tuple[str, ...]
    welcome: tuple[str, ...] = ()
    held: tuple[tuple[Pair, Pair, Pair], ...] = ()


NOTHING: tuple[Pair, Pair, Pair] = (("", ""), ("", ""), ("", ""))
MEETINGS = (
    MeetingFrame(
        "", ("Steering committee", "指导委员会"), ("Decide what one side cannot decide without the other", "决定单方无法决定的事项"), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", 1, 10, 60,
        ("lead", "exec"), ("pm0",),
        (
            (("Second shift at the sorting hall until the machine arrives", "分拣设备到货前在分拣厅加开一班"), ("Yes, for six weeks", "同意，为期六周"), ("Write the duty list of the second shift", "排出加班班次表")),
            (("Which bank comes first", "先接入哪家银行"), ("The one with the audit done", "先接入已完成审计的银行"), ("Tell the second bank the new date", "告知第二家银行新日期")),
            (("Show prices before booking in all countries", "所有国家下单前显示价格"), ("First in two, then in all", "先在两国上线，再全面推广"), ("Ask both countries for their price lists", "向两国索取价目表")),
        ),
    ),
    MeetingFrame(
        "PORT", ("Product and delivery", "产品与交付例会"), ("Agree what comes next and what waits", "商定下一步做什么、什么先等等"), "FREQ=WEEKLY;BYDAY=TH", 3, 13, 45, ("lead", "pm0"), (),
        (
            (("Map on old phones", "旧手机上的地图"), ("A list instead of a map there", "旧手机以列表代替地图"), ("Count how many shippers it concerns", "统计受影响的货主数量")),
            NOTHING,
        ),
    ),
    MeetingFrame(
        "", ("Portfolio round table", "项目组合圆桌会"), ("Hear how it goes everywhere", "了解各处进展"), "FREQ=WEEKLY;BYDAY=FR", 4, 8, 90, ("lead", "exec", "pm0"), (), (NOTHING, NOTHING, NOTHING, NOTHING),
    ),
)  # fmt: skip
NOTES: Pair = ("Everybody said where they stand.\nThe open points of last time were read out.", "各方说明了进展。\n逐条核对了上次的遗留事项。")


class PageFrame(NamedTuple):
    """A page of a project: `template` says what it begins with; `below` the title of the page above."""

    where: str
    title: Pair
    body: Pair
    below: Pair = ("", "")


PAGES = (
    PageFrame("PORT", ("How we work", "工作方式"), ("We plan on Tuesdays, show what is done every second Thursday, and ship when a change is ready.\n\nNothing is shipped on Fridays.", "每周二做计划，隔周周四演示成果，完成即发布。\n\n周五不发布。")),
    PageFrame("PORT", ("Release day", "发布日"), ("1. Freeze at nine.\n2. Check the list of the release.\n3. Tell the desk.\n\nThe first items that wait: {items}.", "1. 九点冻结。\n2. 核对发布清单。\n3. 通知客服台。\n\n目前等待的工作项：{items}。"), ("How we work", "工作方式")),
    PageFrame("CUS", ("What customs expects", "海关要求"), ("The rules as we understand them.\n\n| Country | Form | Since |\n|---|---|---|\n| Netherlands | H1 | 2024 |\n| Germany | H1 | 2025 |", "我们理解的规则。\n\n| 国家 | 单证 | 起始 |\n|---|---|---|\n| 荷兰 | H1 | 2024 |\n| 德国 | H1 | 2025 |")),
)  # fmt: skip
AGAIN: Pair = ("\n\nWho breaks the build mends it first.", "\n\n谁弄坏构建，谁先修好。")
REMARK: tuple[Pair, Pair] = (("Nothing is shipped on Fridays.", "周五不发布。"), ("Also not in the week before Christmas?", "圣诞前一周是否也不发布？"))


class StakeholderFrame(NamedTuple):
    """`told`: what was said and how many days ago."""

    where: str
    name: Pair
    part: Pair
    expects: Pair
    interest: int
    influence: int
    stance: str
    every: int
    told: tuple[tuple[int, Pair], ...] = ()


STAKEHOLDERS = (
    StakeholderFrame("PORT", ("Key account Nordhafen", "重点客户北港"), ("Largest shipper", "最大货主"), ("Prices before the booking, without calls.", "下单前看到价格，无需致电。"), 5, 4, "supports", 14,
                     ((30, ("The price comes with the autumn release.", "价格功能随秋季版本上线。")), (16, ("It moved by three weeks; they were told why.", "推迟三周，已说明原因。")))),
    StakeholderFrame("PORT", ("Works council", "职工委员会"), ("Speaks for the desk", "代表客服台员工"), ("Nobody loses their place.", "不裁员。"), 4, 3, "neutral", 30, ((9, ("The desk gets other work, nobody leaves.", "客服台转做其他工作，不裁员。")),)),
    StakeholderFrame("CUS", ("Customs authority", "海关"), ("Approves the interface", "审批接口"), ("Forms as they want them.", "单证符合要求。"), 2, 5, "neutral", 21, ((40, ("The test messages were sent.", "测试报文已发送。")),)),
    StakeholderFrame("CUS", ("Freight forwarders’ association", "货代协会"), ("Hears it from its members", "从会员处了解"), ("To know it in time.", "及时知情。"), 3, 2, "opposes", 0),
)  # fmt: skip
