"""A draft of a plan from its document: items, units, targets and words as printed, what is doubtful marked with "?"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexlib.data.catalogue import load_catalogue
from indexlib.intake.plans import owners
from indexlib.intake.plans.body import Part, read_body, tidy

ROMAN = re.compile(r"^([IVX]+)\s*[.)]\s*(.*)")
NUMBER = re.compile(r"^(\d+(?:\.\d+)*)\s*[.)]?\s+(.*)|^(\d+)\s*[.)]\s*(.*)")
_OF = r"(?:đơn vị|cơ quan|bộ phận|tổ chức)?\s*"
#: Labels of lines and headings of columns, by what stands behind or below them.
LABELS = {
    "lead": _OF + r"(?:chủ trì(?: thực hiện| tham mưu)?|chịu trách nhiệm(?: thực hiện| chính)?|thực hiện chính)",
    "coordinating": _OF + r"phối hợp(?: thực hiện)?",
    "deadline": r"(?:thời gian|thời hạn|tiến độ)(?: thực hiện| hoàn thành)?|hoàn thành trước",
    "product": r"sản phẩm(?: đầu ra)?|kết quả(?: đầu ra| dự kiến)?",
    "target": r"mục tiêu|chỉ tiêu|phấn đấu",
}
LABEL = re.compile("|".join(rf"(?:^|(?<=[.;)\s]))[-+•*\s]*(?P<{k}>{v})\s*:" for k, v in LABELS.items()), re.IGNORECASE)
COLUMNS = {"number": r"tt|stt|số tt|số thứ tự", "text": r"nhiệm vụ.*|nội dung.*|chỉ số.*|tiêu chí.*|công việc.*|giải pháp.*",
           **{k: rf"(?:{v})\b" + (r"(?!.*20\d\d).*" if k == "product" else ".*") for k, v in LABELS.items()}}
#: Words by which a plan names a condition.
WORDS = {"trend_down": r"xu hướng giảm(?: điểm)?", "score_fell": r"đang giảm|bị giảm điểm|giảm điểm",
         "rank_fell": r"tụt hạng|tụt bậc|giảm hạng|giảm bậc",
         "rank_low": r"(?:đang )?(?:đứng )?ở thứ hạng thấp|thứ hạng thấp",
         "score_low": r"(?:đạt )?điểm số thấp|đạt điểm thấp", "not_improved": r"chưa (?:có sự )?cải thiện",
         "report": r"định kỳ (?:hằng|hàng) (?:tháng|quý|năm)[^.;]*"}
INDICES = {"par": r"par\s*index|cải cách hành chính", "sipas": r"sipas|hài lòng", "papi": r"papi|hiệu quả quản trị",
           "pci": r"\bpci\b|năng lực cạnh tranh"}
#: Kinds of targets by how they are printed; the first figure is the value.
TARGETS = (("places", r"tăng (?:ít nhất |từ )?(\d+) bậc"),
           ("rank", r"(?:top|tốp|nhóm|hạng|thứ hạng|xếp thứ|vị trí)\D{0,20}?(\d+)"),
           ("change", r"tăng (?:ít nhất |thêm )?(\d+(?:,\d+)?) điểm"), ("percent", r"(\d+(?:,\d+)?)\s*%"),
           ("score", r"(\d+(?:,\d+)?)\s*(?:điểm)?$"), ("change_up", r"tăng điểm"))
#: What no document says of itself in a form that could be relied on.
ASKED = ("name_vi", "issuer_vi", "level", "place", "province", "base_year")


@dataclass
class Draft:
    """What a document holds; each list is the rows of a sheet, cells as printed or ending with "?"."""

    about: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, str]] = field(default_factory=list)
    owners: list[dict[str, str]] = field(default_factory=list)
    units: list[dict[str, str]] = field(default_factory=list)
    mapping: list[dict[str, str]] = field(default_factory=list)
    targets: list[dict[str, str]] = field(default_factory=list)
    words: list[dict[str, str]] = field(default_factory=list)


@dataclass
class _Block:
    """A numbered part of the text with what its labels say."""

    section: str
    number: str
    place: str
    lines: list[str] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)
    last: str = ""


def read_plan(path: Path, code: str) -> Draft:
    """Draft a plan from a Word file or workbook.

    Raises
    ------
    DataError
    """
    parts = read_body(path)
    draft, blocks = Draft(), list(_blocks(parts))
    deep = any("." in b.number for b in blocks if b.said.get("lead"))
    for block in blocks:
        if block.said.get("lead"):
            _item(draft, block, deep)
    for part in parts:
        _table(draft, part)
    _units(draft)
    _words(draft, blocks)
    titles = " ".join([p.text for p in parts[:12]] + [b.lines[0] for b in blocks if b.lines and not b.said])
    named = {r["component"] for r in draft.targets + draft.mapping} - {"?"}
    indices = [i for i, names in INDICES.items() if re.search(names, titles, re.IGNORECASE)] or \
        sorted({load_catalogue().component(code).index for code in named})
    name = next((p.text for p in parts if re.match(r"duy trì|nâng cao|cải thiện", p.text, re.IGNORECASE)), "")
    years = re.findall(r"\b20\d\d\b", name)
    draft.about = dict.fromkeys(ASKED, "?") | ({"name_vi": name} if name else {}) | {
        "code": code, "indices": ", ".join(indices) + ("" if indices else "?"),
        "first_year": (min(years) if years else "") + "?", "last_year": (max(years) if years else "") + "?"}
    return draft


def _blocks(parts: list[Part]) -> Iterator[_Block]:
    """Numbered parts in their order; lines without a number, and what labels say, belong to the one before."""
    block, section = _Block("", "", ""), ""
    for part in (p for p in parts if p.text):
        roman, number = ROMAN.match(part.text), NUMBER.match(part.text)
        if roman or number:
            yield block
            label, text = "", ""
            if roman:
                section, text = roman[1], roman[2]
            elif number:
                label, text = (number[1], number[2]) if number[1] else (number[3], number[4])
            block = _Block(section, label, part.place)
        else:
            text = part.text
        _take(block, text)
    yield block


def _take(block: _Block, text: str) -> None:
    """Give a line to a block: what stands before a label is its text, the rest what the labels say."""
    labels = list(LABEL.finditer(text))
    before = text[:labels[0].start()] if labels else text
    if before.strip(" -–+•*"):
        if block.said and not labels and not re.match(r"[-–+•*]", text):
            block.said[block.last][-1] += " " + before if block.said[block.last][-1].rstrip()[-1:] in ",;" else ""
        elif not block.said:
            block.lines.append(before.strip())
    for label, end in zip(labels, [*(x.start() for x in labels[1:]), len(text)], strict=False):
        block.last = str(label.lastgroup)
        block.said.setdefault(block.last, []).append(text[label.end():end].strip())


def _item(draft: Draft, block: _Block, deep: bool) -> None:
    """An item of the text: its words, its owners, what it says of itself."""
    title = deep and "." not in block.number and len(block.lines) > 1
    text = tidy(" ".join(block.lines[1:] if title else block.lines))
    top = block.number.split(".")[0]
    heading = (f"{block.section}.{top}" if block.section else top) if deep else block.section or top
    _add(draft, block.number, heading, text, block.said, block.place)


def _add(draft: Draft, number: str, heading: str, text: str, said: dict[str, list[str]], place: str) -> None:
    twice = any(i["item"] == number for i in draft.items)
    number = f"{number}?" if twice or not number else number
    one = {k: tidy("; ".join(v)).rstrip(" .") for k, v in said.items()}
    draft.items.append({"item": number, "heading": heading, "text_vi": text, "text_en": "", "numbers": "",
                        "deadline": one.get("deadline", ""), "product": one.get("product", ""), "note": place})
    for role in ("lead", "coordinating"):
        printed = [name for line in said.get(role, []) for name in owners.split(line)]
        for position, name in enumerate(printed, 1):
            known = owners.HEADS.match(name) or re.match(r"ban, ngành|đoàn thể", name, re.IGNORECASE)
            draft.owners.append({"item": number, "role": role, "position": str(position), "unit_as_printed": name,
                                 "unit": "", "note": place if known else "?"})
        for line in said.get(role, []):
            for inner in re.findall(r"\(([^)]*)\)", line):
                draft.owners.append({"item": number, "role": role, "position": str(len(printed) + 1),
                                     "unit_as_printed": inner, "unit": "", "note": "in brackets"})
    for code, words in _components(text):
        draft.mapping.append({"component": code, "item": number, "primary": "", "strength": "direct?", "words": words,
                              "cross_index": "", "gap": "no?", "note": place})
    for line in said.get("target", []):
        _target(draft, _components(text), line, "", place)


def _components(text: str) -> list[tuple[str, str]]:
    """Components whose printed name stands in a text, with the words as they stand there."""
    flat, found = _flat(text), []
    for code, name in _names():
        at = flat.find(name)
        if at >= 0:
            found.append((code, text[at:at + len(name)]))
    above = {load_catalogue().component(code).parent for code, _ in found}
    return [(code, words) for code, words in dict(found).items() if code not in above]


def _flat(text: str) -> str:
    return re.sub(r"[–—]", "-", text).casefold()


def _names() -> list[tuple[str, str]]:
    """Printed names of components below the totals, long enough to be no common word."""
    c = load_catalogue()
    below = {r.component: r.name_vi for r in c.components.itertuples() if r.parent}
    labels = [(r.component, r.label) for r in c.labels.itertuples() if r.component in below and r.language == "vi"]
    return list(dict.fromkeys((code, _flat(name)) for code, name in [*below.items(), *labels] if len(name) > 11))


def _table(draft: Draft, part: Part) -> None:
    """Items and targets of a table whose columns say what they hold."""
    heads = [_columns(row) for row in part.rows[:10]]
    n = next((i for i, at in enumerate(heads) if "text" in at and len(at) > 1), None)
    if n is None:
        return
    at, years = heads[n], {i: m[0] for i, c in enumerate(part.rows[n]) if (m := re.search(r"20\d\d", c))}
    heading = ""
    for k, cells in enumerate(part.rows[n + 1:], n + 2):
        row = {name: cells[i] for name, i in at.items() if i < len(cells)}
        text, place = row.get("text", ""), f"{part.place}: {k}"
        if not text or len(set(cells)) == 1 or not any(row.get(name) for name in LABELS):
            heading = text or heading
            continue
        if row.get("lead"):
            number = re.sub(r"[.)]$", "", row.get("number", "")) or str(len(draft.items) + 1)
            _add(draft, number, heading, text, {x: [row[x]] for x in LABELS if row.get(x) and x != "target"}, place)
        if row.get("target"):
            _target(draft, _components(text), row["target"], years.get(at["target"], ""), place)


def _columns(row: tuple[str, ...]) -> dict[str, int]:
    """Where each column of a table stands, by its heading."""
    at: dict[str, int] = {}
    for i, cell in enumerate(row):
        if name := next((k for k, pattern in COLUMNS.items() if re.fullmatch(pattern, cell.casefold())), ""):
            at.setdefault(name, i)
    return at


def _target(draft: Draft, components: list[tuple[str, str]], words: str, year: str, place: str) -> None:
    """A target as printed; kind and value as far as they are plain."""
    kind, value = next(((k, m[1] if m.groups() else "up") for k, pattern in TARGETS
                        if (m := re.search(pattern, words.strip(" .;"), re.IGNORECASE))), ("?", "?"))
    for code, _ in components or [("?", "")]:
        draft.targets.append({"component": code, "year": year or "?", "kind": kind.replace("change_up", "change"),
                              "value": value.replace(",", "."), "region": "", "clause": "", "words": words.strip(" .;"),
                              "source": "", "note": place})


def _units(draft: Draft) -> None:
    """Put spellings of one unit together; a name in brackets is a unit only where it is one elsewhere, and doubtful."""
    plain = [o["unit_as_printed"] for o in draft.owners if o["note"] != "in brackets"]
    known = sorted(set(plain), key=len, reverse=True)
    kept = []
    for owner in draft.owners:
        if owner["note"] == "in brackets":
            name = next((k for k in known if owner["unit_as_printed"].casefold().startswith(k.casefold())), "")
            if not name:
                continue
            owner |= {"unit_as_printed": owner["unit_as_printed"][:len(name)], "note": "?"}
        kept.append(owner)
    draft.owners = kept
    names = owners.together([o["unit_as_printed"] for o in kept])
    many = {o["item"] for o in kept if o["role"] == "lead" and int(o["position"]) > 1}
    for owner in kept:
        doubt = owner["note"].endswith("?")
        first = owner["role"] == "lead" and owner["position"] == "1" and owner["item"] in many
        owner |= {"unit": names[owner["unit_as_printed"]] + ("?" if doubt else ""), "primary": "1?" if first else ""}
    draft.units = [{"unit": name, "unit_en": "", "kind": owners.kind(name) + "?", "successor_vi": "", "successor_en": "",
                    "successor_basis": "", "note": ""} for name in dict.fromkeys(names.values())]


def _words(draft: Draft, blocks: list[_Block]) -> None:
    """The words by which the plan names conditions, with the clause they stand in."""
    for block in blocks:
        clause = ".".join(x for x in (block.section, block.number) if x)
        text = " ".join(block.lines)
        taken: list[tuple[int, int]] = []
        indices = [i for i, names in INDICES.items() if re.search(names, " ".join(block.lines[:1]), re.IGNORECASE)]
        if indices and clause in {i["heading"] for i in draft.items}:
            draft.words.append({"about": "heading", "clause": clause, "words": block.lines[0], "indices": ", ".join(indices)})
        for name, pattern in WORDS.items():
            for found in re.finditer(pattern, text, re.IGNORECASE):
                if any(a <= found.start() < b for a, b in taken):
                    continue
                taken.append(found.span())
                draft.words.append({"about": name, "clause": clause or "?", "words": found[0]})
