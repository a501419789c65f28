"""What was reported of some projects, quarter by quarter: cost in thousands of euro, the planned finish, the owner's word."""

from typing import NamedTuple

from tandem.samples.words import Pair


class ReportFrame(NamedTuple):
    """`ends` in days from the end of the simulation; each report moves it by `slip` days and the cost by `growth` per cent."""

    project: str
    cost: int
    ends: int
    slip: int
    growth: float
    said: str
    note: Pair


REPORTS = (
    ReportFrame("PORT", 1_450, 60, 12, 1.5, "on on on on", ("Quotes go live first, booking follows.", "先上线询价，随后上线下单。")),
    ReportFrame("PRC", 820, 20, 25, 4, "on on on on", ("The tariff tables took longer than planned.", "运价表整理耗时超出计划。")),
    ReportFrame("PAY", 640, 45, 0, 0.5, "on risk on on", ("The second bank is connected.", "第二家银行已接通。")),
    ReportFrame("CUS", 980, 80, 35, 6, "on on risk risk", ("Waits for the test environment of the authority.", "等待监管方测试环境。")),
    ReportFrame("NGB", 2_300, 150, 18, 2, "on on risk off", ("The second steel delivery is late.", "第二批钢构件到货延迟。")),
    ReportFrame("CBL", 610, 120, 0, 0, "on on on on", ("On course in three of five countries.", "五国中三国进展正常。")),
)
EVERY = 92
