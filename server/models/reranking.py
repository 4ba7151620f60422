"""The reranking seam: a query and texts in, one score per text out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from server.errors import SettingsInvalid
from server.settings import Settings


class Reranker(ABC):
    model: str
    """The name it is configured by (`rerank-v3.5`)."""

    @abstractmethod
    async def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """A finite score for each text, in the texts' order; the higher, the better it answers the query.

        Scores compare within one call only: some rerankers give 0…1, others logits. Raises one of the model
        `Outage`s, `ModelTimeout` among them. Cancelling closes the request under way.
        """

    async def close(self) -> None:  # noqa: B027 - not every reranker holds something that needs closing
        """Let go of connections; the reranker is not to be used afterwards."""


def make_reranker(settings: Settings) -> Reranker | None:
    """The reranker that `settings.rerank_model` names; `None` when it names none.

    Raises `SettingsInvalid` for an endpoint that cannot work.
    """
    if not settings.rerank_model:
        return None
    if not settings.rerank_base_url:
        raise SettingsInvalid(
            f"LECTERN_RERANK_MODEL is {settings.rerank_model!r}, which needs an endpoint: set "
            "LECTERN_RERANK_BASE_URL to its address up to /rerank."
        )
    # Imported when chosen: the `openai` package alone takes 0.8 s.
    from server.models.rerank_endpoint import EndpointReranker

    return EndpointReranker(
        settings.rerank_model,
        settings.rerank_base_url,
        api_key=settings.rerank_api_key,
        timeout_seconds=settings.rerank_timeout_seconds,
    )
