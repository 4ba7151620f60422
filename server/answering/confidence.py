"""The levels that a site's confidence is judged by, as they are now."""

import math
import time
from collections.abc import Sequence
from typing import Final

from server.confidence import Confidence, Levels, judge
from server.database.calls import get_calibration
from server.database.pool import Database
from server.records import Match

# New levels come after a publish, seldom, and are much like the old ones.
_LEVELS_AGE_MAX_SECONDS: Final = 1.0


class CorpusConfidence:
    """Judges matches by what was learnt of the corpus that is published now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._levels: Levels | None = None
        self._asked_at_seconds = -math.inf

    async def judge(self, matches: Sequence[Match]) -> Confidence:
        now_seconds = time.monotonic()
        if now_seconds - self._asked_at_seconds >= _LEVELS_AGE_MAX_SECONDS:
            calibration = await get_calibration(self._database)
            self._levels = calibration.levels if calibration else None
            self._asked_at_seconds = now_seconds
        return judge(matches, self._levels)
