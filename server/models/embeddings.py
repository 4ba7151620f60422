"""The embedding seam: texts in, unit vectors out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.errors import SettingsInvalid
from server.settings import Settings


class Embedder(ABC):
    model: str
    """The name it is configured by (`local/wordllama`); stored beside the vectors it made."""

    requested_dimensions: int | None = None
    """The width the model is asked for; `None`: its own."""

    @abstractmethod
    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Texts to an array of shape (number of texts, dimensions): unit rows, in the texts' order.

        A text without any token gives a row of zeros. One call is one request, so batching is the caller's.
        Raises one of the model `Outage`s. Cancelling closes the request under way.
        """

    is_free = False
    """Whether it costs neither money nor a request, so that it may be asked at every keystroke."""

    learns_token_weights = False
    """Whether it embeds better when it knows which tokens are common in a corpus."""

    def learn_token_weights(self, texts: Sequence[str]) -> bytes:
        """A sample of a corpus' windows to what is to be kept of it; blocking."""
        raise NotImplementedError(f"{self.model} learns nothing of a corpus")

    def with_token_weights(self, weights: bytes) -> "Embedder":
        """An embedder like this one that knows what was learnt; shares what is large. Queries need it too."""
        raise NotImplementedError(f"{self.model} learns nothing of a corpus")

    async def close(self) -> None:  # noqa: B027 - most embedders hold nothing that needs closing
        """Let go of connections; the embedder is not to be used afterwards."""


def make_embedder(settings: Settings, *, retries: int, timeout_seconds: float) -> Embedder:
    """The embedder that `settings.embedding_model` names.

    `retries` counts tries after the first (connection errors, time-outs, 429, 5xx), with backoff and honouring
    `Retry-After`. A reader's query wants one, and then a 429 is final, because `Retry-After` may be minutes; an
    ingest wants many. `timeout_seconds` limits one try.
    Local embedders need neither. Raises `SettingsInvalid` for a name or endpoint that cannot work.
    """
    name = settings.embedding_model
    # Imported when chosen: the `openai` package alone takes 0.8 s, which `local/*` should not wait for.
    if name == "local/wordllama":
        from server.models.wordllama import WordllamaEmbedder

        return WordllamaEmbedder()
    if name.startswith("openai/") and name != "openai/":
        from server.models.openai_embeddings import OpenAIEmbedder

        return OpenAIEmbedder(settings, retries=retries, timeout_seconds=timeout_seconds)
    raise SettingsInvalid(f"LECTERN_EMBEDDING_MODEL is {name!r}: use `local/wordllama` or `openai/<name>`.")
