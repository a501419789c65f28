"""What shippers, depots and brokers say of the sample's products, and who they are."""

from typing import NamedTuple

from tandem.samples.words import Pair

SEGMENTS: tuple[tuple[Pair, str], ...] = ((("Large shippers", "大型货主"), "5"), (("Small shippers", "小型货主"), "1"))
CUSTOMERS: tuple[tuple[Pair, int, str], ...] = (
    (("Nordkai Foods", "北岸食品"), 0, ""), (("Hanse Parts", "汉萨配件"), 0, "8"), (("Lindgren & Co", "林格伦商行"), 1, ""),
)  # fmt: skip


class SaidFrame(NamedTuple):
    """`customer` is one of those above, -1 nobody; `ago` in days; `quote` is the sentence by which it is linked to the product's
    feature of that number (-1: not linked); `same_as` the entry that it was merged into."""

    product: str
    title: Pair
    text: Pair
    giver: Pair
    customer: int
    ago: int
    votes: int
    feature: int = -1
    quote: Pair = ("", "")
    same_as: int = -1
    is_public: bool = True


SAID = (
    SaidFrame("SHP", ("Tell me before a shipment is late", "货物晚点前请提前通知"), ("We hear of a delay when the truck should be here. An hour's warning would save the dock crew.", "总是等到车该到了才知道晚点。提前一小时通知，装卸组就不用空等。"), ("Ida Koskinen", "柯艾达"), 0, 200, 14, 0, ("An hour's warning would save the dock crew.", "提前一小时通知，装卸组就不用空等。")),
    SaidFrame("SHP", ("Warn me when a shipment will be late", "货物要晚点时请提前通知我"), ("Please write or call before, not after.", "请事前通知，不要事后再说。"), ("Bo Lind", "林波"), 2, 150, 3, same_as=0),
    SaidFrame("SHP", ("Book again what I booked last week", "一键重复上周的订单"), ("Half of our bookings are the same lanes each week.", "我们一半的订单每周线路都一样。"), ("Ada Brandt", "白安达"), 1, 90, 9, 1, ("Half of our bookings are the same lanes each week.", "我们一半的订单每周线路都一样。")),
    SaidFrame("SHP", ("Invoices as one file a month", "每月发票合并为一个文件"), ("Accounting types forty of them by hand.", "财务要手工录入四十张。"), ("Ada Brandt", "白安达"), 1, 40, 6),
    SaidFrame("SHP", ("One invoice file each month", "每月只要一个发票文件"), ("Forty PDFs are too many.", "四十个 PDF 太多了。"), ("", ""), 0, 25, 2),
    SaidFrame("SHP", ("Quotes in Polish", "报价支持波兰语"), ("", ""), ("", ""), -1, 18, 1, is_public=False),
    SaidFrame("DRV", ("The app forgets my route in a tunnel", "进隧道后路线丢失"), ("After the harbour tunnel I start again.", "过了港口隧道就得重新开始。"), ("Driver on tour 12", "12 号线司机"), -1, 120, 11, 0, ("After the harbour tunnel I start again.", "过了港口隧道就得重新开始。")),
    SaidFrame("DRV", ("Larger buttons for gloves", "戴手套也能按的大按钮"), ("In winter nobody takes them off.", "冬天没人会摘手套。"), ("Depot North", "北站"), -1, 60, 7),
    SaidFrame("XBD", ("Show which document is missing", "提示缺少哪份单证"), ("We call the broker to ask. Every time.", "每次都要打电话问报关行。"), ("Lena Vogt", "傅莲娜"), 0, 75, 5, 0, ("We call the broker to ask.", "每次都要打电话问报关行。")),
)  # fmt: skip
