"""brat stand-off: a .txt and an .ann file for each article, with the configuration that brat needs; and back.

Offsets are characters. A region that runs over a line end is written in several fragments, for brat's files have a line
for each annotation; fragments with nothing but blanks between them are read as one region again, others as two.
`records.jsonl` keeps ids, texts and scores; a folder without it is read as it stands, ids from the file names.

>>> _fragments("No.\\nNever.", 0, 10)
[(0, 3), (4, 10)]
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from ..model.batch.articles import InputError
from ..model.batch.outputs import plain_line
from ..model.batch.text import decode
from ..model.labels import KINDS
from ..model.records import Article
from .regions import PARTS, AnnotationError, Corrected, Link, Part, Region, mark, unmark

RECORDS: Final = "records.jsonl"
LINKS: Final = {"quote": "Continues", "cue": "Cued_by", "speaker": "Said_by", "target": "Toward"}
COLOURS: Final[dict[Part, str]] = {"quote": "#ffd166", "cue": "#cfd6dd", "speaker": "#8fcbf0", "target": "#e3b1cb"}
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+")
# What some reader of lines ends one at (str.splitlines does), brat among them.
ENDS: Final = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# What cannot stand in a note: line ends and other control characters, blanks at its edges, and the escape itself.
UNSAFE: Final = re.compile(r"[\\\x00-\x1f\x7f-\x9f\u2028\u2029]|^\s|\s$")
RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # no file names on Windows


def write(folder: Path, articles: Sequence[Article], stances: Sequence[str]) -> None:
    """Write every article's two files, brat's configuration and the records; raises OSError.

    Raises ValueError where a stance has characters that brat allows in no label.
    """
    for label in stances:
        if not TOKEN.fullmatch(label):
            raise ValueError(f"stance {label!r}: brat allows only letters, digits, - and _ in a label")
    lines = []
    names = file_names(article.id for article in articles)
    for article, name in zip(articles, names, strict=True):
        (folder / f"{name}.txt").write_bytes(shown(article.text).encode())
        (folder / f"{name}.ann").write_bytes(annotations(article, stances).encode())
        lines.append(plain_line({"file": name, **article.to_dict(), "text": article.text}))
    (folder / RECORDS).write_bytes(b"".join(lines))
    (folder / "annotation.conf").write_text(annotation_conf(stances), encoding="utf-8")
    (folder / "visual.conf").write_text(visual_conf(stances), encoding="utf-8")


def file_names(ids: Iterable[str]) -> list[str]:
    """Give every id a file name without suffix, safe on every system and unlike the others in lower case too.

    >>> file_names(["news/1", "News/1", "..", ""])
    ['news_1', 'News_1-2', 'article', 'article-2']
    """
    names: list[str] = []
    taken: set[str] = set()
    for id in ids:
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", id).strip("._-")[:80].rstrip("._-") or "article"
        name = f"article-{name}" if RESERVED.fullmatch(name) else name
        number, free = 1, name
        while free.lower() in taken:
            number += 1
            free = f"{name}-{number}"
        taken.add(free.lower())
        names.append(free)
    return names


def shown(text: str) -> str:
    r"""Give the text as brat is to have it: as long, but with \n as its only line end, which no reader changes.

    >>> shown("One.\r\nTwo.")
    'One. \nTwo.'
    """
    return text.replace("\r\n", " \n").replace("\r", "\n")


def annotations(article: Article, stances: Sequence[str]) -> str:
    """Give an article's quotes as an .ann file."""
    regions, links = mark(article, stances)
    numbers = {region.id: f"T{number}" for number, region in enumerate(regions, 1)}
    parts = {region.id: region.part for region in regions}
    text, lines, chosen, notes = shown(article.text), [], [], []
    for region in regions:
        fragments = _fragments(text, region.start, region.end)
        place = ";".join(f"{start} {end}" for start, end in fragments)
        words = " ".join(text[start:end] for start, end in fragments)
        name = numbers[region.id]
        lines.append(f"{name}\t{region.part.capitalize()} {place}\t{words}")
        chosen += [
            f"{type} {name} {value}" for type, value in (("Kind", region.kind), ("Stance", region.stance)) if value
        ]
        notes += [f"AnnotatorNotes {name}\t{_escaped(region.name)}"] if region.name else []
    lines += [
        f"R{number}\t{LINKS[parts[b]]} Arg1:{numbers[a]} Arg2:{numbers[b]}" for number, (a, b) in enumerate(links, 1)
    ]
    lines += [f"A{number}\t{value}" for number, value in enumerate(chosen, 1)]
    lines += [f"#{number}\t{note}" for number, note in enumerate(notes, 1)]
    return "".join(f"{line}\n" for line in lines)


def annotation_conf(stances: Iterable[str]) -> str:
    """Give brat's annotation.conf: what can be marked, tied and chosen."""
    types = "\n".join(part.capitalize() for part in PARTS)
    relations = "\n".join(f"{link}\tArg1:Quote, Arg2:{part.capitalize()}" for part, link in LINKS.items())
    overlap = "<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>"
    kind, stance = (f"{name}\tArg:Quote, Value:{'|'.join(v)}" for name, v in (("Kind", KINDS), ("Stance", stances)))
    return f"[entities]\n{types}\n\n[relations]\n{relations}\n{overlap}\n\n[events]\n\n[attributes]\n{stance}\n{kind}\n"


def visual_conf(stances: Iterable[str]) -> str:
    """Give brat's visual.conf: colours, and each quote's stance and kind beside it."""
    spans = "\n".join(
        f"{part.capitalize()}\tfgColor:black, bgColor:{colour}, borderColor:darken" for part, colour in COLOURS.items()
    )
    marks = "\n".join(
        f"{name}\tposition:right, glyph:{'|'.join(f'({value})' for value in values)}"
        for name, values in (("Stance", stances), ("Kind", KINDS))
    )
    return f"[labels]\n\n[drawing]\nSPAN_DEFAULT\tfgColor:black\n{spans}\n{marks}\nARC_DEFAULT\tarrowHead:triangle-5\n"


def read(folder: Path) -> Iterator[Corrected | InputError]:
    """Read every .ann file of a folder; one that makes no article comes as an `InputError`. Raises nothing."""
    try:
        records = _records(folder / RECORDS)
    except (OSError, ValueError) as error:
        yield InputError(str(folder / RECORDS), None, None, getattr(error, "strerror", None) or str(error))
        return
    files = sorted(folder.glob("*.ann"))
    if not files:
        yield InputError(str(folder), None, None, "a folder with no .ann file in it; give the one that brat works in")
    for file in files:
        record = records.get(file.stem)
        try:
            text = decode(file.with_suffix(".txt").read_bytes())
            if record:
                if shown(text) != shown(record.text):
                    raise AnnotationError(f"{file.stem}.txt is not the text that was exported; put it back as it was")
                text = record.text
            regions, links = _marked(decode(file.read_bytes()), shown(text))
            yield unmark(record.id if record else file.stem, text, regions, links, record)
        except (OSError, ValueError) as error:
            reason = f"{file.stem}.txt: {error.strerror}" if isinstance(error, OSError) else str(error)
            yield InputError(str(file), None, record.id if record else None, reason)


def _records(path: Path) -> dict[str, Article]:
    """Read the records by file name, none where there is no such file; raises ValueError and OSError."""
    if not path.exists():
        return {}
    try:
        rows = [json.loads(line) for line in decode(path.read_bytes()).split("\n") if line.strip()]
        return {row["file"]: Article.from_dict(row) for row in rows}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not as quoth export wrote it ({error}); put it back as it was") from None


def _marked(ann: str, text: str) -> tuple[list[Region], list[Link]]:
    """Read an .ann file as regions and links; raises AnnotationError that names the line."""
    regions: dict[str, Region] = {}
    links: list[Link] = []
    said: list[tuple[str, str, str]] = []  # id, field, value
    for number, line in enumerate(ann.split("\n"), 1):
        id, _, rest = line.removesuffix("\r").partition("\t")
        data, _, tail = rest.partition("\t")
        try:
            match id[:1]:
                case "T":
                    for region in _regions(id, data, tail, text):
                        links += [(id, region.id)] if region.id != id else []
                        regions[region.id] = region
                case "R":
                    _, one, other = data.split()
                    links.append((one.partition(":")[2], other.partition(":")[2]))
                case "A":
                    field, of, value = data.split()
                    said.append((of, field.lower(), value))
                case "#" if data.startswith("AnnotatorNotes "):
                    said.append((data.split()[1], "name", _unescaped(tail.strip())))
        except AnnotationError as error:
            raise AnnotationError(f"line {number}: {error}") from None
        except ValueError:
            raise AnnotationError(f"line {number}: not as brat writes it: {line[:60]!r}") from None
    for of, field, value in said:
        if of in regions and field in ("kind", "stance", "name"):
            regions[of] = replace(regions[of], **cast(dict[str, Any], {field: value}))
    return list(regions.values()), links


def _regions(id: str, data: str, tail: str, text: str) -> Iterator[Region]:
    """Read a text-bound annotation: one region, or one for each of its parts that something stands between."""
    type, places = data.split(" ", 1)
    part = type.lower()
    if part not in PARTS:
        raise AnnotationError(f"type {type!r} is none of {', '.join(part.capitalize() for part in PARTS)}")
    spans = sorted((int(start), int(end)) for start, end in (place.split() for place in places.split(";")))
    words = " ".join(text[start:end] for start, end in spans)
    if tail and tail.split() != words.split():
        raise AnnotationError(f"{id} holds {tail[:40]!r}, but the text has {words[:40]!r} there; mark it again")
    joined = [spans[0]]
    for start, end in spans[1:]:
        if text[joined[-1][1] : start].strip():
            joined.append((start, end))
        else:
            joined[-1] = (joined[-1][0], end)
    if len(joined) > 1 and part != "quote":
        raise AnnotationError(f"{id}, a {type}, is in {len(joined)} pieces; mark one")
    for number, (start, end) in enumerate(joined):
        yield Region(f"{id}.{number}" if number else id, part, start, end)


def _fragments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a region at its line ends, which belong to none of its fragments."""
    cuts = [match.span() for match in ENDS.finditer(text, start, end)]
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    return [(left, right) for left, right in zip(edges[::2], edges[1::2], strict=True) if left < right]


def _escaped(name: str) -> str:
    return UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", name)


def _unescaped(note: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), note)
