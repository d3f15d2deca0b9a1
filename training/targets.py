"""From gold quotes to what the heads should say: tags, spans of tokens, pointers, names; padded into batches.

The round trip gold -> targets -> perfect logits -> decode -> gold is tested; what it loses, because the model's own
limits make it unreachable, is counted by `Section.lost` and reported before training.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..model.config import QuoteConfig
from ..model.decode import TokenSpan, pad_quotes
from ..model.labels import STANCES
from ..model.network import ROLES
from ..model.tokens import Tokens, token_span
from ..model.windows import sections
from ..seeds.corpus import GoldArticle, GoldQuote, Scores

IGNORE = -100
ABSENT = -1  # the article names no such mention
OUTSIDE, BEGIN, INSIDE = 0, 1, 2


@dataclass(slots=True)
class QuoteTarget:
    """A gold quote in tokens of its section. A mention is a span, None (not in the article) or IGNORE (unknown)."""

    segments: list[TokenSpan]
    mentions: list[TokenSpan | int | None]  # in the order of ROLES
    stance: int
    scores: tuple[float, ...] | None  # a bigger model's probabilities of the stances
    names: list[tuple[TokenSpan, list[TokenSpan]]]  # a mention and where its party's fullest name stands


@dataclass(slots=True)
class Section:
    """A section's tokens and its gold quotes; `lost` counts the gold that the model's limits make unreachable."""

    tokens: Tokens
    quotes: list[QuoteTarget]
    lost: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.tokens)


def occurrences(name: str, text: str) -> list[tuple[int, int]]:
    """Find a name in the text, whole words only, in its own case or, failing that, in any.

    >>> occurrences("Ismail Khan", "Ismail Khan met Ismail Khanov.")
    [(0, 11)]
    """
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    found = [match.span() for match in re.finditer(pattern, text)]
    return found or [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


def encode(
    article: GoldArticle, tokens: Tokens, config: QuoteConfig, limit: int, scores: Scores | None = None
) -> list[Section]:
    """Cut an article into sections of at most `limit` tokens and put each gold quote into the section that holds it.

    scores: a bigger model's, for the quotes that have some.
    """
    scored = (scores or {}).get(article.id, {})
    cuts = sections(tokens, limit)
    result = [Section(tokens.slice(start, end), []) for start, end in cuts]
    taken = [False] * len(tokens)
    names: dict[str, list[tuple[int, int]]] = {}
    for quote in sorted(article.quotes, key=lambda quote: quote.content):
        segments = _segments(tokens, quote)
        home = next((i for i, (start, end) in enumerate(cuts) if segments and start <= segments[0][0] < end), 0)
        start, end = cuts[home]
        section = result[home]
        section.lost["quotes"] += 1
        if not segments or segments[-1][1] > end:
            section.lost["quote has no token or crosses a cut"] += 1
            continue
        if any(any(taken[first:last]) for first, last in segments):
            section.lost["quote overlaps another"] += 1
            continue
        for first, last in segments:
            taken[first:last] = [True] * (last - first)
        stance = IGNORE if quote.stance is None else config.stances.index(quote.stance)
        spans = [max(quote.cue, key=lambda s: s[1] - s[0], default=None), next(iter(quote.source), None), quote.target]
        known = [bool(quote.cue), True, stance not in (IGNORE, len(config.stances) - 1)]
        mentions = [
            _mention(tokens, span, (start, end), config.mention_tokens, section, role) if ok else IGNORE
            for role, span, ok in zip(ROLES, spans, known, strict=True)
        ]
        pairs: list[tuple[TokenSpan, list[TokenSpan]]] = []
        for role, name in (("speaker", quote.speaker_name), ("target", quote.target_name)):
            mention = mentions[ROLES.index(role)]
            if name and isinstance(mention, tuple):
                found = names.setdefault(name, occurrences(name, article.text))
                places = [place for span in found if (place := token_span(tokens.offsets, *span))]
                places = [(s - start, e - start) for s, e in places if start <= s and e <= end]
                places = [place for place in places if place[1] - place[0] <= config.mention_tokens]
                section.lost[f"{role} name"] += 1
                section.lost[f"{role} name not in the section word for word"] += not places
                if places:
                    pairs.append((mention, places))
        shifted = [(first - start, last - start) for first, last in segments]
        section.quotes.append(QuoteTarget(shifted, mentions, stance, scored.get(quote.id), pairs))
    return [section for section in result if len(section)]


def _segments(tokens: Tokens, quote: GoldQuote) -> list[TokenSpan]:
    merged: list[TokenSpan] = []
    for span in sorted(filter(None, (token_span(tokens.offsets, *content) for content in quote.content))):
        if merged and span[0] <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(span[1], merged[-1][1]))
        else:
            merged.append(span)
    return merged


def _mention(
    tokens: Tokens, span: tuple[int, int] | None, cut: TokenSpan, longest: int, section: Section, role: str
) -> TokenSpan | int | None:
    """Give the mention in tokens of the section; one that is too long is cut short, one outside is unknown."""
    if span is None:
        return None
    section.lost[role] += 1
    found = token_span(tokens.offsets, *span)
    if found is None or found[0] < cut[0] or found[0] >= cut[1]:
        section.lost[f"{role} outside the section"] += 1
        return IGNORE
    section.lost[f"{role} longer than {longest} tokens"] += found[1] - found[0] > longest
    return found[0] - cut[0], min(found[1], found[0] + longest, cut[1]) - cut[0]


@dataclass
class Targets:
    """A batch of gold, padded. B sections, T tokens, Q quotes, S segments, M mentions with a name.

    content, owner: int64 [B, T]; tags [B, T, 2] (cue, source); quotes [B, Q, S, 2] padded with -1;
    starts, lengths [B, Q, 3] by role (start: token, ABSENT or IGNORE; length: tokens - 1 or IGNORE); stance [B, Q];
    scores [B, Q, L], a bigger model's probabilities of the stances, 0 where it gave none;
    mentions [B, M, 2] padded with -1; name_places bool [B, M, T]; name_start, name_length [B, M].
    """

    content: Tensor
    owner: Tensor
    tags: Tensor
    quotes: Tensor
    starts: Tensor
    lengths: Tensor
    stance: Tensor
    scores: Tensor
    mentions: Tensor
    name_places: Tensor
    name_start: Tensor
    name_length: Tensor

    def to(self, device: torch.device | str) -> "Targets":
        """Move every tensor to a device."""
        return Targets(**{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})


def collate_targets(articles: Sequence[Section], stances: int = len(STANCES)) -> Targets:
    """Pad the gold of a batch of sections; `stances` is the number of labels."""
    size = len(articles)
    length = max(1, max(len(article) for article in articles))
    count = max([1, *(len(article.quotes) for article in articles)])
    named = max([1, *(sum(len(quote.names) for quote in article.quotes) for article in articles)])
    content = torch.full((size, length), IGNORE)
    owner = torch.full((size, length), -1)
    tags = torch.full((size, length, 2), IGNORE)
    starts = torch.full((size, count, len(ROLES)), IGNORE)
    lengths = torch.full((size, count, len(ROLES)), IGNORE)
    stance = torch.full((size, count), IGNORE)
    scores = torch.zeros(size, count, stances)
    mentions = torch.full((size, named, 2), -1)
    places = torch.zeros(size, named, length, dtype=torch.bool)
    name_start = torch.full((size, named), IGNORE)
    name_length = torch.full((size, named), IGNORE)
    for b, article in enumerate(articles):
        content[b, : len(article)] = OUTSIDE
        tags[b, : len(article)] = OUTSIDE
        m = 0
        for q, quote in enumerate(article.quotes):
            stance[b, q] = quote.stance
            if quote.scores:
                scores[b, q] = torch.tensor(quote.scores)
            for first, last in quote.segments:
                content[b, first:last] = INSIDE
                content[b, first] = BEGIN
                owner[b, first:last] = q
            for role, mention in enumerate(quote.mentions):
                if isinstance(mention, tuple):
                    first, last = mention
                    starts[b, q, role], lengths[b, q, role] = first, last - first - 1
                    if role < 2:
                        tags[b, first:last, role] = INSIDE
                        tags[b, first, role] = BEGIN
                else:
                    starts[b, q, role] = ABSENT if mention is None else IGNORE
            for mention, spans in quote.names:
                mentions[b, m] = torch.tensor(mention)
                for first, _ in spans:
                    places[b, m, first] = True
                name_start[b, m], name_length[b, m] = spans[0][0], spans[0][1] - spans[0][0] - 1
                m += 1
    quotes = pad_quotes([[quote.segments for quote in article.quotes] for article in articles])
    return Targets(
        content, owner, tags, quotes, starts, lengths, stance, scores, mentions, places, name_start, name_length
    )
