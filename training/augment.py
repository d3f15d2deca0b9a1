"""Variants of training articles: other quotation marks, lists and transcripts of the same words.

Every variant is made anew from a seeded generator, and its gold moves with the text.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from ..model.quotation import quotations
from ..seeds.corpus import GoldArticle, GoldQuote

# (opening, closing); each is one character, so that no offset moves
STYLES = (("“", "”"), ('"', '"'), ("«", "»"), ("„", "“"), ("‘", "’"), ("'", "'"))


def restyle(article: GoldArticle, random: Random) -> GoldArticle:
    """Retype the outer quotation marks in another style. Offsets stay as they are."""
    opening, closing = random.choices(STYLES, weights=(3, 6, 1, 1, 2, 2))[0]
    letters = list(article.text)
    for mark in quotations(article.text):
        if mark.depth == 0 and letters[mark.start] in "“”\"«»„‘'":
            letters[mark.start] = opening
            if mark.closed:
                letters[mark.end - 1] = closing
    return replace(article, text="".join(letters))


def relayout(articles: Sequence[GoldArticle], random: Random) -> GoldArticle | None:
    """Set direct quotes of named speakers as a list of `"words" - Name` or a transcript of `NAME: "words` lines.

    Returns None where the given articles have too few.
    """
    pool = [
        (article, quote)
        for article in articles
        for quote in article.quotes
        if quote.kind == "direct"
        and len(quote.content) == 1
        and quote.source
        and _is_name(article, quote)
        and 30 < quote.content[0][1] - quote.content[0][0] < 600
        and "\n" not in article.text[slice(*quote.content[0])]
    ]
    if len(pool) < 3:
        return None
    chosen = random.sample(pool, min(len(pool), random.randint(3, 9)))
    listing = random.random() < 0.5
    closed = listing or random.random() < 0.4
    opening, closing = random.choice((("“", "”"), ('"', '"')))
    dash, gap = random.choice((" - ", " — ", "\n- ", "\n\n- ", "\n—", " – ")), random.choice(("\n", "\n\n"))
    colon = random.choice((": ", ":\n", ":"))
    shouted = random.random() < 0.4
    text, quotes = f"{articles[0].title or articles[0].text.split(chr(10), 1)[0][:120]}\n\n", []
    for number, (article, quote) in enumerate(chosen):
        words = article.text[slice(*quote.content[0])].strip("“”\"«»„‘’' ")
        name = article.text[slice(*quote.source[0])]
        body = opening + words + (closing if closed else "")
        if listing:
            start, cue = len(text), len(text) + len(body) + dash.index(dash.strip())
            text += body + dash
            source = (len(text), len(text) + len(name))
            text += name
        else:
            name = name.upper() if shouted else name
            source, cue = (len(text), len(text) + len(name)), len(text) + len(name)
            text += name + colon
            start = len(text)
            text += body
        text += gap
        quotes.append(
            replace(
                quote,
                id=f"{number}",
                content=((start, start + len(body)),),
                cue=((cue, cue + 1),),
                source=(source,),
                speaker_name=name if quote.stance is not None else None,
                stance=None,
                target=None,
                target_name=None,
            )
        )
    return GoldArticle(f"layout-{articles[0].id}", text.rstrip(), tuple(quotes), False, articles[0].source)


def _is_name(article: GoldArticle, quote: GoldQuote) -> bool:
    words = article.text[slice(*quote.source[0])].split()
    return len(words) <= 4 and all(word[0].isupper() for word in words) and len(words[0]) > 2
