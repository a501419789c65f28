"""Loads people as resources: departments, job roles, skills, terms, rates, time off and bookings, some of them too many."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.resources.actions import (
    bookings,
    departments,
    employments,
    job_roles,
    person_roles,
    rates,
    skill_needs,
    skills,
    time_off,
)
from tandem.resources.models import Department, JobRole, Skill, TimeOff
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import frame
from tandem.samples.words import resources as words
from tandem.work.models import WorkingCalendar, WorkItem

_PART_TIME = {"portal2": 80, "payments3": 60, "data1": 80, "markets2": 60, "customs4": 80}
_LEAVES = {"pricing5": -40, "driver5": 45, "security3": 80}
"Their last day, counted from today."
_LEFT = ("pricing5",)
_ASKED = (("CUS", "payments", 3), ("PORT", "security", 4))
_SOFTLY = (("PORT", "arch", 50, 20, 90), ("CBL", "market", 150, 10, 80), ("SEC", "sec", 100, 30, 120), ("CUS", "dev", 200, 40, 140))


class Resourced:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.world, self.timeline = place, place.world, timeline
        self.lead, self.rng = place.users["lead"], random.Random(21)
        self.roles: dict[str, JobRole] = {}
        self.skills: dict[str, Skill] = {}
        self.departments: dict[str, Department] = {}

    def run(self) -> None:
        began, as_of = self.world.began_on, self.world.as_of
        self.timeline.add(at(began - timedelta(10), 8), self._catalogue)
        self.timeline.add(at(began - timedelta(9), 8), self._people)
        self.timeline.add(at(began - timedelta(8), 8), partial(self._rates, began - timedelta(8), 1.0))
        for year in range(began.year + 1, as_of.year + 1):
            if date(year, 1, 2) < as_of:
                self.timeline.add(at(date(year, 1, 2), 8), partial(self._rates, date(year, 1, 1), 1 + 0.03 * (year - began.year)))
        self._time_off()
        self.timeline.add(at(as_of - timedelta(25), 10), self._bookings)
        self.timeline.add(at(as_of - timedelta(24), 10), self._wishes)

    def _catalogue(self) -> None:
        say, root = self.place.say, self.place.root
        for code, role in words.ROLES.items():
            self.roles[code] = job_roles.create(actor=self.lead, space=root, name=say(role.name))
        for code, (name, category) in words.SKILLS.items():
            self.skills[code] = skills.create(actor=self.lead, space=root, name=say(name), category=say(category))
        for code, (name, parent, teams) in words.DEPARTMENTS.items():
            head = self.place.users[f"{teams[0]}0"] if teams else self.place.users["exec"]
            self.departments[code] = departments.create(actor=self.lead, space=root, name=say(name), parent=self.departments.get(parent), head=head)

    def _people(self) -> None:
        calendars = {row.country: row for row in WorkingCalendar.objects.order_by("-pk")}
        department = {team: code for code, (_name, _parent, teams) in words.DEPARTMENTS.items() for team in teams}
        countries = {team.code: team.country for team in frame.TEAMS}
        for code, person in self.world.people.items():
            user, joined = self.place.users[code], self.world.began_on - timedelta(self.rng.randint(30, 1800))
            place = self.departments.get(department.get(person.team, "digital"))
            manager = self.place.users["exec" if not person.team else f"{person.team}0"]
            manager = self.place.users["lead"] if manager == user and code != "lead" else manager
            employments.create(
                actor=self.lead, space=self.place.root, person=user, starts_on=joined, ends_on=self.world.as_of + timedelta(_LEAVES[code]) if code in _LEAVES else None,
                percent=_PART_TIME.get(code, 100), department=place, manager=None if manager == user else manager, calendar=calendars[countries.get(person.team, "NL")],
                kind="external" if self.rng.random() < 0.08 else "staff",
            )  # fmt: skip
            self._role(code, person.team, user, joined)
            self._skills(person.team, user, joined)

    def _role(self, code: str, team: str, user: User, joined: date) -> None:
        size = next((t.people for t in frame.TEAMS if t.code == team), 0)
        number = int(code.removeprefix(team) or 0) if team else 0
        main = {"lead": "lead", "exec": "lead", "admin": "lead"}.get(code) or ("pjm" if code.startswith("pjm") else "pm")
        if team:
            main = "arch" if number == 0 else "test" if number == size - 1 and team not in ("depots", "markets") else words.TEAM_ROLES[team]
            main = "ux" if team in ("portal", "driver") and number == 2 else main
        person_roles.create(actor=self.lead, person=user, job_role=self.roles[main], starts_on=joined)
        if main == "arch":
            person_roles.create(actor=self.lead, person=user, job_role=self.roles[words.TEAM_ROLES[team]], starts_on=joined, is_primary=False)

    def _skills(self, team: str, user: User, joined: date) -> None:
        known = [*words.TEAM_SKILLS.get(team, ()), "english"]
        known += ["chinese"] if any(t.code == team and t.country == "CN" for t in frame.TEAMS) else ["dutch"] if self.rng.random() < 0.6 else []
        for code in known:
            level = self.rng.choice((2, 3, 3, 4, 4, 5)) if code not in ("chinese", "dutch") else 5
            since = min(joined, self.world.began_on - timedelta(12))
            skills.say(actor=self.lead, person=user, skill=self.skills[code], level=level, since=since)

    def _rates(self, valid_from: date, factor: float) -> None:
        for code, role in words.ROLES.items():
            self._rate(valid_from, round(role.cost * factor), round(role.bill * factor) or None, job_role=self.roles[code])
        if factor == 1.0:
            for code in ("portal0", "customs0", "security0"):
                self._rate(valid_from, 104, 165, person=self.place.users[code])

    def _rate(self, valid_from: date, cost: int, bill: int | None, **of: object) -> None:
        rates.create(
            actor=self.lead, space=self.place.root, valid_from=valid_from, cost=Decimal(cost), bill=None if bill is None else Decimal(bill), currency="EUR", **of
        )  # type: ignore[arg-type]

    def _time_off(self) -> None:
        """Three weeks a year in pieces, asked for five weeks before; some days of sickness; some still wait for their answer."""
        began, as_of = self.world.began_on, self.world.as_of
        for code, person in self.world.people.items():
            if not person.team or code in _LEFT:
                continue
            day = began + timedelta(self.rng.randint(20, 90))
            while day < as_of + timedelta(80):
                first = day - timedelta(day.weekday())
                days = self.rng.choice((3, 5, 5, 10))
                last = first + timedelta(days=days - 1 if days < 10 else 11)
                self.timeline.add(at(min(first - timedelta(35), as_of - timedelta(2)) if first - timedelta(35) > began else began, 9), partial(self._away, code, first, last))
                day += timedelta(self.rng.randint(85, 160))
            if self.rng.random() < 0.3:
                sick = began + timedelta(self.rng.randint(30, 500))
                if sick < as_of:
                    self.timeline.add(at(sick, 8), partial(self._away, code, sick, sick + timedelta(self.rng.randint(0, 3)), "sickness"))

    def _away(self, code: str, first: date, last: date, kind: str = TimeOff.Kind.HOLIDAY) -> None:
        user, say = self.place.users[code], self.place.say
        try:
            row = time_off.ask(
                actor=user, person=user, starts_on=first, ends_on=last, kind=kind, ends_half=kind == TimeOff.Kind.HOLIDAY and self.rng.random() < 0.15,
                note=say(self.rng.choice(words.NOTES)) if kind == TimeOff.Kind.HOLIDAY else "",
            )  # fmt: skip
        except Refused:  # ill on days that were asked for
            return
        draw = self.rng.random()
        if first > self.world.as_of + timedelta(20) and draw < 0.45:
            return
        is_approved = kind == TimeOff.Kind.SICKNESS or draw < 0.95
        time_off.decide(actor=self.lead, time_off=row, version=None, is_approved=is_approved, answer="" if is_approved else say(words.DECLINED))

    def _bookings(self) -> None:
        """Each team for its last project; some of its people for another one besides, and a few of them beyond their time."""
        as_of = self.world.as_of
        first = as_of - timedelta(as_of.weekday() + 21)
        projects = list(self.world.projects.values())
        for code, person in self.world.people.items():
            if not person.team or code in _LEFT:
                continue
            own = [p for p in projects if p.team == person.team][-1]
            share = self.rng.choice((60, 70, 80, 80, 100))
            last = first + timedelta(7 * self.rng.randint(8, 18) + 4)
            self._book(code, own.code, share, first, last, self.rng.random() < 0.8)
            if self.rng.random() < 0.4:
                other = self.rng.choice([p for p in projects if p.team != person.team])
                begin = first + timedelta(7 * self.rng.randint(1, 7))
                self._book(code, other.code, self.rng.choice((20, 40, 50)), begin, begin + timedelta(7 * self.rng.randint(2, 6) + 4), self.rng.random() < 0.5)

    def _book(self, code: str, project: str, share: int, first: date, last: date, is_hard: bool) -> None:
        values = {"subject": self.place.projects[project], "person": self.place.users[code], "starts_on": first, "ends_on": last, "percent": Decimal(share), "is_hard": is_hard}
        try:
            bookings.create(actor=self.lead, **values)  # type: ignore[arg-type]
        except Refused:  # beyond their time: with a reason, or it stays a wish
            agreed = {"override_reason": self.place.say(words.OVERTIME)} if code.startswith(("security", "customs")) else {"is_hard": False}
            bookings.create(actor=self.lead, **{**values, **agreed})  # type: ignore[arg-type]

    def _wishes(self) -> None:
        """Asked for by job role, while nobody knows a name."""
        for project, role, share, begin, end in _SOFTLY:
            day = self.world.as_of
            bookings.create(
                actor=self.lead, subject=self.place.projects[project], job_role=self.roles[role], percent=Decimal(share), starts_on=day + timedelta(begin),
                ends_on=day + timedelta(end), is_hard=False,
            )  # fmt: skip
        self._asked()

    def _asked(self) -> None:
        """Work that asks for what its team does not know."""
        for project, skill, level in _ASKED:
            rows = WorkItem.objects.open().filter(space=self.place.projects[project].space, is_milestone=False, is_summary=False).exclude(assignments=None)
            for item in rows.select_related("space").order_by("rank", "id")[:2]:
                skill_needs.say(actor=self.lead, item=item, skill=self.skills[skill], level=level)
