"""Variants of training articles: the gold moves with the words, and a seed gives the same variant again."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from quoth.model.quotation import quotations
from quoth.seeds.corpus import GoldArticle, GoldQuote, load_authored
from quoth.training.augment import STYLES, relayout, restyle

ARTICLES = load_authored("train")[:60]
GLYPHS = set("“”‘’«»„\"'")
LAYOUTS = [made for seed in range(60) if (made := relayout(ARTICLES[seed % 50 : seed % 50 + 6], Random(seed)))]


def words(article: GoldArticle, span: tuple[int, int]) -> str:
    return article.text[slice(*span)]


def bare(text: str) -> str:
    return text.strip("“”\"«»„‘’' ")


class TestRestyle:
    @pytest.mark.parametrize("seed", range(5))
    def test_keeps_every_offset_and_every_word(self, seed: int) -> None:
        for article in ARTICLES:
            styled = restyle(article, Random(seed))
            assert len(styled.text) == len(article.text)
            assert (styled.id, styled.quotes, styled.has_stance) == (article.id, article.quotes, article.has_stance)
            changed = [(one, two) for one, two in zip(article.text, styled.text, strict=True) if one != two]
            assert all(one in GLYPHS and two in GLYPHS for one, two in changed)

    def test_retypes_the_outer_marks_in_one_style(self) -> None:
        text = "“He told me ‘no’ and left,” she said. “Don’t ask.”"
        article = GoldArticle("a1", text, (), has_stance=True, source="authored")
        made = {restyle(article, Random(seed)).text for seed in range(80)}
        assert made == {text.replace("“", opening).replace("”", closing) for opening, closing in STYLES}

    def test_marks_are_still_found_where_they_were(self) -> None:
        counts: Counter[bool] = Counter()
        for number, article in enumerate(ARTICLES):
            styled = restyle(article, Random(number)).text
            before = {(q.start, q.end) for q in quotations(article.text) if q.depth == 0}
            after = {(q.start, q.end) for q in quotations(styled)}
            counts.update(span in after for span in before)
        assert counts[True] / counts.total() > 0.95

    def test_of_a_text_without_marks_is_the_text(self) -> None:
        article = GoldArticle("a1", "It wasn’t said.", (), has_stance=True, source="authored")
        assert restyle(article, Random(1)) == article

    def test_leaves_the_original_alone(self) -> None:
        before = ARTICLES[0].text
        restyle(ARTICLES[0], Random(0))
        assert load_authored("train")[0].text == ARTICLES[0].text == before


class TestRelayout:
    def test_makes_many(self) -> None:
        assert len(LAYOUTS) > 30
        assert {quote.source < quote.content for made in LAYOUTS for quote in made.quotes} == {True, False}

    @pytest.mark.parametrize("made", LAYOUTS, ids=lambda made: made.id)
    def test_spans_cut_the_words_the_cue_and_the_source(self, made: GoldArticle) -> None:
        known = {
            bare(words(a, q.content[0])): (words(a, q.source[0]), q) for a in ARTICLES for q in a.quotes if q.source
        }
        for quote in made.quotes:
            (content,), (cue,), (source,) = quote.content, quote.cue, quote.source
            for start, end in (content, cue, source):
                assert 0 <= start < end <= len(made.text)
            assert words(made, content)[0] in '“"' and words(made, content) == words(made, content).strip()
            name, original = known[bare(words(made, content))]
            assert words(made, source) in (name, name.upper())
            assert words(made, cue) in ("-", "—", "–", ":")
            assert (words(made, cue) == ":") == (source < content)
            between = sorted((content, source))
            assert between[0][1] <= cue[0] and cue[1] <= between[1][0]
            assert bare(made.text[between[0][1] : between[1][0]].strip()) == words(made, cue)
            assert quote.kind == original.kind == "direct"

    @pytest.mark.parametrize("made", LAYOUTS, ids=lambda made: made.id)
    def test_asks_no_stance_and_tells_quotes_apart(self, made: GoldArticle) -> None:
        assert not made.has_stance
        assert all((quote.stance, quote.target, quote.target_name) == (None, None, None) for quote in made.quotes)
        assert all(quote.speaker_name in (None, words(made, quote.source[0])) for quote in made.quotes)
        assert len({quote.id for quote in made.quotes}) == len(made.quotes) >= 3
        spans = sorted(span for quote in made.quotes for span in (*quote.content, *quote.cue, *quote.source))
        assert all(one[1] <= two[0] for one, two in pairwise(spans))

    def test_of_too_few_quotes_is_none(self) -> None:
        assert relayout([], Random(0)) is None
        silent = GoldArticle("a1", "Nothing was said.", (), has_stance=True, source="authored")
        pronoun = GoldQuote("q1", "indirect", ((0, 7),), (), ())
        assert relayout([silent, GoldArticle("a2", "Nothing.", (pronoun,), True, "authored")], Random(0)) is None


@pytest.mark.parametrize("seed", range(8))
def test_a_seed_gives_the_same_again_and_another_another(seed: int) -> None:
    some = ARTICLES[seed : seed + 6]
    assert restyle(some[0], Random(seed)) == restyle(some[0], Random(seed))
    assert relayout(some, Random(seed)) == relayout(some, Random(seed))
    assert len({made.text for other in range(20) if (made := relayout(some, Random(other)))}) > 10
