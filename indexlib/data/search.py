"""Finding an index or component by its code, its number, its name or an everyday word."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

from indexlib.base.problems import ChoiceError
from indexlib.base.wording import listing, t
from indexlib.data import files
from indexlib.data.catalogue import PART, index_codes, load_catalogue
from indexlib.data.places import plain, spelling
from indexlib.data.scores import load_scores


def with_scores() -> dict[str, int]:
    """Components that have figures, in the catalogue's order, with the last year of each.

    Examples
    --------
    >>> list(with_scores())[:3], with_scores()["papi.3.4"]
    (['papi', 'papi.1', 'papi.1.1'], 2017)
    """
    return dict(_with_scores(files.data_dir()))


@files.remembered
def _with_scores(folder: Path) -> dict[str, int]:
    last, catalogue = load_scores().groupby("component")["year"].max().to_dict(), load_catalogue()
    return {c: int(last[c]) for c in catalogue.order if c in last and catalogue.component(c).level != PART}


def search(text: str, index: str | None = None) -> list[str]:
    """Components that a text stands for, diacritics and case set aside: those named so first, then by everyday words.

    Whole words decide; only where none fit, the beginnings of words do, and then parts of them.

    Parameters
    ----------
    text : str
        A number or code, words of a Vietnamese or English name, or an everyday word of ``catalogue/everyday.csv``.
    index : str, optional
        Code of the index to stay within.

    Examples
    --------
    >>> search("dat dai"), search("papi 6.2"), search("TIẾP CẬN đất đai")
    (['pci.2', 'papi.2.4', 'papi.5.3'], ['papi.6.2'], ['pci.2'])
    """
    named = by_name(text, index)
    return [*named, *(c for c in _everyday(files.data_dir()).get(_key(text), []) if c not in named and _inside(c, index))]


def by_name(text: str, index: str | None = None) -> list[str]:
    """Components with every word of a text in their code, number or name; see :func:`search`."""
    words, known = _key(text).split(), _names(files.data_dir())
    fits: tuple[Callable[[str, list[str]], bool], ...] = (
        lambda w, name: w in name, lambda w, name: any(n.startswith(w) for n in name), lambda w, name: w in " ".join(name))
    phrase = [c for c, (name, _) in known.items() if words and f" {' '.join(words)} " in f" {' '.join(name)} "]
    if phrase := [c for c in phrase if _inside(c, index)]:
        return phrase
    for fit in fits:
        found = [c for c, (name, numbers) in known.items() if words and _inside(c, index)
                 and all(fit(w, name) or any(n == w or n.startswith(f"{w}.") for n in numbers) for w in words)]
        if found or _key(text) in _everyday(files.data_dir()):
            return found
    return []


def known_words(index: str) -> dict[str, dict]:
    """What :func:`search` reads within an index: words of names and numbers by component, components by everyday words."""
    folder = files.data_dir()
    everyday = {words: [c for c in found if _inside(c, index)] for words, found in _everyday(folder).items()}
    return {"names": {c: [" ".join(name), *numbers] for c, (name, numbers) in _names(folder).items() if _inside(c, index)},
            "everyday": everyday}


def _inside(component: str, index: str | None) -> bool:
    return index is None or component.split(".")[0] == index


def _key(text: object) -> str:
    return " ".join(plain(unicodedata.normalize("NFC", str(text)).casefold()).replace(",", " ").split())


@files.remembered
def _names(folder: Path) -> dict[str, tuple[list[str], tuple[str, ...]]]:
    """Words of the names of each component with figures, and its number and code."""
    catalogue = load_catalogue()
    known = [catalogue.component(c) for c in with_scores()]
    return {c.code: (plain(spelling(f"{catalogue.short_name(c.index)} {c.name_vi} {c.name_en}")).split(),
                     (c.number.casefold(), c.code)) for c in known}


@files.remembered
def _everyday(folder: Path) -> dict[str, list[str]]:
    path = folder / "catalogue" / "everyday.csv"
    if not path.is_file():
        return {}
    table, known = files.read_table(path, ["words", "components"]), with_scores()
    return {_key(words): [c for c in codes.split("; ") if c in known]
            for words, codes in zip(table["words"], table["components"], strict=True)}


def find_component(text: object, index: str | None = None) -> str:
    """The one component that a code, a label or a part of its name stands for.

    Raises
    ------
    ChoiceError
        None, or several; the text names them.

    Examples
    --------
    >>> find_component("PAPI.6.2"), find_component("giáo dục", "papi")
    ('papi.6.2', 'papi.6.2')
    """
    catalogue = load_catalogue()
    if (code := str(text).strip().casefold()) in catalogue.order and _inside(code, index):
        return code
    known = [c for c in with_scores() if _inside(c, index)]
    found = [c for c in known if text == catalogue.label(c)] or [c for c in known if _key(text) == _key(catalogue.label(c))] \
        or [c for c in known if not catalogue.component(c).parent and _key(text) == _key(catalogue.label(c))] \
        or [c for c in known if _key(text) in _addresses(c)] or by_name(str(text), index) or search(str(text), index)
    if len(found) == 1:
        return found[0]
    if found:
        raise ChoiceError(t("explore.many_components", text=text, n=len(found),
                            near="; ".join(catalogue.label(c) for c in found[:4])))
    raise ChoiceError(t("explore.no_component", text=text, where=catalogue.short_name(index) if index
                        else listing([catalogue.short_name(i) for i in index_codes()])))


def _addresses(component: str) -> list[str]:
    """Index and number as people write them: ``papi 6.2``, ``par index 3``."""
    found = load_catalogue().component(component)
    return [f"{i} {found.number}".casefold() for i in (found.index, load_catalogue().short_name(found.index)) if found.number]
