"""Dates of articles, as their sources wrote them, to days."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

FORMATS: Final = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%Y/%m/%d", "%Y%m%d")
"""What is understood beside ISO 8601 and the format of mails; no day and month in an order that readers differ on."""


def day(written: str) -> str:
    """Give a date's day as `YYYY-MM-DD`, and "" where it is none that can be understood without guessing.

    >>> day("2022-01-10T08:30:00Z"), day("10 January 2022"), day("Mon, 10 Jan 2022 08:30:00 +0000"), day("10/01/2022")
    ('2022-01-10', '2022-01-10', '2022-01-10', '')
    """
    written = written.strip()
    readers: list[Callable[[str], date]] = [
        lambda text: datetime.fromisoformat(text).date(),
        lambda text: date.fromisoformat(text[:10]),
        *(lambda text, form=form: datetime.strptime(text, form).date() for form in FORMATS),
        lambda text: parsedate_to_datetime(text).date(),
    ]
    for read in readers:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            return read(written).isoformat()
    return ""
