"""Job roles, skills, departments, employments, rates, time off, bookings: who can do what, when, and at what price."""

from tandem.resources.models.booking import Booking
from tandem.resources.models.department import Department
from tandem.resources.models.employment import Employment
from tandem.resources.models.equipment import Equipment, EquipmentNeed
from tandem.resources.models.invoice_basis import InvoiceBasis, InvoiceRow
from tandem.resources.models.job_role import JobRole
from tandem.resources.models.person_role import PersonRole
from tandem.resources.models.person_skill import PersonSkill
from tandem.resources.models.rate import Rate
from tandem.resources.models.skill import Skill
from tandem.resources.models.skill_need import SkillNeed
from tandem.resources.models.time_off import TimeOff
from tandem.resources.models.time_sheet import TimeSheet, TimeSheetRow, TimeSheetStep

__all__ = ["Booking", "Department", "Employment", "Equipment", "EquipmentNeed", "InvoiceBasis", "InvoiceRow", "JobRole", "PersonRole", "PersonSkill", "Rate", "Skill", "SkillNeed", "TimeOff", "TimeSheet", "TimeSheetRow", "TimeSheetStep"]
