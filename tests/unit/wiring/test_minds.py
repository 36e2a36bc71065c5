"""Which mind the settings ask for."""

import pytest

from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.wiring.minds import chat_model


def test_without_settings_there_is_no_model() -> None:
    """The policy mind answers alone."""
    assert chat_model(Settings()) is None


@pytest.mark.parametrize(("url", "name"), [("http://127.0.0.1/v1", ""), ("", "m"), ("127.0.0.1:80", "m")])
def test_half_a_model_is_refused_at_the_start(url: str, name: str) -> None:
    """And the message names both settings."""
    with pytest.raises(SetupError, match=r"FLOWYTE_MODEL_BASE_URL.*FLOWYTE_MODEL_NAME"):
        chat_model(Settings(model_base_url=url, model_name=name))
