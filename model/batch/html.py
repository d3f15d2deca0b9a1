"""The article out of an HTML page, by trafilatura: its text without navigation, advertisements and comments."""

import logging
from typing import Any


def article_text(page: bytes) -> tuple[str, dict[str, Any]]:
    """Give a page's article and what the page says of it (title, date, author, outlet, url, … where it does).

    Raises ValueError where the page holds no article.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it names no file; what is wrong is told with one
    try:
        text = trafilatura.extract(page, include_comments=False, include_tables=False, output_format="txt")
        found = trafilatura.extract_metadata(page) if text else None
    except Exception as error:  # whatever a parser makes of a stranger's page, it is this page's fault alone
        raise ValueError(f"HTML that cannot be parsed ({type(error).__name__}); give the text as .txt") from None
    if not text:
        raise ValueError("no article's text in this HTML; give the text as .txt, or the article's own page")
    meta = {} if found is None else {name: v for name, v in found.as_dict().items() if isinstance(v, str | list) and v}
    return text, {**meta, "outlet": meta.get("sitename")}
