"""The teacher: what it reads of an article, what an epoch draws, and scores of what it has not seen."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch
from torch import nn
from transformers import PreTrainedTokenizerBase, Trainer

from quoth.model.labels import STANCES
from quoth.seeds.corpus import SEEDS, STANCE_SCORES, GoldArticle, GoldQuote, load_authored, load_labels, load_scores
from quoth.training import teacher
from quoth.training.loss import stances_to_learn
from quoth.training.targets import IGNORE, Targets
from quoth.training.teacher import StanceModel, epoch, fit, predict, score, snippets

ARTICLES = load_authored("train")[:6]


class TestSnippets:
    def test_mark_content_cue_and_speaker(self, tokenizer: PreTrainedTokenizerBase) -> None:
        text = "It rained. He said they would not go to talks, and the minister was told."
        quote = GoldQuote("q1", "indirect", ((19, 45),), ((14, 18),), ((11, 13),), stance="rejection")
        article = GoldArticle("a1", text, (quote, replace(quote, id="q2", stance=None)), True, "authored")
        (snippet,) = snippets([article], tokenizer)
        assert (snippet.article, snippet.quote, snippet.stance) == ("a1", "q1", STANCES.index("rejection"))

        def words(marks: list[bool]) -> str:
            return str(tokenizer.decode([token for token, mark in zip(snippet.ids, marks, strict=True) if mark]))

        assert words(snippet.content) == "they would not go to talks"
        assert words(snippet.cue) == "he said"

    def test_of_a_long_quote_are_cut(self, tokenizer: PreTrainedTokenizerBase) -> None:
        quote = GoldQuote("q1", "indirect", ((0, 4999),), (), (), stance="none")
        (snippet,) = snippets([GoldArticle("a1", "said " * 1000, (quote,), True, "authored")], tokenizer)
        assert len(snippet.ids) <= teacher.TOKENS


def test_an_epoch_draws_all_acts_of_one_source_and_some_of_the_other(tokenizer: PreTrainedTokenizerBase) -> None:
    one, other = snippets(ARTICLES[:3], tokenizer), snippets(ARTICLES[3:], tokenizer)
    drawn = Counter((row.article, row.quote, STANCES[row.stance]) for row in epoch(one, other, Random(1)))
    assert set(drawn.values()) == {1}
    acts = {(row.article, row.quote) for row in one if STANCES[row.stance] != "none"}
    assert acts <= {(article, quote) for article, quote, _ in drawn}
    ours = [key for key in drawn if key[0] in {article.id for article in ARTICLES[3:]}]
    count = sum(STANCES[row.stance] != "none" for row in other) // teacher.AUTHORED
    assert Counter(stance != "none" for _, _, stance in ours) == {True: count, False: count}


def test_scores_every_quote_of_the_first_source_with_the_model_that_has_not_seen_its_article(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[set[str]] = []

    def watched(encoder: str, tokenizer: PreTrainedTokenizerBase, rows: list[teacher.Snippet], seed: int) -> Trainer:
        learnt.append({row.article for row in rows})
        return fit(encoder, tokenizer, rows, seed)

    predicted: list[set[str]] = []

    def noted(trainer: Trainer, rows: list[teacher.Snippet]) -> list[list[float]]:
        predicted.append({row.article for row in rows})
        return predict(trainer, rows)

    monkeypatch.setattr(teacher, "fit", watched)
    monkeypatch.setattr(teacher, "predict", noted)
    monkeypatch.setattr(teacher, "TOKENS", 100)
    scored = ARTICLES[:3]
    scores = score(str(encoder_folder), scored, ARTICLES[3:])
    assert not any(seen & unseen for seen, unseen in zip(learnt, predicted, strict=True))
    assert {name: {*quotes} for name, quotes in scores.items()} == {a.id: {q.id for q in a.quotes} for a in scored}
    for values in scores[scored[0].id].values():
        assert len(values) == len(STANCES) and sum(values) == pytest.approx(1, abs=0.01)
    path = tmp_path / "scores.jsonl"
    path.write_text("\n".join(json.dumps({"id": name, "scores": values}) for name, values in scores.items()))
    loaded = load_scores(path)
    assert all(len(loaded[article.id][quote.id]) == len(STANCES) for article in scored for quote in article.quotes)


def test_predicts_for_each_snippet_what_it_predicts_for_it_alone(
    encoder_folder: Path, tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "TOKENS", 100)
    rows = snippets(ARTICLES, tokenizer)
    trainer = fit(str(encoder_folder), tokenizer, rows[:32], seed=1)
    assert isinstance(trainer.model, StanceModel)
    last = trainer.model.head[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight.mul_(50)  # else a net that small says about the same of all
    together = predict(trainer, rows)
    assert len({tuple(values) for values in together}) > len(rows) / 2
    for row in range(0, len(rows), 5):
        assert together[row] == pytest.approx(predict(trainer, rows[row : row + 1])[0], abs=0.01)


def test_the_shipped_scores_are_of_the_quotes_they_stand_beside() -> None:
    scores = load_scores(STANCE_SCORES)
    acts, right = Counter[str](), Counter[str]()
    for article in load_labels(SEEDS / "polnear-train.jsonl"):
        for quote, labels in article.labels.items():
            stance, values = labels["stance"], scores[article.id][quote]
            acts[stance] += 1
            right[stance] += STANCES[values.index(max(values))] == stance
    assert all(right[stance] > acts[stance] / 3 for stance in STANCES), right  # by chance, one act in thirty


class TestStancesToLearn:
    def test_mix_label_and_scores_where_there_are_some(self) -> None:
        stance, scores = torch.tensor([[1, 4, IGNORE]]), torch.zeros(1, 3, len(STANCES))
        scores[0, 0] = scores[0, 2] = torch.tensor([0.0, 0.5, 0.0, 0.1, 0.4])
        fields = {name: torch.zeros(0) for name in Targets.__dataclass_fields__}
        gold = Targets(**fields | {"stance": stance, "scores": scores})
        mixed, label, unknown = stances_to_learn(gold, 0.5, 0.0)[0].tolist()
        assert mixed == pytest.approx([0, 0.75, 0, 0.05, 0.2])
        assert label == [0, 0, 0, 0, 1]
        assert unknown == [0] * len(STANCES)

    def test_smooth_what_is_known(self) -> None:
        fields = {name: torch.zeros(0) for name in Targets.__dataclass_fields__}
        scores = torch.zeros(1, 2, len(STANCES))
        gold = Targets(**fields | {"stance": torch.tensor([[0, IGNORE]]), "scores": scores})
        known, unknown = stances_to_learn(gold, 0.5, 0.1)[0].tolist()
        assert known == pytest.approx([0.92, 0.02, 0.02, 0.02, 0.02])
        assert unknown == [0] * len(STANCES)
