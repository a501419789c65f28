"""By what the sample organisation chooses, and what it says when it does."""

from tandem.samples.words import Pair

MODEL: Pair = ("RICE", "RICE")
MODEL_WHY: Pair = (
    "How all products rank their features: how many shippers a month it reaches, how much it helps each, how sure we are, and what it takes.",
    "所有产品统一的特性排序方法：每月触达多少货主、帮助多大、有多大把握、投入多少。",
)
EVIDENCE: tuple[Pair, ...] = (
    ("12 of 20 shippers asked for it in October.", "十月访谈的 20 位货主中有 12 位提出。"),
    ("Calls to the desk in the last quarter.", "上季度客服来电统计。"),
    ("Bookings of the last 90 days.", "最近 90 天的下单数据。"),
    ("The depots' own count.", "网点自行统计。"),
)
