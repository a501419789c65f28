"""What the two journeys share, quick through the test client and whole in the browser: counts of the real sources that share no code
with our readers, and small sources of the same shape."""

import csv
import gzip
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

REPOSITORIES = ("api", "sdk-dotnet", "sdk-go", "sdk-php", "sdk-python", "sdk-ruby")
NYC = "nyc-capital-projects-2019-09.csv"
WISHES = ("Retry a workflow that failed by hand", "Pause a schedule for a while", "Search attributes in the client", "A smaller worker image")


def issues_file(folder: Path, name: str) -> Path:
    return folder / "github" / f"temporalio-{name}-issues-2026-01.json.gz"


def counted(path: Path) -> dict[str, int]:
    """Issues, those that are closed, thumbs up, comments."""
    rows = json.loads(gzip.decompress(path.read_bytes()))
    up = (g["users"]["totalCount"] for row in rows for g in row["reactionGroups"] if g["content"] == "THUMBS_UP")
    return {
        "issues": len(rows), "closed": sum(row["state"] == "CLOSED" for row in rows), "votes": sum(up),
        "comments": sum(len(row["comments"]) for row in rows),
    }  # fmt: skip


def small_repository(closed: int = 24, wishes: int = 4) -> bytes:
    """Like the real ones: closed issues over twelve weeks, then open wishes that are said several times in other words."""
    begun = datetime(2025, 10, 6, 9, tzinfo=UTC)
    rows = [_issue(n + 1, f"Solved question number {n + 1} of the worker", begun + timedelta(days=n * 3), begun + timedelta(days=n * 3 + 5)) for n in range(closed)]
    for group, wish in enumerate(WISHES[:wishes]):
        for variant in range(3):
            number = closed + group * 3 + variant + 1
            title = wish + ("", ", please", " again")[variant]
            rows.append(_issue(number, title, datetime(2026, 1, 5 + group, variant, tzinfo=UTC), None, votes=9 - 2 * group - variant))
    return gzip.compress(json.dumps(rows).encode())


def _issue(number: int, title: str, created: datetime, closed: datetime | None, votes: int = 0) -> dict[str, Any]:
    return {
        "number": number, "title": title, "body": f"{title}. It would save us a day.", "state": "CLOSED" if closed else "OPEN", "labels": [], "comments": [],
        "url": f"https://github.com/acme/sdk-small/issues/{number}", "author": {"login": f"user{number}", "is_bot": False},
        "createdAt": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "closedAt": closed and closed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reactionGroups": [{"content": "THUMBS_UP", "users": {"totalCount": votes}}],
    }  # fmt: skip


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def us_day(text: str) -> date | None:
    return datetime.strptime(text.split()[0], "%m/%d/%Y").date() if text else None


def agencies(rows: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Of the newest report of each project: how many there are, and the totals that the source itself states. `moved` and `grown`: from
    the first to the last finish and budget that its reports give."""
    newest: dict[str, dict[str, str]] = {}
    for row in rows:
        before = newest.get(row["PID"])
        if before is None or us_day(row["Date Reported As Of"]) > us_day(before["Date Reported As Of"]):  # type: ignore[operator]
            newest[row["PID"]] = row
    found: dict[str, dict[str, Any]] = {}
    for row in newest.values():
        one = found.setdefault(row["Managing Agency"], {"projects": 0, "slip": 0, "growth": Decimal(0), "moved": 0, "grown": Decimal(0)})
        one["projects"] += 1
        reports = sorted((r for r in rows if r["PID"] == row["PID"]), key=lambda r: us_day(r["Date Reported As Of"]) or date.min)
        finishes = [day for r in reports if (day := us_day(r["Forecast Completion"]))]
        budgets = [Decimal(r["Budget Forecast"]) for r in reports if r["Budget Forecast"]]
        one["moved"] += (finishes[-1] - finishes[0]).days if finishes else 0
        one["grown"] += budgets[-1] - budgets[0] if budgets else 0
        one["slip"] += int(row["Total Schedule Changes"] or 0)
        one["growth"] += Decimal(row["Total Budget Changes"] or 0)
    return found


def going(rows: list[dict[str, str]], category: str, after: date = date(2019, 10, 1)) -> int:
    """Projects of a category whose newest report with a cost and a finish ends later."""
    newest: dict[str, dict[str, str]] = {}
    known: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: us_day(row["Date Reported As Of"]) or date.min):
        newest[row["PID"]] = row
        if row["Budget Forecast"] and row["Forecast Completion"]:
            known[row["PID"]] = row
    here = [row for pid, row in known.items() if newest[pid]["Category"] == category]
    return sum((us_day(row["Forecast Completion"]) or after) > after and Decimal(row["Budget Forecast"]) > 0 for row in here)


_HEAD = "Date Reported As Of,PID,Project Name,Description,Category,Borough,Managing Agency,Client Agency,Current Phase,Design Start,Budget Forecast,Latest Budget Changes,Total Budget Changes,Forecast Completion,Latest Schedule Changes,Total Schedule Changes"


def small_portfolio(projects: int = 6) -> str:
    """Like New York's: three reports of each project, half of them sewers and half schools; each later and dearer than the last."""
    lines = [_HEAD]
    for n in range(projects):
        kind, agency = ("Sewers", "DEP") if n % 2 else ("Schools", "SCA")
        for at, on in enumerate((date(2018, 8, 1), date(2019, 1, 1), date(2019, 9, 1))):
            cost, later = 10_000_000 * (n + 1) + 500_000 * at, 30 * at
            finish = date(2021, 6, 30) + timedelta(days=later + 31 * n)
            step = (500_000, 30) if at else (0, 0)
            lines.append(
                f"{on:%m/%d/%Y} 12:00:00 AM,{n + 1},{kind} line {n + 1},Works at place {n + 1},{kind},Queens,{agency},{agency},Construction,10/01/2017,"
                f"{cost},{step[0]},{500_000 * at},{finish:%m/%d/%Y},{step[1]},{later}"
            )
    return "\n".join(lines) + "\n"
