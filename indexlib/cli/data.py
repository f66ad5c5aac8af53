"""The commands that take figures in: ``indexlib read``, ``add`` and ``template``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexlib.base import wording
from indexlib.base.problems import DataError, IndexlibError, Problem
from indexlib.base.wording import t

if TYPE_CHECKING:
    import pandas as pd

    from indexlib.intake.indicator_addition import IndicatorAddition

SHOWN, SHOWN_OF_KIND = 12, 3
FileArgument = Annotated[Path, typer.Argument(help="Tệp đã công bố: .xlsx, .xls, .ods, .csv, .pdf, .docx.")]
YearOption = Annotated[int | None, typer.Option(help="Năm của chỉ số, nếu tệp không ghi.")]
IndexOption = Annotated[str | None, typer.Option(help="papi, pci, par hoặc sipas, nếu không nhận ra từ tệp.")]
RecastOption = Annotated[bool, typer.Option("--recast", help="Năm cũ tính lại trên các tỉnh, thành phố mới.")]
AllOption = Annotated[bool, typer.Option("--all", help="Nêu hết các điều cùng loại, không chỉ vài điều đầu.")]
LanguageOption = Annotated[str, typer.Option("--language", "--lang", help="vi hoặc en.")]


def read(file: FileArgument, year: YearOption = None, index: IndexOption = None,
         out: Annotated[Path | None, typer.Option(help="Ghi tệp .xlsx: bảng đọc được, hoặc bảng tiêu đề chưa rõ.")] = None,
         recast: RecastOption = False, every: AllOption = False, language: LanguageOption = "vi") -> None:
    """Tệp có gì và có lỗi gì; không ghi vào data/."""
    _speak(language)
    with _as_recast(year) if recast else nullcontext():
        _read(file, year, index, out, every)


def _as_recast(year: int | None) -> AbstractContextManager[None]:
    from indexlib.intake.recast import recast

    return recast(year)


def _read(file: Path, year: int | None, index: str | None, out: Path | None, every: bool) -> None:
    from indexlib.intake.addition import beside_stored
    from indexlib.intake.recognise import read_published

    reading = beside_stored(read_published(file, year, index), file.name)
    proposal = _proposal(reading, file)
    _print_reading(*_without_edition(reading, proposal), file, every)
    if proposal and proposal.open and out is not None:
        from indexlib.intake import component_table

        component_table.write(proposal, out)
        typer.echo(t("component_table.written", file=out, components=len(proposal.open)))
        raise typer.Exit(2)
    if reading.kind in ("pdf", "docx") and reading.index and reading.years:
        out = out or Path(f"{file.stem}_{reading.index}_{reading.years[0]}.xlsx")
    if out is not None and len(reading.scores):
        from indexlib.intake.publishers.template import pour

        pour(reading, out, file.name)
        typer.echo(t("add.poured", file=out))
    if reading.errors:
        raise typer.Exit(2)


def add(file: FileArgument, year: YearOption = None, index: IndexOption = None,
        source: Annotated[str | None, typer.Option(help="Mã nguồn trong data/sources.csv.")] = None,
        where: Annotated[str | None, typer.Option(help="Nguồn là gì, nếu mã nguồn là mới.")] = None,
        accept_changes: Annotated[bool, typer.Option("--accept-changes", help="Ghi cả khi số cũ thay đổi.")] = False,
        keep_old: Annotated[bool, typer.Option("--keep-old", help="Giữ số cũ; số khác của tệp thành ghi chú.")] = False,
        accept_doubts: Annotated[bool, typer.Option("--accept-doubts", help="Ghi cả khi còn điểm chưa khớp.")] = False,
        checked: Annotated[bool, typer.Option("--checked", help="Đã so các ô nêu ra với bản công bố.")] = False,
        confirm: Annotated[list[str] | None, typer.Option(help="Số gõ lại từ bản công bố: \"Thanh Hóa pci.1=7,69\".")] = None,
        against: Annotated[Path | None, typer.Option(help="Bản thứ hai, lấy từ nơi khác, để máy so từng số.")] = None,
        new_edition: Annotated[bool, typer.Option("--new-edition", help="Ghi cả ấn bản mới vào danh mục.")] = False,
        component: Annotated[list[str] | None, typer.Option(help="\"tiêu đề=mã\", hoặc bảng .xlsx của read --out.")] = None,
        comparable: Annotated[str | None, typer.Option(help="Vì sao so được với năm trước, nguồn nào nói.")] = None,
        recast: RecastOption = False, every: AllOption = False, language: LanguageOption = "vi") -> None:
    """Kiểm tra, cho xem cái mới và cái khác, rồi ghi vào data/scores."""
    from indexlib.intake.recognise import read_published

    _speak(language)
    if not new_edition and (component or comparable is not None):
        raise IndexlibError(t("edition.only_new"))
    if new_edition and recast:
        raise IndexlibError(t("recast.no_edition"))
    try:
        with _as_recast(year) if recast else nullcontext():
            reading = read_published(file, year, index)
            key = source or f"{reading.index}-{'-'.join(map(str, reading.years))}-{'recast' if recast else 'workbook'}"
            where = where or (_where(reading, file) if reading.index else "")
            edition = nullcontext(reading)
            if new_edition and reading.kind not in ("pdf", "docx") and len(reading.years) == 1:
                edition = _edition(reading, file, key, where, component or [], comparable)
            with edition as reading:
                said = _add(reading, file, key, where, against, (accept_changes, accept_doubts, checked), every, keep_old,
                            confirm or [])
    except IndexlibError as error:
        if isinstance(error, DataError):
            _print_errors(file, error.problems, every)
        else:
            typer.echo(str(error), err=True)
        typer.echo(t("cli.wrong"), err=True)
        raise typer.Exit(2) from error
    typer.echo(said)


@contextmanager
def _edition(reading: Any, file: Path, source: str, where: str, components: list[str],
             comparable: str | None) -> Iterator[Any]:
    """The file read with its edition in the catalogue; what the block adds is written with it, or nothing."""
    from indexlib.intake import component_table, edition_rows
    from indexlib.intake import new_edition as editions
    from indexlib.intake.recognise import read_published
    from indexlib.intake.trial import trial

    year, index = reading.years[0], reading.index
    given = [pair for text in components for pair in
             (component_table.read(Path(text)) if text.lower().endswith(".xlsx") else [text])]
    proposal = editions.propose(reading, file.name, given, comparable)
    proposal.require()
    with trial():
        edition_rows.write_names(proposal, source)
        proposal = replace(proposal, figures=read_published(file, year, index).figures[year])
        for line in editions.lines(proposal):
            typer.echo(line)
        edition_rows.write(proposal, source, where)
        yield read_published(file, year, index)


def _add(reading: Any, file: Path, key: str, where: str, against: Path | None, accepted: tuple[bool, bool, bool],
         every: bool, keep_old: bool, confirm: list[str]) -> str:
    """Add what was read after printing it; what there is to say at the end."""
    from indexlib.intake import addition as adding
    from indexlib.intake.questions import confirmed
    from indexlib.intake.second_copy import read_second

    _print_reading(reading, [], file, every, with_doubts=False)
    if reading.kind in ("pdf", "docx"):
        raise IndexlibError(t("add.not_directly", kind=reading.kind.upper()))
    if reading.errors or reading.scores.empty:
        typer.echo(t("cli.wrong"), err=True)
        raise typer.Exit(2)
    second = None if against is None else read_second(against, file, reading)
    compared = adding.compare(reading, file.name, second)
    _print_addition(compared)
    if compared.beside:
        typer.echo(t("add.against", file=against.name, same=wording.number(compared.beside.same, 0),
                     differ=compared.beside.differ, lacking=wording.number(compared.beside.lacking, 0)))
    _print_problems(t("add.doubts_found", n=len(compared.doubts)), compared.doubts, every)
    cited = adding.add(compared, file.name, key, where, *accepted, keep_old=keep_old, confirmed=confirmed(confirm, reading))
    return t("add.written", source=wording.listing(cited)) if cited else t("add.nothing")


def _proposal(reading: Any, file: Path) -> Any:
    """What the catalogue needs for a table whose edition it does not have; none where it has."""
    from indexlib.intake import new_edition as editions

    wanted = any(p.code == "no_edition" for p in reading.problems) and len(reading.years) == 1
    return editions.propose(reading, file.name) if wanted else None


def _without_edition(reading: Any, proposal: Any) -> tuple[Any, list[str]]:
    """A reading without what is wrong only because its edition is missing; and what that edition would be."""
    from indexlib.intake import new_edition as editions

    if proposal is None:
        return reading, []
    said = editions.lines(proposal) + [str(p) for p in proposal.problems]
    how = [t("edition.how_table", file=proposal.file, year=proposal.year)] if proposal.open else []
    return (replace(reading, problems=[p for p in reading.problems if p.code not in editions.ANSWERED]),
            [*said, *how, t("edition.how", file=proposal.file, year=proposal.year)])


def template(index: Annotated[str, typer.Argument(help="par, sipas, papi hoặc pci.")],
             out: Annotated[Path, typer.Argument(help="Tệp .xlsx sẽ ghi.")],
             year: Annotated[int, typer.Option(help="Năm của chỉ số.")],
             level: Annotated[str, typer.Option(help="province hoặc commune.")] = "province",
             place: Annotated[str | None, typer.Option(help="Một nơi: mỗi nội dung một hàng, mỗi hàng một nguồn.")] = None,
             language: LanguageOption = "vi") -> None:
    """Mẫu bảng điểm với mã nội dung và mã nơi điền sẵn."""
    from indexlib.data.lookup import find_place
    from indexlib.intake.publishers.one_place import write_one_place
    from indexlib.intake.publishers.template import write_template

    _speak(language)
    if place is None:
        write_template(index, year, out, level)
    else:
        write_one_place(index, year, find_place(place, year), out)
    typer.echo(t("add.template", file=out))


def _speak(language: str) -> None:
    if language not in wording.LANGUAGES:
        raise IndexlibError(t("add.language", value=language))
    wording.use(language)


def _where(reading: Any, file: Path) -> str:
    from indexlib.data.catalogue import load_catalogue

    return f"workbook {file.name} ({load_catalogue().by_index[reading.index].publisher_en})"


def _print_reading(reading: Any, edition: list[str], file: Path, every: bool, with_doubts: bool = True) -> None:
    from indexlib.data.catalogue import load_catalogue

    if reading.index:
        typer.echo(t("add.read", file=file.name, index=load_catalogue().short_name(reading.index),
                     years=", ".join(map(str, reading.years)) or "–",
                     rows=wording.number(len(reading.scores), 0),
                     places=reading.scores["place"].nunique(), components=reading.scores["component"].nunique()))
    for line in edition:
        typer.echo(line)
    if len(reading.indicators):
        _print_indicators(reading.indicators)
    _print_problems(t("add.notes", n=len(reading.notes)), reading.notes, every)
    if with_doubts or reading.errors:
        _print_problems(t("add.doubts_found", n=len(reading.doubts)), reading.doubts, every)
    _print_errors(file, reading.errors, every)
    if reading.errors and any(p.code == "year_conflict" for p in reading.doubts):
        typer.echo(t("add.wrong_year"), err=True)


def _print_indicators(rows: pd.DataFrame) -> None:
    from indexlib.data.catalogue import load_catalogue

    counts = rows.drop_duplicates(["year", "component", "label"]).groupby("component", sort=False).size()
    label = load_catalogue().label
    typer.echo(t("add.indicators_read", n=wording.number(counts.sum(), 0), figures=wording.number(len(rows), 0),
                 parts="; ".join(f"{label(code)}: {n}" for code, n in counts.items())))


def _print_errors(file: Path, problems: list[Problem], every: bool) -> None:
    """What is wrong, that of the whole file before that of single cells."""
    of_kind = Counter(p.code for p in problems if p.row is not None)
    _print_problems(t("problem.count", file=file.name, n=len(problems)),
                    sorted(problems, key=lambda p: of_kind[p.code]), every, err=True)


def _print_problems(title: str, problems: list[Problem], every: bool, err: bool = False) -> None:
    if not problems:
        return
    typer.echo(title, err=err)
    for code in dict.fromkeys(p.code for p in problems):
        of_code = [p for p in problems if p.code == code]
        shown = of_code if every else of_code[:SHOWN_OF_KIND]
        for problem in shown:
            typer.echo(str(problem), err=err)
        if len(of_code) > len(shown):
            typer.echo("  " + t("add.more_alike", n=len(of_code) - len(shown)), err=err)


def _print_addition(compared: Any) -> None:
    from indexlib.data.catalogue import load_catalogue
    from indexlib.data.places import load_places

    catalogue, places = load_catalogue(), load_places()
    typer.echo(t("add.summary", new=wording.number(len(compared.new), 0), same=wording.number(compared.same, 0),
                 changed=wording.number(len(compared.replaced), 0), withheld=len(compared.withheld),
                 filled=wording.number(len(compared.changed) - len(compared.replaced), 0)))
    for row in compared.changed.head(SHOWN).itertuples():
        typer.echo("  " + t("add.change", place=places.get(row.place).name, component=catalogue.label(row.component),
                            year=row.year, column=t(f"add.column.{row.column}"),
                            old=_figure(row.old), new=_figure(row.new), source=row.old_source))
    if len(compared.changed) > SHOWN:
        typer.echo("  " + t("add.more", n=len(compared.changed) - SHOWN))
    _print_indicator_changes(compared.indicators)
    if len(compared.missing):
        names = [f"{places.get(r.place).name}: {catalogue.label(r.component)}" for r in
                 compared.missing.head(SHOWN).itertuples()]
        typer.echo(t("add.missing", n=len(compared.missing)))
        for name in names:
            typer.echo(f"  {name}")
        if len(compared.missing) > SHOWN:
            typer.echo("  " + t("add.more", n=len(compared.missing) - SHOWN))


def _print_indicator_changes(compared: IndicatorAddition) -> None:
    from indexlib.data.places import load_places
    from indexlib.intake.indicator_addition import shown

    if compared.rows.empty:
        return
    typer.echo(t("add.indicators", new=wording.number(len(compared.new), 0), same=wording.number(compared.same, 0),
                 changed=wording.number(len(compared.changed), 0), fresh=len(compared.fresh)))
    labels = {r.indicator: r.label_vi or r.label_en for r in compared.catalogue.itertuples()}
    for row in compared.changed.head(SHOWN).itertuples():
        typer.echo("  " + t("add.indicator_change", place=load_places().get(row.place).name, indicator=row.indicator,
                            label=labels[row.indicator], year=row.year, old=shown(row.old), new=shown(row.new),
                            source=row.old_source))
    if len(compared.changed) > SHOWN:
        typer.echo("  " + t("add.more", n=len(compared.changed) - SHOWN))
    if compared.gone:
        typer.echo(t("add.indicators_gone", n=len(compared.gone)))
        for code in compared.gone[:SHOWN]:
            typer.echo(f"  {code} {labels[code]}")
        if len(compared.gone) > SHOWN:
            typer.echo("  " + t("add.more", n=len(compared.gone) - SHOWN))


def _figure(value: float) -> str:
    return wording.NONE if value != value else wording.plain_number(value)
