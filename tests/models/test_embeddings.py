import pytest

from server.errors import SettingsInvalid
from server.models.embeddings import make_embedder
from server.settings import load_settings


@pytest.mark.parametrize("name", ["local/other", "openai/", "openai", "text-embedding-3-small", "azure/x"])
def test_an_unknown_embedding_model_is_refused_with_the_choices(name: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        make_embedder(load_settings(embedding_model=name), retries=0, timeout_seconds=1)
    expected = f"LECTERN_EMBEDDING_MODEL is {name!r}: use `local/wordllama` or `openai/<name>`."
    assert expected == str(caught.value)


@pytest.mark.parametrize("name", ["local/wordllama", "openai/text-embedding-3-small"])
async def test_an_embedder_knows_the_name_it_is_configured_by(name: str) -> None:
    settings = load_settings(embedding_model=name, embedding_api_key="sk-test")
    embedder = make_embedder(settings, retries=0, timeout_seconds=1)
    assert name == embedder.model
    await embedder.close()
