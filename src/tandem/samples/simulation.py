"""Eighteen months of an organisation, simulated from a seed: the same seed is the same organisation, up to any day."""

import random
from datetime import date, timedelta

from tandem.samples.days import Workdays, is_working_day
from tandem.samples.flow import Team
from tandem.samples.network import NetworkProject
from tandem.samples.promising import Promising
from tandem.samples.records import DOING, Feature, Organisation, Person, Project, Release
from tandem.samples.words import Language, Pair, frame, people, say

MONTHS = 18
SEED = 8
_DAYS = 548
_SOON = 700
"""Calendars reach so many days beyond today: promises and plans point forward."""


def simulate(language: Language = "en", seed: int = SEED, as_of: date | None = None, days: int = _DAYS) -> Organisation:
    """The organisation on the evening before `as_of`, after `days` days. Texts differ by language, history does not."""
    if as_of is None:
        from tandem.kit import clock

        as_of = clock.today()
    rng = random.Random(seed)
    world = Organisation(language, as_of - timedelta(days), as_of)
    _people(world, language)
    _frame(world, language)
    Simulation(world, rng).run()
    return world


class Simulation:
    def __init__(self, world: Organisation, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        far = world.as_of + timedelta(_SOON)
        self.calendars = {t.code: Workdays(t.country, world.began_on, far) for t in frame.TEAMS}
        self.promising = Promising(world, self.calendars, rng)
        self.teams: list[Team] = []
        self.plans: list[NetworkProject] = []
        for team in frame.TEAMS:
            members = [p.code for p in world.people.values() if p.team == team.code]
            projects = [p for p in world.projects.values() if p.team == team.code]
            if projects[0].plan:
                self.plans.append(NetworkProject(world, projects[0], members, rng))
            else:
                features = [f for f in world.features if f.team == team.code]
                self.teams.append(Team(world, team.code, team.country, members, features, projects[-1].manager, rng))

    def run(self) -> None:
        day = self.world.began_on
        begins = {team.code: day + timedelta(self.rng.randint(0, 12)) for team in self.teams}
        for plan in self.plans:
            plan.live(self.calendars[plan.project.team])
        while day < self.world.as_of:
            for team in self.teams:
                if day >= begins[team.code] and is_working_day(day, team.country):
                    self._team_day(team, day)
            self._plan_promises(day)
            self._releases(day)
            day += timedelta(1)
        self._close_projects()

    def _team_day(self, team: Team, day: date) -> None:
        others = [t for t in self.teams if t is not team]
        for feature in team.work(day, others):
            self.promising.keep(("feature", feature.index), day)
        following = team.next_feature()
        if following and team.wants_more():
            self._begin(team, following, day)
            after = team.next_feature()
            if after and self.rng.random() < 0.35:  # sales asks for the one after it, too
                self._begin(team, after, day)
        self.promising.look_again(day, {f.index: team.outlook(f, day) for f in team.current()} if day.day % 5 == 0 else {})

    def _begin(self, team: Team, feature: Feature, day: date) -> None:
        team.take_up(feature, day)
        promise = self.promising.about_feature(feature, day, team.outlook(feature, day))
        self.promising.schedule(feature, promise.date)

    def _plan_promises(self, day: date) -> None:
        for plan in self.plans:
            feature = next(f for f in self.world.features if f.project == plan.project.code)
            if day == plan.project.starts_on:
                self.promising.about_plan(feature, day, plan.planned_end())
            elif day == plan.project.replanned_on:
                late = [p for p in self.world.promises if p.subject == ("feature", feature.index) and p.is_open]
                end = plan.planned_end(again=True)
                for promise in [p for p in late if p.date < end]:
                    self.promising.revise(promise, end + timedelta(self.rng.randint(3, 14)), day, None)

    def _releases(self, day: date) -> None:
        """Told a quarter ahead; out when all in it is finished; what is far from finished moves to the next one."""
        for release in [r for r in self.world.releases if r.released_on is None and r.cancelled_on is None]:
            within = [f for f in self.world.features if f.release == release.index]
            if (release.planned_on - day).days == 100 and within:
                self.promising.about_release(release, day)
            if day == release.planned_on and not within:
                self._cancel(release, day)
            if day >= release.planned_on and within:
                if day == release.planned_on + timedelta(28):
                    self._move_on(release, within)
                    within = [f for f in within if f.release == release.index]
                if within and all(f.shipped_on for f in within) and day.weekday() < 5:
                    release.released_on = day
                    self.promising.keep(("release", release.index), day)

    def _cancel(self, release: Release, day: date) -> None:
        """Nothing is left in it."""
        release.cancelled_on = day
        self.promising.withdraw(("release", release.index), day)

    def _move_on(self, release: Release, within: list[Feature]) -> None:
        later = [r for r in self.world.releases if r.product == release.product and r.planned_on > release.planned_on]
        if later and any(f.shipped_on for f in within):
            for feature in [f for f in within if not f.shipped_on]:
                feature.release = later[0].index

    def _close_projects(self) -> None:
        for project in self.world.projects.values():
            items = self.world.items_of(project.code)
            features = [f for f in self.world.features if f.project == project.code]
            if project.plan:
                feature = features[0]
                phases = [i for i in items if i.is_summary]
                feature.epics, feature.epic_dates = [i.id for i in phases], [i.created_at for i in phases]
                feature.broken_down_on = feature.started_on = project.starts_on
                for item in items:
                    item.feature = feature.index
            elif items:
                project.starts_on = min(i.created_at for i in items).date()
                closed = [i.finished_at for i in items if i.finished_at]
                if all(f.shipped_on for f in features) and not any(i.is_open and i.state >= DOING for i in items):
                    project.ended_on = max(closed).date()


def _people(world: Organisation, language: Language) -> None:
    def add(code: str, name: Pair, role: str, team: str = "") -> None:
        address = name[0].lower().replace(" ", ".") + "@harbourline.example"
        world.people[code] = Person(code, say(name, language), address, role, team)

    add("admin", people.ADMINISTRATOR, "administrator")
    add("lead", people.LEAD, "pmo_lead")
    add("exec", people.EXECUTIVE, "executive")
    for number, name in enumerate(people.PRODUCT_MANAGERS):
        add(f"pm{number}", name, "product_manager")
    for number, name in enumerate(people.PROJECT_MANAGERS):
        add(f"pjm{number}", name, "project_manager")
    names = iter(people.PEOPLE)
    for team in frame.TEAMS:
        for number in range(team.people):
            add(f"{team.code}{number}", next(names), "member", team.code)


def _frame(world: Organisation, language: Language) -> None:
    countries = {team.code: team.country for team in frame.TEAMS}
    managers = {"SELF": "pjm0", "FIVE": "pjm1", "PF": "pjm2"}
    owners = {product.code: f"pm{n}" for n, product in enumerate(frame.PRODUCTS)}
    for p in frame.PROJECTS:
        name = say(p.name, language)
        world.projects[p.code] = Project(
            p.code, name, p.team, p.under, countries[p.team], managers[p.under], p.plan, world.began_on
        )
    for index, f in enumerate(frame.FEATURES):
        team = world.projects[f.project].team
        title = say(f.title, language)
        world.features.append(Feature(index, f.product, f.project, title, team, owners[f.product], f.objective))
    for number, product in enumerate(frame.PRODUCTS):
        for step, version in enumerate(product.versions):
            day = world.as_of - timedelta(270 - number * 35 - step * 130)
            name = f"{say(product.name, language)} {version}"
            world.releases.append(Release(len(world.releases), product.code, name, day - timedelta(day.weekday() - 1), owners[product.code]))
