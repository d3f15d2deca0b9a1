"""A linear-chain conditional random field over token tags (Lafferty et al., 2001).

A step from one token's tag to the next is a [K, K] matrix of log scores, and all sums and maxima over paths are
products of such matrices. Products are associative, so a prefix scan (Hillis and Steele, 1986) takes log2(T) steps
where the textbook loop takes T.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

_IMPOSSIBLE = -1e6


def _product_of_sums(left: Tensor, right: Tensor) -> Tensor:
    return torch.logsumexp(left[..., :, :, None] + right[..., None, :, :], dim=-2)


def _product_of_maxima(left: Tensor, right: Tensor) -> Tensor:
    return (left[..., :, :, None] + right[..., None, :, :]).amax(dim=-2)


def _scan(steps: Tensor, product: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Multiply up: [B, T, K, K] -> the products of steps 0 to t, for every t."""
    distance = 1
    while distance < steps.shape[1]:
        steps = torch.cat([steps[:, :distance], product(steps[:, :-distance], steps[:, distance:])], 1)
        distance *= 2
    return steps


class LinearChainCRF(nn.Module):
    """Scores tag sequences by emissions [B, T, K] plus learned transitions [K, K], start and end scores [K]."""

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.start = nn.Parameter(torch.zeros(tags))
        self.end = nn.Parameter(torch.zeros(tags))

    def _steps(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Give a matrix for each token after the first, [B, T - 1, K, K]; padding changes nothing."""
        steps = self.transitions + emissions[:, 1:, None, :]
        nothing = torch.full_like(self.transitions, _IMPOSSIBLE).fill_diagonal_(0.0)
        return torch.where(mask[:, 1:, None, None], steps, nothing)

    def negative_log_likelihood(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Sum of -log p(tags) over the batch; tags int64 [B, T] (any value where the bool mask [B, T] is False)."""
        emissions = emissions.float()
        tags = tags.masked_fill(~mask, 0)
        gold = emissions.gather(2, tags[:, :, None]).squeeze(2).masked_fill(~mask, 0).sum(1) + self.start[tags[:, 0]]
        gold = gold + self.transitions[tags[:, :-1], tags[:, 1:]].masked_fill(~mask[:, 1:], 0).sum(1)
        last = (mask.sum(1) - 1).clamp(min=0)
        gold = gold + self.end[tags.gather(1, last[:, None]).squeeze(1)]
        paths = self.start + emissions[:, 0]
        if emissions.shape[1] > 1:
            steps = _scan(self._steps(emissions, mask), _product_of_sums)[:, -1]
            paths = torch.logsumexp(paths[:, :, None] + steps, dim=1)
        return (torch.logsumexp(paths + self.end, dim=1) - gold)[mask.any(1)].sum()

    @torch.no_grad()
    def decode(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Find the best tags, int64 [B, T] (0 where the mask is False).

        A token's tag on the best path is the one whose best path is best (Viterbi's result, but for exact ties).
        """
        emissions = emissions.float()
        steps = self._steps(emissions, mask)
        first = self.start + emissions[:, 0]
        before = torch.cat([first[:, None], (first[:, None, :, None] + _scan(steps, _product_of_maxima)).amax(2)], 1)
        backward = _scan(steps.flip(1).transpose(2, 3), _product_of_maxima).flip(1).transpose(2, 3)
        after = torch.cat([(backward + self.end).amax(3), self.end.expand(len(mask), 1, -1)], 1)
        return (before + after).argmax(2).masked_fill(~mask, 0)
