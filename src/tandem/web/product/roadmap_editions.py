"""Editions of the roadmap: what an audience is told, shown as it reads it, with the links that it is shared by."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.product.actions import roadmap_editions
from tandem.product.models import RoadmapEdition, RoadmapShare
from tandem.reports.queries import roadmap_editions as reads
from tandem.reports.queries import roadmap_filter
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.product.roadmap_windows import slip_said, told

_SHOWN = ("shows_promise", "shows_forecast", "shows_slip", "shows_owner", "shows_effort")


class EditionForm(forms.ModelForm):
    class Meta:
        model = RoadmapEdition
        fields = ["name", "description", "query", "precision", *_SHOWN, "language", "owner"]
        widgets = {"description": forms.Textarea({"rows": 3}), "query": forms.TextInput({"spellcheck": "false"})}
        help_texts = {
            "description": _("Stands above the rows; the audience reads it."),
            "query": _("Which rows: product:Shipper state:planned,building horizon:now,next team:Night -\"price\". Empty: all."),
            "precision": _("Dates are rounded outward to this. What is planned less exactly is told less exactly."),
            "shows_forecast": _("Computed, P50 to P80. Without it no forecast leaves the house: not as a date, a colour or an order."),
            "shows_slip": _("Only beside promises and forecasts, and no finer than the dates."),
            "shows_effort": _("How many work items are left."),
        }

    def for_request(self, request: HttpRequest, row: RoadmapEdition | None) -> None:
        if row is None:
            self.fields["query"].initial = "-state:idea"
            self.fields["owner"].initial = request.user.pk

    def clean_query(self) -> str:
        try:
            return roadmap_filter.checked(self.cleaned_data["query"])
        except Refused as problem:
            generic.show(self, Refused(problem.code, field="query", **problem.params))
            return ""


def create(*, actor: Any, home: Any, **values: Any) -> RoadmapEdition:
    return roadmap_editions.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: RoadmapEdition, version: int | None, **values: Any) -> RoadmapEdition:
    return roadmap_editions.change(actor=actor, roadmap_edition=row, version=version, **values)


def remove(*, actor: Any, row: RoadmapEdition, version: int | None) -> None:
    roadmap_editions.remove(actor=actor, roadmap_edition=row, version=version)


def drawn(user: Any, edition: RoadmapEdition, view: str) -> dict[str, Any]:
    """The same for its page and for the link: only words, no dates behind them."""
    rows = reads.rows(user, edition)
    lines = [_line(one) for one in rows]
    heads = [(name, text) for name, text in _heads(edition) if name in ("window", "promise") or any(line[name] for line in lines)]
    columns = [(label, [_line(one) for one in column]) for _value, label, column in reads.by_horizon(rows)]
    return {"edition": edition, "lines": lines, "heads": heads, "columns": columns, "view": view, "has_products": len({one.product for one in rows}) > 1}


def _heads(edition: RoadmapEdition) -> list[tuple[str, Any]]:
    found = [("window", _("Planned")), ("promise", _("Promised")), ("forecast", _("Forecast")), ("slip", _("Slip")), ("actual", _("Delivered")), ("owner", _("Owner")), ("left", _("Items left"))]
    hidden = {name.removeprefix("shows_") for name in _SHOWN if not getattr(edition, name)}
    return [(name, text) for name, text in found if {"left": "effort"}.get(name, name) not in hidden]


def _line(one: reads.Told) -> dict[str, Any]:
    return {
        "title": one.title, "product": one.product, "kind": one.kind, "is_done": one.is_done, "window": told(one.window), "promise": told(one.promise),
        "forecast": told(one.forecast), "actual": told(one.actual), "slip": slip_said(one.slip, one.slip_unit), "owner": one.owner,
        "left": "" if one.items_left is None else str(one.items_left),
    }  # fmt: skip


def detail(request: HttpRequest, row: RoadmapEdition) -> dict[str, Any]:
    """As the audience reads it, seen with one's own eyes; the links that show it."""
    view = "horizons" if request.GET.get("view") == "horizons" else "dates"
    may_share = may(request.user, Permission.SHARE, row.space_id)
    links = RoadmapShare.objects.visible_to(request.user).usable().filter(edition=row).select_related("created_by").order_by("-id")
    return drawn(request.user, row, view) | {
        "may_share": may_share, "links": list(links) if may_share else [], "share_url": f"{reverse('roadmap_shares')}?edition={row.pk}",
    }  # fmt: skip


def _told_fields(row: RoadmapEdition) -> str:
    names = {
        "shows_promise": _("promises"), "shows_forecast": _("forecasts"), "shows_slip": _("slips"), "shows_owner": _("owners"),
        "shows_effort": _("work left"),
    }  # fmt: skip
    return ", ".join([str(_("planned dates")), *(str(text) for name, text in names.items() if getattr(row, name))])


noun = Noun(
    slug="roadmap_editions", model=RoadmapEdition, one=_("edition"), many=_("Roadmap editions"),
    purpose=_("The roadmap as an audience is told it: customers, sales, the board. Which rows, which fields, how coarse the dates."),
    columns=(
        Column("name", _("Edition"), lambda r: r.name, "name", is_title=True),
        Column("space", _("Where"), lambda r: r.space.name),
        Column("told", _("Tells of"), _told_fields),
        Column("precision", _("Dates"), lambda r: r.get_precision_display()),
        Column("language", _("Language"), lambda r: r.get_language_display()),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("Where"), lambda r: r.space.name),
        Fact(_("Tells of"), _told_fields),
        Fact(_("Dates"), lambda r: r.get_precision_display()),
        Fact(_("Filter"), lambda r: r.query or "–"),
        Fact(_("Language"), lambda r: r.get_language_display()),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
    ),
    search=("name",), order="name", related=("space", "owner"), text="description", permission=Permission.SHARE, form=EditionForm,
    create=create, change=change, remove=remove, home_kinds=("organisation", "portfolio", "programme", "product"), detail=detail,
    detail_template="product/roadmap_edition.html", names={"new": _("New edition")},
)  # fmt: skip
urls = generic.urls(noun)
