"""Names for parties: the fullest proper name that the article gives the party that a mention stands for.

The network points from a mention ("he", "Nazary", "the minister") to where it sees the party's name. Rules over the
article's own names keep it honest: a mention that is a name itself stays with that name ("Massoud" is never
"Ali Maisam Nazary"), a short form is completed ("Nazary" -> "Ali Maisam Nazary") where one full name fits, an
acronym is spelt out, "the information minister" is whom the article calls so, and "he" and "she" lean to who spoke
last.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cached_property

from .names import AMID, NAME, POSSESSIVE, PREPOSITIONS, bare, name_words, untitled
from .roles import Holder, held_by, holders

Span = tuple[int, int]

_OWNER = re.compile(r"[’']s? \w")  # behind the name of one who owns what is spoken of
_ACRONYM = re.compile(r"(?:[Tt]he )?(?!C[EFOT]O$|MEP$)(?:[A-Z]{3,}|(?:[A-Z]\.){3,})")  # but no person's post
_LINK = r"(?:[ \u00a0-](?:[a-z]+[ \u00a0]){0,3})"  # between the words of an acronym's name
_KNOWN = 5  # times that a surname stands alone before a full name, which then is another's
_SPOKE_LAST = 0.2  # what having spoken last adds to a name's probability; with more, replies go to the wrong party
_SPELLING = 0.85  # likeness of two spellings of one name, by difflib's ratio
_LONG = 6  # letters of a name that may be spelt in two ways
_CROWD = 300  # surnames in a text among which no other spelling is looked for: to compare them all takes long


class Names:
    """The names of one article."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._amid = {bare(match[0]) for match in AMID.finditer(text)}
        self._full: dict[str, Counter[str]] = {}  # by their last word
        self._alone: Counter[str] = Counter()  # surnames without a first name, before the first full name
        self._people: list[tuple[int, int, list[str], str]] = []
        self._known: dict[tuple[str, str], str | None] = {}  # by rule: what short forms and descriptions stand for
        for match in NAME.finditer(text):
            given = [bare(word) for word in match[0].split()]
            words = untitled(given)
            if words[0].casefold() in PREPOSITIONS:  # it begins a sentence
                words.pop(0)
            if 2 <= len(words) <= 5 and not words[-1].isupper():
                name, last = " ".join(words), words[-1].casefold()
                self._full.setdefault(last, Counter())[name] += 1
                self._people.append((*match.span(), given[: len(given) - len(words)], name))
            elif len(words) == 1 and words[0].casefold() not in self._full:
                self._alone[words[0].casefold()] += 1

    def speaker(self, mention: Span, pointed: Sequence[tuple[Span, float]], spoke_last: str | None) -> str:
        """Name the speaker of a mention, from where the network sees the name, likeliest first, with probabilities.

        spoke_last: the name of the speaker before, to whom "he" and "she" lean.

        >>> names = Names("Ann Lee met Amy Fox. She left.")
        >>> names.speaker((21, 24), [((12, 19), 0.5), ((0, 7), 0.4)], "Ann Lee")
        'Ann Lee'
        """
        if spoke_last is None or self.text[slice(*mention)].casefold() not in ("he", "she"):
            return self.fullest(mention, pointed[0][0] if pointed else None)
        likely: defaultdict[str, float] = defaultdict(float)
        for place, probability in pointed:
            likely[self.fullest(mention, place)] += probability
        likely[spoke_last] += _SPOKE_LAST
        return max(likely, key=likely.__getitem__)

    def fullest(self, mention: Span, pointed: Span | None) -> str:
        """Name the party of a mention, characters start to end; `pointed` is where the network sees its name.

        >>> Names("Ali Maisam Nazary spoke. But Nazary said no.").fullest((29, 35), None)
        'Ali Maisam Nazary'
        """
        here = self.text[slice(*mention)]
        name = self.text[slice(*pointed)] if pointed else here
        if _ACRONYM.fullmatch(here):
            return self._stands_for(here, self._spelt_out) or (name if _alike(here, name) else here)
        if self._is_name(here) and not _alike(here, name):
            name = " ".join(name_words(here))
        elif pointed and mention[0] <= pointed[0] and pointed[1] < mention[1] and _OWNER.match(self.text, pointed[1]):
            name = here  # "Scott's wife" is not Scott
        elif name != here and not name_words(here):
            office = self._stands_for(here, self._holding)
            name = office if office and not _alike(office, name) else name
        words = name_words(name)
        whole = self._stands_for(words[0], self._complete) if len(words) == 1 else None
        return whole or POSSESSIVE.sub("", name)

    @cached_property
    def _holders(self) -> dict[str, list[Holder]]:
        return holders(self.text, self._people)

    def _is_name(self, mention: str) -> bool:
        """Tell a name from a description; "the Union", "the DNC" and a capital that only begins a sentence are none."""
        words = name_words(mention)
        if len(words) == 1 and (words[0].isupper() or mention[:4].casefold() == "the "):
            return False
        titled = len(mention.split()) > len(words)
        return len(words) > 1 or any(titled or word in self._amid for word in words)

    def _stands_for(self, form: str, find: Callable[[str], str | None]) -> str | None:
        key = (find.__name__, form)  # "AROS" may be asked for as an acronym, and as a surname
        if key not in self._known:
            self._known[key] = find(form)
        return self._known[key]

    def _complete(self, word: str) -> str | None:
        """Give the full name that ends in a word; None where no name does, or two parties' names do."""
        last = word.casefold()
        if last not in self._full and len(word) >= _LONG and len(self._full) <= _CROWD:  # "Karabalin" for "Qarabalin"
            last = next(iter(get_close_matches(last, self._full, n=1, cutoff=_SPELLING)), last)
        longer = self._full.get(last)
        if not longer or self._alone[last] >= _KNOWN:  # "Mr. Obama" throughout, and Michelle Obama near the end
            return None
        best, _ = max(longer.items(), key=lambda item: (item[1], len(item[0])))
        parties = {full.split()[-2].casefold() for full in longer}
        return best if len(parties) == 1 else None

    def _spelt_out(self, acronym: str) -> str | None:
        """Give the name in the text that an acronym abbreviates, by its initials; None where there is none."""
        words = (rf"{letter}[\w’'&-]*" for letter in acronym.split()[-1].replace(".", ""))
        found = re.search(rf"\b{_LINK.join(words)}\b", self.text)
        return found[0] if found else None

    def _holding(self, description: str) -> str | None:
        return held_by(description, self._holders)


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
