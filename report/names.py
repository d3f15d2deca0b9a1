"""Names across articles: which names of different articles mean one party, and what to call it.

Within an article the extractor has already given every mention its fullest name. Here names of different articles meet:

1. *Spellings* of one full name are one party: Ahmad and Ahmed Massoud, Muttaqi and Mottaki (`spelling.same_word`).
   Where only the surname is nearly alike (Zurmati, Zurmatai), the articles share a context and neither uses both.
2. *Shorter forms* ("Rakhis Oumar" of "Rakhiss Oumar Togoy", "MRN", a bare "Muttaqi") go to the one longer name that
   they fit, in an article that shares a context; where two fit, they stay alone. A bare surname whose own article has
   its full name goes to that one and to no other.
3. Two different full names are never one: Ahmad Massoud and Ahmad Shah Massoud, Donald Trump and Donald Trump Jr.

Two articles share a context when they have capitalised words in common that are not in many articles, the name apart.
The user has the last word: `aliases.load_aliases`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from rapidfuzz import fuzz

from ..model.parties import Names
from ..model.records import Article
from .aliases import apply_aliases
from .spelling import Name, fold, parse, same_word, skeleton

ALIKE: Final = 80.0
"""Per cent of letters that surnames which do not sound the same must share to be one, in a shared context."""
COMMON: Final = 20
"""Articles in which a word may stand and still be a context; in a large collection a twentieth of it."""
CROWD: Final = 40
"""Names that share a word and are compared pair by pair; of a commoner word, such as Khan, the others decide."""

Key = tuple[str, tuple[str, ...], str]
_CAPITALISED = re.compile(r"(?<=[\w,] )[A-ZÀ-ÖØ-Þ][\w’'-]{3,}")
_CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december""".split()  # noqa: SIM905
)
_SMALL = frozenset({"of", "for", "the", "and", "de", "du", "des"})


def parties(
    articles: Sequence[Article], aliases: Mapping[str, Sequence[str]] | None = None
) -> dict[tuple[str, str], str]:
    """Give the party of every name: keys are an article's id and a speaker's or target's name in it.

    The key's name is `mention.name`, or `mention.text` where that is empty. `aliases` are the user's: party to names.
    A description ("a police official") is a party of its own, one for all articles. Takes seconds for 30,000 names.

    >>> from quoth import Mention, Quote, Span, Stance
    >>> def said(id, name):
    ...     speaker = Mention(0, 1, "x", name)
    ...     return Article(id, (Quote("direct", (), None, speaker, None, Stance("none", 1, {}), 1),), "")
    >>> parties([said("a", "Ahmad Massoud"), said("b", "the leader Ahmed Massoud"), said("c", "Ahmad Shah Massoud")])
    {('a', 'Ahmad Massoud'): 'Ahmad Massoud', ('b', 'the leader Ahmed Massoud'): 'Ahmad Massoud', \
('c', 'Ahmad Shah Massoud'): 'Ahmad Shah Massoud'}
    """
    used = {(article.id, name): None for article in articles for name in names_of(article)}
    book = _Book(articles, used)
    book.join_spellings()
    book.join_short_forms()
    found = {(id, name): book.party(id, name) for id, name in used}
    return apply_aliases(aliases or {}, found)


def names_of(article: Article) -> Iterator[str]:
    """Give the names of an article's speakers and targets as they come, with repetitions."""
    for quote in article.quotes:
        for mention in (quote.speaker, quote.target):
            if mention and (name := mention.name or mention.text).strip():
                yield name


class _Book:
    """All names of a collection, and which are joined: a union of keys, in which joined keys all fit each other."""

    def __init__(self, articles: Sequence[Article], used: Iterable[tuple[str, str]]) -> None:
        self.articles = {article.id: article for article in articles}
        self.parts = {(id, name): _coordinated(name) for id, name in used}
        self.where: defaultdict[Key, dict[str, None]] = defaultdict(dict)
        self.written: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        for (id, _), parts in self.parts.items():
            for part in parts:
                self.where[_key(part)][id] = None
                self.written[_key(part)][part.shown] += 1
        self.root = {key: key for key in self.where}
        self.members = {key: [key] for key in self.where}
        self.bare: dict[tuple[str, Key], Key] = {}
        self.context = self._contexts()

    def party(self, id: str, name: str) -> str:
        """Give what a name's party is called: its fullest common name; of several people, all theirs."""
        return " and ".join(self._called(self.bare.get((id, key), key)) for key in map(_key, self.parts[id, name]))

    def _called(self, key: Key) -> str:
        """Call a party by the name of most words, of those the one in most articles, of those the first in order."""
        members = self.members[self.root[key]]
        uses = {member: len(self.where[member]) for member in members}
        best = min(members, key=lambda member: (-len(member[1]), -uses[member], member))
        return min(self.written[best].items(), key=lambda item: (-item[1], item[0]))[0]

    def join_spellings(self) -> None:
        """Join full names that are spellings of one, and then single words; common context where it is not plain."""
        for one, other in self._pairs():
            if one[0] != other[0] or one[2] != other[2] or one[0] in ("acronym", "description"):
                continue
            if same_name(one[1], other[1]):
                if len(one[1]) > 1 or self._share(one, other):
                    self._join(one, other)
            elif _nearly(one[1], other[1]) and not self._meet(one, other) and self._share(one, other):
                self._join(one, other)

    def join_short_forms(self) -> None:
        """Give shorter forms to the one longer name that they fit."""
        longer: defaultdict[Key, set[Key]] = defaultdict(set)
        for one, other in self._pairs():
            for short, long in ((one, other), (other, one)):
                if _shortens(short, long) and self._share(short, long):
                    longer[short].add(self.root[long])
        for short in sorted(longer):
            roots = {self.root[long] for long in longer[short]}
            if len(roots) == 1:
                self._join(short, roots.pop(), checked=True)
        self._join_acronyms()
        self._place_bare_words()

    def _join_acronyms(self) -> None:
        initials: defaultdict[str, list[Key]] = defaultdict(list)
        for key in self.where:
            if len(key[1]) > 1:
                initials["".join(word[0] for word in key[1] if word not in _SMALL)].append(key)
        for key in [key for key in self.where if key[0] == "acronym"]:
            fitting = [long for long in initials[key[1][0]] if self._share(key, long)]
            if len({self.root[long] for long in fitting}) == 1:
                self._join(key, fitting[0], checked=True)

    def _place_bare_words(self) -> None:
        """Give every bare surname, or else first name, to a full name: its own article's, or the one of its context."""
        ends: defaultdict[str, list[Key]] = defaultdict(list)
        own: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
        for key in self.where:
            if key[0] == "person" and len(key[1]) > 1:
                for word in {skeleton(key[1][-1]), skeleton(key[1][0])}:
                    ends[word].append(key)
                    for id in self.where[key]:
                        own[id, word].append(key)
        for key in [key for key in self.where if key[0] == "word"]:
            word = key[1][0]
            for id in self.where[key]:
                written = self._in_text(id, self.written[key])
                if written is not None and written not in self.where:
                    continue  # its article has a full name that nobody else has
                here = [written] if written is not None else _fitting(word, own[id, skeleton(word)])
                found = here or [
                    long for long in _fitting(word, ends[skeleton(word)]) if self._share_article(id, long, {word})
                ]
                if len({self.root[long] for long in found}) == 1 and (here or self._known(key, found[0])):
                    self.bare[id, key] = found[0]

    def _known(self, word: Key, full: Key) -> bool:
        """Tell that a bare name is not famous by itself: "Obama" in ten articles is not "Michelle Obama" of two."""
        return len(self.where[word]) <= 2 * sum(len(self.where[key]) for key in self.members[self.root[full]])

    def _in_text(self, id: str, written: Iterable[str]) -> Key | None:
        """Give the full name that an article's text has for a bare name, where one full name fits there."""
        text = self.articles[id].text
        for name in written:
            if place := re.search(rf"\b{re.escape(name)}\b", text):
                full = parse(Names(text).fullest(place.span(), None))
                if full.kind == "person" and len(full.words) > 1:
                    return _key(full)
        return None

    def _pairs(self) -> list[tuple[Key, Key]]:
        """Give the pairs worth comparing: names of the same words, and names that share a word that is not common."""
        blocks: defaultdict[tuple[str, ...], list[Key]] = defaultdict(list)
        for key in self.where:
            sounds = [skeleton(word) for word in key[1]]
            blocks[(*sorted(sounds), "")].append(key)
            for word in set(sounds):
                blocks[word,].append(key)
        pairs = {
            (min(pair), max(pair))
            for shared, keys in blocks.items()
            if len(keys) <= CROWD or len(shared) > 1
            for pair in combinations(keys, 2)
        }
        return sorted(pairs)

    def _join(self, one: Key, other: Key, checked: bool = False) -> None:
        """Join two parties, unless two of their full names are different ones; `checked`: the caller knows."""
        a, b = self.root[one], self.root[other]
        if a == b:
            return
        if not checked and not all(
            same_name(x[1], y[1]) or _nearly(x[1], y[1]) for x in self.members[a] for y in self.members[b]
        ):
            return
        for key in self.members[b]:
            self.root[key] = a
        self.members[a] += self.members.pop(b)

    def _contexts(self) -> dict[str, frozenset[str]]:
        """Give each article's capitalised words, folded, without those of many articles."""
        words = {id: _context(article) for id, article in self.articles.items()}
        counts = Counter(word for found in words.values() for word in found)
        limit = max(COMMON, len(words) // 20)
        return {id: frozenset(word for word in found if counts[word] <= limit) for id, found in words.items()}

    def _meet(self, one: Key, other: Key) -> bool:
        """Tell whether an article uses both names."""
        return not self.where[one].keys().isdisjoint(self.where[other])

    def _share(self, one: Key, other: Key) -> bool:
        return any(self._share_article(id, other, {*one[1], *other[1]}) for id in list(self.where[one])[:CROWD])

    def _share_article(self, id: str, key: Key, apart: set[str]) -> bool:
        """Tell whether an article shares a context, words `apart` and the name's own left out, with one of a name's."""
        here = self.context[id] - apart - set(key[1])
        texts = bool(self.articles[id].text)
        return any(
            other == id or len(here & self.context[other]) > (texts and bool(self.articles[other].text))
            for other in list(self.where[key])[:CROWD]
        )


def same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two names are spellings of one, word by word; two words may change places.

    >>> same_name(("ahmad", "massoud"), ("ahmed", "masood")), same_name(("ahmad", "massoud"), ("wali", "massoud"))
    (True, False)
    >>> same_name(("celestin", "mugwaneza"), ("mugwaneza", "celestin"))
    True
    """
    if len(one) != len(other):
        return False
    if all(same_word(a, b, n == len(one) - 1) for n, (a, b) in enumerate(zip(one, other, strict=True))):
        return True
    return len(one) == 2 and same_word(one[0], other[1]) and same_word(one[1], other[0])


def _nearly(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two full names differ in their surnames only, and there by a few letters."""
    if len(one) != len(other) or len(one) < 2 or min(len(one[-1]), len(other[-1])) < 5 or one[-1][0] != other[-1][0]:
        return False
    given = all(same_word(a, b) for a, b in zip(one[:-1], other[:-1], strict=True))
    return given and fuzz.ratio(one[-1], other[-1]) >= ALIKE


def _shortens(short: Key, long: Key) -> bool:
    """Tell whether a name is the beginning or the end of a longer one, or the same without a middle initial.

    Of an organisation only "of …" and "for …" may go: the Resistance Front may be another than the National one.
    """
    a, b = short[1], long[1]
    if not 1 < len(a) < len(b) or short[2] != long[2]:
        return False
    if long[0] == "organisation":
        return short[0] in ("organisation", "person") and same_name(a, b[: len(a)]) and b[len(a)] in ("of", "for")
    if short[0] != "person" or long[0] != "person":
        return False
    cuts = (b[: len(a)], b[len(b) - len(a) :], tuple(word for word in b if len(word) > 1))
    return any(len(a) == len(cut) and (same_name(a, cut) or _nearly(a, cut)) for cut in cuts)


def _fitting(word: str, keys: Sequence[Key]) -> list[Key]:
    """Give the full names whose surname a word is; failing that, those whose first name it is."""
    return [key for key in keys if same_word(word, key[1][-1], last=True)] or [
        key for key in keys if same_word(word, key[1][0])
    ]


def _key(name: Name) -> Key:
    return name.kind, name.words, name.generation


def _coordinated(name: str) -> tuple[Name, ...]:
    """Take "Ismail Khan and Ahmad Massoud" apart, sorted; anything else is one name."""
    parts = [part.strip() for part in re.split(r",? and |, ", name)]
    names = [parse(part) for part in parts if part]
    if len(names) > 1 and " and " in name and all(part.kind in ("person", "word") for part in names):
        return tuple(sorted(names, key=lambda part: part.words[-1]))
    return (parse(name),)


def _context(article: Article) -> set[str]:
    """Give the capitalised words of an article: those of its names, and those amid its sentences."""
    words = {word for name in names_of(article) for part in _coordinated(name) for word in part.words if word[3:]}
    named = {word for word in words if word.isalpha()}
    return named | {fold(match[0]) for match in _CAPITALISED.finditer(article.text)} - _CALENDAR
