"""Feedback: what people said, what it was linked to, merged with and answered by."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.product.actions import feedback, feedback_links, feedback_merges, feedback_votes
from tandem.product.models import Feature, Feedback, FeedbackLink, Product
from tandem.reports.queries import feedback as reads
from tandem.reports.queries import feedback_alike as alike
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.templating import choice

CHOICES = 300


class FeedbackForm(forms.ModelForm):
    url = forms.URLField(label=_("address at the source"), max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = Feedback
        fields = ["product", "title", "text", "state", "answer", "customer", "giver_name", "giver_email", "wants_word", "giver", "given_on", "source",
                  "url", "language", "labels", "is_public"]  # fmt: skip
        widgets = {
            "text": forms.Textarea({"rows": 8}), "answer": forms.Textarea({"rows": 2}),
            "given_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }  # fmt: skip
        help_texts = {
            "wants_word": _("They agreed to a letter when it is planned, shipped or declined."),
            "answer": _("Goes out with the next letter, and stands on the public portal."),
            "labels": _("With commas between them."),
            "is_public": _("Shown on the public portal of the product, without the names."),
        }

    def for_request(self, request: HttpRequest, row: Feedback | None) -> None:
        """Whoever only passes something on does not decide about it; a state that follows features is not offered."""
        if row:
            del self.fields["product"]
            if row.merged_into_id or row.links.exists():
                del self.fields["state"]
            return
        allowed = spaces_where(request.user, Permission.COMMENT)
        self.fields["product"].queryset = Product.objects.visible_to(request.user).in_spaces(allowed)  # type: ignore[attr-defined]
        kept = ("is_public",) if spaces_where(request.user, Permission.EDIT_PRODUCT) else ()
        for name in {"state", "answer", "is_public"} - set(kept):
            del self.fields[name]


def create(*, actor: Any, **values: Any) -> Feedback:
    return feedback.create(actor=actor, **values)


def change(*, actor: Any, row: Feedback, version: int | None, **values: Any) -> Feedback:
    return feedback.change(actor=actor, feedback=row, version=version, **values)


def remove(*, actor: Any, row: Feedback, version: int | None) -> None:
    feedback.remove(actor=actor, feedback=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    for row in rows:
        row.customer_seen = cells.seen(request.user, row.customer) if row.customer_id else ""


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    user = request.user
    may_edit = may(user, Permission.EDIT_PRODUCT, row.space_id)
    merged = reads.family(user, row)
    links = reads.links_of(user, [row, *merged])
    features = Feature.objects.visible_to(user).filter(product=row.product_id).exclude(pk__in=[one.feature_id for one in links])
    said = alike.words(row.title, row.text)
    return {
        "alike": alike.alike(user, row.product, said, but=row.pk) if may_edit and not row.merged_into_id else [],
        "links": links, "merged": merged, "may_vote": may(user, Permission.COMMENT, row.space_id), "has_voted": reads.has_voted(user, row),
        "people": reads.people(user, row), "email": row.giver_email if may_edit else "",
        "features": list(features.order_by("rank", "id")[:CHOICES]) if may_edit else [],
    }  # fmt: skip


def _row(request: HttpRequest, id: int) -> Feedback:
    return doors.find(Feedback.objects.select_related("product"), request.user, pk=id)


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.POST.get(name, "")) or 0


@login_required
@require_POST
def links(request: HttpRequest, id: int) -> HttpResponse:
    """Link it to a feature with the sentence that proves it, or take a link away."""
    row = _row(request, id)
    if request.POST.get("do") == "remove":
        link = doors.find(FeedbackLink.objects.select_related("feedback"), request.user, pk=_number(request, "link"))
        feedback_links.unlink(actor=request.user, link=link)
        return doors.go_to(request, noun.url(row), now_("Unlinked."))
    feature = doors.find(Feature.objects, request.user, pk=_number(request, "feature"))
    feedback_links.link(actor=request.user, feedback=row, feature=feature, quote=request.POST.get("quote", ""))
    return doors.go_to(request, noun.url(row), now_("Linked."))


@login_required
@require_POST
def merges(request: HttpRequest, id: int) -> HttpResponse:
    """Merge it into the entry with the number that was given."""
    row = _row(request, id)
    into = Feedback.objects.visible_to(request.user).filter(pk=_number(request, "into")).first()
    if into is None:
        raise Refused("feedback_unknown", field="into")
    kept = feedback_merges.merge(actor=request.user, feedback=row, version=doors.version_in(request), into=into)
    undo = reverse("feedback_separations", kwargs={"id": row.pk})
    return doors.done(request, noun.url(kept), now_("Merged. Votes and givers count here now."), undo)


@login_required
@require_POST
def separations(request: HttpRequest, id: int) -> HttpResponse:
    """Undo the merge."""
    row = _row(request, id)
    feedback_merges.undo(actor=request.user, feedback=row)
    return doors.done(request, noun.url(row), now_("It stands for itself again."))


@login_required
@require_POST
def votes(request: HttpRequest, id: int) -> HttpResponse:
    row = _row(request, id)
    act = feedback_votes.unvote if request.POST.get("do") == "remove" else feedback_votes.vote
    act(actor=request.user, feedback=row)
    return doors.go_to(request, noun.url(row))


noun = Noun(
    slug="feedback", model=Feedback, one=_("feedback"), many=_("Feedback"),
    purpose=_("What people outside said, in their own words, and what became of it."),
    columns=(
        Column("title", _("Feedback"), lambda r: r.title, "title", is_title=True),
        Column("product", _("Product"), lambda r: r.product.name),
        Column("state", _("State"), lambda r: choice(r, "state"), "state"),
        Column("votes", _("Votes"), lambda r: r.votes, "votes", is_number=True),
        Column("customer", _("Customer"), lambda r: r.customer_seen),
        Column("giver", _("Giver"), lambda r: r.who),
        Column("source", _("Source"), lambda r: choice(r, "source")),
        Column("given", _("Given on"), lambda r: cells.date(r.given_on), "given_on"),
    ),
    facts=(
        Fact(_("Product"), lambda r: cells.link(r.product, reverse("products_detail", kwargs={"id": r.product_id}))),
        Fact(_("State"), lambda r: r.get_state_display()),
        Fact(_("Votes"), lambda r: r.votes),
        Fact(_("Customer"), refers_to="customer"),
        Fact(_("Giver"), lambda r: r.who or "–"),
        Fact(_("Source"), lambda r: r.get_source_display()),
        Fact(_("Given on"), lambda r: cells.date(r.given_on)),
        Fact(_("Language"), lambda r: r.get_language_display() or "–"),
        Fact(_("Labels"), lambda r: cells.labels(r.labels) or "–"),
        Fact(_("Comments at the source"), lambda r: r.outside_comments or "–"),
        Fact(_("Public"), lambda r: _("Yes") if r.is_public else _("No")),
    ),
    filters=(
        Filter("product", _("Product"), lambda request: [(str(pk), name) for pk, name in Product.objects.visible_to(request.user).values_list("pk", "name")]),
        Filter("state", _("State"), lambda request: list(Feedback.State.choices)),
        Filter("source", _("Source"), lambda request: list(Feedback.Source.choices)),
        Filter("linked", _("Feature"), lambda request: [("no", _("Not linked yet")), ("yes", _("Linked to a feature"))],
               narrow=lambda rows, value: rows.filter(pk__in=FeedbackLink.objects.values("feedback")) if value == "yes"  # house: reads — narrows what is visible
               else rows.exclude(pk__in=FeedbackLink.objects.values("feedback"))),  # house: reads — narrows what is visible
    ),
    search=("title", "text"), order="-id", related=("product", "customer", "giver"), text="text", permission=Permission.EDIT_PRODUCT,
    new_permission=Permission.COMMENT, form=FeedbackForm, create=create, change=change, remove=remove, detail=detail,
    detail_template="product/feedback.html", form_template="product/feedback_form.html", look_up=look_up, list_template="product/feedback_list.html", listed=lambda rows: rows.standing(), names={"new": _("New feedback")},
)  # fmt: skip
urls = [
    *generic.urls(noun),
    path("feedback/<int:id>/links/", links, name="feedback_links"),
    path("feedback/<int:id>/merges/", merges, name="feedback_merges"),
    path("feedback/<int:id>/separations/", separations, name="feedback_separations"),
    path("feedback/<int:id>/votes/", votes, name="feedback_votes"),
]
