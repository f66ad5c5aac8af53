"""Small tables of 2025 as publishers might print them, with figures at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from make_workbooks import Truth, save

from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import Place, load_places, plain

YEAR = 2025
COMPLIANCE, GOVERNING = "Chi phí tuân thủ hành chính", "Chính quyền kiến tạo"
NINE = ["pci.1", "pci.2", "pci.3", "compliance", "pci.5", "pci.6", "pci.8", "pci.10", "governing"]
CITIES = {"ha_noi", "hue", "hai_phong_2025", "da_nang_2025", "ho_chi_minh_2025", "can_tho_2025"}


def capitals(place: Place) -> str:
    return place.name_vi.upper()


def without_marks(place: Place) -> str:
    return plain(place.name_vi.lower().replace("đ", "d")).title()


def with_prefix(place: Place) -> str:
    return f"{'Thành phố' if place.code in CITIES else 'Tỉnh'} {place.name_vi.removeprefix('TP. ')}"


def as_listed(place: Place) -> str:
    return place.name_vi


def truth(figures: Callable[[random.Random], dict[str, float]], seed: int = 1, year: int = YEAR,
          level: str = "province") -> Truth:
    """Figures of the places of a year, 34 provinces, from what gives those of one."""
    pick, places = random.Random(seed), load_places().valid(year, level)
    made = {place.code: figures(pick) for place in places}
    return Truth(year, {(p, c): value for p, own in made.items() for c, value in own.items()},
                 {place.code: place.name_vi for place in places}, list(next(iter(made.values()))))


def table(folder: Path, title: str, heads: dict[str, str], of: Truth, names: Callable[[Place], str] = as_listed,
          ranked: str = "", only: int = 99, above: list | None = None, file: str = "table.xlsx") -> Path:
    """A workbook: title, count, place, a column a component, and the rank of one of them; ``above`` the first place."""
    rows: list[list] = [[title], [], ["STT", "Tỉnh, thành phố", *heads.values(), *(["Xếp hạng"] if ranked else [])]]
    rows += [above] if above else []
    order = sorted(of.names, key=lambda p: -of.figures[p, ranked or next(iter(heads))])
    for n, place in enumerate(order[:only], 1):
        figures = [of.figures[place, c] for c in heads]
        rows.append([n, names(load_places().get(place, of.year)), *figures, *([n] if ranked else [])])
    return save(folder / file, {"Bang 1": rows})


def sipas_total(pick: random.Random) -> dict[str, float]:
    return {"sipas": round(pick.uniform(75, 92), 2)}


def sipas_aspects(pick: random.Random) -> dict[str, float]:
    codes = ["sipas", "sipas.service", "sipas.policy", *[f"sipas.service.{n}" for n in range(1, 6)]]
    return {code: round(pick.uniform(75, 92), 2) for code in codes}


def pci(codes: list[str], weights: list[float]) -> Callable[[random.Random], dict[str, float]]:
    def figures(pick: random.Random) -> dict[str, float]:
        own = {code: round(pick.uniform(4.5, 8.5), 2) for code in codes}
        return own | {"pci": round(sum(w / 10 * own[c] for c, w in zip(codes, weights, strict=True)), 2)}

    return figures


def pci_nine() -> tuple[dict[str, str], Truth, Truth]:
    """Numbered heads and figures of nine sub-indices, of which two are new; and the same under the codes given to them."""
    of = truth(pci(NINE, [10] * 9))
    names = heads("pci.1", "pci.2", "pci.3") | {"compliance": COMPLIANCE} | heads("pci.5", "pci.6", "pci.8", "pci.10") \
        | {"governing": GOVERNING}
    codes = {"compliance": "pci.compliance", "governing": "pci.governing"}
    coded = Truth(of.year, {(p, codes.get(c, c)): value for (p, c), value in of.figures.items()}, of.names)
    return {code: f"{n}. {name}" for n, (code, name) in enumerate(names.items(), 1)} | {"pci": "PCI 2025"}, of, coded


def par_points(most: dict[str, float]) -> Callable[[random.Random], dict[str, float]]:
    def figures(pick: random.Random) -> dict[str, float]:
        own = {code: round(pick.uniform(0.7, 0.98) * top, 2) for code, top in most.items()}
        return own | {"par": round(sum(own.values()), 2)}

    return figures


def par_percent(pick: random.Random) -> dict[str, float]:
    own = {f"par.{n}": round(pick.uniform(70, 98), 2) for n in range(1, 9)}
    return own | {"par": round(sum(own.values()) / 8, 2)}


def papi(pick: random.Random) -> dict[str, float]:
    """All three levels: parts at random, sums of them."""
    catalogue, own = load_catalogue(), {}
    codes = catalogue.valid(2024, "papi")
    for code in (c for c in codes if catalogue.component(c).level == "subdimension"):
        own[code] = round(pick.uniform(0.6, 2.3), 4)
    for code in [c for c in codes if catalogue.component(c).level == "dimension"] + ["papi"]:
        own[code] = round(sum(own[c] for c in codes if catalogue.component(c).parent == code), 4)
    return {code: own[code] for code in codes}


def heads(*codes: str) -> dict[str, str]:
    """Heads of a table: names in the catalogue."""
    return {code: load_catalogue().component(code).name_vi for code in codes}


def communes(folder: Path, n: int = 20) -> list[str]:
    """Put communes of Thanh Hóa into a copy of the data; their codes."""
    names = ["Hà Long", *[f"Thử {chr(65 + i)}" for i in range(n - 1)]]
    with (folder / "places" / "places.csv").open("a", encoding="utf-8") as table:
        for name in names:
            table.write(f"xa_{plain(name.lower()).replace(' ', '_')},Xã {name},{plain(name)},commune,thanh_hoa,,2025,,,,,,\n")
    return [f"xa_{plain(name.lower()).replace(' ', '_')}" for name in names]
