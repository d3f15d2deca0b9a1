"""The records: what is written reads back the same, spans are checked, nothing changes under the reader's hands."""

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.model.labels import KINDS, STANCES
from quoth.model.records import Article, Mention, Quote, Span, Stance

TEXT = "“We rejected his offer,” Ali Maisam Nazary said. “They own nothing.”"
QUOTE = Quote(
    kind="direct",
    segments=(Span.of(TEXT, 0, 24), Span.of(TEXT, 49, 68)),
    cue=Span.of(TEXT, 43, 47),
    speaker=Mention(25, 42, "Ali Maisam Nazary", "Ali Maisam Nazary"),
    target=None,
    stance=Stance("rejection", 0.9, {"rejection": 0.9, "none": 0.1}),
    score=0.98,
)

SHARES = st.floats(0, 1)


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    start = draw(st.integers(0, len(text) - 1))
    return Span.of(text, start, draw(st.integers(start + 1, len(text))))


@st.composite
def mentions(draw: st.DrawFn, text: str) -> Mention:
    span = draw(spans(text))
    return Mention(span.start, span.end, span.text, draw(st.text()))


@st.composite
def articles(draw: st.DrawFn) -> Article:
    text = draw(st.text(min_size=1))
    scores = st.fixed_dictionaries(dict.fromkeys(STANCES, SHARES))
    quotes = st.builds(
        Quote,
        kind=st.sampled_from(KINDS),
        segments=st.lists(spans(text), min_size=1, max_size=3).map(tuple),
        cue=st.none() | spans(text),
        speaker=st.none() | mentions(text),
        target=st.none() | mentions(text),
        stance=st.builds(Stance, st.sampled_from(STANCES), SHARES, scores),
        score=SHARES,
    )
    return Article(draw(st.text()), draw(st.lists(quotes, max_size=3).map(tuple)), draw(st.text()), text)


class TestRoundTrip:
    @given(articles())
    def test_through_json_gives_the_same_article(self, article: Article) -> None:
        read = Article.from_dict(json.loads(json.dumps(article.to_dict())), article.text)
        assert read == article
        assert read.text == article.text
        assert read.to_dict() == article.to_dict()

    @given(articles())
    def test_keeps_the_types(self, article: Article) -> None:
        for quote in Article.from_dict(article.to_dict()).quotes:
            assert isinstance(quote.segments, tuple)
            assert {type(segment) for segment in quote.segments} == {Span}
            assert type(quote.speaker) in (Mention, type(None)) and type(quote.target) in (Mention, type(None))

    def test_the_text_is_not_written_and_not_compared(self) -> None:
        article = Article("a1", (QUOTE,), "quoth", TEXT)
        assert "text" not in article.to_dict()
        assert Article.from_dict(article.to_dict()) == article

    def test_is_as_documented(self) -> None:
        assert QUOTE.to_dict() == {
            "kind": "direct",
            "segments": [
                {"start": 0, "end": 24, "text": "“We rejected his offer,”"},
                {"start": 49, "end": 68, "text": "“They own nothing.”"},
            ],
            "cue": {"start": 43, "end": 47, "text": "said"},
            "speaker": {"start": 25, "end": 42, "text": "Ali Maisam Nazary", "name": "Ali Maisam Nazary"},
            "target": None,
            "stance": {"label": "rejection", "score": 0.9, "scores": {"rejection": 0.9, "none": 0.1}},
            "score": 0.98,
        }
        assert QUOTE.text == "“We rejected his offer,” “They own nothing.”"

    def test_what_is_written_is_a_copy(self) -> None:
        QUOTE.to_dict()["stance"]["scores"]["none"] = 1.0
        data = QUOTE.to_dict()
        read = Quote.from_dict(data)
        data["stance"]["scores"]["none"] = 1.0
        assert QUOTE.stance.scores["none"] == 0.1 and read == QUOTE


class TestErrors:
    @given(st.text(), st.integers(-2, 20), st.integers(-2, 20))
    def test_a_span_is_in_the_text_and_not_empty_or_refused(self, text: str, start: int, end: int) -> None:
        if 0 <= start < end <= len(text):
            assert Span.of(text, start, end).text == text[start:end]
        else:
            with pytest.raises(ValueError, match=f"of {len(text)} characters"):
                Span.of(text, start, end)

    def test_an_unknown_kind_is_named(self) -> None:
        with pytest.raises(ValueError, match="'free' is none of direct, mixed, indirect"):
            Quote.from_dict({**QUOTE.to_dict(), "kind": "free"})

    @pytest.mark.parametrize("field", QUOTE.to_dict())
    def test_a_missing_field_is_named(self, field: str) -> None:
        data = QUOTE.to_dict()
        del data[field]
        with pytest.raises(KeyError, match=field):
            Quote.from_dict(data)

    @pytest.mark.parametrize("field", ["start", "end", "text", "name"])
    def test_a_mention_without_a_field_is_refused(self, field: str) -> None:
        data = Mention(0, 2, "He", "Ali").to_dict()
        del data[field]
        with pytest.raises(KeyError, match=field):
            Mention.from_dict(data)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Span(0, 2, "He"), "end"),
        (Mention(0, 2, "He", "Ali"), "start"),
        (Mention(0, 2, "He", "Ali"), "name"),
        (QUOTE.stance, "label"),
        (QUOTE, "score"),
        (Article("a1", (QUOTE,), "quoth"), "quotes"),
    ],
)
def test_records_are_frozen(record: Any, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(record, field, getattr(record, field))


class TestOnly:
    def test_keeps_what_is_asked_for_and_changes_nothing_else(self) -> None:
        mixed = replace(QUOTE, kind="mixed", score=0.4)
        before = Article("a", (QUOTE, mixed), "m", TEXT, {"day": "Monday"}, keeps_text=True)
        assert before.only({"mixed"}).quotes == (mixed,) and before.only({"direct", "mixed"}, 0.5).quotes == (QUOTE,)
        assert before.only({"direct", "mixed"}, 0.4) == before and len(before.quotes) == 2
        one = before.only({"direct"})
        assert (one.text, one.meta, one.keeps_text) == (TEXT, {"day": "Monday"}, True)

    def test_text_is_written_where_it_is_kept(self) -> None:
        kept = Article("a", (QUOTE,), "m", TEXT, {"outlet": "Wire"}, keeps_text=True)
        assert (
            Article.from_dict(kept.to_dict()).text == TEXT and "text" not in replace(kept, keeps_text=False).to_dict()
        )
        assert Article.from_dict(kept.to_dict()).to_dict() == kept.to_dict()
