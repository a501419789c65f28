"""What asks for money and people at the sample organisation, for the year to come."""

from typing import NamedTuple

from tandem.samples.words import Pair


class ProposalFrame(NamedTuple):
    """Amounts in thousands by quarter, days by quarter; `serves` are (objective, weight), `ties` are (kind, number)."""

    title: Pair
    why: Pair
    owner: str
    side: str
    kind: str
    horizon: str
    steps: str
    costs: tuple[int, ...]
    benefits: tuple[int, ...]
    effort: dict[str, tuple[int, ...]]
    serves: tuple[tuple[int, int], ...] = ()
    ties: tuple[tuple[str, int], ...] = ()
    mandatory: bool = False
    risks: Pair = ("", "")
    reason: Pair = ("", "")


ROLES: dict[str, Pair] = {"dev": ("Developer", "开发工程师"), "data": ("Data engineer", "数据工程师"), "field": ("Depot coach", "站点教练")}

PROPOSALS = (
    ProposalFrame(("Prices at booking time", "下单即报价"), ("Shippers see the final price before they book, so that fewer call us.", "货主下单前即可看到最终价格，减少来电。"), "pm0", "product", "grow", "short", "submitted assessed", (140, 120, 60), (0, 0, 60, 110, 120, 120, 120, 120), {"dev": (90, 80, 30), "data": (20, 20)}, ((0, 60), (1, 20)), risks=("Carriers answer slowly\nOld contracts have no price list", "承运商响应慢\n旧合同没有价目表")),
    ProposalFrame(("Customs declaration by itself", "自动报关"), ("Declarations are filled from the booking. The new customs code asks for it from July.", "报关单由订单自动生成。新海关法规自 7 月起要求。"), "pm1", "pmo", "run", "short", "submitted assessed", (110, 90), (0, 0, 20, 20, 20, 20), {"dev": (70, 50), "data": (10,)}, ((1, 30),), mandatory=True),
    ProposalFrame(("Warehouse robots in Venlo", "芬洛仓库机器人"), ("Three robots move pallets at night.", "三台机器人夜间搬运托盘。"), "exec", "pmo", "transform", "long", "submitted assessed", (320, 280, 120, 40), (0, 0, 0, 60, 110, 120, 130, 140, 140, 140, 140, 140), {"dev": (20, 40, 20), "field": (10, 40, 40, 20)}, ((2, 40),), risks=("One supplier", "单一供应商")),
    ProposalFrame(("Tours planned by demand", "按需求规划线路"), ("Tours follow the forecast of demand instead of a fixed plan.", "线路随需求预测调整，而非固定计划。"), "pm1", "product", "transform", "long", "submitted assessed", (160, 180, 120), (0, 0, 30, 90, 130, 140, 140, 140, 140, 140), {"dev": (60, 80, 40), "data": (60, 70, 40)}, ((2, 70), (1, 30)), (("requires", 7),)),
    ProposalFrame(("Carbon report for each shipment", "单票碳排放报告"), ("Shippers get the emissions of a shipment with its bill.", "货主随账单收到单票排放数据。"), "pm0", "product", "grow", "long", "submitted", (70, 50), (0, 10, 25, 30, 30, 30, 30, 30), {"dev": (40, 20), "data": (30, 10)}, ((0, 20),)),
    ProposalFrame(("New terminal screens", "终端换新"), ("The screens in the depots are eight years old.", "站点终端屏幕已使用八年。"), "pjm1", "pmo", "run", "short", "submitted assessed", (90, 60, 30), (0, 15, 25, 25, 25, 25, 25, 25), {"field": (30, 30, 10), "dev": (10, 10)}, ((2, 20),)),
    ProposalFrame(("Chat with the desk", "在线客服"), ("Shippers write instead of calling.", "货主以在线消息代替来电。"), "pm0", "product", "grow", "short", "submitted", (60, 40), (0, 20, 35, 35, 35, 35), {"dev": (50, 20)}, ((0, 40),), (("excludes", 8),)),
    ProposalFrame(("One store of tour data", "统一线路数据平台"), ("One place for all events of tours: what planning and reports read.", "所有线路事件集中一处，供计划与报表使用。"), "pjm0", "pmo", "run", "long", "submitted assessed", (80, 70, 40), (0, 0, 10, 15, 15, 15, 15, 15), {"data": (60, 60, 30), "dev": (20, 20)}, ((1, 20),)),
    ProposalFrame(("Voice assistant for the desk", "客服语音助手"), ("A voice assistant takes the simple calls.", "由语音助手处理简单来电。"), "exec", "product", "transform", "short", "submitted", (120, 110, 30), (0, 0, 40, 60, 60, 60, 60), {"dev": (40, 40), "data": (40, 40, 10)}, ((0, 30),)),
    ProposalFrame(("Loyalty points for shippers", "货主积分计划"), ("Points for bookings on the portal.", "平台下单可累积积分。"), "pm0", "product", "grow", "short", "submitted on_hold", (50, 30), (0, 10, 15, 15, 15, 15), {"dev": (30, 10)}, ((0, 10),), reason=("After the new prices are out", "待新报价上线之后")),
    ProposalFrame(("Drones for the islands", "海岛无人机派送"), ("Parcels to the islands by drone.", "以无人机向海岛派送包裹。"), "exec", "product", "transform", "long", "submitted declined", (400, 380, 200), (0, 0, 0, 30, 40, 50, 60), {"dev": (80, 80, 60)}, reason=("It never pays back, and no permit is in sight", "无法收回投资，且许可遥遥无期")),
    ProposalFrame(("Depot lights that dim", "站点智能照明"), ("Lights follow the work.", "照明随作业自动调节。"), "pjm1", "pmo", "run", "long", "", (25,), (3, 3, 3, 3, 3, 3, 3, 3), {"field": (5,)}),
)  # fmt: skip


class ScenarioFrame(NamedTuple):
    """Budget in thousands by quarter, days by quarter; `shares` are (group, bound, per cent)."""

    name: Pair
    why: Pair
    budget: tuple[int, ...]
    capacity: dict[str, tuple[int, ...]]
    shares: tuple[tuple[str, str, int], ...] = ()
    aim: str = "npv"


SCENARIOS = (
    ScenarioFrame(("As this year", "与今年持平"), ("The money of this year, and the people we have.", "今年的预算与现有人员。"), (420, 400, 260, 160), {"dev": (200, 200, 160, 160), "data": (120, 120, 90, 90), "field": (50, 70, 50, 40)}),
    ScenarioFrame(("15 % less money", "预算减少 15%"), ("What would we not start?", "哪些项目不再启动？"), (357, 340, 221, 136), {"dev": (200, 200, 160, 160), "data": (120, 120, 90, 90), "field": (50, 70, 50, 40)}, (("kind:transform", "least", 30),)),
    ScenarioFrame(("What serves the objectives", "以目标为先"), ("The same money, chosen for strategic fit.", "预算不变，按战略契合度选择。"), (420, 400, 260, 160), {"dev": (200, 200, 160, 160), "data": (120, 120, 90, 90), "field": (50, 70, 50, 40)}, aim="fit"),
)  # fmt: skip
