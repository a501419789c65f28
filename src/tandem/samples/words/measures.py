"""What the sample organisation measures: its KPIs, the key results of its objectives, and what people say of them."""

from typing import NamedTuple

from tandem.samples.words import Pair


class KpiFrame(NamedTuple):
    """`course` is where it began 18 months ago and where it stands today; `gap` are days without a value, as ages."""

    name: Pair
    definition: Pair
    formula: Pair
    unit: str
    unit_name: Pair
    falls: bool
    owner: str
    days: int
    target: str
    risk: str
    off: str
    course: tuple[float, float]
    noise: float
    gap: tuple[int, int] = (0, 0)
    outlier: int = 0


KPIS = (
    KpiFrame(("Self-service bookings", "自助下单率"), ("Bookings that a shipper made without calling or writing to us.", "货主未来电来函、自行完成的下单。"), ("bookings on the portal / all bookings", "平台下单数 / 全部下单数"), "percent", ("", ""), False, "pm0", 31, "70", "60", "55", (49, 64), 1.2),
    KpiFrame(("Cost per shipment", "单票成本"), ("All costs of the network in a month, over the shipments delivered in it.", "当月网络总成本除以当月妥投票数。"), ("network costs / shipments delivered", "网络成本 / 妥投票数"), "money", ("EUR", "EUR"), True, "lead", 31, "3.61", "3.9", "4.2", (4.31, 3.87), 0.05),
    KpiFrame(("Tours without paper", "无纸化派送率"), ("Tours on which no paper left the depot.", "全程未使用纸质单据的派送任务。"), ("tours without paper / all tours", "无纸化任务数 / 全部任务数"), "percent", ("", ""), False, "pm1", 7, "90", "60", "45", (12, 58), 1.5, (44, 0)),
    KpiFrame(("Calls to the service desk", "客服来电量"), ("Calls that the desk took in a week.", "客服一周接听的来电。"), ("", ""), "number", ("calls", "通"), True, "", 7, "", "900", "1100", (1180, 905), 26, (210, 170), 96),
    KpiFrame(("Recommendation score", "净推荐值"), ("Promoters less detractors among the shippers asked in a quarter.", "季度受访货主中推荐者与贬损者占比之差。"), ("% promoters − % detractors", "推荐者占比 − 贬损者占比"), "number", ("", ""), False, "exec", 92, "45", "35", "28", (29, 38), 1.0),
)  # fmt: skip


class KeyResultFrame(NamedTuple):
    """Of the objective with this number. `ends` are the share of the way at which it stands today, and the words said from
    first to last; `kpi` takes its value from there, `quiet` are days since anybody checked in."""

    objective: int
    title: Pair
    unit: str
    unit_name: Pair
    start: str
    target: str
    source: str
    reached: float
    said: str
    kpi: int = -1
    quiet: int = 3


KEY_RESULTS = (
    KeyResultFrame(0, ("Self-service bookings", "自助下单率"), "percent", ("", ""), "58", "70", "kpi", 0, "on on on on", 0),
    KeyResultFrame(0, ("The features for it are built", "相关特性建成"), "percent", ("", ""), "0", "100", "work", 0, "on risk risk"),
    KeyResultFrame(1, ("Cost per shipment", "单票成本"), "money", ("EUR", "EUR"), "4.1", "3.61", "kpi", 0, "risk risk on risk", 1),
    KeyResultFrame(2, ("Countries live", "已开通国家"), "number", ("countries", "个"), "1", "5", "hand", 0.25, "on risk off off"),
    KeyResultFrame(2, ("Permit for customs in all five countries", "取得五国报关资质"), "yes_no", ("", ""), "0", "1", "hand", 0, "on risk risk"),
    KeyResultFrame(3, ("Tours without paper", "无纸化派送率"), "percent", ("", ""), "35", "90", "hand", 0.42, "on on on on", quiet=38),
    KeyResultFrame(4, ("Recommendation score", "净推荐值"), "number", ("", ""), "31", "45", "hand", 0.5, "risk on on on"),
    KeyResultFrame(5, ("Parcels per employee and day", "人均日处理量"), "number", ("parcels", "件"), "41", "48", "hand", 0.62, "on on risk on"),
)  # fmt: skip

SAID: dict[str, tuple[Pair, ...]] = {
    "on": (("As planned; nothing stands in its way.", "按计划推进，暂无阻碍。"), ("The pilot depots are ahead of the others.", "试点网点走在前面。"), ("Two of the three open questions are settled.", "三个待定问题已解决两个。")),
    "risk": (("The price list comes later than agreed.", "价目表晚于约定时间。"), ("Half of the team helps with the release.", "半数成员在支援发布。"), ("The supplier answers slowly; the next step is agreed for the coming week.", "供应商回复慢，下一步已约在下周。")),
    "off": (("Two countries wait for their permits; no date is in sight.", "两个国家仍在等资质，尚无时间。"), ("Without a second broker it will not be reached.", "没有第二家报关行就达不到。")),
}  # fmt: skip

FORMER: Pair = ("Every depot scans at the ramp", "所有网点月台扫描")
FORMER_RESULTS: tuple[tuple[Pair, str, str, str], ...] = (
    (("Depots that scan at the ramp", "已实现月台扫描的网点"), "4", "22", "0.7"),
    (("Parcels without a scan in a thousand", "每千件漏扫数"), "31", "5", ""),
)
FORMER_LEARNED: Pair = (
    "The three depots with the oldest gates cost as much as all others together: look at the buildings first, then set the number.",
    "三个闸口最旧的网点花费抵得上其余全部：先看场地，再定数目。",
)
