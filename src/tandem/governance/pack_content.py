"""What a pack of one's own asks, as data: checked as a whole, told as the packs that come along are told. Plain functions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tandem.governance.catalogue import Entry
from tandem.governance.method_content import CRITERIA, MOST, STAGES, Content, rows_of
from tandem.governance.models import PackUse, PackVersion, Risk
from tandem.governance.packs import EVIDENCE, Control, Pack, at, packs
from tandem.kit.errors import Refused

LONGEST_KEY = 30
"With the key of its pack it names a risk, and what becomes a record of a project."
MOST_POINTS = 200
"On all checklists of a pack."
# section → field → what it takes, in the terms of `method_content`
SHAPE: dict[str, dict[str, Any]] = {
    "controls": {"key": "key", "name": str, "asks": "", "evidence": set(EVIDENCE), "standards": [str]},
    "risks": {"key": "key", "area": set(Risk.Area.values), "title": str, "cause": "", "event": "", "effect": "", "probability": 99, "least": 2000, "likely": 2000, "most": 2000},
    "roles": {"key": "key", "name": str, "duty": ""},
    "checklists": {"key": "key", "name": str, "stage": set(STAGES), "points": [str]},
    "gates": {"key": "key", "name": str, "stage": set(STAGES), "reviewers": [str], "criteria": "criteria"},
    "kpis": {"key": "key", "name": str, "unit": ""},
}
JOINING = ("roles", "checklists", "gates")
"What becomes records of a project, in this order: a gate comes after what is ticked before it."


def checked(given: Any) -> Content:
    """The content with everything said, or `Refused` with the place that is wrong (`where`: section, number of the row, field; `at`, if it is
    another one, what of it is wrong) and what it takes."""
    if not isinstance(given, dict) or set(given) - set(SHAPE):
        unknown = [name for name in given if name not in SHAPE] if isinstance(given, dict) else ["–"]
        raise Refused("pack_malformed", field="text", where=", ".join(map(str, unknown)), at=str(unknown[0]), takes=", ".join(("name", "purpose", *SHAPE)))
    content: Content = {}
    for section, fields in SHAPE.items():
        try:
            _check_fields(section, given.get(section), fields)
            _check_criteria(given.get(section) if section == "gates" else None)
            content[section] = rows_of(section, given.get(section) or [], fields)
        except Refused as problem:
            if problem.code != "method_malformed":
                raise Refused(problem.code, field="text", **problem.params) from None
            raise _malformed(str(problem.params["where"])) from None
        _check_keys(section, content[section])
    if not content["controls"]:
        raise Refused("pack_without_control", field="text")
    for number, row in enumerate(content["risks"], 1):
        if not row["least"] <= row["likely"] <= row["most"]:
            raise Refused("pack_days", field="text", where=f"risks {number}")
        if row["probability"] < 1:
            raise _malformed(f"risks {number} probability")
    _check_joining(content)
    return content


def _check_joining(content: Content) -> None:
    """Reviewers are roles of the pack; so many points at most are ticked for it."""
    roles = {row["key"] for row in content["roles"]}
    for number, row in enumerate(content["gates"], 1):
        if wrong := [one for one in row["reviewers"] if one not in roles]:
            raise Refused("method_role_unknown", field="text", where=f"gates {number} reviewers", role=", ".join(wrong))
    count = 0
    for number, row in enumerate(content["checklists"], 1):
        count += len(row["points"])
        if not row["points"]:
            raise _malformed(f"checklists {number} points")
        if count > MOST_POINTS:
            raise Refused("pack_points", field="text", where=f"checklists {number} points", most=MOST_POINTS)


def _check_criteria(given: Any) -> None:
    for number, row in enumerate(given if isinstance(given, list) else [], 1):
        rows = row.get("criteria") if isinstance(row, dict) else None
        if rows is not None and (not isinstance(rows, list) or len(rows) > MOST):
            raise _malformed(f"gates {number} criteria")
        _check_fields(f"gates {number} criteria", rows, CRITERIA)


def _malformed(where: str) -> Refused:
    return Refused("pack_malformed", field="text", where=where, takes=_takes(where))


def _check_fields(section: str, given: Any, fields: dict[str, Any]) -> None:
    for number, row in enumerate(given if isinstance(given, list) else [], 1):
        for name in row if isinstance(row, dict) else ():
            if name not in fields:
                where = f"{section} {number}"
                raise Refused("pack_field_unknown", field="text", where=where, at=f"{where} {name}", name=str(name), takes=", ".join(fields))


def _check_keys(section: str, rows: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        where = f"{section} {number}"
        if row["key"] in seen:
            raise Refused("method_key_twice", field="text", where=where, at=f"{where} key", key=row["key"])
        seen.add(row["key"])
        if section in ("risks", *JOINING) and len(row["key"]) > LONGEST_KEY:
            raise _malformed(f"{where} key")


def _takes(where: str) -> Any:
    """What the place that is wrong should hold."""
    section, *rest = where.split()
    fields = SHAPE[section]
    if len(rest) > 2 and rest[1] == "criteria":
        fields, rest = CRITERIA, rest[2:]
    if len(rest) < 2:
        return ", ".join(fields) if rest else _("a list with at most 60 entries")
    if rest[1] == "criteria":
        return _("a list with at most 60 entries")
    what = fields[rest[1]]
    if isinstance(what, set):
        return ", ".join(sorted(what))
    if isinstance(what, int):
        return _("a whole number from %(least)s to %(most)s") % {"least": int(rest[1] == "probability"), "most": what}
    if isinstance(what, list):
        return _("a list of texts, at most %(most)s") % {"most": MOST}
    if what == "key":
        return _("a small letter, then small letters, digits, - and _, at most %(most)s in all") % {"most": LONGEST_KEY if section in ("risks", *JOINING) and fields is not CRITERIA else 40}
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
    joining = {section: content.get(section, []) for section in JOINING}
    return Pack(pack.key, both(pack.name), both(pack.description), controls, risks, tuple((row["key"], both(row["name"])) for row in content["kpis"]), (joining, joining))


def of_use(use: PackUse) -> Pack | None:
    """The pack that holds, in the version that holds; None for one that does not come along any more."""
    return packs().get(use.pack) if use.pack_version is None else of_version(use.pack_version)


def key_of(pack: str, key: str) -> str:
    """Of what a pack adds, in a project: no key of a method begins so."""
    return f"_{pack}-{key}"


def asked(use: PackUse, language: str) -> Content:
    """Roles, checklists and gates that the version that holds asks for, in the language if it comes along."""
    content = (shipped(use.pack, language) or {}) if use.pack_version is None else use.pack_version.content
    return {section: content.get(section, []) for section in JOINING}


def points(*contents: Content) -> frozenset[str]:
    """On all of their checklists."""
    return frozenset(point for content in contents for row in content.get("checklists", []) for point in row["points"])


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
    return {"name": one.name(language), "purpose": one.purpose(language), "controls": controls, "risks": risks, **{section: rows_of(section, rows, SHAPE[section]) for section, rows in one.joining[at(language)].items()}, "kpis": kpis}
