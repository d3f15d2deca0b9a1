"""The CRF against the sums and maxima over all paths, written out, and against the textbook's loop."""

from itertools import pairwise, product

import pytest
import torch
from torch import Tensor

from quoth.model.crf import LinearChainCRF


def random_crf(seed: int, tags: int) -> LinearChainCRF:
    torch.manual_seed(seed)
    crf = LinearChainCRF(tags)
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter, std=2)
    return crf


def random_batch(seed: int, tags: int, longest: int) -> tuple[LinearChainCRF, Tensor, Tensor, Tensor]:
    """Give a CRF, and emissions, tags and a mask of four sequences, one of them of full length and one of one token."""
    crf = random_crf(seed, tags)
    lengths = torch.cat([torch.tensor([longest, 1]), torch.randint(1, longest + 1, (2,))])
    mask = torch.arange(longest) < lengths[:, None]
    return crf, 2 * torch.randn(4, longest, tags), torch.randint(tags, (4, longest)), mask


def path_score(crf: LinearChainCRF, emissions: Tensor, path: tuple[int, ...]) -> Tensor:
    score = crf.start[path[0]] + crf.end[path[-1]]
    for position, tag in enumerate(path):
        score = score + emissions[position, tag]
    for left, right in pairwise(path):
        score = score + crf.transitions[left, right]
    return score


def all_paths(crf: LinearChainCRF, emissions: Tensor) -> dict[tuple[int, ...], Tensor]:
    tags = product(range(emissions.shape[1]), repeat=len(emissions))
    return {path: path_score(crf, emissions, path) for path in tags}


def viterbi(crf: LinearChainCRF, emissions: Tensor) -> list[int]:
    best, pointers = crf.start + emissions[0], []
    for emission in emissions[1:]:
        scores, pointer = (best[:, None] + crf.transitions + emission).max(0)
        best = scores
        pointers.append(pointer)
    path = [int((best + crf.end).argmax())]
    for pointer in reversed(pointers):
        path.append(int(pointer[path[-1]]))
    return path[::-1]


CASES = [(seed, tags, longest) for seed in range(4) for tags, longest in ((2, 1), (2, 7), (3, 2), (3, 5), (4, 4))]


@pytest.mark.parametrize(("seed", "tags", "longest"), CASES)
def test_likelihood_is_that_over_all_paths(seed: int, tags: int, longest: int) -> None:
    crf, emissions, gold, mask = random_batch(seed, tags, longest)
    expected = torch.tensor(0.0)
    for row in range(len(mask)):
        size = int(mask[row].sum())
        paths = all_paths(crf, emissions[row, :size])
        expected = expected + torch.stack(list(paths.values())).logsumexp(0) - paths[tuple(gold[row, :size].tolist())]
    torch.testing.assert_close(crf.negative_log_likelihood(emissions, gold, mask), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("seed", "tags", "longest"), CASES)
def test_decoded_is_the_best_of_all_paths(seed: int, tags: int, longest: int) -> None:
    crf, emissions, _, mask = random_batch(seed, tags, longest)
    decoded = crf.decode(emissions, mask)
    assert decoded.shape == mask.shape
    assert not decoded[~mask].any()
    for row in range(len(mask)):
        size = int(mask[row].sum())
        paths = all_paths(crf, emissions[row, :size])
        assert tuple(decoded[row, :size].tolist()) == max(paths, key=lambda path: paths[path].item())


@pytest.mark.parametrize("length", [2, 3, 4, 5, 31, 64, 65, 700])
def test_decodes_long_sequences_as_the_textbook_does(length: int) -> None:
    crf = random_crf(length, 3)
    emissions = torch.randn(2, length, 3)
    mask = torch.ones(2, length, dtype=torch.bool)
    mask[1, length // 2 + 1 :] = False
    decoded = crf.decode(emissions, mask).tolist()
    assert decoded[0] == viterbi(crf, emissions[0])
    assert decoded[1][: length // 2 + 1] == viterbi(crf, emissions[1, : length // 2 + 1])


def test_probabilities_of_all_paths_sum_to_one() -> None:
    crf = random_crf(0, 3)
    emissions = torch.randn(1, 4, 3)
    mask = torch.ones(1, 4, dtype=torch.bool)
    nll = [crf.negative_log_likelihood(emissions, torch.tensor([path]), mask) for path in product(range(3), repeat=4)]
    assert (-torch.stack(nll)).exp().sum().item() == pytest.approx(1, abs=1e-4)


def test_likelihood_of_a_batch_is_the_sum_of_its_rows() -> None:
    crf, emissions, gold, mask = random_batch(5, 3, 9)
    alone = [crf.negative_log_likelihood(emissions[i : i + 1], gold[i : i + 1], mask[i : i + 1]) for i in range(4)]
    torch.testing.assert_close(crf.negative_log_likelihood(emissions, gold, mask), torch.stack(alone).sum())


def test_padding_has_no_say() -> None:
    crf, emissions, gold, mask = random_batch(3, 3, 8)
    noise = torch.where(mask, 0, 50.0)[..., None] * torch.randn_like(emissions)
    other = torch.where(mask, gold, -100)
    before = crf.negative_log_likelihood(emissions, gold, mask)
    torch.testing.assert_close(crf.negative_log_likelihood(emissions + noise, other, mask), before)
    assert torch.equal(crf.decode(emissions + noise, mask), crf.decode(emissions, mask))


@pytest.mark.parametrize("length", [1, 6])
def test_a_row_of_padding_costs_nothing_and_teaches_nothing(length: int) -> None:
    crf = random_crf(1, 3)
    emissions = torch.randn(2, length, 3, requires_grad=True)
    gold = torch.full((2, length), -100)
    mask = torch.zeros(2, length, dtype=torch.bool)
    loss = crf.negative_log_likelihood(emissions, gold, mask)
    assert loss.item() == 0
    loss.backward()
    assert emissions.grad is not None and not emissions.grad.any()
    assert not crf.decode(emissions, mask).any()

    gold[0], mask[0] = 1, True
    with_one = crf.negative_log_likelihood(emissions, gold, mask)
    torch.testing.assert_close(with_one, crf.negative_log_likelihood(emissions[:1], gold[:1], mask[:1]))


def test_gradients_are_right() -> None:
    crf, emissions, gold, mask = random_batch(2, 3, 5)
    crf = crf.double()
    crf.negative_log_likelihood(emissions.double(), gold, mask).backward()
    wanted = crf.transitions.grad
    step = 1e-3
    for left, right in product(range(3), repeat=2):
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                crf.transitions[left, right] += sign * step
                values.append(float(crf.negative_log_likelihood(emissions.double(), gold, mask)))
                crf.transitions[left, right] -= sign * step
        assert wanted is not None
        assert (values[0] - values[1]) / (2 * step) == pytest.approx(float(wanted[left, right]), abs=1e-2)
