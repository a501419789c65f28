"""What a person's page says of them as a resource: terms, roles, skills, and rates for those who may see them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tandem.people.access import Permission, may_somewhere, spaces_where
from tandem.people.models import User
from tandem.resources.models import Employment, PersonRole, PersonSkill, Rate
from tandem.web.resources import rates as rate_pages

MOST = 50


def panel(request: HttpRequest, person: User) -> dict[str, Any]:
    user = request.user
    terms = Employment.objects.visible_to(user).filter(person=person).select_related("department", "manager", "calendar")
    roles = PersonRole.objects.visible_to(user).filter(person=person).select_related("job_role")
    said = PersonSkill.objects.visible_to(user).filter(person=person).select_related("skill").order_by("skill__name", "-since", "-pk")
    sees_rates = may_somewhere(user, Permission.SEE_RATES)
    rates = Rate.objects.visible_to(user).in_force().filter(person=person) if sees_rates else Rate.objects.none()
    spaces = spaces_where(user, Permission.MANAGE_RESOURCES)
    return {
        "terms": [_editable(one, "employments", spaces) for one in terms[:MOST]],
        "roles": [_editable(one, "person_roles", spaces) for one in roles[:MOST]],
        "skills": [_editable(one, "person_skills", spaces) for one in _latest(said[: 4 * MOST])],
        "rates": rate_pages.lines(rates),
        "may_manage": bool(spaces), "sees_rates": sees_rates,
        "new": {what: f"{reverse(f'{what}_new')}?person={person.pk}" for what in ("employments", "person_roles", "person_skills", "rates")},
    }  # fmt: skip


def _latest(said: Any) -> list[PersonSkill]:
    """The level that holds now, for each skill."""
    found: dict[int, PersonSkill] = {}
    for one in said:
        found.setdefault(one.skill_id, one)
    return list(found.values())


def _editable(row: Any, slug: str, spaces: set[int]) -> tuple[Any, str, str]:
    """The row with where it is edited and removed, for whoever may."""
    if row.space_id not in spaces:
        return row, "", ""
    return row, reverse(f"{slug}_edit", kwargs={"id": row.pk}), reverse(f"{slug}_removals", kwargs={"id": row.pk})
