"""The records that come out: an `Article` with its `Quote`s, every span checked against the text.

`to_dict` gives the JSON object that `quoth extract` writes, `from_dict` reads it back.

>>> Span.of("He said no.", 3, 7)
Span(start=3, end=7, text='said')
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, cast

from .labels import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the article: `text == article_text[start:end]`, offsets in characters, end exclusive."""

    start: int
    end: int
    text: str

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Self:
        """Cut the span out of the article's text; raises ValueError where it is empty or outside."""
        if not 0 <= start < end <= len(text):
            raise ValueError(f"span [{start}, {end}] is empty or outside a text of {len(text)} characters")
        return cls(start, end, text[start:end])

    def to_dict(self) -> dict[str, Any]:
        """Give the span as JSON writes it."""
        return {"start": self.start, "end": self.end, "text": self.text}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave; raises KeyError on a missing field."""
        return cls(data["start"], data["end"], data["text"])


@dataclass(frozen=True, slots=True)
class Mention(Span):
    """A speaker or a target: the words that name it here, and the fullest name the article gives it."""

    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the mention as JSON writes it."""
        return {"start": self.start, "end": self.end, "text": self.text, "name": self.name}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave; raises KeyError on a missing field."""
        return cls(data["start"], data["end"], data["text"], data["name"])


@dataclass(frozen=True, slots=True)
class Stance:
    """What the speaker does with the words: the likeliest label, its probability, and every label's."""

    label: str
    score: float
    scores: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Give the stance as JSON writes it."""
        return {"label": self.label, "score": self.score, "scores": dict(self.scores)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave; raises KeyError on a missing field."""
        return cls(data["label"], data["score"], dict(data["scores"]))


@dataclass(frozen=True, slots=True)
class Quote:
    """One act of attributed speech. `score` is the probability that it is one, between 0 and 1."""

    kind: Kind
    segments: tuple[Span, ...]
    cue: Span | None
    speaker: Mention | None
    target: Mention | None
    stance: Stance
    score: float

    @property
    def text(self) -> str:
        """The quote's segments in order, joined by a space."""
        return " ".join(segment.text for segment in self.segments)

    def to_dict(self) -> dict[str, Any]:
        """Give the quote as JSON writes it."""
        return {
            "kind": self.kind,
            "segments": [segment.to_dict() for segment in self.segments],
            "cue": self.cue.to_dict() if self.cue else None,
            "speaker": self.speaker.to_dict() if self.speaker else None,
            "target": self.target.to_dict() if self.target else None,
            "stance": self.stance.to_dict(),
            "score": self.score,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave; raises KeyError on a missing field, ValueError on an unknown kind."""
        if data["kind"] not in KINDS:
            raise ValueError(f"kind {data['kind']!r} is none of {', '.join(KINDS)}")
        return cls(
            kind=cast(Kind, data["kind"]),
            segments=tuple(Span.from_dict(segment) for segment in data["segments"]),
            cue=Span.from_dict(data["cue"]) if data["cue"] else None,
            speaker=Mention.from_dict(data["speaker"]) if data["speaker"] else None,
            target=Mention.from_dict(data["target"]) if data["target"] else None,
            stance=Stance.from_dict(data["stance"]),
            score=data["score"],
        )


@dataclass(frozen=True, slots=True)
class Article:
    """One article's quotes in reading order.

    `text` is what the offsets count in; it is written out where `keeps_text` says so. `meta` is what was carried
    through from the article's source, such as its date and outlet: plain JSON values by name.
    """

    id: str
    quotes: tuple[Quote, ...]
    model: str
    text: str = field(default="", repr=False, compare=False)
    meta: Mapping[str, Any] = field(default_factory=dict)
    keeps_text: bool = field(default=False, repr=False, compare=False)

    def only(self, kinds: Collection[str], min_score: float = 0.0) -> Self:
        """Keep the quotes of these kinds that are at least this certain.

        >>> Article("a1", (), "quoth-base 0.1.0").only({"direct"}, 0.5).quotes
        ()
        """
        return replace(self, quotes=tuple(q for q in self.quotes if q.kind in kinds and q.score >= min_score))

    def to_dict(self) -> dict[str, Any]:
        """Give the article as JSON writes it: id, meta (where there is any), quotes, model, text (where it is kept)."""
        meta = {"meta": dict(self.meta)} if self.meta else {}
        text = {"text": self.text} if self.keeps_text else {}
        return {
            "id": self.id,
            **meta,
            "quotes": [quote.to_dict() for quote in self.quotes],
            "model": self.model,
            **text,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], text: str = "") -> Self:
        """Read what `to_dict` gave (`text` where it kept none); raises what `Quote.from_dict` raises."""
        quotes = tuple(Quote.from_dict(quote) for quote in data["quotes"])
        kept = "text" in data
        return cls(data["id"], quotes, data["model"], data["text"] if kept else text, data.get("meta", {}), kept)
