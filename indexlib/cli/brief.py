"""The commands about the papers of a run: ``indexlib brief``, ``progress``."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from indexlib.base import wording
from indexlib.base.days import day_of
from indexlib.base.problems import DataError, IndexlibError
from indexlib.base.wording import t


def brief(
    params: Annotated[Path, typer.Argument(help="Tệp tham số.")],
    outputs: Annotated[Path, typer.Option(help="Thư mục kết quả.")] = Path("outputs"),
) -> None:
    """Chỉ ghi các tệp cho báo cáo: Word, phiếu của đơn vị, Excel, PowerPoint."""
    from indexlib.cli.run import failures
    from indexlib.run.briefing_only import run_briefing

    done = run_briefing(params, outputs)
    with wording.speaking(done.language):
        for line in [*failures(done), *done.notices, *done.remarks,
                     t("cli.briefed" if done.whole else "cli.run_failures", n=len(failures(done)), folder=done.folder)]:
            typer.echo(line)
    if not done.whole:
        raise typer.Exit(1)


def progress(
    folder: Annotated[Path, typer.Argument(help="Thư mục chứa các phiếu .xlsx mà đơn vị gửi lại.")],
    date: Annotated[str | None, typer.Option(help="Tính đến ngày nào, ví dụ 30/9/2026; mặc định hôm nay.")] = None,
    params: Annotated[Path | None, typer.Option(help="Tệp tham số: phiếu phải đúng nơi, năm, kế hoạch này.")] = None,
    language: Annotated[str, typer.Option("--language", "--lang", help="vi hoặc en.")] = "vi",
    json_: Annotated[bool, typer.Option("--json", help="In dạng JSON.")] = False,
) -> None:
    """Đọc lại phiếu của các đơn vị: đã lập kế hoạch, đã xong, quá hạn, còn thiếu."""
    from indexlib.briefing.worksheets.progress import read_progress
    from indexlib.plan.settings import read_params

    if language not in wording.LANGUAGES:
        raise IndexlibError(t("add.language", value=language))
    wording.use(language)
    on = _day(date)
    found = read_progress(folder, read_params(params) if params else None)
    if json_:
        typer.echo(json.dumps(_as_data(found, on), ensure_ascii=False, indent=2))
    else:
        _print(found, on)
    if found.problems:
        if not json_:
            typer.echo(str(DataError(found.problems)), err=True)
        raise typer.Exit(2)


def _day(text: str | None) -> datetime.date:
    """The day asked for; today where none is."""
    if text is None:
        return datetime.date.today()
    if day := day_of(text):
        return day
    raise IndexlibError(t("progress.bad_day", value=text))


def _print(found: Any, on: datetime.date) -> None:
    from indexlib.base.wording import own
    from indexlib.briefing.worksheets import progress_tables as tables
    from indexlib.cli import screen
    from indexlib.data.places import load_places

    to = screen.console()
    if found.plan:
        from indexlib.plan.plan import load_plan

        to.print(t("progress.head", place=load_places().get(found.place, found.year).name, year=found.year,
                   issuer=own(load_plan(found.plan).about, "issuer")), style="bold", markup=False)
    for table in (tables.by_unit(found, on), tables.measures(found, on), tables.unplanned(found, on), tables.tasks(found, on),
                  tables.difficulties(found, on), tables.funding(found, on)):
        screen.print_table(to, table)


def _tasks(found: Any, on: datetime.date) -> list[dict[str, Any]]:
    """The register with what became of each task, as JSON values."""
    from indexlib.briefing.worksheets.tasks import FILLED, judged

    rows = judged(found.tasks, on)[["task", "duty", "text", "unit", *FILLED, "state"]].to_dict("records")
    return [{k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in row.items()} for row in rows]


def _as_data(found: Any, on: datetime.date) -> dict[str, Any]:
    """Everything read, as JSON values with codes."""
    measures = [{k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in row.items()}
                for row in found.judged(on).to_dict("records")]
    return {"place": found.place, "year": found.year, "plan": found.plan, "on": on.isoformat(),
            "units": found.summary(on).to_dict("records"), "measures": measures,
            "components": found.components.to_dict("records"), "tasks": _tasks(found, on),
            "problems": [asdict(p) for p in found.problems]}
