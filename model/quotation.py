"""Where quotation marks open and close: a deterministic scanner for the typography of real news.

Double marks are paired first, by a stack, so that a missing or mistyped mark costs one quotation and not the article;
single marks are then paired between them, where apostrophes are told from closing marks.

>>> text = "“We won’t go,” he said. “Never."
>>> [(text[q.start : q.end], q.closed) for q in quotations(text)]
[('“We won’t go,”', True), ('“Never.', False)]
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt


class Mark(IntEnum):
    """What a character is to the outermost quotation around it; NESTED is a whole quotation inside one, with marks."""

    OUTSIDE = 0
    OPENING = 1
    INSIDE = 2
    CLOSING = 3
    NESTED = 4


MARK_STATES = len(Mark)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch between quotation marks, marks included: offsets in characters, end exclusive.

    `closed`: a closing mark stands at the end; without one the stretch ends with the last character before the
    paragraph's end or before the next opening mark. `depth`: 0 outermost, 1 inside a quotation, ...
    `continues`: reopens what the previous paragraph left open, as in a quote that runs over paragraphs.
    """

    start: int
    end: int
    closed: bool
    depth: int
    continues: bool


_Pair = tuple[int, int, bool]  # start, end, closed


@dataclass(slots=True)
class _Token:
    """A mark that is no apostrophe inside a word; the characters before and after the run of marks it stands in."""

    start: int
    end: int
    glyph: str
    before: str
    after: str
    left: bool = False  # a word may begin after it
    right: bool = False  # a word may end before it
    opens: bool = False  # a single mark that may open

    def finish(self) -> None:
        """Judge the edges, once `before` and `after` are known."""
        self.left = self.before.isspace() or self.before in "([{—–-/:=|*_<>…"
        self.right = self.after.isspace() or self.after in ".,;:!?)]}—–-/…*_<>|"
        self.opens = self.glyph in "‘'" and self.left and (not self.right or self.after == "…")

    @property
    def doubtful(self) -> bool:
        """Whether a straight mark that seems to close may be inches (5") or a possessive (the owners" meeting)."""
        return self.glyph == '"' and self.right and not self.left and (self.before.isdigit() or self.before in "sS")


# Of three in a row at a quotation's end the first is the single one, inside.
_MARKS = re.compile(r"""(?<=[^\s(\[])(?:'(?=''(?!'))|’(?=’’(?!’)))|``|''|‘‘|’’|,,(?=\w)|["＂“”„‟«»‘’‚'`]""")
_SAME = {"``": "“", "‘‘": "“", "‟": "“", ",,": "„", "’’": "”", "''": '"', "＂": '"', "`": "‘", "‚": "‘"}
_SINGLE = "‘’'"
_BLOCK = re.compile(r"\S[^\r\n]*(?:(?:\r\n?|\n)[^\S\r\n]*[^\s][^\r\n]*)*")  # lines up to a blank one
_LINE = re.compile(r"\S[^\r\n]*")
# Words that begin with an apostrophe: they open a quotation only where an unmistakable closing mark answers.
_ELIDED = re.compile(r"\d|(?:[Nn]|em|im|er|[Tt]il|[Tt]is|[Tt]was|round|cause|cos|cuz|bout|till|kay)\b")
_CLIPPED = re.compile(r"(?:[sS]|in|\b\w{1,2})\Z")  # workers’, goin’, wi’: an apostrophe as likely as a closing mark
_SENTENCE_END = re.compile(r"(?<![A-Z])(?<!\b[A-Z][a-z])[.!?…]['’]?\s")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for found in _MARKS.finditer(text):
        start, end = found.span()
        glyph = _SAME.get(found.group(), found.group())
        before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
        if not (glyph in "\"'’‘" and before.isalnum() and after.isalnum()):  # don’t, 6'2, doesn"t
            tokens.append(_Token(start, end, glyph, before, after))
    for one, two in pairwise(tokens):
        two.before = one.before if one.end == two.start else two.before
    for two, one in pairwise(reversed(tokens)):
        one.after = two.after if one.end == two.start else one.after
    for token in tokens:
        token.finish()
    return tokens


def _paragraphs(text: str, tokens: list[_Token]) -> Iterator[tuple[int, int, list[_Token]]]:
    """Give each paragraph's bounds, without the white space around, and its marks.

    Lines are paragraphs. But where blank lines part them, a single newline may be a mere wrap: if the next line begins
    in lower case, or if the next mark, before any blank line, closes.
    """
    blocks = [list(_LINE.finditer(text, *block.span())) for block in _BLOCK.finditer(text)]
    at = len(tokens)
    bounds: list[tuple[int, int, list[_Token]]] = []
    for lines in reversed(blocks):
        end, last, closes = lines[-1].end(), at, False
        for n in range(len(lines) - 1, -1, -1):
            start = lines[n].start()
            while at and tokens[at - 1].start >= start:
                at -= 1
                closes = tokens[at].right and not tokens[at].left
            if not (n and len(blocks) > 1 and (text[start].islower() or closes)):
                bounds.append((start, start + len(text[start:end].rstrip()), tokens[at:last]))
                end, last, closes = (lines[n - 1].end() if n else 0), at, False
    yield from reversed(bounds)


def _role(text: str, token: _Token, mate: _Token | None, answer: str, stop: int) -> str:
    """Say whether a double mark "opens", "closes" or does "" nothing.

    `mate` is the open mark that it might close, `answer` what the next undoubted mark does, as far as its sides tell.
    """
    left, right = token.left and not token.right, token.right and not token.left
    if mate is None:
        if token.glyph in "”»":  # reversed by careless editors, or »so«
            return "opens" if left else ""
        stray = token.glyph == '"' and right and not (token.before == "," and answer == "closes")  # he said," so
        return "" if stray else "opens"
    if token.glyph in "”»":
        return "closes"
    if token.glyph in "“«":  # “ closes „so“ and « closes »so«; elsewhere only after a word
        spaced = token.right and (mate.glyph in "„»" or token.end == stop)
        return "closes" if spaced or not token.left else "opens"
    if token.glyph == "„":
        return "opens"
    if left:  # a new quotation; or a closing mark gone astray: "Hello "he said
        astray = token.after.islower() and answer != "closes" and text[max(token.start - 2, 0)] != ":"
        return "closes" if astray else "opens"
    return "" if token.doubtful and answer == "closes" else "closes"


def _doubles(text: str, tokens: list[_Token], stop: int) -> list[_Pair]:
    """Pair the double marks of one paragraph that ends at `stop`.

    >>> text = '“A" is a 5" pipe, "B "c" d"'
    >>> [text[start:end] for start, end, _ in _doubles(text, _tokens(text), len(text))]
    ['“A"', '"B "c" d"', '"c"']
    """
    answers, answer = [""] * len(tokens), ""
    for i in range(len(tokens) - 1, -1, -1):
        answers[i], token = answer, tokens[i]
        if not token.doubtful:
            sides = "" if token.left == token.right else "opens" if token.left else "closes"
            answer = {"”": "closes", "»": "closes", "„": "opens", "«": "opens"}.get(token.glyph, sides)
    stack: list[int] = []
    partner: dict[int, int] = {}  # of each mark that opens, the one that closes it, or itself
    outer: set[int] = set()  # the marks that close
    for i, token in enumerate(tokens):
        mate = next((j for j in stack[:-9:-1] if (tokens[j].glyph in "«»") == (token.glyph in "«»")), None)
        role = _role(text, token, None if mate is None else tokens[mate], answers[i], stop)
        if role == "opens":
            stack.append(i)
            partner[i] = i
        elif role == "closes" and mate is not None:
            while stack.pop() != mate:
                pass
            partner[mate] = i
            outer.add(i)
    pairs: list[_Pair] = []
    for i, close in partner.items():
        if close > i:
            pairs.append((tokens[i].start, tokens[close].end, True))
            continue
        # Never closed: it ends before the next mark that opens with the same glyph or stays open too, or that closes
        # what stands around it; whole quotations in other marks it contains.
        j = i + 1
        while j < len(tokens) and j not in outer:
            if j in partner and (partner[j] == j or tokens[j].glyph == tokens[i].glyph):
                break
            j = partner.get(j, j) + 1
        cut = tokens[j].start if j < len(tokens) else stop
        pairs += _unclosed(text, tokens[i], cut, j in partner)
    return pairs


def _unclosed(text: str, token: _Token, cut: int, interrupted: bool) -> list[_Pair]:
    """End a quotation without a closing mark before `cut`; none where nothing follows the opening mark.

    If a new opening mark interrupts it, its last whole sentence ends it: “NAME:” or “she said” stays outside.
    """
    if interrupted:  # the sentence must end outside whatever double quotations stand in between
        marks = (found for found in _MARKS.finditer(text, token.end, cut) if found.group() not in ("'", "’", "‘"))
        after = max((found.end() for found in marks), default=token.end)
        cut = max((found.start() + 1 for found in _SENTENCE_END.finditer(text, after, cut)), default=cut)
    end = token.end + len(text[token.end : cut].rstrip())
    return [(token.start, end, False)] if end > token.end else []


def _singles(text: str, tokens: list[_Token], start: int, stop: int, reopened: bool) -> list[_Pair]:
    """Pair the single marks of one paragraph, or of the inside of one double quotation.

    An opening mark has one closing mark before the next opening one. After punctuation it is unmistakable; otherwise
    the first one after a word that no apostrophe ends is taken; after a plural only if nothing better comes.
    `reopened` tells that the next paragraph begins with a single mark, so that a quotation may stay open in this one.

    >>> text = "'The workers' pay is gone,' he said. Rock 'n' roll is 'dead'."
    >>> [text[start:end] for start, end, _ in _singles(text, _tokens(text), 0, len(text), False)]
    ["'The workers' pay is gone,'", "'dead'"]
    """
    pairs: list[_Pair] = []
    i = 0
    while i < len(tokens):
        opening, i = tokens[i], i + 1
        if not opening.opens:
            continue
        ends: list[int] = []  # the closing marks to choose from
        sure = False
        j = i
        while j < len(tokens) and not sure:
            token = tokens[j]
            if token.opens:  # 'em, or after a plain word 'ospital, inside what is open; else it ends the search
                plain = not ends and token.after.islower() and text[token.start - 2 : token.start - 1].isalpha()
                if not (plain or _ELIDED.match(text, token.end)):
                    break
            elif token.right and not text[token.start - 1].isspace():
                ends.append(j)
                sure = text[token.start - 1] in '.,!?…;—–)”"»'
            j += 1
        soft = _ELIDED.match(text, opening.end) is not None
        lead = opening.start == start or (reopened and text[max(opening.start - 2, 0)] in ".,:!?”" and j == len(tokens))
        close = ends[-1] if sure else None if soft else _choose(text, tokens, ends, opening, reopened and lead)
        if close is not None:
            pairs.append((opening.start, tokens[close].end, True))
            i = close + 1
            continue
        if lead and not soft:
            pairs += _unclosed(text, opening, tokens[j].start if j < len(tokens) else stop, j < len(tokens))
        i = i if ends else j  # without one, no mark up to there closes anything
    return pairs


def _choose(text: str, tokens: list[_Token], ends: list[int], opening: _Token, reopened: bool) -> int | None:
    """Choose among doubtful closing marks, all of them after letters."""
    words = [j for j in ends if not _CLIPPED.search(text, max(tokens[j].start - 8, 0), tokens[j].start)]
    best = next(iter(words or [j for j in ends if not tokens[j].after.isspace()] or ends), None)
    if best is None or (reopened and not words):
        return None
    # A clipped 'ome or 'ospital does not reach over sentences to the next possessive.
    over = text[opening.end].islower() and _SENTENCE_END.search(text, opening.end, tokens[best].start)
    return None if over else best


def quotations(text: str) -> list[Quotation]:
    """Find the quotations of a text in order of their start; any two are nested or disjoint. Linear in the text.

    >>> [(q.depth, q.closed, q.continues) for q in quotations("“He told me ‘never’.\\n\\n“And left.”")]
    [(0, False, False), (1, True, False), (0, True, True)]
    """
    found: list[Quotation] = []
    paragraphs = list(_paragraphs(text, _tokens(text)))
    left_open = ""  # what kind of mark the last paragraph left open
    for n, (start, stop, tokens) in enumerate(paragraphs):
        following = paragraphs[n + 1][2][:1] if n + 1 < len(paragraphs) else []
        reopened = any(token.opens and token.start == paragraphs[n + 1][0] for token in following)
        doubles = _doubles(text, [token for token in tokens if token.glyph not in _SINGLE], stop)
        # Single marks pair with those inside the same double quotation.
        inside: dict[_Pair | None, list[_Token]] = defaultdict(list)
        begin, around = {pair[0]: pair for pair in doubles}, list[_Pair]()
        for token in tokens:
            while around and around[-1][1] <= token.start:
                around.pop()
            if token.start in begin:
                around.append(begin[token.start])
            elif token.glyph in _SINGLE:
                inside[around[-1] if around else None].append(token)
        singles: list[_Pair] = []
        for pair, group in inside.items():
            bounds = (-1, pair[1], False) if pair else (start, stop, reopened)
            singles += _singles(text, group, *bounds)
        kinds = dict.fromkeys((pair[0] for pair in singles), "single")
        was_open, left_open = left_open, ""
        ends: list[int] = []
        for first, end, closed in sorted(doubles + singles, key=lambda pair: (pair[0], -pair[1])):
            while ends and ends[-1] <= first:
                ends.pop()
            kind = kinds.get(first, "double")
            found.append(Quotation(first, end, closed, len(ends), first == start and kind == was_open))
            if not ends:
                left_open = kind if not closed and end == stop else ""
            ends.append(end)
    return found


def mark_states(text: str) -> npt.NDArray[np.uint8]:
    """Give each character's `Mark`, shape [len(text)].

    >>> mark_states("“A ‘b’” c").tolist()
    [1, 2, 2, 4, 4, 4, 3, 0, 0]
    """
    states = np.full(len(text), Mark.OUTSIDE, dtype=np.uint8)
    for q in quotations(text):
        states[q.start : q.end] = Mark.NESTED if q.depth else Mark.INSIDE
        if q.depth == 0:
            states[q.start : q.start + (2 if text[q.start : q.start + 2] in _SAME else 1)] = Mark.OPENING
            if q.closed:
                states[q.end - (2 if text[q.end - 2 : q.end] in _SAME else 1) : q.end] = Mark.CLOSING
    return states
