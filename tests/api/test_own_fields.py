"""Fields of a team's own and allowed moves over the API: values are checked, filters ask for them, moves are kept."""

from tandem.work.models import State


def _change(as_admin, item, body):
    item.refresh_from_db()
    return as_admin("PATCH", f"/api/v1/work-items/{item.pk}/", body, If_Match=f'"{item.version}"')


def test_values_are_checked_stored_and_asked_for(ours, as_admin):
    made = as_admin("POST", "/api/v1/fields/", {"space_id": ours.project.space_id, "name": "Hours left", "kind": "number"}).json()
    assert (made["key"], made["word"], made["type_ids"]) == ("Hours left", "hours_left", [])
    refused = _change(as_admin, ours.item, {"fields": {"Hours left": "many"}})
    assert (refused.status_code, refused.json()["code"]) == (422, "field_not_number")
    assert _change(as_admin, ours.item, {"fields": {"Hours left": "12", "Customer": "Acme"}}).json()["fields"] == {"Hours left": 12, "Customer": "Acme"}
    found = as_admin("GET", "/api/v1/work-items/?filter=hours_left:%3E=12%20customer:acme").json()["items"]
    assert [row["id"] for row in found] == [ours.item.pk]
    assert as_admin("GET", "/api/v1/work-items/?filter=colours:red").json()["code"] == "filter_field_unknown"
    retired = as_admin("POST", f"/api/v1/fields/{made['id']}/retirements/", {}, If_Match=f'"{made["version"]}"')
    assert retired.status_code == 201 and retired.json()["retired_at"]
    listed = as_admin("GET", f"/api/v1/fields/?space_id={ours.project.space_id}&retired=true").json()["items"]
    assert [row["id"] for row in listed] == [made["id"]]


def test_types_of_a_field_are_set_and_left_alone(ours, as_admin):
    path = f"/api/v1/fields/{ours.field.pk}/"
    set_ = as_admin("PATCH", path, {"type_ids": [ours.type.pk]}, If_Match=f'"{ours.field.version}"').json()
    assert set_["type_ids"] == [ours.type.pk]
    named = as_admin("PATCH", path, {"name": "Client"}, If_Match=f'"{set_["version"]}"').json()
    assert (named["name"], named["key"], named["type_ids"]) == ("Client", "Customer", [ours.type.pk])


def test_a_move_that_is_not_allowed_is_refused(ours, as_admin):
    space = ours.project.space_id
    done = State.objects.get(space=space, category="done")
    as_admin("POST", "/api/v1/transitions/", {"space_id": space, "to_state_id": ours.state.pk, "required": ["due_on"]})
    ours.item.refresh_from_db()
    for path, method, body, code in (
        (f"/api/v1/work-items/{ours.item.pk}/moves/", "POST", {"state_id": done.pk}, "move_not_allowed"),
        (f"/api/v1/work-items/{ours.item.pk}/", "PATCH", {"state_id": done.pk}, "move_not_allowed"),
        (f"/api/v1/work-items/{ours.item.pk}/", "PATCH", {"state_id": ours.state.pk}, "move_needs_fields"),
    ):
        answer = as_admin(method, path, body, If_Match=f'"{ours.item.version}"')
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    created = as_admin("POST", "/api/v1/work-items/", {"space_id": space, "title": "At once", "state_id": done.pk})
    assert created.json()["code"] == "move_not_allowed"
    assert _change(as_admin, ours.item, {"state_id": ours.state.pk, "due_on": "2027-01-01"}).status_code == 200


def test_a_retired_state_hands_its_items_on(ours, as_admin):
    spare = ours.spare_state
    assert _change(as_admin, ours.other_item, {"state_id": spare.pk}).status_code == 200
    path, version = f"/api/v1/states/{spare.pk}/retirements/", {"If_Match": f'"{spare.version}"'}
    assert as_admin("POST", path, {}, **version).json()["code"] == "state_needs_heir"
    assert as_admin("POST", path, {"into_id": ours.state.pk}, **version).status_code == 201
    assert as_admin("GET", f"/api/v1/work-items/{ours.other_item.pk}/").json()["state_id"] == ours.state.pk
    assert _change(as_admin, ours.other_item, {"state_id": spare.pk}).json()["code"] == "state_retired"
