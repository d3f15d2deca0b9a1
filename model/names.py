"""What in a mention is a name: its words without titles, possessives and what is only said of the party."""

import re
from collections.abc import Sequence

_WORD = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž](?:[a-z]?\.|[\w’'-]*)|al-\w+)"  # a full stop only after an initial, or Mr
_JOINT = r"(?:[ \u00a0](?:(?:de|da|del|der|di|van|von|bin|ibn|ben|al|el|la|le)[ \u00a0])*)"
NAME = re.compile(rf"{_WORD}(?:{_JOINT}{_WORD})*")
AMID = re.compile(rf"(?:(?<=[\w,] )|(?<=,[”\"’'] )){_WORD}")  # capitalised in the middle of a sentence: a name
_ASIDE = re.compile(r",|\(|\s[-–—]+\s")  # what follows is said of the name
_INITIAL = re.compile(r"(?:[A-Z]\.)+")
POSSESSIVE = re.compile(r"[’']s?$")
_CONNECTORS = frozenset("de da del der di van von bin ibn ben al el la le of the and for".split())  # noqa: SIM905
PREPOSITIONS = frozenset(
    "of to for in from with at by on and or as near like unlike despite under against".split()  # noqa: SIM905
)
# Words that may begin a mention and are no part of a name.
_BEFORE = frozenset(
    """mr mrs ms miss dr prof professor sir dame lord lady sen sens senator rep reps representative gov governor gen
    general lt col colonel maj major capt captain cmdr commander sgt adm admiral rev president vice prime minister
    secretary congressman congresswoman judge justice chancellor king queen prince princess pope sheikh imam mullah
    maulvi ayatollah ambassador mayor chief speaker councillor councilman councilwoman attorney deputy foreign acting
    commissioner director chairman chairwoman chair spokesman spokeswoman officer detective sheriff inspector sergeant
    superintendent lieutenant nominee candidate
    former interior defence defense the a an in on at but and for as if when while after before he she they we i it
    his her their our my its who that this these""".split()  # noqa: SIM905
)
# Those among them that may follow a place or an institution, and are nobody's middle name.
_OFFICES = frozenset(
    "mr mrs ms miss dr gov governor sen senator rep commissioner president minister secretary ambassador".split()  # noqa: SIM905
)


def name_words(mention: str) -> tuple[str, ...]:
    """Give the words of the name that a mention is or ends in; none for a description.

    Titles go, and what follows a comma. After a description the name stays ("campaign manager Robby Mook"), but not
    after a preposition ("an aide to Trump").

    >>> name_words("Mr. Nazary’s"), name_words("Deputy Minister Noor Gul, 52,"), name_words("an aide to Trump")
    (('Nazary',), ('Noor', 'Gul'), ())
    >>> name_words("the campaign’s manager Robby Mook")
    ('Robby', 'Mook')
    >>> name_words("His partner at Lenox, Lawrence B. Cummings,"), name_words("critics, including Tom Clarke")
    (('Lawrence', 'B.', 'Cummings'), ())
    """
    head, *asides = _ASIDE.split(mention)
    return _name_at_end(head) or (_name_at_end(asides[0], alone=True) if asides else ())


def _name_at_end(words_of: str, alone: bool = False) -> tuple[str, ...]:
    """Give the name that words are or end in; `alone`: nothing but titles may stand before it."""
    words = [bare(word) for word in words_of.split()]
    first = next((n for n in range(len(words), 0, -1) if not _in_name(words[n - 1])), 0)
    described = any(not _is_title(word) for word in words[:first])
    named = untitled(words[first:])
    if described and (alone or len(named) < 2 or words[first - 1] in PREPOSITIONS):
        return ()
    if len(words) == 1 and _is_title(words[0]):  # "He", "Minister"; but "Mr. King" is a name
        return ()
    return tuple(named) if any(word[:1].isupper() or word.startswith("al-") for word in named) else ()


def untitled(words: Sequence[str]) -> list[str]:
    """Take off what stands before a name, down to one word: "the New York Gov. Al Smith" is Al Smith."""
    offices = (n + 1 for n, word in enumerate(words[:-1]) if word.strip(".").casefold() in _OFFICES)
    office = 0 if "and" in words else max(offices, default=0)  # "Mr. King and Mr. Schultz" are two
    rest = list(words[office:])
    while len(rest) > 1 and (_is_title(rest[0]) or rest[0].casefold() in _CONNECTORS):
        rest.pop(0)
    return rest


def _is_title(word: str) -> bool:
    """Tell whether a word may begin a mention without being part of a name: a title, a pronoun, an article."""
    return word.strip(".").casefold() in _BEFORE


def bare(word: str) -> str:
    """Take off a possessive's s and marks around a word; an initial keeps its full stop."""
    word = word.strip(';:()“”"')
    return POSSESSIVE.sub("", word if _INITIAL.fullmatch(word) else word.strip("."))


def _in_name(word: str) -> bool:
    return word[:1].isupper() or word in _CONNECTORS or word.startswith("al-")
