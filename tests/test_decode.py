"""From states to quotes: tags to segments to quotes to readings; what quotation marks say about kind and edges."""

import doctest
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from quoth.model import decode, kinds
from quoth.model.crf import LinearChainCRF
from quoth.model.decode import FoundQuote, TokenSpan, find_quotes, group, pad_quotes, read_quotes, runs, tag_segments
from quoth.model.extractor import Extractor
from quoth.model.kinds import kind_of, trim
from quoth.model.network import QuoteModel, States
from quoth.model.quotation import quotations
from quoth.model.windows import collate, tokenize
from quoth.seeds.corpus import load_authored

TEXTS = [article.text for article in load_authored("dev")[:4]]
TEXTS = [TEXTS[0], TEXTS[1][:300], TEXTS[2], "He said no."]


def states_of(model: QuoteModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> States:
    with torch.inference_mode():
        tokens = [tokenize(text, tokenizer) for text in texts]
        states = model(**collate(tokens, tokenizer, model.config.window, model.config.overlap))
    assert isinstance(states, States)
    return states


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(decode).failed == 0
    assert doctest.testmod(kinds).failed == 0


class TestTags:
    @pytest.mark.parametrize(
        ("tags", "spans"),
        [
            ([], []),
            ([0, 0], []),
            ([1], [(0, 1)]),
            ([2, 2], [(0, 2)]),  # an inside with no begin
            ([1, 2, 2, 0, 1], [(0, 3), (4, 5)]),
            ([1, 1, 2], [(0, 1), (1, 3)]),
            ([1, 0, 2, 2, 1, 2], [(0, 1), (2, 4), (4, 6)]),
        ],
    )
    def test_runs(self, tags: list[int], spans: list[TokenSpan]) -> None:
        assert runs(tags) == spans

    @given(st.lists(st.integers(0, 2)))
    def test_runs_cover_every_token_that_is_not_outside(self, tags: list[int]) -> None:
        spans = runs(tags)
        assert [n for start, end in spans for n in range(start, end)] == [n for n, tag in enumerate(tags) if tag]
        assert {start for start, _ in spans} >= {n for n, tag in enumerate(tags) if tag == 1}

    @given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=9))
    def test_group_keeps_the_order_and_every_segment(self, parts: list[tuple[int, bool]]) -> None:
        segments = [(10 * n, 10 * n + size) for n, (size, _) in enumerate(parts)]
        linked = [link for _, link in parts[1:]]
        quotes = group(segments, linked)
        assert [segment for quote in quotes for segment in quote] == segments
        assert len(quotes) == len(segments) - sum(linked)
        assert all(quotes)

    def test_segments_are_the_best_path_and_the_bias_asks_for_more(self) -> None:
        crf = LinearChainCRF(3)
        with torch.no_grad():
            crf.transitions.copy_(torch.tensor([[0.0, 0.0, -99.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
        outside, begin, inside, weak = [3.0, 0, 0], [0, 3.0, 0], [0, 0, 3.0], [0.5, 0, 0.1]
        content = torch.tensor([[begin, inside, outside, inside, weak], [outside, begin, begin, outside, outside]])
        mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]).bool()
        states = SimpleNamespace(content=content, mask=mask)
        model = SimpleNamespace(crf=crf, config=SimpleNamespace(content_bias=0.0))
        # O to I is forbidden: what stands alone inside, 3.0, pays for a begin before it or is one itself
        assert tag_segments(model, states)[1] == [(1, 2), (2, 3)]  # type: ignore[arg-type]
        before = tag_segments(model, states)[0]  # type: ignore[arg-type]
        model.config.content_bias = 2.0
        after = tag_segments(model, states)  # type: ignore[arg-type]
        assert before[0] == (0, 2) and all(end <= 4 for _, end in before)
        assert max(end for _, end in after[0]) == 5
        assert all(end <= 3 for _, end in after[1])  # never in padding


class TestRead:
    def read(
        self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]
    ) -> tuple[States, list[list[FoundQuote]]]:
        states = states_of(model, tokenizer, texts)
        return states, read_quotes(model, states, find_quotes(model, states, tag_segments(model, states)))

    def test_quotes_stand_in_order_inside_their_section(
        self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        states, found = self.read(model, tokenizer, TEXTS)
        assert len(found) == len(TEXTS) and sum(map(len, found)) > 20
        for length, quotes in zip(states.mask.sum(1).tolist(), found, strict=True):
            segments = [segment for quote in quotes for segment in quote.segments]
            assert all(start < end for start, end in segments)
            assert all(one[1] <= two[0] for one, two in zip(segments, segments[1:], strict=False))
            for quote in quotes:
                spans = (quote.cue, quote.speaker, quote.target, quote.speaker_name, quote.target_name)
                for start, end in (*quote.segments, *filter(None, spans)):
                    assert 0 <= start < end <= length
                assert all(end - start <= model.config.mention_tokens for start, end in filter(None, spans))

    def test_probabilities_and_what_goes_with_what(
        self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        quotes = [quote for article in self.read(model, tokenizer, TEXTS)[1] for quote in article]
        none = len(model.config.stances) - 1
        for quote in quotes:
            assert 0 <= quote.score <= 1
            assert len(quote.stance) == none + 1 and sum(quote.stance) == pytest.approx(1, abs=1e-5)
            assert (quote.speaker is None) == (quote.speaker_name is None)
            assert (quote.target is None) == (quote.target_name is None)
            if max(range(none + 1), key=quote.stance.__getitem__) == none:
                assert quote.target is None
        assert {quote.speaker is None for quote in quotes} == {quote.target is None for quote in quotes} == {True, False}

    def test_company_in_the_batch_changes_nothing(
        self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        together = self.read(model, tokenizer, TEXTS)[1]
        for text, quotes in zip(TEXTS, together, strict=True):
            (alone,) = self.read(model, tokenizer, [text])[1]
            assert [quote.segments for quote in alone] == [quote.segments for quote in quotes]
            for one, two in zip(alone, quotes, strict=True):
                assert (one.cue, one.speaker, one.target) == (two.cue, two.speaker, two.target)
                assert (one.speaker_name, one.target_name) == (two.speaker_name, two.target_name)
                assert (one.score, *one.stance) == pytest.approx((two.score, *two.stance), abs=1e-4)

    def test_no_quotes_at_all(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        states = states_of(model, tokenizer, ["He left.", "So."])
        assert find_quotes(model, states, [[], []]) == [[], []]
        assert find_quotes(model, states, [[(0, 1)], []]) == [[[(0, 1)]], []]
        assert read_quotes(model, states, [[], []]) == [[], []]
        assert pad_quotes([[], []]).tolist() == [[[[-1, -1]]]] * 2

    def test_records_keep_to_the_text(self, extractor: Extractor) -> None:
        long = "\n\n".join(TEXTS)  # more than one section
        articles = list(extractor.pipe([("long", long), ("", ""), ("blank", " \n"), *enumerate(TEXTS)], batch_size=3))  # type: ignore[list-item]
        assert [article.id for article in articles] == ["long", "", "blank", 0, 1, 2, 3]
        assert not articles[1].quotes and not articles[2].quotes
        assert len(articles[0].quotes) > 20
        for article in articles:
            starts = [quote.segments[0].start for quote in article.quotes]
            assert starts == sorted(starts)
            for quote in article.quotes:
                for span in (*quote.segments, *filter(None, (quote.cue, quote.speaker, quote.target))):
                    assert span.text == article.text[span.start : span.end] != ""
                assert quote.speaker is None or quote.speaker.name
                assert (quote.target is None) or quote.stance.label != "none"
                assert quote.stance.score == max(quote.stance.scores.values())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[“No, we won’t go,”] he said. [“Never.”]", "direct"),
        ('["No," he told me, "never."]', "mixed"),
        ("['No, we won't go,'] he said.", "direct"),
        ("[“He told me ‘never’,”] she said.", "direct"),
        ("He said [they would not go].", "indirect"),
        ("[They “would not” go], he said.", "mixed"),
        ("[They would go], he said. [“Never again.”]", "mixed"),
        ("[“We go on.\n\n“And on.”]", "direct"),  # runs over paragraphs
        ("[“We go on], he said", "direct"),  # never closed
        ("“Yes,” he said, and [that they left].", "indirect"),
        ("[“42”]", "direct"),
        ("[“…”]", "direct"),  # no words, but marks around them
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert kind_of(*marked(text)) == kind


def marked(text: str) -> tuple[str, list[tuple[int, int]], list[quotations]]:  # type: ignore[valid-type]
    raise NotImplementedError
