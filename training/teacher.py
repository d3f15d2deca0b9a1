"""A bigger encoder, fine-tuned for stances alone, whose probabilities the small one learns from.

`python -m quoth.training.teacher ENCODER --polnear DIR` writes `seeds/stance-scores.jsonl`. PolNeAR's training
articles are dealt into two halves; each half's quotes are scored by the model that was trained on the other, so that
the scores tell what carries over and not what was learnt by heart (distillation: Hinton, Vinyals and Dean, 2015,
arXiv:1503.02531). Our own articles are learnt from and not scored: there the small encoder is the better judge.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase, Trainer, TrainingArguments, set_seed

from ..model.labels import NO_STANCE, STANCES
from ..model.precision import bf16_pays
from ..seeds.corpus import STANCE_SCORES, GoldArticle, GoldQuote, Pair, load_authored, load_polnear

BEFORE, BEHIND, LONGEST = 160, 60, 1200  # characters around the quote, and in all
TOKENS = 256
EPOCHS = 3
SILENT = 1000  # quotes of PolNeAR with no act, in an epoch; its acts are all there
AUTHORED = 10  # one in so many of our own articles' acts, and as many quotes with none
FROZEN = 3  # layers, beside the word embeddings
RATE, HEAD_RATE = 5e-5, 1e-3


@dataclass(frozen=True, slots=True)
class Snippet:
    """A quote and the text around it: token ids, which of them are its content, and which its cue or speaker."""

    article: str
    quote: str
    ids: list[int]
    content: list[bool]
    cue: list[bool]
    stance: int


def snippets(articles: Iterable[GoldArticle], tokenizer: PreTrainedTokenizerBase) -> list[Snippet]:
    """Cut every quote that has a stance out of its article."""
    return [_snippet(a, quote, tokenizer) for a in articles for quote in a.quotes if quote.stance is not None]


def _snippet(article: GoldArticle, quote: GoldQuote, tokenizer: PreTrainedTokenizerBase) -> Snippet:
    start = max(0, quote.content[0][0] - BEFORE)
    end = min(quote.content[-1][1] + BEHIND, start + LONGEST)
    coded = tokenizer(article.text[start:end], truncation=True, max_length=TOKENS, return_offsets_mapping=True)
    offsets = [(first + start, last + start) for first, last in coded["offset_mapping"]]

    def within(spans: Sequence[Pair]) -> list[bool]:
        return [any(max(first, s) < min(last, e) for s, e in spans) for first, last in offsets]

    stance = STANCES.index(quote.stance or NO_STANCE)
    content, cue = within(quote.content), within((*quote.cue, *quote.source))
    return Snippet(article.id, quote.id, coded["input_ids"], content, cue, stance)


class StanceModel(nn.Module):
    """Means of the states of content, of all else, and of cue and speaker, to the stances' logits."""

    def __init__(self, encoder: str) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(encoder, add_pooling_layer=False, attention_probs_dropout_prob=0.0)
        size = self.encoder.config.hidden_size
        self.role = nn.Embedding(3, size)  # neither, content, cue or speaker
        nn.init.zeros_(self.role.weight)
        self.head = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(3 * size, size), nn.GELU(), nn.Dropout(0.1), nn.Linear(size, len(STANCES))
        )
        self.encoder.get_input_embeddings().weight.requires_grad_(False)
        for layer in self.encoder.encoder.layer[:FROZEN]:
            layer.requires_grad_(False)

    def forward(
        self, ids: Tensor, mask: Tensor, content: Tensor, cue: Tensor, labels: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Give `logits` [B, L] and, with labels [B], the `loss`; ids [B, T], the rest bool [B, T]."""
        roles = self.role(content.long() + 2 * (cue & ~content).long())
        inputs = self.encoder.get_input_embeddings()(ids) + roles
        states = self.encoder(inputs_embeds=inputs, attention_mask=mask.long()).last_hidden_state
        means = [_mean(states, where) for where in (content, mask & ~content, cue)]
        logits = self.head(torch.cat(means, -1)).float()
        if labels is None:
            return {"logits": logits}
        return {"loss": nn.functional.cross_entropy(logits, labels, label_smoothing=0.05), "logits": logits}


def _mean(states: Tensor, where: Tensor) -> Tensor:
    """Average states [B, T, H] over the marked tokens [B, T]; 0 where there are none."""
    weights = where.to(states.dtype)[..., None]
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)


def collate(rows: Sequence[Mapping[str, Any]], pad: int) -> dict[str, Tensor]:
    """Pad a batch of snippets."""
    length = max(len(row["ids"]) for row in rows)

    def padded(field: str, fill: int) -> Tensor:
        return torch.tensor([[*row[field], *[fill] * (length - len(row[field]))] for row in rows])

    mask = torch.tensor([[column < len(row["ids"]) for column in range(length)] for row in rows])
    return {
        "ids": padded("ids", pad),
        "mask": mask,
        "content": padded("content", False),
        "cue": padded("cue", False),
        "labels": torch.tensor([row["stance"] for row in rows]),
    }


def epoch(polnear: Sequence[Snippet], authored: Sequence[Snippet], random: Random) -> list[Snippet]:
    """Draw what an epoch reads: all of PolNeAR's acts, some of our own, and quotes with none beside both."""
    acts, silent = _parted(polnear)
    our_acts, our_silent = _parted(authored)
    count = len(our_acts) // AUTHORED
    drawn = random.sample(silent, min(SILENT, len(silent))) + random.sample(our_acts, count)
    return acts + drawn + random.sample(our_silent, min(count, len(our_silent)))


def _parted(rows: Sequence[Snippet]) -> tuple[list[Snippet], list[Snippet]]:
    """Part those with an act from those with none."""
    none = STANCES.index(NO_STANCE)
    return [row for row in rows if row.stance != none], [row for row in rows if row.stance == none]


def fit(encoder: str, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Snippet], seed: int) -> Trainer:
    """Fine-tune the encoder on snippets, each read once; returns the trainer, which can also predict."""
    set_seed(seed)
    model = StanceModel(encoder)
    learnt = [part for part in model.named_parameters() if part[1].requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [weights for name, weights in learnt if name.startswith("encoder.")], "lr": RATE},
            {"params": [weights for name, weights in learnt if not name.startswith("encoder.")], "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=1,
            per_device_train_batch_size=16,
            per_device_eval_batch_size=64,
            train_sampling_strategy="group_by_length",
            length_column_name="length",
            warmup_steps=0.06,
            max_grad_norm=1.0,
            bf16=bf16_pays(torch.device("cuda" if torch.cuda.is_available() else "cpu")),
            use_cpu=not torch.cuda.is_available(),
            seed=seed,
            save_strategy="no",
            logging_steps=20,
            report_to="none",
            remove_unused_columns=False,
            dataloader_num_workers=0,
        )
        pad = tokenizer.pad_token_id
        trainer = Trainer(
            model=model,
            args=arguments,
            train_dataset=_dataset(rows),
            data_collator=lambda batch: collate(batch, pad),
            optimizers=(optimizer, None),
        )
        trainer.train()
    return trainer


def _dataset(rows: Sequence[Snippet]) -> Dataset:
    """Make the snippets columns, with their lengths."""
    fields = ("ids", "content", "cue", "stance")
    columns = {field: [getattr(row, field) for row in rows] for field in fields}
    return Dataset.from_dict({**columns, "length": [len(row.ids) for row in rows]})


def predict(trainer: Trainer, rows: Sequence[Snippet]) -> list[list[float]]:
    """Give the stances' probabilities for each snippet."""
    order = sorted(range(len(rows)), key=lambda row: len(rows[row].ids))
    trainer.args.train_sampling_strategy = "sequential"  # which predict() heeds: grouped by length, it would shuffle
    logits = torch.from_numpy(trainer.predict(_dataset([rows[row] for row in order])).predictions)
    result: list[list[float]] = [[]] * len(rows)
    for row, values in zip(order, logits.softmax(-1).tolist(), strict=True):
        result[row] = [round(value, 3) for value in values]
    return result


def score(
    encoder: str, polnear: Sequence[GoldArticle], authored: Sequence[GoldArticle]
) -> dict[str, dict[str, list[float]]]:
    """Score every quote of PolNeAR with the model that has not seen its article; by article and quote."""
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    halves = [snippets(half, tokenizer) for half in _halves(polnear)]
    ours = snippets(authored, tokenizer)
    scores: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for number, (seen, unseen) in enumerate((halves, halves[::-1]), 1):
        random = Random(number)
        rows = [row for _ in range(EPOCHS) for row in epoch(seen, ours, random)]
        trainer = fit(encoder, tokenizer, rows, seed=number)
        for row, values in zip(unseen, predict(trainer, unseen), strict=True):
            scores[row.article][row.quote] = values
    return scores


def _halves(articles: Sequence[GoldArticle]) -> tuple[list[GoldArticle], list[GoldArticle]]:
    dealt = list(articles)
    Random(0).shuffle(dealt)
    return dealt[::2], dealt[1::2]


def main() -> None:
    """Score PolNeAR's training articles and write the file."""
    parser = argparse.ArgumentParser(prog="python -m quoth.training.teacher", description=main.__doc__)
    parser.add_argument("encoder", help="hub id or folder, all-mpnet-base-v2 for the file that is shipped")
    parser.add_argument("--polnear", type=Path, required=True, metavar="DIR", help="PolNeAR's train.jsonl is there")
    parser.add_argument("-o", "--output", type=Path, default=STANCE_SCORES, help="default: seeds/stance-scores.jsonl")
    arguments = parser.parse_args()
    scores = score(arguments.encoder, load_polnear(arguments.polnear, "train"), load_authored("train"))
    with arguments.output.open("w", encoding="utf-8") as file:
        for article, values in sorted(scores.items()):
            file.write(json.dumps({"id": article, "scores": values}) + "\n")


if __name__ == "__main__":
    main()
