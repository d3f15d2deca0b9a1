"""Records to Label Studio and brat and back: the same records, and a person's corrections as they were made."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from quoth.annotate import brat, label_studio
from quoth.annotate.commands import annotated, export
from quoth.annotate.gold import gold_line
from quoth.annotate.regions import AnnotationError, Corrected, Region, mark, stance_labels, unmark
from quoth.model.batch.articles import InputError
from quoth.model.batch.outputs import json_line, plain_line
from quoth.model.labels import KINDS, STANCES
from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.seeds.corpus import load_authored, load_gold

TEXT = "💬 “No,” said Ali Khan.\r\n“We never\n\nmet 'em \\n there.” He denied it to <b>Bo</b>."
OTHER = Stance("denial", 0.7, {"denial": 0.7, "offer": 0.2, "none": 0.1})


def span(words: str, text: str = TEXT) -> Span:
    return Span.of(text, text.index(words), text.index(words) + len(words))


def mention(words: str, name: str, text: str = TEXT) -> Mention:
    place = span(words, text)
    return Mention(place.start, place.end, place.text, name)


FIRST = Quote(
    "direct",
    (span("“No,”"), span("“We never\n\nmet 'em \\n there.”")),
    span("said"),
    mention("Ali Khan", "Ali Khan"),
    None,
    OTHER,
    0.9,
)
SECOND = Quote(
    "indirect",
    (span("it to"),),
    span("denied"),
    mention("He", "Ali \tKhan"),
    mention("Bo", "Bo \\u0041\u2028 & Co"),
    OTHER,
    0.5,
)
META = {"title": "Never met", "outlet": "Wire"}
ARTICLE = Article("wire/1", (FIRST, SECOND), "quoth-base 0.1.0", TEXT, META)


def through_label_studio(articles: Sequence[Article]) -> list[Corrected | InputError]:
    """Export, let a person submit every prediction as it is, and read what Label Studio exports."""
    with TemporaryDirectory() as folder:
        label_studio.write(Path(folder), articles, stance_labels(articles))
        tasks = json.loads((Path(folder) / "tasks.json").read_text(encoding="utf-8"))
        for number, task in enumerate(tasks):
            prediction = task["predictions"][0]
            task |= {"id": number, "annotations": [{"result": prediction["result"], "was_cancelled": False}]}
        path = Path(folder) / "export.json"
        path.write_text(json.dumps(tasks), encoding="utf-8")
        return list(label_studio.read(path))


def through_brat(articles: Sequence[Article]) -> list[Corrected | InputError]:
    with TemporaryDirectory() as folder:
        brat.write(Path(folder), articles, stance_labels(articles))
        found = {item.article.id if isinstance(item, Corrected) else item.id: item for item in brat.read(Path(folder))}
        return [found[article.id] for article in articles]


WAYS = pytest.mark.parametrize("through", [through_label_studio, through_brat])
Through = Callable[[Sequence[Article]], list[Corrected | InputError]]


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Draw an article of any characters; spans have no blanks at their edges, as extraction gives them."""
    letter = st.one_of(st.sampled_from("aB ”\n\r\t\u2028\x85💬\\u0"), st.characters(exclude_categories=["Cs"]))
    text = draw(st.text(letter, min_size=4, max_size=60))
    solid = [place for place, character in enumerate(text) if not character.isspace()]
    name = st.text(letter, max_size=6)
    score = st.floats(0, 1)
    labels = draw(st.sampled_from([STANCES, ("call", "threat", "none")]))

    def one_span(places: Sequence[int]) -> tuple[int, int]:
        first = draw(st.sampled_from(places))
        return first, draw(st.sampled_from([place for place in places if place >= first])) + 1

    def one_mention() -> Mention | None:
        if draw(st.booleans()):
            return None
        place = Span.of(text, *one_span(solid))
        return Mention(place.start, place.end, place.text, draw(name))

    found: dict[tuple[Span, ...], Quote] = {}
    for _ in range(draw(st.integers(0, 4)) if solid else 0):
        segments: list[Span] = []
        left = solid
        while left and len(segments) < 3 and (not segments or draw(st.booleans())):
            start, end = one_span(left)
            segments.append(Span.of(text, start, end))
            left = [place for place in left if place >= end]
        cue = Span.of(text, *one_span(solid)) if draw(st.booleans()) else None
        stance = Stance(draw(st.sampled_from(labels)), draw(score), {label: draw(score) for label in labels})
        kind = draw(st.sampled_from(KINDS))
        found[tuple(segments)] = Quote(kind, tuple(segments), cue, one_mention(), one_mention(), stance, draw(score))
    quotes = sorted(found.values(), key=lambda quote: [(s.start, s.end) for s in quote.segments])
    meta = draw(st.dictionaries(st.sampled_from(["title", "date"]), st.text(letter)))
    return Article(draw(st.text(st.characters(exclude_categories=["Cs"]))), tuple(quotes), "m 1", text, meta)


class TestRoundTrip:
    @WAYS
    @settings(max_examples=150)
    @given(drawn=st.lists(articles(), min_size=1, max_size=3, unique_by=lambda article: article.id))
    def test_gives_the_same_records(self, through: Through, drawn: list[Article]) -> None:
        back = through(drawn)
        assert back == [Corrected(article) for article in drawn]
        assert [item.article.text for item in back if isinstance(item, Corrected)] == [a.text for a in drawn]

    @WAYS
    def test_of_an_article_with_everything_in_it(self, through: Through) -> None:
        assert through([ARTICLE]) == [Corrected(ARTICLE)]

    @WAYS
    def test_of_our_gold_ends_in_the_same_gold(self, through: Through, tmp_path: Path) -> None:
        gold = load_authored("dev")[:12]
        records = [as_record(article.id, article.text, article.quotes) for article in gold]
        path = tmp_path / "mine.jsonl"
        back = through(records)
        path.write_bytes(b"".join(gold_line(item.article) for item in back if isinstance(item, Corrected)))
        for ours, theirs in zip(load_gold(path), gold, strict=True):
            assert ours.text == theirs.text and ours.has_stance
            assert sorted(map(_content, ours.quotes)) == sorted(map(_content, theirs.quotes))


def as_record(id: str, text: str, quotes: Sequence[Any]) -> Article:
    def named(place: tuple[int, int] | None, name: str | None) -> Mention | None:
        return Mention(*place, text[slice(*place)], name or "") if place else None

    return Article(
        id,
        tuple(
            Quote(
                quote.kind,
                tuple(Span.of(text, *pair) for pair in quote.content),
                Span.of(text, *quote.cue[0]) if quote.cue else None,
                named(quote.source[0] if quote.source else None, quote.speaker_name),
                named(quote.target, quote.target_name),
                Stance(quote.stance, 1.0, {quote.stance: 1.0}),
                1.0,
            )
            for quote in quotes
        ),
        "",
        text,
    )


def _content(quote: Any) -> tuple[Any, ...]:
    parts = (quote.kind, quote.cue[:1], quote.source, quote.stance, str(quote.target), str(quote.speaker_name))
    return (quote.content, *parts, str(quote.target_name))


class TestUnmark:
    def test_a_new_quote_needs_no_kind_no_name_and_no_tidy_edges(self) -> None:
        regions = [Region("a", "quote", 1, 8, stance="threat"), Region("b", "speaker", 12, 21)]
        (quote,) = unmark("x", TEXT, regions, [("b", "a")]).article.quotes
        assert (quote.kind, quote.text, quote.score) == ("direct", "“No,”", 1.0)
        assert quote.stance == Stance("threat", 1.0, {"threat": 1.0})
        assert quote.speaker == Mention(13, 21, "Ali Khan", "")

    def test_only_what_was_changed_loses_its_score(self) -> None:
        regions, links = mark(ARTICLE)
        regions = [replace(r, stance="offer") if r.id == "q1" else r for r in regions if r.id != "q2"]
        links = [link for link in links if "q2" not in link]
        back = unmark("x", TEXT, regions, links, ARTICLE)
        (quote,) = back.article.quotes
        assert quote == replace(ARTICLE.quotes[0], stance=Stance("offer", 1.0, {"offer": 1.0}))
        assert back.untied == 3  # of the quote that is gone

    def test_a_mention_of_two_quotes_is_one_region(self) -> None:
        twice = replace(ARTICLE, quotes=(ARTICLE.quotes[0], replace(ARTICLE.quotes[0], segments=(span("it to"),))))
        regions, _ = mark(twice)
        assert [region.part for region in regions].count("speaker") == 1
        assert unmark("x", TEXT, *mark(twice), twice).article.quotes == twice.quotes

    @pytest.mark.parametrize(
        ("regions", "links", "said"),
        [
            ([Region("a", "quote", 2, 7)], [], "no stance; choose one"),
            ([Region("a", "quote", 2, 7, stance="x", kind="loud")], [], "'loud' is none of direct"),
            (
                [Region("a", "quote", 2, 7, stance="x"), Region("b", "quote", 8, 12, stance="y")],
                [("a", "b")],
                "x and y",
            ),
            ([Region("a", "quote", 2, 7, stance="x"), Region("b", "quote", 4, 12)], [("b", "a")], "overlap"),
            ([Region("a", "quote", 0, 99999, stance="x")], [], "outside the text"),
            ([Region("a", "quote", 1, 2, stance="x")], [], "nothing but blanks"),
            ([Region("a", "quote", 2, 7, stance="x")], [("a", "z")], "'z', which is not there"),
            (
                [Region("a", "quote", 2, 7, stance="x"), Region("b", "cue", 8, 12), Region("c", "cue", 13, 16)],
                [("a", "b"), ("a", "c")],
                "2 regions as its cue",
            ),
        ],
    )
    def test_what_makes_no_record_is_told(self, regions: list[Region], links: list[tuple[str, str]], said: str) -> None:
        with pytest.raises(AnnotationError, match=said):
            unmark("x", TEXT, regions, links)


class TestLabelStudio:
    def test_offsets_are_code_points_and_old_ones_are_recognised(self, tmp_path: Path) -> None:
        task = label_studio.task(ARTICLE, STANCES)
        regions = [item["value"] for item in task["predictions"][0]["result"] if item["type"] == "labels"]
        assert all(TEXT[value["start"] : value["end"]] == value["text"] for value in regions)
        result = task["predictions"][0]["result"]
        for item in result:
            if "value" in item:  # one more for the emoji before it
                item["value"]["start"] += 1
                item["value"]["end"] += 1
            if item["type"] == "labels":  # and as the editor writes it
                item["value"]["text"] = item["value"]["text"].replace("\n", "\\n")
        path = tmp_path / "export.json"
        path.write_text(json.dumps([task | {"annotations": [{"result": result}]}]))
        assert list(label_studio.read(path)) == [Corrected(ARTICLE)]
        result[0]["value"]["text"] = "elsewhere"
        path.write_text(json.dumps([task | {"annotations": [{"result": result}]}]))
        (error,) = label_studio.read(path)
        assert isinstance(error, InputError) and error.id == "wire/1" and "something else there" in error.reason

    def test_the_interface_has_every_control_that_tasks_fill(self) -> None:
        view = ElementTree.fromstring(label_studio.interface(("a<b", 'say "x"', "none")))
        controls = {control.get("name") for control in view}
        result = label_studio.task(ARTICLE, STANCES)["predictions"][0]["result"]
        assert {item["from_name"] for item in result if "from_name" in item} <= controls
        stance = view.find("Choices[@name='stance']")
        assert stance is not None and [c.get("value") for c in stance] == ["a<b", 'say "x"', "none"]

    def test_label_studio_itself_takes_what_we_write(self) -> None:
        sdk = pytest.importorskip(
            "label_studio_sdk.label_interface", reason="needs pip install label-studio-sdk (500 MB)"
        )
        interface = sdk.LabelInterface(label_studio.interface(STANCES))
        interface.validate()
        for article in (ARTICLE, *(replace(ARTICLE, quotes=(quote,)) for quote in ARTICLE.quotes)):
            task = label_studio.task(article, STANCES)
            (prediction,) = task.pop("predictions")
            assert interface.validate_task(task)
            assert interface.validate_prediction(prediction, return_errors=True) == []

    def test_takes_the_annotation_that_counts_and_predictions_only_when_asked(self, tmp_path: Path) -> None:
        task = label_studio.task(ARTICLE, STANCES)
        whole = task["predictions"][0]["result"]
        path = tmp_path / "export.json"

        def quotes(annotations: list[dict[str, Any]], predictions: bool = False) -> list[int]:
            path.write_text(json.dumps([task | {"annotations": annotations}]))
            found = list(label_studio.read(path, predictions))
            return [len(item.article.quotes) for item in found if isinstance(item, Corrected)]

        empty = {"result": [], "updated_at": "2026-02-01"}
        full = {"result": whole, "updated_at": "2026-01-01"}
        assert quotes([full, empty]) == [0] and quotes([full | {"ground_truth": True}, empty]) == [2]
        assert quotes([full, empty | {"was_cancelled": True}]) == [2]
        assert quotes([]) == quotes([full | {"was_cancelled": True}], predictions=True) == []
        assert quotes([], predictions=True) == [2]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("{}", "no list of tasks"),
            ("[", "Expecting value"),
            ('[{"text": "x"}]', "'data'"),
            ('[{"data": {"id": "a", "text": "x"}, "part": []}]', "JSON-MIN"),
            ('[{"data": {"id": "a", "text": "x"}, "annotations": [{"result": [{"type": "labels"}]}]}]', "'value'"),
            ('[{"data": {"id": 3, "text": "x"}, "annotations": []}]', "`data.id` is no string"),
        ],
    )
    def test_what_is_no_export_is_told(self, tmp_path: Path, content: str, said: str) -> None:
        path = tmp_path / "export.json"
        path.write_text(content)
        (error,) = label_studio.read(path)
        assert isinstance(error, InputError) and said in error.reason


class TestBrat:
    def test_files_are_as_brat_reads_them(self, tmp_path: Path) -> None:
        brat.write(tmp_path, [ARTICLE], STANCES)
        text = (tmp_path / "wire_1.txt").read_bytes().decode()
        assert len(text) == len(TEXT) and "\r" not in text
        lines = (tmp_path / "wire_1.ann").read_text(encoding="utf-8").splitlines()  # so brat splits them
        for line in lines:
            id, data, *tail = line.split("\t", 2)
            if id.startswith("T"):
                places = [tuple(map(int, place.split())) for place in data.split(" ", 1)[1].split(";")]
                assert " ".join(text[start:end] for start, end in places) == tail[0]
        assert "T2\tQuote 24 33;35 53\t“We never met 'em \\n there.”" in lines
        assert {"R1\tContinues Arg1:T1 Arg2:T2", "A1\tKind T1 direct", "A2\tStance T1 denial"} <= {*lines}
        conf = (tmp_path / "annotation.conf").read_text()
        assert "Stance\tArg:Quote, Value:rejection|denial|assurance|offer|none" in conf

    def test_a_quote_in_pieces_is_segments_and_a_folder_without_records_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("“No,” he said. “Never.”\n")
        ann = "T1\tQuote 0 5;15 23\t“No,” “Never.”\nA1\tStance T1 call\n"
        ann += "T2\tSpeaker 6 8\the\nR1\tSaid_by Arg1:T1 Arg2:T2\n"
        (tmp_path / "mine.ann").write_text(ann + "#1\tAnnotatorNotes T2\tAli Khan\n#2\tAnnotatorNotes T1\tfunny\n")
        (back,) = brat.read(tmp_path)
        assert isinstance(back, Corrected) and back.article.id == "mine"
        (quote,) = back.article.quotes
        assert [segment.text for segment in quote.segments] == ["“No,”", "“Never.”"]
        assert quote.kind == "direct" and quote.speaker == Mention(6, 8, "he", "Ali Khan")

    @pytest.mark.parametrize(
        ("ann", "said"),
        [
            ("T1\tQuote 0 x\t“No,”", "line 1: not as brat writes it"),
            ("T1\tQuote 0 5\t“Yes”", "line 1: T1 holds '“Yes”', but the text has '“No,”'"),
            ("T1\tPerson 0 5\t“No,”", "'Person' is none of Quote, Cue"),
            ("T1\tCue 0 5;15 23\t“No,” “Never.”", "in 2 pieces"),
            ("T1\tQuote 0 5\t“No,”\nR1\tSaid_by Arg1:T1 Arg2:T9", "'T9', which is not there"),
        ],
    )
    def test_what_makes_no_article_is_told(self, tmp_path: Path, ann: str, said: str) -> None:
        (tmp_path / "mine.txt").write_text("“No,” he said. “Never.”\n")
        (tmp_path / "mine.ann").write_text(ann)
        (error,) = brat.read(tmp_path)
        assert isinstance(error, InputError) and said in error.reason

    def test_a_changed_text_is_refused(self, tmp_path: Path) -> None:
        brat.write(tmp_path, [ARTICLE], STANCES)
        (tmp_path / "wire_1.txt").write_text("Another text.")
        (error,) = brat.read(tmp_path)
        assert isinstance(error, InputError) and "not the text that was exported" in error.reason

    @settings(max_examples=200)
    @given(
        ids=st.lists(st.one_of(st.text(max_size=300), st.sampled_from(["a/b", "A/B", "..", "a_b-2", "con", "NUL.x"])))
    )
    def test_file_names_are_safe_and_differ(self, ids: list[str]) -> None:
        names = brat.file_names(ids)
        assert len({name.lower() for name in names}) == len(ids)
        for name in names:
            assert len(name) < 100 and brat.TOKEN.fullmatch(name.replace(".", "")) and not name.startswith(".")
            assert not name.endswith(".") and not brat.RESERVED.fullmatch(name)


app = typer.Typer()
app.command()(export)
app.command()(annotated)
run = CliRunner()


class TestCommands:
    @pytest.mark.parametrize("tool", ["label-studio", "brat"])
    def test_export_then_back_to_gold_with_labels_of_ones_own(self, tmp_path: Path, tool: str) -> None:
        quotes, out, mine = tmp_path / "quotes.jsonl", tmp_path / "out", tmp_path / "mine.jsonl"
        quotes.write_bytes(json_line(ARTICLE))
        rows = tmp_path / "news.jsonl"
        rows.write_text(json.dumps({"id": "wire/1", "text": TEXT}))
        call = ["export", str(quotes), "--articles", str(rows), "--to", tool, "-o", str(out)]
        done = run.invoke(app, [*call, "--stances", "denial,threat,none"])
        assert done.exit_code == 0 and "1 articles, 2 quotes; stances denial, threat, none" in done.output
        assert run.invoke(app, call).exit_code == 2  # it is there
        source = out
        if tool == "label-studio":
            tasks = json.loads((out / "tasks.json").read_text())
            source = tmp_path / "export.json"
            source.write_text(json.dumps([task | {"annotations": task["predictions"]} for task in tasks]))
        done = run.invoke(app, ["annotated", str(source), "-o", str(mine)])
        assert done.exit_code == 0 and "1 articles, 2 quotes (2 denial)" in done.output
        (gold,) = load_gold(mine, stances=("denial", "threat", "none"))
        assert gold.title == "Never met" and [q.speaker_name for q in gold.quotes] == ["Ali Khan", "Ali \tKhan"]

    def test_a_stance_outside_the_new_labels_is_left_open_and_named_on_the_way_back(self, tmp_path: Path) -> None:
        quotes, out, mine = tmp_path / "quotes.jsonl", tmp_path / "out", tmp_path / "mine.jsonl"
        quotes.write_bytes(
            plain_line(ARTICLE.to_dict() | {"text": TEXT}) + b'{"id": "b", "quotes": [], "model": ""}\n{}\n'
        )
        done = run.invoke(app, ["export", str(quotes), "--to", "brat", "-o", str(out), "--stances", "threat,none"])
        assert done.exit_code == 1 and "article 'b': no text" in done.output and "quotes.jsonl:3" in done.output
        done = run.invoke(app, ["annotated", str(out), "-o", str(mine)])
        assert done.exit_code == 1 and "has no stance; choose one" in done.output and not mine.exists()

    def test_labels_that_brat_cannot_hold_are_refused(self, tmp_path: Path) -> None:
        quotes = tmp_path / "quotes.jsonl"
        quotes.write_bytes(plain_line(ARTICLE.to_dict() | {"text": TEXT}))
        call = ["export", str(quotes), "--to", "brat", "-o", str(tmp_path / "out"), "--stances"]
        done = run.invoke(app, [*call, "call to action,none"])
        assert done.exit_code == 2 and "allows only letters" in done.output
        assert run.invoke(app, [*call, "a,,b"]).exit_code == 2
