"""List, detail, form, removal, history and export for a plain noun: its file says what, this file says how."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import models
from django.db.models import Q
from django.db.models.fields import BLANK_CHOICE_DASH
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from tandem.collaboration import mentions, words
from tandem.history.models import Event
from tandem.kit.errors import Denied, Refused, Stale
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space
from tandem.people.scoping import Scoped
from tandem.web import cells, doors, downloads, generic_rows, histories, standing
from tandem.web.collaboration import attachments, comments, watches
from tandem.web.paging import page_of
from tandem.web.templating import url as address


@dataclass(frozen=True)
class Column:
    """A cell's text, and how the list sorts by it. `cell` may return a str, a number, a date or safe markup."""

    name: str
    label: Any
    cell: Callable[[Any], Any]
    sort: str = ""
    is_number: bool = False
    is_title: bool = False


@dataclass(frozen=True)
class Filter:
    """A choice above the list: `field` equals the chosen value, or `narrow` says what it leaves; `narrow_for` is told what was asked."""

    name: str
    label: Any
    choices: Callable[[HttpRequest], list[tuple[str, Any]]]
    field: str = ""
    narrow: Callable[[models.QuerySet[Any], str], models.QuerySet[Any]] | None = None
    narrow_for: Callable[[HttpRequest, models.QuerySet[Any], str], models.QuerySet[Any]] | None = None

    def left(self, request: HttpRequest, rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        if self.narrow_for:
            return self.narrow_for(request, rows, value)
        return self.narrow(rows, value) if self.narrow else rows.filter(**{self.field or self.name: value})


@dataclass(frozen=True)
class Fact:
    """`refers_to` names the field of another record, whose name is said only to who sees it."""

    label: Any
    value: Callable[[Any], Any] = str
    refers_to: str = ""

    def shown(self, user: Any, row: Any) -> Any:
        return cells.seen(user, getattr(row, self.refers_to)) if self.refers_to else self.value(row)


@dataclass(frozen=True)
class Noun:
    slug: str
    model: type[models.Model]
    one: Any
    many: Any
    purpose: Any
    columns: tuple[Column, ...]
    facts: tuple[Fact, ...] = ()
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    order: str = "id"
    related: tuple[str, ...] = ()
    permission: Permission = Permission.EDIT_WORK
    new_permission: Permission | None = None  # where a new one needs another right than its change
    form: type[forms.Form] | None = None
    create: Callable[..., Any] | None = None
    change: Callable[..., Any] | None = None
    remove: Callable[..., Any] | None = None
    home_kinds: tuple[str, ...] = ()
    is_at_home_in_root: bool = False  # the organisation is offered first
    list_template: str = "generic/list.html"
    form_template: str = "generic/form.html"
    owns_space: bool = False  # with people and their roles
    detail_template: str = "generic/detail.html"
    detail: Callable[[HttpRequest, Any], dict[str, Any]] | None = None
    list_extra: Callable[[HttpRequest], dict[str, Any]] | None = None
    look_up: Callable[[HttpRequest, list[Any]], None] | None = None  # sets on the rows what columns show beside them
    listed: Callable[[Any], Any] | None = None  # which of the visible rows the list and its files show
    text: str = ""
    list_stands: bool = False  # see `standing`: everything the pages show follows from rows, rights, language and day
    detail_stands: bool = False
    how: tuple[Any, ...] = ()  # how the computed columns of the list come about
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def needed_for_new(self) -> Permission:
        return self.new_permission or self.permission

    def rows(self, user: Any) -> models.QuerySet[Any]:
        found = self.model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        return found.select_related(*self.related) if self.related else found

    def url(self, row: Any) -> str:
        return address(f"{self.slug}_detail", id=row.pk)

    def behind(self, row: Any) -> str:
        """Where one stands when the row is gone."""
        return reverse(self.slug)


def urls(noun: Noun, base: str = "") -> list[URLPattern]:
    """The addresses of a noun; a noun without a form has no new, edit or removal."""
    root = base or noun.slug.replace("_", "-")
    found = [
        path(f"{root}/", login_required(_whole(noun, list_page, noun.list_stands)), name=noun.slug),
        path(f"{root}/export.csv", login_required(_view(noun, export)), name=f"{noun.slug}_export"),
        path(f"{root}/export.xlsx", login_required(_view(noun, export_xlsx)), name=f"{noun.slug}_export_xlsx"),
        path(f"{root}/<int:id>/", login_required(_whole(noun, detail_page, noun.detail_stands)), name=f"{noun.slug}_detail"),
        path(f"{root}/<int:id>/comments/", login_required(_view(noun, comment)), name=f"{noun.slug}_comments"),
        path(f"{root}/<int:id>/attachments/", login_required(_view(noun, attachment)), name=f"{noun.slug}_attachments"),
    ]
    if noun.create:
        found.append(path(f"{root}/new/", login_required(_view(noun, new_page)), name=f"{noun.slug}_new"))
    if noun.change:
        found.append(path(f"{root}/<int:id>/edit/", login_required(_view(noun, edit_page)), name=f"{noun.slug}_edit"))
    if noun.remove:
        found.append(path(f"{root}/<int:id>/removals/", login_required(_view(noun, removal)), name=f"{noun.slug}_removals"))
    return found


def part_urls(noun: Noun) -> list[URLPattern]:
    """The addresses of a noun that is shown on another one's page: no detail, comments and files of its own."""
    left_out = {f"{noun.slug}_{what}" for what in ("detail", "comments", "attachments")}
    return [one for one in urls(noun) if one.name not in left_out]


def _view(noun: Noun, function: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return function(request, noun, **kwargs)

    return view


def _whole(noun: Noun, function: Callable[..., HttpResponseBase], stands: bool) -> Callable[..., HttpResponseBase]:
    """Pages that begin at the noun; the middle of one that says who watches and who wrote is its reader's own."""
    view = _view(noun, function)
    return standing.page(view, personal=function is detail_page) if stands else view


def narrowed(request: HttpRequest, noun: Noun, *, without: str = "") -> models.QuerySet[Any]:
    rows = noun.rows(request.user)
    rows = noun.listed(rows) if noun.listed else rows
    text = request.GET.get("q", "").strip()
    if text and noun.search:
        match = Q()
        for name in noun.search:
            match |= Q(**{f"{name}__icontains": text})
        rows = rows.filter(match)
    for one in noun.filters:
        value = request.GET.get(one.name, "")
        if value and one.name != without and value in {v for v, _label in one.choices(request)}:
            rows = one.left(request, rows, value)
    return rows


def chosen_sort(request: HttpRequest, noun: Noun) -> str:
    wanted = request.GET.get("sort", "")
    known = {c.sort for c in noun.columns if c.sort}
    return wanted if wanted.lstrip("-") in known else noun.order


def list_page(request: HttpRequest, noun: Noun) -> HttpResponse:
    sort = chosen_sort(request, noun)
    page = page_of(narrowed(request, noun), sort=sort, cursor=request.GET.get("cursor", ""))
    if noun.look_up:
        noun.look_up(request, page.rows)
    heads = []
    for column in noun.columns:
        turned = f"-{column.sort}" if sort == column.sort else column.sort
        direction = "asc" if sort == column.sort else "desc" if sort == f"-{column.sort}" else ""
        heads.append({"column": column, "href": _with(request, sort=turned) if column.sort else "", "sort": direction})
    context = {
        "noun": noun,
        "heads": heads,
        "rows": page.rows,
        "body": generic_rows.body,
        "next": _with(request, cursor=page.next) if page.next else "",
        "previous": _with(request, cursor=page.previous) if page.previous else "",
        "q": request.GET.get("q", ""),
        "filters": [{"filter": f, "choices": f.choices(request), "value": request.GET.get(f.name, "")} for f in noun.filters],
        "is_narrowed": any(request.GET.get(name) for name in ["q", *(f.name for f in noun.filters)]),
        "may_create": bool(noun.create) and bool(spaces_where(request.user, noun.needed_for_new)),
        "new_url": reverse(f"{noun.slug}_new") if noun.create else "",
        "export_url": reverse(f"{noun.slug}_export") + "?" + request.GET.urlencode(),
        "export_xlsx_url": reverse(f"{noun.slug}_export_xlsx") + "?" + request.GET.urlencode(),
        "list_url": reverse(noun.slug),
        **(noun.list_extra(request) if noun.list_extra else {}),
    }
    return render(request, noun.list_template, context)


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    if "sort" in changes:
        query.pop("cursor", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def export(request: HttpRequest, noun: Noun) -> HttpResponseBase:
    """What the list shows, as CSV; no cell is a formula."""
    return downloads.csv(noun.slug, [str(c.label) for c in noun.columns], _cells(request, noun), separator=request.GET.get("separator", ""))


def export_xlsx(request: HttpRequest, noun: Noun) -> HttpResponseBase:
    """The same as a workbook, with numbers and dates as such."""
    return downloads.xlsx(noun.slug, str(noun.many), [str(c.label) for c in noun.columns], _cells(request, noun))


def _cells(request: HttpRequest, noun: Noun) -> Iterator[list[Any]]:
    for rows in downloads.in_chunks(narrowed(request, noun), "id"):
        if noun.look_up:
            noun.look_up(request, rows)
        yield from ([cells.bare(c.cell(row)) for c in noun.columns] for row in rows)


def detail_page(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    space_id = row.space_id
    request.live_topics = [f"space:{space_id}"]  # type: ignore[attr-defined]
    text = getattr(row, noun.text) if noun.text else ""
    context = {
        "noun": noun,
        "row": row,
        "facts": [{"key": f.label, "value": f.shown(request.user, row), "note": ""} for f in noun.facts],
        "body": mentions.renamed(text, mentions.names_of([text])),
        "may_change": bool(noun.change) and may(request.user, noun.permission, space_id),
        "may_comment": may(request.user, Permission.COMMENT, space_id),
        "comments": comments.of(request.user, row),
        "watching": watches.of(request.user, row),
        "files": attachments.of(request.user, row),
        "files_url": reverse(f"{noun.slug}_attachments", kwargs={"id": row.pk}),
        "events": histories.lines(Event.objects.visible_to(request.user).of(row).newest_first()[:30], request.user, histories.along(request.user, row, noun.related)),
        "comments_url": reverse(f"{noun.slug}_comments", kwargs={"id": row.pk}),
        "edit_url": reverse(f"{noun.slug}_edit", kwargs={"id": row.pk}) if noun.change else "",
        "access_url": reverse("access", kwargs={"key": row.space.key}) if noun.owns_space else "",
        "removal_url": reverse(f"{noun.slug}_removals", kwargs={"id": row.pk}) if noun.remove else "",
        **(noun.detail(request, row) if noun.detail else {}),
    }
    template = "generic/peek.html" if doors.is_peek(request) else noun.detail_template
    return render(request, template, context)


def comment(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST":
        return comments.take(request, row, noun.url(row))
    return doors.go_to(request, f"{noun.url(row)}#comments")


def attachment(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return attachments.take(request, row, f"{noun.url(row)}#files")


class HomeField(forms.ModelChoiceField):
    """In which space the new row stands: the ones where the person may create it."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.get_kind_display()}"


def _form(request: HttpRequest, noun: Noun, row: Any = None) -> forms.Form:
    if noun.form is None:
        raise Denied(noun.permission)
    data = request.POST if request.method == "POST" else None
    initial = {k: v for k, v in request.GET.items() if k != "peek"}
    if issubclass(noun.form, forms.ModelForm):
        # a copy: cleaning a form writes to its instance, and actions compare with the row as it was read
        form: forms.Form = noun.form(
            data, instance=copy.copy(row) if row else None, initial=None if row else initial
        )
        # the action refuses in words what the database would only name
        form.instance.validate_constraints = lambda exclude=None: None  # type: ignore[attr-defined]
    else:
        form = noun.form(data, initial=initial)
    if row is None and noun.home_kinds:
        spaces = Space.objects.visible_to(request.user).filter(id__among=spaces_where(request.user, noun.needed_for_new), kind__in=noun.home_kinds)
        offered = spaces.filter(parent=None).first() if noun.is_at_home_in_root else None
        form.fields["home"] = HomeField(
            spaces, label=noun.names.get("home", _("Where")), initial=initial.get("home") or offered or spaces.first()
        )
        form.order_fields(["home"])
    for one in form.fields.values():
        if isinstance(one, forms.ModelChoiceField):  # its choices follow its rows, which a form may still narrow
            one.empty_label = "–" if one.empty_label else None
            if not isinstance(one, HomeField):
                one.queryset = one.queryset.visible_to(request.user)  # type: ignore[union-attr]
        elif isinstance(one, forms.ChoiceField):
            one.choices = [(value, "–" if (value, text) in BLANK_CHOICE_DASH else text) for value, text in one.choices]  # type: ignore[misc]
    if hasattr(form, "for_request"):
        form.for_request(request, row)
    for name in [name for name in form.fields if _holds_unseen(request.user, row, name)]:
        del form.fields[name]  # an empty choice would take away on saving what the editor does not see
    return form


def _holds_unseen(user: Any, row: Any, name: str) -> bool:
    """Whether the field refers to a record of a space that the editor does not see."""
    now = getattr(row, name, None)
    return isinstance(now, Scoped) and not now.is_seen_by(user)


def new_page(request: HttpRequest, noun: Noun) -> HttpResponse:
    if not spaces_where(request.user, noun.needed_for_new):
        raise Denied(noun.needed_for_new)
    form = _form(request, noun)
    if request.method == "POST" and form.is_valid():
        try:
            assert noun.create is not None
            row = noun.create(actor=request.user, **form.cleaned_data)
            return doors.go_to(request, noun.url(row), _("Created."))
        except Refused as problem:
            show(form, problem)
    title = noun.names.get("new", _("New %(noun)s") % {"noun": noun.one})
    return render(
        request,
        noun.form_template,
        {"noun": noun, "form": form, "row": None, "title": title, "cancel": reverse(noun.slug)},
        status=422 if form.errors else 200,
    )


def edit_page(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if not may(request.user, noun.permission, row.space_id):
        raise Denied(noun.permission)
    form = _form(request, noun, row)
    theirs: list[dict[str, Any]] = []
    version = row.version
    if request.method == "POST" and form.is_valid():
        try:
            assert noun.change is not None
            noun.change(actor=request.user, row=row, version=doors.version_in(request), **form.cleaned_data)
            return doors.go_to(request, noun.url(row), _("Saved."))
        except Stale as problem:
            show(form, problem)
            version = problem.current.version
            theirs = differences(form, problem.current)
        except Refused as problem:
            show(form, problem)
    context = {
        "noun": noun,
        "form": form,
        "row": row,
        "version": version,
        "theirs": theirs,
        "title": _("Edit %(noun)s") % {"noun": noun.one},
        "cancel": noun.url(row),
    }
    return render(request, "generic/form.html", context, status=409 if theirs else 422 if form.errors else 200)


def differences(form: forms.Form, current: Any) -> list[dict[str, Any]]:
    """Field by field: what this person typed, what stands there now."""
    rows = []
    for name, value in form.cleaned_data.items():
        now = getattr(current, name, None)
        if now != value:
            rows.append({"label": form.fields[name].label, "mine": value, "theirs": now})
    return rows


def show(form: forms.Form, problem: Refused) -> None:
    sentence = words.refusal(problem.code, problem.params)
    form.add_error(problem.field if problem.field in form.fields else None, sentence)


def removal(request: HttpRequest, noun: Noun, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    if request.method == "POST":
        assert noun.remove is not None
        noun.remove(actor=request.user, row=row, version=doors.version_in(request))
        return doors.go_to(request, noun.behind(row), _("Removed."))
    return doors.go_to(request, noun.url(row))
