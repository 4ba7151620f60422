"""The completion seam: a prompt in, an answer's deltas out."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator

from server.errors import SettingsInvalid
from server.events import Delta, Finished
from server.records import Prompt
from server.settings import Settings


class Completer(ABC):
    model: str
    """The name it is configured by (`openai/gpt-4.1-mini`)."""
    rewrites: bool = True
    """Whether it does what a prompt's messages say, so that it can be asked for more than answers."""

    @abstractmethod
    def complete(self, prompt: Prompt) -> AsyncGenerator[Delta | Finished, None]:
        """Any number of `Delta`s, then exactly one `Finished` (`stop`, `length` or `content_filter`).

        Raises one of the model `Outage`s, before the first delta or between two. Closing the generator
        (`aclose`) or cancelling its reader closes the upstream request at once. Time limits between deltas
        are the caller's.
        """

    async def close(self) -> None:  # noqa: B027 - most completers hold nothing that needs closing
        """Let go of connections; the completer is not to be used afterwards."""


def make_completer(settings: Settings) -> Completer:
    """The completer that `settings.resolved_completion_model` names.

    Raises `SettingsInvalid` for a name or endpoint that cannot work.
    """
    name = settings.resolved_completion_model
    # Imported when chosen: the `openai` package alone takes 0.8 s, which `local/*` should not wait for.
    if name == "local/extractive":
        from server.models.extractive import ExtractiveCompleter

        return ExtractiveCompleter()
    if name.startswith("openai/") and name != "openai/":
        from server.models.openai_completions import OpenAICompleter

        return OpenAICompleter(settings)
    raise SettingsInvalid(f"LECTERN_COMPLETION_MODEL is {name!r}: use `local/extractive` or `openai/<name>`.")
