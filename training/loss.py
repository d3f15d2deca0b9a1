"""One loss per head, each taken where its gold exists, and their weighted sum.

The heads after the tagger are trained on gold quotes and on the quotes that the model finds itself: a found quote that
matches a gold one is taught its mentions and stance, one that matches none is taught to score low.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from ..model.decode import find_quotes, pad_quotes, pad_segments, tag_segments
from ..model.network import QuoteModel, States
from ..model.windows import Batch
from .targets import ABSENT, IGNORE, Targets

Losses = dict[str, Tensor]


def losses(
    model: QuoteModel,
    batch: Batch,
    gold: Targets,
    on_found: bool,
    smoothing: float = 0.0,
    act_weight: float = 1.0,
    scores_share: float = 0.0,
) -> Losses:
    """Compute every head's mean loss on a batch; on_found adds the quotes that the model finds itself.

    act_weight: what a quote with an act counts for in the stance's loss, one without counting 1. scores_share: how far
    the stance to learn is the bigger model's scores, where a quote has them, and not its label.
    """
    states = model(**batch)
    tokens = states.mask.sum().clamp(min=1)
    result: Losses = {
        "content": model.crf.negative_log_likelihood(states.content, gold.content, states.mask) / tokens,
        "tags": _cross_entropy(states.tags.flatten(0, 2), gold.tags.flatten()),
    }
    segments, owners = gold_segments(gold)
    links = [(segments, owners)]
    quotes, starts, stance = gold.quotes, gold.starts, stances_to_learn(gold, scores_share, smoothing)
    real = (quotes[:, :, 0, 0] >= 0).long() + (quotes[:, :, 0, 0] < 0).long() * IGNORE
    if on_found:
        with torch.no_grad():
            found_segments = tag_segments(model, states)
            found = pad_quotes(find_quotes(model, states, found_segments)).to(quotes.device)
        match = match_found(found, gold.owner, quotes)
        padded = pad_segments(found_segments).to(quotes.device)
        links.append((padded, segment_owners(padded, gold.owner)))
        known = match >= 0
        pick = match.clamp(min=0)

        def of_match(values: Tensor, unknown: int) -> Tensor:
            taken = values.gather(1, pick[..., None].expand(-1, -1, values.shape[2]))
            return taken.masked_fill(~known[..., None], unknown)

        starts = torch.cat([starts, of_match(starts, IGNORE)], 1)
        stance = torch.cat([stance, of_match(stance, 0)], 1)
        present = found[:, :, 0, 0] >= 0
        real = torch.cat([real, torch.where(present, known.long(), IGNORE)], 1)
        width = max(quotes.shape[2], found.shape[2])
        quotes = torch.cat([F.pad(part, (0, 0, 0, width - part.shape[2]), value=-1) for part in (quotes, found)], 1)
    result["link"] = _mean([_link_loss(model, states, *pair) for pair in links])
    readings = model.read(states, quotes)
    chosen = real != IGNORE
    result["score"] = (
        F.binary_cross_entropy_with_logits(readings.score[chosen], real[chosen].float())
        if chosen.any()
        else readings.score.sum() * 0
    )
    weighed = torch.cat([stance[..., :-1] * act_weight, stance[..., -1:]], -1)  # the last label is "no act"
    likelihoods = readings.stance.float().log_softmax(-1)
    result["stance"] = -(weighed * likelihoods).sum() / weighed.sum().clamp(min=1e-6)
    length = states.mask.shape[1]
    for role, name in enumerate(("cue", "speaker", "target")):
        wanted = starts[..., role]
        wanted = torch.where(wanted == ABSENT, length, wanted)
        result[name] = _cross_entropy(readings.starts[role].flatten(0, 1), wanted.flatten())
        ends = model.mention_ends(states, role, gold.starts[..., role].clamp(min=0))
        result[f"{name}_end"] = _cross_entropy(ends.flatten(0, 1), gold.lengths[..., role].flatten())
    result["name"] = _name_loss(model, states, gold)
    ends = model.mention_ends(states, 3, gold.name_start.clamp(min=0))
    result["name_end"] = _cross_entropy(ends.flatten(0, 1), gold.name_length.flatten())
    return result


def weighted(parts: Losses, weights: Mapping[str, float]) -> Tensor:
    """Sum losses with the config's weights; raises KeyError where a head has none."""
    return torch.stack([parts[name] * weights[name] for name in parts]).sum()


def stances_to_learn(gold: Targets, share: float, smoothing: float) -> Tensor:
    """Give the stances to learn as distributions: [B, Q, L], all 0 where nobody annotated one."""
    known, scored = gold.stance != IGNORE, gold.scores.sum(-1) > 0
    labels = F.one_hot(gold.stance.clamp(min=0), gold.scores.shape[-1]).to(gold.scores.dtype)
    labels = torch.where((known & scored)[..., None], (1 - share) * labels + share * gold.scores, labels)
    return ((1 - smoothing) * labels + smoothing / labels.shape[-1]) * known[..., None]


def gold_segments(gold: Targets) -> tuple[Tensor, Tensor]:
    """Put the gold segments of each article in reading order: [B, S, 2] padded with -1, and their quotes [B, S]."""
    rows = gold.quotes.flatten(1, 2)
    owner = torch.arange(gold.quotes.shape[1], device=rows.device)[:, None].expand(-1, gold.quotes.shape[2]).flatten()
    order = torch.where(rows[..., 0] < 0, 10**9, rows[..., 0]).argsort(1)
    segments = rows.gather(1, order[..., None].expand(-1, -1, 2))
    return segments, torch.where(segments[..., 0] < 0, -1, owner[order])


def segment_owners(segments: Tensor, owner: Tensor) -> Tensor:
    """Tell whose each segment is: the gold quote of most of its tokens, else -1; [B, S, 2], owner [B, T] -> [B, S]."""
    result = torch.full(segments.shape[:2], -1, device=owner.device)
    for b, article in enumerate(segments.tolist()):
        for s, (first, last) in enumerate(article):
            if first >= 0:
                values, counts = owner[b, first:last].unique(return_counts=True)
                best = int(counts.argmax())
                result[b, s] = values[best] if 2 * counts[best] > last - first else -1
    return result


def match_found(found: Tensor, owner: Tensor, quotes: Tensor) -> Tensor:
    """Match found quotes to gold by tokens' IoU of at least 0.5: [B, F, S, 2] -> gold index [B, F], -1 for none."""
    match = torch.full(found.shape[:2], -1, device=found.device)
    sizes = (quotes[..., 1] - quotes[..., 0]).sum(-1)
    for b, article in enumerate(found.tolist()):
        for f, segments in enumerate(article):
            tokens = [owner[b, first:last] for first, last in segments if first >= 0]
            if tokens:
                mine = torch.cat(tokens)
                values, counts = mine[mine >= 0].unique(return_counts=True)
                for value, count in zip(values.tolist(), counts.tolist(), strict=True):
                    if 2 * count >= len(mine) + int(sizes[b, value]) - count:
                        match[b, f] = value
    return match


def _link_loss(model: QuoteModel, states: States, segments: Tensor, owners: Tensor) -> Tensor:
    if segments.shape[1] < 2:
        return states.hidden.sum() * 0
    logits = model.link(states, segments)
    known = (owners[:, :-1] >= 0) & (owners[:, 1:] >= 0)
    same = (owners[:, :-1] == owners[:, 1:]).float()
    return F.binary_cross_entropy_with_logits(logits[known], same[known]) if known.any() else logits.sum() * 0


def _name_loss(model: QuoteModel, states: States, gold: Targets) -> Tensor:
    logits = model.name_starts(states, gold.mentions.clamp(min=0))
    known = gold.name_places.any(-1)
    if not known.any():
        return logits.sum() * 0
    logits, places = logits[known], gold.name_places[known]
    right = logits.masked_fill(~places, -1e4).logsumexp(-1)
    return (logits.logsumexp(-1) - right).mean()


def _cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Take the mean over what is not IGNORE; 0, not NaN, where that is nothing."""
    if (target == IGNORE).all():
        return logits.sum() * 0
    return F.cross_entropy(logits.float(), target, ignore_index=IGNORE)


def _mean(parts: list[Tensor]) -> Tensor:
    return torch.stack(parts).mean()
