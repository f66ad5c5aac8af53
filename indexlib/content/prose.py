"""Running text of notebooks and pages, written from the findings."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from indexlib.analysis.like_for_like import like_for_like, reaches_back
from indexlib.base import wording as w
from indexlib.base.wording import own, t
from indexlib.charts import messages
from indexlib.content import tables
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.plan.conditions import places_lost
from indexlib.plan.review import Findings


@dataclass(frozen=True)
class Text:
    """Paragraphs or list items shown by a notebook as text, never as markup."""

    lines: tuple[str, ...]
    tag: str = "p"

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        if self.tag == "li":
            return "<ul>" + "".join(f"<li>{escape(x)}</li>" for x in self.lines) + "</ul>"
        return "".join(f"<{self.tag}>{escape(x)}</{self.tag}>" for x in self.lines)


def title(found: Findings, notebook: str) -> Text:
    """Title of a notebook: the question it answers, for this place and year."""
    head = t("head", place=found.place.name, year=found.params.year)
    return Text((f"{head}: {t('page.title.' + notebook)}",), "h1")


def notices(found: Findings) -> Text:
    """What every first page says: whose figures these are, and whether the plan still runs."""
    return Text(tuple(found.notices()))


def lead(found: Findings, notebook: str) -> Text:
    """First paragraph of a notebook."""
    about = found.plan.about
    if notebook == "05_plan" and found.plan.items.empty:
        return Text((t("nb.no_items"),))
    judged, met = found.now.counts()
    return Text((t(f"nb.{notebook[:2]}.lead", n=judged, k=met,
                   plan=own(about, "name"), issuer=own(about, "issuer"), place=found.place.name,
                   year=found.params.year, clauses=_clauses(found)),))


def _clauses(found: Findings) -> str:
    """The clauses in which the plan names the conditions, to stand behind the word."""
    clauses = sorted({c["clause"] for c in found.plan.named_conditions()})
    return f" ({w.listing(clauses)})" if clauses else ""


def say(key: str, **values: object) -> Text:
    """A paragraph by its key among the texts."""
    return Text((t(f"nb.{key}", **values),))


def heading(key: str) -> Text:
    """A heading by its key among the texts."""
    return Text((t(f"nb.{key}"),), "h2")


def caveats(found: Findings) -> Text:
    """The last list of a notebook: what cannot be said, and how to read the figures."""
    lines = tables.coverage(found) or [t("nb.coverage_all")]
    return Text((*lines, t("note.computed"), t("note.rounding"), *mapping(found)), "li")


def mapping(found: Findings) -> list[str]:
    """That tying components to items is a proposal, and where its words stand; nothing where there are no items."""
    return [] if found.plan.items.empty else [t("nb.mapping")]


def standard(found: Findings, index: str) -> Text:
    """The standard paragraph of a briefing for one index.

    Score, place with its base, group, change in points and places; then how many of the main components
    rose, stayed and fell, each with its figure, largest first; then what noise makes of the falls. The counts
    sum to the number of main components of the index in that year.

    Examples
    --------
    >>> from indexlib import open_run
    >>> text = str(standard(open_run(place="thanh_hoa", year=2024), "papi"))
    >>> text[:98]
    'Năm 2024, Chỉ số PAPI của Thanh Hóa đạt 44,8708 điểm, xếp thứ 13/61 tỉnh, thành phố có kết quả (tự'
    """
    row = next((r for r in found.now.components.itertuples(index=False) if r.component == index), None)
    if row is None:
        sentences = [_no_total(found, index)]
    else:
        sentences = [_total(row, load_catalogue().short_name(index), found.place.name), comparison(row), of_places(row),
                     alike(found, index)]
    sentences += [tables.former_text(found, index), tables.recast_text(found, index), *_counts(found, index)]
    return Text((" ".join(x for x in sentences if x),))


def brief(found: Findings, index: str) -> str:
    """The standard paragraph in two sentences: the total; its main components, or why nothing can be compared."""
    row = next((r for r in found.components.itertuples(index=False) if r.component == index), None)
    counts = _counts(found, index)[:1]
    if row is None:
        return " ".join([_no_total(found, index), *counts])
    return " ".join(x for x in [_total(row, load_catalogue().short_name(index), found.place.name),
                                *(counts or [comparison(row)])] if x)


def _no_total(found: Findings, index: str) -> str:
    """Why nothing is said of an overall score."""
    gone = found.missing.query("component == @index")["why"]
    known = len(gone) and gone.iloc[0]
    return t("para.withheld" if known else "para.none", year=found.year, index=load_catalogue().short_name(index),
             place=found.place.name, why=gone.iloc[0] if known else tables.no_total_text(found, index))


def comparison(row: object) -> str:
    """Why a component cannot be compared with the year before, or only with care; empty if nothing stands against it."""
    before, catalogue = row.year - 1, load_catalogue()
    if row.reason == "edge":
        return t("para.edge", before=before, why=catalogue.edge(row.component, row.year))
    if row.reason == "withheld":
        return t("para.before_withheld", before=before)
    if row.reason and pd.notna(row.score):
        return t("para.before_missing", before=before)
    caution = catalogue.caution(row.component, row.year)
    return t("para.caution", before=before, why=caution) if caution else ""


def _total(row: object, short: str, place: str) -> str:
    """The sentence on an overall score."""
    elsewhere = row.rank_kind == "computed" and row.panel == "partial"  # of another source: too few scores to compute it
    key = "para.rank_elsewhere" if elsewhere else "para.rank_computed" if row.rank_kind == "computed" else "para.rank"
    rank = tables.rank_text(row).rstrip("*")
    if pd.isna(row.score):
        text = t("para.rank_only_elsewhere" if elsewhere else "para.rank_only", year=row.year, index=short, place=place,
                 rank=rank)
    else:
        text = t("para.score", year=row.year, index=short, place=place, score=tables.score_text(row, unit=True))
        if pd.notna(row.rank):
            text += t(key, rank=rank)
        if row.group:
            text += t("para.group", group=tables.group_text(row))
    change = moved(row) if row.comparable else ""
    places = "" if row.reason == "edge" or pd.isna(row.rank) or pd.isna(row.rank_before) else _places(row)
    if change and places:
        text += t("para.and_places", change=change, places=places, before=row.year - 1)
    elif change or places:
        text += t("para.against" if change else "para.only_places", change=change, places=places, before=row.year - 1)
    if row.reason == "edge" and pd.notna(row.rank) and pd.notna(row.rank_before):
        text += t("para.edge_rank", before=row.year - 1, rank=tables.rank_text(row, before=True))
    if tables.apart(row):
        text += t("para.apart", before=row.year - 1, rank=tables.rank_text(row, before=True), why=tables.apart_text(row))
    return text + "."


def moved(row: object) -> str:
    """A change with its direction in words: ``tăng 0,6665 điểm``."""
    if row.change_published == 0:
        return t("para.level")
    unit = load_catalogue().component(row.component).unit
    size = w.change(abs(row.change), row.decimals, unit).lstrip("+")
    return t("para.up" if row.change_published > 0 else "para.down", change=size)


def alike(found: Findings, component: str) -> str:
    """The sum of what is measured alike where a total or dimension is not; empty where none is offered."""
    year = found.params.year
    first = reaches_back(component, year)
    sums = like_for_like(found.panel, component, first, year) if first else None
    own = sums.figures[sums.figures["place"] == found.place.code].set_index("year") if sums else pd.DataFrame()
    if not {first, year} <= set(own.index):
        return ""
    then, now = ({"score": messages.score(own.at[y, "score"], component),
                  "rank": "" if pd.isna(own.at[y, "rank"]) else t("para.alike.rank", rank=w.rank(
                      own.at[y, "rank"], own.at[y, "base"], "computed"))} for y in (first, year))
    return t("para.alike", index=load_catalogue().short_name(component), parts=messages.alike_parts(sums), first=first,
             year=year, then=then["score"] + then["rank"], now=now["score"] + now["rank"])


def _places(row: object) -> str:
    """Places gained or lost and the rank they are counted from; an unchanged one is named where its base changed."""
    moved = int(row.rank_before - row.rank)
    if pd.notna(row.lost_in_common) and row.lost_in_common != -moved:
        places, common = (tables.said_of_places(row, n) for n in (moved, -row.lost_in_common))
        return t("para.places_common", places=places, common=common, before=tables.rank_text(row, before=True))
    if moved == 0 and row.base == row.base_before:
        return t("para.places_same")
    key = "same_of" if moved == 0 else "up" if moved > 0 else "down"
    by = t("para.as_published") if {row.rank_kind, row.rank_kind_before} == {"published"} else ""
    return t(f"para.places_{key}", n=abs(moved), by=by, before=tables.rank_text(row, before=True))


def of_places(row: object) -> str:
    """Whether places lost against the year before are more than chance; empty where none were lost."""
    known = row.reason != "edge" and row.places_lost > 0
    return t(f"para.place.{places_lost(row.places_lost, row)}") if known else ""


def main_components(found: Findings, index: str) -> list[str]:
    """Components that stand directly under an index in the year."""
    catalogue = load_catalogue()
    valid = catalogue.valid(found.params.year, index)
    direct = [c for c in valid if catalogue.component(c).parent == index]
    return direct or [c for c in valid if c != index]


def split(found: Findings, index: str) -> dict[str, list[str]]:
    """Main components of an index by what became of them: ``up``, ``same``, ``down``, ``edge``, ``missing``.

    Each component stands in exactly one list; ``up`` and ``down`` have the largest change first.
    """
    rows = {r.component: r for r in found.now.components.itertuples(index=False)}
    out: dict[str, list[str]] = {k: [] for k in ("up", "same", "down", "edge", "missing")}
    for code in main_components(found, index):
        row = rows.get(code)
        if row is None or not row.comparable:
            out["edge" if row is not None and row.reason == "edge" else "missing"].append(code)
        else:
            out["up" if row.change_published > 0 else "down" if row.change_published < 0 else "same"].append(code)
    for key in ("up", "down"):
        out[key].sort(key=lambda c: -abs(rows[c].change))
    return out


def _counts(found: Findings, index: str) -> list[str]:
    """The sentence that counts the main components, and the one on noise."""
    parts = split(found, index)
    total = sum(len(v) for v in parts.values())
    if total == len(parts["missing"]):
        return []
    catalogue = load_catalogue()
    rows = {r.component: r for r in found.now.components.itertuples(index=False)}
    what = t(f"what.{catalogue.component(main_components(found, index)[0]).level}")
    said = []
    for key, codes in parts.items():
        if codes:
            moved = key in ("up", "down")
            names = "; ".join(f"{catalogue.component(c).name} {_size(rows[c])}" if moved else catalogue.component(c).name
                              for c in codes)
            said.append(t(f"para.count_{key}", n=len(codes), what=what, names=names))
    return [t("para.counts", n=total, what=what, parts=", ".join(said)), *_noise(parts["down"], rows)]


def _size(row: object) -> str:
    return w.number(abs(row.change), w.change_digits(row.change, row.decimals))


def beyond(found: Findings, index: str) -> str:
    """What the usual movement makes of the falls of an index's main components; empty if none fell."""
    rows = {r.component: r for r in found.now.components.itertuples(index=False)}
    return " ".join(_noise(split(found, index)["down"], rows))


def _noise(down: list[str], rows: dict[str, object]) -> list[str]:
    """What the usual movement makes of the falls."""
    known = [c for c in down if pd.notna(rows[c].beyond)]
    if not down:
        return []
    if not known:
        return [t("para.beyond_unknown")]
    catalogue = load_catalogue()
    beyond = [c for c in known if rows[c].beyond == 1]
    names = w.listing([catalogue.component(c).name for c in beyond or known])
    if len(known) == len(down) == 1:
        return [t("para.beyond_one" if beyond else "para.within_one", names=names)]
    if not beyond:
        return [t("para.beyond_none" if len(known) == len(down) else "para.within_known", names=names)]
    if len(known) < len(down):
        return [t("para.beyond_known", names=names)]
    return [t("para.beyond_all" if len(beyond) == len(known) else "para.beyond_some", names=names)]


def peers(found: Findings) -> Text:
    """Who the place is compared with; nothing of nobody, which the table says."""
    from indexlib.data.places import load_places

    names = [load_places().get(c, found.params.year).name for c in found.peers()]
    return say("peers", names=w.listing(names)) if names else Text(())


def standards(found: Findings) -> Text:
    """The standard paragraphs of all four indices."""
    return Text(tuple(str(standard(found, index)) for index in index_codes()))
