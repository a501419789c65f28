"""Lists for joining and leaving that are kept to begin from."""

from typing import Any

from tandem.governance.models import OnboardingTemplate
from tandem.governance.models.onboarding import Who
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.models import Role, Space

_DO = Permission.MANAGE_RESOURCES
MOST_STEPS, LONGEST, FURTHEST = 60, 300, 260


def create(*, actor: Any, space: Space, name: str, steps: list[dict[str, Any]], **values: Any) -> OnboardingTemplate:
    """It holds in its space and below."""
    return writing.create(OnboardingTemplate, actor=actor, permission=_DO, verb="onboarding_template.created", space=space, name=_named(name), steps=checked(steps), **values)


def change(*, actor: Any, template: OnboardingTemplate, version: int | None, **values: Any) -> OnboardingTemplate:
    """Lists that were begun from it stay as they are."""
    if "steps" in values:
        values["steps"] = checked(values["steps"])
    if "name" in values:
        values["name"] = _named(values["name"])
    row: OnboardingTemplate = writing.change(template, actor=actor, permission=_DO, verb="onboarding_template.changed", version=version, **values)
    return row


def remove(*, actor: Any, template: OnboardingTemplate, version: int | None = None) -> None:
    writing.remove(template, actor=actor, permission=_DO, verb="onboarding_template.removed", version=version)


def checked(steps: Any) -> list[dict[str, Any]]:
    """In the order of their days."""
    found = [{"text": " ".join(str(one["text"]).split()), "who": one["who"], "after": int(one["after"])} for one in steps]
    if not 1 <= len(found) <= MOST_STEPS:
        raise Refused("onboarding_steps", field="steps", most=MOST_STEPS)
    for one in found:
        if not 0 < len(one["text"]) <= LONGEST:
            raise Refused("onboarding_step_text", field="steps", most=LONGEST)
        if one["who"] not in (*Who.values, *Role.values):
            raise Refused("choice_unknown", field="steps")
        if abs(one["after"]) > FURTHEST:
            raise Refused("onboarding_step_day", field="steps", most=FURTHEST)
    return sorted(found, key=lambda one: one["after"])


def _named(name: str) -> str:
    if not name.strip():
        raise Refused("title_empty", field="name")
    return name.strip()
