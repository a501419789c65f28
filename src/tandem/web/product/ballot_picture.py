"""Who stands where: for each feature of a ballot the places that the voters gave it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.reports.queries.ballots import Outcome
from tandem.web import charts

_ROW = 30


def picture(found: Outcome) -> dict[str, Any] | None:
    """A line from the best place to the worst, a dot for each voter, a bar at the mean; nothing of a single vote."""
    lines = found.lines
    if found.voted < 2 or len(lines) < 2:
        return None
    step = max(1, len(lines) // 8)
    ticks: list[tuple[charts.Value, str]] = [(n, str(n)) for n in range(1, len(lines) + 1, step)]
    plot = charts.plot(x=(1, len(lines)), y=(0, 1), width=640, height=_ROW * len(lines) + 40, left=240, right=24, x_ticks=ticks, y_ticks=[])
    rows = []
    for at, line in enumerate(lines):
        y = 20 + _ROW * at
        rows.append({
            "y": y, "name": cut(line.feature.title), "href": reverse("features_detail", kwargs={"id": line.feature.pk}), "from": plot.x(line.best), "to": plot.x(line.worst),
            "mean": plot.x(line.mean), "dots": [{"x": plot.x(place), "title": f"{name}: {place:g}"} for name, place in line.given],
            "title": _("%(title)s: places %(best)s to %(worst)s, %(mean)s on average") % {
                "title": line.feature.title, "best": f"{line.best:g}", "worst": f"{line.worst:g}", "mean": f"{line.mean:.1f}",
            },
        })  # fmt: skip
    return {"plot": plot, "rows": rows, "label": _("Which place each voter gave each feature")}


def cut(title: str, room: int = 36) -> str:
    """As much as fits; a Chinese character is twice as wide."""
    width, found = 0, ""
    for char in title:
        width += 2 if ord(char) > 0x2E80 else 1
        if width > room:
            return found + "…"
        found += char
    return found
