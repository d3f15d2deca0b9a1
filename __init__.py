"""Quoth: who said what, to whom, and what they meant by it.

>>> from quoth import Extractor
>>> extractor = Extractor.from_pretrained()
>>> article = extractor("“We rejected his offer,” Ali Maisam Nazary said.")
>>> article.quotes[0].speaker.name
'Ali Maisam Nazary'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model.extractor import Extractor as Extractor
    from .model.records import Article as Article
    from .model.records import Mention as Mention
    from .model.records import Quote as Quote
    from .model.records import Span as Span
    from .model.records import Stance as Stance

__version__ = "0.1.0"
__all__ = ["Article", "Extractor", "Mention", "Quote", "Span", "Stance", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that `import quoth` and `quoth --help` need no torch."""
    if name == "Extractor":
        from .model.extractor import Extractor

        return Extractor
    if name in __all__:
        from .model import records

        return getattr(records, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
