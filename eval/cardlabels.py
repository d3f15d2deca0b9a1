"""What the labels mean, as the model card says it: the codebook in short, with an invented example for each."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Example:
    """A label's meaning, and words that have it."""

    meaning: str
    text: str


EXAMPLES: Final = {
    "direct": Example(
        "all of the words stand between quotation marks",
        "“The bridge will open in May,” said Marta Lindqvist, the mayor.",
    ),
    "mixed": Example(
        "a paraphrase with quoted words in it",
        "Lindqvist called the delay of the bridge “an insult to commuters”.",
    ),
    "indirect": Example(
        "a paraphrase with no quotation marks",
        "Lindqvist said that the bridge would open in May.",
    ),
    "rejection": Example(
        "refuses, opposes or will not recognise a proposal, demand, decision or authority",
        "“We will not sign the company’s contract,” said Tunde Bakare of the dockers’ union. (target: the company)",
    ),
    "denial": Example(
        "says that an allegation or claim is untrue, or that he did not do it",
        "The treasurer denied the opposition’s charge that funds were missing. (target: the opposition)",
    ),
    "assurance": Example(
        "promises or vouches for something, for the benefit of somebody who has a stake in it",
        "“No farm will lose its water,” minister Dana Kolar promised the villagers. (target: the villagers)",
    ),
    "offer": Example(
        "makes something available that the other side may take up or decline",
        "General Osei told the mission that its observers were welcome on the ridge. (target: the mission)",
    ),
    "none": Example(
        "anything else; such a quote has no target",
        "“It rained for six days,” said Anneke Vos, a farmer.",
    ),
}
