"""What a pack of one's own asks, as data: checked as a whole, told as the packs that come along are told. Plain functions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tandem.governance.catalogue import Entry
from tandem.governance.method_content import Content, once, rows_of
from tandem.governance.models import PackUse, PackVersion, Risk
from tandem.governance.packs import EVIDENCE, Control, Pack, packs
from tandem.kit.errors import Refused

# section → field → what it takes, in the terms of `method_content`
SHAPE: dict[str, dict[str, Any]] = {
    "controls": {"key": "key", "name": str, "asks": "", "evidence": set(EVIDENCE), "standards": [str]},
    "risks": {"key": "key", "area": set(Risk.Area.values), "title": str, "cause": "", "event": "", "effect": "", "probability": 100, "least": 2000, "likely": 2000, "most": 2000},
    "kpis": {"key": "key", "name": str, "unit": ""},
}


def checked(given: Any) -> Content:
    """The content with everything said, or `Refused` with the place that is wrong (`where`: section, number of the row, field) and what it takes."""
    if not isinstance(given, dict) or set(given) - set(SHAPE):
        unknown = ", ".join(sorted(map(str, set(given) - set(SHAPE)))) if isinstance(given, dict) else "–"
        raise Refused("pack_malformed", field="text", where=unknown, takes=", ".join(("name", "purpose", *SHAPE)))
    content: Content = {}
    for section, fields in SHAPE.items():
        try:
            content[section] = rows_of(section, given.get(section) or [], fields)
            once(section, [row["key"] for row in content[section]])
        except Refused as problem:
            if problem.code != "method_malformed":
                raise Refused(problem.code, field="text", **problem.params) from None
            where = str(problem.params["where"])
            raise Refused("pack_malformed", field="text", where=where, takes=_takes(where)) from None
    if not content["controls"]:
        raise Refused("pack_without_control", field="text")
    for number, row in enumerate(content["risks"], 1):
        if not row["least"] <= row["likely"] <= row["most"]:
            raise Refused("pack_days", field="text", where=f"risks {number}")
    return content


def _takes(where: str) -> Any:
    """What the place that is wrong should hold."""
    section, *rest = where.split()
    fields = SHAPE[section]
    if len(rest) < 2:
        return ", ".join(fields) if rest else _("a list with at most 60 entries")
    what = fields[rest[1]]
    if isinstance(what, set):
        return ", ".join(sorted(what))
    if isinstance(what, int):
        return _("a whole number from 0 to %(most)s") % {"most": what}
    if isinstance(what, list):
        return _("a list of texts")
    if what == "key":
        return _("small letters, digits, - and _")
    return text_of(200 if what is str else 300)


def text_of(most: int) -> Any:
    return _("a text of at most %(most)s characters") % {"most": most}


def of_version(version: PackVersion) -> Pack:
    """In the one language in which it was written."""
    pack, content = version.pack, version.content

    def both(text: str) -> tuple[str, str]:
        return text, text

    controls = tuple(Control(row["key"], row["evidence"], tuple(row["standards"]), both(row["name"]), both(row["asks"])) for row in content["controls"])
    risks = tuple(
        Entry(
            f"{pack.key}-{row['key']}", row["area"], both(row["title"]), both(row["cause"]), both(row["event"]), both(row["effect"]), row["probability"],
            (row["least"], row["likely"], row["most"]),
        )
        for row in content["risks"]
    )  # fmt: skip
    return Pack(pack.key, both(pack.name), both(pack.description), controls, risks, tuple((row["key"], both(row["name"])) for row in content["kpis"]))


def of_use(use: PackUse) -> Pack | None:
    """The pack that holds, in the version that holds; None for one that does not come along any more."""
    return packs().get(use.pack) if use.pack_version is None else of_version(use.pack_version)


def shipped(key: str, language: str) -> dict[str, Any] | None:
    """A pack that comes along as one writes one's own, in a language: to begin from."""
    one = packs().get(key)
    if one is None:
        return None
    controls = [{"key": each.key, "name": each.said(language)[0], "asks": each.said(language)[1], "evidence": each.evidence, "standards": list(each.standards)} for each in one.controls]
    risks = []
    for entry in one.risks:
        said, (least, likely, most) = entry.said(language), entry.days
        texts = {name: said[name] for name in ("title", "cause", "event", "effect")}
        risks.append({"key": entry.key.removeprefix(f"{key}-"), "area": entry.area, **texts, "probability": entry.probability, "least": least, "likely": likely, "most": most})
    kpis = [{"key": name, "name": text, "unit": ""} for (name, _pair), text in zip(one.kpis, one.figures(language), strict=True)]
    return {"name": one.name(language), "purpose": one.purpose(language), "controls": controls, "risks": risks, "kpis": kpis}
