"""The pages of people and of the plan of all projects, with 300 people, 40 job roles, 200 projects and 20,000 open work items:
`python -m benchmarks.people --data FOLDER`. Beside the bare floor, as `pages` does it; on the data of `benchmarks.levelled`."""

import argparse
import sys
from datetime import timedelta
from typing import Any

from benchmarks import dataset, levelled, pages, report
from benchmarks.report import Goal, Page

GOAL = Goal(ratio=3.0, clients=(8,), p95_ms=200)
ROLES, TEAMS = 40, 30
PAGES = (
    Page("Plan of all projects", "/plan/", "/plan/"),
    Page("Plan, a project opened", "/plan/?open=P2", "/plan/P2/"),
    Page("Why an item stands there", "/plan/items/{item}/", "/plan/items/{item}/"),
    Page("Conflicts", "/plan/conflicts/", "/conflicts/"),
    Page("Load of people", "/load/", "/load/"),
    Page("Load of job roles", "/load/?by=roles", "/load/all/"),
    Page("Load of teams", "/load/?by=teams", "/load/all/"),
    Page("Load of a person", "/people/{person}/load/", "/load/{person}/"),
    Page("Allocation", "/allocation/", "/allocation/"),
)


def main() -> int:
    options = _options()
    settings = dataset.connect(options.data)
    made = levelled.filled(options)
    _roles_and_teams()
    _levelled()
    keys = _keys()
    chosen = [Page(p.name, p.path.format(**keys), p.floor.format(**keys)) for p in PAGES if options.only.lower() in p.name.lower()]
    results = pages.measured(pages._client(), chosen, GOAL, options, settings.threads, made)
    text = report.markdown(results, made, options, title="Pages of people and of the plan of all projects beside the bare floor")
    print(text)
    if not options.dry:
        report.write(pages.HERE / "results", "people", text, results, made)
    return 0 if all(r.holds for r in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people", description=__doc__)
    parser.add_argument("--data", default=".tandem-levelled", help="data directory; its database is filled when it is empty")
    pages.add_options(parser, items=20_000, projects=200, people=300)
    return parser.parse_args()


def _roles_and_teams() -> None:
    from tandem.kit import clock
    from tandem.people.models import Space, Team
    from tandem.resources.models import Employment, JobRole, PersonRole

    if JobRole.objects.exists():
        return
    root = Space.objects.get(parent=None)
    people = list(Employment.objects.order_by("person_id").values_list("person_id", flat=True))
    roles = JobRole.objects.bulk_create(JobRole(space=root, name=f"Job role {n + 1:02}") for n in range(ROLES))
    begin = clock.today() - timedelta(days=700)
    PersonRole.objects.bulk_create(PersonRole(space=root, person_id=one, job_role=roles[n % ROLES], starts_on=begin) for n, one in enumerate(people))
    for n in range(TEAMS):
        Team.objects.create(space=root, name=f"Team {n + 1:02}").members.set(people[n::TEAMS])


def _levelled() -> None:
    from tandem.planning import levelling
    from tandem.planning.models import LevelledDates

    if not LevelledDates.objects.exists():
        levelling.compute()


def _keys() -> dict[str, Any]:
    from tandem.planning.models import LevelledDates
    from tandem.work.models import Assignment

    item = LevelledDates.objects.order_by("-start").values_list("item_id", flat=True)[0]
    return {"item": item, "person": Assignment.objects.order_by("user_id").values_list("user_id", flat=True)[0]}


if __name__ == "__main__":
    sys.exit(main())
