"""What the readers give: an article, or an error that says where and why there is none; and rows made into either.

>>> article_of({"id": "a1", "text": "He said no.", "day": "Monday"}, Fields(keep=("day",)), "news.jsonl", 3)
ArticleInput(id='a1', text='He said no.', file='news.jsonl', row=3, meta={'day': 'Monday'}, keep_text=False)
"""

import datetime
import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

STDIN: Final = "-"
JSON_TYPES: Final = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Fields:
    """Which of a row's fields (or a table's columns) are the article's, and which are carried through to its record."""

    text: str = "text"
    id: str = "id"
    title: str | None = None
    keep: tuple[str, ...] = ()

    @property
    def carried(self) -> dict[str, str]:
        """The names in the record of what is carried through, and the fields they come from."""
        return ({"title": self.title} if self.title else {}) | {name: name for name in self.keep}

    @property
    def names(self) -> tuple[str, ...]:
        """Every field that is read, once."""
        return tuple(dict.fromkeys((self.id, self.text, *self.carried.values())))


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """One article to be read, and where it came from.

    `row` counts from 1: the line of a JSON lines or CSV file, the row of a table. `meta` is what is carried through.
    `keep_text`: its text stands in no file as it is (it was taken out of HTML), so that its record must hold it.
    """

    id: str
    text: str
    file: str
    row: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    keep_text: bool = False


@dataclass(frozen=True, slots=True)
class InputError:
    """One article, or one file or folder, that could not be read: where, why, and what would help."""

    file: str
    row: int | None
    id: str | None
    reason: str

    def __str__(self) -> str:
        named = "" if self.id is None else f" (id {json.dumps(self.id, ensure_ascii=False)})"
        return f"{place(self.file, self.row)}{named}: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Give the error as JSON writes it."""
        return {"file": self.file, "row": self.row, "id": self.id, "reason": self.reason}


def place(file: str, row: int | None) -> str:
    """Name a file, and the row in it, as error messages do: `news.jsonl:12`."""
    name = "standard input" if file == STDIN else file
    return name if row is None else f"{name}:{row}"


def article_of(record: Mapping[str, Any], fields: Fields, file: str, row: int) -> ArticleInput | InputError:
    """Make the article of one row, or say what is wrong with the row."""
    id, text = record.get(fields.id), record.get(fields.text)
    known = id if isinstance(id, str) else None
    reason = ""
    if fields.id not in record:
        example = json.dumps({fields.id: "a1", fields.text: "…"}, ensure_ascii=False)
        reason = f"no `{fields.id}`; every row needs one, such as {example}{_instead(record, '--id-field')}"
    elif not isinstance(id, str):
        hint = f'; write it as "{str(id)[:40]}"' if isinstance(id, int | float) and not isinstance(id, bool) else ""
        reason = f"`{fields.id}` is {_type(id)}, but must be a string{hint}"
    elif fields.text not in record:
        written = "; this is a row that quoth wrote, not an article" if "quotes" in record else ""
        reason = f"no `{fields.text}`, which must hold the article{written or _instead(record, '--text-field')}"
    elif not isinstance(text, str):
        reason = f'`{fields.text}` is {_type(text)}, but must be a string ("" where the article is empty)'
    else:
        reason = not_unicode(id) or not_unicode(text)
    if reason:
        return InputError(file, row, known, reason)
    assert isinstance(id, str) and isinstance(text, str)
    try:
        meta = {name: _plain(record.get(source)) for name, source in fields.carried.items()}
        reason = not_unicode(json.dumps(meta, ensure_ascii=False))
    except RecursionError:
        reason = "a kept field is nested too deep; keep others"
    if reason:
        return InputError(file, row, known, reason)
    return ArticleInput(id, text, file, row, meta)


def missing_columns(names: Collection[str], fields: Fields) -> str:
    """Say which columns a table lacks, and which it has; nothing where it lacks none."""
    lacking = [name for name in fields.names if name not in names]
    if not lacking:
        return ""
    options = {fields.id: "--id-field", fields.text: "--text-field", fields.title: "--title-field"}
    option = options.get(lacking[0], "--keep")
    has = ", ".join(list(names)[:20]) or "none"
    return f"no column {', '.join(f'`{name}`' for name in lacking)}; it has {has}; name the right one with {option}"


def not_unicode(value: object) -> str:
    """Say why a string cannot be written as UTF-8; nothing where it can, or is no string."""
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        code = ord(value[error.start])
        if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte that could not be decoded
            return f"not UTF-8: byte 0x{code - 0xDC00:02x}; convert it, from Windows by: iconv -f WINDOWS-1252 -t UTF-8"
        return f"half a surrogate pair (\\u{code:04x}) in it, which is no character; write the pair, or leave it"
    return ""


def _instead(record: Iterable[str], option: str) -> str:
    """Name the fields that a row has, one of which may be meant; of none, or a host of them, say nothing."""
    names = [name for name in record if isinstance(name, str) and name.isprintable()]
    return f"; it has {', '.join(names)}: see {option}" if 0 < len(names) <= 12 else ""


def _plain(value: Any) -> Any:
    """Make a value of a table one that JSON has."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime.date | datetime.time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value)


def _type(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return JSON_TYPES.get(type(value), f"of type {type(value).__name__}")
