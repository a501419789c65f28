"""The pages of strategy, product and portfolio with 500 projects, 5,000 features and 50,000 entries of feedback:
`python -m benchmarks.strategy --data FOLDER`. Beside the bare floor, as `pages` does it."""

import argparse
import sys
from typing import Any

from benchmarks import dataset, pages, report, strategy_data
from benchmarks.report import Goal, Page

GOAL = Goal(ratio=3.0, clients=(8,), p95_ms=200)
PAGES = (
    Page("Alignment", "/alignment/", "/alignment/"),
    Page("Strategy map", "/strategy-map/", "/strategy-map/"),
    Page("Health", "/projects/health/", "/health/"),
    Page("Portfolio tree", "/portfolio-tree/", "/health/"),
    Page("Course of the reports", "/project-reports/course/", "/course/"),
    Page("Promises", "/promises/", "/promises/"),
    Page("Proposals", "/proposals/", "/proposals/"),
    Page("Scenario", "/scenarios/{scenario}/", "/scenarios/{scenario}/"),
    Page("Scenarios compared", "/scenarios/compared/", "/scenarios/{scenario}/"),
    Page("Feedback, newest", "/feedback/", "/feedback/"),
    Page("Feedback, most votes", "/feedback/?sort=-votes", "/feedback/votes/"),
    Page("Features", "/features/", "/features/"),
    Page("Feature", "/features/{feature}/", "/features/{feature}/"),
    Page("Priorities of a product", "/products/{product}/priorities/", "/priorities/{product}/"),
    Page("Objectives", "/objectives/", "/objectives/"),
    Page("Roadmap of a product", "/roadmap/?product={product}", "/roadmap/{product}/"),
)


def main() -> int:
    options = _options()
    settings = dataset.connect(options.data)
    made = dataset.fill(options.items, options.projects, options.people)
    made |= strategy_data.fill(dataset.reader(), strategy_data.Amount(options.features, options.feedback, options.proposals))
    keys = _keys()
    chosen = [Page(p.name, p.path.format(**keys), p.floor.format(**keys)) for p in PAGES if options.only.lower() in p.name.lower()]
    results = pages.measured(pages._client(), chosen, GOAL, options, settings.threads, made, _change())
    text = report.markdown(results, made, options, title="Pages of strategy, product and portfolio beside the bare floor")
    print(text)
    if not options.dry:
        report.write(pages.HERE / "results", "strategy", text, results, made)
    return 0 if all(r.holds for r in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.strategy", description=__doc__)
    parser.add_argument("--data", default=".tandem-strategy", help="data directory; its database is filled when it is empty")
    pages.add_options(parser, items=20_000, projects=500, people=200)
    amount = strategy_data.Amount()
    parser.add_argument("--features", type=int, default=amount.features)
    parser.add_argument("--feedback", type=int, default=amount.feedback)
    parser.add_argument("--proposals", type=int, default=amount.proposals)
    return parser.parse_args()


def _change() -> Any:
    """A word on a work item, by the reader or by somebody else, which has its seal: an event as any other, after which every page
    that stands is made anew."""
    from tandem.collaboration.actions import comments
    from tandem.history import seal
    from tandem.work.models import WorkItem

    item, authors = WorkItem.objects.order_by("pk")[0], {True: dataset.reader(), False: strategy_data.administrator()}

    while seal.seal_new_events():
        pass

    def change(is_own: bool) -> None:
        comments.add(actor=authors[is_own], subject=item, body="Measured.")
        seal.seal_new_events()

    return change


def _keys() -> dict[str, int]:
    from tandem.planning.models import Scenario
    from tandem.product.models import Score

    scored = Score.objects.select_related("feature").order_by("id").first()
    assert scored
    return {"scenario": Scenario.objects.values_list("pk", flat=True)[0], "feature": scored.feature_id, "product": scored.feature.product_id}


if __name__ == "__main__":
    sys.exit(main())
