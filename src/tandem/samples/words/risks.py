"""What the sample organisation fears and hopes for, what is done about it, and what has happened."""

from typing import NamedTuple

from tandem.samples.words import Pair


class RiskFrame(NamedTuple):
    """Named `ago` days before today. Money in thousands. `left`: probability and most likely days after the response; `touches`: how many of
    the open items of its project."""

    project: str
    title: Pair
    cause: Pair
    event: Pair
    effect: Pair
    area: str
    probability: int
    days: tuple[float, ...]
    money: tuple[int, ...]
    ago: int
    response: str = ""
    plan: Pair = ("", "")
    left: tuple[int, float] | None = None
    is_done: bool = False
    is_chance: bool = False
    touches: int = 0
    review: int = 21
    cost: int = 0
    has_owner: bool = True


RISKS = (
    RiskFrame("NGB", ("Sorting machine comes late", "分拣设备到货延迟"), ("One maker builds it to order.", "设备由一家厂商按订单制造。"), ("It is delivered weeks after the agreed day.", "交付比约定日期晚数周。"),
              ("The hall stands empty and the tests wait.", "分拣中心空置，测试无法开始。"), "supplier", 40, (5, 15, 40), (20, 60, 180), 150, "mitigate",
              ("Weekly call with the maker; a rented line for the tests.", "每周与厂商通话；租用一条线用于测试。"), (25, 8), touches=2, cost=18),
    RiskFrame("NGB", ("Floor does not carry the load", "地面承重不足"), ("The drawings of the hall are from 1994.", "厂房图纸为 1994 年版本。"), ("A measurement finds too little strength.", "实测发现强度不足。"),
              ("The floor is cast anew before anything stands on it.", "设备进场前须重新浇筑地面。"), "technology", 15, (20, 30, 60), (80, 140, 300), 140, "avoid",
              ("Two places were drilled and measured.", "已在两处钻孔实测。"), (3, 10), is_done=True, review=60, cost=6),
    RiskFrame("CUS", ("Customs changes its interface", "海关接口改版"), ("A new version was announced without a day.", "新版本已公布但未定日期。"), ("It comes before we are done.", "在我们完工之前上线。"),
              ("Declarations have to be built a second time.", "报关功能须重做一遍。"), "law", 35, (5, 12, 30), (10, 30, 70), 90, touches=1, review=-3),
    RiskFrame("PAY", ("The bank asks for another audit", "银行要求追加审计"), ("Rules for payments were tightened in spring.", "春季支付监管趋严。"), ("The audit is asked for before going live.", "上线前提出审计要求。"),
              ("Going live waits for the auditor.", "上线须等待审计师。"), "law", 25, (3, 10, 25), (5, 20, 40), 70, "transfer", ("The provider brings its certificate along.", "由服务商提供认证。"), (10, 4), cost=9),
    RiskFrame("CBL", ("Carrier in the south gives notice", "南线承运商终止合作"), ("The contract can be ended each quarter.", "合同每季度可解除。"), ("They leave for a competitor.", "对方转投竞争对手。"),
              ("Two countries start later.", "两个国家推迟开通。"), "supplier", 30, (10, 20, 45), (40, 90, 200), 60, "mitigate", ("Talks with a second carrier.", "与第二家承运商洽谈。"), (15, 12), touches=1),
    RiskFrame("DAT", ("Tours of the past are incomplete", "历史线路数据不完整"), ("Before 2024 drivers wrote on paper.", "2024 年以前司机用纸质记录。"), ("Whole months are missing.", "整月数据缺失。"),
              ("The forecast learns from too little.", "预测模型样本不足。"), "quality", 55, (3, 8, 20), (), 45, review=5, has_owner=False, touches=1),
    RiskFrame("PORT", ("Old phones cannot show the map", "旧手机无法显示地图"), ("A third of the shippers keep old phones.", "三分之一货主使用旧手机。"), ("The map does not load there.", "地图无法加载。"),
              ("They keep on calling the desk.", "他们仍会致电客服。"), "market", 60, (0, 2, 5), (5, 15, 25), 40, "accept", ("The list of berths is enough for them.", "泊位列表已够他们使用。")),
    RiskFrame("CBL", ("Shared booths at the border", "边境共用申报窗口"), ("Three carriers plan the same booths.", "三家承运商计划同类窗口。"), ("They agree to build them together.", "各方同意共建。"),
              ("A part of the cost falls away.", "省去一部分费用。"), "market", 35, (2, 5, 12), (20, 45, 80), 50, "share", ("A letter of intent is signed.", "已签署意向书。"), is_chance=True),
    RiskFrame("NGB", ("Grant for quiet machines", "静音设备补助"), ("The city supports quiet halls.", "市政府补贴低噪声厂房。"), ("The grant is given.", "获得补助。"),
              ("It costs less.", "费用下降。"), "money", 45, (), (30, 50, 60), 35, "exploit", ("The request was sent in.", "申请已提交。"), is_chance=True, cost=2),
)  # fmt: skip


class HappenedFrame(NamedTuple):
    """A risk that became an issue, `ago` days before today; nothing has moved for `silent` days."""

    project: str
    risk: Pair
    title: Pair
    what: Pair
    severity: str
    delay: int
    ago: int
    silent: int
    resolution: Pair = ("", "")


HAPPENED = (
    HappenedFrame("PRC", ("Price lists contradict each other", "价目表互相矛盾"), ("Two price lists were in force", "两份价目表同时生效"), ("Sales used last year's list for the north.", "销售在北区沿用了去年的价目表。"), "high", 4, 60, 0,
                  ("One list, kept in one place, with a day from which it holds.", "统一为一份，由专人维护并注明生效日期。")),
    HappenedFrame("NGB", ("Strike at the harbour", "港口罢工"), ("Harbour strike holds the conveyor", "港口罢工滞留传送带"), ("The containers stand behind the gate.", "集装箱滞留闸口之外。"), "high", 6, 12, 5),
)  # fmt: skip
RESERVES = (("NGB", 120_000, 12), ("CBL", 40_000, 8), ("PF", 260_000, 40))
REJECTED: tuple[str, Pair] = ("late_supply", ("Nothing is bought for it.", "本项目没有采购。"))
