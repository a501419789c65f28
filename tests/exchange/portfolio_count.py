"""A second reader of the portfolio files that shares no code with the importer: `csv`, `json`, and nothing else."""

import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

NYC, US, HHS = "nyc-capital-projects-2019-09.csv", "us-it-dashboard-projects-2012.csv", "us-hhs-fda-portfolio-2013.json.gz"
UK = [f"uk-gmpp-{year}.csv" for year in (2018, 2019, 2020, 2021)]


def table(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    first = text.splitlines()[0]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","))


def graph(path: Path) -> list[dict[str, Any]]:
    whole = json.loads(gzip.decompress(path.read_bytes()))
    return [node["properties"] for node in whole["nodes"] if node["label"] == "Project"]


def day(text: str) -> date | None:
    text = text.split()[0] if text else ""
    return datetime.strptime(text, "%m/%d/%Y").date() if text else None


def pounds(text: str) -> Decimal | None:
    found = re.fullmatch(r"£([\d,]+\.?\d*)", text.strip())
    return Decimal(found[1].replace(",", "")) if found else None


def nyc(path: Path) -> dict[str, dict[str, Any]]:
    """By agency: projects, reports, and the slip and growth that the source itself states in total."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"projects": set(), "reports": 0, "slip": 0, "slips": 0, "growth": Decimal(0), "growths": 0})
    newest: dict[str, dict[str, str]] = {}
    for row in table(path):
        pid = row["PID"]
        found[row["Managing Agency"]]["reports"] += 1
        if pid not in newest or day(row["Date Reported As Of"]) > day(newest[pid]["Date Reported As Of"]):
            newest[pid] = row
    for pid, row in newest.items():
        one = found[row["Managing Agency"]]
        one["projects"].add(pid)
        if row["Total Schedule Changes"]:
            one["slip"] += int(row["Total Schedule Changes"])
            one["slips"] += 1
        if row["Total Budget Changes"]:
            one["growth"] += Decimal(row["Total Budget Changes"])
            one["growths"] += 1
    return dict(found)


def uk_facts(path: Path) -> dict[str, Any]:
    rows = table(path)
    ratings = {"green": 5, "amber/green": 4, "amber": 3, "amber/red": 2, "red": 1}
    counted = Counter(ratings.get(row["colour_rating"].strip().lower()) for row in rows)
    costs = [pounds(row["wlc_baseline_incl_NCG"]) for row in rows]
    return {
        "projects": len(rows), "ratings": {str(k): n for k, n in counted.items() if k},
        "with_cost": sum(cost is not None for cost in costs), "cost": sum((c for c in costs if c), Decimal(0)),
        "with_finish": sum(bool(re.match(r"\d", row["end_date"])) for row in rows),
    }  # fmt: skip
