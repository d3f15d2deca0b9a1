"""Names for parties: what the network points at, kept honest by the names of the article."""

import pytest

from quoth.model.parties import Names

TEXT = (
    "Commander Ahmad Massoud met Amir Khan Muttaqi in Tehran. Mr. Muttaqi assured Massoud that he was safe.\n\n"
    "Ali Maisam Nazary of the National Resistance Front said no. The NRF, said Nazary, rejected it. "
    "Villagers agreed.\n\nBill Harlow and Anna Harlow watched with Harlow’s aide. The minister left."
)


def span(words: str, nth: int = 0) -> tuple[int, int]:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return start, start + len(words)


@pytest.mark.parametrize(
    ("mention", "pointed", "name"),
    [
        (span("Massoud", 1), None, "Ahmad Massoud"),
        (span("Mr. Muttaqi"), None, "Amir Khan Muttaqi"),
        (span("Nazary", 1), span("Ali Maisam Nazary"), "Ali Maisam Nazary"),
        (span("he was"), span("Ahmad Massoud"), "Ahmad Massoud"),  # a pronoun: the network's word is taken
        (span("Massoud", 1), span("Amir Khan Muttaqi"), "Ahmad Massoud"),  # a name stays with its own party
        (span("The NRF"), span("National Resistance Front"), "National Resistance Front"),
        (span("The minister"), span("Amir Khan Muttaqi"), "Amir Khan Muttaqi"),
        (span("Villagers"), span("Villagers"), "Villagers"),
        (span("Harlow’s"), None, "Harlow"),  # two people have that name
        (span("The NRF, said Nazary"), span("Nazary", 1), "Ali Maisam Nazary"),
        (span("Commander Ahmad Massoud"), span("Massoud"), "Ahmad Massoud"),  # a short name is completed
    ],
)
def test_fullest(mention: tuple[int, int], pointed: tuple[int, int] | None, name: str) -> None:
    assert Names(TEXT).fullest(mention, pointed) == name


@pytest.mark.parametrize("text", ["", " ", "é", "’s", "A", "“”", "The", "Mr. "])
def test_any_text(text: str) -> None:
    assert Names(text).fullest((0, len(text)), None) in (text, "")
