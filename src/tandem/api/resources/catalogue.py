"""Job roles, skills and departments."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.resources.actions import departments as department_actions
from tandem.resources.actions import job_roles as role_actions
from tandem.resources.actions import skills as skill_actions
from tandem.resources.models import Department, JobRole, Skill

job_roles, skills, departments = (Router(tags=["resources"]) for _ in range(3))

JOB_ROLES = Noun(
    path="job-roles", model=JobRole, word="job_role", shows="id space_id name description version created_at", filters="space_id"
)
generic.reads(job_roles, JOB_ROLES)
generic.creates(job_roles, JOB_ROLES, body("JobRoleCreate", JobRole, "space name description"), role_actions.create)
generic.changes(job_roles, JOB_ROLES, body("JobRoleChange", JobRole, "name description", partial=True), role_actions.change)
generic.removes(job_roles, JOB_ROLES, role_actions.remove)

SKILLS = Noun(
    path="skills", model=Skill, word="skill", shows="id space_id name category description version created_at", filters="space_id category"
)
generic.reads(skills, SKILLS)
generic.creates(skills, SKILLS, body("SkillCreate", Skill, "space name category description"), skill_actions.create)
generic.changes(skills, SKILLS, body("SkillChange", Skill, "name category description", partial=True), skill_actions.change)
generic.removes(skills, SKILLS, skill_actions.remove)

DEPARTMENTS = Noun(
    path="departments", model=Department, word="department", shows="id space_id name parent_id head_id version created_at",
    filters="space_id parent_id head_id",
)  # fmt: skip
generic.reads(departments, DEPARTMENTS)
generic.creates(departments, DEPARTMENTS, body("DepartmentCreate", Department, "space name parent head"), department_actions.create)
generic.changes(departments, DEPARTMENTS, body("DepartmentChange", Department, "name parent head", partial=True), department_actions.change)
generic.removes(departments, DEPARTMENTS, department_actions.remove)
