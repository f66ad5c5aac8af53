"""Components found by everyday words: a table of what people type and what they mean, proof-read."""

from __future__ import annotations

import pandas as pd
import pytest

from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import plain
from indexlib.data.search import search, with_scores

#: What is typed, what must come (in this order, first), what must not.
TYPED = [
    ("dat dai", ["pci.2", "papi.2.4", "papi.5.3"], []),
    ("sổ đỏ", ["papi.5.3"], ["papi.6.2"]),
    ("tham gia", ["papi.1", "papi.1.2"], ["papi.4", "papi.4.1"]),
    ("tham nhung", ["papi.4", "papi.4.1", "papi.4.2"], ["papi.1"]),
    ("truong hoc", ["papi.6.2"], ["papi.7"]),
    ("giao duc", ["papi.6.2"], []),
    ("BỆNH VIỆN", ["papi.6.1"], ["papi.6.2"]),
    ("y te", ["papi.6.1"], []),
    ("duong sa", ["papi.6.3"], []),
    ("an ninh", ["papi.6.4", "pci.10"], []),
    ("môi trường", ["papi.7"], []),
    ("nuoc sach", ["papi.7.3"], []),
    ("hoi lo", ["papi.4.1"], ["papi.6.1"]),
    ("xin viec", ["papi.4.3"], []),
    ("ho ngheo", ["papi.2.2"], []),
    ("bầu cử", ["papi.1.3"], ["papi.7"]),
    ("tiep dan", ["papi.3.1"], []),
    ("internet", ["papi.8.2"], []),
    ("lao dong", ["pci.9"], []),
    ("minh bạch", ["pci.3"], ["papi.6.1"]),
    ("thanh tra", ["pci.4"], []),
    ("land", ["pci.2"], []),
    ("6.2", ["papi.6.2"], []),
    ("hoc phi", ["papi.6.2"], ["pci.5"]),
    ("mot cua", ["par.3", "papi.5", "sipas.service", "pci.1", "pci.4"], []),
    ("cong chuc", ["par.5", "sipas.service"], []),
    ("vay von", ["pci.6"], []),
    ("rac", ["papi.6.3"], []),
    ("thu hoi dat", ["papi.2.4", "pci.2"], []),
    ("ket hon", ["papi.5.4"], []),
    ("thue", ["pci.3", "pci.4"], []),
    ("tham nhung vat", ["papi.4.2", "pci.5"], ["papi.1"]),
    ("education", ["papi.6.2"], []),
]


@pytest.mark.parametrize("words, wanted, unwanted", TYPED, ids=[row[0] for row in TYPED])
def test_everyday_words_find_what_is_meant(words, wanted, unwanted):
    found = search(words)
    assert set(wanted) <= set(found) and not set(unwanted) & set(found), found
    assert set(found) <= set(load_catalogue().order)


def test_every_everyday_word_names_components_that_there_are_and_finds_a_score():
    table, known = pd.read_csv(files.data_dir() / "catalogue" / "everyday.csv"), load_catalogue().order
    named = dict(zip(table["words"], table["components"].str.split("; "), strict=True))
    assert [w for w, codes in named.items() if not set(codes) <= set(known) or len(set(codes)) < len(codes)] == []
    assert [w for w, codes in named.items() if not set(codes) & set(with_scores()) <= set(search(w)) or not search(w)] == []
    assert table["words"].map(lambda w: plain(w.casefold())).is_unique


def test_a_word_of_no_component_finds_nothing():
    assert search("xyzzy") == [] and search("") == []
