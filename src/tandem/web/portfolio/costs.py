"""Cost lines: the list that every sum leads to, one line with what its amounts were before, and lines pasted from a table."""

from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from tandem.kit.dates import parse_day
from tandem.kit.errors import Denied, Refused
from tandem.kit.text import has_controls, whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, SpaceKind
from tandem.portfolio import cost_files
from tandem.portfolio.actions import cost_lines
from tandem.portfolio.models import CostLine, CostLineRecord
from tandem.reports.queries import money as reads
from tandem.reports.queries.scope import below
from tandem.web import charts, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.portfolio import cost_centres, labour, money
from tandem.web.templating import day

MONTH = forms.DateInput({"type": "month", "placeholder": "2027-02"}, "%Y-%m")
_HEADS = "title;kind;treatment;cost centre;supplier;reference;month;currency;planned;committed;actual;forecast"
_WRONG = {
    "empty": _("nothing was pasted"), "head_title": _("no column says what for (“title”)"), "head_month": _("no column says the month (“month”)"),
    "title": _("says not what for, or says it too long"), "month": _("“%(text)s” is no month, such as 2027-02"), "amount": _("“%(text)s” is no amount"),
    "currency": _("“%(text)s” is no known currency"), "kind": _("“%(text)s” is no kind of cost"), "treatment": _("“%(text)s” is neither capex nor opex"),
}  # fmt: skip


class CostLineForm(forms.ModelForm):
    month = forms.DateField(label=_("month"), input_formats=["%Y-%m", "%Y-%m-%d"], widget=MONTH)

    class Meta:
        model = CostLine
        fields = ["title", "kind", "treatment", "month", "currency", "planned", "committed", "actual", "forecast", "cost_centre", "supplier", "reference"]
        help_texts = {
            "kind": _("What labour has cost is computed from logged time; here it can be planned and forecast."),
            "committed": _("Ordered or signed for, whether or not it was paid."),
            "actual": _("Paid or invoiced. Empty: nothing came yet."),
            "forecast": _("What it will have cost. Empty: what came, else the larger of planned and committed."),
            "reference": _("Of the order or invoice: a file finds the line again by it."),
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        if row is None:
            place: Any = self.fields["home"]
            place.queryset = place.queryset.filter(pk__among=spaces_where(request.user, Permission.SEE_COSTS))
            first = place.queryset.filter(pk=place.initial).first() if whole_number(str(place.initial or "")) else place.queryset.first()
            self.fields["currency"].initial = reads.currency_of(first)


def create(*, actor: Any, home: Space, **values: Any) -> CostLine:
    return cost_lines.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: CostLine, version: int | None, **values: Any) -> CostLine:
    return cost_lines.change(actor=actor, cost_line=row, version=version, **values)


def remove(*, actor: Any, row: CostLine, version: int | None) -> None:
    cost_lines.remove(actor=actor, cost_line=row, version=version)


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    found = CostLineRecord.objects.visible_to(request.user).filter(line=row).select_related("written_by").order_by("-id")[:50]
    may_change = may(request.user, Permission.EDIT_PLAN, row.space_id)
    amounts = [(row.created_at, row.written_by.name, [_exact(getattr(row, name), row.currency) for name in ("planned", "committed", "actual", "forecast")]) for row in found]
    return {"records": amounts, "may_restore": may_change and row.removed_at is not None, "removal_url": "" if row.removed_at else reverse("cost_lines_removals", kwargs={"id": row.pk})}


def months(request: HttpRequest) -> list[tuple[str, Any]]:
    """And whichever month was asked for: the menu ends, what can be asked for does not."""
    found = set(CostLine.objects.visible_to(request.user).present().order_by("-month").values_list("month", flat=True).distinct()[:120])
    with suppress(ValueError):
        found.add(parse_day(f"{request.GET.get('month', '')}-01"))
    return [(f"{one:%Y-%m}", charts.short_month(one, with_year=True)) for one in sorted(found, reverse=True)]


def _centres(request: HttpRequest) -> list[tuple[str, Any]]:
    """With what stands for none of them, where some have one; and whichever was asked for."""
    found = CostLine.objects.visible_to(request.user).present().exclude(cost_centre="").order_by("cost_centre").values_list("cost_centre", flat=True).distinct()[:200]
    asked = request.GET.get("centre", "")
    names = {*found, *([cost_centres.named(asked)] if asked and not has_controls(asked) else ())}
    choices: list[tuple[str, Any]] = [(cost_centres.asked_for(one), one) for one in sorted(names - {""})]
    return [*choices, (cost_centres.NONE, now_("no cost centre"))] if names else []


def spots(request: HttpRequest) -> list[tuple[str, Any]]:
    seen = spaces_where(request.user, Permission.SEE_COSTS)
    rows = Space.objects.visible_to(request.user).filter(pk__in=seen).exclude(kind=SpaceKind.PRODUCT).order_by("name", "id")
    return list(rows.values_list("key", "name"))


def _within(request: HttpRequest, rows: Any, key: str) -> Any:
    space = doors.find(Space.objects.all(), request.user, key=key)
    return rows.filter(space_id__among=below(request.user, space.pk))


def _exact(value: Any, currency: str) -> str:
    return money.cents(value, currency) if value is not None else "–"


def _of(request: HttpRequest) -> dict[str, Any]:
    key = request.GET.get("in", "")
    return {"money_url": reverse("money") + (f"?in={key}" if key else ""), "labour": labour.beside_lines(request, key)}


noun = Noun(
    slug="cost_lines", model=CostLine, one=_("cost"), many=pgettext_lazy("record", "Costs"), purpose=_("What projects cost, month by month: planned, committed, actual and expected."),
    columns=(
        Column("title", _("What for"), lambda r: r.title, "title", is_title=True),
        Column("project", _("Project"), lambda r: r.space.name),
        Column("month", _("Month"), lambda r: f"{r.month:%Y-%m}", "month"),
        Column("kind", _("Kind of cost"), lambda r: r.get_kind_display()),
        Column("treatment", _("Treatment"), lambda r: r.get_treatment_display()),
        Column("currency", _("Currency"), lambda r: r.currency),
        Column("planned", pgettext_lazy("amount", "Planned"), lambda r: r.planned, "planned", is_number=True),
        Column("committed", _("Committed"), lambda r: r.committed, "committed", is_number=True),
        Column("actual", _("Actual"), lambda r: r.actual, is_number=True),
        Column("outlook", _("Expected"), lambda r: r.outlook, is_number=True),
        Column("cost_centre", _("Cost centre"), lambda r: r.cost_centre, "cost_centre"),
        Column("supplier", _("Supplier"), lambda r: r.supplier, "supplier"),
        Column("reference", _("Reference"), lambda r: r.reference),
    ),
    facts=(
        Fact(_("Project"), lambda r: r.space.name), Fact(_("Month"), lambda r: f"{r.month:%Y-%m}"), Fact(_("Kind of cost"), lambda r: r.get_kind_display()),
        Fact(_("Treatment"), lambda r: r.get_treatment_display()), Fact(pgettext_lazy("amount", "Planned"), lambda r: _exact(r.planned, r.currency)), Fact(_("Committed"), lambda r: _exact(r.committed, r.currency)),
        Fact(_("Actual"), lambda r: _exact(r.actual, r.currency)), Fact(_("Forecast"), lambda r: _exact(r.forecast, r.currency)),
        Fact(_("Cost centre"), lambda r: r.cost_centre or "–"), Fact(_("Supplier"), lambda r: r.supplier or "–"), Fact(_("Reference"), lambda r: r.reference or "–"),
        Fact(_("Removed"), lambda r: day(r.removed_at) if r.removed_at else _("No")),
    ),
    filters=(
        Filter("in", _("Where"), spots, narrow_for=_within),
        Filter("month", _("Month"), months, narrow=lambda rows, value: rows.filter(month=parse_day(f"{value}-01"))),
        Filter("kind", _("Kind of cost"), lambda request: list(CostLine.Kind.choices)),
        Filter("centre", _("Cost centre"), _centres, narrow=lambda rows, value: rows.filter(cost_centre=cost_centres.named(value))),
        Filter("treatment", _("Treatment"), lambda request: list(CostLine.Treatment.choices)),
    ),
    search=("title", "supplier", "reference", "cost_centre"), order="-month", related=("space",), permission=Permission.EDIT_PLAN, form=CostLineForm,
    create=create, change=change, remove=remove, home_kinds=("project",), detail=detail, listed=lambda rows: rows.present().expected(),
    list_extra=_of, list_template="portfolio/costs.html", detail_template="portfolio/cost_line.html", names={"new": _("New cost"), "home": _("Project")},
    how=(_("Expected: the forecast, where somebody gave one; else what came; else the larger of planned and committed."),),
)  # fmt: skip


@login_required
def restoration(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(CostLine.objects.select_related("space"), request.user, pk=id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    cost_lines.restore(actor=request.user, cost_line=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("Taken back."))


class PasteForm(forms.Form):
    text = forms.CharField(label=_("Table"), max_length=2_000_000, widget=forms.Textarea({"rows": 12, "spellcheck": "false"}), strip=False)


@login_required
def paste(request: HttpRequest, key: str) -> HttpResponse:
    """A table from a spreadsheet: what would be taken is shown first, then taken whole or not at all."""
    space = doors.find(Space.objects.filter(kind=SpaceKind.PROJECT), request.user, key=key)
    for needed in (Permission.EDIT_PLAN, Permission.SEE_COSTS):
        if not may(request.user, needed, space.pk):
            raise Denied(needed)
    form = PasteForm(request.POST if request.method == "POST" else None, initial={"text": ""})
    found = None
    if request.method == "POST" and form.is_valid():
        found = cost_files.read(form.cleaned_data["text"], reads.currency_of(space))
        if request.POST.get("do") == "take" and not found.wrong:
            try:
                made = cost_lines.take_many(actor=request.user, space=space, rows=found.rows)
                said = now_("%(new)s new, %(corrected)s corrected, %(same)s there already.") % made._asdict()
                return doors.go_to(request, f"{reverse('money')}?in={space.key}", said)
            except Refused as problem:
                generic.show(form, problem)
    context = {
        "space": space, "form": form, "found": found, "heads": _HEADS, "sample": _shown(found) if found else [], "wrong": _wrong(found) if found else [],
        "count": ngettext("%(n)s line can be taken", "%(n)s lines can be taken", len(found.rows)) % {"n": len(found.rows)} if found else "",
    }  # fmt: skip
    return render(request, "portfolio/costs_paste.html", context, status=422 if form.errors or (found and found.wrong) else 200)


def _shown(found: cost_files.Read) -> list[list[Any]]:
    kinds = dict(CostLine.Kind.choices)
    rows = []
    for row in found.rows[:20]:
        month: date = row["month"]
        amounts = [_exact(row.get(name), row["currency"]) for name in ("planned", "committed", "actual", "forecast")]
        rows.append([row["title"], f"{month:%Y-%m}", kinds.get(row.get("kind", CostLine.Kind.PURCHASE), ""), *amounts])
    return rows


def _wrong(found: cost_files.Read) -> list[str]:
    return [now_("Line %(n)s: %(why)s") % {"n": number, "why": str(_WRONG[code]) % {"text": text}} for number, code, text in found.wrong[:20]]


urls = [
    *generic.urls(noun, "costs"),
    path("costs/<int:id>/restorations/", restoration, name="cost_line_restorations"),
    path("money/<slug:key>/paste/", paste, name="costs_paste"),
]
