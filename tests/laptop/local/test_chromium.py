"""The browser that the system has, or what to say where it has none."""

import pytest

from local import chromium
from local.errors import OperatorError


def installed(folder, *names):
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("chromium", "google-chrome"), "chromium"),
        (("chromium-browser",), "chromium-browser"),
        (("google-chrome",), "google-chrome"),
        (("firefox",), None),
    ],
)
def test_debians_chromium_goes_before_the_others(tmp_path, monkeypatch, names, found):
    installed(tmp_path, *names)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find_chromium() == (found and str(tmp_path / found))


def test_without_one_it_says_how_to_install_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperatorError, match="apt-get install chromium"), chromium.chromium():
        pass
