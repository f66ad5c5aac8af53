"""Damaged and hostile manifests: read, or an error of the library, never a traceback, never a hang."""

from __future__ import annotations

import json

import pytest
from conftest import in_part
from fuzzing import attempt, cases, damage, hostile

from indexlib.base.problems import IndexlibError
from indexlib.plan.settings import Params
from indexlib.run import manifest


@pytest.mark.parametrize("count", in_part(187, 1_500))
def test_manifests(tmp_path, count):
    manifest.write_manifest(
        tmp_path,
        {
            "run": "a",
            "params": Params(place="thanh_hoa", year=2024).model_dump(),
            "inputs": {"data/x.csv": "0"},
            "notebooks": [{"notebook": "04_flags", "failed": False}],
            "charts": {},
            "notices": [],
            "warnings": [],
            "seconds": 1.0,
        },
    )
    path = tmp_path / "manifest.json"
    text = path.read_text(encoding="utf-8")
    assert manifest.read_manifest(tmp_path).intact
    values = [
        "1e999",
        "NaN",
        "9" * 5_000,
        "[" * 3_000,
        "null",
        "[]",
        "{}",
        '"../../x"',
        "-1",
        "true",
        '"\\ud800"',
        '{"../x": "0"}',
    ]
    for name, pick in cases("manifest", count):
        lines = text.split("\n")
        at = pick.randrange(len(lines))
        key, colon, _ = lines[at].partition(":")
        lines[at] = f"{key}: {pick.choice(values)}," if colon and pick.random() < 0.7 else hostile(pick)
        data = "\n".join(lines).encode("utf-8", "replace")
        path.write_bytes(damage(data, pick) if pick.random() < 0.3 else data)
        found = attempt(name, lambda: manifest.read_manifest(tmp_path))
        assert (
            isinstance(found, IndexlibError)
            or not found.intact
            or path.read_text(encoding="utf-8") == text
            or json.loads(path.read_bytes()) == json.loads(text)
        ), name
