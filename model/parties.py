"""Names for parties: the fullest proper name that the article gives the party that a mention stands for.

The network points from a mention ("he", "Nazary", "the minister") to where it sees the party's name. Rules over the
article's own names keep it honest: a mention that is a name itself stays with that name ("Massoud" is never
"Ali Maisam Nazary"), and a short form is completed ("Nazary" -> "Ali Maisam Nazary") where one full name fits.
"""

import re
from collections import Counter

_WORD = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž](?:[a-z]?\.|[\w’'-]*)|al-\w+)"  # a full stop only after an initial, or Mr
_JOINT = r"(?:[ \u00a0](?:(?:de|da|del|der|di|van|von|bin|ibn|ben|al|el|la|le)[ \u00a0])*)"
_NAME = re.compile(rf"{_WORD}(?:{_JOINT}{_WORD})*")
_AMID = re.compile(rf"(?<=[\w,] ){_WORD}")  # capitalised in the middle of a sentence: a name
_POSSESSIVE = re.compile(r"[’']s?$")
_CONNECTORS = frozenset("de da del der di van von bin ibn ben al el la le of the and for".split())  # noqa: SIM905
_PREPOSITIONS = frozenset("of to for in from with at by on and or as near like under against".split())  # noqa: SIM905
# Words that may begin a mention and are no part of a name.
_BEFORE = frozenset(
    """mr mrs ms miss dr prof professor sir dame lord lady sen sens senator rep reps representative gov governor gen
    general lt col colonel maj major capt captain cmdr commander sgt adm admiral rev president vice prime minister
    secretary congressman congresswoman judge justice chancellor king queen prince princess pope sheikh imam mullah
    maulvi ayatollah ambassador mayor chief speaker councillor councilman councilwoman attorney deputy foreign acting
    former interior defence defense the a an in on at but and for as if when while after before he she they we i it
    his her their our my its who that this these""".split()  # noqa: SIM905
)


def name_words(mention: str) -> tuple[str, ...]:
    """Give the words of the name that a mention is or ends in; none for a description.

    Titles go, and what follows a comma. After a description the name stays ("campaign manager Robby Mook"), but not
    after a preposition ("an aide to Trump").

    >>> name_words("Mr. Nazary’s"), name_words("Deputy Minister Noor Gul, 52,"), name_words("an aide to Trump")
    (('Nazary',), ('Noor', 'Gul'), ())
    >>> name_words("the campaign’s manager Robby Mook")
    ('Robby', 'Mook')
    """
    words = [_POSSESSIVE.sub("", word.strip('.;:()“”"')) for word in mention.split(",")[0].split()]
    first = next((n for n in range(len(words), 0, -1) if not _in_name(words[n - 1])), 0)
    while first < len(words) - 1 and words[first].casefold() in _BEFORE | _CONNECTORS:
        first += 1
    named = words[first:]
    described = any(word.casefold() not in _BEFORE for word in words[:first])
    if described and (len(named) < 2 or words[first - 1] in _PREPOSITIONS):
        return ()
    if len(words) == 1 and words[0].casefold() in _BEFORE:  # "He", "Minister"; but "Mr. King" is a name
        return ()
    return tuple(named) if any(word[:1].isupper() or word.startswith("al-") for word in named) else ()


def _in_name(word: str) -> bool:
    return word[:1].isupper() or word in _CONNECTORS or word.startswith("al-")


class Names:
    """The names of one article."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._amid = {_POSSESSIVE.sub("", match[0].strip(".")) for match in _AMID.finditer(text)}
        self._full: dict[str, Counter[str]] = {}
        for match in _NAME.finditer(text):
            words = match[0].split()
            while words and words[0].strip(".").casefold() in _BEFORE:
                words.pop(0)
            words[-1:] = [_POSSESSIVE.sub("", word) for word in words[-1:]]
            if 2 <= len(words) <= 5 and not words[-1].isupper():
                self._full.setdefault(words[-1].casefold(), Counter())[" ".join(words)] += 1

    def fullest(self, mention: tuple[int, int], pointed: tuple[int, int] | None) -> str:
        """Name the party of a mention, characters start to end; `pointed` is where the network sees its name.

        >>> Names("Ali Maisam Nazary spoke. But Nazary said no.").fullest((29, 35), None)
        'Ali Maisam Nazary'
        """
        here = self.text[slice(*mention)]
        name = self.text[slice(*pointed)] if pointed else here
        if self._is_name(here) and not _alike(here, name):
            name = " ".join(name_words(here))
        words = name_words(name)
        whole = self._complete(words[0]) if len(words) == 1 else None
        return whole or _POSSESSIVE.sub("", name)

    def _is_name(self, mention: str) -> bool:
        """Tell a name from a description; "the Union", "the DNC" and a capital that only begins a sentence are none."""
        words = name_words(mention)
        if len(words) == 1 and (words[0].isupper() or mention[:4].casefold() == "the "):
            return False
        titled = len(mention.split()) > len(words)
        return len(words) > 1 or any(titled or word in self._amid for word in words)

    def _complete(self, word: str) -> str | None:
        """Give the full name that ends in a word; None where no name does, or two parties' names do."""
        longer = self._full.get(word.casefold())
        if not longer:
            return None
        best, _ = max(longer.items(), key=lambda item: (item[1], len(item[0])))
        parties = {full.split()[-2].casefold() for full in longer}
        return best if len(parties) == 1 else None


def _alike(one: str, other: str) -> bool:
    """Tell whether two mentions share a word of a name, or one abbreviates the other.

    >>> _alike("NRF", "National Resistance Front"), _alike("Massoud", "Ali Maisam Nazary")
    (True, False)
    """
    a, b = ([word.casefold() for word in name_words(mention)] for mention in (one, other))
    if set(a) & set(b):
        return True
    initials = ["".join(word[0] for word in words) for words in (a, b)]
    return "".join(a) == initials[1] or "".join(b) == initials[0]
