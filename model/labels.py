"""The label sets of the codebook, in the order that breaks ties between acts."""

from typing import Final, Literal

Kind = Literal["direct", "mixed", "indirect"]
KINDS: Final[tuple[Kind, ...]] = ("direct", "mixed", "indirect")

NO_STANCE: Final = "none"
STANCES: Final[tuple[str, ...]] = ("rejection", "denial", "assurance", "offer", NO_STANCE)
