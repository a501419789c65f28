"""What is written down of people: terms of employment, job roles, skills."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Day, Reference, body
from tandem.resources.actions import employments as employment_actions
from tandem.resources.actions import person_roles as role_actions
from tandem.resources.actions import skill_needs as need_actions
from tandem.resources.actions import skills as skill_actions
from tandem.resources.models import Employment, PersonRole, PersonSkill, Skill, SkillNeed
from tandem.work.models import WorkItem

employments, person_roles, person_skills, skill_needs = (Router(tags=["resources"]) for _ in range(4))
_TERM = "starts_on ends_on percent kind department manager calendar"
_ON = {"on": (Day, lambda rows, day: rows.during(day, day))}

EMPLOYMENTS = Noun(
    path="employments", model=Employment, word="employment",
    shows="id space_id person_id kind starts_on ends_on percent department_id manager_id calendar_id version created_at",
    filters="space_id person_id department_id manager_id kind", narrows=_ON,
)  # fmt: skip
generic.reads(employments, EMPLOYMENTS)
generic.creates(employments, EMPLOYMENTS, body("EmploymentCreate", Employment, f"space person {_TERM}"), employment_actions.create)
generic.changes(employments, EMPLOYMENTS, body("EmploymentChange", Employment, _TERM, partial=True), employment_actions.change)
generic.removes(employments, EMPLOYMENTS, employment_actions.remove)

PERSON_ROLES = Noun(
    path="person-roles", model=PersonRole, word="person_role",
    shows="id space_id person_id job_role_id starts_on ends_on is_primary version created_at", filters="space_id person_id job_role_id is_primary",
    narrows=_ON,
)  # fmt: skip
generic.reads(person_roles, PERSON_ROLES)
generic.creates(
    person_roles, PERSON_ROLES, body("PersonRoleCreate", PersonRole, "person job_role starts_on ends_on is_primary"), role_actions.create
)
generic.changes(
    person_roles, PERSON_ROLES, body("PersonRoleChange", PersonRole, "starts_on ends_on is_primary", partial=True), role_actions.change
)
generic.removes(person_roles, PERSON_ROLES, role_actions.remove)

PERSON_SKILLS = Noun(
    path="person-skills", model=PersonSkill, word="person_skill", shows="id space_id person_id skill_id level since version created_at",
    filters="space_id person_id skill_id level",
)  # fmt: skip
generic.reads(person_skills, PERSON_SKILLS)
generic.creates(person_skills, PERSON_SKILLS, body("PersonSkillCreate", PersonSkill, "person skill level since"), skill_actions.say)
generic.changes(person_skills, PERSON_SKILLS, body("PersonSkillChange", PersonSkill, "level since", partial=True), skill_actions.correct)
generic.removes(person_skills, PERSON_SKILLS, skill_actions.forget)

SKILL_NEEDS = Noun(
    path="skill-needs", model=SkillNeed, word="skill_need", shows="id space_id item_id skill_id level version created_at", filters="space_id item_id skill_id level",
)  # fmt: skip
generic.reads(skill_needs, SKILL_NEEDS)
generic.creates(
    skill_needs, SKILL_NEEDS, body("SkillNeedCreate", SkillNeed, "level", item_id=Reference(WorkItem, "item"), skill_id=Reference(Skill, "skill")), need_actions.say
)
generic.changes(skill_needs, SKILL_NEEDS, body("SkillNeedChange", SkillNeed, "level", partial=True), need_actions.change)
generic.removes(skill_needs, SKILL_NEEDS, need_actions.forget)
