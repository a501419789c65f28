"""What the sample organisation wants to gain, and what came of it: money in thousands by quarter, measures from where to where."""

from typing import NamedTuple

from tandem.samples.words import Pair


class BenefitFrame(NamedTuple):
    """It began `began` days before today. `came`: what was measured every quarter, in thousands and all in all for money."""

    project: str
    title: Pair
    why: Pair
    began: int
    profile: tuple[int, ...] = ()
    unit: Pair = ("", "")
    falls: bool = False
    baseline: str = ""
    target: str = ""
    within: int = 0
    came: tuple[float, ...] = ()
    kpi: int = -1
    owner: str = ""


BENEFITS = (
    BenefitFrame("PORT", ("Bookings without a call", "无需来电的下单"), ("Each call costs the desk six minutes.", "每通来电占用客服六分钟。"), 380, (10, 25, 40, 45, 45, 45), came=(12, 34, 70, 112)),
    BenefitFrame("PRC", ("Fewer credit notes", "减少贷记单"), ("Wrong prices are credited by hand.", "错误报价需人工开具贷记单。"), 290, (0, 20, 35, 40, 40), came=(0, 14, 38)),
    BenefitFrame("PAY", ("Days until a bill is paid", "账单付款天数"), ("Cash comes sooner when shippers pay at once.", "货主即时付款，资金回笼更快。"), 370, unit=("days", "天"), falls=True, baseline="34", target="21", within=-20, came=(31, 28, 26, 25)),
    BenefitFrame("CUS", ("Declarations without a question back", "一次通过的报关单"), ("A question back holds a shipment for two days.", "每次退单使货物滞留两天。"), 100, unit=("%", "%"), baseline="71", target="90", within=260, came=(74,)),
    BenefitFrame("NGB", ("Parcels sorted in an hour", "每小时分拣件数"), ("The hall is built for 9,000.", "分拣中心按 9000 件设计。"), -120, unit=("parcels", "件"), baseline="5200", target="9000", within=210),
    BenefitFrame("CBL", ("Margin of the new countries", "新开国家的毛利"), ("Five countries by next summer.", "明年夏季前开通五国。"), 200, (5, 30, 60, 90, 110, 120), came=(6, 31)),
    BenefitFrame("LAB", ("Labels printed once", "面单一次打印"), ("A wrong address is printed again by hand.", "地址有误需人工重打。"), 130, (4, 8, 8, 8), owner="lead"),
    BenefitFrame("DAT", ("Cheaper shipments", "降低单票成本"), ("Tours follow the data of the network.", "线路规划依据网络数据。"), 300, unit=("EUR", "EUR"), falls=True, baseline="4.31", target="3.61", within=90, kpi=1),
)  # fmt: skip
CLASSES = {
    "PORT": ("grow", "short"), "PRC": ("grow", "short"), "PAY": ("run", "short"), "CUS": ("run", "short"), "NGB": ("transform", "long"), "CBL": ("grow", "long"), "DAT": ("transform", "long"),
}  # fmt: skip
"""The other projects say nothing: the mix shows them as not classified."""
INTENDED = {"kind:run": 30, "kind:grow": 40, "kind:transform": 30, "horizon:short": 50, "horizon:long": 50}
OF_A_PROPOSAL: tuple[int, Pair, Pair, str, str, Pair] = (
    5, ("Minutes that a terminal stands still", "终端停机时间"), ("Old screens fail on cold mornings.", "旧屏幕在寒冷清晨易出故障。"), "40", "5", ("minutes a week", "分钟/周")
)
OF_A_FEATURE: tuple[Pair, Pair] = ("Brought by “%s”", "“%s”带来的收益"), ("Looked at half a year after it was there.", "上线半年后回看。")
