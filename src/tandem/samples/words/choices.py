"""By what the sample organisation chooses, and what it says when it does."""

from typing import NamedTuple

from tandem.samples.words import Pair

MODEL: Pair = ("RICE", "RICE")
MODEL_WHY: Pair = (
    "How all products rank their features: how many shippers a month it reaches, how much it helps each, how sure we are, and what it takes.",
    "所有产品统一的特性排序方法：每月触达多少货主、帮助多大、有多大把握、投入多少。",
)
EVIDENCE: tuple[Pair, ...] = (
    ("12 of 20 shippers asked for it in October.", "十月访谈的 20 位货主中有 12 位提出。"),
    ("Calls to the desk in the last quarter.", "上季度客服来电统计。"),
    ("Bookings of the last 90 days.", "最近 90 天的下单数据。"),
    ("The depots' own count.", "网点自行统计。"),
)
BALLOTS: tuple[Pair, Pair] = (("What shall come first this winter?", "今冬什么优先？"), ("After the next release", "下一次发布之后"))
BALLOT_INTRO: Pair = ("Say what would help your work most. The product manager decides, with reasons.", "请选出对您工作帮助最大的。由产品经理拍板并说明理由。")
VISION: Pair = ("Every shipper quotes, books and pays alone, in five minutes, at any hour.", "让每位货主随时都能在五分钟内独立完成询价、下单与付款。")
POSITIONING: Pair = (
    "For shippers of ten to two hundred consignments a week who would rather not call: a portal that names a price at once and keeps it.",
    "面向每周发货十至二百票、不愿打电话的货主：即时报价且报价有效的门户。",
)
PERSONAS: tuple[tuple[Pair, Pair, Pair, Pair], ...] = (
    (("Ida, dispatcher", "调度员艾达"), ("Sends forty consignments a day", "每天发货四十票"), ("Be done by four in the afternoon.", "下午四点前发完。"), ("Types the same addresses again and again.", "反复录入同样的地址。")),
    (("Mr Sun, owner of a small firm", "小企业主孙先生"), ("Ships twice a week", "每周发货两次"), ("Know the price before he promises one.", "对客户报价前先知道运费。"), ("Waits a day for a quote.", "等一天才有报价。")),
)  # fmt: skip
COMPETITORS: tuple[tuple[Pair, Pair, Pair], ...] = (
    (("Quayside Freight", "岸桥货运"), ("Prices at once, also at night.", "即时报价，夜间也可。"), ("Two countries only.", "仅覆盖两个国家。")),
    (("Ring Line", "环线物流"), ("Cheap for large customers.", "大客户价格低。"), ("Booking by e-mail.", "只能邮件下单。")),
)  # fmt: skip
RESEARCH: tuple[Pair, Pair, Pair] = (
    ("Interviews in October", "十月访谈"), ("20 shippers, half an hour each", "20 位货主，每位半小时"),
    ("12 of 20 book by phone because they do not trust the price on the portal. 7 ask for a list of their addresses.", "20 位中有 12 位因不信任平台报价而电话下单；7 位希望保存常用地址。"),
)  # fmt: skip


class ExperimentFrame(NamedTuple):
    stage: str
    outcome: str
    decision: str
    texts: dict[str, Pair]


_BOOKINGS: Pair = ("Bookings without a call", "无需来电的下单数")
EXPERIMENTS = (
    ExperimentFrame("concluded", "confirmed", "go", {
        "title": ("Price before the booking", "下单前显示价格"), "hypothesis": ("Shippers who see the price first book without calling.", "先看到价格的货主会自行下单。"),
        "measure": _BOOKINGS, "threshold": ("60 % of 40 shippers", "40 位货主中的 60%"), "result": ("29 of 40", "40 位中 29 位"), "learned": ("The price alone was enough; nobody asked for a range.", "只要有价格就够了，没有人要求价格区间。"),
    }),
    ExperimentFrame("concluded", "refuted", "stop", {
        "title": ("Booking by voice", "语音下单"), "hypothesis": ("Dispatchers book faster when they speak.", "调度员用语音下单更快。"),
        "measure": ("Minutes for one booking", "每单用时（分钟）"), "threshold": ("under 2", "2 分钟以内"), "result": ("3.4", "3.4"), "learned": ("Depots are loud: half of the words were typed again. Saved addresses bring more.", "网点太吵，一半内容要重新录入；保存地址的收益更大。"),
    }),
    ExperimentFrame("concluded", "unclear", "change", {
        "title": ("Discount for night bookings", "夜间下单优惠"), "hypothesis": ("Two per cent off move bookings into the night.", "优惠 2% 能把下单移到夜间。"),
        "measure": _BOOKINGS, "threshold": ("+10 %", "+10%"), "result": ("+6 %, in two weeks of holidays", "+6%，其中两周为假期"), "learned": ("Do not measure over holidays.", "不要跨假期度量。"),
    }),
    ExperimentFrame("running", "", "", {
        "title": ("Addresses from a spreadsheet", "从表格导入地址"), "hypothesis": ("Who brings the own addresses comes back.", "导入自己地址的货主会再来。"),
        "measure": ("Second bookings within a week", "一周内再次下单数"), "threshold": ("15 of 30 shippers", "30 位货主中 15 位"),
    }),
    ExperimentFrame("designed", "", "", {
        "title": ("One page instead of three", "三页并一页"), "hypothesis": ("A single page loses fewer bookings.", "单页下单流失更少。"), "measure": _BOOKINGS, "threshold": ("+5 %", "+5%"),
    }),
    ExperimentFrame("idea", "", "", {"title": ("Paying by code", "扫码支付"), "hypothesis": ("Small shippers pay at once when they can scan a code.", "小货主可扫码时会当场付款。")}),
)  # fmt: skip
