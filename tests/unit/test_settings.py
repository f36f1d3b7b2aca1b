import pytest

from framewarden import settings
from framewarden.settings import EnvironmentIncompleteError

WHOLE = {
    "REVIEWS_TABLE": "r",
    "FRAMES_TABLE": "f",
    "EVIDENCE_BUCKET": "b",
}


def test_an_environment_is_read_into_one_frozen_model():
    own = settings.Archive.read(WHOLE)
    assert (own.frames_table, own.reviews_table, own.evidence_bucket) == ("f", "r", "b")
    with pytest.raises(AttributeError):
        own.frames_table = "other"


def test_everything_that_is_missing_is_named_at_once():
    with pytest.raises(EnvironmentIncompleteError) as failure:
        settings.Archive.read({"FRAMES_TABLE": "f"})
    assert str(failure.value) == (
        "Archive needs REVIEWS_TABLE, EVIDENCE_BUCKET: deploy template.yaml again"
    )


def test_an_empty_variable_is_a_missing_one():
    with pytest.raises(EnvironmentIncompleteError, match="needs FRAMES_TABLE:"):
        settings.Archive.read(WHOLE | {"FRAMES_TABLE": ""})


def test_the_process_environment_is_read_where_none_is_given(monkeypatch):
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    assert vars(settings.Archive.read()) == vars(settings.Archive.read(WHOLE))


def test_settings_are_read_once():
    with pytest.raises(AttributeError, match="frames_table cannot be changed"):
        settings.Archive.read(WHOLE).frames_table = "other"


def test_what_a_base_class_needs_comes_first():
    assert settings.StopStream.names()[:3] == settings.PolicySource.names()
    assert "CHANNELS_TABLE" in settings.StopStream.names()


def test_pages_that_look_know_who_is_asking_and_only_what_they_look_at():
    desk = set(settings.Desk.names())
    assert desk == {"LINK_SECRET_ARN", "LINK_MAY", "DESK_CLIENT_ID"}
    for own in (settings.ExecutionPage, settings.HealthPage):
        assert desk < set(own.names())
        assert "NOTICE_TOPIC_ARN" not in own.names()
    assert set(settings.PolicySource.names()) < set(settings.HealthPage.names())
