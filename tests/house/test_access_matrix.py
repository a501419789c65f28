"""Every route × role × relation × credential: the code that comes back, and that a refusal wrote nothing."""

import pytest

from tandem.people.access import GRANTS
from tandem.people.models import Role
from tests import drawn
from tests.api.routes import Operation, encoded, operations
from tests.house import cast, policies

ALL = operations()


def test_every_operation_of_the_api_has_its_policy_and_no_policy_is_left_over():
    assert set(policies.API) == set(ALL)


def test_the_table_of_grants_is_the_one_that_was_agreed():
    for permission, roles in policies.GRANTS.items():
        assert {r for r in Role.values if permission in GRANTS[r]} == set(roles), permission
    assert {p for held in GRANTS.values() for p in held} == set(policies.GRANTS)


def _cells(one: Operation, people: list[cast.Person], share: int):
    """(person, relation, credential): of the sessions those of `is_asked`; of the tokens about one on each route."""
    policy = policies.API[one.name]

    def lets_in(role: str, relation: str) -> bool:
        return policy.expects(role, relation, "session", one.method != "GET") == policy.yes

    for person in people:
        relations = [person.relation]
        if person.relation == "teammate" and one.noun in cast.OWNED and "{id}" in one.template:
            relations.append("owner")
        for relation in relations:
            if cast.is_asked(person, relation, policy, one.name, share, lets_in):
                yield person, relation, "session"
            for credential in person.tokens:
                drawn_here = share == 1 or drawn.falls(24, one.name, relation, credential)
                if drawn_here and cast.is_drawn(share, person.role, one.name, relation, credential):
                    yield person, relation, credential


def _path_and_version(one: Operation, person: cast.Person, relation: str) -> tuple[str, dict[str, str]]:
    area = person.own if relation == "owner" else person.area
    if one.noun == "tokens" and "{id}" in one.template:
        token = person.own.token if relation == "owner" else _somebody_elses_token()
        return f"/api/v1/tokens/{token.pk}/", {}
    version = getattr(one.subject(area), "version", None)
    headers = {"If-Match": f'"{version}"'} if version and "{id}" in one.template else {}
    return one.path(area), headers


def _somebody_elses_token():
    from tandem.people.models import ApiToken

    return ApiToken.objects.filter(user__email="nobody-stranger@example.org").first()


def _play(one: Operation, people: list[cast.Person], share: int) -> list[str]:
    policy, wrong = policies.API[one.name], []
    for person, relation, credential in _cells(one, people, share):
        path, headers = _path_and_version(one, person, relation)
        client, signed = person.client(credential)
        body, kind = ("", "application/json") if one.method in ("GET", "DELETE") else encoded(one.body(person.area))
        if one.noun == "tokens" and relation == "stranger" and not person.role:
            continue  # the tokens that stand for somebody else's are this person's own
        answer, written = cast.attempt(
            lambda: client.generic(
                one.method, path, body, content_type=kind, headers=headers | signed
            )
        )
        expected = policy.expects(person.role, relation, credential, one.method != "GET")
        who = f"{one.name} by {person.role or 'nobody'}, {relation}, {credential}"
        if answer.status_code != expected:
            wrong.append(f"{who}: {answer.status_code} instead of {expected} {answer.content[:200]!r}")
        if answer.status_code >= 400 and written:
            wrong.append(f"{who}: refused with {answer.status_code}, but {written} rows were written first")
    return wrong


def _answers(one: Operation, people: list[cast.Person], share: int) -> set[bool]:
    """Whether some of those who are asked in a session may, and some may not; leaving aside who is nobody."""
    policy = policies.API[one.name]
    asked = [(person.role, relation, credential) for person, relation, credential in _cells(one, people, share)]
    return {
        policy.expects(*cell, one.method != "GET") == policy.yes for cell in asked if cell[1] != "anonymous" and cell[2] == "session"
    }


def test_of_each_operation_one_who_may_and_one_who_may_not_are_asked_each_time(stage, db):
    missed = [name for name, one in ALL.items() if _answers(one, stage.people, share=9) != _answers(one, stage.people, share=1)]
    assert not missed


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_api_answers_as_its_policy_says(name, stage, db):
    wrong = _play(ALL[name], stage.people, share=9)
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ALL))
def test_the_api_answers_as_its_policy_says_with_every_credential(name, stage, db):
    wrong = _play(ALL[name], stage.people, share=1)
    assert not wrong, "\n".join(wrong)
