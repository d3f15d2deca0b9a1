"""From states to quotes in tokens: tags to segments, segments to quotes, quotes to stance, cue, speaker, target, name.

Pure functions of the model's outputs. Offsets here are token positions in one section, end exclusive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .network import ROLES, QuoteModel, States, at, within
from .windows import round_up

STEP = 8  # quotes or segments; those of a section are padded to a multiple of it
NAMES = 3  # places of a speaker's name that are considered

TokenSpan = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """A quote in tokens. `stance` has the labels' probabilities, `label` is the index of the likeliest.

    `speaker_names` are where the speaker's fullest name may stand, likeliest first, with probabilities. `targets` are
    the likeliest target and the next one, each with the place of its name; none where there is no target.
    """

    segments: tuple[TokenSpan, ...]
    score: float
    stance: tuple[float, ...]
    label: int
    cue: TokenSpan | None
    speaker: TokenSpan | None
    speaker_names: tuple[tuple[TokenSpan, float], ...]
    targets: tuple[tuple[TokenSpan, TokenSpan], ...]


def runs(tags: Sequence[int]) -> list[TokenSpan]:
    """Read segments off tags 0 (outside), 1 (begin) and 2 (inside); an inside tag after outside begins one, too.

    >>> runs([0, 1, 2, 1, 0, 2])
    [(1, 3), (3, 4), (5, 6)]
    """
    spans: list[TokenSpan] = []
    for position, tag in enumerate(tags):
        if tag == 1 or (tag == 2 and (not spans or spans[-1][1] < position)):
            spans.append((position, position + 1))
        elif tag == 2:
            spans[-1] = (spans[-1][0], position + 1)
    return spans


def group(segments: Sequence[TokenSpan], linked: Sequence[bool]) -> list[list[TokenSpan]]:
    """Join neighbouring segments into quotes where `linked[i]` ties segment i to segment i + 1.

    >>> group([(1, 3), (5, 6), (8, 9)], [True, False])
    [[(1, 3), (5, 6)], [(8, 9)]]
    """
    quotes: list[list[TokenSpan]] = []
    for index, segment in enumerate(segments):
        if index and linked[index - 1]:
            quotes[-1].append(segment)
        else:
            quotes.append([segment])
    return quotes


def pad_quotes(quotes: Sequence[Sequence[Sequence[TokenSpan]]], step: int = 1) -> Tensor:
    """Pad token segments of quotes of articles to int64 [B, Q, S, 2] with -1, Q to a multiple of step; Q, S >= 1."""
    count = round_up(max([1, *(len(article) for article in quotes)]), step)
    parts = max([1, *(len(segments) for article in quotes for segments in article)])
    padded = torch.full((len(quotes), count, parts, 2), -1)
    for b, article in enumerate(quotes):
        for q, segments in enumerate(article):
            if segments:
                padded[b, q, : len(segments)] = torch.tensor(segments)
    return padded


def pad_segments(segments: Sequence[Sequence[TokenSpan]], step: int = 1) -> Tensor:
    """Pad token segments of articles to int64 [B, S, 2] with -1, S to a multiple of step, at least 1."""
    return pad_quotes([[[span] for span in article] for article in segments], step)[:, :, 0]


@torch.no_grad()
def tag_segments(model: QuoteModel, states: States) -> list[list[TokenSpan]]:
    """Find each section's content segments: the best tags, CONTENT helped by the config's `content_bias`."""
    bias = torch.tensor([0.0, 1.0, 1.0], device=states.content.device) * model.config.content_bias
    tags = model.crf.decode(states.content + bias, states.mask).tolist()
    return [runs(row) for row in tags]


@torch.no_grad()
def find_quotes(
    model: QuoteModel, states: States, segments: Sequence[Sequence[TokenSpan]]
) -> list[list[list[TokenSpan]]]:
    """Join each section's segments into quotes by the link head."""
    padded = pad_segments(segments, STEP).to(states.hidden.device)
    linked = (model.link(states, padded) > 0).tolist()
    return [group(article, row) for article, row in zip(segments, linked, strict=True)]


@torch.no_grad()
def read_quotes(
    model: QuoteModel, states: States, quotes: Sequence[Sequence[Sequence[TokenSpan]]]
) -> list[list[FoundQuote]]:
    """Read every given quote: score, stance, mentions and names; scores are calibrated by the config's temperatures."""
    config = model.config
    padded = pad_quotes(quotes, STEP).to(states.hidden.device)
    readings = model.read(states, padded)
    scores = (readings.score / config.score_temperature).sigmoid().tolist()
    stances = (readings.stance / config.stance_temperature).softmax(-1)
    labels = stances.argmax(-1)
    length = states.mask.shape[1]

    def mention(role: int, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Spans [B, Q, 2] of the likeliest mention, and whether there is one, [B, Q]."""
        starts = logits.argmax(-1)
        ends = starts + 1 + model.mention_ends(states, role, starts.clamp(max=length - 1)).argmax(-1)
        return torch.stack([starts, ends], -1).clamp(max=length), starts < length

    def without(logits: Tensor, spans: Tensor) -> Tensor:
        """Rule out the tokens of spans as starts; that there is no mention, the last logit, stays possible."""
        return logits.masked_fill(within(spans, length + 1), -1e4)

    cues, cued = mention(0, readings.starts[0])
    speakers, spoken = mention(1, readings.starts[1])
    # only acts have targets: A quotes of each section are looked at, its acts first
    acts, order = ((labels < len(config.stances) - 1) & (padded[:, :, 0, 0] >= 0)).sort(descending=True, stable=True)
    count = round_up(int(acts.sum(-1).max()), STEP)
    acts, order = acts[:, :count], order[:, :count]
    logits = without(at(readings.starts[2], order), at(speakers, order))  # nobody speaks toward himself
    targets, aimed = mention(2, logits)
    others, another = mention(2, without(logits, targets))
    aimed &= acts
    another &= aimed
    parties = torch.cat([speakers, targets, others], 1)  # one call: the keys are computed once
    of_speakers, of_targets = model.name_starts(states, parties).split([speakers.shape[1], 2 * count], 1)
    best, likely = of_speakers.topk(min(NAMES, length))
    chances = (best - of_speakers.logsumexp(-1, keepdim=True)).exp().tolist()
    places = torch.cat([likely.flatten(1), of_targets.argmax(-1)], 1)
    ends = places + 1 + model.mention_ends(states, len(ROLES), places).argmax(-1)
    speaker_names, *target_names = torch.stack([places, ends], -1).split([likely[0].numel(), count, count], 1)
    cue, speaker = _spans(cues, cued), _spans(speakers, spoken)
    names = speaker_names.unflatten(1, likely.shape[1:]).tolist()
    target, target_name = (_spans(spans, aimed) for spans in (targets, target_names[0]))
    other, other_name = (_spans(spans, another) for spans in (others, target_names[1]))
    aims = [
        {q: ((target[b][a], target_name[b][a]), (other[b][a], other_name[b][a])) for a, q in enumerate(row)}
        for b, row in enumerate(order.tolist())
    ]
    probabilities, label = stances.tolist(), labels.tolist()
    return [
        [
            FoundQuote(
                tuple(segments),
                scores[b][q],
                tuple(probabilities[b][q]),
                label[b][q],
                cue=cue[b][q],
                speaker=speaker[b][q],
                speaker_names=tuple(
                    ((start, end), chance)
                    for (start, end), chance in zip(names[b][q], chances[b][q], strict=True)
                    if speaker[b][q] and chance > 0
                ),
                targets=tuple((span, name) for span, name in aims[b].get(q, ()) if span and name),
            )
            for q, segments in enumerate(article)
        ]
        for b, article in enumerate(quotes)
    ]


def _spans(spans: Tensor, present: Tensor) -> list[list[TokenSpan | None]]:
    """Give spans [B, Q, 2] as pairs, None where there is none."""
    rows = zip(spans.tolist(), present.tolist(), strict=True)
    return [[(start, end) if ok else None for (start, end), ok in zip(*row, strict=True)] for row in rows]
