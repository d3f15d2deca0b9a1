"""The scanner of quotation marks: hard typography in sentences of our own, and what holds for any string."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.model.quotation import MARK_STATES, Mark, mark_states, quotations

CASES = [
    # plain pairs
    ("“We go,” he said. “Now.”", ["“We go,”", "“Now.”"]),
    ('"We go," he said. "Now."', ['"We go,"', '"Now."']),
    ("„Wir gehen“, he wrote.", ["„Wir gehen“"]),
    ("„Idziemy”, he wrote.", ["„Idziemy”"]),
    ("He said «we go» and « we stay ».", ["«we go»", "« we stay »"]),
    ("He said »we go« twice.", ["»we go«"]),
    ("``We go,'' he said.", ["``We go,''"]),
    ("''We go,'' he said.", ["''We go,''"]),
    ("''He said 'never,''' she wrote. ''Ever.''", ["''He said 'never,'''", "'never,'", "''Ever.''"]),
    ("‘‘We go,’’ he said.", ["‘‘We go,’’"]),
    # British single marks, apostrophes and possessives inside
    ("‘I don’t know the ministers’ plan,’ she said.", ["‘I don’t know the ministers’ plan,’"]),
    ("'I don't know the workers' pay,' she said.", ["'I don't know the workers' pay,'"]),
    ("He called it ‘a bit rich’.", ["‘a bit rich’"]),
    ("The 'heroes' of the workers' union left.", ["'heroes'"]),
    ("'We took 'em to 'ospital,' she said.", ["'We took 'em to 'ospital,'"]),
    ("He called it 'mad' and the teachers' plan 'bad'.", ["'mad'", "'bad'"]),
    ("‘Wind’s blowin’. It comes Friday, my word,’ he said.", ["‘Wind’s blowin’. It comes Friday, my word,’"]),
    ("‘We met in the ’90s,’ he said.", ["‘We met in the ’90s,’"]),
    # apostrophes alone
    ("The workers’ pay and the ministers’ plan don’t match.", []),
    ("’Tis the season of rock ’n’ roll, in the ’90s.", []),
    ("'Tis the season of rock 'n' roll, in the '90s, the boys' best.", []),
    ("She took ‘em home in the ‘90s.", []),
    ('The council doesn"t need anyone"s permission.', []),
    ('It was the owners" decision.', []),
    # inches, feet, seconds
    ("He is 6'2\" and ran it in 5'30\" flat, on a 17' boat.", []),
    ('"It is 2" by 6" like any plank," he said.', ['"It is 2" by 6" like any plank,"']),
    ('"The mark runs into the 37"," he said.', ['"The mark runs into the 37","']),
    ('"I sold it at 40" he said, then "at 30".', ['"I sold it at 40"', '"at 30"']),
    # nested
    ("“He told me ‘never’ and left,” she said.", ["“He told me ‘never’ and left,”", "‘never’"]),
    ("‘She is “the Butcher” to us,’ he said.", ["‘She is “the Butcher” to us,’", "“the Butcher”"]),
    ('"My song "Roof" is mine," he said.', ['"My song "Roof" is mine,"', '"Roof"']),
    ("“She said ‘no.’”", ["“She said ‘no.’”", "‘no.’"]),
    # mixed, reversed, spaced
    ('“We go," he said.', ['“We go,"']),
    ('"We go,” he said.', ['"We go,”']),
    ("He said ”we go ” and left.", ["”we go ”"]),
    ("He said “we go“ and left.", ["“we go“"]),
    ('" We go " he said. " We stay "', ['" We go "', '" We stay "']),
    ('"We go, "he said.', ['"We go, "']),
    ('He said," We go there," and left.', ['" We go there,"']),
    # missing marks
    ("We go,” he said.", []),
    ('We go," he said. "Now."', ['"Now."']),
    ("“We go.\nThey stay.", ["“We go."]),
    ("“We go, she said. “We stay.”", ["“We go, she said.", "“We stay.”"]),
    ("PETRAK: “Who pays? HAINES: “They do.", ["“Who pays?", "“They do."]),
    ('PETRAK: "Who pays?\nHAINES: "They do.', ['"Who pays?', '"They do.']),
    ('"Dr. Roe called it “a trap” and left it.\n\nHe went.', ['"Dr. Roe called it “a trap” and left it.', "“a trap”"]),
    ('"Go." - Ann Lee\n"Stay." - Bob Roe', ['"Go."', '"Stay."']),
    ("A mark at the end “", []),
    # hard wraps
    ("Intro line.\n\n“We go to the\nmarket and back,” he\nsaid.", ["“We go to the\nmarket and back,”"]),
    ('Intro line.\r\n\r\n"We asked\r\nMinister Roe," he said.', ['"We asked\r\nMinister Roe,"']),
    ('Intro line.\n\nROE: "We go\nLEE: "We stay', ['"We go', '"We stay']),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_quoted(text: str, expected: list[str]) -> None:
    assert [text[q.start : q.end] for q in quotations(text)] == expected


@pytest.mark.parametrize(("opening", "closing"), ["“”", "‘’", '""', "''", "«»"])
def test_a_quote_over_paragraphs(opening: str, closing: str) -> None:
    text = f"{opening}One.\n\n{opening}Two.\n\n{opening}Three,{closing} he said. {opening}Four.{closing}"
    found = quotations(text)
    assert [q.closed for q in found] == [False, False, True, True]
    assert [q.continues for q in found] == [False, True, True, False]
    assert {q.depth for q in found} == {0}


def test_a_closed_quotation_does_not_continue() -> None:
    assert not any(q.continues for q in quotations("“One.”\n\n“Two.”\n\nRoe: “Three.\n\nLee: “Four."))


def test_states() -> None:
    text = "“A ‘b’” ``c''"
    names = {Mark.OUTSIDE: ".", Mark.OPENING: "<", Mark.INSIDE: "_", Mark.CLOSING: ">", Mark.NESTED: "n"}
    assert "".join(names[Mark(s)] for s in mark_states(text)) == "<__nnn>.<<_>>"
    assert mark_states("").shape == (0,)


texts = st.one_of(
    st.text(),
    st.text(alphabet="ab S5.,:…—()\n\r\u2028" + "\"“”„«»‘’'`＂"),
    st.lists(
        st.sampled_from(['"', "“", "”", "‘", "'", "’", "''", "``", " ", "word", "s", ". ", ", ", "\n", "\n\n"])
    ).map("".join),
)


@given(texts)
def test_spans_hold_for_any_string(text: str) -> None:
    found = quotations(text)
    open_ends: list[int] = []
    for before, q in zip([None, *found], found, strict=False):
        assert before is None or before.start < q.start
        assert 0 <= q.start < q.end <= len(text)
        assert not text[q.start : q.end][-1].isspace()
        assert not q.closed or q.end - q.start >= 2
        while open_ends and open_ends[-1] <= q.start:
            open_ends.pop()
        assert not open_ends or q.end <= open_ends[-1], "nested or disjoint"
        assert q.depth == len(open_ends)
        open_ends.append(q.end)


@given(texts)
def test_states_agree_with_spans(text: str) -> None:
    states = mark_states(text)
    assert states.shape == (len(text),) and states.dtype == "uint8" and (states < MARK_STATES).all()
    inside = {i for q in quotations(text) for i in range(q.start, q.end)}
    assert {i for i, state in enumerate(states) if state != Mark.OUTSIDE} == inside
    for q in quotations(text):
        if q.depth == 0:
            assert states[q.end - 1] == Mark.CLOSING or not q.closed
            assert states[q.start] == Mark.OPENING


@pytest.mark.parametrize(
    "piece",
    [
        '"We go," he said. ',
        "“We go ",
        "'we ",
        "the workers' pay ",
        "‘a s’ ",
        '5" ',
        '"s" ',
        "« “ ",
        "word ",
        "«a “b “c" * 2,
    ],
)
@pytest.mark.parametrize("newline", ["", "\n"])
def test_linear_time(piece: str, newline: str) -> None:
    text = "Intro.\n\n" + (piece + newline) * (200_000 // len(piece))
    began = time.perf_counter()
    quotations(text)
    assert time.perf_counter() - began < 4
