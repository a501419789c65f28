"""Job roles, skills, departments and rates of the sample organisation."""

from typing import NamedTuple

from tandem.samples.words import Pair


class RoleFrame(NamedTuple):
    """`cost` and `bill` of an hour in euros at the beginning; both rise each year."""

    name: Pair
    cost: int
    bill: int


ROLES = {
    "lead": RoleFrame(("PMO lead", "PMO 负责人"), 88, 0), "pjm": RoleFrame(("Project manager", "项目经理"), 82, 130),
    "pm": RoleFrame(("Product manager", "产品经理"), 84, 0), "arch": RoleFrame(("Architect", "架构师"), 92, 150),
    "dev": RoleFrame(("Developer", "开发工程师"), 68, 110), "test": RoleFrame(("Tester", "测试工程师"), 56, 90),
    "ux": RoleFrame(("Designer", "设计师"), 64, 105), "data": RoleFrame(("Data engineer", "数据工程师"), 74, 120),
    "sec": RoleFrame(("Security engineer", "安全工程师"), 80, 135), "plant": RoleFrame(("Plant engineer", "设备工程师"), 71, 115),
    "market": RoleFrame(("Market launcher", "市场拓展专员"), 58, 95),
}  # fmt: skip
# by team: the first of its people is its architect, the last one its tester, the others are
TEAM_ROLES = {
    "portal": "dev", "pricing": "dev", "payments": "dev", "customs": "dev", "driver": "dev", "data": "data", "security": "sec", "depots": "plant",
    "markets": "market",
}  # fmt: skip

SKILLS: dict[str, tuple[Pair, Pair]] = {
    "python": (("Python", "Python"), ("Technology", "技术")), "typescript": (("TypeScript", "TypeScript"), ("Technology", "技术")),
    "mobile": (("Mobile apps", "移动端开发"), ("Technology", "技术")), "sql": (("SQL and data models", "SQL 与数据建模"), ("Technology", "技术")),
    "security": (("Application security", "应用安全"), ("Technology", "技术")), "testing": (("Test automation", "自动化测试"), ("Technology", "技术")),
    "customs": (("Customs law", "海关法规"), ("Trade", "行业")), "pricing": (("Freight pricing", "运价"), ("Trade", "行业")),
    "payments": (("Payment schemes", "支付体系"), ("Trade", "行业")), "sorting": (("Sorting machines", "分拣设备"), ("Trade", "行业")),
    "chinese": (("Chinese", "中文"), ("Languages", "语言")), "english": (("English", "英语"), ("Languages", "语言")), "dutch": (("Dutch", "荷兰语"), ("Languages", "语言")),
}  # fmt: skip
TEAM_SKILLS = {
    "portal": ("typescript", "python", "testing"), "pricing": ("python", "sql", "pricing"), "payments": ("python", "payments", "sql"),
    "customs": ("python", "customs", "testing"), "driver": ("mobile", "typescript", "testing"), "data": ("sql", "python"), "security": ("security", "python"),
    "depots": ("sorting",), "markets": ("customs", "pricing"),
}  # fmt: skip

DEPARTMENTS: dict[str, tuple[Pair, str, tuple[str, ...]]] = {
    "digital": (("Digital", "数字化部"), "", ()), "shipper": (("Shipper technology", "货主技术部"), "digital", ("portal", "pricing", "payments")),
    "border": (("Cross-border technology", "跨境技术部"), "digital", ("customs", "driver")), "platform": (("Platform", "平台部"), "digital", ("data", "security")),
    "operations": (("Operations", "运营部"), "", ("depots", "markets")),
}  # fmt: skip

OVERTIME: Pair = ("Overtime until the audit is through, agreed with the person.", "已与本人商定，测评通过前加班。")
NOTES: tuple[Pair, ...] = (("Family visit", "探亲"), ("", ""), ("Moving house", "搬家"), ("", ""), ("Autumn break", "秋季休假"))
DECLINED: Pair = ("The release goes out that week. Take the week after.", "那一周要发布，请改到下一周。")
