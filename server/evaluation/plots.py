"""Plots as SVG that stands in a page and takes its colours."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from server.evaluation.measures import MEASURES
from server.evaluation.results import Scores

# Drawn in these colours, which become the page's, light or dark.
_INK: Final = "#010203"
_LINE: Final = "#010204"
_MODE_COLOURS: Final = ("#010205", "#010206", "#010207", "#010208")
_PAGE_COLOURS: Final = {
    _INK: "var(--quiet)",
    _LINE: "var(--line)",
    _MODE_COLOURS[0]: "var(--mode-1)",
    _MODE_COLOURS[1]: "var(--mode-2)",
    _MODE_COLOURS[2]: "var(--mode-3)",
    _MODE_COLOURS[3]: "var(--mode-4)",
}
_MARKERS: Final = ("o", "s", "^", "D")  # so that the modes differ without colour too

_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lectern",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": _LINE,
}
_INCHES: Final = (5.0, 3.5)  # 360 points wide: as wide as a phone, so that text is nowhere scaled down

_RANKS: Final = ("1", "2", "3", "4", "5", "6–10", "later", "never")


def plot_measures(scores: Sequence[Scores]) -> str:
    """Each measure's mean with its interval, by mode; for the scores of one level."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        for place, one in enumerate(scores):
            intervals = [one.interval(name) for name in MEASURES]
            axes.errorbar(
                [column + 0.2 * (place - (len(scores) - 1) / 2) for column in range(len(MEASURES))],
                [interval.mean for interval in intervals],
                yerr=(
                    [interval.mean - interval.low for interval in intervals],
                    [interval.high - interval.mean for interval in intervals],
                ),
                fmt=_MARKERS[place],
                color=_MODE_COLOURS[place],
                label=one.mode,
                linewidth=1.5,
            )
        axes.set_xticks(range(len(MEASURES)), [name.replace("@", "\n@") for name in MEASURES])
        axes.set_ylim(-0.02, 1.02)  # so that markers at the ends are whole
        return _svg(figure, axes, len(scores))


def plot_first_ranks(ranks: Mapping[str, Sequence[int | None]]) -> str:
    """At which rank the first relevant page stood, as shares of the questions, by mode."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        width = 0.8 / len(ranks)
        for place, (mode, found) in enumerate(ranks.items()):
            counts = Counter(map(_bucket, found))
            axes.bar(
                [column + width * (place - (len(ranks) - 1) / 2) for column in range(len(_RANKS))],
                [counts[bucket] / len(found) for bucket in _RANKS],
                width,
                color=_MODE_COLOURS[place],
                label=mode,
            )
        axes.set_xticks(range(len(_RANKS)), _RANKS)
        axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
        return _svg(figure, axes, len(ranks))


def _bucket(rank: int | None) -> str:
    if rank is None:
        return "never"
    if rank > 10:
        return "later"
    return "6–10" if rank > 5 else str(rank)


def _figure() -> tuple[Figure, Axes]:
    figure = Figure(_INCHES, layout="constrained")
    axes = figure.add_subplot()
    axes.grid(axis="y", linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def _svg(figure: Figure, axes: Axes, mode_count: int) -> str:
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=mode_count, frameon=False)
    written = io.StringIO()
    nothing_said = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(written, format="svg", transparent=True, metadata=nothing_said)
    svg = written.getvalue()
    for drawn, shown in _PAGE_COLOURS.items():
        svg = svg.replace(drawn, shown)
    return svg[svg.index("<svg") :]
