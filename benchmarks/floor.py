"""The bare floor: for each page one plain Django view that reads the same rows with `.values()` and prints them.

Session, user and memberships are read as Tandem reads them, and a plain Django template makes the table; there is no
shell, no history, no rights per row, nothing of Tandem's pages.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.floor_settings")

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

application = get_wsgi_application()

from tandem.collaboration.models import Comment, Job, Notification, Reaction, Watch  # noqa: E402
from tandem.exchange.models import Import  # noqa: E402
from tandem.history.models import Event  # noqa: E402
from tandem.people.models import Membership, User  # noqa: E402
from tandem.planning.models import Forecast  # noqa: E402
from tandem.product.models import Feature, Promise, Release  # noqa: E402
from tandem.strategy.models import Contribution, Objective  # noqa: E402
from tandem.work.models import Assignment, Link, Sprint, State, StateChange, WorkItem, WorkItemType  # noqa: E402

_PAGE = """<!doctype html><title>Floor</title>{% for table in tables %}<table>{% for row in table %}
<tr>{% for cell in row.values %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{% endfor %}"""
_ITEM = ("id", "key", "title", "version", "state__name", "type__name", "space__name", "priority", "due_on", "estimate_points", "updated_at")
_CARD = ("id", "key", "title", "version", "state_id", "type__name", "priority", "due_on", "labels", "actual_start")
_BAR = ("id", "key", "title", "parent_id", "version", "is_summary", "is_milestone", "state__category", "planned_start", "planned_finish",
        "actual_start", "actual_finish", "deadline_at", "percent_complete", "calendar_id")  # fmt: skip
_NEWEST = (F("updated_at").desc(nulls_last=True), "id")
_FEATURES, _RELEASES = "product.feature", "product.release"


@cache
def _template() -> Any:
    return engines["django"].from_string(_PAGE)


def _show(request: HttpRequest, *tables: Iterable[dict[str, Any]]) -> HttpResponse:
    _known(request)
    return HttpResponse(_template().render({"tables": tables}))


def _known(request: HttpRequest) -> list[tuple[int, str]]:
    """What every page reads of its reader: the unread notices behind the bell, and the memberships."""
    assert request.user.is_authenticated
    list(Notification.objects.filter(user=request.user, done_at=None).values_list("id")[:100])
    return list(Membership.objects.filter(user=request.user).values_list("space_id", "role"))


def _with_people(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found = list(rows)
    people = defaultdict(list)
    for item, name in Assignment.objects.filter(item__in=[r["id"] for r in found]).values_list("item_id", "user__name"):
        people[item].append(name)
    for row in found:
        row["people"] = ", ".join(people[row["id"]])
    return found


def _items() -> Any:
    return WorkItem.objects.filter(removed_at=None)


def _table(request: HttpRequest, rows: Any) -> HttpResponse:
    """With what the bulk bar offers: people and states."""
    people = User.objects.filter(is_active=True).values("id", "name")[:300]
    found = _with_people(rows.values(*_ITEM, "space_id")[:50])
    return _show(request, found, State.objects.filter(space__in={r["space_id"] for r in found}).values("id", "name"), people)


def work_items(request: HttpRequest) -> HttpResponse:
    return _table(request, _items().order_by(*_NEWEST))


def second(request: HttpRequest) -> HttpResponse:
    """The page after the first, by OFFSET as a plain view would."""
    found = _with_people(_items().order_by(*_NEWEST).values(*_ITEM, "space_id")[50:100])
    people = User.objects.filter(is_active=True).values("id", "name")[:300]
    return _show(request, found, State.objects.filter(space__in={r["space_id"] for r in found}).values("id", "name"), people)


def mine(request: HttpRequest) -> HttpResponse:
    open_ = _items().exclude(state__category="done").filter(assignments__user=request.user)
    return _table(request, open_.order_by("due_on", "id"))


def by_title(request: HttpRequest) -> HttpResponse:
    return _table(request, _items().filter(space__key="P1").order_by("title", "id"))


def grouped(request: HttpRequest) -> HttpResponse:
    return _table(request, _items().filter(space__key="P1").order_by("state__name", "id"))


def item(request: HttpRequest, key: str) -> HttpResponse:
    found = list(WorkItem.objects.filter(key=key).values())
    pk, space = found[0]["id"], found[0]["space_id"]
    links = Link.objects.filter(Q(source=pk) | Q(target=pk))
    return _show(
        request, found,
        Assignment.objects.filter(item=pk).values("user__name"),
        WorkItem.objects.filter(parent=pk).values("key", "title", "state__name"),
        links.values("kind", "source__key", "source__title", "source__state__name", "target__key", "target__title", "target__state__name"),
        State.objects.filter(space=space).values("id", "name"),
        WorkItemType.objects.filter(space=space).values("id", "name"),
        Sprint.objects.filter(items=pk).values("name"),
        Watch.objects.filter(Q(subject_kind="work.workitem", subject_id=pk) | Q(subject_kind="people.space", subject_id=space)).values("user__name")[:100],
        Comment.objects.filter(subject_kind="work.workitem", subject_id=pk).values("author__name", "created_at", "body"),
        Reaction.objects.filter(comment__subject_kind="work.workitem", comment__subject_id=pk).values("kind", "user__name"),
        StateChange.objects.filter(item=pk).order_by("-at").values("from_state__name", "to_state__name", "by__name", "at")[:30],
        Event.objects.of(WorkItem(pk=pk)).order_by("-id").values("occurred_at", "actor__name", "verb", "changes", "text__changes")[:30],
    )  # fmt: skip


def board(request: HttpRequest, key: str) -> HttpResponse:
    tables = []
    for state in State.objects.filter(space__key=key).order_by("rank").values():
        order = "-actual_finish" if state["category"] == "done" else "rank"
        tables.append(_with_people(_items().filter(state=state["id"]).order_by(order, "id").values(*_CARD)[:60]))
    return _show(request, *tables)


def plan(request: HttpRequest, key: str) -> HttpResponse:
    rows = _items().filter(space__key=key).order_by("rank", "id")
    dates = ("planned_start", "planned_finish", "computed__start", "computed__finish")
    return _show(request, rows.values("key", "title", "state__name", *dates)[:300])


def plan_data(request: HttpRequest, key: str) -> JsonResponse:
    _known(request)
    dates = ("computed__start", "computed__finish", "computed__total_slack_minutes", "computed__is_critical")
    rows = list(_items().filter(space__key=key).order_by("rank", "id").values(*_BAR, *dates))
    links = list(Link.objects.filter(space__key=key).values("source_id", "target_id", "kind", "lag_minutes"))
    return JsonResponse({"rows": rows, "links": links})


def _roadmap() -> list[dict[str, Any]]:
    """Everything that the page reads; of it, per row, what the page shows."""
    told = ("id", "state", "product__name", "team__name", "owner__name")
    features = list(Feature.objects.values("title", "horizon", "shipped_on", "release__name", *told))
    releases = list(Release.objects.values("name", "released_on", "planned_on", *told))
    said = Promise.objects.filter(withdrawn_on=None).order_by("given_on", "id")
    promised = {}
    for promise in said.values("id", "feature_id", "release_id", "date", "to_whom", "given_on", "given_by__name", "reason", "kept_on"):
        promised[promise["feature_id"], promise["release_id"]] = promise
    computed = Forecast.objects.filter(is_current=True, subject_kind__in=(_FEATURES, _RELEASES))
    forecasts = {
        (f["subject_kind"], f["subject_id"]): f
        for f in computed.values("subject_kind", "subject_id", "p50", "p80", "p95", "remaining", "detail")
    }
    rows = [(r["title"], _FEATURES, r["id"], (r["id"], None)) for r in features]
    rows += [(r["name"], _RELEASES, r["id"], (None, r["id"])) for r in releases]
    return [_line(title, promised.get(ref), forecasts.get((kind, pk))) for title, kind, pk, ref in rows]


def _line(title: str, promise: dict[str, Any] | None, forecast: dict[str, Any] | None) -> dict[str, Any]:
    forecast = forecast or dict.fromkeys(("p50", "p80", "remaining"))
    return {
        "title": title, "promise": promise and promise["date"], "p50": forecast["p50"], "p80": forecast["p80"],
        "left": forecast["remaining"],
    }  # fmt: skip


def roadmap(request: HttpRequest) -> HttpResponse:
    list(_contributions())  # read as the page reads them
    return _show(request, _roadmap(), _objectives())


def _objectives() -> Any:
    return Objective.objects.order_by("starts_on", "id").values("id", "title", "owner__name", "starts_on", "ends_on", "measure", "parent_id")


def _contributions() -> Any:
    return Contribution.objects.values("objective_id", "subject_kind", "subject_id", "weight")


def objectives(request: HttpRequest) -> HttpResponse:
    list(_contributions())  # read as the page reads them
    return _show(request, _roadmap(), _objectives())


def home(request: HttpRequest) -> HttpResponse:
    """The person's items, what happened to them, and the promises against their forecasts."""
    own = _items().filter(assignments__user=request.user)
    events = Event.objects.filter(subject_kind="work.workitem", subject_id__in=own.values("id")).order_by("-id")
    return _show(
        request, own.exclude(state__category="done").order_by("due_on", "id").values(*_ITEM)[:12],
        events.values("occurred_at", "actor__name", "verb", "subject_id", "changes")[:12], _roadmap()[:12],
    )  # fmt: skip


def jobs(request: HttpRequest) -> HttpResponse:
    return _show(request, Job.objects.order_by("-id").values("id", "title", "state", "done", "total", "owner__name", "created_at")[:50])


def imports(request: HttpRequest) -> HttpResponse:
    return _show(request, Import.objects.order_by("-id").values("id", "file_name", "state", "owner__name", "into__name", "created_at")[:50])


urlpatterns = [
    path("", home),
    path("work-items/", work_items),
    path("second/", second),
    path("mine/", mine),
    path("title/", by_title),
    path("grouped/", grouped),
    path("work-items/<str:key>/", item),
    path("boards/<str:key>/", board),
    path("plans/<str:key>/", plan),
    path("plans/<str:key>/data.json", plan_data),
    path("roadmap/", roadmap),
    path("objectives/", objectives),
    path("jobs/", jobs),
    path("imports/", imports),
]
