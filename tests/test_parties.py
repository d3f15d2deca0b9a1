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


@pytest.mark.parametrize(
    ("text", "mention", "pointed", "name"),
    [
        ("Ana Ruiz and Aset Qarabalin met. “No,” said Karabalin.", "Karabalin", "Ana Ruiz", "Aset Qarabalin"),
        ("Ana Ruiz left. “No,” Melanie said.", "Melanie", "Ana Ruiz", "Melanie"),
        (
            "Ana Ruiz left. Her partner at Lenox, Tom Clarke, wept.",
            "Her partner at Lenox, Tom Clarke,",
            "Ana Ruiz",
            "Tom Clarke",
        ),
        ("Ana Ruiz heard Indiana Gov. Mike Pence. Pence left.", "Pence", None, "Mike Pence"),
        ("Ana Ruiz’s lawyer wept.", "Ana Ruiz’s lawyer", "Ana Ruiz", "Ana Ruiz’s lawyer"),
        (
            "The Alliance to Reclaim Our Schools, or AROS, and Ana Ruiz.",
            "AROS",
            "Ana Ruiz",
            "Alliance to Reclaim Our Schools",
        ),
        ("The NAACP and Ana Ruiz spoke.", "The NAACP", "Ana Ruiz", "The NAACP"),
        ("The CEO and Ana Ruiz spoke.", "The CEO", "Ana Ruiz", "Ana Ruiz"),  # a post is held by whom the network says
        (
            "State secretary Igor Hlavaj met Ana Ruiz. The state secretary left.",
            "The state secretary",
            "Ana Ruiz",
            "Igor Hlavaj",
        ),
        ("Ana Ruiz met Li Wei, a deputy mayor. The deputy mayor left.", "The deputy mayor", "Ana Ruiz", "Li Wei"),
        ("Ana Ruiz met Vice President Li Wei. The president left.", "The president", "Ana Ruiz", "Ana Ruiz"),
        ("Mr. Obama won. " * 5 + "He met Michelle Obama. Mr. Obama left.", "Mr. Obama", None, "Mr. Obama"),
    ],
)
def test_rules(text: str, mention: str, pointed: str | None, name: str) -> None:
    def last(words: str) -> tuple[int, int]:
        return text.rindex(words), text.rindex(words) + len(words)

    assert Names(text).fullest(last(mention), last(pointed) if pointed else None) == name


def test_what_was_asked_before_does_not_matter() -> None:
    text = "The Alliance to Reclaim Our Schools met. It spoke for AROS."
    names, it, aros = Names(text), (41, 43), (54, 58)
    assert names.fullest(it, aros) == "AROS"  # no surname that a full name completes
    assert names.fullest(aros, aros) == Names(text).fullest(aros, aros) == "Alliance to Reclaim Our Schools"


def test_pronouns_lean_to_who_spoke_last() -> None:
    text = "Ann Lee met Amy Fox and Al Ray. She left. They stayed."
    names, lee, fox, she = Names(text), (0, 7), (12, 19), (32, 35)
    for pointed, spoke_last, name in (
        ([(fox, 0.5), (lee, 0.4)], None, "Amy Fox"),
        ([(fox, 0.5), (lee, 0.4)], "Ann Lee", "Ann Lee"),
        ([(fox, 0.9), (lee, 0.1)], "Ann Lee", "Amy Fox"),
        ([], "Ann Lee", "Ann Lee"),
        ([], None, "She"),
    ):
        assert names.speaker(she, pointed, spoke_last) == name
    assert names.speaker((42, 46), [(fox, 0.5), (lee, 0.4)], "Ann Lee") == "Amy Fox"


@pytest.mark.parametrize("text", ["", " ", "é", "’s", "A", "“”", "The", "Mr. "])
def test_any_text(text: str) -> None:
    assert Names(text).fullest((0, len(text)), None) in (text, "")
