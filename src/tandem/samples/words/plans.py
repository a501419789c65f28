"""Three network plans: phases, tasks with working days, and what each waits for.

A link reads `id`, `id:SS`, `id:FF`, each with an optional lag in working days (`id:SS+5`, `id-2`); FS when nothing is
said. A task of 0 days is a milestone. {site} is filled for phases that repeat per site.
"""

from typing import NamedTuple

from tandem.samples.words import Pair


class Step(NamedTuple):
    id: str
    title: Pair
    days: int
    after: tuple[str, ...] = ()


class Phase(NamedTuple):
    """With `sites`, the phase is repeated for each; its ids and links get the site's number, `prev.x` is the site before."""

    title: Pair
    steps: tuple[Step, ...]
    sites: tuple[Pair, ...] = ()


class Plan(NamedTuple):
    phases: tuple[Phase, ...]
    share_gone: float
    """How much of the planned time has passed today; the simulation dates the start from it."""


S = Step
_COUNTRIES = (("Germany", "德国"), ("Belgium", "比利时"), ("France", "法国"), ("Poland", "波兰"))
LAUNCH = Plan((
    Phase(("Preparation", "筹备"), (
        S("case", ("Agree the business case for four countries", "确认四国商业论证"), 10),
        S("tax", ("Tax opinion on duty prepayment", "关税预缴税务意见"), 20, ("case",)),
        S("agents", ("Choose customs agents", "选定报关代理"), 25, ("case:SS+5",)),
        S("terms", ("Draft the terms of carriage", "起草承运条款"), 15, ("tax:SS+10",)),
        S("price", ("Set prices for cross-border parcels", "制定跨境件价格"), 15, ("case",)),
        S("data", ("Agree the data exchange with customs", "与海关约定数据交换"), 20, ("agents-5",)),
        S("ready", ("Preparation accepted", "筹备验收"), 0, ("terms", "price", "data")),
    )),
    Phase(("Launch in {site}", "{site}上线"), (
        S("reg", ("Register the branch in {site}", "{site}分公司登记"), 25, ("ready",)),
        S("agent", ("Sign the customs agent in {site}", "签约{site}报关代理"), 12, ("ready", "prev.agent")),
        S("depot", ("Rent and equip the depot in {site}", "{site}网点租赁与装修"), 35, ("reg:SS+10",)),
        S("hire", ("Hire and train twelve people in {site}", "{site}招聘培训十二人"), 30, ("reg",)),
        S("carrier", ("Contract with the last-mile carrier in {site}", "签约{site}末端承运商"), 20, ("reg:SS+5",)),
        S("label", ("Approve labels and papers in {site}", "{site}面单与单证核准"), 10, ("agent",)),
        S("link", ("Connect the customs system of {site}", "接入{site}海关系统"), 25, ("agent", "prev.link")),
        S("test", ("Test declarations in {site}", "{site}申报联调测试"), 15, ("link", "label:FF+3")),
        S("dry", ("Dry run with hundred parcels in {site}", "{site}百件试运行"), 8, ("test", "depot", "carrier", "hire-5")),
        S("fix", ("Close what the dry run found in {site}", "{site}试运行问题整改"), 7, ("dry",)),
        S("sales", ("Sales campaign in {site}", "{site}市场推广"), 20, ("dry:SS",)),
        S("live", ("{site} live", "{site}正式开通"), 0, ("fix", "sales:FF")),
    ), _COUNTRIES),
    Phase(("Stabilise and hand over", "稳定与移交"), (
        S("care", ("Close support for four weeks", "四周重点保障"), 20, ("live.1", "live.2", "live.3", "live.4")),
        S("figures", ("Compare clearance times with the target", "清关时效与目标对比"), 10, ("care:SS+10",)),
        S("hand", ("Hand over to operations", "移交运营"), 8, ("care", "figures")),
        S("end", ("Launch closed", "上线收尾"), 0, ("hand",)),
    )),
), 0.62)  # fmt: skip
_LINES = (("line A", "A 线"), ("line B", "B 线"), ("line C", "C 线"))
HALL = Plan((
    Phase(("Design and permits", "设计与报批"), (
        S("need", ("Measure volumes and set the capacity", "测算货量并确定处理能力"), 15),
        S("draft", ("Layout of hall and lines", "分拣中心及产线布局"), 25, ("need",)),
        S("sim", ("Simulate the peak day", "旺季峰值仿真"), 15, ("draft:SS+10",)),
        S("fire", ("Fire protection permit", "消防审批"), 40, ("draft",)),
        S("power", ("Power connection from the utility", "供电增容申请"), 45, ("draft-5",)),
        S("tender", ("Tender for the sorters", "分拣设备招标"), 30, ("sim",)),
        S("order", ("Sorters ordered", "设备下单"), 0, ("tender",)),
    )),
    Phase(("Building", "土建"), (
        S("floor", ("Level and coat the floor", "地坪找平与涂装"), 20, ("fire-10",)),
        S("steel", ("Steel platforms", "钢平台安装"), 25, ("floor-5",)),
        S("cable", ("Cable trays and network", "桥架与网络布线"), 20, ("steel:SS+10",)),
        S("supply", ("Switch room and power supply", "配电室与供电"), 20, ("power", "cable:SS")),
        S("sprink", ("Sprinklers and smoke detectors", "喷淋与烟感"), 15, ("steel",)),
        S("accept", ("Building accepted", "土建验收"), 0, ("supply", "sprink", "cable")),
    )),
    Phase(("Install {site}", "{site}安装"), (
        S("make", ("Manufacture of {site}", "{site}设备生产"), 60, ("order", "prev.make:SS+15")),
        S("ship", ("Transport of {site} to Ningbo", "{site}设备运抵宁波"), 10, ("make",)),
        S("mount", ("Mount the conveyors of {site}", "{site}输送线安装"), 18, ("ship", "accept", "prev.mount")),
        S("sort", ("Mount the sorter of {site}", "{site}分拣机安装"), 15, ("mount:SS+8",)),
        S("scan", ("Scanners and scales of {site}", "{site}扫描与称重设备"), 8, ("sort-3",)),
        S("plc", ("Program the controls of {site}", "{site}控制程序开发"), 20, ("make:SS+20",)),
        S("cold", ("Cold test of {site}", "{site}空载测试"), 6, ("scan", "plc", "mount")),
        S("hot", ("Test of {site} with parcels", "{site}带货测试"), 10, ("cold",)),
        S("done", ("{site} accepted", "{site}验收"), 0, ("hot",)),
    ), _LINES),
    Phase(("Software", "软件"), (
        S("wcs", ("Interface to the warehouse control", "仓控系统接口"), 35, ("order",)),
        S("route", ("Sorting plan by depot", "按网点配置分拣方案"), 20, ("wcs:SS+15",)),
        S("dash", ("Screens for the control room", "中控大屏"), 15, ("wcs",)),
        S("joint", ("Joint test of software and lines", "软硬件联调"), 15, ("hot.1", "wcs", "route")),
    )),
    Phase(("People and start", "人员与投产"), (
        S("shift", ("Agree the shift model", "确定班次安排"), 20, ("order+20",)),
        S("train", ("Train operators and maintenance", "操作与维保培训"), 15, ("shift", "cold.1")),
        S("ramp", ("Run with a third of the volume", "三分之一货量试运行"), 15, ("joint", "train", "done.2")),
        S("full", ("Run with the full volume", "满负荷运行"), 15, ("ramp", "done.3")),
        S("go", ("Hall in regular operation", "正式投产"), 0, ("full",)),
    )),
), 0.7)  # fmt: skip
_AREAS = (("network", "网络"), ("servers", "主机"), ("applications", "应用"), ("data", "数据"))
AUDIT = Plan((
    Phase(("Scope and gap", "定级与差距分析"), (
        S("scope", ("Grade and register the systems", "系统定级备案"), 15),
        S("gap", ("Gap analysis against level 3", "三级差距分析"), 20, ("scope",)),
        S("plan", ("Plan of remedies agreed", "整改方案确认"), 0, ("gap",)),
        S("auditor", ("Contract with the test body", "签约测评机构"), 25, ("scope:SS+10",)),
    )),
    Phase(("Remedies: {site}", "{site}整改"), (
        S("list", ("Design the remedies for {site}", "{site}整改设计"), 8, ("plan",)),
        S("hard", ("Harden configuration of {site}", "{site}安全加固"), 15, ("list",)),
        S("acc", ("Two-factor sign-in for {site}", "{site}双因素登录"), 12, ("list", "prev.acc")),
        S("log", ("Central logs of {site}", "{site}日志集中采集"), 14, ("hard:SS+5",)),
        S("scan", ("Scan {site} and close the findings", "{site}漏洞扫描与修复"), 10, ("hard", "acc")),
        S("proof", ("Collect the evidence for {site}", "{site}佐证材料整理"), 6, ("scan", "log:FF+2")),
    ), _AREAS),
    Phase(("Rules and people", "制度与人员"), (
        S("rules", ("Write the security rules", "编写安全管理制度"), 25, ("plan",)),
        S("board", ("Approval by the security committee", "安全委员会审批"), 5, ("rules",)),
        S("school", ("Train all staff", "全员安全培训"), 20, ("board",)),
        S("drill", ("Emergency exercise", "应急演练"), 6, ("school:FF",)),
        S("backup", ("Restore exercise at the second site", "异地恢复演练"), 10, ("hard.2",)),
    )),
    Phase(("Assessment", "测评"), (
        S("pre", ("Pre-assessment", "预测评"), 10, ("proof.1", "proof.2", "proof.3", "proof.4", "drill")),
        S("rest", ("Close the findings of the pre-assessment", "预测评问题整改"), 20, ("pre", "backup")),
        S("slot", ("Assessment on site", "现场测评"), 10, ("rest", "auditor")),
        S("report", ("Report of the test body", "测评报告"), 15, ("slot",)),
        S("cert", ("Certificate received", "取得证书"), 0, ("report+5",)),
    )),
), 0.66)  # fmt: skip
PLANS = {"launch": LAUNCH, "hall": HALL, "audit": AUDIT}
REPLANNED: Pair = ("Replanned", "重排计划")
QUARTER: Pair = ("Plan {year} Q{quarter}", "{year} 年第 {quarter} 季度计划")
APPROVED: Pair = ("Approved plan", "批准计划")
