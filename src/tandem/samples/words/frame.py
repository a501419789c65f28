"""What the organisation is made of: products, projects, teams, objectives, features. What happens to them is simulated."""

from typing import NamedTuple

from tandem.samples.words import Pair

ORGANISATION: Pair = ("Harbourline", "海岸线物流")
PORTFOLIO: Pair = ("Digital 2027", "数字化 2027")


class ProductFrame(NamedTuple):
    code: str
    name: Pair
    description: Pair
    versions: tuple[str, str, str, str]


PRODUCTS = (
    ProductFrame("SHP", ("Shipper Portal", "货主门户"), ("Where shippers quote, book, track and pay.", "货主询价、下单、查轨迹、付款的入口。"), ("2.4", "2.5", "3.0", "3.1")),
    ProductFrame("DRV", ("Driver and Depot App", "司机与网点端"), ("What drivers and depots work with every day.", "司机与网点每天使用的应用。"), ("4.0", "4.1", "5.0", "5.1")),
    ProductFrame("XBD", ("Cross-border Desk", "跨境通"), ("Declaring, clearing and following goods across borders.", "跨境货物的申报、清关与跟踪。"), ("1.0", "1.1", "1.2", "2.0")),
)  # fmt: skip


class ProgrammeFrame(NamedTuple):
    code: str
    name: Pair
    description: Pair


PROGRAMMES = (
    ProgrammeFrame("SELF", ("Shippers serve themselves", "货主自助"), ("Booking, prices and payment without a phone call.", "下单、询价、付款无需来电。")),
    ProgrammeFrame("FIVE", ("One network, five countries", "五国一网"), ("Cross-border traffic in five countries by next summer.", "明年夏季前开通五国跨境业务。")),
)  # fmt: skip


class TeamFrame(NamedTuple):
    code: str
    name: Pair
    country: str
    people: int


TEAMS = (
    TeamFrame("portal", ("Portal team", "门户团队"), "NL", 7), TeamFrame("pricing", ("Pricing team", "计价团队"), "CN", 6),
    TeamFrame("payments", ("Payments team", "支付团队"), "NL", 6), TeamFrame("customs", ("Customs team", "关务团队"), "CN", 6),
    TeamFrame("driver", ("Driver team", "司机端团队"), "CN", 6), TeamFrame("data", ("Data team", "数据团队"), "NL", 6),
    TeamFrame("security", ("Security team", "安全团队"), "CN", 4), TeamFrame("depots", ("Depot engineering", "网点工程团队"), "CN", 5),
    TeamFrame("markets", ("Market launch team", "市场拓展团队"), "NL", 5),
)  # fmt: skip


class ProjectFrame(NamedTuple):
    """`plan` names a network plan; without one the project is a flow of items. `turn` orders a team's projects."""

    code: str
    name: Pair
    team: str
    under: str
    turn: int = 0
    plan: str = ""


PROJECTS = (
    ProjectFrame("POR", ("Shipper Portal 2.5", "货主门户 2.5"), "portal", "SELF"),
    ProjectFrame("PORT", ("Shipper Portal 3.0", "货主门户 3.0"), "portal", "SELF", 1),
    ProjectFrame("PRC", ("Pricing engine 2", "计价引擎 2"), "pricing", "SELF"),
    ProjectFrame("PAY", ("Invoice payments", "运费在线支付"), "payments", "SELF"),
    ProjectFrame("LAB", ("Address and labels", "地址与面单"), "customs", "FIVE"),
    ProjectFrame("CUS", ("Customs connection", "海关直连"), "customs", "FIVE", 1),
    ProjectFrame("DRA", ("Driver app 4", "司机端 4"), "driver", "PF"),
    ProjectFrame("DRO", ("Driver app offline", "司机端离线模式"), "driver", "PF", 1),
    ProjectFrame("DAT", ("Data platform", "数据平台"), "data", "PF"),
    ProjectFrame("SEC", ("Security level 3 audit", "等保三级测评"), "security", "PF", 0, "audit"),
    ProjectFrame("NGB", ("Ningbo sorting hall", "宁波自动分拣中心"), "depots", "PF", 0, "hall"),
    ProjectFrame("CBL", ("Cross-border launch", "跨境业务上线"), "markets", "FIVE", 0, "launch"),
)


class FeatureFrame(NamedTuple):
    """`noun` is what its stories speak of: with article, bare, plural, Chinese."""

    product: str
    project: str
    title: Pair
    noun: tuple[str, str, str, str]
    objective: int


FEATURES = (
    FeatureFrame("SHP", "POR", ("Every shipment on one map", "运单地图总览"), ("a shipment", "shipment", "shipments", "运单"), 0),
    FeatureFrame("SHP", "POR", ("Proof of delivery to download", "签收单下载"), ("a proof of delivery", "proof of delivery", "proofs of delivery", "签收单"), 0),
    FeatureFrame("SHP", "PORT", ("Bulk booking", "批量下单"), ("a booking", "booking", "bookings", "订单"), 0),
    FeatureFrame("SHP", "PORT", ("Instant quote", "即时报价"), ("a quote", "quote", "quotes", "报价"), 0),
    FeatureFrame("SHP", "PORT", ("Single sign-on for shippers", "货主单点登录"), ("an account", "account", "accounts", "账户"), 0),
    FeatureFrame("SHP", "PRC", ("Fuel surcharge by week", "燃油附加费按周调整"), ("a surcharge", "surcharge", "surcharges", "附加费"), 1),
    FeatureFrame("SHP", "PRC", ("Rate cards per customer", "客户专属运价表"), ("a rate card", "rate card", "rate cards", "运价表"), 1),
    FeatureFrame("SHP", "PRC", ("Volume discounts", "批量折扣"), ("a discount", "discount", "discounts", "折扣"), 1),
    FeatureFrame("SHP", "PRC", ("Price approval", "价格审批"), ("a price request", "price request", "price requests", "价格申请"), 1),
    FeatureFrame("SHP", "PAY", ("Invoices paid online", "账单在线支付"), ("an invoice", "invoice", "invoices", "账单"), 1),
    FeatureFrame("SHP", "PAY", ("Multi-currency invoice", "多币种发票"), ("an invoice line", "invoice line", "invoice lines", "发票明细"), 1),
    FeatureFrame("SHP", "PAY", ("Disputed invoice lines", "账单争议处理"), ("a dispute", "dispute", "disputes", "争议单"), 1),
    FeatureFrame("SHP", "PAY", ("Credit limits", "信用额度"), ("a credit limit", "credit limit", "credit limits", "信用额度"), 1),
    FeatureFrame("XBD", "LAB", ("Address book import", "地址簿导入"), ("an address", "address", "addresses", "地址"), 2),
    FeatureFrame("XBD", "LAB", ("Label templates", "面单模板"), ("a label", "label", "labels", "面单"), 2),
    FeatureFrame("XBD", "CUS", ("Customs declaration", "报关申报"), ("a declaration", "declaration", "declarations", "报关单"), 2),
    FeatureFrame("XBD", "CUS", ("Tariff code lookup", "税则号查询"), ("a tariff code", "tariff code", "tariff codes", "税则号"), 2),
    FeatureFrame("XBD", "CUS", ("Duty prepayment", "关税预缴"), ("a duty payment", "duty payment", "duty payments", "税费单"), 2),
    FeatureFrame("DRV", "DRA", ("Route merge", "路线合并"), ("a route", "route", "routes", "路线"), 3),
    FeatureFrame("DRV", "DRA", ("Photo at delivery", "签收拍照"), ("a photo", "photo", "photos", "照片"), 3),
    FeatureFrame("DRV", "DRO", ("Scans without signal", "离线扫码"), ("a scan", "scan", "scans", "扫码记录"), 3),
    FeatureFrame("DRV", "DRO", ("Offline tour sheet", "离线派送清单"), ("a tour", "tour", "tours", "派送任务"), 3),
    FeatureFrame("DRV", "DRO", ("Damage report on the spot", "现场货损上报"), ("a damage report", "damage report", "damage reports", "货损单"), 3),
    FeatureFrame("SHP", "DAT", ("Arrival time for shippers", "预计到达时间"), ("an arrival time", "arrival time", "arrival times", "到达时间"), 0),
    FeatureFrame("XBD", "DAT", ("Shipment data feed", "运单数据推送"), ("a data feed", "data feed", "data feeds", "数据推送"), 2),
    FeatureFrame("SHP", "DAT", ("Self-service reports", "自助报表"), ("a report", "report", "reports", "报表"), 1),
    FeatureFrame("DRV", "DAT", ("Emissions per shipment", "单票碳排放核算"), ("an emission figure", "emission figure", "emission figures", "排放数据"), 3),
    FeatureFrame("SHP", "SEC", ("Security level 3 certificate", "等保三级证书"), ("a finding", "finding", "findings", "整改项"), 0),
    FeatureFrame("DRV", "NGB", ("Automatic sorting in Ningbo", "宁波自动分拣"), ("a sorter", "sorter", "sorters", "分拣机"), 3),
    FeatureFrame("XBD", "CBL", ("Five countries live", "五国开通"), ("a country", "country", "countries", "国家"), 2),
)  # fmt: skip


class IdeaFrame(NamedTuple):
    """A feature that nobody has broken down yet: it stands on the roadmap under next or later, promised to nobody."""

    product: str
    title: Pair
    objective: int
    is_next: bool = False


IDEAS = (
    IdeaFrame("SHP", ("Booking by e-mail", "邮件下单"), 0, True),
    IdeaFrame("SHP", ("Returns by the shipper", "货主自助退货"), 0),
    IdeaFrame("SHP", ("Price forecast for regular lanes", "常用线路价格预测"), 1),
    IdeaFrame("DRV", ("Handover between tours", "派送任务交接"), 3, True),
    IdeaFrame("DRV", ("Voice guidance at the door", "到户语音指引"), 3),
    IdeaFrame("XBD", ("Origin certificates", "原产地证书"), 2, True),
    IdeaFrame("XBD", ("Bonded warehouse stock", "保税仓库存"), 2),
    IdeaFrame("XBD", ("Declaration by the customer's broker", "客户自有报关行申报"), 2),
)  # fmt: skip


class ObjectiveFrame(NamedTuple):
    title: Pair
    measure: Pair
    above: int | None
    role: str


# The first four are what features name; the last two are what they add up to.
OBJECTIVES = (
    ObjectiveFrame(("Shippers book without calling us", "货主无需来电即可下单"), ("self-service bookings 58 % → 70 %", "自助下单率 58% → 70%"), 4, "pm0"),
    ObjectiveFrame(("Cost per shipment down 12 %", "单票成本下降 12%"), ("cost per shipment €4.10 → €3.61", "单票成本 €4.10 → €3.61"), 4, "pm0"),
    ObjectiveFrame(("Cross-border in five countries by summer", "夏季前开通五国跨境业务"), ("countries live 1 → 5", "已开通国家 1 → 5"), 5, "pm2"),
    ObjectiveFrame(("Drivers deliver without paper", "派送全程无纸化"), ("tours without paper 35 % → 90 %", "无纸化派送率 35% → 90%"), 5, "pm1"),
    ObjectiveFrame(("Shippers choose us for the easiest service", "以最省心的服务赢得货主"), ("recommendation score 31 → 45", "净推荐值 31 → 45"), None, "exec"),
    ObjectiveFrame(("Grow the network without growing its cost", "网络扩张而成本不增"), ("parcels per employee and day 41 → 48", "人均日处理量 41 → 48 件"), None, "exec"),
)  # fmt: skip
RECEIVERS: tuple[Pair, ...] = (
    ("the top-20 shippers", "前 20 大货主"), ("the board", "管理层"), ("the sales team", "销售部"), ("the key account Nordhafen", "重点客户北港商贸"),
    ("the depots", "各网点"), ("the customer council", "客户委员会"), ("the finance department", "财务部"), ("the regulator", "监管部门"),
)  # fmt: skip
REVISED: dict[str, Pair] = {
    "scope": ("Scope was added after the promise: {added} items", "承诺后新增范围 {added} 项"),
    "pace": ("The team finishes fewer items than assumed", "团队吞吐量低于当初假设"),
}
WITHDRAWN: Pair = ("Nothing of it is left in the release", "该发布已无内容")
