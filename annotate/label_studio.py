"""Label Studio: tasks with pre-annotations and the labeling interface that shows them; and its JSON export back.

Offsets are code points, as Label Studio's editor counts (`[...text]` in its domManager.ts; HumanSignal/label-studio,
pull 1559). Before that change it counted UTF-16 code units (issue 1347), which a region's own text gives away.
A task keeps the model's record in its data, which Label Studio hands back untouched, for the scores.

>>> "<Choice value=\\"threat\\" />" in interface(("threat", "none"))
True
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from ..model.batch.articles import InputError
from ..model.batch.text import decode
from ..model.labels import KINDS
from ..model.records import Article
from .regions import PARTS, AnnotationError, Corrected, Link, Part, Region, mark, unmark

TASKS, INTERFACE = "tasks.json", "interface.xml"
COLOURS: Final[dict[Part, str]] = {"quote": "#ffd166", "cue": "#9aa5b1", "speaker": "#56b4e9", "target": "#cc79a7"}
NAMED: Final = ("speaker", "target")


def write(folder: Path, articles: Sequence[Article], stances: Sequence[str]) -> None:
    """Write `tasks.json` to import and `interface.xml` to paste as the labeling interface; raises OSError."""
    tasks = [task(article, stances) for article in articles]
    (folder / TASKS).write_text(json.dumps(tasks, indent=1) + "\n", encoding="utf-8")
    (folder / INTERFACE).write_text(interface(stances), encoding="utf-8")


def task(article: Article, stances: Collection[str]) -> dict[str, Any]:
    """Give one article as a task: its text, its record, and the record's quotes as one prediction."""
    regions, links = mark(article, stances)
    scores = [quote.score for quote in article.quotes]
    prediction = {
        "model_version": article.model,
        **({"score": min(scores)} if scores else {}),  # the tool can show the least certain articles first
        "result": [
            *(item for region in regions for item in _results(article, region)),
            *({"type": "relation", "from_id": a, "to_id": b, "direction": "right", "labels": []} for a, b in links),
        ],
    }
    title = {"title": article.meta["title"]} if isinstance(article.meta.get("title"), str) else {}
    data = {"id": article.id, **title, "text": article.text, "record": replace(article, keeps_text=False).to_dict()}
    return {"data": data, "predictions": [prediction]}


def _results(article: Article, region: Region) -> Iterator[dict[str, Any]]:
    """Give a region's results: its label, and what was chosen and written for it."""
    place = {"start": region.start, "end": region.end}
    values: list[tuple[str, str, dict[str, Any]]] = [
        ("part", "labels", {"text": article.text[region.start : region.end], "labels": [region.part]})
    ]
    values += [
        (name, "choices", {"choices": [chosen]})
        for name, chosen in (("kind", region.kind), ("stance", region.stance))
        if chosen
    ]
    values += [(f"{region.part}_name", "textarea", {"text": [region.name]})] if region.name else []
    for control, type, value in values:
        yield {"id": region.id, "from_name": control, "to_name": "text", "type": type, "value": {**place, **value}}


def interface(stances: Iterable[str]) -> str:
    """Give the labeling interface, as Label Studio's XML, with these stances to choose from."""
    view = ElementTree.Element("View")

    def add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
        return ElementTree.SubElement(parent, tag, attributes)

    add(view, "Style").text = ".htx-text{white-space:pre-wrap}"  # else blanks go, and offsets with them
    parts = add(view, "Labels", name="part", toName="text")
    for part in PARTS:
        add(parts, "Label", value=part, background=COLOURS[part])
    add(view, "Text", name="text", value="$text", granularity="symbol")
    of_region = {"toName": "text", "perRegion": "true", "whenTagName": "part"}
    # Not required: only the first segment of a quote needs them, and reading back names the quote that has none.
    for name, labels in (("stance", stances), ("kind", KINDS)):
        choices = add(
            view, "Choices", name=name, choice="single", showInline="true", whenLabelValue="quote", **of_region
        )
        for label in labels:
            add(choices, "Choice", value=label)
    for part in NAMED:
        placeholder = f"the fullest name that the article gives the {part}"
        settings = {"maxSubmissions": "1", "editable": "true", "placeholder": placeholder}
        add(view, "TextArea", name=f"{part}_name", whenLabelValue=part, **settings, **of_region)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def read(path: Path, predictions: bool = False) -> Iterator[Corrected | InputError]:
    """Read a JSON export: each task's annotation, the one marked as ground truth or the latest.

    Tasks that nobody annotated or that were skipped are passed over, but with `predictions` read as they were
    predicted. A task that makes no article comes as an `InputError`; its row is the task's place, counted from 1.
    """
    try:
        tasks = json.loads(decode(path.read_bytes()))
        if not isinstance(tasks, list):
            raise ValueError("no list of tasks; export as JSON, not JSON-MIN or another format")
    except (OSError, ValueError, RecursionError) as error:
        yield InputError(str(path), None, None, getattr(error, "strerror", None) or str(error))
        return
    first: dict[str, int] = {}
    for row, item in enumerate(tasks, 1):
        name = None
        try:
            data = item["data"]
            name, text = _string(data, "id"), _string(data, "text")
            result = _chosen(item, predictions)
            if result is None:
                continue
            if name in first:
                raise AnnotationError(f"id already used by task {first[name]}; remove one of them")
            first[name] = row
            record = Article.from_dict(data["record"], text) if data.get("record") else None
            regions, links = _marked(result, text)
            yield unmark(name, text, regions, links, record)
        except AnnotationError as error:
            yield InputError(str(path), row, name, str(error))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            reason = f"not as Label Studio exports what quoth export gave it ({type(error).__name__}: {error})"
            yield InputError(str(path), row, name, f"{reason}; export as JSON")


def _chosen(item: dict[str, Any], predictions: bool) -> list[dict[str, Any]] | None:
    """Give the results that count for a task, None where there are none."""
    if "annotations" not in item:
        raise AnnotationError("no `annotations`; export as JSON, not JSON-MIN or another format")
    done = [one for one in item["annotations"] if not one.get("was_cancelled")]
    if done:
        latest = max(done, key=lambda one: (bool(one.get("ground_truth")), str(one.get("updated_at") or "")))
        return list(latest["result"])
    predicted = item.get("predictions") or []
    return list(predicted[-1]["result"]) if predictions and not item["annotations"] and predicted else None


def _marked(result: Sequence[dict[str, Any]], text: str) -> tuple[list[Region], list[Link]]:
    """Read an annotation's results as regions and links; raises AnnotationError."""
    regions: dict[str, Region] = {}
    for item in result:
        if item["type"] == "labels":
            labels = item["value"]["labels"]
            if len(labels) != 1 or labels[0] not in PARTS:
                raise AnnotationError(f"a region is labelled {', '.join(labels)}; give it one of {', '.join(PARTS)}")
            regions[item["id"]] = Region(item["id"], labels[0], *_offsets(item["value"], text))
    for item in result:
        if item["type"] in ("choices", "textarea") and item["id"] in regions:
            chosen = item["value"]["choices" if item["type"] == "choices" else "text"]
            chosen = [chosen] if isinstance(chosen, str) else chosen
            if len(chosen) > 1:
                raise AnnotationError(f"{item['from_name']} is {' and '.join(chosen)}; give one")
            regions[item["id"]] = _with(regions[item["id"]], item["from_name"], str(chosen[0]) if chosen else "")
    links = [(item["from_id"], item["to_id"]) for item in result if item["type"] == "relation"]
    return list(regions.values()), links


def _with(region: Region, control: str, value: str) -> Region:
    """Put into a region what was chosen or written for it; other controls, of the user's own, say nothing here."""
    if control == "kind":
        return replace(region, kind=value)
    if control == "stance":
        return replace(region, stance=value)
    return replace(region, name=value) if control == f"{region.part}_name" else region


def _offsets(value: dict[str, Any], text: str) -> tuple[int, int]:
    r"""Give a region's place in code points, checked by its text; raises AnnotationError where that is elsewhere.

    >>> _offsets({"start": 3, "end": 5, "text": "No"}, "💬 No")  # counted in UTF-16, as of old
    (2, 4)
    """
    start, end, said = int(value["start"]), int(value["end"]), value.get("text")
    if not isinstance(said, str) or _squeezed(text[start:end]) == _squeezed(said):
        return start, end
    units = text.encode("utf-16-le", "surrogatepass")
    start, end = (len(units[: 2 * offset].decode("utf-16-le", "replace")) for offset in (start, end))
    if _squeezed(text[start:end]) == _squeezed(said):
        return start, end
    raise AnnotationError(f"a region holds {said[:40]!r}, but the text has something else there; mark it again")


def _squeezed(text: str) -> str:
    """Drop what the editor writes in other ways than the text has it: blanks, and line ends, which it writes as \\n."""
    return "".join(text.replace("\\n", "").split())


def _string(data: dict[str, Any], field: str) -> str:
    value = data[field]
    if not isinstance(value, str):
        raise AnnotationError(f"`data.{field}` is no string; import what quoth export wrote")
    return value
