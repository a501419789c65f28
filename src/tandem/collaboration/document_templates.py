"""What a page may begin with, in our own words and both languages."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Template:
    key: str
    name: object
    purpose: object
    title: tuple[str, str]
    body: tuple[str, str]

    def said(self, language: str) -> tuple[str, str]:
        at = 1 if language.startswith("zh") else 0
        return self.title[at], self.body[at].strip()


_CHARTER = (
    """
## Why
Which need or chance stands behind it, and what happens if nothing is done.

## What it brings
| What becomes better | How it is measured | Today | Aim | By when |
|---|---|---|---|---|
| | | | | |

## What belongs to it
- In:
- Out:

## Who
| Role | Person |
|---|---|
| Sponsor | |
| Project manager | |
| Product manager | |

## Milestones
| Milestone | Promised to | Date |
|---|---|---|
| | | |

## Money and people
Budget, the roles that are needed, and from when.

## What we assume, what may go wrong
- Assumption:
- Risk: name it in the register and put its address here.

## Agreed
Sign in the charter of the project; this page says what was thought.
""",
    """
## 背景
背后的需求或机会，以及不做的后果。

## 预期成果
| 改善什么 | 如何衡量 | 现状 | 目标 | 期限 |
|---|---|---|---|---|
| | | | | |

## 范围
- 包含：
- 不包含：

## 角色
| 角色 | 人员 |
|---|---|
| 发起人 | |
| 项目经理 | |
| 产品经理 | |

## 里程碑
| 里程碑 | 承诺对象 | 日期 |
|---|---|---|
| | | |

## 预算与人力
预算、所需角色及到位时间。

## 假设与风险
- 假设：
- 风险：先登记到风险登记册，再把地址贴在这里。

## 签署
正式签署在项目章程中完成；本页记录当时的考虑。
""",
)
_PRD = (
    """
## The problem
Who has it, how often, and how we know. Name the feedback and the research behind it.

## For whom
Persona, segment, market.

## What should be true afterwards
| Outcome | Measure | Today | Aim |
|---|---|---|---|
| | | | |

## What it must do
1. As … I want … so that …

## What it will not do

## Constraints
Law, data protection, accessibility, speed, other systems.

## How we learn
Experiment or release to a few, and what would make us stop.

## Open questions
| Question | Who answers | Until |
|---|---|---|
| | | |

## Features and promises
Put the addresses of the features here: their state shows beside them.
""",
    """
## 问题
谁遇到、多久一次、依据是什么。注明相关反馈与研究。

## 面向谁
用户画像、客户细分、市场。

## 期望结果
| 结果 | 指标 | 现状 | 目标 |
|---|---|---|---|
| | | | |

## 必须做到
1. 作为……，我希望……，以便……

## 不做什么

## 约束
法规、数据保护、无障碍、性能、其他系统。

## 如何验证
实验或小范围发布，以及出现什么情况就停止。

## 待解决问题
| 问题 | 由谁回答 | 期限 |
|---|---|---|
| | | |

## 特性与承诺
把特性的地址贴在这里，状态会显示在旁边。
""",
)
_STATUS = (
    """
## In one sentence
Where we stand, and what we need.

## Since the last report
- Done:
- Decided:

## Until the next report
-

## Dates
| What | Promised | Expected now | Why |
|---|---|---|---|
| | | | |

## Risks and issues
Put their addresses here: their state shows beside them.

## Money
Budget, spent, expected at the end.

## What we ask for
A decision, a person, money, or nothing.
""",
    """
## 一句话
目前进展，以及需要什么。

## 上期以来
- 完成：
- 决定：

## 下期计划
-

## 日期
| 事项 | 承诺 | 目前预计 | 原因 |
|---|---|---|---|
| | | | |

## 风险与问题
把地址贴在这里，状态会显示在旁边。

## 费用
预算、已支出、预计完工。

## 需要支持
一个决策、一个人、一笔费用，或者没有。
""",
)
_CLOSURE = (
    """
## What was delivered
Against what was agreed, with the records as proof.

## What it brought
| Benefit | Planned | Measured so far | Who goes on measuring |
|---|---|---|---|
| | | | |

## Time and money
| | Planned | Actual | Why it differs |
|---|---|---|---|
| End | | | |
| Cost | | | |

## What is still open
| What | Who takes it over | Until |
|---|---|---|
| | | |

## What we learned
- Keep:
- Do differently:
- Tell the next project:

## Accepted
By whom, on which day, under which conditions.
""",
    """
## 交付成果
对照约定内容，并附记录为证。

## 带来的收益
| 收益 | 计划 | 目前实测 | 后续由谁测量 |
|---|---|---|---|
| | | | |

## 时间与费用
| | 计划 | 实际 | 差异原因 |
|---|---|---|---|
| 完工 | | | |
| 费用 | | | |

## 遗留事项
| 事项 | 由谁接手 | 期限 |
|---|---|---|
| | | |

## 经验教训
- 保持：
- 改进：
- 给下一个项目：

## 验收
由谁、何时、附带哪些条件。
""",
)

TEMPLATES = (
    Template("charter", _("Charter"), _("Why, what, who and by when, before it begins"), ("Charter", "章程"), _CHARTER),
    Template("prd", _("Product requirements"), _("The problem, for whom, and what should be true afterwards"), ("Product requirements", "产品需求"), _PRD),
    Template("status", _("Status report"), _("Where it stands, and what is needed"), ("Status", "状态报告"), _STATUS),
    Template("closure", pgettext_lazy("of a project", "Closure"), _("What was delivered, what it brought, what was learned"), ("Closure", "收尾"), _CLOSURE),
)
