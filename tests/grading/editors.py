"""What editors, cleaners and notebook services leave of a notebook, as their users reported."""

import json
from collections.abc import Callable

import jupytext
import nbformat
from nbconvert.preprocessors import ClearMetadataPreprocessor


def databricks(notebook: dict) -> dict:
    """An export of Databricks: metadata of its own alone, as in quarto-cli's issue 9089."""
    for number, cell in enumerate(_without_ids(notebook)):
        own = {"cellMetadata": {"byteLimit": 2048000}, "nuid": f"493a7a31-{number}", "title": ""}
        cell["metadata"] = {"application/vnd.databricks.v1+cell": own}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 0
    return {**notebook, "metadata": {"application/vnd.databricks.v1+notebook": {}}}


def databricks_magics(notebook: dict) -> dict:
    """Databricks' own cells: text is code that begins with a magic."""
    for cell in databricks(notebook)["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            cell |= {"cell_type": "code", "source": f"%md\n{text}", "outputs": []}
    return notebook


def colab(notebook: dict) -> dict:
    """Colab before it kept ids: one of its own in the metadata."""
    for number, cell in enumerate(_without_ids(notebook)):
        cell["metadata"] = {"id": f"Xy{number:010}", "colab": {"base_uri": "https://localhost"}}
        cell["source"] = "".join(cell["source"]).rstrip("\n").splitlines(keepends=True)
    return {**notebook, "metadata": {"colab": {"provenance": []}}, "nbformat_minor": 0}


def kaggle(notebook: dict) -> dict:
    """Kaggle: format 4.4 without ids, and times of execution."""
    for cell in _without_ids(notebook):
        cell["metadata"] = {"trusted": True, "execution": {"iopub.status.busy": "2024-03-01"}}
    return {**notebook, "nbformat_minor": 4}


def deepnote(notebook: dict) -> dict:
    """Deepnote: flat keys of its own, and blocks under new ids."""
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{number:032x}"
        cell["metadata"] = {"cell_id": f"{number:032x}", "deepnote_cell_type": cell["cell_type"]}
    return notebook


def vscode(notebook: dict) -> dict:
    """VS Code when it dropped all metadata of cells that it ran (vscode-python's issue 9997)."""
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"#VSC-{number:08x}"
        cell["metadata"] = {"vscode": {"languageId": "python"}}
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return notebook


def nbstripout(notebook: dict) -> dict:
    """nbstripout: ids are counted from 0; the keys that it was told of are gone."""
    for number, cell in enumerate(notebook["cells"]):
        cell |= {"id": str(number), "metadata": {}}
        cell.pop("execution_count", None)
    return notebook


def nbconvert(notebook: dict) -> dict:
    """``jupyter nbconvert --ClearMetadataPreprocessor.enabled=True``, and ids made anew."""
    cleared, _ = ClearMetadataPreprocessor().preprocess(_node(notebook), {})
    for number, cell in enumerate(cleared.cells):
        cell.id = f"{number:08x}"
    return json.loads(nbformat.writes(cleared))


def format_3(notebook: dict) -> dict:
    """The format of IPython 2, where headings are cells of their own."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    old = nbformat.convert(_node(notebook), 3)
    return json.loads(json.dumps(old))


def through(fmt: str) -> Callable[[dict], dict]:
    """A round trip through a text of jupytext without metadata."""

    def trip(notebook: dict) -> dict:
        given = _node(notebook)
        given.metadata["jupytext"] = {"cell_metadata_filter": "-all"}
        text = jupytext.writes(given, fmt=fmt)
        back = jupytext.reads(text, fmt=fmt)
        return json.loads(nbformat.writes(back))

    return trip


def _node(notebook: dict) -> nbformat.NotebookNode:
    return nbformat.reads(json.dumps(notebook), as_version=4)


def _without_ids(notebook: dict) -> list[dict]:
    for cell in notebook["cells"]:
        cell.pop("id", None)
    return notebook["cells"]


EDITORS: dict[str, Callable[[dict], dict]] = {
    "databricks": databricks,
    "databricks-magics": databricks_magics,
    "colab": colab,
    "kaggle": kaggle,
    "deepnote": deepnote,
    "vscode": vscode,
    "nbstripout": nbstripout,
    "nbconvert": nbconvert,
    "format-3": format_3,
    "jupytext-percent": through("py:percent"),
    "jupytext-light": through("py:light"),
    "jupytext-markdown": through("md"),
}
