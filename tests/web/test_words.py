"""Every word is Chinese in Chinese: the catalogue is whole, and no page keeps an English sentence."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from tandem.collaboration.words import REFUSALS
from tandem.config import words_command
from tests import areas
from tests.house import pages, policies
from tests.web.pages_in_words import english_left, people_said

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
NAMED = re.compile(r"%\((\w+)\)")
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

# names of programs, formats, methods and keys, which stand in Latin letters in Chinese too
NAMES = {
    "Tandem", "HTML", "Webhook", "Git", "GitHub", "GitLab", "Scrum", "Jira", "Trello", "MS", "Project", "Microsoft", "Excel", "MSPDI", "XML", "CSV", "XLSX", "JSON", "SVG", "PDF", "MPXJ", "iCalendar", "ics", "CalDAV",
    "API", "HTTP", "URL", "ID", "OKR", "PMO", "Markdown", "English", "EN", "Inter", "Tabler", "Monte", "Carlo", "MB", "UTC", "QR",
    "Ctrl", "Shift", "Alt", "Enter", "Esc", "Delete", "Home", "End", "Tab", "FS", "SS", "FF", "SF", "ASAP", "ALAP", "SNET", "SNLT",
    "FNET", "FNLT", "MSO", "MFO", "WIP", "JavaScript", "PIN", "mpp", "Chrome", "Firefox", "Linux", "UID", "IP", "ETag", "If", "Match", "RICE", "WSJF", "ICE", "HiGHS", "CP", "SAT", "REST",
    "AUD", "BRL", "CAD", "CHF", "CNY", "EUR", "GBP", "INR", "JPY", "SEK", "SGD", "USD", "Holm", "Kano", "MoSCoW", "ICS", "KPI", "Bonett", "Wright",
    "YAML", "ISO", "IEC", "SOC", "CC", "SOX", "GxP", "HIPAA", "PCI", "DSS", "GDPR", "Art", "GB",
    "BAC", "PV", "EV", "AC", "SV", "SPI", "CPI", "EAC", "ETC", "VAC", "TCPI", "IEAC", "ES", "AT",
}  # fmt: skip
# what a filter or an address is typed as, the same in both languages
TYPED = {
    # said in a pulse
    "Fine",
    # what a pack of ours asks
    "Rights", "Roles", "Ports",
    # keys in the lines of a method
    "to", "do", "in", "done", "concept", "plan", "build", "launch", "close", "judged", "deliverables", "checklists", "promises", "risks", "issues", "budget", "charter",
    "state",
    "open",
    "assignee",
    "me",
    "type",
    "label",
    "priority",
    "due",
    "project",
    "bug",
    "none",
    "tandem",
    "user",
    "password",
    "planned", "building", "horizon", "now", "next", "team", "price",
    # a command, and what people wrote and are called in the small world
    "gh", "issue", "list", "gz", "Developer", "queue", "each", "hour", "wait", "an", "we", "day",
    # functions and joints of a formula
    "value", "risk", "effort", "person", "and", "or", "not", "if", "min", "max", "sum", "default", "round", "clamp", "sqrt", "log",
}  # fmt: skip

# pages whose subject is the markup itself, or that answer with a file
NOT_PROSE = {
    "styleguide",
    "healthz",
    "readyz",
    "import_report",
    "roadmap_shares",
    "packs_new",  # a pack as YAML
    "packs_edit",
    "plan_data",
    "work_item_by_id",
}
ACCOUNT = [
    "account_login", "account_logout", "account_change_password", "account_reset_password", "account_reset_password_done",
    "account_signup", "account_inactive", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "account_reauthenticate",
    "mfa_generate_recovery_codes",
]  # fmt: skip


def _each(text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_message_is_translated_and_none_is_doubtful():
    assert words_command.missing(words_command.catalogue("zh_Hans")) == []


def test_the_catalogue_knows_every_message_of_the_source():
    known = {(m.context, _each(m.id)[0]) for m in words_command.catalogue("zh_Hans") if m.id}
    said = {(m.context, _each(m.id)[0]) for m in words_command.collect() if m.id}
    assert said - known == set(), "run: python -m tandem.config.words_command update"


def test_gettext_goes_by_names_that_the_collector_knows():
    known = set(words_command.KEYWORDS)
    for path in words_command.SOURCE.rglob("*.py"):
        for line in re.findall(
            r"^from django\.utils\.translation import (.+)$", path.read_text(), re.MULTILINE
        ):
            for one in line.strip("()").split(","):
                name, _as, alias = one.strip().partition(" as ")
                if "gettext" in name:
                    assert (alias or name) in known, f"{path.name}: {one}"


def test_placeholders_are_the_same_in_chinese():
    wrong = []
    places = {(m.context, _each(m.id)[0]): m.locations for m in words_command.collect() if m.id}
    for message in words_command.catalogue("zh_Hans"):
        if not message.id or not message.string:
            continue
        locations = places.get((message.context, _each(message.id)[0]), [])
        wanted = set(PLACEHOLDERS.findall(_each(message.id)[-1]))
        for text in _each(message.string):
            in_template = any(place.endswith(".html") for place, _line in locations)
            stray = in_template and "%" in PLACEHOLDERS.sub("", text).replace("%%", "")
            if set(PLACEHOLDERS.findall(text)) != wanted or stray:
                wrong.append(f"{_each(message.id)[0][:60]} → {text[:60]}")
    assert not wrong, "\n".join(wrong)


def _can_be_said(text: str, names: list[str]) -> bool:
    """A lone % for “per cent” falls over where the words are formatted: there it stands as %%."""
    try:
        return bool(text % dict.fromkeys(names, 7))
    except (KeyError, TypeError, ValueError):
        return False


def test_what_is_formatted_can_be_formatted_in_chinese():
    wrong = []
    for message in words_command.catalogue("zh_Hans"):
        names = NAMED.findall(_each(message.id)[-1]) if message.id and message.string else []
        wrong += [text for text in _each(message.string) if text and not _can_be_said(text, names)] if names else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_refusal_can_be_said(language):
    """Its sentence is always formatted, also one without a placeholder."""
    with translation.override("en"):
        names = {code: NAMED.findall(str(sentence)) for code, sentence in REFUSALS.items()}
    with translation.override(language):
        wrong = [code for code, sentence in REFUSALS.items() if not _can_be_said(str(sentence), names[code])]
    assert not wrong


def test_chinese_uses_its_own_signs():
    wrong = []
    for message in words_command.catalogue("zh_Hans"):
        for text in _each(message.string or "") if message.id else ():
            bare = PLACEHOLDERS.sub("", text)
            if re.search(
                r"[\u4e00-\u9fff] [\u4e00-\u9fff]|[\u4e00-\u9fff][,;?!]|！|[\u4e00-\u9fff]\.$", bare
            ):
                wrong.append(text[:80])
    assert not wrong, "\n".join(wrong)


def test_the_islands_ask_only_for_words_that_they_are_given():
    given = set(
        re.findall(
            r"'(\w+)': _\(", (words_command.SOURCE / "web/templates/components/words.html").read_text()
        )
    )
    asked: set[str] = set()
    for path in FRONTEND.rglob("*.ts"):
        if "node_modules" not in path.parts:
            asked |= set(re.findall(r"(?<!this\.)\bsay\('(\w+)'", path.read_text()))
    assert asked and asked - given == set()


def test_the_spreadsheet_asks_only_for_words_of_its_own_page():
    page = words_command.SOURCE.joinpath("web", "templates", "work", "items_sheet.html").read_text()
    asked = set(re.findall(r"this\.say\('(\w+)'", (FRONTEND / "sheet/sheet.ts").read_text()))
    asked |= set(re.findall(r"\bword\('(\w+)'", (FRONTEND / "sheet/lines.ts").read_text()))
    assert asked and asked - set(re.findall(r"'(\w+)': (?:_|ngettext)\(", page)) == set()


@pytest.fixture
def chinese(world):
    """The small world with one row of every noun; the administrator reads Chinese, and so did everything that was made."""
    with translation.override("zh-hans"):
        area = areas.build(world.admin, "海港", "HAR")
    type(world.admin).objects.update(language="zh-hans")
    return area


def _wrong(answer, allowed, name) -> list[str]:
    if answer.status_code in (301, 302, 405) or "text/html" not in answer.headers.get("Content-Type", ""):
        return []
    if answer.status_code >= 500:
        return [f"{name}: broken"]
    return [f"{name}: {line}" for line in english_left(answer.content.decode(), allowed, NAMES | TYPED)]


def test_no_page_keeps_an_english_sentence(chinese, signed_in):
    client, allowed, wrong = signed_in(chinese.admin), people_said(), []
    client.raise_request_exception = False
    for name, route in sorted(pages.routes().items()):
        if name in policies.WEB and policies.WEB[name].get is not None and name not in NOT_PROSE:
            path = route.path(chinese)
            wrong += _wrong(client.get(path), allowed, name)
            if name.endswith("_detail") or name == "work_item":
                wrong += _wrong(client.get(f"{path}?peek=1"), allowed, f"{name} (peek)")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_no_account_page_keeps_an_english_sentence(chinese, signed_in, client):
    member, allowed, wrong = signed_in(chinese.admin), people_said(), []
    client.cookies["tandem_language"] = "zh-hans"
    for name in ACCOUNT:
        for visitor in (client, member):
            wrong += _wrong(visitor.get(reverse(name), follow=True), allowed, name)
    wrong += _wrong(
        client.post(reverse("account_login"), {"login": "x@example.org", "password": "no"}),
        allowed,
        "sign-in refused",
    )
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_refusals_and_missing_pages_speak_chinese(chinese, signed_in, world):
    allowed, wrong = people_said(), []
    member = signed_in(chinese.member)
    wrong += _wrong(member.get("/nothing/here/"), allowed, "404")
    wrong += _wrong(member.get("/objectives/999999/"), allowed, "hidden")
    wrong += _wrong(
        member.get(reverse("features_edit", kwargs={"id": chinese.feature.pk})), allowed, "denied"
    )
    assert not wrong, "\n".join(wrong)


def test_every_word_that_the_code_asks_for_is_in_the_catalogue():
    """The extractor does not see into every f-string: such a word would stay English."""
    known = {m.id[0] if isinstance(m.id, tuple) else m.id for m in words_command.catalogue("zh_Hans")}
    missing = []
    for file in (Path(words_command.SOURCE)).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "gettext", "ngettext"}:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value not in known:
                    missing.append(f"{file.name}:{node.lineno}: {first.value}")
    assert not missing, missing
