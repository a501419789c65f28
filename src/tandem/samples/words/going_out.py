"""What must hold before the sample's next release goes out, and what its notes say."""

from tandem.samples.words import Pair

CHECKS: tuple[Pair, ...] = (
    ("The help is written", "帮助文档已写好"), ("Support knows what changes", "支持团队已知悉变化"), ("A way back was tried", "回退方案已演练"),
    ("Load test at twice the peak", "已按峰值两倍压测"),
)  # fmt: skip
WAIVED: Pair = ("The release touches no busy page.", "本次发布不涉及高负载页面。")
PROOFS: tuple[Pair, ...] = (
    ("[x] A shipper does it without help", "[x] 货主无需帮助即可完成"), ("[ ] It works in English and Chinese", "[ ] 中英文界面均可用"),
)  # fmt: skip
NOTES: tuple[tuple[str, str], ...] = (
    ("You do this yourself now, without calling us.", "现在无需致电，您可自行完成。"), ("What took three days takes a minute.", "以前要三天，现在一分钟。"),
)  # fmt: skip
INTRODUCTION = ("Less waiting, fewer calls.", "少等待，少打电话。")
