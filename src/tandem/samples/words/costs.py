"""What the sample projects cost: budgets and purchases in thousands, month by month from before today."""

from typing import NamedTuple

from tandem.samples.words import Pair


class CostFrame(NamedTuple):
    """In `months` before (or after) today; thousands planned, committed and paid, nothing where nothing came yet."""

    project: str
    title: Pair
    kind: str
    treatment: str
    months: int
    planned: float
    committed: float = 0
    actual: float | None = None
    forecast: float | None = None
    currency: str = "EUR"
    supplier: str = ""
    reference: str = ""


BUDGETS = (("PORT", 420, ("Steering committee", "指导委员会")), ("PAY", 180, ("Steering committee", "指导委员会")), ("NGB", 640, ("Board of Ningbo", "宁波公司董事会")), ("CUS", 150, ("Steering committee", "指导委员会")))
TRANSFER: tuple[str, str, float, Pair] = ("PORT", "CUS", 25, ("Customs pays for the shared test hall", "共用测试场地由关务项目承担"))
COSTS = (
    CostFrame("PORT", ("Design agency", "设计公司"), "purchase", "opex", -8, 48, 48, 51.2, supplier="Studio Noord", reference="PO-1107"),
    CostFrame("PORT", ("Cloud, first half-year", "云服务（上半年）"), "purchase", "opex", -6, 36, 36, 34.5, supplier="Kade Cloud", reference="PO-1130"),
    CostFrame("PORT", ("Load test", "压力测试"), "purchase", "opex", -3, 22, 24, 24, reference="PO-1188"),
    CostFrame("PORT", ("Cloud, second half-year", "云服务（下半年）"), "purchase", "opex", 0, 36, 38, None, 41, supplier="Kade Cloud", reference="PO-1214"),
    CostFrame("PORT", ("Developers", "开发人员"), "labour", "capex", -4, 60, 0, None, 66),
    CostFrame("PORT", ("Penetration test", "渗透测试"), "purchase", "opex", 2, 30),
    CostFrame("PAY", ("Certification of cards", "银行卡认证"), "purchase", "capex", -5, 60, 62, 62, reference="PO-1141"),
    CostFrame("PAY", ("Provider, fixed fee", "支付服务商固定费"), "purchase", "opex", -1, 40, 80, 40, 92, supplier="Zaan Pay", reference="PO-1201"),
    CostFrame("PAY", ("Second provider", "第二家服务商"), "purchase", "opex", 1, 50, 0, None, 46),
    CostFrame("NGB", ("Sorting line, first instalment", "分拣线首付款"), "purchase", "capex", -7, 1500, 1500, 1500, currency="CNY", supplier="甬江智能装备", reference="NB-031"),
    CostFrame("NGB", ("Sorting line, second instalment", "分拣线二期款"), "purchase", "capex", 1, 1500, 1500, None, 1620, currency="CNY", supplier="甬江智能装备", reference="NB-032"),
    CostFrame("NGB", ("Travel to the supplier", "供应商现场差旅"), "travel", "opex", -2, 9, 0, 11.4),
    CostFrame("CUS", ("Licence of the tariff data", "税则数据许可"), "purchase", "opex", -2, 70, 72, 72, supplier="Tarif BV", reference="PO-1196"),
    CostFrame("CUS", ("Training of the desk", "客服培训"), "other", "opex", 2, 24),
)
RATES = (("CNY", 400, "0.1271"), ("CNY", 120, "0.1284"), ("USD", 400, "0.921"))
