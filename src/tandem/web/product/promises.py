"""Promises: listed with what the forecast says of each, and one promise with all that became of it."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.access import Permission, may, spaces_where
from tandem.planning.models import Forecast
from tandem.product.models import Promise
from tandem.reports.queries import promises as ledger_reads
from tandem.reports.queries import roadmap as reads
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.governance import change_links
from tandem.web.product import promise_forms, roadmap_peek
from tandem.web.product import promise_ledger as ledger


class Promises(Noun):
    """With the forecast of what each promise is about, in the same query."""

    def rows(self, user: Any) -> models.QuerySet[Any]:
        kind = Case(When(feature__isnull=False, then=Value(reads.FEATURE)), default=Value(reads.RELEASE))
        found = Forecast.objects.visible_to(user).filter(
            is_current=True, subject_kind=OuterRef("kind"), subject_id=Coalesce(OuterRef("feature"), OuterRef("release"))
        )  # fmt: skip
        columns = {name: Subquery(found.values(name)[:1]) for name in ("p50", "p80", "as_of")}
        columns["plan"] = Subquery(found.values("detail__plan__finish")[:1])
        return super().rows(user).annotate(kind=kind).annotate(**columns)


def standing(row: Promise) -> Any:
    """What people said became of it; of an open one what the forecast says, in colour."""
    code = _code(row)
    return _shape(ledger.SHAPES[code], ledger.word(code)) if code in ledger.SHAPES else ledger.word(code)


def _code(row: Any) -> str:
    new = row.replaced_by
    return ledger_reads.code_of(
        row.date, kept_on=row.kept_on, withdrawn_on=row.withdrawn_on, after=(new.date, new.given_on) if new else None,
        there_on=_delivered(row), p50=row.p50, p80=row.p80, planned=_planned(row), as_of=row.as_of,
    )  # fmt: skip


def _planned(row: Any) -> date | None:
    """When the plan puts the end, where too little history gives no range."""
    return date.fromisoformat(row.plan) if row.plan else None


def _delivered(row: Promise) -> date | None:
    return row.feature.shipped_on if row.feature else row.release.released_on if row.release else None


def _shape(state: str, text: Any) -> Markup:
    return Markup('<span class="st"><i class="sh sh-{}" aria-hidden="true"></i><span>{}</span></span>').format(state, text)


def _is_open(row: Promise) -> bool:
    return not (row.kept_on or row.replaced_by_id or row.withdrawn_on)


def _forecast(row: Any) -> Any:
    return cells.date(row.p80) if _is_open(row) and not _delivered(row) else ""


def _slip(row: Any) -> Any:
    """Days between the date told and what happened or is forecast."""
    end = row.kept_on or _delivered(row) or row.p80 or _planned(row)
    if end is None or row.replaced_by_id or row.withdrawn_on:
        return ""
    days = (end - row.date).days
    return Markup('<span class="num nw">{}</span>').format(now_("%(n)s d") % {"n": f"{days:+d}".replace("-", "−") if days else "0"})


def subject_link(row: Promise) -> Any:
    name = "features_detail" if row.feature_id else "releases_detail"
    return cells.link(row.subject, reverse(name, kwargs={"id": row.feature_id or row.release_id}))


def detail(request: HttpRequest, row: Promise) -> dict[str, Any]:
    """Its history in both directions, and what the forecast of its subject rests on."""
    ref = Ref(reads.FEATURE, row.feature_id) if row.feature_id else Ref(reads.RELEASE, row.release_id)
    found = reads.one(request.user, ref)
    about = roadmap_peek.rests_on(request.user, found) if found and _is_open(row) else {}
    is_the_one = bool(found and found.said and found.said.id == row.pk)
    return {
        "chain": (chain := chain_of(request.user, row)), "reason_of": change_links.linked(request.user, [one.reason for one in chain]),
        "is_open": _is_open(row),
        "may_promise": may(request.user, Permission.GIVE_PROMISE, row.space_id),
        "about": about if is_the_one else {}, "ask_on": roadmap_peek.safe_day(found) if is_the_one and found else None,
        "today": clock.today(),
    }


def chain_of(user: Any, row: Promise) -> list[Promise]:
    """The promise with those that it replaced and those that replaced it, newest first: one query."""
    same = Promise.objects.visible_to(user).filter(feature=row.feature_id, release=row.release_id).select_related("given_by")
    known = {p.pk: p for p in same}
    earlier = {p.replaced_by_id: p for p in known.values() if p.replaced_by_id}
    at = known[row.pk]
    while at.replaced_by_id in known:
        at = known[at.replaced_by_id]
    found = [at]
    while found[-1].pk in earlier:
        found.append(earlier[found[-1].pk])
    return found if len(found) > 1 else []


def _list_extra(request: HttpRequest) -> dict[str, Any]:
    may_give = bool(spaces_where(request.user, Permission.GIVE_PROMISE))
    return {"may_create": may_give, "new_url": reverse("promises_new"), **ledger.of(request, noun)}


noun = Promises(
    slug="promises", model=Promise, one=_("promise"), many=_("Promises"), purpose=_("Every date that was told to somebody, and what became of it."),
    columns=(
        Column("what", _("What"), lambda r: r.what or str(r.subject), is_title=True),
        Column("to_whom", _("To whom"), lambda r: r.to_whom, "to_whom"),
        Column("date", _("Promised"), lambda r: cells.date(r.date), "date", is_number=True),
        Column("forecast", _("Forecast P80"), _forecast, is_number=True),
        Column("slip", _("Slip"), _slip, is_number=True),
        Column("standing", _("State"), standing),
        Column("given", _("Given on"), lambda r: cells.date(r.given_on), "given_on", is_number=True),
        Column("by", _("By"), lambda r: r.given_by.name),
    ),
    facts=(
        Fact(_("About"), subject_link),
        Fact(_("To whom"), lambda r: r.to_whom),
        Fact(_("Promised"), lambda r: cells.date(r.date)),
        Fact(_("State"), standing),
        Fact(_("Given on"), lambda r: Markup("{} · {}").format(cells.date(r.given_on), r.given_by.name)),
        Fact(_("Kept on"), lambda r: cells.date(r.kept_on) or "–"),
        Fact(_("Confidence said"), lambda r: f"{r.confidence} %" if r.confidence else "–"),
        Fact(_("Reason"), lambda r: r.reason or "–"),
    ),
    filters=ledger.FILTERS,
    search=("to_whom", "what", "feature__title", "release__name"), order="-date", related=("feature", "release", "given_by", "replaced_by"),
    permission=Permission.GIVE_PROMISE, detail=detail, detail_template="product/promise.html", list_template="product/promises.html", list_extra=_list_extra, list_stands=True,
    names={"new": _("Give a promise")},
)  # fmt: skip
urls = [*generic.urls(noun), *promise_forms.urls(noun)]

