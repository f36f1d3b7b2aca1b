import pytest

from framewarden import settings
from framewarden.settings import EnvironmentIncompleteError

WHOLE = {"FRAMES_TABLE": "f", "FRAMES_BUCKET": "b", "STATE_MACHINE_ARN": "arn"}


def test_an_environment_is_read_into_one_frozen_model():
    own = settings.Intake.read(WHOLE)
    assert (own.frames_table, own.frames_bucket, own.state_machine_arn) == ("f", "b", "arn")
    with pytest.raises(AttributeError):
        own.frames_table = "other"


def test_everything_that_is_missing_is_named_at_once():
    with pytest.raises(EnvironmentIncompleteError) as failure:
        settings.Intake.read({"FRAMES_TABLE": "f"})
    assert str(failure.value) == (
        "Intake needs FRAMES_BUCKET, STATE_MACHINE_ARN: deploy template.yaml again"
    )


def test_an_empty_variable_is_a_missing_one():
    with pytest.raises(EnvironmentIncompleteError, match="needs FRAMES_TABLE:"):
        settings.Intake.read(WHOLE | {"FRAMES_TABLE": ""})


def test_the_process_environment_is_read_where_none_is_given(monkeypatch):
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    assert vars(settings.Intake.read()) == vars(settings.Intake.read(WHOLE))


def test_settings_are_read_once():
    with pytest.raises(AttributeError, match="frames_table cannot be changed"):
        settings.Intake.read(WHOLE).frames_table = "other"
