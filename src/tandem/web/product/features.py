"""Features: what stands on the roadmap, its scope and whom it serves."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import F, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from tandem.exchange import same_source
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.kit.types import Ref
from tandem.people.access import Permission, may
from tandem.product.actions import features
from tandem.product.models import Feature, Product, Promise, Release, Scope
from tandem.product.models.window import HORIZONS, Horizon
from tandem.reports.queries import feedback as asking
from tandem.reports.queries import roadmap
from tandem.strategy.actions import objectives
from tandem.strategy.models import Contribution, Objective
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.product import roadmap_lines as lines
from tandem.web.product import roadmap_peek, scores
from tandem.web.product.roadmap_windows import horizon_said, told
from tandem.web.strategy import contributing
from tandem.web.templating import choice
from tandem.work.models import WorkItem

SCOPE_SHOWN, GOALS = 100, 200


class FeatureForm(forms.ModelForm):
    class Meta:
        model = Feature
        fields = [
            "product", "title", "description", "state", "horizon", "planned_from", "planned_to", "planned_precision", "release", "team", "owner", "benefit",
            "note_en", "note_zh",
        ]  # fmt: skip
        labels = {"product": _("Product")}
        help_texts = {
            "planned_precision": _("A window planned to the quarter covers the whole quarter, and is never told more exactly."),
            "benefit": _("By what its success is measured: the score is compared with what came of it."),
            "note_en": _("What the release notes say of it."),
        }
        widgets = {
            "description": forms.Textarea({"rows": 5}), "planned_from": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "planned_to": forms.DateInput({"type": "date"}, "%Y-%m-%d"), "note_en": forms.Textarea({"rows": 2}), "note_zh": forms.Textarea({"rows": 2}),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Feature | None) -> None:
        """A feature stays with its product; its release is one of that product's."""
        self.fields["planned_precision"].required = False  # to the day
        if row:
            del self.fields["product"]
            self.fields["release"].queryset = Release.objects.visible_to(request.user).filter(
                product=row.product_id
            )  # type: ignore[attr-defined]


def create(*, actor: Any, **values: Any) -> Feature:
    return features.create(actor=actor, **values)


def change(*, actor: Any, row: Feature, version: int | None, **values: Any) -> Feature:
    return features.change(actor=actor, feature=row, version=version, **values)


def remove(*, actor: Any, row: Feature, version: int | None) -> None:
    features.remove(actor=actor, feature=row, version=version)


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    """Scope, promises, forecast and objectives of a feature or a release."""
    user = request.user
    promises = list(Promise.objects.visible_to(user).filter(**{row._meta.model_name: row}).select_related("given_by").order_by("-given_on", "-id"))
    found = roadmap.one(user, Ref(row._meta.label_lower, row.pk), promises, row if row._meta.model_name == "feature" else None)
    inside = Scope.objects.visible_to(user).of(row).filter(item__removed_at=None, item__space_id__among=user.visible_space_ids())
    scope = list(inside.select_related("item__state", "item__type").order_by("item__key")[: SCOPE_SHOWN + 1])
    may_change = may(user, Permission.EDIT_PRODUCT, row.space_id)
    goals = _goals(user, row, may_change) if row._meta.model_name == "feature" else []
    return {
        "scope": [one.item for one in scope[:SCOPE_SHOWN]],
        "scope_count": len(scope) if len(scope) <= SCOPE_SHOWN else inside.count(),
        "features": [lines.line(f) for f in roadmap.of_release(user, row)] if row._meta.model_name == "release" else [],
        "promises": promises,
        "asked": asking.asked(user, row) if row._meta.model_name == "feature" else None,
        "about": roadmap_peek.rests_on(user, found) if found else {},
        "may_promise": may(user, Permission.GIVE_PROMISE, row.space_id),
        "contributions": [{"objective_id": o.pk, "objective": o, "weight": o.weight} for o in goals if o.weight is not None],
        "serves": contributing.of(request, row) if row._meta.model_name == "release" else {},
        "objectives": [o for o in goals if o.state == Objective.State.OPEN] if may_change else [],
    }


def _goals(user: Any, row: Any, with_open: bool) -> list[Any]:
    """The objectives that it serves with what `weight`, and those that it could serve, in one query."""
    said = Contribution.objects.visible_to(user).of(row).filter(objective=OuterRef("pk")).order_by().values("weight")[:1]
    rows = Objective.objects.visible_to(user).annotate(weight=Subquery(said))
    wanted = Q(weight__isnull=False) | Q(state=Objective.State.OPEN) if with_open else Q(weight__isnull=False)
    return list(rows.filter(wanted).order_by(F("weight").asc(nulls_last=True), "starts_on", "id")[:GOALS])


@login_required
def contributions(request: HttpRequest, id: int) -> HttpResponse:
    """Say that the feature serves an objective, with what weight; weight 0 takes it back."""
    row = doors.find(Feature.objects, request.user, pk=id)
    if request.method == "POST":
        objective = doors.find(Objective.objects, request.user, pk=_number(request, "objective"))
        weight = _number(request, "weight")
        if weight:
            objectives.contribute(actor=request.user, objective=objective, subject=row, weight=weight)
        else:
            objectives.withdraw(actor=request.user, objective=objective, subject=row)
    return doors.go_to(request, noun.url(row))


@login_required
def scope(request: HttpRequest, id: int) -> HttpResponse:
    """Add work items by key or those of the issues that asked for it, or take one out."""
    row = doors.find(Feature.objects, request.user, pk=id)
    if request.method == "POST":
        do = request.POST.get("do")
        items = same_source.items_of(request.user, row) if do == "same" else named_items(request)
        act = features.remove_scope if do == "remove" else features.add_scope
        act(actor=request.user, subject=row, items=items)
    return doors.go_to(request, noun.url(row))


def named_items(request: HttpRequest) -> list[WorkItem]:
    keys = {k.strip().upper() for k in request.POST.get("keys", "").replace(",", " ").split()}
    items = list(WorkItem.objects.visible_to(request.user).present().filter(key__in=keys))
    missing = keys - {i.key.upper() for i in items}
    if missing:
        raise Refused("items_unknown", field="keys", keys=", ".join(sorted(missing)))
    return items


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.POST.get(name, "")) or 0


def feature_detail(request: HttpRequest, row: Feature) -> dict[str, Any]:
    same = same_source.items_of(request.user, row) if may(request.user, Permission.EDIT_PRODUCT, row.space_id) else []
    return detail(request, row) | scores.of(request.user, row) | {"same_source": same}


noun = Noun(
    slug="features", model=Feature, one=_("feature"), many=_("Features"), purpose=_("What users will be able to do, in order of worth."),
    columns=(
        Column("title", _("Feature"), lambda r: r.title, "title", is_title=True),
        Column("product", _("Product"), lambda r: r.product.name, "product__name"),
        Column("state", _("State"), lambda r: choice(r, "state"), "state"),
        Column("horizon", _("Horizon"), lambda r: Horizon(r.stands_in).label),
        Column("planned", _("Planned"), lambda r: told(r.window), "planned_to"),
        Column("release", _("Release"), lambda r: r.release.name if r.release else ""),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("Product"), lambda r: cells.link(r.product, reverse("products_detail", kwargs={"id": r.product_id}))),
        Fact(_("State"), lambda r: r.get_state_display()),
        Fact(_("Horizon"), horizon_said),
        Fact(_("Planned"), lambda r: told(r.window) or "–"),
        Fact(_("Release"), lambda r: cells.link(r.release, reverse("releases_detail", kwargs={"id": r.release_id})) if r.release else "–"),
        Fact(_("Team"), refers_to="team"), Fact(_("Benefit"), refers_to="benefit"),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
    ),
    filters=(
        Filter("product", _("Product"), lambda request: [(str(pk), name) for pk, name in Product.objects.visible_to(request.user).values_list("pk", "name")]),
        Filter("state", _("State"), lambda request: list(Feature.State.choices)),
        Filter("horizon", _("Horizon"), lambda request: HORIZONS, narrow=lambda rows, value: rows.standing_in(value, clock.today())),
    ),
    search=("title", "description"), order="rank", related=("product", "release", "owner", "team", "benefit"), text="description",
    permission=Permission.EDIT_PRODUCT, form=FeatureForm, create=create, change=change, remove=remove,
    detail=feature_detail, detail_template="product/feature.html", detail_stands=True, names={"new": _("New feature")},
)  # fmt: skip
urls = [
    *generic.urls(noun),
    path("features/<int:id>/contributions/", contributions, name="features_contributions"),
    path("features/<int:id>/scope/", scope, name="features_scope"),
]
