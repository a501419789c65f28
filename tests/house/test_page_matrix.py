"""Every page × role × relation: who is let in, who is not, and that nobody who is not changes anything."""

from typing import Any

import pytest

from tests.house import cast, policies
from tests.house.pages import Route, routes

ALL = routes()
_READS_THAT_WRITE = {"home"}  # notes when the person last looked


def test_every_page_has_its_policy_and_no_policy_is_left_over():
    assert set(policies.WEB) == set(ALL)


def _ask(client, method: str, route: Route, area):
    path = route.path(area)
    if method == "GET":
        return client.get(path)
    form = route.body(area)
    if "json" in form:
        headers = {"If-Match": f'"{form["version"]}"'}
        return client.generic(method, path, form["json"], content_type="application/json", headers=headers)
    return client.post(path, form)


def _relations(route: Route, method: str, person: cast.Person, share: int):
    policy = policies.WEB[route.name]

    def lets_in(role: str, relation: str) -> bool:
        return policy.expects(method, role, relation) == 200

    relations = [person.relation]
    if person.relation == "teammate" and policy.owners:
        relations.append("owner")
    for relation in relations:
        # a page that is only looked at is made where the roles count, and for its owner: it is what takes long
        is_made = method == "GET" and relation in ("teammate", "head") and lets_in(person.role, relation)
        if share > 1 and is_made and relation != cast.where_roles_count(policy):
            continue
        if cast.is_asked(person, relation, policy, f"{method} {route.name}", share, lets_in):
            yield relation


def _play(route: Route, method: str, people: list[cast.Person], share: int) -> list[str]:
    policy, wrong = policies.WEB[route.name], []
    for person in people:
        for relation in _relations(route, method, person, share):
            area = person.own if relation == "owner" else person.area
            answer, written = cast.attempt(lambda: _ask(person.session, method, route, area))
            expected = policy.expects(method, person.role, relation)
            who = f"{method} {route.name} by {person.role or 'nobody'}, {relation}"
            let_in = answer.status_code < 500 and answer.status_code not in (401, 403, 404)
            if (expected == 200 and not let_in) or (expected != 200 and answer.status_code != expected):
                wrong.append(f"{who}: {answer.status_code} instead of {expected}")
            if expected == 302 and "/accounts/login/" not in answer.headers.get("Location", ""):
                wrong.append(f"{who}: not sent to the sign-in page")
            if written and (expected != 200 or (policy.blind and relation == "stranger")):
                wrong.append(f"{who}: refused, but {written} rows were written")
            if written and method == "GET" and route.name not in _READS_THAT_WRITE:
                wrong.append(f"{who}: looking wrote {written} rows")
    return wrong


def _offered() -> list[tuple[str, str]]:
    found = []
    for name, page in sorted(policies.WEB.items()):
        for method, roles in (("GET", page.get), ("POST", page.post), ("PATCH", page.patch)):
            if roles is not None:
                found.append((name, method))
    return found


# what is known to answer otherwise; mended, the test says so and the line goes
PENDING: dict[tuple[str, str], str] = {}


def _marked() -> list[Any]:
    return [
        pytest.param(
            *one, marks=pytest.mark.xfail(reason=PENDING[one], strict=True) if one in PENDING else ()
        )
        for one in _offered()
    ]


def _answers(name: str, method: str, people: list[cast.Person], share: int) -> set[bool]:
    """Whether some of those who are asked are let in, and some are not; leaving aside who is nobody."""
    asked = [(one.role, relation) for one in people for relation in _relations(ALL[name], method, one, share)]
    return {policies.WEB[name].expects(method, *one) == 200 for one in asked if one[1] != "anonymous"}


def test_of_each_page_one_who_may_and_one_who_may_not_are_asked_each_time(stage, db):
    missed = [one for one in _offered() if one[0] in ALL and _answers(*one, stage.people, share=9) != _answers(*one, stage.people, share=1)]
    assert not missed


@pytest.mark.parametrize(("name", "method"), _marked())
def test_a_page_lets_in_whom_its_policy_names(name, method, stage, db):
    if name not in ALL:
        pytest.skip("no such page: the test above says so")
    wrong = _play(ALL[name], method, stage.people, share=9)
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "method"), _marked())
def test_a_page_lets_in_whom_its_policy_names_whatever_the_role(name, method, stage, db):
    if name not in ALL:
        pytest.skip("no such page: the test above says so")
    wrong = _play(ALL[name], method, stage.people, share=1)
    assert not wrong, "\n".join(wrong)
