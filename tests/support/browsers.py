"""The browser of this machine, for tests that look at pages."""

from __future__ import annotations

import shutil
from itertools import combinations

import pytest

BROWSER = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
NEEDS_BROWSER = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
#: The texts of a drawing with their boxes, from its corner.
TEXTS = """selector => { const all = document.querySelectorAll(selector), from = all[0].getBoundingClientRect();
  return {width: from.width, height: from.height, texts: [...all].flatMap(svg => [...svg.querySelectorAll('text')])
    .filter(e => e.textContent.trim()).map(e => [e.textContent, e.getBoundingClientRect()])
    .map(([said, r]) => [said, r.left - from.left, r.top - from.top, r.right - from.left, r.bottom - from.top])}}"""


def ugly(page, selector: str, apart: float = 3.5) -> list[str]:
    """Texts of a drawing that leave it, meet each other, or are no text for people; boxes of lines overlap a little."""
    seen = page.evaluate(TEXTS, selector)
    texts = [t for t in seen["texts"] if t[3] > t[1]]
    found = [f"{t[0]!r} leaves the drawing" for t in texts
             if min(t[1], t[2]) < -1 or t[3] > seen["width"] + 1 or t[4] > seen["height"] + 1]
    found += [f"{a[0]!r} meets {b[0]!r}" for a, b in combinations(texts, 2)
              if min(a[3], b[3]) - max(a[1], b[1]) > 1.5 and min(a[4], b[4]) - max(a[2], b[2]) > apart]
    return found + [f"{t[0]!r} is no text" for t in texts if {"nan", "NaN", "None", "undefined", "null"} & set(t[0].split())]
