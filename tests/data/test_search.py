"""Components found by everyday words: a table of what people type and what they mean, proof-read."""

from __future__ import annotations

import pytest

from indexlib.data.catalogue import load_catalogue
from indexlib.data.search import search

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
]


@pytest.mark.parametrize("words, wanted, unwanted", TYPED, ids=[row[0] for row in TYPED])
def test_everyday_words_find_what_is_meant(words, wanted, unwanted):
    found = search(words)
    assert set(wanted) <= set(found) and not set(unwanted) & set(found), found
    assert set(found) <= set(load_catalogue().order)


def test_a_word_of_no_component_finds_nothing():
    assert search("xyzzy") == [] and search("") == []
