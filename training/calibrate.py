"""Temperatures for the scores, fitted on dev (Guo et al., 2017)."""

from collections.abc import Sequence

from ..model.extractor import Extractor
from ..seeds.corpus import GoldArticle


def calibrate(extractor: Extractor, articles: Sequence[GoldArticle]) -> None:
    """TODO."""
