"""How names are spelt: titles and marks taken off, and whether two words are one word that two desks spell differently.

Romanised names waver in doubled letters, in q and k, o and u, ee and i, and in the vowels after the first syllable;
they do not waver in the rest: Mohammed and Muhammad are one name, Mahmoud is another, and so are Hassan and Hussein.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..model.names import name_words

NameKind = Literal["person", "organisation", "word", "acronym", "description"]

_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_ARTICLE = re.compile(r"^(?:al|el|ul|as|ash|ar|an|ad|at|az)-(?=\w{2})")
_PARTICLES = frozenset({"al", "el"})
_JOINED = frozenset({"abd", "abdul", "abdel", "abdal", "abdol", "abu", "abou"})  # "Abdel Hay" is "Abdelhai"
GENERATIONS = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_OFFICES = frozenset(
    """president minister premier chancellor secretary spokesman spokeswoman spokesperson senator congressman
    congresswoman governor mayor ambassador envoy general colonel major captain commander lieutenant sergeant
    admiral marshal judge justice king queen prince princess pope sheikh imam mullah maulvi mawlawi ayatollah mufti
    chief leader chairman chairwoman director coach professor doctor father sister bishop archbishop cardinal
    reverend warlord candidate haji hajji hafiz ustaz maulana tan sri dato mr mrs ms dr madam senor senora""".split()  # noqa: SIM905
)
_ORGANISATIONS = frozenset(
    """front ministry council army party government movement mission union agency committee court parliament senate
    house congress emirate republic state states nations kingdom force forces police office department bureau bank
    company corporation group alliance coalition federation association commission board authority authorities
    administration campaign foundation organization organisation institute university college school church times post
    journal news newspaper radio television gathering league club team embassy assembly network service services center
    centre society fund trust command guard brigade militia tribunal conference confederation workers office
    resistance democrats republicans""".split()  # noqa: SIM905
)
_QUANTIFIERS = frozenset("many some most several both all few no what other".split())  # noqa: SIM905
_PREPOSITIONS = frozenset("of to for in from with at by on or as near like under against".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart: what kind it is, its words folded, the generation of its bearer, and how to print it."""

    kind: NameKind
    words: tuple[str, ...]
    generation: str
    shown: str


def fold(word: str) -> str:
    """Give a word in small letters, without accents, apostrophes, hyphens and full stops.

    >>> fold("Mbaïlao"), fold("al-Homsi"), fold("O’Neill")
    ('mbailao', 'homsi', 'oneill')
    """
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN))
    return re.sub(r"[^\w]|_", "", _ARTICLE.sub("", "".join(c for c in plain if not unicodedata.combining(c))))


@lru_cache(maxsize=65536)
def parse(name: str) -> Name:
    """Take a name apart. Several people, and whoever is only described, are a description.

    >>> parse("the Taliban’s acting foreign minister Amir Khan Muttaqi").words
    ('amir', 'khan', 'muttaqi')
    >>> parse("Donald Trump Jr.").generation, parse("the NRF").kind, parse("a bench headed by Justice Sahay").kind
    ('jr', 'acronym', 'description')
    """
    line = next((" ".join(line.split()) for line in name.splitlines() if line.strip()), "")
    undotted = re.sub(r"\b(?:[A-Z]\.){2,}", lambda match: match[0].replace(".", ""), line)  # M.R.N.
    undotted = _untitled(undotted)
    given = [word for word in _after_offices(list(name_words(undotted))) if not word.endswith("-led")]
    words = _joined([part for word in given for part in _split(word)])
    generation = GENERATIONS.get(words[-1], "") if len(words) > 1 else ""
    words = words[: len(words) - bool(generation)]
    place = re.search(r"\b" + r"\W+".join(re.escape(word) + r"(?:[’']s?)?" for word in given), undotted)
    organised = any(word in _ORGANISATIONS for word in words)
    several = " and " in line and not organised
    alone = len(words) == 1 and organised and " " in line.removeprefix("The ").removeprefix("the ")  # "Foreign Office"
    if not words or not place or several or alone or _described(undotted[: place.start()], words[0]):
        return Name("description", (re.sub("^the ", "", line.casefold()),), "", line)
    shown = re.sub("[’']s?$", "", place[0])
    if len(given) == 1 and re.fullmatch(r"[A-Z]{2,6}", given[0]):
        return Name("acronym", tuple(words), "", shown)
    the = undotted[: place.start()].casefold() == "the "
    if organised or the or " of " in shown or " for " in shown:
        return Name("organisation", tuple(words), generation, shown)
    return Name("word" if len(words) == 1 else "person", tuple(words), generation, shown)


def _untitled(line: str) -> str:
    """Leave out titles in small letters that stand before a name: "señor Cubarro", "warlord Ismail Khan"."""
    words = line.split()
    first = next((n for n, word in enumerate(words) if word[:1].isupper() or fold(word) not in _OFFICES), 0)
    return " ".join(words[first:]) if words and words[first][:1].isupper() else line


def _after_offices(words: list[str]) -> list[str]:
    """Leave out what stands before the last office: "Taliban Foreign Minister Amir Khan Muttaqi"."""
    last = max((n for n, word in enumerate(words) if fold(word) in _OFFICES), default=-1)
    rest = words[last + 1 :]
    return rest if rest and rest[0][:1].isupper() and fold(rest[0]) not in _ORGANISATIONS else words


def _described(before: str, first: str) -> bool:
    """Tell that a name only serves to describe somebody: "guests at the Hotel", "aides to Justice Sahay"."""
    words = [fold(word) for word in before.split()]
    while words and (words[-1] in _OFFICES or words[-1] == "the"):
        words.pop()
    return first in _QUANTIFIERS or bool(words and words[-1] in _PREPOSITIONS)


def _split(word: str) -> list[str]:
    """Split a word at its hyphens, an Arabic article left out, and fold the parts."""
    return [folded for part in _ARTICLE.sub("", word.casefold()).split("-") if (folded := fold(part))]


def _joined(words: list[str]) -> list[str]:
    """Join "abdel hay" and "abu shaqra"; leave out articles that stand alone."""
    result: list[str] = []
    for word in words:
        if result and result[-1] in _JOINED:
            result[-1] += word if word not in _PARTICLES else ""
        elif word not in _PARTICLES:
            result.append(word)
    return result


_SOUNDS = (
    (r"^abd[aeiou]l", "abdul"),
    (r"tch|tsch", "C"),
    (r"sch", "S"),
    (r"sh", "S"),
    (r"ch", "C"),
    (r"dj", "j"),
    (r"kh", "X"),
    (r"ph", "f"),
    (r"([bdgt])h", r"\1"),
    (r"c(?=[eiy])", "s"),
    (r"q|ck|c", "k"),
    (r"w", "v"),
    (r"(?<=.)y", "i"),
    (r"([^aeiou])\1", r"\1"),
    (r"(?<=[aeiou])h$", ""),
    (r"oo|ou|u|o", "u"),
    (r"u+", "u"),
    (r"ee|ie(?!v)|ii", "i"),
    (r"a+", "a"),
    (r"[ae]i", "E"),
)


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Write a folded word roughly as it sounds: X for kh, C for ch, S for sh, E for ai and ei, u for o and u.

    >>> sound("muttaqi") == sound("mottaki"), sound("mohammed"), sound("muhammad")
    (True, 'muhamed', 'muhamad')
    """
    for pattern, letter in _SOUNDS:
        word = re.sub(pattern, letter, word)
    return word


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """Give the consonants of a folded word's sound, and a mark for a vowel that begins it: what variants share.

    >>> skeleton("muttaqi"), skeleton("ahmad"), skeleton("ahmed")
    ('mtk', '*hmd', '*hmd')
    """
    heard = sound(word)
    return ("*" if heard[:1] in "aeiuE" else "") + re.sub("[aeiuE]", "", heard)


def same_word(one: str, other: str, last: bool = False) -> bool:
    """Tell whether two folded words are spellings of one; `last` where both end their names, as surnames do.

    a and e, e and i may differ after the first vowel; at a given name's end they may not (Alexandra, Alexandre).

    >>> same_word("ahmad", "ahmed"), same_word("hassan", "hussein"), same_word("ellen", "allen")
    (True, False, False)
    """
    if one == other:
        return True
    a, b = sound(one), sound(other)
    if a == b:
        return min(len(one), len(other)) > 2
    if len(a) != len(b):
        return False
    first = next((n for n, letter in enumerate(a) if letter in "aeiuE"), len(a))
    for n, (x, y) in enumerate(zip(a, b, strict=True)):
        near = {x, y} in ({"a", "e"}, {"e", "i"}, {"E", "e"})
        if x != y and not (near and n > first and (last or n < len(a) - 1)):
            return False
    return True
