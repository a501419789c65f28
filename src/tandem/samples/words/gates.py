"""What the sample organisation does by methods: three projects, what was decided at their gates, what is done otherwise."""

from typing import NamedTuple

from tandem.samples.words import Pair


class ByMethod(NamedTuple):
    """Begun `ago` days before today."""

    key: str
    name: Pair
    method: str
    ago: int
    manager: str
    sponsor: str
    money: tuple[int, ...]


PROJECTS = (
    ByMethod("SHO", ("Shore power for depots", "场站岸电"), "hybrid", 75, "pjm1", "exec", (40, 180, 120)),
    ByMethod("CAR", ("Carriers on one screen", "承运商一屏协同"), "lean-discovery", 30, "pjm2", "", (15, 30)),
    ByMethod("CRA", ("Crane renewal", "起重机更新"), "predictive", 21, "pjm0", "exec", (60,)),
)
CHARTER: tuple[Pair, ...] = (
    ("Trucks load from the grid while they wait", "车辆在等待时使用电网供电"), ("Four depots, forty bays", "四个场站，四十个车位"), ("Diesel burnt while waiting falls by half", "等待时的柴油消耗减半"),
)  # fmt: skip
# gate of the first project: days before today, verdict, reason, conditions
VERDICTS: tuple[tuple[str, int, str, Pair, tuple[Pair, ...]], ...] = (
    ("worth", 55, "go", ("The depots pay for the diesel, and four of five want it.", "柴油由场站承担，五个场站中四个愿意做。"), ()),
    ("able", 28, "recycle", ("Nobody has asked the grid operator how much power there is.", "尚未向电网公司确认可用容量。"),
     (("Ask the grid operator for the power of each depot", "向电网公司确认各场站的可用容量"), ("Price the cables of the two northern depots", "核算北部两个场站的电缆造价"))),
    ("able", 16, "go", ("Three of four depots have the power; the fourth comes later.", "四个场站中三个容量足够，第四个后续再做。"), ()),
)  # fmt: skip
JUDGED: dict[str, tuple[Pair, int]] = {
    "worth": (("Diesel of the last twelve months, by depot", "近十二个月各场站的柴油费用"), 57),
    "people": (("Bookings until the summer stand", "至夏季的人员安排已确认"), 29),
}
SCREEN = ("problem", 17, ("Nine of ten dispatchers call each carrier one by one.", "十位调度员中九位逐个打电话给承运商。"))
LEFT_OUT = ("case", ("The business case of last year still holds", "去年的商业论证仍然适用"))
# project, pack, what was said of its controls: state, evidence, days before today
PACK = ("SEC", "software")
SAID: tuple[tuple[str, str, Pair, int], ...] = (
    ("access", "met", ("Roles tested with the auditor, twelve of twelve", "角色权限已与测评机构共同测试，十二项全部通过"), 25),
    ("return", "met", ("Restore of the booking database in 41 minutes", "订舱数据库恢复演练，用时 41 分钟"), 9),
    ("change", "not_applicable", ("Changes go through the change board of operations", "变更由运维变更委员会审批"), 20),
)  # fmt: skip
NEW_PART: Pair = ("Data protection assessment", "数据保护评估")
NEW_CHECKS: tuple[Pair, ...] = (("Purpose of each field is named", "每个字段的用途已写明"), ("How long it is kept is decided", "保存期限已确定"))
NOTE: Pair = ("Asked for by the data protection officer", "应数据保护负责人要求")
