"""The model card's tables, from results and the training record alone."""

from collections.abc import Iterable, Sequence
from typing import Final

from . import slices
from .markdown import Markdown, escape, table
from .report import HEADLINES, peers, shown
from .result import Result, Value
from .shipped import Row, cell, section
from .trained import TrainingRecord

_SPEECH: Final = (("speech", "quoted stretches"), ("speech_speaker", "their speaker"))


def reach_table(record: TrainingRecord) -> Markdown:
    """Lay out what share of the training gold the network's limits put out of reach."""
    rows = [[why, str(r.lost), str(r.of), f"{r.lost / r.of:.2%}" if r.of else "–"] for why, r in record.reach.items()]
    return table(["why", "lost", "of", "share"], rows)


def main_scores(result: Result) -> Markdown:
    """Lay out scores with intervals, end to end beside quotes given, and beside them the baselines end to end."""
    given = result.given_gold.scores if result.given_gold else None
    rows = []
    for row in _rows(result):
        ours = result.end_to_end.scores
        if (value := ours.get(row.score)) and value.value is not None:
            cells = [row.label, cell(result, ours, row)]
            cells += [cell(result, given, row)] if given is not None else []
            rows.append([*cells, *(cell(result, other.end_to_end, row, False) for other in result.baselines.values())])
    header = ["score", "end to end", *(["quotes given"] if given is not None else []), *_names(result.baselines)]
    return table(header, rows)


def given_baselines(result: Result) -> Markdown | None:
    """Lay out the baselines' scores where the quotes are given, beside the model's; None where there are none."""
    others = {name: other.given_gold for name, other in result.baselines.items() if other.given_gold is not None}
    if not others or not result.given_gold:
        return None
    ours = result.given_gold.scores
    rows = [
        [row.label, cell(result, ours, row, False), *(cell(result, other, row, False) for other in others.values())]
        for row in _rows(result)
        if row.score in ours
    ]
    return table(["quotes given", "model", *_names(others)], rows)


def by_label(result: Result) -> Markdown | None:
    """Lay out precision, recall and F1 of each stance; None where gold has none."""
    if result.end_to_end.confusion is None or section(result).recall:
        return None
    ours, given = result.end_to_end.scores, result.given_gold.scores if result.given_gold else {}
    rows = [
        [
            label,
            str(result.corpus.counts.get(f"stance {label}", 0)),
            *(shown(ours[f"stance_{label}{part}"], interval=part == "") for part in ("_precision", "_recall", "")),
            shown(given.get(f"stance_{label}")),
        ]
        for label in result.end_to_end.confusion.labels
    ]
    return table(["stance", "in gold", "precision", "recall", "F1", "F1, quotes given"], rows)


def peers_table(result: Result) -> Markdown | None:
    """Lay out what other systems reach on the same articles; None where nobody has measured."""
    names = ("speech", "speech_speaker", "quotes", "quotes_speaker")
    if not (others := peers(result)):
        return None
    ours = [Markdown(f"**{shown(result.end_to_end.scores.get(name))}**") for name in names]
    rows: list[list[str]] = [[Markdown(f"**{escape(result.system.name)}**"), *ours]]
    rows += [[peer["system"], *(shown(peer["scores"].get(name)) for name in names)] for peer in others]
    return table(["system", "quoted stretches", "their speaker", "quotes", "quotes with speaker"], rows)


def slice_tables(result: Result) -> list[Markdown]:
    """Lay out the shares of gold's quotes that came out right, a table for each sort of slice; none on small ones."""
    if section(result).recall:
        return []
    return [
        table(
            [by, "quotes", *(part.replace("_", " ") for part in slices.PARTS)],
            [
                [value, str(one.quotes), *(shown(one.scores.get(part), part == "found") for part in slices.PARTS)]
                for value, one in values.items()
            ],
        )
        for by, values in result.end_to_end.slices.items()
    ]


def calibration(result: Result) -> Markdown | None:
    """Lay out the errors of the scores as probabilities, before temperature and after; None without any."""
    ours = result.end_to_end.scores
    rows = []
    for what in ("quote", "stance"):
        for name, ending in ((f"{what}, before temperature", "_raw"), (what, "")):
            ece, brier = ours.get(f"{what}_ece{ending}"), ours.get(f"{what}_brier{ending}")
            if ece and ece.value is not None:
                rows.append([name, shown(ece), shown(brier)])
    return table(["score of", "ECE", "Brier"], rows) if rows else None


def share(results: Sequence[Result], by: str, value: str, part: str) -> str:
    """Tell how a slice fared on each corpus that has it: ".812 on dev (120 of them)"."""
    found = []
    for result in results:
        one = result.end_to_end.slices.get(by, {}).get(value)
        right = one.scores.get(part) if one else None
        if one and right and right.value is not None and not section(result).recall:
            found.append(f"{shown(right.value)} on {result.corpus.name} ({one.quotes} of them)")
    return ", ".join(found) or "no such quotes in what it was measured on"


def wrong_speakers(results: Sequence[Result]) -> Markdown:
    """Lay out the share of direct and mixed quotes that were missed or put into another's mouth."""
    rows = []
    for result in results:
        right = result.end_to_end.scores.get("direct_speaker")
        if right and right.value is not None:
            bounds = [None if bound is None else 1 - bound for bound in (right.high, right.low)]
            wrong = Value(value=1 - right.value, low=bounds[0], high=bounds[1])
            rows.append([section(result).title, shown(wrong)])
    if not rows:
        return Markdown("None of the articles that it was measured on has quotes in quotation marks with a speaker.")
    return table(["corpus", "missed, or with a wrong speaker or none"], rows)


def _rows(result: Result) -> list[Row]:
    """Give the rows of a corpus's tables: all main scores, or where only shares of gold mean something, those."""
    if section(result).recall:
        return list(section(result).rows)
    return [Row(name, label) for name, label in (*HEADLINES, ("stance_given", "stance, found quotes"), *_SPEECH)]


def _names(baselines: Iterable[str]) -> list[str]:
    return [name.replace("_", " ") for name in baselines]
