"""Whatever kind of value a learner gives: a check says the same in a notebook and in the grader."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from anomaly_desk import execute
from anomaly_desk.checking.execute import SafeExecute

pytestmark = pytest.mark.notebook

FIRST = "from anomaly_labs import checks\nimport numpy as np\nimport pandas as pd"

# Each is 1, 0 and 3, or as near to them as its kind allows.
KINDS = {
    "list": "[1, 0, 3]",
    "tuple": "(1, 0, 3)",
    "set": "{1, 0, 3}",
    "frozenset": "frozenset([1, 0, 3])",
    "range": "range(0, 4, 3)",
    "text": "'103'",
    "bytes": "b'103'",
    "array": "__import__('array').array('d', [1, 0, 3])",
    "map": "map(int, '103')",
    "filter": "filter(lambda n: n != 2, [1, 2, 0, 3])",
    "generator": "(n for n in (1, 0, 3))",
    "zip": "zip([1, 0, 3], 'abc')",
    "no zip": "zip()",
    "enumerate": "enumerate('abc', 2)",
    "reversed": "reversed([3, 0, 1])",
    "iterator": "iter([1, 0, 3])",
    "chain": "__import__('itertools').chain([1], [0, 3])",
    "keys": "{1: 'a', 0: 'b', 3: 'c'}.keys()",
    "values": "{'a': 1, 'b': 0, 'c': 3}.values()",
    "items": "{'a': 1, 'b': 0, 'c': 3}.items()",
    "dict": "{1: 1, 0: 0, 3: 3}",
    "Counter": "__import__('collections').Counter([1, 1, 3])",
    "deque": "__import__('collections').deque([1, 0, 3])",
    "number": "3",
    "truth": "True",
    "NumPy number": "np.float32(3)",
    "NumPy truth": "np.bool_(True)",
    "NumPy text": "np.str_('3')",
    "no dimension": "np.array(3)",
    "long number": "np.longdouble(3)",
    "complex": "3 + 0j",
    "Decimal": "__import__('decimal').Decimal('3')",
    "Fraction": "__import__('fractions').Fraction(3, 1)",
    "nothing": "None",
    "NA": "pd.NA",
    "array of NumPy": "np.array([1, 0, 3])",
    "column vector": "np.array([[1], [0], [3]])",
    "objects": "np.array([1, 0, 3], dtype=object)",
    "long numbers": "np.array([1, 0, 3], dtype=np.longdouble)",
    "Series": "pd.Series([1, 0, 3])",
    "labelled Series": "pd.Series([1, 0, 3], index=['x', 'y', 'z'])",
    "numbers as labels": "pd.Series([1, 0, 3], index=[2, 1, 0])",
    "intervals as labels": "pd.Series([1, 0, 3], index=pd.interval_range(0, 3))",
    "binned": "pd.Series([1, 2, 3]).groupby(pd.cut([1, 1, 5], [0, 4, 6]), observed=False).sum()",
    "Int64": "pd.Series([1, 0, 3], dtype='Int64')",
    "Int64 with NA": "pd.Series([1, 0, None], dtype='Int64')",
    "boolean with NA": "pd.Series([True, False, None], dtype='boolean')",
    "pyarrow": "pd.Series([1, 0, 3], dtype='int64[pyarrow]')",
    "pyarrow with NA": "pd.Series([1.0, 0.0, None], dtype='double[pyarrow]')",
    "pyarrow truths": "pd.Series([True, False, True], dtype='bool[pyarrow]')",
    "pyarrow texts": "pd.Series(list('103'), dtype=pd.ArrowDtype(__import__('pyarrow').string()))",
    "categories": "pd.Series([1, 0, 3], dtype='category')",
    "sparse": "pd.Series([1, 0, 3], dtype='Sparse[int]')",
    "texts": "pd.Series(list('103'), dtype='string')",
    "Index": "pd.Index([1, 0, 3])",
    "extension array": "pd.array([1, 0, 3], dtype='int32[pyarrow]')",
    "pyarrow's own": "__import__('pyarrow').array([1, 0, 3])",
    "pyarrow's own in chunks": "__import__('pyarrow').chunked_array([[1], [0, 3]])",
    "table": "pd.DataFrame({'a': [1, 0, 3]})",
    "pyarrow table": "pd.DataFrame({'a': [1, 0, 3]}).convert_dtypes(dtype_backend='pyarrow')",
}  # fmt: skip

USES = [
    "checks.expect_close(given(), [1, 0, 3], 'other numbers')",
    "checks.expect_close(given(), 3, 'another number')",
    "checks.expect_between(given(), 1, 4, 'another number')",
    "checks.expect_shape(given(), (3,), 'another shape')",
    "checks.expect_type(given(), (int, float, str), 'given')",
    "checks.expect_type(given(), (list, tuple, np.ndarray, pd.Series), 'given')",
    "checks.expect_columns(given(), ['a'], 'other columns')",
    "checks.expect(list(given()) == [1, 0, 3], 'another order')",
    "checks.expect(set(given()) == {1, 0, 3}, 'other members')",
    "checks.expect(len(given()) == 3, 'another length')",
    "checks.expect(given()[2] == 3, 'another one')",
    "checks.expect(given()['x'] == 1, 'another one')",
    "checks.expect(given()[7] == 0, 'another one')",
    "checks.expect(np.asarray(given()).tolist() == [1, 0, 3], 'other values')",
    "checks.expect(np.asarray(given(), float).sum() == 4, 'another sum')",
    "checks.expect(bool((given() == np.array([1, 0, 3])).all()), 'other values')",
    "checks.expect(given() == 3, 'another value')",
    "checks.expect(bool(given()), 'none')",
    "checks.expect(given() * 2 == 6, 'another value')",
    "checks.expect(sum(given()) == 4, 'another sum')",
    "checks.expect(sorted(given()) == [0, 1, 3], 'other members')",
    "checks.expect(sorted(np.ravel(given())) == [0, 1, 3], 'other members')",
    "twice = given()\nchecks.expect(list(twice) == list(twice), 'it can be looped over once')",
    "checks.expect(isinstance(given(), set) or np.ndim(given()) == 1, 'no list')",
    "checks.expect([k for k in given()] == [1, 0, 3], 'another order')",
    "checks.expect(given().mean() * 3 == 4, 'another mean')",
    "checks.expect(given().iloc[0] == 1, 'another one')",
    "checks.expect(str(given()) == '3', 'another text')",
]


TRY = f"""verdicts = []
for use in {USES!r}:
    try:
        exec(use)
        verdicts.append(1)
    except Exception:
        verdicts.append(0)
print(verdicts)"""


def verdicts(notebook: nbformat.NotebookNode) -> list[tuple[str, str, int]]:
    """Kind, use, and whether the check passed."""
    checks = [cell for cell in notebook.cells if "kind" in cell.metadata]
    return [
        (cell.metadata.kind, use, verdict)
        for cell in checks
        for use, verdict in zip(USES, json.loads(cell.outputs[0].text), strict=True)
    ]


def test_each_kind_of_value_gets_the_same_verdict_in_the_notebook_and_in_the_grader(tmp_path):
    cells = [new_code_cell(FIRST)]
    for kind, value in KINDS.items():
        mark = {"grade": True, "solution": False, "locked": True, "points": 1, "grade_id": kind}
        cells.append(new_code_cell(f"def given():\n    return {value}"))
        cells.append(new_code_cell(TRY, metadata={"nbgrader": mark, "kind": kind}))
    notebook = new_notebook(cells=cells)
    release = Path(tmp_path, "release/quiz/quiz.ipynb")
    release.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells[:1]), release)

    there = verdicts(execute.run_notebook(nbformat.from_dict(notebook), folder=tmp_path, env={}))
    grader = SafeExecute(
        config=Config({"CourseDirectory": {"root": str(tmp_path)}}), fast=True, startup_timeout=120
    )
    place = {"assignment": "quiz", "notebook": "quiz", "student": ""}
    here = verdicts(grader.preprocess(notebook, {"nbgrader": place})[0])

    assert [one for one, other in zip(there, here, strict=True) if one != other] == []
    assert 200 < sum(passed for *_, passed in there) < len(there) - 200
