"""The commands about plans: ``indexlib plan new``, ``check``, ``add``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexlib.base import wording
from indexlib.base.problems import DataError, IndexlibError
from indexlib.base.wording import t

app = typer.Typer(no_args_is_help=True, help="Kế hoạch: lập từ tệp Word hoặc Excel, kiểm tra, thêm vào data/plans.")
LanguageOption = Annotated[str, typer.Option("--language", "--lang", help="vi hoặc en.")]
WorkbookArgument = Annotated[Path, typer.Argument(help="Tệp .xlsx của kế hoạch.")]


@app.command()
def new(name: Annotated[str, typer.Argument(help="Mã của kế hoạch, ví dụ ha_long_2026.")],
        source: Annotated[Path | None, typer.Option("--from", help="Bản kế hoạch: .docx hoặc .xlsx.")] = None,
        empty: Annotated[bool, typer.Option("--empty", help="Tệp trống để tự điền.")] = False,
        out: Annotated[Path | None, typer.Option(help="Tệp .xlsx sẽ ghi; mặc định là mã.")] = None,
        language: LanguageOption = "vi") -> None:
    """Lập một tệp Excel của kế hoạch: mục, đơn vị, mục tiêu, lời; chỗ chưa chắc có dấu ?."""
    from indexlib.intake.plans import draft, workbook

    _speak(language)
    if (source is None) != empty:
        raise IndexlibError(t("plan.from"))
    made = draft.read_plan(source, name) if source else draft.Draft({"code": name})
    file = out or Path(f"{name}.xlsx")
    workbook.write(file, made)
    typer.echo(t("plan.written", file=file, items=len(made.items), owners=len(made.owners),
                 doubts=len(workbook.read(file)[1])))


@app.command()
def check(plan: Annotated[str, typer.Argument(help="Tệp .xlsx của kế hoạch, hoặc mã của kế hoạch trong data/plans.")],
          language: LanguageOption = "vi") -> None:
    """Kế hoạch có lỗi gì, ở trang tính, dòng, cột nào."""
    from indexlib.data import files
    from indexlib.intake.plans import workbook
    from indexlib.plan.plan import load_plan
    from indexlib.plan.second_look import judgements

    _speak(language)
    named = not plan.lower().endswith((".xlsx", ".xlsm", ".ods"))
    problems = judgements(load_plan(plan), files.data_dir() / "plans" / plan) if named else workbook.check(Path(plan))
    if problems:
        raise DataError(problems)
    typer.echo(t("plan.sound"))


@app.command()
def add(file: WorkbookArgument, language: LanguageOption = "vi") -> None:
    """Thêm kế hoạch của một tệp Excel vào data/plans."""
    from indexlib.intake.plans import workbook

    _speak(language)
    typer.echo(t("plan.added", name=workbook.add(file).name))


def _speak(language: str) -> None:
    if language not in wording.LANGUAGES:
        raise IndexlibError(t("add.language", value=language))
    wording.use(language)
