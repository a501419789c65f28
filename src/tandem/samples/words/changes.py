"""What people of the sample organisation ask to be otherwise, and what both sides say to it."""

from typing import NamedTuple

from tandem.samples.words import Pair


class ChangeFrame(NamedTuple):
    """Raised `ago` days before today. `longer`: by how many times one open item takes longer; `drops`: one is left out; `moves`: by how many
    days a promise of the product is moved. `verdict`: of the product side; empty while it waits."""

    title: Pair
    reason: Pair
    source: str
    ago: int
    longer: int = 0
    drops: bool = False
    moves: int = 0
    verdict: str = ""
    answer: Pair = ("", "")


CHANGES = (
    ChangeFrame(("Leave the printed labels out", "取消纸质标签打印"), ("Nobody has asked for them since spring.", "自春季以来再无人提出此需求。"), "team", 19, drops=True, verdict="no",
                answer=("Two large shippers still print them. Ask again when they have the app.", "两家大货主仍在打印，待其换用应用后再议。")),
    ChangeFrame(("Check addresses before booking", "下单前校验地址"), ("One booking in nine goes back because of a wrong address.", "每九单就有一单因地址错误被退回。"), "customer", 12, longer=2, verdict="yes"),
    ChangeFrame(("Two more weeks for the tests with drivers", "司机测试延长两周"), ("The drivers are on leave; without them the tests say nothing.", "司机正在休假，没有他们测试无法说明问题。"), "team", 2, longer=3, moves=14),
)  # fmt: skip
