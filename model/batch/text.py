"""Bytes to text: UTF-8, or what a byte order mark says, and nothing guessed."""

import codecs
from typing import Final

# UTF-32 before UTF-16, whose little-endian mark begins with the same two bytes.
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """Decode UTF-8, or what a byte order mark says, without that mark; nothing else is changed.

    Raises ValueError, naming the byte and a remedy, where the bytes are not text.
    """
    bom, encoding = marked_encoding(data)
    if not bom and _is_bare_utf16(data):
        raise ValueError("UTF-16 without a byte order mark; convert it (iconv -f UTF-16 -t UTF-8)")
    try:
        return data[len(bom) :].decode(encoding)
    except UnicodeDecodeError as error:
        if not bom and 0 in data:
            raise ValueError("binary, not text (NUL bytes, and bytes that are not UTF-8); give its text") from None
        at = error.start + len(bom)
        what = f"not {encoding.upper()}: byte 0x{data[at]:02x} at offset {at}"
        raise ValueError(f"{what}; convert it, from Windows by: iconv -f WINDOWS-1252 -t UTF-8") from None


def marked_encoding(data: bytes) -> tuple[bytes, str]:
    """Give the byte order mark that data begin with and its encoding; without one, UTF-8."""
    return next(((mark, name) for mark, name in BOMS if data.startswith(mark)), (b"", "utf-8"))


def _is_bare_utf16(data: bytes) -> bool:
    """Tell UTF-16 by every other byte of its Latin letters being NUL; as UTF-8 it would pass for text, unreadable."""
    if 0 not in data:
        return False
    low, high = data[::2].count(0), data[1::2].count(0)
    return max(low, high) > 3 and max(low, high) > 0.4 * (len(data) // 2) and min(low, high) == 0
