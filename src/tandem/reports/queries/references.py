"""Records that a text names (`#POR-12`, `/risks/7/`), with the state that they have now: read for whoever reads the text, so that what
one may not see has neither name nor state."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from tandem.collaboration.models import Document
from tandem.governance.models import ChangeRequest, Decision, Issue, Meeting, Risk
from tandem.planning.models import PlanConflict
from tandem.portfolio.models import Benefit, Project, Proposal
from tandem.product.models import Feature, Product, Promise, Release
from tandem.strategy.models import KeyResult, Objective
from tandem.work.models import WorkItem

REFERENCE = re.compile(
    r"(?<![\w/#&-])#(?P<item>[A-Z][A-Z0-9]{0,9}-\d{1,9})\b"
    r"|(?<![\w/.])(?:https?://(?P<host>[\w.-]+(?::\d{1,5})?))?/(?P<slug>[a-z-]{3,24})/(?P<at>[A-Z][A-Z0-9]{0,9}-\d{1,9}|\d{1,18})/(?![\w/])"
)
NAMED = {
    "risks": Risk, "issues": Issue, "promises": Promise, "features": Feature, "releases": Release, "objectives": Objective, "key-results": KeyResult,
    "proposals": Proposal, "benefits": Benefit, "projects": Project, "changes": ChangeRequest, "decisions": Decision, "plan/conflicts": PlanConflict, "meetings": Meeting, "products": Product, "documents": Document,
}  # fmt: skip
"""First word of the address of a record → what it is."""
WITH = {"promises": ("feature", "release"), "plan/conflicts": ("space",), "meetings": ("series",)}
MOST = 200


@dataclass(frozen=True, slots=True)
class Named:
    """`slug` and `at` make its address; `state` is its own word, `category` the shape beside it; `day`: of a promise, the date told."""

    slug: str
    at: str
    label: str
    state: str
    category: str
    space_id: int
    day: date | None = None


Key = tuple[str, str]
_DONE = {"done", "closed", "resolved", "shipped", "released", "achieved", "reached", "kept", "accepted", "applied", "realised", "decided", "held"}
_NOT_YET = {"to_do", "idea", "planned", "draft", "open"}


def key_of(found: re.Match[str], host: str = "") -> Key | None:
    """Which record a match names; an address of another host, or of a page that is no record, names none."""
    if found["item"]:
        return "work-items", found["item"]
    is_ours = not found["host"] or found["host"] == host
    return (found["slug"], found["at"]) if is_ours and (found["slug"] in NAMED or found["slug"] == "work-items") else None


def keys_in(text: str, host: str = "") -> list[Key]:
    """Which records a text names, each once, in their order."""
    return list(dict.fromkeys(key for one in REFERENCE.finditer(text) if (key := key_of(one, host))))[:MOST]


def read(user: Any, keys: Iterable[Key]) -> dict[Key, Named]:
    """Those that the reader sees: one query for each kind of record."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for slug, at in keys:
        wanted[slug].add(at)
    found: dict[Key, Named] = {}
    for slug, ids in wanted.items():
        if slug == "work-items":
            rows = WorkItem.objects.visible_to(user).present().filter(key__in=ids).select_related("state")
            found |= {(slug, row.key): _item(row) for row in rows.only("key", "title", "space_id", "state__name", "state__category")}
        else:
            numbers = [int(one) for one in ids if one.isdigit() and int(one) < 2**63]
            rows = NAMED[slug].objects.visible_to(user).filter(pk__in=numbers)
            found |= {(slug, str(row.pk)): _record(slug, row) for row in rows.select_related(*WITH.get(slug, ()))}
    return found


def _item(row: Any) -> Named:
    return Named("work-items", row.key, f"{row.key} {row.title}", row.state.name, row.state.category, row.space_id)


def _record(slug: str, row: Any) -> Named:
    if slug == "promises":
        state = "kept" if row.kept_on else "withdrawn" if row.withdrawn_on else "replaced" if row.replaced_by_id else "open"
        return Named(slug, str(row.pk), f"{row.subject} → {row.to_whom}", state, _category(state), row.space_id, row.date)
    if slug == "plan/conflicts":
        state = "" if row.gone_at is None else "gone"
        return Named(slug, str(row.pk), f"{row.space.name}: {row.get_kind_display()}", state and gettext("solved"), "done" if state else "to_do", row.space_id)
    state = getattr(row, "state", "")
    said = str(row.get_state_display()) if state else ""
    return Named(slug, str(row.pk), str(row), said, _category(state), row.space_id)


def _category(state: str) -> str:
    return "done" if state in _DONE else "to_do" if state in _NOT_YET else "in_progress"
