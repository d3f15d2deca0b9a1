"""Names across articles: one party under several names is found, two parties never become one, the user decides."""

import json
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest

pytest.importorskip("rapidfuzz", reason="needs the extra: pip install 'quoth[report]'")

from quoth.eval.oracle import oracle
from quoth.model.records import Article, Mention, Quote, Stance
from quoth.report import names
from quoth.report.aliases import load_aliases
from quoth.report.names import parties
from quoth.report.spelling import parse, same_word
from quoth.seeds.corpus import load_authored


def said(id: str, *speakers: str, text: str = "") -> Article:
    """Give an article in which each of these says something."""
    stance = Stance("none", 1.0, {"none": 1.0})
    quotes = (Quote("direct", (), None, Mention(0, 1, "x", name), None, stance, 1.0) for name in speakers)
    return Article(id, tuple(quotes), "test", text)


def grouped(*articles: Article, aliases: dict[str, list[str]] | None = None) -> set[frozenset[str]]:
    """Give the names of each party, as `article:name`."""
    found = defaultdict(set)
    for (id, name), party in parties(articles, aliases).items():
        found[party].add(f"{id}:{name}")
    return {frozenset(group) for group in found.values()}


def one_party(*articles: Article, aliases: dict[str, list[str]] | None = None) -> bool:
    """Tell whether the first speakers of all the articles are one party."""
    found = parties(articles, aliases)
    return len({found[article.id, next(names.names_of(article))] for article in articles}) == 1


def test_the_minister_has_one_party() -> None:
    found = parties(
        [
            said("a", "Amir Khan Muttaqi", "Ahmad Massoud"),
            said("b", "the Taliban’s acting foreign minister Amir Khan Muttaqi", "Ismail Khan"),
            said("c", "Mottaki", "Ahmad Massoud"),
            said("d", "Muttaqi", "Ahmed Massoud"),
            said("e", "Taliban Foreign Minister Amir Khan Mottaki"),
        ]
    )
    assert {party for (_, name), party in found.items() if "u" in name and "Massoud" not in name} == {
        "Amir Khan Muttaqi"
    }
    assert found["d", "Ahmed Massoud"] == found["a", "Ahmad Massoud"] == "Ahmad Massoud"


@pytest.mark.parametrize(
    "pair",
    [
        ("Ahmad Massoud", "Ahmed Masood"),
        ("Mohammed Omar", "Muhammad Omar"),
        ("Saeed Khatibzadeh", "Said Khatibzada"),
        ("Ana Lucía Restán", "Ana Lucia Restan"),
        ("Tariq Abdelhai", "Tarek Abdel Hay"),
        ("Yaman al-Homsi", "Yaman Homsy"),
        ("Célestin Mugwaneza", "Mugwaneza Celestin"),
        ("President Donald Trump", "Donald Trump"),
        ("The Gathering of Western Forces", "the Gathering of Western Forces"),
        ("the Taliban", "Taliban"),
        ("señor Cubarro", "Mr Cubarro"),
        ("the NRF", "N.R.F."),
        ("the families", "The families"),
    ],
)
def test_spellings_are_one_party(pair: tuple[str, str]) -> None:
    assert one_party(said("a", pair[0]), said("b", pair[1]))


CONTEXT = ("Rustam Qaderi", "Ministry of Wells")


@pytest.mark.parametrize(
    "pair",
    [
        ("Hafiz Nasrat Zurmati", "Nasrat Zurmatai"),
        ("Rakhis Oumar", "Rakhiss Oumar Togoy"),
        ("Donald Trump", "Donald J. Trump"),
        ("the MRN", "The Movement for the Recovery of the North"),
        ("Islamic Emirate", "The Islamic Emirate of Afghanistan"),
        ("Massoud", "Ahmad Massoud"),
    ],
)
def test_nearly_alike_names_need_a_context(pair: tuple[str, str]) -> None:
    assert one_party(said("a", pair[0], *CONTEXT), said("b", pair[1], *CONTEXT))
    assert not one_party(said("a", pair[0], "Jon Berg"), said("b", pair[1], "Ana Diaz"))


@pytest.mark.parametrize(
    "different",
    [
        ("Ahmad Massoud", "Ahmad Shah Massoud", "Ahmad Wali Massoud"),
        ("Donald Trump", "Donald Trump Jr.", "Ivanka Trump"),
        ("George W. Bush", "George H. W. Bush", "Jeb Bush"),
        ("Michael Jordan", "Michelle Jordan"),
        ("Hassan Rouhani", "Hussein Rouhani"),
        ("Mahmoud Abbas", "Mohammed Abbas"),
        ("Alexandra Dupont", "Alexandre Dupont"),
        ("Ellen Smith", "Allen Smith"),
        ("Paul Simon", "Paula Simon"),
        ("National Resistance Front", "Afghan Resistance Front"),
        ("Supreme Court", "Texas Supreme Court"),
        ("European Union", "European Union Monitoring Mission"),
        ("Trump Organization", "Donald Trump"),
        ("an aide to Trump", "Donald Trump"),
        ("Iran", "Iraq"),
        ("a ministry spokesman", "a ministry official"),
    ],
)
def test_different_names_stay_apart(different: tuple[str, ...]) -> None:
    together = said("a", *different, *CONTEXT)
    apart = [said(str(n), name, *CONTEXT) for n, name in enumerate(different)]
    for articles in ([together], apart):
        found = parties(articles)
        assert len({party for (_, name), party in found.items() if name in different}) == len(different)


def test_a_bare_surname_stays_with_its_own_article() -> None:
    articles = [
        said("a", "Massoud", "Ahmad Wali Massoud", "Ismail Khan"),
        said("b", "Ahmad Massoud", "Ismail Khan"),
        said("c", "Massoud", "Ismail Khan", text="Ahmad Wali Massoud met Ismail Khan. Massoud said no."),
        said("d", "Massoud", "Ismail Khan", text="Omar Massoud met Ismail Khan. Massoud said no."),
        said("e", "Massoud", "Ismail Khan"),
    ]
    found = parties(articles)
    assert found["a", "Massoud"] == found["c", "Massoud"] == "Ahmad Wali Massoud"
    assert found["d", "Massoud"] == "Massoud"  # its article has a full name that no quote has
    assert found["e", "Massoud"] == "Massoud"  # two would fit


def test_a_famous_bare_name_is_not_given_to_a_namesake() -> None:
    bare = [said(str(n), "Obama", *CONTEXT) for n in range(5)]
    assert parties([*bare, said("a", "Michelle Obama", *CONTEXT)])["0", "Obama"] == "Obama"


def test_several_people_are_called_by_their_parties() -> None:
    articles = [
        said("a", "Ahmad Massoud", "Ismail Khan"),
        said("b", "Massoud and Khan", "Ismail Khan", "Ahmed Massoud"),
        said("c", "Ismail Khan and Ahmad Massoud"),
    ]
    found = parties(articles)
    assert (
        found["b", "Massoud and Khan"] == found["c", "Ismail Khan and Ahmad Massoud"] == "Ismail Khan and Ahmad Massoud"
    )
    assert found["a", "Ahmad Massoud"] == "Ahmad Massoud"


def test_the_order_of_articles_does_not_matter() -> None:
    articles = [oracle(article) for article in load_authored("train") if article.id.startswith("f")]
    shuffled = random.Random(1).sample(articles, len(articles))
    assert parties(articles) == parties(shuffled)


def test_odd_names_break_nothing() -> None:
    odd = (
        "Ahmed Massoud\n\xa0\nAhmed Massoud",
        "’",
        "\n\n",
        "—",
        "42",
        "٣ رجال",
        "İstanbul",
        "Jr.",
        "the",
        "al-",
        "A" * 5000,
    )
    found = parties([said("a", *odd)])
    assert all(party for party in found.values())
    assert found["a", odd[0]] == "Ahmed Massoud"


def test_aliases_decide() -> None:
    articles = [said("a", "Kabul", "Amir Khan Muttaqi"), said("b", "the Taliban", "Amir Khan Mottaki")]
    found = parties(articles, {"Taliban": ["Kabul"], "The minister": ["Amir Khan Muttaqi"]})
    assert found["a", "Kabul"] == found["b", "the Taliban"] == "Taliban"
    assert found["b", "Amir Khan Mottaki"] == found["a", "Amir Khan Muttaqi"] == "The minister"
    apart = parties(articles, {"Amir Khan Muttaqi": [], "Amir Khan Mottaki": []})
    assert apart["b", "Amir Khan Mottaki"] != apart["a", "Amir Khan Muttaqi"]


def test_aliases_are_read(tmp_path: Path) -> None:
    path = tmp_path / "aliases.json"
    path.write_text(json.dumps({"Taliban": ["Kabul", "Islamic Emirate"]}))
    assert load_aliases(path) == {"Taliban": ["Kabul", "Islamic Emirate"]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "not an object"),
        ("{", "not JSON"),
        ('{"Taliban": "Kabul"}', "'Taliban'"),
        ('{"Taliban": [""]}', "'Taliban'"),
        ('{" ": []}', "blank"),
        ('{"Taliban": ["Kabul"], "Afghanistan": ["KABUL"]}', "'Afghanistan'.*'KABUL'.*'Taliban'"),
        ('{"Taliban": ["Kabul"], "Kabul": []}', "'Kabul'.*'Taliban'"),
        ('{"Taliban": ["a"], "Taliban": ["b"]}', "'Taliban' is there 2 times"),
    ],
)
def test_wrong_aliases_are_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "aliases.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=f"aliases.json.*{said}"):
        load_aliases(path)


def test_titles_and_descriptions() -> None:
    assert parse("Tan Sri Rahim Baharuddin").shown == "Rahim Baharuddin"
    assert parse("Charles E. Grassley").shown == "Charles E. Grassley"
    assert parse("the People’s Army of Guaviare").shown == "People’s Army of Guaviare"
    assert parse("the Foreign Office").kind == parse("guests at the Hotel Mirablau").kind == "description"


def test_unlike_words() -> None:
    for one, other in (("jamal", "jamil"), ("daniel", "danielle"), ("mario", "maria"), ("christian", "christina")):
        assert not same_word(one, other)


def test_thirty_thousand_names_take_seconds() -> None:
    rng = random.Random(7)
    given = [f"{a}{b}" for a in ("Ah", "Mo", "Ka", "Si", "Ro", "Te", "Li") for b in ("mad", "rim", "lan", "sef", "dun")]
    family = [
        f"{a}{b}{c}" for a in ("Ba", "Ho", "Zi", "Ke") for b in ("ra", "mi", "so") for c in ("vi", "ni", "di", "ko")
    ]
    people = [f"{one} {middle} {last}" for one in given for middle in family[:20] for last in family]
    articles = [said(str(n), *rng.sample(people, 15)) for n in range(2000)]
    start = time.monotonic()
    assert len(parties(articles)) > 29_000
    assert time.monotonic() - start < 20
