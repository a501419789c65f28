"""Industry packs of the organisation's own: written as YAML or JSON, with versions, their differences and the projects that they hold in."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from tandem.governance import method_content, pack_content, pack_files
from tandem.governance.actions import pack_uses, packs
from tandem.governance.models import Pack, PackUse, PackVersion, Risk
from tandem.governance.packs import EVIDENCE
from tandem.governance.packs import packs as shipped
from tandem.kit.http import attachment_header
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.web import doors, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.governance import gate_words
from tandem.web.governance.gates import tabs
from tandem.web.templating import url

_DO = Permission.EDIT_PORTFOLIO
EVIDENCE_WORDS = {
    "judged": _("somebody says it, with evidence"), "charter": _("the charter is signed"), "risks": _("open risks are looked after"), "approvals": _("moves wait for approval"),
    "acceptance": _("acceptance checks are ticked"), "baseline": _("a baseline is kept"), "gates": _("a gate is passed"), "roles": _("the roles of the method have somebody"),
}  # fmt: skip
assert set(EVIDENCE_WORDS) == set(EVIDENCE)


class PackForm(forms.Form):
    """A file that is chosen goes before the text."""

    text = forms.CharField(
        label=_("The pack, as YAML or JSON"), widget=forms.Textarea({"rows": 24, "spellcheck": "false", "class": "in-td doc-in"}), strip=False, required=False,
        help_text=_("A key ties a control to what was said of it: a name may change, another key makes something new."),
    )  # fmt: skip
    file = forms.FileField(label=_("Or a file"), required=False)
    note = forms.CharField(label=_("What is new"), max_length=500, required=False)

    def for_request(self, request: HttpRequest, row: Pack | None) -> None:
        self.files = request.FILES
        if row is not None:
            self.fields["text"].initial = pack_files.written(row.name, row.description, packs.newest(row).content)
            return
        self.fields["text"].initial = _begun(request, request.GET.get("from", ""))

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = self.cleaned_data
        file = sent.pop("file", None)
        if file is not None:
            try:
                sent["text"] = file.read(pack_files.LONGEST * 4).decode()
            except UnicodeDecodeError:
                self.add_error("file", now_("This is not a text file."))
        elif not sent.get("text", "").strip():
            self.add_error("text", now_("Write what the pack asks, or choose a file."))
        return sent


def _begun(request: HttpRequest, source: str) -> str:
    """As another pack says, or the smallest one."""
    if source.isdecimal():
        one = doors.find(Pack.objects, request.user, pk=whole_number(source, 12) or 0)
        return pack_files.written(now_("%(name)s, copy") % {"name": one.name}, one.description, packs.newest(one).content)
    said = pack_content.shipped(source, get_language() or "en") or {
        "name": now_("Our trade"), "purpose": "", "controls": [{"key": "access", "name": now_("Rights are looked through"), "asks": "", "evidence": "judged", "standards": []}],
    }  # fmt: skip
    return pack_files.written(str(said["name"]), str(said["purpose"]), said)  # type: ignore[arg-type]


def create(*, actor: Any, home: Any, **values: Any) -> Pack:
    return packs.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Pack, version: int | None, **values: Any) -> Pack:
    return packs.write(actor=actor, pack=row, version=version, **values).pack


def remove(*, actor: Any, row: Pack, version: int | None) -> None:
    packs.remove(actor=actor, pack=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    """Newest version and projects of each: two queries for a page."""
    newest = {one.pack_id: one for one in PackVersion.objects.visible_to(request.user).filter(pack__in=rows).order_by("pack_id", "-number").distinct("pack_id")}
    uses: dict[int, int] = {}
    for pack in PackUse.objects.visible_to(request.user).filter(pack_version__pack__in=rows).values_list("pack_version__pack", flat=True):
        uses[pack] = uses.get(pack, 0) + 1
    for row in rows:
        row.newest, row.uses = newest[row.pk], uses.get(row.pk, 0)


def detail(request: HttpRequest, row: Pack) -> dict[str, Any]:
    user = request.user
    rows = PackVersion.objects.visible_to(user).filter(pack=row)
    versions = list(rows.select_related("by", "pack").defer("content").newest_first())
    number = whole_number(request.GET.get("version", ""), 4)
    shown = next((one for one in versions if one.number == number), versions[0])
    before = next((one for one in versions if one.number < shown.number), None)
    uses = list(PackUse.objects.visible_to(user).filter(pack_version__pack=row).select_related("project__space", "pack_version").defer("pack_version__content").order_by("project__name")[:300])
    read = {one.pk for one in (shown, before, versions[0]) if one} | {use.pack_version_id for use in uses}
    contents = dict(rows.filter(pk__in=read).values_list("pk", "content"))
    shown.content = contents[shown.pk]
    told = {pk: _told(contents[pk], contents[versions[0].pk]) for pk in {use.pack_version_id for use in uses}}
    return {
        "shown": shown, "versions": versions, "newest": versions[0], "before": before, "since": _told(contents[before.pk], shown.content) if before else [], "evidence": EVIDENCE_WORDS,
        "areas": dict(Risk.Area.choices), "stages": gate_words.STAGES, "may_edit": may(user, _DO, row.space_id),
        "live": [
            {"use": use, "differences": told[use.pack_version_id], "may": may(user, Permission.EDIT_PLAN, use.space_id)} for use in uses
        ],
    }  # fmt: skip


def _told(before: method_content.Content, after: method_content.Content) -> list[dict[str, Any]]:
    return [gate_words.difference(one) for one in method_content.compared(before, after, pack_content.SHAPE)]


noun = Noun(
    slug="packs", model=Pack, one=pgettext_lazy("industry", "pack"), many=_("Industry packs"),
    purpose=_("What a trade asks of its projects: controls with their standards, risks, roles, checklists, gates and figures; in versions that never change."),
    columns=(
        Column("name", pgettext_lazy("industry", "Pack"), lambda r: r.name, "name", is_title=True),
        Column("description", _("Description"), lambda r: r.description),
        Column("version", _("Version"), lambda r: r.newest.number, is_number=True),
        Column("controls", pgettext_lazy("industry pack", "Controls"), lambda r: len(r.newest.content["controls"]), is_number=True),
        Column("uses", _("Projects"), lambda r: r.uses or "", is_number=True),
        Column("space", _("Holds in"), lambda r: r.space.name),
    ),
    facts=(Fact(_("Holds in"), lambda r: r.space.name),),
    search=("name", "description"), order="name", related=("space",), text="description", permission=_DO, form=PackForm, create=create, change=change, remove=remove,
    home_kinds=packs.HOMES, is_at_home_in_root=True, detail=detail, look_up=look_up, detail_template="governance/pack.html", list_template="governance/packs.html",
    list_extra=lambda request: {"tabs": tabs("packs"), "ours": _ours()}, names={"new": _("New pack"), "home": _("Holds in")},
)  # fmt: skip


def _ours() -> list[dict[str, Any]]:
    language = get_language() or "en"
    return [
        {"key": one.key, "name": one.name(language), "purpose": one.purpose(language), "count": ngettext("%(n)s control", "%(n)s controls", len(one.controls)) % {"n": len(one.controls)}}
        for one in shipped().values()
    ]  # fmt: skip


@login_required
@require_safe
def file(request: HttpRequest, id: int) -> HttpResponse:
    """A version as it is written, to be kept or taken to another Tandem."""
    row = doors.find(PackVersion.objects.select_related("pack"), request.user, pk=id)
    response = HttpResponse(pack_files.written(row.pack.name, row.pack.description, row.content), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = attachment_header(f"{row.pack.name} {row.number}.yaml")
    return response


@login_required
@require_POST
def upgrades(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(PackUse.objects.select_related("project__space", "pack_version__pack"), request.user, pk=id)
    newer = doors.find(PackVersion.objects, request.user, pk=whole_number(request.POST.get("to", ""), 12) or 0)
    pack_uses.upgrade(actor=request.user, pack_use=row, version=doors.version_in(request), pack_version=newer)
    return doors.go_to(request, url("project_gaps", key=row.project.space.key), now_("The project moved to version %(n)s.") % {"n": newer.number})


urls = [
    *generic.urls(noun),
    path("pack-versions/<int:id>/pack.yaml", file, name="pack_file"),
    path("pack-uses/<int:id>/upgrades/", upgrades, name="pack_use_upgrades"),
]
