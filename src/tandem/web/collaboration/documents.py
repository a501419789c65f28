"""Documents: the pages of every space in one list, and each with its tree, its remarks, its files and its versions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.collaboration import mentions
from tandem.collaboration.actions import documents, passage_comments
from tandem.collaboration.models import Document, PassageComment
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.reports.queries import documents as reads
from tandem.reports.queries.scope import below
from tandem.web import cells, doors, generic
from tandem.web.collaboration import document_forms, document_homes, document_versions, references
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.templating import moment

MOST_PLACES = 300


def remove(*, actor: Any, row: Document, version: int | None) -> None:
    documents.remove(actor=actor, document=row, version=version)


def change(*, actor: Any, row: Document, version: int | None, **values: Any) -> Document:
    return documents.change(actor=actor, document=row, version=version, **values)


def places(request: HttpRequest) -> list[tuple[str, str]]:
    rows = Space.objects.visible_to(request.user).values_list("key", "name")
    found = list(rows.order_by("parent_id", "name")[:MOST_PLACES])
    key = request.GET.get("in", "")
    return found if not key or key in dict(found) else [*found, *rows.filter(key=key)]


def within(request: HttpRequest, rows: Any, key: str) -> Any:
    space = doors.find(Space.objects.all(), request.user, key=key)
    return rows.filter(space_id__among=below(request.user, space.pk))


def detail(request: HttpRequest, row: Document) -> dict[str, Any]:
    user: Any = request.user
    body = mentions.renamed(row.body, mentions.names_of([row.body]))
    remarks = reads.remarks(user, row)
    found = references.named(request, body)
    request.live_topics = references.topics(found, row.space_id)  # type: ignore[attr-defined]
    for one in remarks:
        is_alone = one.row.is_by(user) and all(answer.is_by(user) for answer in one.answers)
        one.row.may_remove = is_alone or may(user, Permission.MANAGE_ACCESS, row.space_id)
        one.row.may_settle = one.row.is_by(user) or may(user, Permission.EDIT_WORK, row.space_id)
    return {
        "body": "", "dressed": references.dressed(body, found, request.get_host()), "topics": " ".join(request.live_topics),  # type: ignore[attr-defined]
        "tree": reads.tree(user, row.space_id), "remarks": [one for one in remarks if not one.row.settled_at], "settled": [one for one in remarks if one.row.settled_at],
        "may_edit": may(user, Permission.EDIT_WORK, row.space_id), "above": row.parent if row.parent_id else None,
        "removal_url": reverse("documents_removals", kwargs={"id": row.pk}),
    }  # fmt: skip


def _edited(row: Document) -> Any:
    return now_("%(when)s by %(who)s") % {"when": moment(row.edited_at), "who": row.edited_by.name}


class Documents(Noun):
    def rows(self, user: Any) -> Any:
        """No page reads what the page above says."""
        return Document.objects.visible_to(user).select_related(*self.related).defer("parent__body")


noun = Documents(
    slug="documents", model=Document, one=_("page"), many=_("Documents"),
    purpose=_("What a product, a project or a portfolio has in writing: pages with their versions, remarks and files."),
    columns=(
        Column("title", _("Title"), lambda r: r.title, "title", is_title=True),
        Column("space", _("Of"), lambda r: r.space.name, "space__name"),
        Column("parent", _("Below"), lambda r: r.parent.title if r.parent else ""),
        Column("edited_at", _("Last edited"), lambda r: cells.date(r.edited_at.date()), "edited_at"),
        Column("edited_by", _("By"), lambda r: cells.person(r.edited_by)),
        Column("edition", document_forms.VERSION, lambda r: r.edition, "edition", is_number=True),
    ),
    facts=(
        Fact(_("Of"), lambda r: r.space.name), Fact(document_forms.VERSION, lambda r: r.edition), Fact(_("Last edited"), _edited), Fact(_("Written by"), lambda r: r.author.name),
    ),
    filters=(Filter("in", _("Where"), places, narrow_for=within),),
    search=("title", "body"), order="-edited_at", listed=lambda rows: rows.defer("body", "parent__body"), related=("space", "parent", "author", "edited_by"), permission=Permission.EDIT_WORK, form=document_forms.DocumentForm,
    create=document_forms.create, change=change, remove=remove, home_kinds=("project", "product", "programme", "portfolio", "organisation"), detail=detail, text="body",
    detail_template="collaboration/document.html", form_template="collaboration/document_form.html", names={"new": _("New page"), "home": _("Of")},
)  # fmt: skip


@login_required
@require_POST
def passages(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: say something of a passage, answer, settle, open again, remove."""
    row = doors.find(Document.objects.select_related("space"), request.user, pk=id)
    what, given, here = request.POST.get("do", ""), request.POST, f"{noun.url(row)}#remarks"
    if what == "add":
        passage_comments.add(actor=request.user, document=row, quote=given.get("quote", ""), body=given.get("body", ""))
        return doors.done(request, here)
    one = doors.find(PassageComment.objects.select_related("document", "answers__document"), request.user, pk=whole_number(given.get("remark", "")) or 0, document=row.pk)
    if what == "answer":
        passage_comments.answer(actor=request.user, passage_comment=one, body=given.get("body", ""))
    elif what in ("settle", "reopen"):
        passage_comments.settle(actor=request.user, passage_comment=one, version=None, is_settled=what == "settle")
    elif what == "remove":
        passage_comments.remove(actor=request.user, passage_comment=one)
    else:
        raise Refused("change_unknown", field="do")
    return doors.done(request, here)


@login_required
@require_POST
def moves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Document.objects.select_related("space"), request.user, pk=id)
    documents.move(actor=request.user, document=row, version=doors.version_in(request), is_up=request.POST.get("to") == "up")
    return doors.done(request, noun.url(row))


urls = [
    *document_homes.urls,
    *(one for one in generic.urls(noun) if one.name != "documents_edit"),
    path("documents/<int:id>/edit/", document_forms.edit, name="documents_edit"),
    path("documents/<int:id>/passages/", passages, name="documents_passages"),
    path("documents/<int:id>/moves/", moves, name="documents_moves"),
    *document_versions.urls,
]
