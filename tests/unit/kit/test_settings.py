"""Settings: where a value comes from, and what is said about a bad one."""

from pathlib import Path

import pytest

from flowyte.kit.errors import SetupError
from flowyte.kit.settings import load


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    """The order is flag, environment, file, default, and the source is told."""
    (tmp_path / "flowyte.toml").write_text('port = 1\nhost = "192.0.2.1"\n')
    environ = {"FLOWYTE_PORT": "2", "FLOWYTE_MAX_CALLS": "7"}
    settings, origins = load({"data_dir": tmp_path, "port": 3}, environ)
    assert (settings.port, settings.host, settings.max_calls, settings.database_pool) == (3, "192.0.2.1", 7, 8)
    sources = {origin.name: origin.source for origin in origins}
    assert (sources["port"], sources["host"], sources["max_calls"]) == ("flag", "flowyte.toml", "FLOWYTE_MAX_CALLS")


@pytest.mark.parametrize(
    ("text", "said"), [("port = [", "not valid TOML"), ("prot = 1", "prot"), ('port = "x"', "port")]
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    """The error names the setting or the file, so that it can be mended."""
    (tmp_path / "flowyte.toml").write_text(text)
    with pytest.raises(SetupError, match=said):
        load({"data_dir": tmp_path}, {})


def test_secrets_are_masked(tmp_path: Path) -> None:
    """Neither the settings' table nor a repr shows a secret."""
    settings, origins = load({"data_dir": tmp_path}, {"FLOWYTE_MODEL_API_KEY": "canary-value"})
    assert settings.model_api_key.reveal() == "canary-value"
    assert "canary-value" not in repr(settings) + repr(origins)
