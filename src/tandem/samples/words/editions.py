"""What the sample organisation tells its audiences of the roadmap."""

from typing import NamedTuple

from tandem.samples.words import Pair


class EditionFrame(NamedTuple):
    """`above`: of all products, by the PMO lead; else of the first product, by its manager."""

    name: Pair
    intro: Pair
    above: bool
    values: dict[str, object]


EDITIONS = (
    EditionFrame(
        ("For customers", "客户版"), ("What comes, by quarter. Dates can move; a promise is what we told you.", "按季度列出即将推出的内容。日期可能调整，承诺以对您说出的为准。"), False,
        {"query": "-state:idea", "precision": "quarter"},
    ),
    EditionFrame(
        ("For the steering board", "指导委员会版"), ("All products, with what we promised and what the forecast says.", "全部产品：我们承诺了什么，预测又怎么说。"), True,
        {"query": "-state:idea", "precision": "month", "shows_forecast": True, "shows_slip": True, "shows_owner": True},
    ),
)  # fmt: skip
