"""Tokens and windows: offsets cut the text, sections and windows cover it, every token's state comes from one place."""

import math
import unicodedata
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from quoth.model.extractor import _batches
from quoth.model.windows import (
    AFTER,
    BEFORE,
    WIDTH_STEP,
    Tokens,
    char_span,
    collate,
    letter_case,
    near_marks,
    plan_windows,
    round_up,
    sections,
    token_span,
    tokenize,
)

HARD = ["said", "Khan", "A", " ", ". ", "\r\n", "\n\n", "\0", "e\u0301", "\u0301", "👩‍👩‍👧", "1\ufe0f", "“", '"', "’"]
TEXTS = st.lists(
    st.sampled_from([*HARD, "\u2028", "\xa0", "ß", "İ", "ﬁ", "中"]) | st.text(max_size=4), max_size=30
).map("".join)
COMBINING = ("Mn", "Me")


def made(length: int, breaks: dict[int, int] | None = None, marks: dict[int, int] | None = None) -> Tokens:
    """Give tokens one character wide, with line breaks and quotation marks' states at the positions named."""
    features = np.zeros((length, 3), dtype=np.int64)
    for column, values in ((0, marks), (2, breaks)):
        for position, value in (values or {}).items():
            features[position, column] = value
    start = np.arange(length)
    return Tokens(start + 10, np.stack([start, start + 1], 1), features)


def folded(text: str) -> str:
    """Do to a text what the tokenizer does: lower case, no accents, no control characters."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in letters if unicodedata.category(c) not in ("Mn", "Cc", "Cf", "Cn", "Co"))


class TestTokenize:
    @given(text=TEXTS)
    @example(text="")
    @example(text=" \n\t\r\n")
    @example(text="“No,”\r\n\r\nhe\0 said\u2028. Café cafe\u0301 👩‍👩‍👧!")
    def test_offsets_cut_the_tokens_out_of_the_text(self, tokenizer: PreTrainedTokenizerBase, text: str) -> None:
        tokens = tokenize(text, tokenizer)
        assert tokens.ids.shape == (len(tokens),) and tokens.offsets.shape == (len(tokens), 2)
        start, end = tokens.offsets.T
        assert ((start >= 0) & (start < end) & (end <= len(text))).all()
        assert (np.diff(start) >= 0).all() and (np.diff(end) >= 0).all()
        for piece, cut in zip(tokenizer.convert_ids_to_tokens(tokens.ids.tolist()), tokens.offsets, strict=True):
            if piece != "[UNK]":
                assert folded(text[slice(*cut)]) == piece.removeprefix("##")

    @given(text=TEXTS)
    def test_every_letter_of_english_is_in_a_token(self, tokenizer: PreTrainedTokenizerBase, text: str) -> None:
        tokens = tokenize(text, tokenizer)
        covered = {position for start, end in tokens.offsets for position in range(start, end)}
        assert {i for i, c in enumerate(text) if c.isascii() and (c.isalnum() or c in "\"'.,")} <= covered

    @given(text=TEXTS)
    def test_features_say_what_the_tokenizer_drops(self, tokenizer: PreTrainedTokenizerBase, text: str) -> None:
        tokens = tokenize(text, tokenizer)
        before = 0
        for number, ((start, end), (mark, case, breaks)) in enumerate(
            zip(tokens.offsets, tokens.features, strict=True)
        ):
            assert 0 <= mark < 5
            assert case == letter_case(text[start:end])
            assert breaks == (min(2, text.count("\n", before, start + 1)) if number else 2)
            before = start + 1

    def test_features_of_an_example(self, tokenizer: PreTrainedTokenizerBase) -> None:
        tokens = tokenize("“No,” he\nsaid.\r\n\r\nUN", tokenizer)
        words = tokenizer.convert_ids_to_tokens(tokens.ids.tolist())
        assert words == ["“", "no", ",", "”", "he", "said", ".", "u", "##n"]
        assert tokens.features[:, 0].tolist() == [1, 2, 2, 3, 0, 0, 0, 0, 0]
        assert tokens.features[:, 2].tolist() == [2, 0, 0, 0, 0, 1, 0, 2, 0]
        assert [letter_case(word) for word in ("É", "ß", "…", "McKay", "ÉÉ")] == [2, 1, 0, 2, 3]


class TestSpans:
    @given(text=TEXTS, data=st.data())
    @example(text="le cafe\u0301 e\u0308\u0301", data=None)
    @example(text="“No🤷🏽‍♀️”", data=None)
    @example(text="qa\u0304la قالَ נָא e\u1dc4", data=None)  # marks of other scripts, too
    def test_a_combining_mark_stays_with_its_letter(
        self, tokenizer: PreTrainedTokenizerBase, text: str, data: st.DataObject | None
    ) -> None:
        tokens = tokenize(text, tokenizer)
        for last in range(1, len(tokens) + 1):
            first = data.draw(st.integers(0, last - 1)) if data else last - 1
            start, end = char_span(text, tokens.offsets, first, last)
            assert 0 <= start < end <= len(text)
            assert end == len(text) or unicodedata.category(text[end]) not in COMBINING
            assert text[start:end].strip()

    @given(
        gaps=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=12),
        start=st.integers(0, 40),
        size=st.integers(1, 20),
    )
    def test_token_span_has_all_tokens_that_overlap(self, gaps: list[tuple[int, int]], start: int, size: int) -> None:
        offsets, position = [], 0
        for gap, width in gaps:
            offsets.append((position + gap, position + gap + width))
            position += gap + width
        overlap = [i for i, (first, last) in enumerate(offsets) if first < start + size and start < last]
        found = token_span(np.array(offsets, dtype=np.int64).reshape(-1, 2), start, start + size)
        assert found == ((overlap[0], overlap[-1] + 1) if overlap else None)


class TestSections:
    @given(
        length=st.integers(0, 500),
        limit=st.integers(2, 120),
        breaks=st.dictionaries(st.integers(0, 499), st.integers(1, 2)),
        marks=st.dictionaries(st.integers(0, 499), st.integers(1, 4)),
    )
    def test_cover_in_order_within_the_limit(
        self, length: int, limit: int, breaks: dict[int, int], marks: dict[int, int]
    ) -> None:
        features = ({k: v for k, v in chosen.items() if k < length} for chosen in (breaks, marks))
        cuts = sections(made(length, *features), limit)
        assert cuts[0][0] == 0 and cuts[-1][1] == length
        assert all(left[1] == right[0] for left, right in pairwise(cuts))
        assert all(0 < end - start <= limit for start, end in cuts) or length == 0
        assert all(end - start >= limit // 2 for start, end in cuts[:-1])

    @pytest.mark.parametrize(
        ("breaks", "marks", "cut"),
        [
            ({60: 2}, {}, 60),
            ({60: 2, 75: 2}, {}, 75),  # the last one
            ({60: 2, 75: 1}, {}, 60),  # a blank line before a line break
            ({60: 1, 75: 1}, {}, 75),
            ({40: 2, 100: 2}, {}, 100),
            ({60: 1, 75: 1}, {75: 2}, 60),  # outside quotation marks where it can
            ({60: 2, 75: 2}, {75: 1}, 75),  # before an opening mark is outside
            ({60: 1, 75: 2}, {75: 2}, 75),
            ({}, {}, 100),
            ({30: 2}, {}, 100),  # too early to be worth it
        ],
    )
    def test_are_cut_where_the_text_is(self, breaks: dict[int, int], marks: dict[int, int], cut: int) -> None:
        assert sections(made(150, breaks, marks), 100) == [(0, cut), (cut, 150)]


class TestNearMarks:
    @given(
        length=st.integers(0, 300),
        marks=st.sets(st.integers(0, 299), max_size=5),
        breaks=st.sets(st.integers(0, 299), max_size=9),
    )
    def test_keeps_what_is_in_reach_and_separates_it(
        self, tokenizer: PreTrainedTokenizerBase, length: int, marks: set[int], breaks: set[int]
    ) -> None:
        marks = {place for place in marks if place < length}
        tokens = made(length, {place: 2 for place in breaks if place < length}, dict.fromkeys(marks, 1))
        near = near_marks(tokens, tokenizer)
        gap = near.ids == tokenizer.sep_token_id
        kept = near.offsets[~gap, 0]
        assert near.ids[~gap].tolist() == tokens.ids[kept].tolist() and (np.diff(kept) > 0).all()
        assert near.features[~gap].tolist() == tokens.features[kept].tolist()
        around = {place + step for place in marks for step in range(-BEFORE[0], AFTER[0] + 1)}
        assert around & set(range(length)) <= set(kept.tolist())
        farthest = {place + step for place in marks for step in range(-BEFORE[1], AFTER[1] + 1)}
        assert set(kept.tolist()) <= farthest
        assert gap.sum() == (np.diff(kept) > 1).sum() and (np.diff(near.offsets, axis=1)[gap] == 0).all()

    def test_gives_the_sentence_and_the_one_before(self, tokenizer: PreTrainedTokenizerBase) -> None:
        far = "A road. " * 60
        text = f"{far}Mr Reed sat down again, tired and cold. {'He had said a thing then ' * 2}and now “no.” {far}“No.”"
        near = near_marks(tokenize(text, tokenizer), tokenizer)
        (gap,) = np.flatnonzero(near.ids == tokenizer.sep_token_id)
        first = text[near.offsets[0, 0] : near.offsets[gap - 1, 1]]
        assert first.startswith("Mr Reed") and len(near) - gap - 1 == BEFORE[0] + 4
        assert gap - np.searchsorted(near.offsets[:, 0], text.index("”")) == 1 + AFTER[0]

    def test_a_separator_has_no_state(self, tokenizer: PreTrainedTokenizerBase) -> None:
        near = near_marks(made(300, marks={40: 1, 250: 1}), tokenizer)
        assert (collate([near], tokenizer, 64, 16)["gather"][0] == -1).tolist() == (
            near.ids == tokenizer.sep_token_id
        ).tolist()


class TestWindows:
    @given(st.integers(1, 300), st.integers(0, 40))
    def test_sizes_of_batches_are_powers_of_two(self, count: int, most: int) -> None:
        sizes = [len(batch) for batch in _batches([1] * count, most, 10_000)]
        assert sum(sizes) == count and sizes == sorted(sizes, reverse=True)
        assert all(size & (size - 1) == 0 and 0 < size <= max(1, most) for size in sizes)

    @given(st.integers(0, 300), st.integers(1, 40))
    def test_rounding_up_is_to_the_next_multiple(self, count: int, step: int) -> None:
        assert round_up(count, step) % step == 0 and 0 <= round_up(count, step) - count < step

    @given(window=st.integers(8, 600), share=st.floats(0, 0.9), length=st.integers(0, 9000))
    def test_cover_evenly_with_the_overlap_and_no_window_too_many(self, window: int, share: float, length: int) -> None:
        overlap = int(window * share)
        spans = plan_windows(length, window, overlap)
        assert spans[0][0] == 0 and spans[-1][1] == length
        assert all(end - start <= window for start, end in spans)
        assert len({end - start for start, end in spans}) == 1
        shared = [left[1] - right[0] for left, right in pairwise(spans)]
        assert all(overlap <= size for size in shared)
        assert not shared or max(shared) - min(shared) <= 1
        size = spans[0][1] - spans[0][0]
        assert len(spans) == 1 or size == window or (size + 2) % WIDTH_STEP == 0
        assert len(spans) == max(1, math.ceil((length - overlap) / (window - overlap)) if length > window else 1)

    @given(lengths=st.lists(st.integers(0, 90), min_size=1, max_size=4), window=st.integers(10, 40))
    def test_each_token_has_one_place_the_most_central(
        self, tokenizer: PreTrainedTokenizerBase, lengths: list[int], window: int
    ) -> None:
        overlap = 4
        articles = [
            made(length, dict.fromkeys(range(0, length, 7), 2), {n: 3 for n in range(3, length, 5)})
            for length in lengths
        ]
        batch = collate(articles, tokenizer, window, overlap)
        gather, rows = batch["gather"], batch["input_ids"].shape[0]
        assert batch["attention_mask"].sum(1).max() <= window
        assert batch["input_ids"].shape[1] < window + WIDTH_STEP
        assert (gather >= 0).sum(1).tolist() == lengths
        places = gather[gather >= 0]
        assert len(places.unique()) == sum(lengths)
        assert rows == sum(len(plan_windows(length, window - 2, overlap)) for length in lengths)
        special = torch.tensor([tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id])
        width, first_row = batch["input_ids"].shape[1], 0
        for article, tokens in enumerate(articles):
            own = gather[article, : len(tokens)]
            assert (gather[article, len(tokens) :] == -1).all()
            assert batch["input_ids"].flatten()[own].tolist() == tokens.ids.tolist()
            assert batch["features"].flatten(0, 1)[own].tolist() == tokens.features.tolist()
            assert batch["features_of"][article, : len(tokens)].tolist() == tokens.features.tolist()
            assert batch["attention_mask"].flatten()[own].all()
            spans = plan_windows(len(tokens), window - 2, overlap)
            for token, place in enumerate(own.tolist()):
                edge = [min(token - start, end - 1 - token) for start, end in spans]
                assert edge[place // width - first_row] == max(edge)
            first_row += len(spans)
        padding = batch["input_ids"][batch["attention_mask"] == 0]
        assert (padding == special[0]).all()
