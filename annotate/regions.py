"""What annotation tools know: marked regions of a text, and links between them; and from those the record again.

Every segment of a quote is a region, so are cue, speaker and target; links tie them to the quote, and the quote's
segments to its first. A mention that several quotes share is one region. Kind and stance stand at the first segment.
A link says only that two regions belong together: their parts say as what, so it may run either way.

>>> stance = Stance("none", 1.0, {"none": 1.0})
>>> quote = Quote("direct", (Span(0, 4, "“No”"),), Span(5, 9, "said"), None, None, stance, 1.0)
>>> regions, links = mark(Article("a1", (quote,), "", "“No” said he."))
>>> [(region.id, region.part) for region in regions], links
([('q1', 'quote'), ('m1', 'cue')], [('q1', 'm1')])
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, cast, get_args

from ..model.kinds import kind_of
from ..model.labels import KINDS, STANCES, Kind
from ..model.quotation import quotations
from ..model.records import Article, Mention, Quote, Span, Stance

Part = Literal["quote", "cue", "speaker", "target"]
Link = tuple[str, str]
PARTS: Final[tuple[Part, ...]] = get_args(Part)


class AnnotationError(ValueError):
    """An annotation that makes no record: names the quote, and says what to do in the tool."""


@dataclass(frozen=True, slots=True)
class Region:
    """A marked stretch of the text, in characters, end exclusive.

    kind, stance: of a quote, at its first region, or "" where nobody chose one. name: of a speaker or target, or "".
    """

    id: str
    part: Part
    start: int
    end: int
    kind: str = ""
    stance: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """An article as it came back; `untied` counts the cues, speakers and targets that no link ties to a quote."""

    article: Article
    untied: int = 0


def stance_labels(articles: Sequence[Article]) -> tuple[str, ...]:
    """Give the labels that the articles' model knows, in its order; the codebook's where there is no quote.

    >>> stance_labels([])
    ('rejection', 'denial', 'assurance', 'offer', 'none')
    """
    seen: dict[str, None] = {}
    for article in articles:
        for quote in article.quotes:
            seen.update(dict.fromkeys((*quote.stance.scores, quote.stance.label)))
    return tuple(seen) or STANCES


def mark(article: Article, stances: Collection[str] | None = None) -> tuple[list[Region], list[Link]]:
    """Turn an article's quotes into regions and links; a stance that is not among `stances` is left for a person."""
    regions: list[Region] = []
    links: list[Link] = []
    shared: dict[tuple[Part, int, int, str], str] = {}
    for number, quote in enumerate(article.quotes, 1):
        stance = quote.stance.label if stances is None or quote.stance.label in stances else ""
        first = f"q{number}"
        for place, segment in enumerate(quote.segments):
            if not place:
                regions.append(Region(first, "quote", segment.start, segment.end, quote.kind, stance))
            else:
                regions.append(Region(f"{first}.{place + 1}", "quote", segment.start, segment.end))
                links.append((first, f"{first}.{place + 1}"))
        parts: tuple[tuple[Part, Span | None], ...] = (
            ("cue", quote.cue),
            ("speaker", quote.speaker),
            ("target", quote.target),
        )
        for part, span in parts:
            if span is not None:
                name = span.name if isinstance(span, Mention) else ""
                key = (part, span.start, span.end, name)
                if key not in shared:
                    shared[key] = f"m{len(shared) + 1}"
                    regions.append(Region(shared[key], part, span.start, span.end, name=name))
                links.append((first, shared[key]))
    return regions, links


def unmark(
    id: str, text: str, regions: Sequence[Region], links: Sequence[Link], record: Article | None = None
) -> Corrected:
    """Turn regions and links into an article's record, quotes in reading order.

    Blanks at a region's edges are cut off, a kind that nobody chose is read off the quotation marks. `record` is what
    the model had found: where a quote's segments are the same, its scores are kept, and those of the stance where that
    is the same too; what a person changed has score 1. Raises AnnotationError.
    """
    by_id = {region.id: region for region in regions}
    head = {region.id: region.id for region in regions if region.part == "quote"}
    tied: defaultdict[str, dict[str, Region]] = defaultdict(dict)  # by the segment
    for pair in links:
        if unknown := [end for end in pair if end not in by_id]:
            raise AnnotationError(f"a link leads to {unknown[0]!r}, which is not there; draw it again")
        for one, other in (pair, pair[::-1]):
            if one in head and other not in head:
                tied[one][other] = by_id[other]
        if pair[0] in head and pair[1] in head:
            old, new = head[pair[1]], head[pair[0]]
            head = {region: new if of == old else of for region, of in head.items()}
    groups: defaultdict[str, list[Region]] = defaultdict(list)
    for region in regions:
        if region.id in head:
            groups[head[region.id]].append(region)
    before: defaultdict[tuple[Span, ...], list[Quote]] = defaultdict(list)
    for quote in record.quotes if record else ():
        before[quote.segments].append(quote)
    quotes: list[Quote] = []
    problems: list[str] = []
    for group in groups.values():
        mentions = {name: region for segment in group for name, region in tied[segment.id].items()}
        try:
            quotes.append(_quote(text, group, list(mentions.values()), before))
        except AnnotationError as error:
            problems.append(str(error))
    if problems:
        raise AnnotationError(problems[0] + (f" ({len(problems) - 1} more like it)" if len(problems) > 1 else ""))
    quotes.sort(key=lambda quote: [(segment.start, segment.end) for segment in quote.segments])
    in_use = {name for mentions in tied.values() for name in mentions}
    model, meta = (record.model, record.meta) if record else ("", {})
    return Corrected(Article(id, tuple(quotes), model, text, meta), len(regions) - len(head) - len(in_use))


def _quote(
    text: str, group: Sequence[Region], mentions: Sequence[Region], before: dict[tuple[Span, ...], list[Quote]]
) -> Quote:
    """Build one quote of its segments' regions and of what is tied to them; raises AnnotationError."""
    segments = tuple(sorted((_span(text, region) for region in group), key=lambda span: (span.start, span.end)))
    where = f"the quote {_short(segments[0].text)} at {segments[0].start}"
    if any(left.end > right.start for left, right in pairwise(segments)):
        raise AnnotationError(f"{where}: two of its segments overlap; make them one, or cut the link between them")

    def one(part: Part) -> Region | None:
        found = {(region.start, region.end, region.name): region for region in mentions if region.part == part}
        if len(found) > 1:
            raise AnnotationError(f"{where} has {len(found)} regions as its {part}; tie one to it")
        return next(iter(found.values()), None)

    def mention(part: Part) -> Mention | None:
        region = one(part)
        span = _span(text, region) if region else None
        return Mention(span.start, span.end, span.text, region.name) if region and span else None

    kinds = {region.kind for region in group if region.kind}
    labels = {region.stance for region in group if region.stance}
    if len(kinds) > 1 or len(labels) > 1:
        raise AnnotationError(f"{where} has {' and '.join(sorted(kinds if len(kinds) > 1 else labels))}; choose one")
    if not labels:
        raise AnnotationError(f"{where} has no stance; choose one")
    if kinds - {*KINDS}:
        raise AnnotationError(f"{where}: kind {min(kinds)!r} is none of {', '.join(KINDS)}")
    spans = [(segment.start, segment.end) for segment in segments]
    kind = cast(Kind, kinds.pop()) if kinds else kind_of(text, spans, quotations(text))
    label, cue = labels.pop(), one("cue")
    same = before[segments].pop(0) if before.get(segments) else None
    return Quote(
        kind=kind,
        segments=segments,
        cue=_span(text, cue) if cue else None,
        speaker=mention("speaker"),
        target=mention("target"),
        stance=same.stance if same and same.stance.label == label else Stance(label, 1.0, {label: 1.0}),
        score=same.score if same else 1.0,
    )


def _span(text: str, region: Region) -> Span:
    """Cut a region out of the text, without blanks at its edges; raises AnnotationError."""
    if not 0 <= region.start < region.end <= len(text):
        place = f"[{region.start}, {region.end}]"
        raise AnnotationError(f"a {region.part} at {place} is outside the text of {len(text)} characters")
    words = text[region.start : region.end]
    if not words.strip():
        raise AnnotationError(f"a {region.part} at {region.start} holds nothing but blanks; remove it")
    return Span.of(text, region.end - len(words.lstrip()), region.start + len(words.rstrip()))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 40 else f"{line[:39]}…")
