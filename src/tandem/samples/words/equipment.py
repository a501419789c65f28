"""What is no person and yet is needed: of what there is how much, and what of the open work needs it."""

from typing import NamedTuple

from tandem.samples.words import Pair


class EquipmentFrame(NamedTuple):
    """`days`: the weekdays on which it can be used, 1 is Monday; all where there are none."""

    code: str
    name: Pair
    text: Pair
    kind: str
    unit: Pair
    available: int | None
    rate: str
    currency: str = "EUR"
    days: tuple[int, ...] = ()


EQUIPMENT = (
    EquipmentFrame("load", ("Load test environment", "压测环境"), ("One copy of production, booked by the day.", "一套生产环境副本，按天预订。"), "equipment", ("", ""), 1, "240"),
    EquipmentFrame("rig", ("Sorting test rig", "分拣测试台"), ("In the test hall; maintained on Mondays and Fridays.", "位于测试厅，周一、周五检修。"), "equipment", ("", ""), 1, "480", days=(2, 3, 4)),
    EquipmentFrame("crane", ("Mobile crane 50 t", "50 吨汽车吊"), ("Hired in Ningbo.", "在宁波租用。"), "equipment", ("", ""), 1, "6200", "CNY"),
    EquipmentFrame("scan", ("Handheld scanner", "手持扫描枪"), ("For trials at the depots.", "用于网点试点。"), "equipment", ("", ""), 24, "4.5"),
    EquipmentFrame("belt", ("Conveyor belt", "输送带"), ("On stock in hall 2.", "2 号库现货。"), "material", ("m", "米"), 900, "38"),
)
NEEDS = (("load", "PORT", 1, "1"), ("load", "CUS", 1, "1"), ("rig", "NGB", 1, "1"), ("rig", "DRO", 1, "1"), ("crane", "NGB", 1, "1"), ("scan", "DRO", 2, "8"), ("belt", "NGB", 2, "220"))
"""Of what, in which project, for how many of its next items, how much."""
BECAUSE: Pair = ("Both want it in these days; the plan says who waits.", "双方都要在这几天使用，由计划决定谁等。")
CALENDAR: Pair = ("Test hall", "测试厅")
