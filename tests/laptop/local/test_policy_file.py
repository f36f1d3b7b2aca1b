"""Policy files: what is read, and the line of every fault."""

import json
import os
import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from framewarden.domain import taxonomy
from framewarden.domain.policy import parse_policy, policy_hash
from framewarden.domain.policy_reviews import Review
from framewarden.domain.policy_stops import DEFAULT_STOPS
from local.policy_file import LARGEST, PolicyFileError, Problem, check, load

DEFAULT = Path(__file__).parents[3] / "policies" / "default.yaml"
TAIL = """\
reviews:
  critical: {deadline: 5m, default: stop}
  high: {deadline: 15m, default: allow}
  medium: {deadline: 4h, default: allow}
rules:
  - {name: stop, label: Explicit, min_confidence: 97, severity: critical}
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="policy.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def found(path):
    return [(problem.line, problem.message) for problem in check(path)]


def only(path):
    (problem,) = found(path)
    return problem


# The policy that comes with the project


def test_the_default_policy_is_valid_and_says_what_it_promises():
    assert check(DEFAULT) == []
    everywhere = parse_policy(load(DEFAULT)).everywhere
    bands = [(r.min_confidence, r.severity) for r in everywhere.rules if r.label == "Explicit"]
    assert bands == [(97, "critical"), (80, "high"), (60, "medium"), (0, "low")]
    assert (everywhere.max_age, everywhere.incident_window) == (300, 600)
    assert (everywhere.on_error, everywhere.confirm_stop) == ("hold", False)
    assert everywhere.reviews == {
        "critical": Review((300,), "stop", None),
        "high": Review((900, 900), "allow", 600),
        "medium": Review((14_400,), "allow", 10_800),
    }
    assert everywhere.stops == DEFAULT_STOPS  # what it explains is what holds where nothing is said


def test_the_default_policy_has_a_rule_for_everything():
    everywhere = parse_policy(load(DEFAULT)).everywhere
    catch_all = {r.label for r in everywhere.rules if r.min_confidence == 0 and r.severity == "low"}
    assert catch_all == set(taxonomy.CATEGORIES)


def test_the_default_policys_commented_example_is_valid(written):
    text = DEFAULT.read_text(encoding="utf-8")
    head, example = text.split("# channels:", 1)
    path = written(head + "channels:" + re.sub(r"(?m)^# ", "", example))
    assert found(path) == []
    assert set(load(path)["channels"]) == {"AbCdef1G2hij", "1234567"}
    stops = parse_policy(load(path)).for_channel("1234567", None).stops
    assert (stops.medialive, stops.slate_input) == ("slate", "slate")


def test_the_default_policys_other_commented_keys_are_valid(written):
    text = DEFAULT.read_text(encoding="utf-8")
    for commented in ("# rooms:", "#   viewers: arn", "#   moderators: arn", "  # slate_input: s"):
        assert text.count(commented) == 1
        text = text.replace(commented, commented.replace("# ", "", 1).replace("#   ", "  ", 1))
    stops = parse_policy(load(written(text))).everywhere.stops
    assert stops.slate_input == "slate"
    assert None not in (stops.viewers, stops.moderators)


def test_a_document_means_the_same_in_json(written):
    document = load(DEFAULT)
    path = written(json.dumps(document, indent="\t"), "policy.json")
    assert load(path) == document
    assert policy_hash(load(path)) == policy_hash(document)


# Lines


def test_every_problem_is_told_with_its_line(written):
    path = written(
        "name: test\n"
        "max_age: 5 minutes\n"
        "reviews:\n"
        "  critical: {deadline: 5m, default: stop}\n"
        "rules:\n"
        "  - name: a\n"
        "    label: Explict\n"
        "    min_confidence: 97\n"
        "    severity: critical\n"
        "  - {name: b, label: Violence, min_confidence: 101, severity: low}\n"
        "colour: red\n"
    )
    problems = check(path)
    assert [problem.line for problem in problems] == [2, 3, 7, 10, 11]
    assert all(problem.file == str(path) for problem in problems)
    assert problems[1].message.startswith("reviews.medium: missing")
    assert problems[2].message.startswith("rules[0].label: unknown label 'Explict'")
    assert "did you mean 'Explicit'?" in problems[2].message
    assert str(problems[0]).startswith(f"{path}:2: max_age: must be a duration")


def test_a_reminder_that_comes_too_late_is_told_with_its_line(written):
    path = written(
        "name: test\n"
        "reviews:\n"
        "  medium:\n"
        "    deadline: 1h\n"
        "    remind: 60m\n"
        "    default: allow\n"
        "rules:\n"
        "  - {name: a, label: Violence, min_confidence: 90, severity: medium}\n"
    )
    told = f"{path}:5: reviews.medium.remind: must be shorter than the deadline, which is 1h"
    assert [str(problem) for problem in check(path)] == [told]


def test_every_problem_of_a_stop_is_told_with_its_line(written):
    path = written(
        "name: test\n"
        "stops:\n"
        "  ban_for: until_reinstate\n"
        "  revoke_keys: no\n"
        "  medialive: slate\n"
        "rooms:\n"
        "  viewers: arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij\n"
        "breaker: {stops: 0, within: 10m}\n" + TAIL + "channels:\n"
        "  a:\n"
        "    breaker: {stops: 1}\n"
        "    stops: {ban_for: -5m}\n"
    )
    problems = check(path)
    assert [problem.line for problem in problems] == [2, 3, 4, 7, 8, 17, 18]
    told = [problem.message for problem in problems]
    assert told[0].startswith("stops.slate_input: missing: the name of the input attachment")
    assert told[1].startswith("stops.ban_for: must be until_reinstated, none, or a duration")
    assert told[1].endswith("(did you mean 'until_reinstated'?)")
    assert told[2] == "stops.revoke_keys: must be true or false, not 'no'"
    assert told[3].startswith("rooms.viewers: must be the ARN of an IVS Chat room, arn:aws:ivschat")
    assert told[4] == "breaker.stops: must be a whole number from 1 to 1000, not 0"
    assert told[5].startswith("channels.a.breaker: unknown key 'breaker'; allowed: mode")
    assert told[6].startswith("channels.a.stops.ban_for: must be")


def test_load_raises_with_all_of_them(written):
    with pytest.raises(PolicyFileError) as caught:
        load(written("name: 1\nmax_age: x\n" + TAIL))
    assert [problem.line for problem in caught.value.problems] == [1, 2]
    assert len(str(caught.value).splitlines()) == 2


def test_problems_of_json_have_lines(written):
    path = written('{\n\t"name": "x",\n\t"rules": [],\n\t"name": "y"\n}', "policy.json")
    lines = [line for line, _ in found(path)]
    assert lines == [1, 3, 4]


# What YAML would let pass


def test_a_key_that_comes_twice_is_refused(written):
    line, message = only(written("name: a\n" + TAIL + "name: b\n"))
    assert (line, message) == (8, "the key 'name' comes twice, first on line 1")


def test_a_key_that_comes_twice_further_down_is_refused(written):
    text = "name: a\n" + TAIL.replace("label: Explicit,", "label: Explicit, label: Violence,")
    assert only(written(text))[0] == 7


@pytest.mark.parametrize(
    ("field", "read"),
    [
        ("name: NO", "NO"),
        ("name: off", "off"),
        ("name: 2026-11-22", "2026-11-22"),
        ("name: 12:30", "12:30"),
        ("name: '7'", "7"),
        ("max_age: 010", 10),
        ("max_age: 90", 90),
    ],
)
def test_plain_words_stay_what_they_look_like(written, field, read):
    name = "" if field.startswith("name") else "name: x\n"
    document = load(written(f"{field}\n{name}{TAIL}"))
    assert document[field.partition(":")[0]] == read


def test_1e2_is_a_number(written):
    document = load(written("name: x\n" + TAIL.replace("97", "1e2")))
    assert document["rules"][0]["min_confidence"] == 100.0


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("confirm_stop: yes", "must be true or false, not 'yes'"),
        ("on_error: off", "not 'off'"),
        ("name: true", "must be text, not true"),
        ("name: 1", "must be text, not 1"),
        ("max_age: 5:00", "not '5:00'"),
        ("max_age: 1_000", "not '1_000'"),
        ("max_age: .inf", "not '.inf'"),
        ("max_age:", "not null"),
        ("channels: {1234567: {}}", "put 1234567 in quotes"),
        ("channels: {~: {}}", "put null in quotes"),
        ("channels: {1.5: {}}", "put 1.5 in quotes"),
        ("? [a]\n: b", "a key that is a list"),
        ("<<: 7", "<< takes a mapping"),
        ("name: !!python/object/apply:os.getcwd []", "must be text"),
        ("name: !!binary aGFsbG8=", "a kind of value that no policy has"),
        ("max_age: !!int x", "not a number"),
        ("max_age: " + "9" * 5000, "not a number"),
    ],
)
def test_a_trap_is_explained(written, field, says):
    name = "" if field.startswith("name") else "name: x\n"
    problems = found(written(f"{field}\n{name}{TAIL}"))
    assert any(says in message for _, message in problems), problems
    assert {line for line, _ in problems} == {1}


def test_anchors_and_merges_may_be_used(written):
    text = (
        "name: x\n"
        "reviews:\n"
        "  critical: &soon {deadline: 5m, default: stop}\n"
        "  high: {<<: *soon, default: allow}\n"
        "  medium: {default: allow, <<: [*soon, {deadline: 9m, escalate: 1m}]}\n"
        "rules: &rules\n"
        "  - &first {name: a, label: Explicit, min_confidence: 97, severity: critical}\n"
        "  - {<<: *first, name: b, min_confidence: 80, severity: high}\n"
        "channels: {abc: {rules: *rules}}\n"
    )
    document = load(written(text))
    assert document["reviews"]["high"] == {"deadline": "5m", "default": "allow"}
    assert document["reviews"]["medium"] == {"deadline": "5m", "escalate": "1m", "default": "allow"}
    assert document["rules"][1]["label"] == "Explicit"


def test_a_merge_does_not_move_the_line_of_a_key(written):
    text = (
        "name: x\n"
        + TAIL
        + ("channels:\n  a: &a {max_age: 1m}\n  b:\n    max_age: 5x\n    <<: *a\n")
    )
    assert only(written(text))[0] == 11


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: &a [*a]\n", "contains itself"),
        ("name: &a {b: *a}\n", "contains itself"),
        (
            "a: &a [1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"{x}: &{x} [{','.join([f'*{y}'] * 9)}]\n" for y, x in pairwise("abcdefg")),
            "more than 100,000 values",
        ),
    ],
)
def test_anchors_cannot_run_away(written, text, says):
    assert any(says in message for _, message in found(written(text)))


# What is no policy file


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("", 1, "the policy is empty"),
        ("# nothing yet\n", 1, "the policy is empty"),
        ("just words\n", 1, "must be a mapping"),
        ("- a\n- b\n", 1, "must be a mapping"),
        ("name: a\nrules: [\n", 3, "not YAML"),
        ("name: a\n\trules: b\n", 2, "not YAML"),
        ("name: a\n---\nname: b\n", 2, "not YAML"),
        ("name: *b\n", 1, "not YAML"),
        (b"name: a\nb: \x00\n", 2, "a control character"),
        (b"name: a\nb: \xff\xfe\n", 2, "not in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", 1, "not in UTF-8"),
        (b"x" * (LARGEST + 1), 0, "larger than 1000 kB"),
    ],
)
def test_what_cannot_be_read_is_one_problem(written, content, line, says):
    where, message = only(written(content))
    assert says in message
    assert where == line


def test_a_file_that_is_nested_too_deeply_is_one_problem(written):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)  # other tests may have raised it
    try:
        where, message = only(written("[" * 2_000))
    finally:
        sys.setrecursionlimit(limit)
    assert "nested too deeply" in message
    assert where == 0


@pytest.mark.parametrize(
    ("content", "line"), [('{\n"name": "a"\n"b": 1}', 3), ("name: a\n", 1), ("[" * 200_000, 0)]
)
def test_json_is_held_to_its_own_grammar(written, content, line):
    where, message = only(written(content, "policy.json"))
    assert "not JSON" in message
    assert where == line


def test_a_bom_and_windows_line_ends_are_no_fault(written):
    path = written(b"\xef\xbb\xbfname: a\r\n" + TAIL.replace("\n", "\r\n").encode())
    assert load(path)["name"] == "a"
    path = written(b"\xef\xbb\xbf" + json.dumps(load(DEFAULT)).encode(), "policy.json")
    assert load(path) == load(DEFAULT)


def test_json_escapes_are_read_as_json_means_them(written):
    document = load(DEFAULT) | {"name": "caf\u00e9 \U0001f600"}
    path = written(json.dumps(document), "policy.json")
    assert load(path)["name"] == document["name"]


def test_a_path_that_is_no_file_is_explained(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, says in [
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "this is a folder"),
        (tmp_path / "pipe", "this is not a file"),
        (tmp_path / ("x" * 300), "cannot be read: File name too long"),
    ]:
        assert check(path) == [Problem(str(path), 0, check(path)[0].message)]
        assert says in str(check(path)[0])
        assert str(check(str(path))[0]).startswith(f"{path}: ")


def test_a_long_key_does_not_flood_the_message(written):
    (message,) = [m for _, m in found(written(f"{'k' * 900}: 1\nname: x\n{TAIL}"))]
    assert len(message) < 300
