"""The laptop's desk has people of every role, whose passwords only its own record knows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from framewarden.domain.roles import ROLES
from local.laptop.connection import Cloud
from local.laptop.environments import RUNTIME
from local.laptop.home import Home
from local.laptop.people import NAMES, demo_people, person_of
from local.laptop.record import read_record, write_record


class Pool:
    """A user pool that remembers its people."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}

    def admin_create_user(self, **asked: Any) -> None:
        assert asked["MessageAction"] == "SUPPRESS"
        if asked["Username"] in self.users:
            raise ClientError({"Error": {"Code": "UsernameExistsException"}}, "AdminCreateUser")
        [name] = asked["UserAttributes"]
        self.users[asked["Username"]] = {"pool": asked["UserPoolId"], "name": name["Value"]}

    def admin_set_user_password(self, **asked: Any) -> None:
        assert asked["Permanent"] is True
        self.users[asked["Username"]]["password"] = asked["Password"]

    def admin_add_user_to_group(self, **asked: Any) -> None:
        self.users[asked["Username"]]["role"] = asked["GroupName"]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    made = Pool()
    monkeypatch.setattr(Cloud, "client", lambda *_, **__: made)
    return made


@pytest.fixture
def cloud(tmp_path: Path, pool: Pool) -> Cloud:
    home = Home(tmp_path)
    home.create()
    outputs = {"UserPoolId": "us-east-1_a"}
    made = Cloud("http://127.0.0.1:1", "http://127.0.0.1:2", (), home, RUNTIME, outputs=outputs)
    write_record(made)
    return made


def recorded(cloud: Cloud) -> Cloud:
    found = read_record(cloud.home)
    assert found is not None
    return found


def test_there_is_one_of_each_role(cloud: Cloud, pool: Pool) -> None:
    made = demo_people(cloud)
    assert [person["role"] for person in made] == list(NAMES)
    assert set(NAMES) == set(ROLES)
    for person in made:
        known = {name: person[name] for name in ("pool", "name", "password", "role")}
        assert pool.users[person["account"]] == known
    assert len({person["password"] for person in made}) == len(made)


def test_they_are_made_once_and_kept_in_the_record_of_its_owner(cloud: Cloud, pool: Pool) -> None:
    made = demo_people(cloud)
    again = recorded(cloud)
    assert demo_people(again) == made
    assert cloud.home.state.stat().st_mode & 0o077 == 0
    assert person_of(again, "lead") == made[1]
    assert not [person for person in made if person["password"] in repr(again)]


def test_an_interrupted_start_is_taken_up_again(cloud: Cloud, pool: Pool) -> None:
    first = demo_people(cloud)
    second = demo_people(cloud)  # the record was never read: as if it had not been written
    assert all(a["password"] != b["password"] for a, b in zip(first, second, strict=True))
    assert {user["password"] for user in pool.users.values()} == {
        person["password"] for person in recorded(cloud).people
    }


def test_another_pool_has_people_of_its_own(cloud: Cloud, pool: Pool) -> None:
    demo_people(cloud)
    pool.users.clear()
    fresh = demo_people(replace(recorded(cloud), outputs={"UserPoolId": "us-east-1_b"}))
    assert {person["pool"] for person in fresh} == {"us-east-1_b"}


def test_a_failing_pool_is_no_reason_to_go_on(
    cloud: Cloud, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "AdminCreateUser")

    monkeypatch.setattr(pool, "admin_create_user", refused)
    with pytest.raises(ClientError, match="AccessDenied"):
        demo_people(cloud)
    assert recorded(cloud).people == ()
