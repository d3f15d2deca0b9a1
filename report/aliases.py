"""The user's last word on names: a JSON file of parties and the names that are theirs."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .spelling import parse


def load_aliases(path: Path) -> dict[str, list[str]]:
    """Read a JSON file of parties and their names: {"Amir Khan Muttaqi": ["Mottaki", "the foreign minister"]}.

    A party with an empty list keeps its own name apart from all others. Raises ValueError, naming file and key, where
    the file is not such an object or a name is given to two parties; OSError where it cannot be read.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for key, times in Counter(key for key, _ in pairs).items():
            if times > 1:
                raise ValueError(f"{path}: key {key!r} is there {times} times; put its names into one list")
        return dict(pairs)

    try:
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not JSON in UTF-8 ({error})") from None
    if not isinstance(data, dict):
        raise ValueError(f'{path}: not an object; write {{"Party": ["alias", …]}}')
    owner: dict[str, str] = {}
    for party, names in data.items():
        if not party.strip():
            raise ValueError(f"{path}: key {party!r} is blank; name the party")
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
            raise ValueError(f'{path}: key {party!r} has no list of names; write {{"Party": ["alias", …]}}')
        for name in [party, *names]:
            if owner.setdefault(plain(name), party) != party:
                raise ValueError(f"{path}: key {party!r}: {name!r} is a name of {owner[plain(name)]!r} too; keep one")
    return data


def plain(name: str) -> str:
    """Write a name as aliases compare it: one blank between words, small letters.

    >>> plain("The  Taliban")
    'the taliban'
    """
    return " ".join(name.split()).casefold()


def apply_aliases(
    aliases: Mapping[str, Sequence[str]], found: dict[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Let the user's aliases overrule what was found; the rest of a party follows where one alias party claims it."""
    owner = {plain(name): party for party, names in aliases.items() for name in [party, *names]}
    claims: defaultdict[str, set[str]] = defaultdict(set)
    for (_, name), party in found.items():
        for listed in {plain(name), plain(parse(name).shown)} & owner.keys():
            claims[party].add(owner[listed])
    followed = {party: next(iter(owners)) for party, owners in claims.items() if len(owners) == 1}

    def final(name: str, party: str) -> str:
        for written in (name, parse(name).shown, party):
            if (listed := owner.get(plain(written))) is not None:
                return listed
        return followed.get(party, party)

    return {(id, name): final(name, party) for (id, name), party in found.items()}
