"""Loads the frame: people, spaces, access, teams, calendars."""

from datetime import timedelta
from functools import partial
from typing import Any

from tandem.kit import clock
from tandem.people.actions import spaces, teams, users
from tandem.people.models import Role, Space, Team, User
from tandem.portfolio.actions import portfolios, programmes
from tandem.portfolio.models import Project
from tandem.product.actions import products
from tandem.product.models import Product
from tandem.samples.records import Organisation
from tandem.samples.timeline import at
from tandem.samples.words import Language, Pair, frame, say, upkeep
from tandem.work.actions import calendars, workflows
from tandem.work.actions.projects import open_project
from tandem.work.models import State, WorkItemType

_SIGN_IN = ("lead", "pm0", "exec")
_CITIES: dict[str, Pair] = {"NL": ("Rotterdam", "鹿特丹"), "CN": ("Ningbo", "宁波")}


class Place:
    """The rows of the frame by the codes of the simulation."""

    def __init__(self, world: Organisation, password: str) -> None:
        self.world, self.password = world, password
        self.language: Language = "zh" if world.language == "zh" else "en"
        self.say = partial(say, language=self.language)
        self.users: dict[str, User] = {}
        self.products: dict[str, Product] = {}
        self.projects: dict[str, Project] = {}
        self.teams: dict[str, Team] = {}
        self.states: dict[str, list[State]] = {}
        self.types: dict[str, list[WorkItemType]] = {}
        self.spaces: dict[str, Space] = {}

    def fill(self) -> None:
        with clock.held_at(at(self.world.began_on - timedelta(14))):
            self._people()
            self._spaces()
            self._access()
            self._teams()
            self._calendars()
        for user in self.users.values():  # what each may see has been read anew with every grant
            user.refresh_from_db()

    def _people(self) -> None:
        first = self.world.people["admin"]
        admin = users.bootstrap(organisation=self.say(frame.ORGANISATION), name=first.name, email=first.email)
        self.users["admin"] = admin
        self.root = Space.objects.get(parent=None)
        at_root = {"lead": Role.PMO_LEAD, "exec": Role.EXECUTIVE}
        for code, person in self.world.people.items():
            if code == "admin":
                continue
            role = at_root.get(code) or (None if person.team else Role.STAKEHOLDER)
            password = self.password if code in _SIGN_IN else None
            user = users.add(actor=admin, name=person.name, email=person.email, password=password, role=role)
            self.users[code] = user
        for user in self.users.values():
            users.prefer(actor=user, language="zh-hans" if self.language == "zh" else "en")

    def _spaces(self) -> None:
        lead = self.users["lead"]
        portfolio = portfolios.create(actor=lead, parent=self.root, name=self.say(frame.PORTFOLIO), key="DIGITAL", owner=lead)
        self.spaces["PF"] = portfolio.space
        for p in frame.PROGRAMMES:
            owner = self.users["pjm0" if p.code == "SELF" else "pjm1"]
            made = programmes.create(
                actor=lead, parent=portfolio.space, name=self.say(p.name), key=p.code, owner=owner, description=self.say(p.description)
            )
            self.spaces[p.code] = made.space
        for number, f in enumerate(frame.PRODUCTS):
            self.products[f.code] = products.create(
                actor=lead, parent=self.root, name=self.say(f.name), key=f.code, owner=self.users[f"pm{number}"],
                description=self.say(f.description),
            )  # fmt: skip
        for project in self.world.projects.values():
            row = open_project(
                actor=lead, parent=self.spaces[project.under], name=project.name, key=project.code, with_workflow=False,
                owner=self.users[project.manager], starts_on=project.starts_on,
            )  # fmt: skip
            self.projects[project.code] = row
            self._workflow(project.code, row.space, bool(project.plan))

    def _workflow(self, code: str, space: Space, is_plan: bool) -> None:
        lead = self.users["lead"]
        types = upkeep.PLAN_TYPES if is_plan else upkeep.TYPES
        states = [(self.say(name), category) for name, category in upkeep.STATES]
        kept = workflows.ensure_states(actor=lead, space=space, states=states)
        self.states[code] = [kept[name] for name, _ in states]
        made = workflows.ensure_types(actor=lead, space=space, types=[(self.say(name), level) for name, level in types])
        self.types[code] = [made[self.say(name)] for name, _ in types]

    def _access(self) -> None:
        """Managers where they manage, members in their team's projects; whoever builds for a product reads it."""
        wanted: dict[tuple[int, str], tuple[Space, Any]] = {}
        for f in self.world.features:
            project, product = self.projects[f.project].space, self.products[f.product].space
            wanted[project.pk, f.owner] = (project, Role.PRODUCT_MANAGER)
            wanted[product.pk, f.owner] = (product, Role.PRODUCT_MANAGER)
            for person in self._members(f.team):
                wanted.setdefault((project.pk, person), (project, Role.MEMBER))
                wanted.setdefault((product.pk, person), (product, Role.STAKEHOLDER))
        for p in self.world.projects.values():
            space = self.projects[p.code].space
            wanted[space.pk, p.manager] = (space, Role.PROJECT_MANAGER)
        admin = self.users["admin"]
        for (_, person), (space, role) in wanted.items():
            spaces.grant(actor=admin, space=space, user=self.users[person], role=role)

    def _teams(self) -> None:
        for f in frame.TEAMS:
            home = [p for p in self.world.projects.values() if p.team == f.code][-1]
            self.teams[f.code] = teams.create(
                actor=self.users["lead"], space=self.projects[home.code].space, name=self.say(f.name),
                members=[self.users[code] for code in self._members(f.code)],
            )  # fmt: skip

    def _calendars(self) -> None:
        """Rotterdam's calendar for everybody, Ningbo's (with its moved working days) where a team sits there."""
        lead = self.users["lead"]
        calendars.create(actor=lead, space=self.root, name=self.say(_CITIES["NL"]), country="NL", is_default=True)
        for p in self.world.projects.values():
            if p.country == "CN":
                space = self.projects[p.code].space
                calendars.create(actor=lead, space=space, name=self.say(_CITIES["CN"]), country="CN", is_default=True)

    def _members(self, team: str) -> list[str]:
        return [p.code for p in self.world.people.values() if p.team == team]
