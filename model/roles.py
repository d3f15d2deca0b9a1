"""Who holds an office in an article: "the information minister" is its "Information Minister Abdirashid Nur Hirsi".

An office stands before the name ("the state secretary, Igor Hlavaj") or behind it ("Ali Demir, a deputy prosecutor
general,"). A description fits where all its words do, and where its noun ends the office.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .names import POSSESSIVE

_DEFINITE = re.compile(r"(?:the|its|their|his|her)\s|[\w ]+[’']s\s", re.IGNORECASE)
_WORD = re.compile(r"[\w’'-]+")
_EMPTY = frozenset("the a an its his her their our my of for in at on to and".split())  # noqa: SIM905
_PHRASE = re.compile(r"\s(?:of|for|in|at|on|to|from|with|who|said|says|told)\b")  # what ends the office's noun
_BEFORE = re.compile(r'[.;:!?"“”\n(—–]|,\s(?=.*,)')  # what an office before a name does not reach over
_BEHIND = re.compile(r"[’']?s?,\s([^,.;:!?\n“”\"—–(]{3,90})")
_SPAN = 90  # characters before a name that are looked at
_OTHER = frozenset(("vice", "deputy", "former", "prime", "assistant"))  # before "president" they make another office

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """A name at one place, and the words of the office there: all before it, its noun behind it, all behind it."""

    name: str
    before: Words
    noun: Words
    behind: Words


def holders(text: str, people: Iterable[tuple[int, int, Sequence[str], str]]) -> dict[str, list[Holder]]:
    """Read the offices of people off a text, by the word that ends them.

    people: where their names stand, the titles in them, the names without titles.
    """
    found: dict[str, list[Holder]] = {}
    for start, end, titles, name in people:
        before = _BEFORE.split(text[max(0, start - _SPAN) : start])[-1]
        behind = _BEHIND.match(text, end)
        words = (*_words(before), *_words(" ".join(titles)))
        one = Holder(name, words, _noun(behind[1]) if behind else (), _words(behind[1]) if behind else ())
        for last in {*one.before[-1:], *one.noun[-1:]}:
            found.setdefault(last, []).append(one)
    return found


def held_by(description: str, among: Mapping[str, Sequence[Holder]]) -> str | None:
    """Give the name of the only person whose office a definite description tells; None for none, or for several.

    >>> text = "Interior Minister Ana Ruiz met Ali Demir, a deputy prosecutor general, in Lima."
    >>> among = holders(text, [(0, 26, ("Interior", "Minister"), "Ana Ruiz"), (31, 40, (), "Ali Demir")])
    >>> held_by("the minister", among), held_by("the prosecutor general", among), held_by("the prosecutor", among)
    ('Ana Ruiz', 'Ali Demir', None)
    """
    description = description.split(",")[0]
    noun, words = _noun(description), set(_words(description))
    if not noun or not _DEFINITE.match(description):
        return None
    names = {one.name for one in among.get(noun[-1], ()) if _holds(one, noun, words)}
    return max(names, key=len) if len({name.split()[-1] for name in names}) == 1 else None


def _holds(one: Holder, noun: Words, words: set[str]) -> bool:
    size = len(noun)
    near = one.before[-size - 4 :]  # words farther off belong to something else
    if near[-size:] == noun and words <= set(near):
        return size > 1 or not {*near[-2:-1]} & _OTHER
    return one.noun[-size:] == noun and words <= set(one.behind)


def _noun(description: str) -> Words:
    return _words(_PHRASE.split(description)[0])


def _words(phrase: str) -> Words:
    words = (POSSESSIVE.sub("", word).casefold() for word in _WORD.findall(phrase))
    return tuple(word for word in words if word not in _EMPTY)
