"""The pictures of an evaluation, as PNG and SVG, from its result alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..model.labels import KINDS
from .result import Bin, Result

BLUE, ORANGE, GREY = "#2563a8", "#c9541c", "#8a8f98"
DPI: Final = 150


def write_plots(folder: Path, result: Result) -> list[str]:
    """Draw the pictures for which there are numbers, and give their names without suffix; raises OSError."""
    written = []
    for name, draw in PLOTS.items():
        figure = draw(result)
        path = folder / name
        if figure is None:
            path.with_suffix(".png").unlink(missing_ok=True)  # of an earlier evaluation into the same folder
            path.with_suffix(".svg").unlink(missing_ok=True)
            continue
        FigureCanvasAgg(figure)
        figure.savefig(path.with_suffix(".png"), dpi=DPI)
        figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
        written.append(name)
    return written


def confusion(result: Result) -> Figure | None:
    """Draw stances of gold by predicted, shaded by the share of the row; None where gold has no stances."""
    table = result.end_to_end.confusion
    if table is None:
        return None
    figure, axes = _figure(5.6, 4.8, f"Stance, end to end: {result.corpus.name}")
    rows = np.array(table.rows, dtype=float)
    shares = rows / np.maximum(rows.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, j in np.ndindex(*rows.shape):
        if i < len(table.labels) or j < len(table.labels):
            color = "white" if shares[i, j] > 0.6 else "black"
            axes.text(j, i, f"{int(rows[i, j])}", ha="center", va="center", color=color)
    axes.set_xticks(range(len(rows)), [*table.labels, "missed"], rotation=30, ha="right")
    axes.set_yticks(range(len(rows)), [*table.labels, "spurious"])
    axes.set(xlabel="predicted", ylabel="gold")
    axes.spines[:].set_visible(False)
    return figure


def reliability(result: Result) -> Figure | None:
    """Draw how often quotes and stances of a score are right, before and after temperature."""
    found = result.calibration
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    figure.suptitle(f"Are the scores right as often as they say? {result.corpus.name}", fontsize=11)
    panels: list[tuple[Axes, str, list[Bin], list[Bin] | None]] = [
        (figure.add_subplot(1, 2, 1), "quote", found.quote, found.quote_raw),
        (figure.add_subplot(1, 2, 2), "stance", found.stance, found.stance_raw),
    ]
    for panel, what, bins, raw in panels:
        panel.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
        if raw:
            _bins(panel, raw, ORANGE, "before temperature", "--", sizes=False)
        _bins(panel, bins, BLUE, "as reported", "-", sizes=True)
        value = result.end_to_end.scores[f"{what}_ece"].value
        panel.set_title(f"{what}: ECE {value:.3f}" if value is not None else f"{what}: nothing to measure", fontsize=10)
        panel.set(xlabel="score", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02), aspect="equal")
        panel.spines[["top", "right"]].set_visible(False)
    if found.quote_raw:
        lines, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(lines, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return figure


def precision_recall(result: Result) -> Figure | None:
    """Draw precision, recall and F1 of quotes over the least score reported; None where nothing was predicted."""
    points = result.calibration.curve
    if all(point.precision is None for point in points):
        return None
    figure, axes = _figure(6, 4, f"Quotes by the least score reported: {result.corpus.name}")
    thresholds = [point.threshold for point in points]
    for label, color, style in (("precision", BLUE, "-"), ("recall", ORANGE, "-"), ("F1", "black", "--")):
        values = np.array([getattr(point, label.lower()) for point in points], dtype=float)  # None becomes NaN
        axes.plot(thresholds, values, style, color=color, label=label)
    if result.system.threshold is not None:
        axes.axvline(result.system.threshold, color=GREY, linewidth=1, linestyle=":", label="the model's threshold")
    axes.set(xlabel="least score", xlim=(0, 1), ylim=(0, 1.02))
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def by_kind(result: Result) -> Figure | None:
    """Draw the F1 of quotes by kind with intervals; None where gold and predictions have no quotes at all."""
    scores = [(kind, result.end_to_end.scores[f"quotes_{kind}"]) for kind in KINDS]
    scores = [(kind, score) for kind, score in scores if score.value is not None]
    if not scores:
        return None
    figure, axes = _figure(5, 3.4, f"F1 of quotes by kind: {result.corpus.name}")
    for place, (_, score) in enumerate(scores):
        value = score.value or 0.0
        low = score.low if score.low is not None else value
        high = score.high if score.high is not None else value
        axes.bar(place, value, width=0.6, color=BLUE, alpha=0.85)
        axes.errorbar(place, value, yerr=[[max(0, value - low)], [max(0, high - value)]], color="black", capsize=4)
        axes.text(place, max(value, high) + 0.02, f"{value:.3f}", ha="center", va="bottom", fontsize=9)
    axes.set_xticks(range(len(scores)), [f"{kind}\n{result.corpus.counts[kind]} in gold" for kind, _ in scores])
    axes.set(ylim=(0, 1.12), yticks=np.arange(0, 1.01, 0.2))
    return figure


PLOTS: Final[dict[str, Callable[[Result], Figure | None]]] = {
    "confusion": confusion,
    "reliability": reliability,
    "precision_recall": precision_recall,
    "by_kind": by_kind,
}


def _figure(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    figure.suptitle(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _bins(axes: Axes, bins: list[Bin], color: str, label: str, style: str, sizes: bool) -> None:
    filled = [(b.score, b.right, b.count) for b in bins if b.score is not None and b.right is not None]
    if not filled:
        return
    scores, right, counts = zip(*filled, strict=True)
    axes.plot(scores, right, style, color=color, label=label, linewidth=1.2)
    area = 20 + 180 * np.array(counts) / max(counts) if sizes else 12
    axes.scatter(scores, right, s=area, color=color, alpha=0.6, linewidths=0, clip_on=False)
