"""The command that checks a finished run: ``indexlib verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from indexlib.base import wording
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import listing, t

SHOWN = 12


def verify(folder: Annotated[Path, typer.Argument(help="Thư mục kết quả, ví dụ outputs/thanh_hoa_2024.")],
           jobs: Annotated[int, typer.Option(min=1, max=64, help="Số sổ tay chạy cùng lúc.")] = 2,
           language: Annotated[str, typer.Option("--language", "--lang", help="vi hoặc en.")] = "vi") -> None:
    """Tính lại một lần chạy: số liệu trong thư mục có còn đúng với dữ liệu không, có tệp nào bị sửa tay không."""
    from tqdm import tqdm

    from indexlib.run import verify as verifying
    from indexlib.run.manifest import read_manifest

    if language not in wording.LANGUAGES:
        raise IndexlibError(t("add.language", value=language))
    wording.use(language)
    books = sum(not n.failed for n in read_manifest(folder).notebooks)
    with tqdm(total=books, unit=t("verify.unit"), disable=None) as bar:
        verdict = verifying.verify(folder, jobs, bar.update)
    for line in report(verdict, folder):
        typer.echo(line)
    if not (verdict.untouched and verdict.follows):
        raise typer.Exit(1)


def report(verdict: Any, folder: Path) -> list[str]:
    """What a verdict says, line by line."""
    made = verdict.manifest
    changed = {True: t("verify.git_changed"), False: ""}.get(made.git.get("changed"), "")
    revision = str(made.git.get("revision", ""))
    lines = [t("verify.made", run=made.run, version=made.indexlib, python=made.python,
               revision=t("verify.git_unknown") if revision in ("", "unknown") else revision[:12] + changed)]
    lines += [] if made.intact else [t("verify.manifest_edited")]
    for key in ("edited", "missing", "added", "inputs", "gone", "fresh", "failed"):
        names = getattr(verdict, key)
        if names:
            more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
            lines.append(t(f"verify.{key}", n=len(names), names=listing(names[:SHOWN]) + more))
    lines += _differences(verdict.differ)
    lines.append(t("verify.untouched" if verdict.untouched else "verify.touched", n=len(made.files), folder=folder))
    if verdict.follows:
        other = verdict.inputs or verdict.gone or verdict.fresh
        lines.append(t("verify.follows_although" if other else "verify.follows", n=verdict.compared))
    else:
        lines.append(t("verify.follows_not"))
    lines.append(t("verify.not_drawn"))
    return lines + ([t("verify.skipped", names=listing(verdict.skipped))] if verdict.skipped else [])


def _differences(differ: list[Any]) -> list[str]:
    lines = []
    for d in differ[:SHOWN]:
        key = "verify.differs" if d.line else "verify.not_made"
        lines.append(t(key, file=d.file, line=d.line, stands=d.stands or "–", comes=d.comes or "–"))
    if len(differ) > SHOWN:
        lines.append("  " + t("add.more", n=len(differ) - SHOWN))
    return lines
