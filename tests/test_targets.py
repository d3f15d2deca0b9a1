"""Targets: gold goes to tags, pointers and labels, and comes back as it was; what is unknown is taught to nobody."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from transformers import PreTrainedTokenizerBase

from quoth.model.config import QuoteConfig
from quoth.model.decode import group, runs
from quoth.model.kinds import trim
from quoth.model.labels import STANCES
from quoth.model.quotation import quotations
from quoth.model.tokens import char_span, token_span, tokenize
from quoth.seeds.corpus import GoldArticle, GoldQuote, load_authored
from quoth.training.loss import gold_segments
from quoth.training.targets import ABSENT, IGNORE, Section, collate_targets, encode, occurrences

TEXT = "“We rejected his offer,” Ali Khan told Bo Li. “They own nothing.”\n\nHe said they would go. Khan left."
CONFIG = QuoteConfig(mention_tokens=40)


def at(words: str, start: int = 0) -> tuple[int, int]:
    start = TEXT.index(words, start)
    return start, start + len(words)


DIRECT = GoldQuote(
    id="q1",
    kind="direct",
    content=(at("“We rejected his offer,”"), at("“They own nothing.”")),
    cue=(at("told"),),
    source=(at("Ali Khan"),),
    speaker_name="Ali Khan",
    stance="rejection",
    target=at("Bo Li"),
    target_name="Bo Li",
)
INDIRECT = GoldQuote("q2", "indirect", (at("they would go"),), (at("said"),), (at("He"),), "Ali Khan", "none")


def section_of(
    tokenizer: PreTrainedTokenizerBase, *quotes: GoldQuote, config: QuoteConfig = CONFIG, limit: int = 10_000
) -> Section:
    article = GoldArticle("a1", TEXT, quotes, has_stance=True, source="authored")
    return encode(article, tokenize(TEXT, tokenizer), config, limit)[0]


def words_of(section: Section, start: int, length: int) -> str:
    first, end = char_span(TEXT, section.tokens.offsets, start, start + length)
    return TEXT[first:end]


class TestRoundTrip:
    def test_of_all_authored_articles(self, tokenizer: PreTrainedTokenizerBase) -> None:
        """Gold to tags, links, stances and pointers, and back; a turn's paragraphs may come back as one segment."""
        count = exact = 0
        for article in load_authored("train"):
            tokens = tokenize(article.text, tokenizer)
            (section,) = encode(article, tokens, CONFIG, len(tokens))
            gold = collate_targets([section])
            owners = gold_segments(gold)[1][0].tolist()
            linked = [one == two for one, two in pairwise(owners)]
            found = group(runs(gold.content[0].tolist()), linked)
            assert len(found) == len(article.quotes) == len(section.quotes)
            marks = quotations(article.text)
            for n, (quote, segments) in enumerate(
                zip(sorted(article.quotes, key=lambda q: q.content), found, strict=True)
            ):
                spans = tuple(trim(article.text, *char_span(article.text, tokens.offsets, *s), marks) for s in segments)
                count, exact = count + 1, exact + (spans == quote.content)
                # in any case the same words, marks and all
                assert "".join("".join(article.text[slice(*span)] for span in spans).split()) == "".join(
                    "".join(article.text[slice(*span)] for span in quote.content).split()
                ), (article.id, quote.id)
                assert STANCES[gold.stance[0, n]] == quote.stance
                for role, mention in enumerate((*quote.cue[:1], *quote.source[:1], quote.target)):
                    start, length = int(gold.starts[0, n, role]), int(gold.lengths[0, n, role]) + 1
                    if len(quote.cue) == 1 and quote.source and mention and length < CONFIG.mention_tokens:
                        assert char_span(article.text, tokens.offsets, start, start + length) == mention
        print(f"{exact} of {count} quotes came back exactly ({exact / count:.2%})")
        assert exact / count >= 0.99

    def test_no_gold_is_lost_but_what_is_counted(self, tokenizer: PreTrainedTokenizerBase) -> None:
        for article in load_authored("dev"):
            pieces = encode(article, tokenize(article.text, tokenizer), QuoteConfig(mention_tokens=8), 400)
            lost = sum(piece.lost["quote has no token or crosses a cut"] for piece in pieces)
            kept = sum(len(piece.quotes) for piece in pieces)
            assert kept + lost == len(article.quotes) == sum(piece.lost["quotes"] for piece in pieces)
            for piece in pieces:
                assert 0 < len(piece) <= 400
                spans = [m for quote in piece.quotes for m in quote.mentions if isinstance(m, tuple)]
                spans += [place for quote in piece.quotes for _, places in quote.names for place in places]
                assert all(0 <= start < end <= min(len(piece), start + 8) for start, end in spans)


class TestEncode:
    def test_scores_go_to_their_quotes_and_the_others_have_none(self, tokenizer: PreTrainedTokenizerBase) -> None:
        tokens = tokenize(TEXT, tokenizer)
        article = GoldArticle("a1", TEXT, (INDIRECT, DIRECT), has_stance=True, source="authored")
        scores = {"a1": {DIRECT.id: (0.0, 0.25, 0.0, 0.0, 0.75)}, "a2": {INDIRECT.id: (1.0, 0.0, 0.0, 0.0, 0.0)}}
        gold = collate_targets(encode(article, tokens, CONFIG, len(tokens), scores))
        assert gold.scores[0].tolist() == [[0, 0.25, 0, 0, 0.75], [0] * 5]
        assert gold.stance[0].tolist() == [STANCES.index("rejection"), STANCES.index("none")]

    def test_an_example(self, tokenizer: PreTrainedTokenizerBase) -> None:
        section = section_of(tokenizer, INDIRECT, DIRECT)
        gold = collate_targets([section])
        assert [words_of(section, s, e - s) for s, e in section.quotes[0].segments] == [
            "“We rejected his offer,”",
            "“They own nothing.”",
        ]
        names = [words_of(section, int(gold.starts[0, 0, r]), int(gold.lengths[0, 0, r]) + 1) for r in range(3)]
        assert names == ["told", "Ali Khan", "Bo Li"]
        assert gold.stance[0].tolist() == [STANCES.index("rejection"), STANCES.index("none")]
        for role, word in ((0, "told"), (1, "Ali Khan")):
            first, last = token_span(section.tokens.offsets, *at(word)) or (0, 0)
            assert gold.tags[0, first:last, role].tolist() == [1] + [2] * (last - first - 1)
        first, _ = token_span(section.tokens.offsets, *at("Ali Khan")) or (0, 0)
        named = [(int(m[0]), int(start)) for m, start in zip(gold.mentions[0], gold.name_start[0], strict=True)]
        assert named[2] == (int(gold.starts[0, 1, 1]), first)  # "He" is called Ali Khan
        assert gold.name_places[0].sum(1).tolist() == [1, 1, 1]

    @pytest.mark.parametrize(
        ("changes", "role", "start"),
        [
            ({"stance": None, "target": None, "target_name": None}, 2, IGNORE),
            ({"stance": "none", "target": None, "target_name": None}, 2, IGNORE),
            ({"target": None, "target_name": None}, 2, ABSENT),
            ({"source": (), "speaker_name": None}, 1, ABSENT),
            ({"cue": ()}, 0, IGNORE),
        ],
    )
    def test_what_is_absent_is_taught_and_what_is_unknown_is_not(
        self, tokenizer: PreTrainedTokenizerBase, changes: dict[str, Any], role: int, start: int
    ) -> None:
        fields = {name: getattr(DIRECT, name) for name in DIRECT.__slots__}
        gold = collate_targets([section_of(tokenizer, GoldQuote(**{**fields, **changes}))])
        assert gold.starts[0, 0, role] == start
        assert gold.lengths[0, 0, role] == IGNORE
        stance = changes.get("stance", "rejection")
        assert gold.stance[0, 0] == (IGNORE if stance is None else STANCES.index(stance))

    def test_limits_cut_or_skip_and_are_counted(self, tokenizer: PreTrainedTokenizerBase) -> None:
        section = section_of(tokenizer, DIRECT, config=QuoteConfig(mention_tokens=3))
        assert section.lost["speaker longer than 3 tokens"] == 1
        assert collate_targets([section]).lengths[0, 0, 1] == 2
        section = section_of(tokenizer, DIRECT, limit=20)
        assert section.quotes == [] and section.lost["quote has no token or crosses a cut"] == 1

    def test_of_two_quotes_that_overlap_the_first_counts(self, tokenizer: PreTrainedTokenizerBase) -> None:
        inner = GoldQuote("q3", "indirect", (at("his offer"),), (), ())
        section = section_of(tokenizer, DIRECT, inner)
        assert len(section.quotes) == 1 and section.lost["quote overlaps another"] == 1


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Khan", "Khan met Khanov and O’Khan; khan.", ["Khan", "Khan"]),
        ("KHAN", "khan met Khanov. Khan", ["khan", "Khan"]),
        ("U.S.", "The U.S. and the U.S.A.", ["U.S."]),
        ("Li (the elder)", "Li (the elder) said", ["Li (the elder)"]),
        ("Bo", "Ali said so.", []),
    ],
)
def test_occurrences_are_whole_words_in_their_own_case_first(name: str, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in occurrences(name, text)] == found


def test_padding_teaches_nothing(tokenizer: PreTrainedTokenizerBase) -> None:
    full, bare = section_of(tokenizer, DIRECT, INDIRECT), section_of(tokenizer)
    short = Section(bare.tokens.slice(0, 5), [])
    gold, alone = collate_targets([full, short]), collate_targets([full])
    for name in gold.__dataclass_fields__:
        assert torch.equal(getattr(gold, name)[:1], getattr(alone, name)), name
    assert gold.content[1].tolist() == [0] * 5 + [IGNORE] * (len(full) - 5)
    assert (gold.tags[1, 5:] == IGNORE).all() and not gold.tags[1, :5].any()
    assert (gold.quotes[1] == -1).all() and (gold.owner[1] == -1).all() and (gold.mentions[1] == -1).all()
    for name in ("starts", "lengths", "stance", "name_start", "name_length"):
        assert (getattr(gold, name)[1] == IGNORE).all(), name
    assert not gold.name_places[1].any()
    owned = np.flatnonzero(gold.owner[0].numpy() >= 0)
    assert owned.tolist() == np.flatnonzero(gold.content[0].numpy() > 0).tolist()
