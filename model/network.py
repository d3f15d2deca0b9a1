"""The network: one encoder pass over all windows, then heads that read one sequence of states per article.

1. `forward`: windows -> states [B, T, D] of the articles' tokens, CONTENT emissions and cue/source tag logits.
2. `link`: do two neighbouring content segments belong to one quote?
3. `read`: for every quote, is it attributed speech, what is its stance, where do its cue, speaker and target begin?
4. `mention_ends`, `name_starts`: where a mention ends, and where its party's fullest name begins.

Shapes: B articles, T tokens, D hidden units, S segments, Q quotes, M mentions.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel

from .attention import ATTENTION
from .config import QuoteConfig
from .crf import LinearChainCRF
from .packed import pack
from .quotation import MARK_STATES
from .threads import side_by_side
from .tokens import BREAKS, CASES
from .windows import PADDED_STEP, WIDTH_STEP, round_up

ROLES = ("cue", "speaker", "target")
TAGS = ("O", "B", "I")
DISTANCES = 14  # buckets of token distance on each side of a quote
PARAGRAPHS = 4  # buckets of paragraph distance on each side
WINDOW_TOKENS = 1024  # of a group of windows, padding counted: memory for more is mapped anew each layer
GPU_WINDOW_TOKENS = 32_768  # the same on a GPU, which has to be kept busy
FEWEST_TOKENS = 512  # the same: the products of fewer are summed in another order, which bf16 shows
READER_REACH = 96  # tokens around a quote that its reader attends to


@dataclass
class States:
    """What one encoder pass gives: hidden [B, T, D], content [B, T, 3], tags [B, T, 2, 3], paragraph [B, T].

    mask [B, T]: where a token stands, neither padding nor a separator.
    """

    hidden: Tensor
    mask: Tensor
    content: Tensor
    tags: Tensor
    paragraph: Tensor


@dataclass
class Readings:
    """What `read` gives: score [B, Q], stance [B, Q, C] and, for each of `ROLES`, starts [B, Q, T + 1] (last: none)."""

    score: Tensor
    stance: Tensor
    starts: tuple[Tensor, ...]


def span_means(hidden: Tensor, spans: Tensor) -> Tensor:
    """Average states over token spans: hidden [B, T, D], spans [B, N, 2], end exclusive -> [B, N, D] (0 if empty)."""
    return mean_where(within(spans, hidden.shape[1]), hidden)


def within(spans: Tensor, length: int) -> Tensor:
    """Tell which of `length` tokens stand in each span: spans [..., 2], end exclusive -> bool [..., length]."""
    steps = torch.arange(length, device=spans.device)
    return (steps >= spans[..., :1]) & (steps < spans[..., 1:])


def mean_where(places: Tensor, hidden: Tensor) -> Tensor:
    """Average the states at places: bool [B, N, T], hidden [B, T, D] -> [B, N, D] (0 where there are none)."""
    return places.to(hidden.dtype) @ hidden / places.sum(-1, keepdim=True).clamp(min=1)


def at(hidden: Tensor, positions: Tensor) -> Tensor:
    """Take states at token positions: hidden [B, T, D], positions [B, N] -> [B, N, D]."""
    return hidden.gather(1, positions.clamp(0, hidden.shape[1] - 1)[..., None].expand(-1, -1, hidden.shape[-1]))


def log_bucket(distance: Tensor, buckets: int) -> Tensor:
    """Bucket distances of 1 and more, finer near 1: 1, 2, 3, 4-5, 6-7, 8-11, 12-15, 16-23, …"""
    value = distance.clamp(min=1).float().log2()
    return (2 * value).floor().long().sub(1).clamp(0, buckets - 1)


def distance_buckets(length: int, device: torch.device) -> Tensor:
    """Bucket the signed distances -length to length: before in 0 to D - 1, after in D to 2 D - 1, 0 itself 2 D."""
    steps = torch.arange(-length, length + 1, device=device)
    buckets = log_bucket(steps.abs(), DISTANCES) + (steps > 0) * DISTANCES
    return torch.where(steps == 0, 2 * DISTANCES, buckets)


def classifier(size: int, hidden: int, outputs: int, dropout: float) -> nn.Sequential:
    """Build a classifier with one hidden layer."""
    return nn.Sequential(
        nn.Dropout(dropout), nn.Linear(size, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, outputs)
    )


class Reader(nn.Module):
    """Multi-head attention from a quote to the tokens in and around it, content and context apart."""

    def __init__(self, size: int, heads: int = 6) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, 2 * size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)

    def forward(self, query: Tensor, hidden: Tensor, inside: Tensor, around: Tensor) -> Tensor:
        """Attend from query [B, Q, D] to hidden [B, T, D] where inside and around [B, Q, T] -> [B, Q, 2 D]."""
        keys, values = (self._split(layer(hidden)) for layer in (self.key, self.value))
        queries = torch.cat([self._split(part) for part in self.query(query).chunk(2, -1)], 2)
        region = torch.cat([inside, around], 1)
        nowhere = ~region.any(-1)
        # what may attend to nothing attends to all, and gets nothing
        attended = nn.functional.scaled_dot_product_attention(
            queries, keys, values, (region | nowhere[..., None])[:, None]
        )
        read = attended.transpose(1, 2).flatten(2).masked_fill(nowhere[..., None], 0)
        return torch.cat(read.chunk(2, 1), -1)

    def _split(self, states: Tensor) -> Tensor:
        """Split [B, N, D] into heads -> [B, H, N, D / H]."""
        return states.view(*states.shape[:2], self.heads, -1).transpose(1, 2)


class Pointer(nn.Module):
    """A biaffine pointer (Dozat and Manning, 2017): queries [B, N, A] score positions [B, T, D] -> [B, N, T]."""

    def __init__(self, query_size: int, size: int, pointer_size: int, dropout: float) -> None:
        super().__init__()
        self.query = nn.Sequential(nn.Dropout(dropout), nn.Linear(query_size, pointer_size), nn.GELU())
        self.key = nn.Sequential(nn.Linear(size, pointer_size), nn.GELU())
        self.bilinear = nn.Linear(pointer_size, pointer_size)
        self.unary = nn.Linear(pointer_size, 1)

    def forward(self, query: Tensor, hidden: Tensor) -> Tensor:
        """Score every position for every query, with a part that is the position's alone."""
        queries = self.bilinear(self.query(query)) + self.unary.weight
        return cast(Tensor, queries @ self.key(hidden).transpose(1, 2) + self.unary.bias)


class QuoteModel(PreTrainedModel):
    """Encoder and heads; see the module's docstring for the four steps."""

    config: QuoteConfig

    config_class = QuoteConfig
    base_model_prefix = "encoder"
    _supports_sdpa = True

    def __init__(self, config: QuoteConfig) -> None:
        super().__init__(config)
        self.encoder = AutoModel.from_config(
            config.encoder_config(), add_pooling_layer=False, attn_implementation=ATTENTION
        )
        size, dropout = self.encoder.config.hidden_size, config.head_dropout
        self.mark_embedding = nn.Embedding(MARK_STATES, size)
        self.case_embedding = nn.Embedding(CASES, size)
        self.break_embedding = nn.Embedding(BREAKS, size)
        self.dropout = nn.Dropout(dropout)
        self.content = nn.Linear(size, len(TAGS))
        self.crf = LinearChainCRF(len(TAGS))
        self.tags = nn.Linear(size, 2 * len(TAGS))  # cue and source: teaches the encoder, read by nobody else
        self.gap_embedding = nn.Embedding(DISTANCES * PARAGRAPHS, size)
        self.linker = classifier(6 * size, size, 1, dropout)
        self.quote_query = nn.Sequential(nn.Linear(4 * size, size), nn.GELU(), nn.LayerNorm(size))
        self.reader = Reader(size)
        self.scorer = classifier(4 * size, size, 1, dropout)
        self.stance = classifier(4 * size, size, len(config.stances), dropout)
        self.starts = nn.ModuleList(Pointer(2 * size, size, config.pointer_size, dropout) for _ in ROLES)
        self.absent = classifier(4 * size, size, len(ROLES), dropout)
        self.distance_bias = nn.Embedding(2 * DISTANCES + 2, len(ROLES))
        self.paragraph_bias = nn.Embedding(2 * PARAGRAPHS - 1, len(ROLES))
        self.ends = nn.ModuleList(Pointer(size, size, config.pointer_size, dropout) for _ in (*ROLES, "name"))
        self.end_bias = nn.Embedding(config.mention_tokens, len(ROLES) + 1)
        self.names = Pointer(2 * size, size, config.pointer_size, dropout)
        self.name_bias = nn.Embedding(2 * DISTANCES + 1, 1)
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)  # type: ignore[no-untyped-call]
        if isinstance(module, LinearChainCRF):
            for parameter in module.parameters():
                nn.init.zeros_(parameter)

    @classmethod
    def from_encoder(cls, config: QuoteConfig, folder: str | Path) -> "QuoteModel":
        """Build a new model around a pretrained encoder, given as a hub id or a folder; heads start at random."""
        model = cls(config)
        pretrained = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        model.encoder.load_state_dict(pretrained.state_dict())
        return model

    def with_precision(self, dtype: torch.dtype) -> "QuoteModel":
        """Put the weights into a number format, packed where that helps; call it where they are to stay.

        The tagger's transitions, summed over whole articles, stay in fp32.
        """
        nn.Module.to(self, dtype)
        self.crf.float()
        pack(self)
        return self

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, features: Tensor, gather: Tensor, features_of: Tensor
    ) -> States:
        """Encode a batch from `windows.collate`, and read its tokens' states off the windows."""
        return self.states(self.encode(input_ids, attention_mask, features), gather, features_of)

    def encode(self, input_ids: Tensor, attention_mask: Tensor, features: Tensor) -> Tensor:
        """Encode windows: ids and mask [W, L], features [W, L, 3] -> [W * L, D], where padding is 0.

        Outside training, those of one padded width go together: full windows need no mask, and a window's states do not
        depend on what it is batched with: how much is padded changes the order of attention's sums, which bf16 shows.
        """
        if self.training:
            return self._encode(input_ids, attention_mask, features).flatten(0, 1)
        result = self.mark_embedding.weight.new_zeros(*input_ids.shape, self.mark_embedding.embedding_dim)
        sizes = attention_mask.sum(1)
        alone = sizes % WIDTH_STEP > 0
        shapes = torch.stack([torch.where(alone, round_up(sizes, PADDED_STEP), sizes), alone], 1)
        on_cpu = input_ids.device.type == "cpu"
        most = WINDOW_TOKENS if on_cpu else GPU_WINDOW_TOKENS
        groups: list[tuple[Tensor, int, bool]] = []  # rows, width, whether some have padding
        for shape in shapes.unique(dim=0):
            width, padded = shape.tolist()
            alike = (shapes == shape).all(1).nonzero().squeeze(1)
            fewest = round_up(FEWEST_TOKENS, width) // width
            for rows in alike.tensor_split(-(-len(alike) // max(1, most // width))):
                rows = rows[torch.arange(max(len(rows), fewest), device=rows.device) % len(rows)]  # again, if too few
                groups.append((rows, width, bool(padded)))

        def encode_group(group: tuple[Tensor, int, bool]) -> None:
            rows, width, masked = group
            mask = attention_mask[rows, :width] if masked else None
            result[rows, :width] = self._encode(input_ids[rows, :width], mask, features[rows, :width])

        if on_cpu:
            side_by_side(encode_group, groups)
        else:
            for group in groups:
                encode_group(group)
        return result.flatten(0, 1)

    def _encode(self, input_ids: Tensor, mask: Tensor | None, features: Tensor) -> Tensor:
        """Pass windows [W, L] through the encoder -> [W, L, D]; without a mask, where none has padding."""
        embeddings = self.encoder.get_input_embeddings()(input_ids)
        for column, table in enumerate((self.mark_embedding, self.case_embedding, self.break_embedding)):
            embeddings = embeddings + table(features[..., column])
        return cast(Tensor, self.encoder(inputs_embeds=embeddings, attention_mask=mask).last_hidden_state)

    def states(self, windows: Tensor, gather: Tensor, features_of: Tensor) -> States:
        """Read sections' tokens off encoded windows [N, D] at gather [B, T], -1 for none, and tag them."""
        mask = gather >= 0
        hidden = self.dropout(windows[gather.clamp(min=0)] * mask[..., None])
        tags = self.tags(hidden).view(*mask.shape, 2, len(TAGS))
        paragraph = (features_of[..., 2] > 0).long().cumsum(1)
        return States(hidden, mask, self.content(hidden), tags, paragraph)

    def link(self, states: States, segments: Tensor) -> Tensor:
        """Score that segments i and i + 1 of [B, S, 2] are parts of one quote -> logits [B, S - 1]."""
        left, right = segments[:, :-1], segments[:, 1:]
        gap = torch.stack([left[..., 1], right[..., 0]], -1)
        means = span_means(states.hidden, segments)
        paragraphs = self._paragraph_at(states, right[..., 0]) - self._paragraph_at(states, left[..., 1] - 1)
        distance = log_bucket(gap[..., 1] - gap[..., 0] + 1, DISTANCES) * PARAGRAPHS + paragraphs.clamp(
            0, PARAGRAPHS - 1
        )
        parts = [
            means[:, :-1],
            means[:, 1:],
            span_means(states.hidden, gap),
            at(states.hidden, left[..., 1] - 1),
            at(states.hidden, right[..., 0]),
            self.gap_embedding(distance),
        ]
        return cast(Tensor, self.linker(torch.cat(parts, -1)).squeeze(-1).float())

    def read(self, states: States, quotes: Tensor) -> Readings:
        """Read quotes given as token segments [B, Q, S, 2], end exclusive, padded with -1."""
        hidden = states.hidden
        inside, around, biases = self._places(states, quotes)
        first, last = quotes[:, :, 0, 0], quotes[..., 1].amax(-1)
        mean = mean_where(inside, hidden)
        edges = [at(hidden, position) for position in (first, last - 1, first - 1)]
        query = self.quote_query(torch.cat([mean, *edges], -1))
        read = self.reader(query, hidden, inside, around)
        whole = torch.cat([query, read, mean], -1)
        pointed = torch.cat([query, read[..., hidden.shape[-1] :]], -1)
        absent = self.absent(whole).float().split(1, -1)
        starts = (pointer(pointed, hidden) + bias for pointer, bias in zip(self.starts, biases, strict=True))
        score, stance = self.scorer(whole).squeeze(-1).float(), self.stance(whole).float()
        return Readings(score, stance, tuple(torch.cat(pair, -1) for pair in zip(starts, absent, strict=True)))

    def mention_ends(self, states: States, role: int, starts: Tensor) -> Tensor:
        """Score a mention's last token: starts [B, M] -> logits [B, M, mention_tokens] for lengths 1, 2, …

        role: an index into `ROLES`, or len(ROLES) for names.
        """
        scores = self.ends[role](at(states.hidden, starts), states.hidden)
        offsets = torch.arange(self.config.mention_tokens, device=starts.device)
        positions = starts.clamp(min=0)[..., None] + offsets
        places = positions.clamp(max=scores.shape[2] - 1)
        inside = (positions == places) & states.mask[:, None].expand_as(scores).gather(2, places)
        inside = inside.cumprod(-1).bool()  # not over a gap
        lengths = scores.gather(2, places).float() + self.end_bias.weight[:, role]
        return cast(Tensor, lengths.masked_fill(~inside, -1e4))

    def name_starts(self, states: States, mentions: Tensor) -> Tensor:
        """Score where the fullest name of a mention's party begins: mentions [B, M, 2] -> logits [B, M, T]."""
        query = torch.cat([at(states.hidden, mentions[..., 0]), at(states.hidden, mentions[..., 1] - 1)], -1)
        length = states.mask.shape[1]
        bias = self.name_bias(distance_buckets(length, mentions.device)).squeeze(-1).float()
        # row i of the unfolded biases has the distances from token length - i
        biases = nn.functional.embedding(length - mentions[..., 0].clamp(0, length), bias.unfold(0, length, 1))
        return cast(Tensor, self.names(query, states.hidden) + biases).masked_fill(~states.mask[:, None], -1e4)

    def _paragraph_at(self, states: States, positions: Tensor) -> Tensor:
        return states.paragraph.gather(1, positions.clamp(0, states.paragraph.shape[1] - 1))

    def _places(self, states: States, quotes: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Where each token stands to each quote: inside and around it, and the biases of `ROLES`, all [B, Q, T]."""
        length = states.mask.shape[1]
        first, last = quotes[:, :, :1, 0], quotes[..., 1].amax(-1, keepdim=True)
        inside = within(quotes[:, :, 0], length)
        for segment in quotes.unbind(2)[1:]:
            inside |= within(segment, length)
        steps = torch.arange(length, device=quotes.device)
        distance = (steps - first).clamp(max=0) + (steps - last + 1).clamp(min=0)
        covered = states.mask[:, None]
        around = ~inside & (distance.abs() <= READER_REACH) & covered
        # every sum of a distance's and a paragraph's bias, then two more distances: between segments, not covered
        table = self.distance_bias(distance_buckets(length, quotes.device))
        table = torch.cat([table, self.distance_bias.weight[-1:], torch.full_like(table[:1], -1e4)])
        table = (table[:, None] + self.paragraph_bias.weight).flatten(0, 1).float()
        row = torch.where((distance == 0) & ~inside, 2 * length + 1, distance + length)
        row = torch.where(covered, row, 2 * length + 2)
        edges = (self._paragraph_at(states, position) for position in (first[..., 0], last[..., 0] - 1))
        since, until = (states.paragraph[:, None] - edge[..., None] for edge in edges)
        paragraphs = since.clamp(1 - PARAGRAPHS, 0) + until.clamp(0, PARAGRAPHS - 1)
        index = row * (2 * PARAGRAPHS - 1) + paragraphs + PARAGRAPHS - 1
        # not by indexing: its gradient adds up in no fixed order
        return inside, around, list(nn.functional.embedding(index, table).unbind(-1))
