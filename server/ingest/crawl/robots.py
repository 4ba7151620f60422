"""What a site's robots.txt allows. https://www.rfc-editor.org/rfc/rfc9309"""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from protego import Protego

MAX_BYTES: Final = 512_000  # RFC 9309, 2.5: at least 500 kibibytes have to be read
_MAX_DELAY_SECONDS: Final = 10.0  # a guess: a thousand pages in three hours
_MAX_SITEMAPS: Final = 50
_AGENT: Final = "Lectern"


class Robots:
    def __init__(self, content: bytes) -> None:
        self._rules = Protego.parse(content[:MAX_BYTES].decode("utf-8-sig", "replace"))

    def allows(self, url: str) -> bool:
        return self._rules.can_fetch(url, _AGENT)

    @property
    def delay_seconds(self) -> float:
        """Between two requests, as the site asks, up to ten seconds."""
        return min(self._rules.crawl_delay(_AGENT) or 0.0, _MAX_DELAY_SECONDS)

    @property
    def sitemaps(self) -> Sequence[str]:
        return list(islice(self._rules.sitemaps, _MAX_SITEMAPS))
