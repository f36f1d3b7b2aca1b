"""`framewarden users` and `desk`: who may sign in, as what, and where."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import Result

from framewarden.domain.roles import ROLES
from local import people
from local.cli.users import Role
from local.doctor_desk import LINKS, check_links, check_people
from local.errors import OperatorError
from local.target import Target

Run = Callable[..., Result]


@pytest.fixture
def pool(furnished: Target) -> Iterator[Target]:
    """A user pool with the desk's groups, and nobody in it."""
    cognito = furnished.client("cognito-idp")
    made = cognito.create_user_pool(PoolName="desk")["UserPool"]["Id"]
    for role in ROLES:
        cognito.create_group(UserPoolId=made, GroupName=role)
    furnished.outputs["UserPoolId"] = made
    yield furnished
    cognito.delete_user_pool(UserPoolId=made)


class Invited:
    """Remember how each account was made, and let moto make it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.asked: list[dict[str, Any]] = []

    def admin_create_user(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return self._client.admin_create_user(**asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.fixture
def invited(pool: Target) -> Invited:
    pool.clients["cognito-idp"] = made = Invited(pool.client("cognito-idp"))
    return made


def on_laptop(pool: Target) -> Target:
    return Target("guard", "us-east-1", pool.outputs, pool.connect, True, pool.clients)


def test_the_roles_of_the_command_are_the_desk_s() -> None:
    assert {role.value for role in Role} == set(ROLES)
    assert {role.name for role in Role} == set(ROLES)


def test_on_aws_cognito_mails_the_first_password_and_nobody_prints_one(
    run: Run, invited: Invited
) -> None:
    done = run("users", "add", "ann", "--role", "lead", "--email", "ann@example.org",
               "--name", "Ann Example")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    [asked] = invited.asked
    assert asked["DesiredDeliveryMediums"] == ["EMAIL"]
    assert not {"TemporaryPassword", "MessageAction"} & set(asked)
    assert {one["Name"]: one["Value"] for one in asked["UserAttributes"]} == {
        "name": "Ann Example",
        "email": "ann@example.org",
        "email_verified": "true",
    }
    assert "Cognito has mailed the first password to ann@example.org" in done.stderr
    assert "The desk is at https://desk.example/live/queue" in done.stderr
    assert done.stdout == ""


def test_without_an_address_nobody_is_made_on_aws(run: Run, invited: Invited) -> None:
    done = run("users", "add", "ann", "--role", "lead")
    assert done.exit_code == 1
    assert "Give one with: --email ADDRESS" in done.stderr
    assert invited.asked == []


def test_on_the_laptop_the_first_password_is_told_once(pool: Target, invited: Invited) -> None:
    added = people.add(on_laptop(pool), "ann", "auditor")
    [asked] = invited.asked
    assert added.password is not None
    assert (asked["TemporaryPassword"], asked["MessageAction"]) == (added.password, "SUPPRESS")
    assert asked["UserAttributes"] == [{"Name": "name", "Value": "ann"}]
    assert (added.is_new, people.listed(pool)[0]["roles"]) == (True, ["auditor"])


def test_a_second_role_makes_no_second_account(run: Run, invited: Invited) -> None:
    for role in ("engineer", "moderator", "moderator"):
        done = run("users", "add", "ann", "--role", role, "--email", "ann@example.org", "--json")
        assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["new"] is False
    assert len(invited.asked) == 1
    [ann] = json.loads(run("users", "list", "--json").stdout)
    assert ann["roles"] == ["moderator", "engineer"]
    again = run("users", "add", "ann", "--role", "lead")
    assert "ann was there, and is lead now too" in again.stderr


def test_who_is_shut_out_stays_listed_and_the_name_stays_taken(run: Run, pool: Target) -> None:
    for name in ("bob", "ann"):
        run("users", "add", name, "--role", "moderator", "--email", f"{name}@example.org")
    dry = run("users", "remove", "bob", "--dry-run")
    assert "bob (bob) would be shut out" in dry.stderr
    assert all(one["may_sign_in"] for one in people.listed(pool))
    done = run("users", "remove", "bob")
    assert done.exit_code == 0, done.stderr
    assert "within a quarter of an hour" in done.stderr
    assert [(one["account"], one["may_sign_in"]) for one in people.listed(pool)] == [
        ("ann", True),
        ("bob", False),
    ]
    told = run("users", "list").stdout
    assert ["bob" in line and " no " in line for line in told.splitlines()].count(True) == 1
    taken = run("users", "add", "bob", "--role", "lead", "--email", "other@example.org")
    assert taken.exit_code == 1
    assert "aws cognito-idp admin-enable-user --user-pool-id" in taken.stderr
    assert people.listed(pool)[1]["roles"] == ["moderator"]


def test_who_is_not_there_cannot_be_removed(run: Run, pool: Target) -> None:
    for options in ((), ("--dry-run",)):
        done = run("users", "remove", "nobody", *options)
        assert done.exit_code == 1
        assert "There is no account nobody" in done.stderr
    assert "Nobody can sign in yet." in run("users", "list").stderr
    assert json.loads(run("users", "list", "--json").stdout) == []


def test_what_the_pool_refuses_is_put_in_words(pool: Target, invited: Invited) -> None:
    def refused(code: str) -> Callable[..., None]:
        def ask(**_: Any) -> None:
            raise ClientError({"Error": {"Code": code, "Message": "no spaces"}}, "AdminCreateUser")

        return ask

    for code, kind in (("InvalidParameterException", OperatorError), ("Other", ClientError)):
        invited.admin_create_user = refused(code)  # type: ignore[method-assign]
        with pytest.raises(kind, match="no spaces"):
            people.add(pool, "a b", "lead", "a@example.org")


def test_a_password_always_fits_the_pool_s_rules() -> None:
    for password in {people.made_password() for _ in range(200)}:
        assert len(password) >= 12
        assert any(map(str.isupper, password))
        assert any(map(str.islower, password))
        assert any(map(str.isdigit, password))


def test_the_desk_of_a_stack_names_its_address_and_how_to_let_people_in(
    run: Run, pool: Target
) -> None:
    done = run("desk")
    assert done.stdout == "https://desk.example/live/queue\n"
    for words in (
        "framewarden users add NAME --role moderator --email ADDRESS --stack guard",
        f"aws cognito-idp admin-create-user --user-pool-id {pool.output('UserPoolId')}",
        "aws cognito-idp admin-add-user-to-group",
    ):
        assert words in done.stderr
    told = json.loads(run("desk", "--json").stdout)
    assert told == {"url": "https://desk.example/live/queue", "people": []}


def findings(check: Any, target: Target) -> list[tuple[str, str]]:
    return [(status, f"{says} {remedy}".strip()) for status, says, remedy in check(target)]


def test_doctor_looks_for_somebody_who_can_act(pool: Target) -> None:
    assert [status for status, _ in findings(check_people, pool)] == ["warn", "warn"]
    people.add(pool, "eva", "engineer", "eva@example.org")
    told = findings(check_people, pool)
    assert [status for status, _ in told] == ["warn", "warn", "ok"]
    assert "may decide. framewarden users add NAME --role moderator" in told[0][1]
    people.add(pool, "mo", "moderator", "mo@example.org")
    told = findings(check_people, pool)
    assert [status for status, _ in told] == ["warn", "ok"]
    assert "reinstate a channel. framewarden users add NAME --role lead" in told[0][1]
    people.add(pool, "lea", "lead", "lea@example.org")
    assert findings(check_people, pool) == [
        ("ok", "3 accounts can sign in at https://desk.example/live/queue")
    ]
    people.shut_out(pool, "lea")
    assert [status for status, _ in findings(check_people, pool)] == ["warn", "ok"]


@pytest.mark.parametrize("allowed", LINKS)
def test_doctor_says_what_a_link_does(target: Target, allowed: str) -> None:
    target.clients["cloudformation"].parameters["LinkMay"] = allowed
    [(status, says)] = findings(check_links, target)
    assert (status, f"LinkMay is {allowed}: " in says) == ("ok", True)


def test_a_stack_without_the_parameter_is_an_older_one(target: Target) -> None:
    del target.clients["cloudformation"].parameters["LinkMay"]
    [(status, says)] = findings(check_links, target)
    assert (status, "older than this command" in says) == ("warn", True)
