"""The command line: ``indexlib flags``, ``check``; ``run``, ``new-year``, ``new-places``, ``verify``; ``read``, ``add``,
``template``; ``plan``; ``brief``, ``progress``; ``explore-page``, ``docs``.

Exit codes: 0 done, 1 finished with failures, 2 wrong call or bad input.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from indexlib.base import wording
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import t
from indexlib.cli import brief, data, docs, explore, plan, run, verify

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=t("cli.help"))


for command in (data.read, data.add, data.template, run.run, run.new_year,
                run.new_places, verify.verify, brief.brief, brief.progress, explore.explore_page,
                docs.docs):
    app.command(command.__name__.replace("_", "-"))(command)


app.add_typer(plan.app, name="plan")


@app.callback()
def _root() -> None:
    """Xét các nội dung của PAR INDEX, SIPAS, PAPI và PCI như kế hoạch yêu cầu."""


def main() -> None:
    """Run the command line; an error of the library becomes its text and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        _say_why(error)
    except IndexlibError as error:
        typer.echo(str(error), err=True)
        if error.exit_code == 2:
            typer.echo(t("cli.wrong"), err=True)
        sys.exit(error.exit_code)


#: What Windows says of a file that Excel or Word has open: a sharing violation, a locked part; and that it may not be
#: replaced, of a file that is there.
LOCKED, DENIED = (32, 33), 5


def _say_why(error: OSError) -> NoReturn:
    """End with one line for what the system refused, say a full disk or a file that is open in Excel."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what still waits for a full disk is given up
    file, code = error.filename2 or error.filename, getattr(error, "winerror", None)
    locked = code in LOCKED or (code == DENIED and Path(file or "").is_file())
    with suppress(OSError):
        typer.echo(t("cli.open_elsewhere" if locked else "cli.refused", file=file or t("cli.screen"),
                     why=error.strerror or error), err=True)
    sys.exit(1)


@app.command()
def flags(
    place: Annotated[str, typer.Option(help="Mã hoặc tên tỉnh, thành phố.")],
    year: Annotated[int, typer.Option(help="Năm của chỉ số.")],
    plan: Annotated[str, typer.Option(help="Kế hoạch trong data/plans; none: không gắn với kế hoạch.")] = "ha_bac_2023_2025",
    language: Annotated[str, typer.Option("--language", "--lang", help="vi hoặc en.")] = "vi",
    focus: Annotated[int, typer.Option(help="Số nội dung trọng tâm.")] = 8,
    params: Annotated[Path | None, typer.Option(help="Tệp tham số: lấy ngưỡng từ đó.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="In toàn bộ danh sách.")] = False,
    by: Annotated[str | None, typer.Option(help="unit: theo đơn vị; item: theo mục kế hoạch.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="In dạng JSON.")] = False,
) -> None:
    """Nội dung nào đang giảm hoặc ở thứ hạng thấp, mục kế hoạch và đơn vị nào trả lời."""
    from indexlib.plan.review import find
    from indexlib.plan.settings import check_params, read_params

    if language in wording.LANGUAGES:
        wording.use(language)
    rules = read_params(params).rules.model_dump() if params else {}
    asked = {"place": place, "year": year, "plan": plan, "language": language, "focus": focus, "rules": rules}
    checked = check_params(asked, "indexlib flags")
    if by not in (None, "unit", "item"):
        raise IndexlibError(t("cli.by", value=by))
    found = find(checked)
    if json_:
        from indexlib.content.as_json import as_data

        typer.echo(json.dumps(as_data(found), ensure_ascii=False, indent=2))
        return
    _print(found, all_, by)


def _print(found: Any, all_: bool, by: str | None) -> None:
    from indexlib.cli import screen
    from indexlib.content import tables

    console = screen.console()
    console.print(t("head", place=found.place.name, year=found.params.year), style="bold", markup=False)
    for line in found.notices():
        console.print(line, markup=False)
    chosen = {"unit": tables.by_unit, "item": tables.by_item}.get(by or "", tables.flagged if all_ else tables.focus)
    for table in (tables.totals(found), chosen(found)):
        screen.print_table(console, table)
    for line in tables.coverage(found, hint=True):
        console.print(f"- {line}", markup=False, highlight=False)
    if by is None and not all_:
        console.print(t("cli.more"), markup=False, highlight=False)


@app.command()
def check() -> None:
    """Mọi thứ trong data/ có nhất quán không."""
    from indexlib.base.problems import DataError
    from indexlib.data.catalogue import load_catalogue
    from indexlib.data.places import load_places
    from indexlib.data.scores import load_scores
    from indexlib.intake.check import check_data, doubts_of_data
    from indexlib.plan.plan import plan_names

    problems = check_data()
    if problems:
        typer.echo(str(DataError(problems)), err=True)
        typer.echo(t("cli.check_wrong"), err=True)
        raise typer.Exit(2)
    doubts = doubts_of_data()
    if doubts:
        typer.echo(t("cli.check_doubts", n=len(doubts)))
        for doubt in doubts:
            typer.echo(f"  {doubt.line()}")
    places = load_places().places["code"].nunique()
    typer.echo(t("cli.check_ok", scores=wording.number(len(load_scores()), 0),
                 components=len(load_catalogue().components), places=places, plans=len(plan_names())))
