"""What the pages of strategy, product and portfolio are measured on, beside `dataset`: 5,000 features with objectives, promises
and scores, 50,000 entries of feedback, five reports of each project, 500 proposals and a solved scenario. Made once."""

import itertools
import random
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

PRODUCTS, REPORTS = 20, 5
_OBJECTIVES, _MONTHS = 60, 6
_ASKS = ("Export to Excel", "Show it in Chinese", "Let two people edit", "Warn before the date", "Search in files", "按产品汇总", "导出为表格", "支持夜间模式")


@dataclass(frozen=True)
class Amount:
    """How much is made; smaller for a first look at a change."""

    features: int = 5000
    feedback: int = 50_000
    proposals: int = 500


class _Watch:
    """Says after how many seconds the solver had its first answer."""

    def __init__(self, solution: Any) -> None:
        self.solution, self.begun, self.first = solution, time.monotonic(), 0.0

    def step(self, *_said: Any) -> None:
        if not self.first:
            self.solution.refresh_from_db(fields=["value"])
            if self.solution.value is not None:
                self.first = time.monotonic() - self.begun


def fill(reader: Any, amount: Amount) -> dict[str, Any]:
    from django.db import connection, transaction

    from tandem.people.models import Space
    from tandem.people.scoping import access_changed
    from tandem.planning.models import Scenario
    from tandem.product.models import Feedback
    from tandem.strategy.models import Objective

    took: dict[str, Any] = {}
    dice, root = random.Random(1), Space.objects.get(parent=None)
    if not Feedback.objects.exists():
        print("Making features and feedback", file=sys.stderr)
        with transaction.atomic():
            features = _features(root, reader, _objectives(root, reader), dice, amount.features)
            _scores(root, features, dice)
            _feedback(features, dice, amount.feedback)
            _reports(reader, dice)
        access_changed()
    if not Scenario.objects.exists():
        took |= _scenario(root, reader, list(Objective.objects.order_by("id")), dice, amount.proposals)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return took | _counts()


def _counts() -> dict[str, int]:
    from tandem.portfolio.models import Project, ProjectReport, Proposal
    from tandem.product.models import Feature, Feedback, Promise
    from tandem.strategy.models import Objective

    of = {"projects": Project, "reports": ProjectReport, "features": Feature, "promises": Promise, "feedback": Feedback, "proposals": Proposal, "objectives": Objective}
    return {name: model._default_manager.count() for name, model in of.items()}


def _objectives(root: Any, reader: Any) -> list[Any]:
    from tandem.strategy.models import Objective

    top = list(Objective.objects.filter(parent=None).order_by("id"))
    for one in top:
        one.intended_share = 10
    Objective.objects.bulk_update(top, ["intended_share"])
    below = [
        Objective(space=root, title=f"Objective {n}", parent=top[n % len(top)], starts_on=top[0].starts_on, ends_on=top[0].ends_on, owner=reader)
        for n in range(_OBJECTIVES - len(top))
    ]
    return [*top, *Objective.objects.bulk_create(below)]


def _features(root: Any, reader: Any, goals: list[Any], dice: random.Random, count: int) -> list[Any]:
    from tandem.kit.dates import months_on
    from tandem.people.models import Space
    from tandem.planning.models import Effort
    from tandem.portfolio.models import Project
    from tandem.product.actions import products
    from tandem.product.models import Feature, Product, Promise
    from tandem.strategy.models import Contribution

    admin = administrator()
    for number in range(Product.objects.count(), PRODUCTS):
        products.create(actor=admin, parent=root, name=f"Product {number + 1:02d}", key=f"Q{number + 1}", owner=admin)
    homes, today, spaces = list(Product.objects.order_by("id")), date.today(), list(Space.objects.filter(kind="project").order_by("id"))
    states = [s for s in Feature.State.values if s not in ("shipped", "declined")]
    rows = Feature.objects.bulk_create([
        Feature(space=p.space, product=p, title=f"{dice.choice(_ASKS)} {n}", state=dice.choice(states), owner=reader)
        for n, p in zip(range(count - Feature.objects.count()), itertools.cycle(homes))
    ], batch_size=1000)  # fmt: skip
    serving = [*rows, *Project.objects.order_by("id")]
    Contribution.objects.bulk_create([
        Contribution(space_id=one.space_id, objective=dice.choice(goals), subject_kind=one._meta.label_lower, subject_id=one.pk, weight=70)
        for one in serving if dice.random() < 0.8
    ], batch_size=1000)  # fmt: skip
    told = [today + timedelta(days=dice.randint(-700, 200)) for _row in rows]
    Promise.objects.bulk_create([
        Promise(
            space_id=row.space_id, feature=row, to_whom=f"Customer {n % 40}", date=day, given_on=day - timedelta(days=120), given_by=reader,
            kept_on=day - timedelta(days=2) if day < today and n % 4 else None,
        )
        for n, (row, day) in enumerate(zip(rows, told, strict=True))
    ], batch_size=1000)  # fmt: skip
    Effort.objects.bulk_create([
        Effort(
            space=dice.choice(spaces), objective=dice.choice(goals) if n % 5 else None, product_id=row.product_id, via_kind=row._meta.label_lower,
            via_id=row.pk, month=months_on(today, -back), items=1 + n % 3,
        )
        for n, row in enumerate(rows) for back in range(_MONTHS)
    ], batch_size=2000)  # fmt: skip
    return rows


def administrator() -> Any:
    from tandem.people.models import User

    return User.objects.get(email="admin@size.example")


def _scores(root: Any, features: list[Any], dice: random.Random) -> None:
    from tandem.kit import clock
    from tandem.product.actions import scores, scoring_models
    from tandem.product.models import Score

    model = scoring_models.create(actor=administrator(), space=root, name="RICE", method="rice")
    said = {"by": None, "on": str(date.today()), "evidence": "", "link": ""}
    rows = [
        Score(space_id=f.space_id, feature=f, model=model, scored_at=clock.now(), inputs={
            one["name"]: {"value": dice.randint(1, 3), **said} for one in model.inputs
        })
        for f in features
    ]  # fmt: skip
    scores.score(model, rows)
    Score.objects.bulk_create(rows, batch_size=1000)


def _feedback(features: list[Any], dice: random.Random, count: int) -> None:
    from tandem.product.models import Customer, Feedback, FeedbackLink, Segment

    space, admin = features[0].space, administrator()
    kinds = Segment.objects.bulk_create([Segment(space=space, name=f"Segment {n}", weight=Decimal(n + 1)) for n in range(5)])
    buyers = Customer.objects.bulk_create([Customer(space=space, name=f"Customer {n}", segment=kinds[n % 5]) for n in range(500)])
    rows = Feedback.objects.bulk_create([
        Feedback(
            space_id=f.space_id, product_id=f.product_id, title=f"{dice.choice(_ASKS)}, please ({n})", text=f"{dice.choice(_ASKS)}. " * 8,
            state=dice.choice(Feedback.State.values), customer=dice.choice(buyers) if f.space_id == space.pk else None,
            giver_name=f"Giver {n % 900}", votes=dice.randint(0, 80), given_on=date.today() - timedelta(days=dice.randint(0, 700)),
        )
        for n, f in zip(range(count), itertools.cycle(features))
    ], batch_size=2000)  # fmt: skip
    FeedbackLink.objects.bulk_create([
        FeedbackLink(space_id=row.space_id, feedback=row, feature=f, quote=row.title, linked_by=admin)
        for n, (row, f) in enumerate(zip(rows, itertools.cycle(features))) if n % 3 == 0
    ], batch_size=2000)  # fmt: skip


def _reports(reader: Any, dice: random.Random) -> None:
    from tandem.portfolio.models import Project, ProjectReport

    Project.objects.update(state=Project.State.RUNNING)
    today, rows = date.today(), []
    for n, project in enumerate(Project.objects.order_by("id")):
        finish, cost = today + timedelta(days=dice.randint(100, 900)), Decimal(dice.randint(1, 90) * 1_000_000)
        for back in reversed(range(REPORTS)):
            rows.append(ProjectReport(
                space_id=project.space_id, project=project, on=today - timedelta(days=180 * back + 10), source_name="Size", department=f"Department {n % 20}",
                planned_finish=finish, original_finish=finish, budget=cost, currency="GBP", rating=dice.randint(1, 5),
                said=dice.choice(("on", "risk", "off")), written_by=reader,
            ))  # fmt: skip
            finish, cost = finish + timedelta(days=dice.randint(0, 60)), cost * Decimal("1.03")
    ProjectReport.objects.bulk_create(rows, batch_size=1000)


def _scenario(root: Any, reader: Any, goals: list[Any], dice: random.Random, count: int) -> dict[str, Any]:
    from tandem.planning import solving
    from tandem.planning.actions import scenarios
    from tandem.planning.models import Solution
    from tandem.portfolio.models import Proposal
    from tandem.strategy.models import Contribution

    rows = Proposal.objects.bulk_create([
        Proposal(
            space=root, title=f"Proposal {n}", state=Proposal.State.SUBMITTED, owner=reader, kind=dice.choice(Proposal.Kind.values),
            horizon=dice.choice(Proposal.Horizon.values), costs=[dice.randint(20, 200) * 1000 for _ in range(3)],
            benefits=[0, 0, *(dice.randint(10, 120) * 1000 for _ in range(6))], effort={"Developer": [dice.randint(5, 40)] * 2, "Designer": [dice.randint(0, 10)]},
        )
        for n in range(count)
    ])  # fmt: skip
    Contribution.objects.bulk_create([
        Contribution(space=root, objective=dice.choice(goals), subject_kind=row._meta.label_lower, subject_id=row.pk, weight=80) for row in rows
    ])
    asked = scenarios.create(
        actor=administrator(), space=root, name="Next year", starts_on=date.today(), quarters=4, budget=[6_000_000] * 4,
        capacity={"Developer": [4000] * 4, "Designer": [800] * 4}, shares=[{"group": "kind:run", "bound": "least", "percent": 20}],
    )  # fmt: skip
    solving.prepare()
    solution = Solution.objects.create(space=root, scenario=asked, inputs_hash="")
    watch = _Watch(solution)
    print("Solving the scenario", file=sys.stderr)
    solving.carry_out(solution, watch)  # type: ignore[arg-type]
    return {f"first answer of {count} candidates in s": round(watch.first, 2), "solved in s": round(time.monotonic() - watch.begun, 1)}
