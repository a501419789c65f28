"""What a team is asked and says, for what people thank each other, and what is to be done when somebody joins or leaves."""

from tandem.samples.words import Pair

QUESTIONS: tuple[Pair, ...] = (
    ("I know what is expected of me.", "我清楚对我的期望。"), ("In this team one can say what goes wrong.", "在这个团队里可以直言问题。"), ("My load is one that I can keep up.", "我的工作量可以长期承受。"),
)  # fmt: skip
# of each round what each of those who answered said; the last one is still open
ROUNDS = (
    ((4, 4, 3), (4, 5, 4), (3, 4, 3), (4, 4, 4), (5, 4, 3), (4, 3, 3)),
    ((4, 4, 3), (4, 4, 3), (3, 4, 2), (4, 3, 3), (4, 4, 3)),
    ((4, 3, 2), (3, 3, 2), (4, 4, 2)),
    ((3, 3, 2), (3, 4, 2), (4, 3, 1), (3, 3, 2), (4, 4, 2), (3, 3, 2)),
    ((4, 4, 3), (4, 4, 2)),
)
WORDS: tuple[Pair, ...] = (
    ("Two projects want the same days of us.", "两个项目都要我们同样的时间。"), ("The retrospective helped.", "回顾会很有帮助。"), ("Too many meetings on Wednesdays.", "周三会议太多。"),
)  # fmt: skip
THANKS: tuple[Pair, ...] = (
    ("You stayed on the phone with the port until it worked.", "你一直和港口通话，直到问题解决。"), ("The test data made my week.", "你准备的测试数据帮了大忙。"), ("For explaining it a third time.", "感谢你又耐心讲了一遍。"),
)  # fmt: skip
JOINING: Pair = ("Joining a delivery team", "加入交付团队")
LEAVING: Pair = ("Leaving", "离职")
JOINING_STEPS: tuple[tuple[Pair, str, int], ...] = (
    (("Order laptop and badge", "申请电脑和门禁卡"), "manager", -5), (("Give access to accounts and spaces", "开通账号和空间权限"), "administrator", -2), (("First talk: what is expected", "首次面谈：说明期望"), "manager", 0),
    (("Walk through board, plan and documents", "介绍看板、计划和文档"), "buddy", 1), (("Finish a first small work item", "完成第一个小工作项"), "person", 5), (("Talk about the first month", "首月回顾面谈"), "manager", 20),
)  # fmt: skip
LEAVING_STEPS: tuple[tuple[Pair, str, int], ...] = (
    (("Name who takes over what is owned", "确定所负责事项的接手人"), "manager", -20), (("Hand over open work", "交接未完成的工作"), "person", -5), (("Last talk: what should be done better", "离职面谈：有何改进建议"), "manager", -1),
    (("Return laptop and badge", "交还电脑和门禁卡"), "person", 0), (("Close accounts", "关闭账号"), "administrator", 1),
)  # fmt: skip
