"""What the readiness of a release says in words, and where each of its records lies."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.dates import is_chinese
from tandem.product.models import Feature, ReleaseCheck
from tandem.reports.queries import readiness as reads
from tandem.reports.queries.readiness import Part, Readiness, Reason
from tandem.reports.queries.roadmap_rows import Said
from tandem.web import charts
from tandem.web.templating import day
from tandem.work.models import Block, ChecklistEntry, WorkItem


def verdict(found: Readiness) -> str:
    """The sentence above the page."""
    if found.verdict == reads.NOT_READY:
        return _("Not ready because %(reasons)s.") % {"reasons": ("；" if is_chinese() else "; ").join(reason(one) for one in found.holding)}
    released = found.release.released_on
    return {
        reads.READY: _("Ready: nothing holds it up."), reads.EMPTY: _("Nothing to judge yet: no feature, no work item and no check belongs to it."),
        reads.NOT_KNOWN: _("Of what you can see nothing holds it up."), reads.CANCELLED: _("It was cancelled."),
        reads.RELEASED: _("Released on %(day)s.") % {"day": day(released)} if released else _("Released."),
    }[found.verdict]  # fmt: skip


def reason(one: Reason) -> str:
    known = {"n": one.left, "all": one.total}
    if one.code == reads.SCOPE:
        if not one.total:
            return _("no work items belong to it")
        return ngettext("%(n)s of %(all)s work items is open", "%(n)s of %(all)s work items are open", one.left) % known if one.left else _("all work items are done")
    if one.code == reads.UNSCOPED:
        return ngettext("%(n)s feature is not shipped and has no work items", "%(n)s features are not shipped and have no work items", one.left) % known
    if one.code == reads.ACCEPTANCE:
        if not one.total:
            return _("no acceptance checks are marked")
        return ngettext("%(n)s of %(all)s acceptance checks is open", "%(n)s of %(all)s acceptance checks are open", one.left) % known if one.left else _("all acceptance checks hold")
    if one.code == reads.BLOCKS:
        return ngettext("%(n)s work item is blocked", "%(n)s work items are blocked", one.left) % known
    if one.code == reads.CHECKS:
        if not one.total:
            return _("no checks of its own are set up")
        return ngettext("%(n)s of %(all)s release checks is open", "%(n)s of %(all)s release checks are open", one.left) % known if one.left else _("all release checks are passed or waived")
    if one.code == reads.NOTES:
        if not one.total:
            return _("no feature to write a note about")
        return ngettext("%(n)s feature lacks a note in English or Chinese", "%(n)s features lack a note in English or Chinese", one.left) % known if one.left else _("every feature has a note in both languages")
    if one.code == reads.UNSEEN:
        return ngettext("%(n)s work item that you cannot see is left out", "%(n)s work items that you cannot see are left out", one.left) % known
    return _date(one)


def _date(one: Reason) -> str:
    is_plan = one.code == reads.PLAN
    if one.days is None:
        return _("no forecast to hold against the planned day") if is_plan else _("no forecast to hold against the promise")
    if one.days > 0:
        after = ngettext("P80 is %(n)s day after the planned day", "P80 is %(n)s days after the planned day", one.days)
        late = ngettext("P80 is %(n)s day after the promise", "P80 is %(n)s days after the promise", one.days)
        return (after if is_plan else late) % {"n": charts.number(one.days)}
    return _("the planned day holds with P80") if is_plan else _("the promise holds with P80")


def record(row: Any) -> dict[str, str]:
    """A record behind a reason: its name, what to know beside it, where it lies."""
    if isinstance(row, Part):
        note = _("%(done)s of %(all)s done") % {"done": row.sum.done, "all": row.sum.items}
        return {"text": row.feature.title, "note": note, "href": reverse("features_detail", kwargs={"id": row.feature.pk}) + "#scope"}
    if isinstance(row, Feature):
        return {"text": row.title, "note": "", "href": reverse("features_detail", kwargs={"id": row.pk})}
    if isinstance(row, WorkItem):
        return {"text": f"{row.key} {row.title}", "note": str(row.state.name), "href": _item(row)}
    if isinstance(row, ChecklistEntry):
        return {"text": row.text, "note": f"{row.item.key} {row.item.title}", "href": _item(row.item) + "#checklist"}
    if isinstance(row, Block):
        return {"text": f"{row.item.key} {row.item.title}", "note": row.reason, "href": _item(row.item)}
    if isinstance(row, ReleaseCheck):
        return {"text": row.name, "note": row.owner.name if row.owner else _("nobody answers for it"), "href": reverse("readiness", kwargs={"id": row.release_id}) + "#checks"}
    if isinstance(row, Said):
        return {"text": row.to_whom, "note": day(row.date), "href": reverse("promises_detail", kwargs={"id": row.id})}
    raise TypeError(row)


def _item(row: WorkItem) -> str:
    return reverse("work_item", kwargs={"key": row.key})


def decided(do: str) -> str:
    return {"pass": _("Passed."), "waive": _("Waived."), "reopen": _("It is open again.")}[do]
