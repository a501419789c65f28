"""Loads what was decided above the work: themes, intended shares, what projects serve, and charters."""

from datetime import timedelta
from functools import partial

from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import Pair
from tandem.strategy.actions import charters, objectives, themes
from tandem.strategy.models import Objective

THEMES: tuple[tuple[Pair, Pair, tuple[int, ...]], ...] = (
    (("Service", "服务"), ("Shippers and drivers spend less time with us, not more.", "让货主与司机少花时间，而不是多花时间。"), (0, 3, 4)),
    (("Reach", "覆盖"), ("More places at no higher cost.", "覆盖更多地区，成本不增。"), (1, 2, 5)),
)
INTENDED = {0: 40, 1: 10, 2: 35, 3: 15}
SERVED = (("SEC", 4, 40), ("DAT", 1, 60), ("CBL", 2, 100))
"""Project, objective, weight: the sorting hall says nothing, which the alignment page finds."""
CHARTER: dict[str, Pair] = {
    "goal": ("Shippers quote, book and pay by themselves, at any hour.", "货主随时自助询价、下单和付款。"),
    "scope_in": ("Booking, prices, invoices and tracking in the portal, in English and Chinese.", "门户中的下单、报价、账单与轨迹，中英双语。"),
    "scope_out": ("The driver app; claims and returns.", "司机端；理赔与退货。"),
    "measures": ("Self-service bookings reach 70 %; calls to the desk fall by a third.", "自助下单率达到 70%；客服来电减少三分之一。"),
    "assumptions": ("The pricing engine answers within a second.", "计价引擎在一秒内返回。"),
}
NEXT_SCOPE: Pair = ("Booking, prices, invoices, payment and tracking in the portal, in English and Chinese.", "门户中的下单、报价、账单、支付与轨迹，中英双语。")
HALL: dict[str, Pair] = {
    "goal": ("The hall sorts 9,000 parcels an hour.", "分拣中心每小时处理 9000 件。"),
    "scope_in": ("Building, belts, scanners and their control.", "土建、输送线、扫描设备及其控制系统。"),
    "measures": ("9,000 parcels an hour over a whole shift.", "整班次达到每小时 9000 件。"),
}


class Aligned:
    def __init__(self, place: Place, rows: dict[int, Objective], timeline: Timeline) -> None:
        self.place, self.objectives, self.timeline, self.lead = place, rows, timeline, place.users["lead"]

    def run(self) -> None:
        begun = self.place.world.began_on
        self.timeline.add(at(begun + timedelta(2), 9), self._themes)
        for code, number, weight in SERVED:
            self.timeline.add(at(begun + timedelta(2), 10), partial(self._serve, code, number, weight))

        self.timeline.add(at(begun + timedelta(3), 9), self._charter)
        self.timeline.add(at(self.place.world.as_of - timedelta(6), 11), self._next_charter)

    def _charter(self) -> None:
        """Of a product, agreed at the start; of a project, waiting for the product side."""
        space, owner = self.place.products["SHP"].space, self.place.products["SHP"].owner
        row = charters.draft(actor=self.lead, space=space, **{name: self.place.say(text) for name, text in CHARTER.items()})
        charters.sign(actor=self.lead, charter=row, version=None, side="pmo")
        charters.sign(actor=owner, charter=row, version=None, side="product")
        hall = charters.draft(
            actor=self.lead, space=self.place.projects["NGB"].space, **{name: self.place.say(text) for name, text in HALL.items()}
        )
        charters.sign(actor=self.lead, charter=hall, version=None, side="pmo")

    def _next_charter(self) -> None:
        charters.draft(actor=self.place.products["SHP"].owner, space=self.place.products["SHP"].space, scope_in=self.place.say(NEXT_SCOPE))

    def _themes(self) -> None:
        for name, text, numbers in THEMES:
            theme = themes.create(actor=self.lead, space=self.place.root, name=self.place.say(name), description=self.place.say(text))
            for number in numbers:
                row = self.objectives[number]
                objectives.change(actor=self.lead, objective=row, version=None, theme=theme, intended_share=INTENDED.get(number))

    def _serve(self, code: str, number: int, weight: int) -> None:
        objectives.contribute(actor=self.lead, objective=self.objectives[number], subject=self.place.projects[code], weight=weight)
