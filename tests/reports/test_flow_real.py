"""Flow and forecast of real histories against a count of their own, straight from the files: nothing of ours reads them."""

import csv
import json
import math
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tandem.compute.bench import calibration
from tandem.compute.forecasting.throughput import how_much, when
from tandem.people.models import Space
from tandem.planning.scope import Reading as Scope
from tandem.portfolio.models import Project
from tandem.reports.queries import flow, flow_figures
from tandem.work.actions import work_items
from tandem.work.models import State, StateChange, WorkItem, WorkItemType
from tests import make
from tests.conftest import DATA
from tests.exchange.files import take_over

TABLE = DATA / "flow" / "jira-cycle-times-a.csv"
pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not TABLE.exists(), reason="no real files on this machine")]
LONG_AFTER = datetime(2018, 10, 1, tzinfo=UTC)


def midnight(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)


def nearest_rank(values: list[float], share: float) -> float:
    """The smallest value that at least this share does not exceed, by counting."""
    return next(v for v in sorted(values) if sum(other <= v for other in values) >= share * len(values) - 1e-9)


@pytest.fixture
def table(world) -> list[dict[str, str]]:
    """The tasks of the file as an import leaves them that knows two dates: begun on the first, done on the second."""
    with TABLE.open(newline="") as text:
        rows = list(csv.DictReader(text))
    kind = WorkItemType.objects.get(space=world.project.space, name="Story")
    states = [make.state_of(world.project, c) for c in ("to_do", "in_progress", "done")]
    items, changes = [], []
    for number, row in enumerate(rows):
        created, finished = midnight(row["created_date"]), midnight(row["finished_date"])
        is_reversed = finished < created
        item = WorkItem(
            title=row["id"], type=kind, state=states[2], rank=number, created_at=created, actual_finish=finished,
            actual_start=None if is_reversed else created,
        )  # fmt: skip
        items.append(item)
        changes.append(StateChange(item=item, from_state=None, to_state=states[2], at=finished))
    work_items.create_many(actor=world.boris, space=world.project.space, items=items, assignments=[], changes=changes)
    return rows


def test_cycle_times_and_throughput_of_2427_tasks_are_those_of_the_file(world, table):
    found = flow_figures.figures(flow.read(world.boris, world.project.space_id, now=LONG_AFTER))
    assert len(found.finished) == len(table) == 2427
    # what ends a day before it was created has no time; the others take the days that the file itself gives
    stated = [int(row["cycle_time_days"]) for row in table if int(row["cycle_time_days"]) >= 0]
    took = [one.days for one in found.finished if one.days is not None]
    assert Counter(took) == Counter(float(days) for days in stated)
    for one in found.times.cycle.percentiles:
        assert one.value == nearest_rank([float(days) for days in stated], one.share)
    weeks = Counter(date.fromisoformat(row["finished_date"]).isocalendar()[:2] for row in table)
    del weeks[2012, 17]  # the history begins on its Tuesday: half a week is none
    assert {w.monday.isocalendar()[:2]: w.finished for w in found.weeks if w.finished} == weeks


def test_the_cumulative_flow_is_a_count_by_day(world, table):
    found = flow_figures.figures(flow.read(world.boris, world.project.space_id, now=LONG_AFTER)).diagram
    done = found.states.index(str(make.state_of(world.project, "done").pk))
    ends = sorted(date.fromisoformat(row["finished_date"]) for row in table)
    for place in range(0, len(found.counts), 97):
        day = found.first + timedelta(days=place)
        assert found.counts[place][done] == sum(end <= day for end in ends)


def test_the_forecast_is_what_a_plain_simulation_gives(world, table):
    """Drawn with another generator, day by day, in plain Python."""
    ends = sorted(date.fromisoformat(row["finished_date"]) for row in table)
    last, done = ends[len(ends) // 2], Counter(ends)
    days = [day for n in range(400) if (day := last - timedelta(days=n)).weekday() < 5][:60][::-1]
    counts = []
    for day in days:  # what ends on a weekend counts for the Monday
        counts.append(done[day] + (done[day - timedelta(days=1)] + done[day - timedelta(days=2)] if day.weekday() == 0 else 0))
    draw = random.Random(7)
    spans, sums = [], []
    for _ in range(4000):
        own = draw.choices(counts, k=len(counts))  # sixty days say about the pace what another sixty could have said
        left, span = 60, 0
        while left > 0:
            left, span = left - draw.choice(own), span + 1
        spans.append(span)
        sums.append(sum(draw.choices(own, k=20)))
    history = calibration.History(tuple(days), tuple(counts))
    ours, amount = when(history, 60), how_much(history, 20)
    for share, value in ((0.5, ours.p50), (0.8, ours.p80), (0.95, ours.p95)):
        assert abs(value - nearest_rank(spans, share)) <= max(1, 0.05 * value)
    for share, value in ((0.5, amount.p50), (0.8, amount.p80)):
        assert abs(value - nearest_rank(sums, 1 - share)) <= max(2, 0.05 * value)


def test_the_product_draws_from_the_days_of_the_file(world, table):
    """The history behind the project's forecast holds the file's own finishes of its window."""
    world.project.as_of = max(date.fromisoformat(row["finished_date"]) for row in table)
    world.project.save(update_fields=["as_of"])
    from tandem.planning.pace import pace_of

    reading = Scope([Project.objects.get(pk=world.project.pk)])
    subject = reading.subjects[0]
    pace = pace_of(reading, subject, reading.as_of(subject))
    first, last = pace.history.days[0], pace.history.days[-1]
    inside = sum(first <= date.fromisoformat(row["finished_date"]) <= last for row in table)
    weekend = sum(first - timedelta(days=first.weekday() == 0 and 2) <= date.fromisoformat(row["finished_date"]) < first for row in table)
    assert inside <= pace.history.items <= inside + weekend
    assert pace.remaining == 0


BOARDS = [DATA / "trello" / name for name in ("nebula-agile-2015.json", "gsa-design-studio-2015.json")]


def ways(path: Path) -> dict[str, list[tuple[datetime, str]]]:
    """Card → the lists it stood in, with the moment it came there: from the board's own actions."""
    board = json.loads(path.read_text())
    moves: dict[str, list[dict]] = {}
    for action in sorted(board["actions"], key=lambda a: a["date"]):
        if action["data"].get("listAfter"):
            moves.setdefault(action["data"]["card"]["id"], []).append(action)
    found = {}
    for card in board["cards"]:
        born = datetime.fromtimestamp(int(card["id"][:8], 16), UTC)
        mine = moves.get(card["id"], [])
        first = mine[0]["data"]["listBefore"]["name"] if mine else next(x["name"] for x in board["lists"] if x["id"] == card["idList"])
        found[card["id"]] = [(born, first)] + [(datetime.fromisoformat(a["date"]), a["data"]["listAfter"]["name"]) for a in mine]
    return found


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_times_and_ages_on_a_trello_board_are_those_of_its_actions(world, path):
    """Two boards of two days each: five cards were begun on one of them and none finished; the pictures say the same."""
    report = take_over(path, actor=world.alma)
    space, now = Space.objects.get(pk=report["into"]["id"]), datetime(2015, 7, 1, tzinfo=UTC)
    kinds = {s.name: s.category for s in State.objects.filter(space=space)}
    found = flow_figures.figures(flow.read(world.alma, space.pk, now=now))
    present = {card["id"] for card in json.loads(path.read_text())["cards"] if not card["closed"]}
    times, ages = [], []
    for card, way in ways(path).items():
        start = next((at for at, name in way if kinds.get(name) == "in_progress"), None)
        if card not in present or start is None:
            continue
        if kinds.get(way[-1][1]) == "done":
            times.append((way[-1][0] - start).total_seconds() / 86400)
        else:
            ages.append((now - start).total_seconds() / 86400)
    if found is None:  # no state of this board means done: the page says so
        assert "done" not in kinds.values()
        return
    assert sorted(one.days for one in found.finished if one.days is not None) == pytest.approx(sorted(times), abs=1e-4)
    assert sorted(one.age for one in found.in_progress) == pytest.approx(sorted(ages), abs=1e-4)
    assert ages or path.stem.startswith("gsa")
    assert isinstance(found.times, flow_figures.NotEnough), "too little is said"


def test_velocities_agree_with_another_moment_of_the_same_sprints():
    """Read from the state at 80 % of the sprints instead of their beginning: what was delivered is the same."""
    ours = dict(calibration._velocities(DATA))
    assert len(ours) >= 17
    checked = agreeing = 0
    for source in ("apache", "jira", "spring"):
        with (DATA / "jira-agile" / f"sprints-{source}-iteration-80.csv").open(newline="", encoding="cp1252", errors="replace") as text:
            rows = [row for row in csv.DictReader(text) if None not in row]
        for name, velocity in ours.items():
            if name.startswith(f"jira-agile/{source}/"):
                board = name.rsplit(" ", 1)[1]
                later = Counter()
                for row in rows:
                    if row["boardid"] == board:
                        points = sum(float(row[k] or 0) for k in ("vel_todo", "vel_inprogress", "vel_done", "vel_diff"))
                        later[max(0, round(points))] += 1
                checked += len(velocity)
                agreeing += sum((Counter(velocity) & later).values())
    assert agreeing >= 0.95 * checked


def test_the_share_that_held_is_a_count_of_hits():
    """`how much` on one history, by hand: the stated P80 of three sprints against what came, no code of ours but the draws."""
    name, velocity = max(calibration._velocities(DATA), key=lambda pair: len(pair[1]))
    days = tuple(date(2000, 1, 1) + timedelta(days=n) for n in range(len(velocity)))
    ours = calibration.judge(name, calibration.History(days, tuple(velocity)), calibration.SPRINTS)
    draw, hits, cases = random.Random(3), 0, 0
    for at in range(6, len(velocity) - 3 + 1):
        known = velocity[max(0, at - 12) : at]
        if sum(known) < 8:
            continue
        sums = sorted(sum(draw.choices(known, k=3)) for _ in range(2000))
        stated = sums[len(sums) - math.ceil(0.8 * len(sums))]
        hits, cases = hits + (sum(velocity[at : at + 3]) >= stated), cases + 1
    assert cases == ours.amounts
    assert hits / cases == pytest.approx(ours.amount_p80, abs=0.05)
