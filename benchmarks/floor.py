"""The bare floor: for each page one plain Django view that reads the same rows with `.values()` and prints them.

Session, user and memberships are read as Tandem reads them, and a plain Django template makes the table; there is no
shell, no history, no rights per row, nothing of Tandem's pages.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.floor_settings")

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db.models import Count, F, Max, Q, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

application = get_wsgi_application()

from tandem.automation.models import Development  # noqa: E402
from tandem.collaboration.models import Attachment, Comment, Job, Notification, Reaction, Watch  # noqa: E402
from tandem.exchange.models import Import  # noqa: E402
from tandem.history.models import Event  # noqa: E402
from tandem.people.models import Membership, Space  # noqa: E402
from tandem.planning.models import Forecast  # noqa: E402
from tandem.portfolio.models import Project  # noqa: E402
from tandem.product.models import Feature, Promise, Release  # noqa: E402
from tandem.strategy.models import Contribution, Objective  # noqa: E402
from tandem.work.models import (  # noqa: E402
    Assignment,
    Block,
    ChecklistEntry,
    Column,
    FieldDefinition,
    Link,
    Sprint,
    SprintMember,
    State,
    StateChange,
    Transition,
    WipLimit,
    WorkItem,
    WorkItemType,
)

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


def inbox(request: HttpRequest) -> HttpResponse:
    """Unread news with what happened and what it is about."""
    rows = list(Notification.objects.filter(user=request.user, done_at=None).order_by("-id").values("kind", "subject_id", "event_id", "why", "happened_at")[:201])
    about = WorkItem.objects.filter(id__in={r["subject_id"] for r in rows}).values("key", "title", "space__name")
    events = Event.objects.filter(id__in=[r["event_id"] for r in rows]).values("occurred_at", "actor__name", "verb", "changes", "text__changes")
    return _show(request, rows, about, events)


def backlog(request: HttpRequest, key: str) -> HttpResponse:
    """Open sprints with their items, people and sums; the first hundred of the rest; the last closed sprints."""
    sprints = list(Sprint.objects.filter(space__key=key).exclude(state="closed").order_by("starts_at").values("id", "name", "state", "goal", "starts_at", "ends_at"))
    ids = [s["id"] for s in sprints]
    inside = _with_people(_items().filter(sprints__in=ids).order_by("rank", "id").values(*_ITEM))
    rest = _items().filter(space__key=key, is_summary=False, type__level__lt=3).exclude(state__category="done").exclude(sprints__in=ids)
    outside = _with_people(rest.order_by("rank", "id").values(*_ITEM)[:100])
    shown = [row["id"] for row in (*inside, *outside)]
    return _show(
        request, sprints, inside, outside, SprintMember.objects.filter(sprint__in=ids).values("user__name", "share", "days_off"),
        _items().filter(sprints__in=ids).values("sprints").annotate(n=Count("id"), points=Sum("estimate_points")),
        rest.values("space_id").annotate(n=Count("id"), points=Sum("estimate_points")),
        Sprint.objects.filter(space__key=key, state="closed").order_by("-ends_at").values("id", "name")[:10],
        Block.objects.filter(item__in=shown, ended_at=None).values("item_id"),
        Link.objects.filter(kind="blocks", target__in=shown).exclude(source__state__category="done").values("source__key", "target_id"),
    )  # fmt: skip


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
    """With the states that the bulk bar offers."""
    found = _with_people(rows.values(*_ITEM, "space_id")[:50])
    return _show(request, found, State.objects.filter(space__in={r["space_id"] for r in found}).values("id", "name"))


def work_items(request: HttpRequest) -> HttpResponse:
    return _table(request, _items().order_by(*_NEWEST))


def second(request: HttpRequest) -> HttpResponse:
    """The page after the first, by OFFSET as a plain view would."""
    found = _with_people(_items().order_by(*_NEWEST).values(*_ITEM, "space_id")[50:100])
    return _show(request, found, State.objects.filter(space__in={r["space_id"] for r in found}).values("id", "name"))


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
        WorkItem.objects.filter(parent=pk, removed_at=None).values("key", "title", "state__name"),
        ChecklistEntry.objects.filter(item=pk, removed_at=None).order_by("rank").values("text", "is_done", "due_on", "owner__name"),
        Block.objects.filter(item=pk).values("kind", "reason", "since", "ended_at", "by__name"),
        Attachment.objects.filter(subject_kind="work.workitem", subject_id=pk).values("name", "size", "author__name", "created_at"),
        Development.objects.filter(item=pk).values("kind", "url", "title", "reference", "state", "author"),
        FieldDefinition.objects.filter(space=space).order_by("rank").values("key", "name", "kind", "choices"),
        Transition.objects.filter(space=space).values("from_state_id", "to_state_id", "type_id", "roles"),
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
    """The first sixty cards of each column, what stands on them, and what stands over the columns."""
    tables, shown = [], []
    for state in State.objects.filter(space__key=key).order_by("rank").values():
        order = "-actual_finish" if state["category"] == "done" else "rank"
        tables.append(_with_people(_items().filter(state=state["id"]).order_by(order, "id").values(*_CARD)[:60]))
        shown += [row["id"] for row in tables[-1]]
    here = {"space__key": key}
    return _show(
        request, *tables, Column.objects.filter(**here).values("name", "policy", "is_split"),
        WipLimit.objects.filter(**here).values("most", "lane", "column_id", "person__name"),
        _items().filter(**here).values("state_id").annotate(n=Count("id")),
        Block.objects.filter(item__in=shown, ended_at=None).values("item_id", "reason", "since"),
        ChecklistEntry.objects.filter(item__in=shown, removed_at=None).values("item_id").annotate(n=Count("id"), done=Count("id", filter=Q(is_done=True))),
        StateChange.objects.filter(item__in=shown, to_state=F("item__state")).values("item_id").annotate(at=Max("at")),
        Link.objects.filter(kind="blocks", target__space__key=key).exclude(source__state__category="done").values("source__key", "target__key")[:200],
        FieldDefinition.objects.filter(**here, is_on_cards=True).values("key", "name"),
        Forecast.objects.filter(is_current=True, subject_kind="portfolio.project", **here).values("p50", "p80"),
    )  # fmt: skip


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


def _roadmap(**within: Any) -> list[dict[str, Any]]:
    """Everything that the page reads; of it, per row, what the page shows."""
    told = ("id", "state", "product__name", "team__name", "owner__name")
    features = list(Feature.objects.filter(**within).values("title", "horizon", "shipped_on", "release__name", *told))
    releases = list(Release.objects.filter(**within).values("name", "released_on", "planned_on", *told))
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
        events.values("occurred_at", "actor__name", "verb", "subject_id", "changes", "text__changes")[:12], _roadmap()[:12],
        Promise.objects.filter(given_by=request.user, kept_on=None, withdrawn_on=None, date__lt=date.today()).values("what", "date", "to_whom")[:6],
        Import.objects.filter(owner=request.user, state__in=("questions", "previewed")).values("file_name", "state", "created_at")[:4],
        Link.objects.filter(kind="blocks", target__assignments__user=request.user).exclude(source__state__category="done").values("source__key", "target__key")[:8],
        Job.objects.filter(owner=request.user, state="running").values("title", "done", "total")[:5],
        [{"kept": Promise.objects.filter(kept_on__gte=date.today() - timedelta(days=30)).count()}],
    )  # fmt: skip


def jobs(request: HttpRequest) -> HttpResponse:
    return _show(request, Job.objects.order_by("-id").values("id", "title", "state", "done", "total", "owner__name", "created_at")[:50])


def imports(request: HttpRequest) -> HttpResponse:
    return _show(request, Import.objects.order_by("-id").values("id", "file_name", "state", "owner__name", "into__name", "created_at")[:50])


def import_new(request: HttpRequest) -> HttpResponse:
    """Where a file may go: every place with its own choice."""
    places = Space.objects.filter(memberships__user=request.user, kind__in=("project", "portfolio", "programme", "product"))
    return _show(request, places.values("id", "name", "key", "kind"), Space.objects.filter(parent=None).values("id", "name"))


def import_done(request: HttpRequest, id: int) -> HttpResponse:
    """The report of one, line by line, and what it came into."""
    row = Import.objects.filter(pk=id).values("id", "file_name", "state", "applied_at", "report", "owner__name", "into_id", "into__name", "job__state").first() or {}
    report = row.pop("report", {})
    return _show(
        request, [row], [{name: value} for name, value in report["facts"].items()], report["states"], report["not_taken_over"], report["notes"],
        Project.objects.filter(space=row["into_id"]).values("id", "space__name"),
    )  # fmt: skip


urlpatterns = [
    path("", home),
    path("work-items/", work_items),
    path("second/", second),
    path("mine/", mine),
    path("title/", by_title),
    path("grouped/", grouped),
    path("work-items/<str:key>/", item),
    path("inbox/", inbox),
    path("backlog/<str:key>/", backlog),
    path("boards/<str:key>/", board),
    path("plans/<str:key>/", plan),
    path("plans/<str:key>/data.json", plan_data),
    path("roadmap/", roadmap),
    path("objectives/", objectives),
    path("jobs/", jobs),
    path("imports/", imports),
    path("imports/new/", import_new),
    path("imports/<int:id>/", import_done),
]

from benchmarks import floor_people, floor_strategy  # noqa: E402  they use what stands above

urlpatterns += floor_strategy.urlpatterns
urlpatterns += floor_people.urlpatterns
