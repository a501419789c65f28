"""Job roles, skills, departments, employments, rates: who can do what, when, and at what price."""

from tandem.resources.models.department import Department
from tandem.resources.models.employment import Employment
from tandem.resources.models.job_role import JobRole
from tandem.resources.models.person_role import PersonRole
from tandem.resources.models.person_skill import PersonSkill
from tandem.resources.models.rate import Rate
from tandem.resources.models.skill import Skill

__all__ = ["Department", "Employment", "JobRole", "PersonRole", "PersonSkill", "Rate", "Skill"]
