"""The command that makes the zip for learners."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from anomaly_labs.terminal import console, one_sentence_errors


def release(
    output: Annotated[
        Path | None, typer.Option(help="the zip to write", show_default=False)
    ] = None,
    data: Annotated[
        bool, typer.Option("--data", help="put the official data files in that are found here")
    ] = False,
    wheels: Annotated[
        bool, typer.Option("--wheels", help="put the wheels of all packages in, for one platform")
    ] = False,
    platform: Annotated[
        str, typer.Option(help="linux-x86_64 and the like; this computer's when left out")
    ] = "",
    self_study: Annotated[
        bool,
        typer.Option("--self-study", help="with worked solutions of the labs, for learners alone"),
    ] = False,
    python: Annotated[str, typer.Option(help="3.11, 3.12, 3.13; this one when left out")] = "",
    check: Annotated[
        Path | None, typer.Option(help="check this zip and write none", show_default=False)
    ] = None,
) -> None:
    """Make the zip for learners, and prove that it holds no answer.

    With --self-study the solutions of the labs are in it, hidden and not encrypted, and none of
    the assessment; --check takes --self-study too.

    Exit code 0: it holds none; 1: it does, or could not be made, and nothing was written.
    """
    from anomaly_desk import build as builder
    from anomaly_desk.publish import release as maker
    from anomaly_desk.publish.release import targets

    if (output is None) == (check is None):
        raise typer.BadParameter("name one: --output FILE.zip to make it, --check FILE.zip to look")
    if (platform or python) and not wheels:
        raise typer.BadParameter("--platform and --python say which wheels; add --wheels")
    with one_sentence_errors():
        project = builder.project_folder()
        target = None
        if wheels:
            known = platform or targets.this_platform(), python or targets.this_python()
            target = maker.Target(*known)
        if check is not None:
            path = check
            with console.status("checking"):
                found = maker.complaints(project, path, self_study=self_study)
        else:
            path = output.absolute() if output else Path()
            with console.status("building, packing, checking"):
                found = maker.release(
                    project, path, data=data, wheels=target, self_study=self_study
                )
    if found:
        for complaint in found:
            console.print(f"[bold red]![/] {escape(complaint)}")
        written = "" if check else " Nothing was written."
        console.print(f"[bold red]{escape(path.name)} must not go to learners.[/]{written}")
        raise typer.Exit(1)
    console.print(_verdict(path, self_study=self_study), highlight=False)


def _verdict(path: Path, *, self_study: bool) -> str:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        wheels = [i for i in archive.infolist() if "/wheels/" in i.filename]
        files = len(archive.infolist())
    said = f"{escape(str(path))}: {path.stat().st_size / 1e6:,.1f} MB, {files} files"
    if wheels:
        size = sum(info.file_size for info in wheels) / 1e6
        said += f", of which {len(wheels)} wheels with {size:,.0f} MB"
    if self_study:
        held = (
            "Self-study edition: it holds the solutions of the labs, hidden, not encrypted; no "
            "hidden test, no instructor cell, and nothing of the assessment's answers."
        )
    else:
        held = "It holds no solution, hidden test, instructor cell or rubric."
    return f"{said}.\n[green]{held}[/]"
