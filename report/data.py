"""What the page knows: articles and quotes as small as JSON lets them be, offsets as the browser counts.

`templates/state.js` reads this back; the two change together. A quote is a list, for 20,000 of them to stay small:

    [kind, stance, score, stance score, scores of all labels, segments, cue, speaker, target, group, words]

kind, stance: numbers in `kinds` and `labels`. Scores: in thousandths. segments, cue: [start, end, start, end, …], []
where there is none. speaker, target: [start, end, name, party], numbers in `names`, or []. group: a number, or -1.
words: the segments' words where the article has no text to cut them from, else [].
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from ..model.labels import KINDS, STANCES
from ..model.records import Article, Mention, Quote
from .dates import day
from .load import fitting_text

SHOWN: Final = ("title", "date", "outlet")
"""The names in `meta` that have a place of their own on the page."""


class Offsets(Protocol):
    """What gives the browser's offset for one of Python's."""

    def __call__(self, offset: int, /) -> int:
        """Count in UTF-16 code units."""


class Names:
    """Numbers for names, in the order of their coming."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """Give the name's number; white space in it is made single."""
        return self.numbers.setdefault(" ".join(name.split()), len(self.numbers))


def page_data(
    articles: Sequence[Article],
    texts: Mapping[str, str],
    groups: Mapping[tuple[str, int], int] | None = None,
    parties: Mapping[tuple[str, str], str] | None = None,
) -> dict[str, Any]:
    """Gather what the page shows; see the module for how quotes are written.

    texts: by the article's id, for those that carry none. groups: (article id, number of the quote in it) to the number
    of its group. parties: (article id, name) to the name that all articles share. An article whose text is unknown has
    `lack` "missing", one whose text has other words at the offsets "unfit".

    >>> page_data([Article("a1", (), "quoth-base 0.1.0", "Nothing said.")], {})["articles"]
    [{'id': 'a1', 'title': '', 'date': '', 'day': '', 'outlet': '', 'text': 'Nothing said.', 'lack': '', 'more': [], \
'quotes': []}]
    """
    seen = {label for article in articles for quote in article.quotes for label in _labels(quote)}
    labels = [*STANCES, *sorted(seen.difference(STANCES))]
    names = Names()
    rows = []
    for article in articles:
        text = fitting_text(article, texts)
        offsets = browser_offsets(text or "")
        quotes = []
        for index, quote in enumerate(article.quotes):
            group = (groups or {}).get((article.id, index), -1)
            both = (quote.speaker, quote.target)
            mentions = [_mention(mention, article.id, offsets, names, parties or {}) for mention in both]
            quotes.append(_quote(quote, labels, offsets, mentions, group, text is None))
        meta = {name: _plain(article.meta.get(name)) for name in SHOWN}
        rows.append(
            {
                "id": article.id,
                "title": meta["title"],
                "date": meta["date"],
                "day": day(meta["date"]),
                "outlet": meta["outlet"],
                "text": text,
                "lack": "" if text is not None else "unfit" if article.text or article.id in texts else "missing",
                "more": [[name, _plain(value)] for name, value in article.meta.items() if name not in SHOWN],
                "quotes": quotes,
            }
        )
    return {"kinds": KINDS, "labels": labels, "names": list(names.numbers), "articles": rows}


def browser_offsets(text: str) -> Offsets:
    """Give the function from offsets in characters to offsets in UTF-16 code units, which JavaScript counts in.

    >>> to_browser = browser_offsets("👍 no")
    >>> to_browser(1), to_browser(4)
    (2, 5)
    """
    if text.isascii() or max(text) <= "\uffff":
        return int
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if character > "\uffff" else 1))
    return units.__getitem__


def embedded(data: Mapping[str, Any]) -> str:
    r"""Write JSON that can stand in a script element: nothing in it can end the element or open a comment.

    >>> embedded({"text": "</script><!--"})
    '{"text":"\\u003c/script>\\u003c!--"}'
    """
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _labels(quote: Quote) -> set[str]:
    return {quote.stance.label, *quote.stance.scores}


def _quote(
    quote: Quote, labels: Sequence[str], offsets: Offsets, mentions: list[list[int]], group: int, words: bool
) -> list[Any]:
    segments = [offsets(edge) for span in quote.segments for edge in (span.start, span.end)] if not words else []
    cue = [offsets(quote.cue.start), offsets(quote.cue.end)] if quote.cue and not words else []
    return [
        KINDS.index(quote.kind),
        labels.index(quote.stance.label),
        round(1000 * quote.score),
        round(1000 * quote.stance.score),
        [round(1000 * quote.stance.scores.get(label, 0)) for label in labels],
        segments,
        cue,
        *mentions,
        group,
        [span.text for span in quote.segments] if words else [],
    ]


def _mention(
    mention: Mention | None, article: str, offsets: Offsets, names: Names, parties: Mapping[tuple[str, str], str]
) -> list[int]:
    if mention is None:
        return []
    name = mention.name or mention.text
    party = parties.get((article, name), name)
    return [offsets(mention.start), offsets(mention.end), names.number(name), names.number(party)]


def _plain(value: Any) -> str:
    """Give a value of `meta` as text: strings as they are, nothing for null, all else as JSON."""
    if isinstance(value, str) or value is None:
        return value or ""
    return json.dumps(value, ensure_ascii=False)
