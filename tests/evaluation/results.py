"""Results made of given figures."""

from collections.abc import Mapping

from server.evaluation.measures import MEASURES
from server.evaluation.ranking import Mode
from server.evaluation.results import Asked, Level, Results, Scores
from server.records import Site

SITE = Site(
    generation=1, page_count=2, section_count=3, embedding_model="local/wordllama", embedding_dimensions=256
)


def made_results(
    values: Mapping[str, float], *, name: str = "here", mode: Mode = Mode.BOTH, level: Level = "pages"
) -> Results:
    """Every measure of a question has its one value; relevant is a page of the question's id."""
    asked = {id: Asked(text=f"{id}?", relevant={"pages": (f"/{id}",), "sections": (f"/{id}#s",)}) for id in values}
    by_question = {id: dict.fromkeys(MEASURES, value) for id, value in values.items()}
    scores = Scores(mode=mode, level=level, by_question=by_question)
    return Results(name=name, site=SITE, questions=asked, scores=(scores,))
