"""From states to quotes: tags to segments to quotes to readings; what quotation marks say about kind and edges."""

import re
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from quoth.model.crf import LinearChainCRF
from quoth.model.decode import FoundQuote, TokenSpan, find_quotes, group, pad_quotes, read_quotes, runs, tag_segments
from quoth.model.extractor import Extractor
from quoth.model.kinds import kind_of, segment_spans, trim
from quoth.model.network import QuoteModel, States
from quoth.model.quotation import quotations
from quoth.model.tokens import tokenize
from quoth.model.windows import collate
from quoth.seeds.corpus import load_authored

ONE, TWO, THREE = (article.text for article in load_authored("dev")[:3])
TEXTS = [ONE, TWO[:300], THREE, "He said no."]


def states_of(model: QuoteModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> States:
    with torch.inference_mode():
        tokens = [tokenize(text, tokenizer) for text in texts]
        states = model(**collate(tokens, tokenizer, model.config.window, model.config.overlap))
    assert isinstance(states, States)
    return states


class TestTags:
    @pytest.mark.parametrize(
        ("tags", "spans"),
        [
            ([], []),
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
        assert all(quotes) and [segment for quote in quotes for segment in quote] == segments
        assert len(quotes) == len(segments) - sum(linked)

    def test_segments_are_the_best_path_and_the_bias_asks_for_more(self) -> None:
        crf = LinearChainCRF(3)
        with torch.no_grad():
            crf.transitions[0, 2] = -99  # no inside after outside
        first = [[0, 3, 0], [0, 0, 3], [3, 0, 0.2], [1, 0, 2], [0.5, 0, 0.1]]
        second = [[3, 0, 0], [0, 3, 0], [0, 3, 0], [0, 0, 9], [0, 0, 9]]
        mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
        states = cast(States, SimpleNamespace(content=torch.tensor([first, second]), mask=mask))
        for bias, expected in ((0.0, [(0, 2)]), (2.0, [(0, 5)])):
            model = cast(QuoteModel, SimpleNamespace(crf=crf, config=SimpleNamespace(content_bias=bias)))
            assert tag_segments(model, states) == [expected, [(1, 2), (2, 3)]]


def test_a_pointer_leans_by_distance_and_paragraph(model: QuoteModel) -> None:
    spans, length = [(10, 14), (17, 19)], 40
    breaks = torch.zeros(1, length, dtype=torch.long).index_fill(1, torch.tensor([6, 12, 25]), 1)
    hidden = torch.randn(1, length, model.encoder.config.hidden_size)
    mask = torch.arange(length)[None] < length - 3
    states = States(hidden, mask, torch.zeros(1, length, 3), torch.zeros(1, length, 2, 3), breaks.cumsum(1))
    with torch.no_grad():
        inside, around, (_, biases, _) = model._places(states, pad_quotes([[spans]], 4))
        distance, paragraph = model.distance_bias.weight[:, 1], model.paragraph_bias.weight[:, 1]
        assert inside[0, 0].nonzero().flatten().tolist() == [n for span in spans for n in range(*span)]
        assert around[0, 0].nonzero().flatten().tolist() == [n for n in range(37) if not inside[0, 0, n]]
        for place, steps, passed in (
            (9, 0, 0),  # the token before, of its paragraph
            (5, 3, -1),  # five before, one paragraph up
            (12, 28, 0),  # inside
            (15, 29, 0),  # between its segments
            (19, 14, 0),  # the token behind
            (26, 14 + 5, 1),  # eight behind, one paragraph down
        ):
            assert biases[0, 0, place] == pytest.approx(float(distance[steps] + paragraph[3 + passed])), place
        assert (biases[0, 0, 37:] < -9e3).all()


class TestRead:
    def test_padding_changes_nothing(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        tokens = [tokenize(text, tokenizer) for text in TEXTS]
        settings = model.config.window, model.config.overlap
        with torch.inference_mode():
            plain, padded = (model(**collate(tokens, tokenizer, *settings, step=step)) for step in (1, 64))
            quotes = find_quotes(model, plain, tag_segments(model, plain))
            assert padded.mask.shape[1] % 64 == 0 and find_quotes(model, padded, tag_segments(model, padded)) == quotes
            for one, other in zip(*(read_quotes(model, states, quotes) for states in (plain, padded)), strict=True):
                for a, b in zip(one, other, strict=True):
                    assert (a.segments, a.label, a.cue, a.speaker) == (b.segments, b.label, b.cue, b.speaker)
                    assert a.targets == b.targets and a.score == pytest.approx(b.score, abs=1e-5)

    def test_no_mention_reaches_over_a_gap(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        states = states_of(model, tokenizer, TEXTS[:1])
        with torch.inference_mode():
            states.mask[:, 5] = False
            lengths = model.mention_ends(states, 1, torch.tensor([[3, 6]]))[0] > -9e3
        assert lengths[0, :2].all() and not lengths[0, 2:].any()
        assert lengths[1, 0]

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
            assert all(one[1] <= two[0] for one, two in pairwise(s for quote in quotes for s in quote.segments))
            for quote in quotes:
                places = (place for place, _ in quote.speaker_names)
                spans = (quote.cue, quote.speaker, *places, *chain(*quote.targets))
                for start, end in (*quote.segments, *filter(None, spans)):
                    assert 0 <= start < end <= length
                assert all(end - start <= model.config.mention_tokens for start, end in filter(None, spans))

    def test_probabilities_and_what_goes_with_what(
        self, make_model: Callable[[int], QuoteModel], tokenizer: PreTrainedTokenizerBase
    ) -> None:
        seen = set()
        for model in map(make_model, range(8)):  # so that every case is there
            none = len(model.config.stances) - 1
            for quote in (quote for article in self.read(model, tokenizer, TEXTS[1:2])[1] for quote in article):
                assert 0 <= quote.score <= 1
                assert len(quote.stance) == none + 1 and sum(quote.stance) == pytest.approx(1, abs=1e-5)
                chances = [chance for _, chance in quote.speaker_names]
                assert (quote.speaker is None) == (not chances)
                assert chances == sorted(chances, reverse=True) and 0 <= sum(chances) <= 1 + 1e-5
                assert len(quote.targets) <= 2 and len({target for target, _ in quote.targets}) == len(quote.targets)
                act = quote.stance[none] < max(quote.stance)
                assert act or not quote.targets
                seen.add((act, quote.speaker is None, not quote.targets))
        assert [set(column) for column in zip(*seen, strict=True)] == [{True, False}] * 3

    def test_company_in_the_batch_changes_nothing(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        together = self.read(model, tokenizer, TEXTS)[1]
        for text, quotes in zip(TEXTS, together, strict=True):
            (alone,) = self.read(model, tokenizer, [text])[1]
            assert [quote.segments for quote in alone] == [quote.segments for quote in quotes]
            for one, two in zip(alone, quotes, strict=True):
                assert (one.cue, one.speaker, one.targets) == (two.cue, two.speaker, two.targets)
                assert [place for place, _ in one.speaker_names] == [place for place, _ in two.speaker_names]
                assert (one.score, *one.stance) == pytest.approx((two.score, *two.stance), abs=1e-4)

    def test_no_quotes_at_all(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        states = states_of(model, tokenizer, ["He left.", "So."])
        assert find_quotes(model, states, [[(0, 1)], []]) == [[[(0, 1)]], []]
        assert read_quotes(model, states, [[], []]) == [[], []]
        assert pad_quotes([[], []]).tolist() == [[[[-1, -1]]]] * 2

    def test_records_keep_to_the_text(self, extractor: Extractor) -> None:
        long = "\n\n".join(TEXTS)  # more than one section
        named = [("long", long), ("empty", ""), ("blank", " \n"), *((text[:9], text) for text in TEXTS)]
        articles = list(extractor.pipe(named, batch_size=3))
        assert [(article.id, article.text) for article in articles] == named
        assert not articles[1].quotes and not articles[2].quotes
        assert len(articles[0].quotes) > 20
        for article in articles:
            starts = [segment.start for quote in article.quotes for segment in quote.segments]
            assert starts == sorted(starts)
            for quote in article.quotes:
                for span in (*quote.segments, *filter(None, (quote.cue, quote.speaker, quote.target))):
                    assert span.text == article.text[span.start : span.end] != ""
                assert quote.speaker is None or quote.speaker.name
                assert (quote.target is None) or quote.stance.label != "none"
                assert quote.stance.score == max(quote.stance.scores.values())

    def test_no_character_is_in_two_segments(self, extractor: Extractor) -> None:
        for article in extractor.pipe((text, text) for text in TEXTS):
            segments = [segment for quote in article.quotes for segment in quote.segments]
            assert [(one, two) for one, two in pairwise(segments) if one.end > two.start] == []


def segments_of(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Read segments off a text that has them in [brackets]."""
    spans, text = [], ""
    for number, part in enumerate(re.split(r"[\[\]]", marked)):
        spans += [(len(text), len(text) + len(part))] if number % 2 else []
        text += part
    return text, spans


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("[“No, we won’t go,”] he said. [“Never.”]", "direct"),
        ("['No, we won't go,'] he said.", "direct"),
        ('["No," he told me, "never."]', "mixed"),
        ("He said [they ‘would not’ go].", "mixed"),
        ("“Yes,” he said, and [that they left].", "indirect"),
        ("[“We go on.\n\n“And on.”]", "direct"),  # over paragraphs
        ("[“We go on], he said", "direct"),  # never closed
        ("“He said [it was ‘bad’], she told us.”", "direct"),  # the outer marks count
        ("He nodded: [“42.”]", "direct"),
    ],
)
def test_kind(marked: str, kind: str) -> None:
    text, spans = segments_of(marked)
    assert kind_of(text, spans, quotations(text)) == kind


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("“[No,]” he said.", "[“No,”] he said."),
        ("[“No,]” he said.", "[“No,”] he said."),
        ("``[No,]'' he said.", "[``No,''] he said."),
        ("“‘[No,]’” he said.", "[“‘No,’”] he said."),
        ("“He told me ‘[no]’ again.”", "“He told me [‘no’] again.”"),
        ("He called it [“a trap]”.", "He called it [“a trap”]."),
        ("[that it was “a trap”], he said", "[that it was “a trap”], he said"),
        ("He said[ they go ].", "He said [they go] ."),
        ("“[We go on.]\n\n“And on.”", "[“We go on.]\n\n“And on.”"),  # never closed
        ("“[We go on.\n\n“And on.]”", "[“We go on.\n\n“And on.”]"),
        ("“We go. [We stay.]”", "“We go. [We stay.”]"),
        ("Ten “good [and] kind” men", "Ten “good [and] kind” men"),
    ],
)
def test_trim_takes_in_the_marks_at_the_edges(given: str, wanted: str) -> None:
    text, (span,) = segments_of(given)
    assert (text, [trim(text, *span, quotations(text))]) == segments_of(wanted)


def test_overlapping_segments_never_become_empty() -> None:
    text = "She said no, he said."
    spans = segment_spans(text, [(4, 8)], quotations(text), taken=[(0, 12), (4, 8)])
    assert spans and all(start < end for start, end in spans)
