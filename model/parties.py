"""Names for parties: the fullest proper name that the article gives the party that a mention stands for.

The network points from a mention ("he", "Nazary", "the minister") to where the party's name stands. Where the pointed
words or the mention are themselves a shorter form of a name that the article has in full, the full one is taken
("Nazary" -> "Ali Maisam Nazary"): unless two full names in the article share it.
"""

import re
from collections import Counter

_WORD = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]*\.?|al-\w+)"
_JOINT = r"(?:[ \u00a0](?:(?:de|da|del|der|di|van|von|bin|ibn|ben|al|el|la|le|of the)[ \u00a0])*)"
_CAPITALISED = re.compile(rf"{_WORD}(?:{_JOINT}{_WORD})*")
_TITLES = frozenset(
    """Mr Mrs Ms Miss Dr Prof Professor Sir Dame Lord Lady Sen Sens Senator Rep Reps Representative Gov Governor Gen General
    Lt Col Colonel Maj Major Capt Captain Cmdr Commander Sgt Adm Admiral Rev President Vice Prime Minister Secretary
    Congressman Congresswoman Judge Justice Chancellor King Queen Prince Princess Pope Sheikh Imam Mullah Maulvi Ayatollah
    Ambassador Mayor Chief Speaker Councillor Councilman Councilwoman Attorney Deputy Foreign Acting Former Interior
    Defence Defense The A An In On At But And For As If When While After Before He She""".split()  # noqa: SIM905
)
_POSSESSIVE = re.compile(r"[’']s?$")


def words_of(name: str) -> tuple[str, ...]:
    """Split a name into its words without titles, possessives and full stops.

    >>> words_of("Mr. Nazary’s")
    ('Nazary',)
    """
    words = [_POSSESSIVE.sub("", word).strip(".,") for word in name.split()]
    while words and words[0] in _TITLES:
        words.pop(0)
    return tuple(word for word in words if word)


class Names:
    """The capitalised names of one article, for completing short ones."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._full: dict[str, Counter[tuple[str, ...]]] = {}
        for match in _CAPITALISED.finditer(text):
            words = words_of(match[0])
            if 2 <= len(words) <= 5 and not any(word.isupper() and len(word) > 3 for word in words):
                self._full.setdefault(words[-1], Counter())[words] += 1

    def fullest(self, mention: tuple[int, int], pointed: tuple[int, int] | None) -> str:
        """Name the party of a mention, characters start to end; `pointed` is where the network sees its name.

        >>> Names("Ali Maisam Nazary spoke. Nazary said no.").fullest((25, 31), None)
        'Ali Maisam Nazary'
        """
        start, end = pointed or mention
        name = self.text[start:end]
        words = words_of(name)
        if len(words) == 1 and words[0] in self._full:
            longer = self._full[words[0]]
            best, count = longer.most_common(1)[0]
            if all(set(other) <= set(best) or set(best) <= set(other) for other in longer):
                return " ".join(max(longer, key=len))
            if count > sum(longer.values()) / 2:
                return " ".join(best)
        return _POSSESSIVE.sub("", name) if words else name
