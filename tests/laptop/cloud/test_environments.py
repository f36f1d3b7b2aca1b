"""What each process may see, and what a client may use."""

import os
from pathlib import Path

import pytest

from local.errors import OperatorError
from local.laptop import environments
from local.laptop.connection import Cloud
from local.laptop.home import Home

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real-secret",
    "AWS_SESSION_TOKEN": "real-token",
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com",
    "AWS_CONFIG_FILE": "/home/me/.aws/config",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "GITHUB_TOKEN": "real-token",
    "HTTPS_PROXY": "http://proxy.example:3128",
    "NO_PROXY": "intranet.example,localhost",
}
ENDPOINT, MOTO = "http://127.0.0.1:4566", "http://127.0.0.1:4580"


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Cloud(ENDPOINT, MOTO, (), Home(tmp_path), environments.RUNTIME)


def test_the_servers_see_nothing_of_the_person(cloud: Cloud) -> None:
    for seen in (
        environments.for_ministack(cloud.home, 4566, MOTO, 1.0),
        environments.for_moto(cloud.home, ENDPOINT),
    ):
        assert not {"real-secret", "real-token", "AKIAREAL", "production"} & set(seen.values())
        assert "GITHUB_TOKEN" not in seen
        assert "HTTPS_PROXY" not in seen
        assert seen["AWS_CONFIG_FILE"] == seen["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
        assert seen["HOME"] == seen["TMPDIR"] == str(cloud.home.scratch)
        assert seen["NO_PROXY"].startswith("127.0.0.1,localhost")


def test_ministack_listens_on_loopback_only(cloud: Cloud) -> None:
    seen = environments.for_ministack(cloud.home, 4570, MOTO, 0.1)
    assert (seen["BIND_HOST"], seen["GATEWAY_PORT"]) == ("127.0.0.1", "4570")
    assert (seen["AUTH"], seen["IOT_MTLS_ENABLED"], seen["SFTP_ENABLED"]) == ("true", "0", "0")
    assert seen["SFN_WAIT_SCALE"] == "0.1"
    assert seen["DOCKER_HOST"].startswith(f"unix://{cloud.home.scratch}")


def test_moto_talks_to_ministack_as_its_root(cloud: Cloud) -> None:
    seen = environments.for_moto(cloud.home, ENDPOINT)
    assert seen["FRAMEWARDEN_CLOUD_ENDPOINT"] == ENDPOINT
    assert seen["FRAMEWARDEN_CLOUD_ACCESS_KEY"] == environments.ACCESS_KEY
    assert seen["FRAMEWARDEN_CLOUD_SECRET_KEY"] == environments.SECRET_KEY
    with pytest.raises(OperatorError, match="not on this machine"):
        environments.for_moto(cloud.home, "https://events.us-east-1.amazonaws.com")


def test_moto_has_the_answers_of_the_samples_unless_somebody_names_others(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named() -> str:
        return environments.for_moto(cloud.home, ENDPOINT)["FRAMEWARDEN_RECORDED_ANSWERS"]

    monkeypatch.delenv("FRAMEWARDEN_RECORDED_ANSWERS", raising=False)
    assert named().endswith("/samples/verify/answers.json")
    assert Path(named()).is_file()
    monkeypatch.setattr(environments, "ANSWERS", tmp_path / "gone.json")
    assert named() == ""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMEWARDEN_RECORDED_ANSWERS", "mine.json")
    assert named() == str(tmp_path.resolve() / "mine.json")
    monkeypatch.setenv("FRAMEWARDEN_RECORDED_ANSWERS", "")
    assert named() == ""


def test_functions_reach_the_played_services_at_moto(cloud: Cloud) -> None:
    seen = environments.for_ministack(cloud.home, 4566, MOTO, 1.0)
    for service in ("REKOGNITION", "IVS", "IVSCHAT", "MEDIALIVE"):
        assert seen[f"AWS_ENDPOINT_URL_{service}"] == MOTO
    assert seen["AWS_ENDPOINT_URL"] == ENDPOINT


def test_an_sdk_is_pointed_here_and_nowhere_else(cloud: Cloud) -> None:
    seen = cloud.environment()
    assert seen["AWS_ACCESS_KEY_ID"] == "test"
    assert seen["AWS_ENDPOINT_URL"] == ENDPOINT
    assert seen["AWS_CONFIG_FILE"] == seen["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert seen["NO_PROXY"] == "127.0.0.1,localhost,intranet.example"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & set(seen)


def test_a_tool_keeps_the_proxy_and_loses_the_account(cloud: Cloud) -> None:
    seen = cloud.tool_environment()
    assert seen["HTTPS_PROXY"] == SECRETS["HTTPS_PROXY"]
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & set(seen)
    assert seen["AWS_SECRET_ACCESS_KEY"] == "test"
    assert seen["SAM_CLI_TELEMETRY"] == "0"


def test_a_client_ignores_the_persons_settings(cloud: Cloud) -> None:
    s3 = cloud.client("s3", read_timeout=7)
    assert s3.meta.endpoint_url == ENDPOINT
    assert s3.meta.region_name == "us-east-1"
    assert s3.meta.config.read_timeout == 7
    assert s3.meta.config.proxies == {}
    assert s3.meta.config.inject_host_prefix is False
    assert s3._request_signer._credentials.access_key == "test"


@pytest.mark.parametrize("service", ["rekognition", "ivs", "ivschat", "medialive"])
def test_a_client_of_a_played_service_talks_to_moto(cloud: Cloud, service: str) -> None:
    assert cloud.client(service).meta.endpoint_url == MOTO


def test_a_client_of_another_machine_is_refused(tmp_path: Path) -> None:
    foreign = Cloud("https://aws.example", MOTO, (), Home(tmp_path), environments.RUNTIME)
    with pytest.raises(OperatorError, match="not on this machine"):
        foreign.client("s3")
    with pytest.raises(OperatorError, match="not on this machine"):
        foreign.environment()
