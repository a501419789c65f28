"""The bare floor: for each page one plain Django view with the same rows, session, user and membership, no shell.

Written as a good tutorial would: the ORM with `select_related` and `prefetch_related`, Django templates, `JsonResponse`.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.floor_settings")

from datetime import timedelta
from functools import cache
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

application = get_wsgi_application()

from tandem.collaboration.models import Comment, Job, SavedView  # noqa: E402
from tandem.history.models import Event  # noqa: E402
from tandem.kit import clock  # noqa: E402
from tandem.people.models import Membership  # noqa: E402
from tandem.planning.models import Forecast  # noqa: E402
from tandem.portfolio.models import Project  # noqa: E402
from tandem.product.models import Feature, Promise, Release  # noqa: E402
from tandem.strategy.models import Contribution, Objective  # noqa: E402
from tandem.work.models import Link, State, WorkItem  # noqa: E402

_PAGE = "<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>"
_ITEMS = """<table>{% for i in items %}<tr><td><a href="/work-items/{{ i.key }}/">{{ i.key }}</a><td>{{ i.title }}<td>{{ i.state.name }}
<td>{% for a in i.assignments.all %}{{ a.user.name }} {% endfor %}<td>{{ i.get_priority_display }}<td>{{ i.due_on }}<td>{{ i.space.name }}
<td>{{ i.updated_at }}{% endfor %}</table>"""
_BOARD = """{% for c in columns %}<section><h2>{{ c.state.name }}</h2>{% for i in c.items %}<article>{{ i.key }} {{ i.title }}
{{ i.type.name }} {% for a in i.assignments.all %}{{ a.user.name }} {% endfor %}{{ i.get_priority_display }}</article>{% endfor %}
</section>{% endfor %}"""
_PLAN = """<table>{% for i in items %}<tr><td>{{ i.key }}<td>{{ i.title }}<td>{{ i.state.name }}<td>{{ i.planned_start }}
<td>{{ i.planned_finish }}<td>{{ i.computed.start }}<td>{{ i.computed.finish }}{% endfor %}</table>"""
_ROADMAP = """<table>{% for f, c, ps in rows %}<tr><td>{{ f }}<td>{{ f.owner.name }}<td>{{ f.get_state_display }}
<td>{% for p in ps %}{{ p.date }} {{ p.to_whom }} {% endfor %}<td>{{ c.p50 }} {{ c.p80 }} {{ c.p95 }} {{ c.remaining }}
<td>{% for x in c.detail.slip.causes %}{{ x.code }} {{ x.days }} {% endfor %}{% endfor %}</table>"""
_ITEM = """<h2>{{ i.key }} {{ i.title }}</h2>{{ i.description }}{{ i.state.name }}{{ i.type.name }}{{ i.parent.title }}
{% for a in i.assignments.all %}{{ a.user.name }}{% endfor %}{% for k in links %}<p>{{ k.kind }} {{ k.source.key }} {{ k.target.key }}{% endfor %}
{% for c in comments %}<p>{{ c.author.name }} {{ c.created_at }} {{ c.body }}{% endfor %}
{% for e in events %}<p>{{ e.occurred_at }} {{ e.actor.name }} {{ e.verb }}{% endfor %}"""
_HOME = """<h2>Mine</h2>""" + _ITEMS + """{% for p in promises %}<p>{{ p.feature.title }} {{ p.date }}{% endfor %}
{% for e in events %}<p>{{ e.occurred_at }} {{ e.actor.name }} {{ e.verb }} {{ e.subject_id }}{% endfor %}"""
_TREE = """<ul>{% for o, served in rows %}<li>{{ o.title }} {{ o.owner.name }} {{ o.ends_on }}<ul>
{% for s in served %}<li>{{ s.0.title }} {{ s.1 }}{% endfor %}</ul>{% endfor %}</ul>"""
_LIST = """<table>{% for r in rows %}<tr><td>{{ r }}<td>{{ r.created_at }}{% endfor %}</table>"""


@cache
def _template(text: str) -> Any:
    return engines["django"].from_string(_PAGE + text)


def _show(request: HttpRequest, text: str, **context: Any) -> HttpResponse:
    assert request.user.is_authenticated
    roles = list(Membership.objects.filter(user=request.user).values_list("space_id", "role"))
    return HttpResponse(_template(text).render({"title": "Floor", "roles": roles, **context}))


def _items() -> Any:
    return WorkItem.objects.filter(removed_at=None).select_related("state", "type", "space").prefetch_related("assignments__user")


def home(request: HttpRequest) -> HttpResponse:
    mine = _items().filter(assignments__user=request.user).exclude(state__category="done").order_by("due_on", "id")[:20]
    promises = Promise.objects.filter(replaced_by=None, kept_on=None).select_related("feature").order_by("date")[:6]
    events = Event.objects.select_related("actor").order_by("-id")[:20]
    return _show(request, _HOME, items=mine, promises=promises, events=events)


def work_items(request: HttpRequest) -> HttpResponse:
    return _show(request, _ITEMS, items=_items().order_by("-updated_at", "-id")[:50])


def filtered(request: HttpRequest) -> HttpResponse:
    rows = _items().exclude(state__category="done").filter(assignments__user=request.user)
    return _show(request, _ITEMS, items=rows.order_by("due_on", "id")[:50])


def item(request: HttpRequest, key: str) -> HttpResponse:
    row = WorkItem.objects.select_related("state", "type", "parent", "space").prefetch_related("assignments__user").get(key=key)
    return _show(
        request, _ITEM, i=row, comments=Comment.objects.filter(subject_kind="work.workitem", subject_id=row.pk).select_related("author"),
        links=Link.objects.touching(row.pk).select_related("source", "target"),
        events=Event.objects.of(row).select_related("actor").order_by("-id")[:50],
    )  # fmt: skip


def board(request: HttpRequest, key: str) -> HttpResponse:
    states = State.objects.filter(space__key=key).order_by("rank")
    columns = [
        {"state": s, "items": list(_items().filter(state=s).order_by("-actual_finish" if s.is_done else "rank", "id")[:60])} for s in states
    ]
    return _show(request, _BOARD, columns=columns)


def plan(request: HttpRequest, key: str) -> HttpResponse:
    rows = WorkItem.objects.filter(space__key=key, removed_at=None).select_related("state", "computed").order_by("rank", "id")[:300]
    return _show(request, _PLAN, items=rows)


def plan_data(request: HttpRequest, key: str) -> HttpResponse:
    assert request.user.is_authenticated
    fields = ("id", "key", "title", "parent_id", "state_id", "planned_start", "planned_finish", "actual_start", "actual_finish",
              "percent_complete", "is_milestone", "computed__start", "computed__finish", "computed__is_critical")  # fmt: skip
    rows = list(WorkItem.objects.filter(space__key=key, removed_at=None).order_by("rank", "id").values_list(*fields))
    links = list(Link.objects.filter(source__space__key=key).values_list("source_id", "target_id", "kind", "lag_minutes"))
    return JsonResponse({"rows": rows, "links": links})


def roadmap(request: HttpRequest) -> HttpResponse:
    computed = {(f.subject_kind, f.subject_id): f for f in Forecast.objects.filter(is_current=True)}
    rows = []
    for model in (Feature, Release):
        found = model.objects.select_related("owner", "product").prefetch_related("promises")
        rows += [(r, computed.get((model._meta.label_lower, r.pk)), list(r.promises.all())) for r in found]
    return _show(request, _ROADMAP, rows=rows)


def objectives(request: HttpRequest) -> HttpResponse:
    features = Feature.objects.in_bulk()
    given: dict[int, list[Any]] = {}
    for c in Contribution.objects.filter(subject_kind="product.feature"):
        given.setdefault(c.objective_id, []).append((features[c.subject_id], c.weight))
    rows = [(o, given.get(o.pk, ())) for o in Objective.objects.select_related("owner")]
    return _show(request, _TREE, rows=rows)


def jobs(request: HttpRequest) -> HttpResponse:
    return _show(request, _LIST, rows=Job.objects.filter(created_at__gt=clock.now() - timedelta(90)).order_by("-id")[:50])


def imports(request: HttpRequest) -> HttpResponse:
    return _show(request, _LIST, rows=[*Project.objects.order_by("name"), *SavedView.objects.filter(owner=request.user)])


urlpatterns = [
    path("", home),
    path("work-items/", work_items),
    path("mine/", filtered),
    path("work-items/<str:key>/", item),
    path("boards/<str:key>/", board),
    path("plans/<str:key>/", plan),
    path("plans/<str:key>/data.json", plan_data),
    path("roadmap/", roadmap),
    path("objectives/", objectives),
    path("jobs/", jobs),
    path("imports/", imports),
]
