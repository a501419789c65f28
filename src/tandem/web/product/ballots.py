"""Ballots: what stakeholders are asked, how it ended, and who is far apart on what."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.product.actions import ballots
from tandem.product.models import Ballot, Feature, Product, Voter
from tandem.reports.queries import ballots as reads
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.product import ballot_picture, ballot_words
from tandem.web.templating import moment

_MOST_OFFERED = 200


class FeaturesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class BallotForm(forms.ModelForm):
    features = FeaturesField(
        Feature.objects.none(), label=_("Features"), widget=forms.CheckboxSelectMultiple,
        help_text=_("What is voted on. At most 40, at most 8 to compare in pairs."),
    )  # fmt: skip
    closes_on = forms.DateField(
        label=_("Open until"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), help_text=_("To the end of this day.")
    )

    class Meta:
        model = Ballot
        fields = ["product", "title", "intro", "method", "budget", "is_secret"]
        labels = {"product": _("Product")}
        widgets = {"intro": forms.Textarea({"rows": 3})}
        help_texts = {
            "budget": _("Where a budget is spent: how much each may give."),
            "is_secret": _("Nobody sees a vote, nor how it stands, before the end. Afterwards the votes are seen by those who see the product."),
        }  # fmt: skip

    field_order = ["product", "title", "intro", "method", "budget", "closes_on", "is_secret", "features"]

    def for_request(self, request: HttpRequest, row: Ballot | None) -> None:
        """Features of one product; another product is chosen before its features are."""
        user: Any = request.user
        product = row.product if row else self._product(request)
        offered = Feature.objects.visible_to(user).filter(product=product).exclude(state__in=(Feature.State.SHIPPED, Feature.State.DECLINED))
        kept = Feature.objects.visible_to(user).filter(ballots=row) if row else Feature.objects.none()
        ids = [*offered.order_by("rank", "id").values_list("pk", flat=True)[:_MOST_OFFERED], *kept.values_list("pk", flat=True)]
        self.fields["features"].queryset = Feature.objects.visible_to(user).filter(pk__in=ids).order_by("rank", "id")  # type: ignore[attr-defined]
        self.initial.setdefault("features", list(kept.values_list("pk", flat=True)) if row else ids[:6])
        if row:
            del self.fields["product"]
            self.initial.setdefault("closes_on", timezone.localtime(row.closes_at).date())
        else:
            mine = Product.objects.visible_to(user).in_spaces(spaces_where(user, Permission.EDIT_PRODUCT))
            self.fields["product"].queryset = mine  # type: ignore[attr-defined]
            self.fields["product"].help_text = _("The features below are those of this product. For another one, start from its page.")
            self.initial["product"] = product

    def _product(self, request: HttpRequest) -> Product | None:
        number = whole_number((request.POST or request.GET).get("product", "")) or 0
        mine = Product.objects.visible_to(request.user).in_spaces(spaces_where(request.user, Permission.EDIT_PRODUCT))
        return mine.filter(pk=number).first() or mine.order_by("name").first()


def _moments(values: dict[str, Any]) -> dict[str, Any]:
    day = values.pop("closes_on")
    features = list(values.pop("features"))
    return values | {"closes_at": timezone.make_aware(datetime.combine(day, time(23, 59, 59))), "features": features}


def create(*, actor: Any, **values: Any) -> Ballot:
    return ballots.create(actor=actor, **_moments(values))


def change(*, actor: Any, row: Ballot, version: int | None, **values: Any) -> Ballot:
    return ballots.change(actor=actor, ballot=row, version=version, **_moments(values))


def remove(*, actor: Any, row: Ballot, version: int | None) -> None:
    ballots.remove(actor=actor, ballot=row, version=version)


def state(row: Ballot) -> str:
    return now_("Decided") if row.is_decided else now_("Open") if row.is_open else now_("Closed")


def detail(request: HttpRequest, row: Ballot) -> dict[str, Any]:
    user: Any = request.user
    voters = list(Voter.objects.visible_to(user).filter(ballot=row).invited().select_related("user", "vote"))
    mine = next((v for v in voters if v.user_id == user.pk), None)
    found = reads.outcome(user, row) if row.shows_results else None
    return {
        "mine": mine, "may_vote": mine is not None and row.is_open, "has_voted": mine is not None and hasattr(mine, "vote"),
        "voters": [(str(v), v.user_id is None, v.vote.cast_at if hasattr(v, "vote") else None, v.weight) for v in voters], "voted": sum(hasattr(v, "vote") for v in voters),
        "judged": ballot_words.judged, "room": ballot_words.room(found) if found else "", "outcome": found, "picture": ballot_picture.picture(found) if found else None, "agreement": agreement(found) if found else "",
        "features": list(Feature.objects.visible_to(user).filter(ballots=row).order_by("rank", "id")) if found is None or not found.lines else [],
        "may_manage": may(user, Permission.EDIT_PRODUCT, row.space_id),
        "decided": _decided(user, row),
    }  # fmt: skip


def _decided(user: Any, row: Ballot) -> list[tuple[Feature, str]]:
    rows = Feature.objects.visible_to(user).in_bulk(row.decided_order) if row.is_decided else {}
    return [(rows[pk], row.notes.get(str(pk), "")) for pk in row.decided_order if pk in rows]


def agreement(found: reads.Outcome) -> str:
    """Kendall's W in words; nothing where too few voted."""
    if not found.says_agreement or found.w is None:
        return now_("Too few votes to say how far people agree: %(n)s of at least %(least)s.") % {"n": found.voted, "least": reads.FEWEST_FOR_AGREEMENT}
    word = (
        now_("People largely agree") if found.w >= reads.STRONG else now_("People agree in part") if found.w >= reads.MODERATE
        else now_("People hardly agree") if found.w >= reads.WEAK else now_("People do not agree")
    )  # fmt: skip
    return f"{word} (W = {found.w:.2f}, {found.voted}/{found.invited})"


def _by_state(rows: Any, value: str) -> Any:
    return {"open": rows.open, "closed": rows.closed}[value]()


noun = Noun(
    slug="ballots", model=Ballot, one=_("ballot"), many=_("Ballots"),
    purpose=_("Ask stakeholders what comes first, see on what they disagree, and settle it."),
    columns=(
        Column("title", _("Ballot"), lambda r: r.title, "title", is_title=True),
        Column("product", _("Product"), lambda r: r.product.name, "product__name"),
        Column("method", _("Method"), lambda r: r.get_method_display()),
        Column("state", _("State"), state),
        Column("closes", _("Open until"), lambda r: cells.date(timezone.localtime(r.closes_at).date()), "closes_at", is_number=True),
    ),
    facts=(
        Fact(_("Product"), lambda r: cells.link(r.product, reverse("products_detail", kwargs={"id": r.product_id}))),
        Fact(_("Method"), lambda r: r.get_method_display()),
        Fact(_("State"), state),
        Fact(_("Open until"), lambda r: moment(r.closed_at or r.closes_at)),
        Fact(_("Secret"), lambda r: _("Until it closes") if r.is_secret else _("No")),
        Fact(_("Opened by"), lambda r: cells.person(r.created_by)),
    ),
    filters=(
        Filter("product", _("Product"), lambda request: [(str(p.pk), p.name) for p in Product.objects.visible_to(request.user)]),
        Filter("state", _("State"), lambda request: [("open", _("Open")), ("closed", _("Closed"))], narrow=_by_state),
    ),
    search=("title",), order="-closes_at", related=("product", "created_by", "space"), text="intro",
    permission=Permission.EDIT_PRODUCT, form=BallotForm, create=create, change=change, remove=remove,
    detail=detail, detail_template="product/ballot.html", names={"new": _("New ballot")},
)  # fmt: skip
urls = generic.urls(noun)

