"""What people of the sample organisation ask to be otherwise, what both sides say to it, and what was decided beside."""

from typing import NamedTuple

from tandem.samples.words import Pair

NOTHING: Pair = ("", "")


class Said(NamedTuple):
    """So many days after both sides were asked: yes, no, revise (by a side), or again: the author leaves the last item as it is, and hands in anew."""

    after: float
    side: str
    answer: str
    reason: Pair = NOTHING


class ChangeFrame(NamedTuple):
    """Raised `ago` days before today, of the project with the `turn`-th most open work. `longer`: by how many times one open item takes longer;
    `drops`: one is left out; `moves`: by how many days a promise of the product is moved; `costs`: what is spent more, and the budget grows by, in thousands."""

    title: Pair
    reason: Pair
    source: str
    ago: int
    turn: int = 0
    longer: int = 0
    drops: bool = False
    moves: int = 0
    costs: int = 0
    said: tuple[Said, ...] = ()
    withdrawn: Pair = NOTHING
    is_draft: bool = False


CHANGES = (
    ChangeFrame(("Leave the printed labels out", "取消纸质标签打印"), ("Nobody has asked for them since spring.", "自春季以来再无人提出此需求。"), "team", 61, drops=True, said=(
        Said(4, "pmo", "yes"),
        Said(9, "product", "no", ("Two large shippers still print them. Ask again when they have the app.", "两家大货主仍在打印，待其换用应用后再议。")),
    )),
    ChangeFrame(("Check addresses before booking", "下单前校验地址"), ("One booking in nine goes back because of a wrong address.", "每九单就有一单因地址错误被退回。"), "customer", 44, longer=2, said=(
        Said(2, "product", "yes", ("Fewer returns are worth the days.", "减少退单，值得多花这几天。")), Said(7, "pmo", "yes"),
    )),
    ChangeFrame(("Hanseatic Freight needs its map earlier", "汉莎货运要求提前上线地图"), ("They move their depot in that week and track by hand until then.", "客户当周搬迁仓库，此前只能人工跟踪。"), "customer", 27, moves=-7, longer=2, said=(
        Said(1, "product", "yes", ("Worth a week: the contract comes up in spring.", "值得提前一周：合同明年春季续签。")),
        Said(3, "pmo", "revise", ("Not with the same people. Leave the longer tests as they are, then it fits.", "现有人手做不到。测试工作量维持原样即可满足。")),
        Said(5, "", "again"), Said(6, "product", "yes"), Said(10, "pmo", "yes", ("Fits into the plan as it is now.", "调整后的内容可以纳入现有计划。")),
    )),
    ChangeFrame(("A second penetration test", "增加一次渗透测试"), ("The first one found holes in the sign-in; the insurer asks for another.", "首次测试发现登录漏洞，保险方要求复测。"), "law", 20, turn=1, costs=12, said=(
        Said(1, "product", "yes"), Said(2, "pmo", "yes", ("Paid for by the reserve of the portfolio.", "由项目组合储备金支付。")),
    )),
    ChangeFrame(("One more language in the driver app", "司机端增加一种语言"), ("Polish drivers asked for it.", "波兰司机提出需求。"), "team", 15, turn=1, longer=3, withdrawn=(
        "The supplier translates it with the next version anyway.", "供应商下个版本会自带翻译。",
    )),
    ChangeFrame(("Two more weeks for the tests with drivers", "司机测试延长两周"), ("The drivers are on leave; without them the tests say nothing.", "司机正在休假，没有他们测试无法说明问题。"), "team", 9, longer=3, moves=14, said=(
        Said(1, "product", "yes", ("Better late than wrong.", "宁可晚一些，也不能出错。")),
    )),
    ChangeFrame(("Drop the second import format", "取消第二种导入格式"), ("Two of three suppliers have changed over; the third does in January.", "三家供应商中已有两家切换，第三家明年一月切换。"), "conflict", 4, turn=1, drops=True),
    ChangeFrame(("Move the depot tablets to next year", "网点平板推迟到明年采购"), ("The price falls with the new model.", "新机型发布后价格会下降。"), "team", 1, turn=1, costs=8, is_draft=True),
)  # fmt: skip


class DecisionFrame(NamedTuple):
    """Asked `ago` days before today by `who`, to be decided `within` days; decided after `took` days unless it is 0; looked at again `again` days from today.
    `otherwise`: decided anew so many days before today, with another option and why."""

    question: Pair
    context: Pair
    options: tuple[Pair, ...]
    where: str
    who: str
    ago: int
    within: int
    took: int = 0
    chosen: int = 0
    why: Pair = NOTHING
    effect: Pair = NOTHING
    again: int = 0
    otherwise: tuple[int, int, Pair] | None = None


DECISIONS = (
    DecisionFrame(("Which map service do we use?", "采用哪家地图服务？"), ("The map of shipments and the driver app need the same one.", "运单地图与司机端须使用同一家。"),
                  (("One supplier for all countries", "各国统一一家供应商"), ("One for Europe, one for China", "欧洲、中国各一家")), "PF", "lead", 160, 21, 18, 1,
                  ("No single one covers both with the accuracy that drivers need.", "没有一家能在两地都达到司机所需的精度。"), ("Two interfaces, one contract each", "两套接口，各签一份合同"), again=20),
    DecisionFrame(("Do we build payments ourselves?", "支付功能是否自建？"), ("Invoices are paid by hand today, nine days late on average.", "目前账单靠人工支付，平均晚九天。"),
                  (("Build it", "自建"), ("Buy a payment provider", "采购支付服务商")), "SELF", "lead", 120, 14, 9, 0, ("We wanted to keep the fees.", "希望省去手续费。"),
                  otherwise=(48, 1, ("The audit alone costs more than five years of fees.", "仅合规审计费用就超过五年手续费。"))),
    DecisionFrame(("Who tests with drivers on leave?", "司机休假期间由谁测试？"), ("Half of the drivers are away in December.", "十二月有一半司机休假。"),
                  (("Depot staff", "网点员工"), ("Wait for January", "等到一月"), ("A test company", "外部测试公司")), "PF", "lead", 12, 21),
    DecisionFrame(("May depots order tablets themselves?", "网点能否自行采购平板？"), ("Three depots already did.", "已有三个网点自行采购。"), (("Yes, from a list", "可以，限采购清单"), ("No", "不可以")), "PF", "exec", 40, 25),
    DecisionFrame(("Which customs broker do we start with?", "先与哪家报关行合作？"), ("Both are certified in all five countries.", "两家在五国均有资质。"),
                  (("The one in Rotterdam", "鹿特丹一家"), ("The one in Ningbo", "宁波一家")), "FIVE", "lead", 75, 20, 16, 1,
                  ("Nine of ten declarations begin there.", "九成申报从那里开始。"), ("Contract from January", "一月起签约"), again=-3),
)  # fmt: skip
