"""Sections and windows cover an article, and every token's state comes from one place."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from made_tokens import made
from transformers import PreTrainedTokenizerBase

from quoth.model.extractor import _batches, _pools
from quoth.model.windows import PADDED_STEP, WIDTH_STEP, collate, plan_windows, round_up, sections


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


class TestWindows:
    @given(st.integers(1, 300), st.integers(0, 40))
    def test_sizes_of_batches_are_powers_of_two(self, count: int, most: int) -> None:
        batches = list(_batches([1] * count, most, 10_000))
        assert [place for batch in batches for place in range(*batch)] == list(range(count))
        sizes = [end - start for start, end in batches]
        assert sizes == sorted(sizes, reverse=True)
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

    @given(
        window=st.integers(8, 300),
        share=st.floats(0, 0.9),
        pieces=st.lists(st.integers(1, 700), min_size=1, max_size=20),
    )
    def test_end_at_gaps_where_they_can(self, window: int, share: float, pieces: list[int]) -> None:
        *gaps, length = np.cumsum(pieces).tolist()
        spans = plan_windows(length, window, int(window * share), gaps)
        assert spans[0][0] == 0 and spans[-1][1] == length
        assert all(0 < end - start <= window for start, end in spans)
        assert all((end - start + 2) % WIDTH_STEP == 0 or end - start in (window, length) for start, end in spans)
        for left, right in pairwise(spans):  # they share as much as elsewhere, or a gap is where one may begin
            assert right[0] <= left[1] and left[0] <= right[0]
            cut = any(right[0] <= gap <= left[1] for gap in gaps)
            assert cut or left[1] - right[0] >= int(window * share)

    @pytest.mark.parametrize(
        ("length", "gaps", "spans"),
        [
            (400, [200], [(0, 206), (194, 400)]),  # 200 tokens each, and what fills a multiple of 16
            (400, [100, 210, 300], [(0, 222), (210, 400)]),
            (290, [90], [(0, 94), (84, 290)]),
            (300, [10], [(0, 174), (126, 300)]),  # would take three
            (300, [], [(0, 174), (126, 300)]),
            (260, [250], [(0, 158), (102, 260)]),  # ten tokens are too few
            (254, [100], [(0, 254)]),
        ],
    )
    def test_meet_at_gaps(self, length: int, gaps: list[int], spans: list[tuple[int, int]]) -> None:
        assert plan_windows(length, 254, 32, gaps) == spans

    @given(
        window=st.integers(40, 300),
        share=st.floats(0, 0.5),
        pieces=st.lists(st.integers(1, 400), min_size=1, max_size=20),
    )
    def test_gaps_cost_no_tokens(self, window: int, share: float, pieces: list[int]) -> None:
        *gaps, length = np.cumsum(pieces).tolist()
        overlap = int(window * share)
        cut, even = plan_windows(length, window, overlap, gaps), plan_windows(length, window, overlap)
        read = [sum(end - start for start, end in spans) for spans in (cut, even)]
        assert read[0] <= read[1] + WIDTH_STEP * len(cut)

    def test_sections_begin_behind_a_gap(self) -> None:
        tokens = made(150, {60: 2, 80: 2})
        tokens.offsets[80, 1] = tokens.offsets[80, 0]
        assert sections(tokens, 100) == [(0, 81), (81, 150)]

    @given(
        window=st.integers(40, 300),
        pieces=st.lists(st.integers(1, 400), min_size=1, max_size=12),
    )
    def test_separators_have_no_place(self, tokenizer: PreTrainedTokenizerBase, window: int, pieces: list[int]) -> None:
        ends = np.cumsum(pieces)
        tokens = made(int(ends[-1]))
        tokens.offsets[ends[:-1] - 1, 1] = tokens.offsets[ends[:-1] - 1, 0]  # separators
        batch = collate([tokens], tokenizer, window + 2, window // 8)
        gather = batch["gather"][0]
        assert (gather == -1).tolist() == tokens.separators.tolist()
        own = ~torch.from_numpy(tokens.separators)
        assert batch["input_ids"].flatten()[gather[own]].tolist() == tokens.ids[~tokens.separators].tolist()

    @given(lengths=st.lists(st.integers(1, 5000), max_size=60), tokens=st.integers(1, 9000), count=st.integers(1, 70))
    def test_pools_hold_all_within_limits(self, lengths: list[int], tokens: int, count: int) -> None:
        pools = list(_pools(lengths, tokens, count))
        order = [index for pool in pools for index in pool]
        assert sorted(order) == list(range(len(lengths)))
        assert [lengths[index] for index in order] == sorted(lengths, reverse=True)
        assert all(sum(lengths[index] for index in pool[1:]) <= tokens for pool in pools)
        assert all(0 < len(pool) <= count for pool in pools)
        assert len(pools) <= -(-sum(lengths) // tokens) + len(lengths) // count

    def test_pools_hold_evenly_many_tokens(self) -> None:
        assert [len(pool) for pool in _pools([10] * 30, 120, 100)] == [10, 10, 10]

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
        assert batch["input_ids"].shape[1] < window + PADDED_STEP
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
