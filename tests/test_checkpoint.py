"""The shipped checkpoint on real sentences: every trap of quotation marks, speakers and stances that we know of."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from quoth import Article, Extractor, Span
from quoth.eval.scores import same_name, score
from quoth.model.checkpoint import FOLDER
from quoth.seeds.corpus import load_authored, load_gold, load_polnear

pytestmark = pytest.mark.skipif(
    not (FOLDER / "model.safetensors").is_file(), reason="no shipped checkpoint: run quoth train configs/base.yaml"
)
SHARED = Path(os.environ.get("QUOTH_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor.from_pretrained(device="cpu")


LEAD = "GENEVA (Reuters) - Delegates from both sides met in Geneva on Monday.\n\n"

# name of the trap: text, and for each quote in order: (words it holds, speaker's name, stance); None: not asked
TRAPS: dict[str, tuple[str, list[tuple[str, str | None, str | None]]]] = {
    "curly marks, then a pronoun": (
        "“We rejected his offer,” Ali Maisam Nazary, the front’s head of foreign relations, told a newspaper.\n\n"
        "He added, “We control many parts of the mountains.”",
        [
            ("We rejected his offer", "Ali Maisam Nazary", "rejection"),
            ("We control many parts", "Ali Maisam Nazary", None),
        ],
    ),
    "straight marks, interrupted": (
        '"We will open the crossing on Friday," said Governor Lena Hartmann. "Everybody who wants to leave may leave."',
        [("We will open the crossing", "Lena Hartmann", None)],
    ),
    "single marks with apostrophes inside": (
        "‘We don’t want the ministers’ money and we won’t take it,’ said Moira Kelly, who chairs the residents’ group.",
        [("We don’t want the ministers’ money", "Moira Kelly", "rejection")],
    ),
    "straight single marks": (
        "'It's not true that we didn't warn them,' said Moira Kelly, the mine's safety officer.",
        [("It's not true that we didn't warn them", "Moira Kelly", "denial")],
    ),
    "nested marks": (
        "“She told me ‘never call again’ and hung up,” said Peter Obi, the union’s secretary.",
        [("She told me ‘never call again’", "Peter Obi", None)],
    ),
    "guillemets": (
        "«The border will stay open for as long as people need it,» promised Interior Minister Carla Fonseca.",
        [("The border will stay open", "Carla Fonseca", None)],
    ),
    "a quote over two paragraphs": (
        "“Nobody in this government has ever taken a bribe,” said Prime Minister Tomas Vrba.\n\n"
        "“The reports are an invention from beginning to end.\n\n"
        "“And those who spread them know that they are lying,” he said.",
        [("Nobody in this government", "Tomas Vrba", "denial"), ("The reports are an invention", "Tomas Vrba", None)],
    ),
    "an opening mark never closed": (
        "“We will never sign such a treaty, President Anna Sokol told parliament on Tuesday.\n\n"
        "Ministers from three neighbouring countries are expected in the capital next week.",
        [("We will never sign such a treaty", "Anna Sokol", "rejection")],
    ),
    "a mark typed for an apostrophe": (
        'The commander said that he doesn"t need anyone"s permission to enter his own country.',
        [('he doesn"t need anyone"s permission', "commander", None)],
    ),
    "an indirect assurance": (
        "Foreign Minister Amir Khan Muttaqi assured the commanders that they could return to the country without fear.",
        [("they could return to the country", "Amir Khan Muttaqi", "assurance")],
    ),
    "an indirect denial": (
        "The army denied that its soldiers had fired on the crowd.",
        [("its soldiers had fired on the crowd", "army", "denial")],
    ),
    "an indirect offer": (
        "Mayor Ines Prado offered the strikers a meeting on Thursday.",
        [("a meeting on Thursday", "Ines Prado", "offer")],
    ),
    "an indirect offer to do something": (
        "Mayor Ines Prado offered to meet the strikers on Thursday.",
        [("to meet the strikers on Thursday", "Ines Prado", "offer")],
    ),
    "an indirect rejection": (
        "The union rejected the company's latest pay offer, said its secretary, Peter Obi.",
        [("the company's latest pay offer", None, "rejection")],
    ),
    "a plain statement": (
        "“The river rose by two metres in one night,” said Clara Weiss, a hydrologist at the university.",
        [("The river rose by two metres", "Clara Weiss", "none")],
    ),
}

NO_QUOTES = {
    "a nickname": "His father, Ahmad Shah Massoud, the “Lion of Panjshir”, fought the Soviet army for ten years.",
    "a title": "The band’s second album, “A Night in the Harbour”, was recorded in Lisbon in 1998.",
    "a headline and links": "Related: Five things to know about the valley\n\nWATCH | Inside the city that held out",
    "inches": "The 6'2\" guard missed the last three games with a sprained ankle.",
}


def words(article: Article) -> list[str]:
    return [quote.text for quote in article.quotes]


@pytest.mark.parametrize("trap", TRAPS)
def test_trap(extractor: Extractor, trap: str) -> None:
    text, expected = TRAPS[trap]
    article = extractor(LEAD + text)
    for held, name, stance in expected:
        found = [quote for quote in article.quotes if held in quote.text]
        assert len(found) == 1, words(article)
        if name is not None:
            assert found[0].speaker is not None, found[0]
            assert same_name(found[0].speaker.name, name), found[0].speaker
        if stance is not None:
            assert found[0].stance.label == stance, found[0].stance


@pytest.mark.parametrize("trap", NO_QUOTES)
def test_what_is_no_quote(extractor: Extractor, trap: str) -> None:
    assert words(extractor(LEAD + NO_QUOTES[trap])) == []


def test_batches_change_nothing(extractor: Extractor) -> None:
    articles = [(article.id, article.text) for article in load_authored("dev")[:12]]
    alone = [extractor(text, id).to_dict() for id, text in articles]
    for batch_size in (8, 16):
        for one, other in zip(alone, extractor.pipe(articles, batch_size=batch_size), strict=True):
            records = [dict(quote) for quote in one["quotes"]], [dict(quote) for quote in other.to_dict()["quotes"]]
            scores = [
                [quote.pop("score"), *quote.pop("stance")["scores"].values()] for quote in [*records[0], *records[1]]
            ]
            assert records[0] == records[1]  # to the letter; a score's last digit may hang on a sum's order
            assert np.array(scores[: len(records[0])]) == pytest.approx(np.array(scores[len(records[0]) :]), abs=0.0011)


def test_a_second_run_gives_the_same_bytes(extractor: Extractor) -> None:
    articles = [(article.id, article.text) for article in load_authored("dev")[:12]]
    runs = [json.dumps([article.to_dict() for article in extractor.pipe(articles)]) for _ in range(2)]
    assert runs[0] == runs[1]


def test_round_trip(extractor: Extractor, tmp_path: Path) -> None:
    extractor.model.save_pretrained(tmp_path)
    extractor.tokenizer.save_pretrained(tmp_path)
    again = Extractor.from_pretrained(tmp_path, device="cpu")
    text = load_authored("tehran")[0].text
    assert again(text) == extractor(text)


@pytest.mark.slow
def test_dev_scores_do_not_fall(extractor: Extractor) -> None:
    gold = load_authored("dev")
    scores = score(zip(gold, extractor.pipe((a.id, a.text) for a in gold), strict=True))
    floor = {
        "quotes": 0.85,
        "speaker": 0.80,
        "speaker_name": 0.75,
        "stance_given": 0.78,
        "stance": 0.66,
        "target": 0.55,
    }
    assert {name: scores[name] for name in floor if (scores[name] or 0) < floor[name]} == {}


@pytest.mark.slow
@pytest.mark.parametrize("where", ["authored", "polnear"])
def test_only_what_is_marked_changes_little(extractor: Extractor, where: str) -> None:
    """Without indirect speech, text far from quotation marks is not read: how much of what comes out is the same."""
    polnear = SHARED / "data/polnear"
    if where == "polnear" and not (polnear / "dev.jsonl").is_file():
        pytest.skip("no shared data: set QUOTH_SHARED to its folder")
    articles = load_polnear(polnear, "dev") if where == "polnear" else load_authored("dev")
    least = (0.9, 0.75) if where == "polnear" else (0.93, 0.8)
    pairs = [(article.id, article.text) for article in articles]
    fast = list(extractor.pipe(pairs, kinds=("direct", "mixed")))
    full = [article.only(("direct", "mixed")) for article in extractor.pipe(pairs)]
    assert all(quote.kind != "indirect" for article in fast for quote in article.quotes)

    def facts(articles: list[Article]) -> dict[tuple[str, tuple[Span, ...]], tuple[str | None, str]]:
        return {
            (article.id, quote.segments): (quote.speaker.name if quote.speaker else None, quote.stance.label)
            for article in articles
            for quote in article.quotes
        }

    ours, theirs = facts(fast), facts(full)
    same = ours.keys() & theirs.keys()
    alike = sum(ours[key] == theirs[key] for key in same)
    shares = 2 * len(same) / (len(ours) + len(theirs)), alike / len(same)
    print(f"{where}, same words: {shares[0]:.3f}, name and stance: {shares[1]:.3f}")
    assert all(share > low for share, low in zip(shares, least, strict=True))


@pytest.mark.skipif(
    not (SHARED / "data/seeds.jsonl").is_file(), reason="no shared data: set QUOTH_SHARED to its folder"
)
def test_the_five_seed_articles(extractor: Extractor) -> None:
    """What is reached of the twelve, so that it is not lost; README has what is not reached."""
    found = named = 0
    for gold in load_gold(SHARED / "data/seeds.jsonl"):
        article = extractor(gold.text, gold.id)
        for quote in (quote for quote in gold.quotes if quote.kind != "indirect"):
            answers = [
                q
                for q in article.quotes
                if q.segments[0].start < quote.content[0][1] and quote.content[0][0] < q.segments[-1].end
            ]
            names = (quote.speaker_name, *quote.speaker_aliases)
            found += bool(answers)
            named += any(q.speaker and same_name(q.speaker.name, name) for q in answers for name in names)
    assert found >= 11 and named >= 10
