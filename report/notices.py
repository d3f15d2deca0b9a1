"""What a report lacks, said plainly, with what would mend it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

NAMED: Final = 3
"""Articles that are named where some are without a text; of more, only the number is told."""


def notices(data: Mapping[str, Any]) -> list[str]:
    """Say what is missing in what `data.page_data` gave: articles, quotes, texts, dates, outlets, targets.

    >>> notices({"articles": [], "names": [], "labels": [], "kinds": []})
    ['There is no article in this report: the records were empty.']
    """
    articles: Sequence[Mapping[str, Any]] = data["articles"]
    if not articles:
        return ["There is no article in this report: the records were empty."]
    said = []
    quotes = [quote for article in articles for quote in article["quotes"]]
    if not quotes:
        said.append("No quote was found in any article.")
    for lack, what, remedy in (
        (
            "missing",
            "without text, so shown as a list of quotes",
            "keep the texts with quoth extract --keep-text, or give them with --articles",
        ),
        (
            "unfit",
            "with a text that is not the one the quotes were found in, so shown as a list of quotes",
            "give the very texts that were extracted from",
        ),
    ):
        ids = [article["id"] for article in articles if article["lack"] == lack]
        if ids:
            named = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else "")
            said.append(f"{counted(len(ids), 'article')} {what} ({named}); {remedy}.")
    for field, what, remedy in (
        ("day", "date", "so nothing is shown over time; carry dates over with quoth extract --keep date"),
        ("outlet", "outlet", "so outlets cannot be compared; carry them over with quoth extract --keep outlet"),
    ):
        without = sum(not article[field] for article in articles)
        if without == len(articles):
            said.append(f"No article has {'an' if what[0] in 'aeiou' else 'a'} {what}, {remedy}.")
        elif without:
            unread = field == "day" and any(article["date"] and not article["day"] for article in articles)
            why = ", or one that could not be read (write 2022-01-10)" if unread else ""
            said.append(f"{without:,} of {len(articles):,} articles have no {what}{why}.")
    if quotes and not any(target for *_, target, _group, _words in quotes):
        said.append("No quote has a target, so nobody is shown as spoken to.")
    return said


def counted(count: int, what: str) -> str:
    """Give a number with its noun.

    >>> counted(1, "article"), counted(1200, "quote")
    ('1 article', '1,200 quotes')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"
