"""The seed corpus: what is shipped keeps to the codebook, and loading says clearly what is wrong with what is not."""

import hashlib
import json
import os
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from quoth.model.labels import STANCES
from quoth.seeds.corpus import (
    SEEDS,
    STANCE_SCORES,
    CorpusError,
    GoldArticle,
    GoldQuote,
    load_authored,
    load_gold,
    load_labels,
    load_polnear,
    load_scores,
)
from quoth.seeds.validate import AUTHORED, POLNEAR, main, overlapping_ids, validate

ROOT = Path(__file__).parents[1]
POLNEAR_HOME = Path(os.environ.get("QUOTH_POLNEAR", ROOT / "../shared/data/polnear"))
needs_polnear = pytest.mark.skipif(
    not (POLNEAR_HOME / "train.jsonl").is_file(),
    reason=f"no PolNeAR at {POLNEAR_HOME}; set QUOTH_POLNEAR to its folder",
)

TEXT = "“No,” Ann Lee told Bo. She left. "


def quote(**fields: Any) -> dict[str, Any]:
    """Give a quote of TEXT that breaks no rule, as the files write it."""
    spans = {"content": [[0, 5]], "cue": [[14, 18]], "source": [6, 13], "target": [19, 21]}
    labels = {"speaker_name": "Ann Lee", "stance": "rejection", "target_name": "Bo"}
    return {"id": "q1", "kind": "direct", **spans, **labels, **fields}


def article(*quotes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Give an authored article, as the files write it."""
    return {"id": "x01", "title": "No", "style": "brief", "text": TEXT, "quotes": list(quotes), **fields}


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def gold(*quotes: GoldQuote, **fields: Any) -> GoldArticle:
    return replace(GoldArticle("x01", TEXT, quotes, has_stance=True, source="authored"), **fields)


GOOD = GoldQuote(
    id="q1",
    kind="direct",
    content=((0, 5),),
    cue=((14, 18),),
    source=((6, 13),),
    speaker_name="Ann Lee",
    stance="rejection",
    target=(19, 21),
    target_name="Bo",
)


class TestShipped:
    @pytest.mark.parametrize("name", AUTHORED)
    def test_articles_keep_to_the_codebook(self, name: str) -> None:
        articles = load_authored(name)
        assert articles
        assert all(article.has_stance and article.source == "authored" for article in articles)
        assert validate(articles) == []

    @pytest.mark.parametrize("name", POLNEAR)
    def test_labels_on_polnear_hold_no_text_but_names(self, name: str) -> None:
        path = SEEDS / f"polnear-{name}.jsonl"
        names = {f"{role}_{field}" for role in ("speaker", "target") for field in ("name", "aliases")}
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            assert record.keys() == {"id", "sha256", "quotes"}
            for label in record["quotes"]:
                assert label.keys() <= {"id", "stance", "target"} | names
                words = " ".join(str(label.get(field)) for field in ("speaker_name", "target_name")).split()
                assert len(words) <= 40  # "a 2014 study by …" is long, but no sentence

    def test_no_article_is_in_two_splits(self) -> None:
        assert overlapping_ids({name: load_authored(name) for name in AUTHORED}) == []
        train, dev = ({record.id for record in load_labels(SEEDS / f"polnear-{name}.jsonl")} for name in POLNEAR)
        assert not train & dev

    def test_splits_share_no_eight_words_in_a_row(self) -> None:
        def runs(name: str) -> set[tuple[str, ...]]:
            words = (re.findall(r"\w+", article.text.casefold()) for article in load_authored(name))
            return {tuple(article[i : i + 8]) for article in words for i in range(len(article) - 7)}

        assert not any(one & other for one, other in combinations(map(runs, AUTHORED), 2))

    def test_tehran_texts_are_the_annotated_ones(self) -> None:
        annotated = {article.id: article.text for article in load_authored("tehran")}
        files = {path.stem: path.read_bytes().decode() for path in (SEEDS / "tehran").glob("*.txt")}
        assert files == annotated

    def test_tehran_has_every_kind_and_stance(self) -> None:
        quotes = [quote for article in load_authored("tehran") for quote in article.quotes]
        assert {quote.stance for quote in quotes} == set(STANCES)
        assert {quote.kind for quote in quotes} == {"direct", "mixed", "indirect"}
        assert any(len(quote.content) > 1 for quote in quotes)

    def test_data_card_has_the_counts_and_an_example_from_the_files(self, capsys: pytest.CaptureFixture[str]) -> None:
        card = (SEEDS / "README.md").read_text(encoding="utf-8")
        assert main([]) == 0
        table, _, verdict = capsys.readouterr().out.rstrip("\n").rpartition("\n")
        assert verdict == "ok"
        assert table in card
        examples = re.findall(r'^\{"id": "[qa]\d+".*', card, re.MULTILINE)
        shipped = "".join(path.read_text(encoding="utf-8") for path in SEEDS.glob("*.jsonl"))
        assert len(examples) == 2
        assert all(example in shipped for example in examples)


@needs_polnear
class TestJoinedWithPolNeAR:
    @pytest.mark.parametrize(("split", "size", "labelled"), [("train", 840, 840), ("dev", 84, 84)])
    def test_every_article_comes_and_the_labelled_ones_keep_to_the_codebook(
        self, split: str, size: int, labelled: int
    ) -> None:
        articles = load_polnear(POLNEAR_HOME, split)
        assert len(articles) == size
        assert sum(article.has_stance for article in articles) == labelled
        assert {article.source for article in articles} == {"polnear"}
        assert all(quote.stance is None for article in articles if not article.has_stance for quote in article.quotes)
        assert validate(articles) == []

    def test_command_checks_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--polnear", str(POLNEAR_HOME)]) == 0
        rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
        card = (SEEDS / "README.md").read_text(encoding="utf-8")
        assert rows and all(row in card for row in rows)


class TestLoading:
    def test_reads_what_is_there(self, tmp_path: Path) -> None:
        assert load_gold(write(tmp_path / "a.jsonl", article(quote()))) == [gold(GOOD, title="No")]

    def test_reads_spans_flat_nested_or_absent(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.jsonl", article(quote(source=[[6, 9], [10, 13]], cue=[], target=None)))
        loaded = load_gold(path)[0].quotes[0]
        assert (loaded.source, loaded.cue, loaded.target) == (((6, 9), (10, 13)), (), None)

    def test_keeps_aliases(self, tmp_path: Path) -> None:
        record = article(quote(speaker_aliases=["Lee"], target_aliases=["Bo", "him"]), title="")
        loaded = load_gold(write(tmp_path / "a.jsonl", record))[0]
        assert loaded.source == "other"
        assert loaded.quotes[0].speaker_aliases == ("Lee",)
        assert loaded.quotes[0].target_aliases == ("Bo", "him")

    def test_accepts_another_set_of_stances(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.jsonl", article(quote(stance="threat")))
        articles = load_gold(path, stances=("threat", "none"))
        assert articles[0].quotes[0].stance == "threat"
        assert validate(articles, stances=("threat", "none")) == []

    @pytest.mark.parametrize(
        ("record", "message"),
        [
            (
                article(quote(stance="refusal")),
                "article 'x01', quote 'q1', field 'stance': 'refusal' is none of rejection,",
            ),
            (article(quote(kind="tweet")), "field 'kind': 'tweet' is none of direct"),
            (article(quote(content=[])), "field 'content': empty"),
            (article(quote(cue=[14, 99])), r"field 'cue': \[14, 99\] is blank or outside the text of 33 characters"),
            (article(quote(cue=[13, 14])), r"field 'cue': \[13, 14\] is blank"),
            (article(quote(cue=["14", "18"])), "field 'cue': .* whole numbers"),
            (article(quote(source=6)), r"field 'source': 6 is no \[start, end\]"),
            (article(quote(target=[[0, 1], [2, 3]])), "field 'target': more than one span"),
            (article(quote(target_name="")), "field 'target_name': ''"),
            (article(quote(speaker_aliases="Lee")), "field 'speaker_aliases': 'Lee' is no list"),
            (article(quote(), quote()), "quote id 'q1' occurs 2 times"),
            (article(text=""), "field 'text': '' is no string with something in it"),
            ({"id": "x01", "text": TEXT}, "an article has `quotes` or `attributions`"),
            ({"id": "x01", "sha256": "00", "quotes": []}, "field 'text': is missing.* load_polnear joins"),
        ],
    )
    def test_names_file_line_and_field(self, tmp_path: Path, record: dict[str, Any], message: str) -> None:
        path = write(tmp_path / "bad.jsonl", article(quote(), id="x00"), record)
        with pytest.raises(CorpusError, match=rf"bad\.jsonl, line 2: .*{message}"):
            load_gold(path)

    @pytest.mark.parametrize(("line", "message"), [("{", "not JSON"), ("[]", "not a JSON object")])
    def test_wants_an_object_a_line(self, tmp_path: Path, line: str, message: str) -> None:
        path = tmp_path / "bad.jsonl"
        path.write_text(f"\n{line}\n", encoding="utf-8")
        with pytest.raises(CorpusError, match=f"line 2: {message}.*write one article a line"):
            load_gold(path)

    def test_wants_utf8(self, tmp_path: Path) -> None:
        path = tmp_path / "latin.jsonl"
        path.write_bytes(b'{"id": "\xe9"}\n')
        with pytest.raises(CorpusError, match="not UTF-8"):
            load_gold(path)

    def test_reads_scores_by_article_and_quote(self, tmp_path: Path) -> None:
        path = write(tmp_path / "scores.jsonl", {"id": "a1", "scores": {"q1": [0, 0.25, 0, 0, 0.75]}})
        assert load_scores(path) == {"a1": {"q1": (0, 0.25, 0, 0, 0.75)}}

    @pytest.mark.parametrize("values", [None, [0.5, 0.5], [0, 0, 0, 0, "1"], [0, 0, 0, 0, 1.5], [0, 0, 0, 0, True]])
    def test_refuses_scores_that_are_none(self, tmp_path: Path, values: Any) -> None:
        path = write(tmp_path / "scores.jsonl", {"id": "a1", "scores": {"q7": values}})
        with pytest.raises(CorpusError, match=r"scores.jsonl, line 1: article 'a1', quote 'q7': not 5 numbers"):
            load_scores(path)

    def test_shipped_scores_are_of_training_quotes(self) -> None:
        known = {article.id: {quote.id for quote in article.quotes} for article in load_authored("train")}
        known |= {record.id: {*record.labels} for record in load_labels(SEEDS / "polnear-train.jsonl")}
        for line in STANCE_SCORES.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            assert {*record["scores"]} <= known[record["id"]]
            assert all(sum(values) == pytest.approx(1, abs=0.01) for values in record["scores"].values())

    def test_names_the_shipped_splits_where_a_file_is_missing(self) -> None:
        with pytest.raises(CorpusError, match=r"tset: no such file; .* one of dev, tehran, test, train"):
            load_authored("tset")

    def test_refuses_an_id_that_occurs_twice(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match="article id 'x01' occurs 2 times"):
            load_gold(write(tmp_path / "a.jsonl", article(), article()))


class TestJoin:
    """`load_polnear` on a corpus of two articles, one of them labelled."""

    @pytest.fixture
    def corpus_dir(self, tmp_path: Path) -> Path:
        spans = {"id": "a1", "kind": "direct", "content": [[0, 6]], "cue": [[14, 19]], "source": [[6, 13]]}
        for name in ("labelled", "plain"):
            write(tmp_path / f"{name}.jsonl", {"id": name, "text": TEXT, "attributions": [spans]})
        (tmp_path / "dev.jsonl").write_text(
            (tmp_path / "labelled.jsonl").read_text() + (tmp_path / "plain.jsonl").read_text(), encoding="utf-8"
        )
        return tmp_path

    @staticmethod
    def labels(directory: Path, text: str = TEXT, **fields: Any) -> Path:
        label = {"id": "a1", "speaker_name": None, "stance": "rejection", "target": [19, 21], "target_name": "Bo"}
        digest = hashlib.sha256(text.encode()).hexdigest()
        record = {"id": "labelled", "sha256": digest, "quotes": [label], **fields}
        return write(directory / "labels.jsonl", record)

    def test_labels_meet_their_articles_and_the_others_stay_unlabelled(self, corpus_dir: Path) -> None:
        labelled, plain = load_polnear(corpus_dir, "dev", self.labels(corpus_dir))
        assert labelled.has_stance
        assert labelled.quotes == (replace(GOOD, id="a1", speaker_name=None),)  # and blanks at edges are gone
        assert not plain.has_stance
        assert (plain.quotes[0].stance, plain.quotes[0].target) == (None, None)

    def test_another_text_is_refused(self, corpus_dir: Path) -> None:
        with pytest.raises(CorpusError, match=r"dev\.jsonl: article 'labelled', field 'text': its sha256 .* unchanged"):
            load_polnear(corpus_dir, "dev", self.labels(corpus_dir, text="Something else."))

    def test_other_attributions_are_refused(self, corpus_dir: Path) -> None:
        with pytest.raises(CorpusError, match="article 'labelled', field 'attributions': 'a1'"):
            load_polnear(corpus_dir, "dev", self.labels(corpus_dir, quotes=[]))

    def test_a_part_of_the_split_is_refused(self, corpus_dir: Path) -> None:
        with pytest.raises(CorpusError, match="1 labelled articles are not in it, 'gone' for one"):
            load_polnear(corpus_dir, "dev", self.labels(corpus_dir, id="gone"))

    def test_a_missing_corpus_is_named_with_the_remedy(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match=r"train\.jsonl: no such file; .*load_polnear\(Path\(\"…\"\), 'train'\)"):
            load_polnear(tmp_path, "train")


class TestValidate:
    def test_finds_nothing_wrong_with_what_is_right(self) -> None:
        assert validate([gold(GOOD)]) == []
        assert validate([gold(replace(GOOD, target=None, target_name=None))]) == []  # the article may name nobody

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"content": ()}, "content: has no segment"),
            ({"content": ((5, 5),)}, "content: [5, 5] is empty"),
            ({"content": ((0, 99),)}, "content: [0, 99] is empty or outside"),
            ({"content": ((0, 6),)}, "content: [0, 6] has a blank at its edge"),
            ({"content": ((6, 13), (0, 5))}, "content: the spans overlap or are not in reading order"),
            ({"source": ((-7, -1),)}, "source: [-7, -1] is empty or outside"),
            ({"target": (18, 21)}, "target: [18, 21] has a blank"),
            ({"kind": "tweet"}, "kind: 'tweet' is none of"),
            ({"stance": None}, "target: only a quote with a stance"),
            ({"stance": "none"}, "target: only a quote with a stance"),
            ({"stance": "refusal"}, "stance: 'refusal' is none of"),
            ({"target": None}, "target_name: 'Bo', but no mention"),
            ({"speaker_name": ""}, "speaker_name: '' is empty"),
            ({"target_aliases": ("Bo ",)}, "target_aliases: 'Bo ' is empty or has a blank"),
        ],
    )
    def test_names_article_quote_and_field(self, fields: dict[str, Any], problem: str) -> None:
        problems = validate([gold(replace(GOOD, **fields))])
        assert any(line.startswith(f"x01: q1, {problem}") for line in problems), problems

    def test_finds_ids_used_twice(self) -> None:
        assert "x01: the article's id is there more than once" in validate([gold(), gold()])
        assert "x01: q1: the quote's id is there more than once" in validate([gold(GOOD, GOOD)])

    def test_finds_stance_where_none_was_annotated(self) -> None:
        assert validate([gold(GOOD, has_stance=False)])[0].startswith("x01: q1, stance: 'rejection' in an article")

    def test_finds_overlap_by_id_and_by_text(self) -> None:
        splits = {"train": [gold()], "dev": [gold(text="Another.")], "test": [gold(id="x02")]}
        assert overlapping_ids(splits) == [
            "train and dev: both have an article 'x01'",
            "train and test: 'x01' and 'x02' have the same text",
        ]

    def test_command_prints_problems_and_fails(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--polnear", str(tmp_path)]) == 1
        assert "train.jsonl: no such file" in capsys.readouterr().err
        monkeypatch.setattr("quoth.seeds.validate.load_authored", lambda _: [gold(replace(GOOD, target=None))])
        assert main([]) == 1
        assert "train, x01: q1, target_name: 'Bo', but no mention" in capsys.readouterr().out
