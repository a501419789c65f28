"""Joining and leaving: lists to begin from, the list of one person, its steps."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import Body, Reference, body, words
from tandem.governance.actions import onboarding_templates, onboardings
from tandem.governance.models import Onboarding, OnboardingStep, OnboardingTemplate
from tandem.governance.models.onboarding import Who
from tandem.kit.types import Id
from tandem.people.models import Role
from tandem.reports.queries import onboardings as reads

templates = Router(tags=["governance"])
router = Router(tags=["governance"])
steps = Router(tags=["governance"])
_Whose = Literal[(*Who.values, *Role.values)]  # type: ignore[valid-type]


class OnboardingTemplateStep(Body):
    """`after`: so many working days after the day; below 0 before it. `who`: one of the list, or a role."""

    text: words(onboarding_templates.LONGEST, 1)  # type: ignore[valid-type]
    who: _Whose  # type: ignore[valid-type]
    after: int = Field(ge=-onboarding_templates.FURTHEST, le=onboarding_templates.FURTHEST)


_Steps = Annotated[list[OnboardingTemplateStep], Field(min_length=1, max_length=onboarding_templates.MOST_STEPS)]
TEMPLATES = Noun(path="onboarding-templates", model=OnboardingTemplate, word="template", shows="id space_id name kind steps version created_at", filters="space_id kind")
NOUN = Noun(
    path="onboardings", model=Onboarding, word="onboarding", shows="id space_id template_id kind person_id on buddy_id manager_id state finished_on version created_at",
    filters="space_id person_id kind state",
)  # fmt: skip
STEPS = Noun(
    path="onboarding-steps", model=OnboardingStep, word="step", shows="id space_id onboarding_id place text who doer_id role due_on done_on done_by_id version", filters="space_id onboarding_id doer_id",
)  # fmt: skip


class OnboardingTickCreate(Body):
    is_done: bool = True


class OnboardingStopCreate(Body):
    """Nothing more is to be said."""


generic.reads(templates, TEMPLATES)
generic.creates(templates, TEMPLATES, body("OnboardingTemplateCreate", OnboardingTemplate, "space name kind", steps=(_Steps, ...)), onboarding_templates.create)
generic.changes(templates, TEMPLATES, body("OnboardingTemplateChange", OnboardingTemplate, "name kind", partial=True, steps=(_Steps, None)), onboarding_templates.change)
generic.removes(templates, TEMPLATES, onboarding_templates.remove)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("OnboardingCreate", Onboarding, "space person on buddy manager", template_id=Reference(OnboardingTemplate, "template")), onboardings.start)
generic.changes(router, NOUN, body("OnboardingChange", Onboarding, "buddy manager", partial=True), onboardings.change)
generic.acts(router, NOUN, "stops", OnboardingStopCreate, onboardings.stop)
generic.parts(router, NOUN, "steps", STEPS, lambda user, row: STEPS.of(user).filter(onboarding=row))

generic.reads(steps, STEPS, history=False)
generic.acts(steps, STEPS, "ticks", OnboardingTickCreate, onboardings.tick)


class HandedOverRow(BaseModel):
    name: str
    id: int


class HandedOver(BaseModel):
    """`count` in all; `rows` are the first of them."""

    title: str
    count: int
    rows: list[HandedOverRow]


class OnboardingStanding(BaseModel):
    """`first_finished_days`: from the first day until a work item assigned to the person was finished. `handed_over`: of who leaves."""

    steps: int
    done: int
    next_due: date | None
    first_finished_days: int | None
    handed_over: list[HandedOver]


@router.get("/{id}/standing/", response={200: OnboardingStanding, **NO}, operation_id="onboardings_standing_read")
def standing(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """As far as you see the work and the records."""
    user: Any = request.auth  # type: ignore[attr-defined]
    NOUN.row(user, id)
    row = reads.with_progress(NOUN.of(user)).select_related("person").get(pk=id)
    owned = reads.handed_over(user, row.person) if row.kind == "leaving" else []
    return generic.send(OnboardingStanding(
        steps=row.step_count, done=row.done_count, next_due=row.next_due, first_finished_days=reads.first_finished(user, [row]).get(row.pk),
        handed_over=[HandedOver(title=one.title, count=one.count, rows=[HandedOverRow(name=name, id=pk) for name, pk in one.rows]) for one in owned],
    ).model_dump())  # fmt: skip
