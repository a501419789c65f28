"""Lists that are kept for joining and leaving: each step with who does it and so many working days after the day."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tandem.governance.actions import onboarding_templates
from tandem.governance.models import OnboardingTemplate
from tandem.governance.models.onboarding import Kind
from tandem.kit.text import whole_number
from tandem.people.access import Permission
from tandem.web import generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance.onboardings import whose

EMPTY = 4


class StepsWidget(forms.Widget):
    """Rows of text, who and day; a row without a text is no step."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        count = min(whole_number(data.get(f"{name}-count", ""), 3) or 0, onboarding_templates.MOST_STEPS + EMPTY)
        rows = [{"text": data.get(f"{name}-text-{n}", ""), "who": data.get(f"{name}-who-{n}", ""), "after": _days(data.get(f"{name}-after-{n}", "0"))} for n in range(count)]
        return [one for one in rows if one["text"].strip()]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        rows = [*(value or []), *[{"text": "", "who": "manager", "after": 0}] * EMPTY]
        shown = get_template("governance/onboarding_steps.html").render({"name": name, "rows": rows, "whose": whose(), "longest": onboarding_templates.LONGEST})
        return SafeString(shown)  # the template escapes


class TemplateForm(forms.ModelForm):
    steps = forms.Field(label=_("Steps"), widget=StepsWidget, help_text=_("With a number below 0 it is due so many working days before. The day is the first of who joins, the last of who leaves."))

    class Meta:
        model = OnboardingTemplate
        fields = ["name", "kind", "steps"]

    def for_request(self, request: HttpRequest, row: Any) -> None:
        if row is None and not self.is_bound:
            self.initial["steps"] = _usual()


def _days(text: Any) -> int:
    text = str(text).strip()
    number = whole_number(text.removeprefix("-"), 4)
    return 9999 if number is None else -number if text.startswith("-") else number


def _usual() -> list[dict[str, Any]]:
    return [
        {"text": now_("Give access to accounts and spaces"), "who": "administrator", "after": -2}, {"text": now_("Have a first talk about what is expected"), "who": "manager", "after": 0},
        {"text": now_("Show how the team works, and where things are"), "who": "buddy", "after": 1}, {"text": now_("Finish a first small work item"), "who": "person", "after": 5},
        {"text": now_("Talk about the first month"), "who": "manager", "after": 20},
    ]  # fmt: skip


def create(*, actor: Any, home: Any, **values: Any) -> OnboardingTemplate:
    return onboarding_templates.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: OnboardingTemplate, version: int | None, **values: Any) -> OnboardingTemplate:
    return onboarding_templates.change(actor=actor, template=row, version=version, **values)


def remove(*, actor: Any, row: OnboardingTemplate, version: int | None) -> None:
    onboarding_templates.remove(actor=actor, template=row, version=version)


def when(after: int) -> str:
    if after == 0:
        return now_("on the day")
    if after < 0:
        return ngettext("%(n)s working day before", "%(n)s working days before", -after) % {"n": -after}
    return ngettext("%(n)s working day after", "%(n)s working days after", after) % {"n": after}


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    words = dict(whose())
    return {"lines": [{"text": one["text"], "who": words.get(one["who"], one["who"]), "when": when(one["after"])} for one in row.steps]}


noun = Noun(
    slug="onboarding_templates", model=OnboardingTemplate, one=_("list to begin from"), many=_("Lists for joining and leaving"), purpose=_("What is to be done when somebody joins or leaves: begin a list from one of these."),
    columns=(
        Column("name", _("List"), lambda r: r.name, "name", is_title=True), Column("kind", _("Kind"), lambda r: r.get_kind_display(), "kind"), Column("steps", _("Steps"), lambda r: len(r.steps), is_number=True),
        Column("space", _("Space"), lambda r: r.space.name),
    ),
    facts=(Fact(_("Kind"), lambda r: r.get_kind_display()), Fact(_("Space"), lambda r: r.space.name)), filters=(Filter("kind", _("Kind"), lambda request: list(Kind.choices)),),
    search=("name",), order="name", related=("space",), permission=Permission.MANAGE_RESOURCES, form=TemplateForm, create=create, change=change, remove=remove, detail=detail,
    home_kinds=("organisation", "portfolio", "programme", "project", "product"), is_at_home_in_root=True, detail_template="governance/onboarding_template.html",
    names={"new": _("Write a list")},
)  # fmt: skip
urls = generic.urls(noun)
