"""Tokens: their offsets cut the text, their features say what the tokenizer drops."""

import unicodedata

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from quoth.model.tokens import char_span, letter_case, token_span, tokenize, tokenize_all

HARD = ["said", "Khan", "A", " ", ". ", "\r\n", "\n\n", "\0", "e\u0301", "\u0301", "👩‍👩‍👧", "1\ufe0f", "“", '"', "’"]
TEXTS = st.lists(
    st.sampled_from([*HARD, "\u2028", "\xa0", "ß", "İ", "ﬁ", "中"]) | st.text(max_size=4), max_size=30
).map("".join)
COMBINING = ("Mn", "Me")


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

    @given(texts=st.lists(TEXTS, max_size=4))
    def test_many_at_once_are_the_same(self, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> None:
        for text, tokens in zip(texts, tokenize_all(texts, tokenizer), strict=True):
            alone = tokenize(text, tokenizer)
            assert tokens.ids.tolist() == alone.ids.tolist()
            assert tokens.offsets.tolist() == alone.offsets.tolist()
            assert tokens.features.tolist() == alone.features.tolist()

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
