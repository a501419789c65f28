"""How a charter is shown: its sections with what changed since the version before, and the two signatures."""

import re
from difflib import SequenceMatcher
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from tandem.people.access import may
from tandem.people.models import Space
from tandem.strategy.actions import charters
from tandem.strategy.models import Charter, KeyResult, Kpi
from tandem.strategy.models.charter import Side
from tandem.web.templating import moment

_TOKENS = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|\s+|[^\w\s]")


def changed(before: str, after: str) -> Markup:
    """The text with what was taken out and what was put in, word by word; Chinese sign by sign."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > 2000).get_opcodes():
        if kind == "equal":
            found.append(escape("".join(new[c:d])))
            continue
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        found += [Markup("<del>{}</del>").format(gone)] if gone else []
        found += [Markup("<ins>{}</ins>").format(come)] if come else []
    return Markup().join(found)


def sections(user: Any, row: Charter, before: Charter | None) -> list[dict[str, Any]]:
    """Field by field; `was` says that it differs from the version before."""
    names = measure_names(user, [row, *([before] if before else [])])
    found = []
    for name in charters.FIELDS:
        label = capfirst(str(row._meta.get_field(name).verbose_name))
        now = getattr(row, name)
        old = getattr(before, name) if before else now
        if name in charters.TEXTS:
            found.append({"name": name, "label": label, "text": now, "links": [], "changed": changed(old, now) if old != now else ""})
        elif now or old:
            links = [names[name, pk] for pk in now]
            found.append({"name": name, "label": label, "text": "", "links": links, "changed": _listed(names, name, old, now) if old != now else ""})
    return found


def _listed(names: dict[tuple[str, int], dict[str, str]], name: str, old: list[int], now: list[int]) -> Markup:
    parts = [Markup("<del>{}</del>").format(names[name, pk]["text"]) for pk in old if pk not in now]
    parts += [Markup("<ins>{}</ins>").format(names[name, pk]["text"]) if pk not in old else escape(names[name, pk]["text"]) for pk in now]
    return Markup(" · ").join(parts)


def measure_names(user: Any, rows: list[Charter]) -> dict[tuple[str, int], dict[str, str]]:
    """Key results and KPIs by name where the reader sees them. Two queries."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for name, model, page in (("key_result_ids", KeyResult, "key_results_detail"), ("kpi_ids", Kpi, "kpis_detail")):
        ids = {pk for row in rows for pk in getattr(row, name)}
        seen = {r.pk: str(r) for r in model.objects.visible_to(user).filter(pk__in=ids)} if ids else {}
        for pk in ids:
            found[name, pk] = {
                "text": seen.get(pk) or _("an item that you cannot see"), "url": reverse(page, kwargs={"id": pk}) if pk in seen else "",
            }  # fmt: skip
    return found


def unseen(user: Any, row: Charter | None, name: str) -> list[int]:
    """What stands in the charter and the editor does not see: it stays."""
    ids = getattr(row, name) if row else []
    if not ids:
        return []
    model: Any = KeyResult if name == "key_result_ids" else Kpi
    seen = set(model.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk not in seen]


def side(user: Any, row: Charter, which: str) -> dict[str, Any]:
    """Who signed for it, or what the reader may do about it."""
    by, at = (row.pmo_signed_by, row.pmo_signed_at) if which == Side.PMO else (row.product_signed_by, row.product_signed_at)
    is_mine = user.pk in (row.pmo_signed_by_id, row.product_signed_by_id)
    allowed = may(user, charters.RIGHTS[which], row.space_id) and not row.is_signed
    return {
        "side": which, "label": Side(which).label, "by": by.name if by else "", "at": moment(at), "may_sign": allowed and not by and not is_mine and row.is_whole,
        "may_withdraw": allowed and bool(by), "why_not": _("You signed for the other side: it takes two people.") if allowed and not by and is_mine else "",
    }  # fmt: skip


def word(row: Charter) -> str:
    if row.is_signed:
        return _("Signed by both")
    signed = [Side(s).label for s in Side.values if row.signed_by(s)]
    return _("Signed by the %(side)s only") % {"side": signed[0]} if signed else _("Not signed yet")


def state(row: Charter, newest: Charter) -> str:
    """Of a version: what holds of it now."""
    if row.is_signed and row.pk != newest.pk and newest.is_signed:
        return _("Replaced by version %(n)s.") % {"n": newest.number}
    if row.is_signed and row.pk != newest.pk:
        return _("Holds, until both have signed version %(n)s.") % {"n": newest.number}
    if row.is_signed:
        return _("Signed by both sides: this is what was agreed.")
    return _("%(state)s. It holds when both sides have signed; a change takes signatures away.") % {"state": word(row)}


def subject(user: Any, space: Space) -> dict[str, str]:
    """The project or product, with its address."""
    page = "projects_detail" if space.kind == "project" else "products_detail"
    owner = getattr(space, space.kind, None)
    return {"name": space.name, "url": reverse(page, kwargs={"id": owner.pk}) if owner else ""}
