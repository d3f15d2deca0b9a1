"""What stands near quotation marks is kept, and what is left out between is seen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_tokens import made
from transformers import PreTrainedTokenizerBase

from quoth.model.nearby import AFTER, BEFORE, near_marks
from quoth.model.tokens import tokenize
from quoth.model.windows import collate


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
        assert first.startswith("Mr Reed")
        assert text[near.offsets[gap + 1, 0] :] == "A road. A road. “No.”"
        assert gap - np.searchsorted(near.offsets[:, 0], text.index("”")) == 1 + AFTER[0]

    def test_a_separator_has_no_state(self, tokenizer: PreTrainedTokenizerBase) -> None:
        near = near_marks(made(300, marks={40: 1, 250: 1}), tokenizer)
        assert (collate([near], tokenizer, 64, 16)["gather"][0] == -1).tolist() == (
            near.ids == tokenizer.sep_token_id
        ).tolist()
