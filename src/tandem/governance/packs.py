"""Industry packs: controls in our own words, tied to public standards by name and clause, risks, roles, gates,
checklists and figures; read from their files."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from tandem.governance.catalogue import Entry, Pair
from tandem.governance.method_content import Content, in_language

EVIDENCE = ("judged", "charter", "risks", "approvals", "acceptance", "baseline", "gates", "roles")
"What a control rests on: what somebody says with evidence, or records of the project."


@dataclass(frozen=True, slots=True)
class Control:
    key: str
    evidence: str
    standards: tuple[str, ...]
    names: Pair
    asks: Pair

    def said(self, language: str) -> tuple[str, str]:
        number = at(language)
        return self.names[number], self.asks[number]


@dataclass(frozen=True, slots=True)
class Pack:
    key: str
    names: Pair
    purposes: Pair
    controls: tuple[Control, ...]
    risks: tuple[Entry, ...]
    kpis: tuple[tuple[str, Pair], ...]
    joining: tuple[Content, Content]
    "Roles, checklists and gates, which become records of a project: in English and in Chinese."

    def name(self, language: str) -> str:
        return self.names[at(language)]

    def purpose(self, language: str) -> str:
        return self.purposes[at(language)]

    def figures(self, language: str) -> list[str]:
        return [pair[at(language)] for _key, pair in self.kpis]


@cache
def packs() -> dict[str, Pack]:
    folder = resources.files("tandem.governance") / "data" / "packs"
    read = [tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {one["key"]: _pack(one) for one in sorted(read, key=lambda one: str(one["key"]))}


def _pack(raw: dict[str, Any]) -> Pack:
    controls = tuple(Control(one["key"], one["evidence"], tuple(one["standards"]), _pair(one["name"]), _pair(one["asks"])) for one in raw["controls"])
    unknown = {one.evidence for one in controls} - set(EVIDENCE)
    if unknown or len({one.key for one in controls}) < len(controls):
        raise ValueError(f"{raw['key']}: {', '.join(sorted(unknown)) or 'a key stands there twice'}")
    risks = tuple(
        Entry(f"{raw['key']}-{one['key']}", one["area"], _pair(one["title"]), _pair(one["cause"]), _pair(one["event"]), _pair(one["effect"]), one["probability"], tuple(one["days"]))
        for one in raw["risks"]
    )
    joining = {section: raw[section] for section in ("roles", "checklists", "gates")}
    kpis = tuple((one["key"], _pair(one["name"])) for one in raw["kpis"])
    return Pack(raw["key"], _pair(raw["name"]), _pair(raw["purpose"]), controls, risks, kpis, (in_language(joining, 0), in_language(joining, 1)))


def _pair(given: list[str]) -> Pair:
    english, chinese = given
    return english, chinese


def at(language: str) -> int:
    return 1 if language.startswith("zh") else 0
