"""Checks outside the learner's kernel: plain data both ways, sentences for all else."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, OrderedDict, namedtuple
from fractions import Fraction
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade
from traitlets.config import Config

from anomaly_desk.checking import waiting
from anomaly_desk.checking.execute import SafeExecute
from anomaly_desk.checking.judge import judge
from anomaly_desk.checking.kernel import Kernel
from anomaly_desk.checking.namespace import Namespace, Trusted
from anomaly_desk.checking.outputs import PER_OUTPUT, Outputs
from anomaly_desk.checking.remote import AnswerError, Dialogue, Remote
from anomaly_desk.checking.replies import KernelGoneError, MessageLimits, TooSlowError
from anomaly_desk.errors import CourseError
from anomaly_desk.execute import QUIET_KERNEL
from anomaly_desk.submissions import findings
from anomaly_labs import checks
from anomaly_labs.inside import agent
from anomaly_labs.inside.codec import MalformedError, Reference, pack
from anomaly_labs.inside.decoder import unpack

MIXED = pd.DataFrame(
    {
        "service": pd.Categorical(["http", "ftp", "http"], categories=["smtp", "ftp", "http"]),
        "bytes": np.array([1.5, np.nan, 3.0], dtype=np.float32),
        "flag": [True, False, True],
        "text": ["a", "b", None],
        "when": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
        "count": pd.array([1, None, 3], dtype="Int64"),
        "word": pd.array(["x", None, "z"], dtype="string"),
    },
    index=pd.Index([7, 5, 9], name="row"),
)


def refuse(value, why=""):
    raise AssertionError(f"no plain form: {value!r}")


def there_and_back(value):
    return unpack(pack(value, refer=refuse), resolve=refuse)


def dialogue(**namespace) -> Dialogue:
    """A dialogue with the agent in this process, on a learner's names."""
    return Dialogue(lambda question, **_: agent.answer(question, 1_000_000, namespace))


def outputs_of(check, points=2.0, release=(), **namespace):
    """What a check gives, for a release of these cells and a learner with these names."""
    cells = [new_code_cell("from anomaly_labs import checks\nimport numpy as np"), *release]
    trusted = Trusted(new_notebook(cells=cells), fast=True)
    return judge(check, points, Namespace(trusted, dialogue(**namespace)))


def locked(source):
    marks = {"grade": False, "solution": False, "locked": True, "grade_id": "quiz-data"}
    return new_code_cell(source, metadata={"nbgrader": marks})


# the codec


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -3, 2**700, 2.5, float("inf"), "ü\ud800\n", (), (1, [2.0, {"a": (None,)}]),
     {1: "a", (1, 2): {3}, None: frozenset([4])}, range(2, 9, 3)],
    ids=repr,
)  # fmt: skip
def test_python_values_come_back_with_their_types(value):
    back = there_and_back(value)
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize(
    "value",
    [np.float32(1.5), np.int64(3), np.bool_(True), np.str_("a"), np.zeros((0, 3), np.float16),
     np.arange(6, dtype=">i4").reshape(2, 3), np.array([["ä", "bc"]]), np.asfortranarray(np.eye(3)),
     np.array([1 + 2j]), np.array([True, False]), np.array("2024-01-01", "M8[D]")],
    ids=repr,
)  # fmt: skip
def test_numpy_values_come_back_with_their_types(value):
    back = there_and_back(value)
    assert type(back) is type(value)
    assert back.dtype == value.dtype
    np.testing.assert_array_equal(back, value)


def test_arrays_of_objects_come_back():
    value = np.array([["a", None], [1, (2, 3)]], dtype=object)
    back = there_and_back(value)
    assert back.dtype == object
    assert back.tolist() == value.tolist()


@pytest.mark.parametrize(
    "frame",
    [MIXED, MIXED.iloc[:0], MIXED.iloc[:, :0], MIXED.set_index(["service", "flag"]),
     MIXED.T.iloc[:0], pd.DataFrame([[1, 2]], columns=["a", "a"])],
    ids=["mixed", "no rows", "no columns", "two indices", "transposed", "same names"],
)  # fmt: skip
def test_frames_come_back_with_dtypes_index_and_order(frame):
    pd.testing.assert_frame_equal(there_and_back(frame), frame, check_freq=False)


@pytest.mark.parametrize("column", MIXED.columns)
def test_series_come_back(column):
    series = MIXED[column]
    pd.testing.assert_series_equal(there_and_back(series), series)
    pd.testing.assert_index_equal(there_and_back(pd.Index(series)), pd.Index(series))


def test_ordered_categories_keep_their_order():
    value = pd.Series(pd.Categorical(["low"], ["high", "low"], ordered=True), name=("a", 1))
    pd.testing.assert_series_equal(there_and_back(value), value)


def test_subclasses_come_back_as_what_they_extend():
    point = namedtuple("point", "x y")
    assert there_and_back([Counter("aab"), OrderedDict(a=1), point(1, 2)]) == [
        {"a": 2, "b": 1}, {"a": 1}, (1, 2),
    ]  # fmt: skip


def test_arrays_that_come_back_can_be_written_to():
    array = there_and_back(np.zeros(3))
    array[0] = 1
    assert array.tolist() == [1, 0, 0]


def message(node, data=b""):
    text = json.dumps(node).encode()
    return len(text).to_bytes(8, "little") + text + data


MANY_ROWS = ["range_index", 0, 9_000_000, 1, None]
ONE_NUMBER = ["scalar", ["array", "<f8", []]]


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"\xff" * 20,
        message(["pickle", "gASVAA=="]),
        message({"a": 1}),
        message(["array", "|O", [1]], b"12345678"),
        message(["array", "<V8", [1]], b"12345678"),
        message(["array", "<f8", [10**12]], b"12345678"),
        message(["array", "<f8", [2, 2]], b"12345678"),
        message(["array", "<f8", [-1]], b"12345678"),
        message(["array", "<f8", [0, 10**15]]),
        message(["array", "<f8", [1]], b"1234567890"),
        message(["array", "|b1", [1]], b"\x02"),
        message(["array", "<U1", [1]], b"\xff\xff\xff\xff"),
        message(["array", "<U99999999", [0]]),
        message(["range", 0, 10**30, 1]),
        message(["range_index", 0, 10**15, 1, None]),
        message(["objects", [10**9], []]),
        message(["dict", [[["list", []], 1]]]),
        message(["dict", [[["tuple", [i]], 1] for i in range(1001)]]),
        message(["set", [2**61 - 1 << i for i in range(1001)]]),
        message(["scalar", ["array", "<f8", [1]]], b"12345678"),
        message(["categories", ["array", "|i1", [1]], ["range_index", 0, 1, 1, None], False], b"7"),
        message(["strings", "python", True, [1]]),
        message(["masked", "object", ["array", "|b1", [0]], ["array", "<i8", [0]]]),
        message(["frame", ["range_index", 0, 1, 1, None], ["range_index", 0, 9, 1, None], []]),
        # few bytes that would become gigabytes
        message(["frame", ["range_index", 0, 4, 1, None], MANY_ROWS, [ONE_NUMBER] * 4], bytes(32)),
        message(["series", MANY_ROWS, None, ONE_NUMBER], bytes(8)),
        message(["list", [MANY_ROWS] * 2]),
        message(["list", [["range", 0, 9_000_000, 1]] * 2]),
        message(["list", [["array", "<f8", [9_000_000, 0]]] * 2]),
        message(["list", [["objects", [0, 9_000_000], []], MANY_ROWS]]),
        message(["ref", "0", "int", False]),
        message(["read", 1]),
        # other kinds, of which few bytes would take for ever
        message(["kind", "__class__", 1]),
        message(["kind", "Decimal", "1e999999"]),
        message(["kind", "Fraction", ["tuple", ["1e999999999"]]]),
        message(["kind", "Counter", ["list", [1, 1]]]),
        message(["kind", "keys", ["dict", [[["tuple", [i]], 1] for i in range(1001)]]]),
        message(["kind", "zip", ["list", [["range", 0, 4_000_000, 1]] * 2]]),
        message(["kind", "array", ["tuple", ["q", ["list", ["a"]]]]]),
        message(["kind", "deque", ["range", 0, 9_000_000, 1]]),
        message(["values", ["arrow", "list<item: int64>", ["list", []]]]),
        (10**6).to_bytes(8, "little") + b"[" * 10**6,
        (2 * 10**6).to_bytes(8, "little") + b'["list",[' * (10**6 // 9),
        (4 * 10**6).to_bytes(8, "little") + b"[" + b"1," * (2 * 10**6 - 1) + b"1]",
        message(2**1025),
    ],
    ids=itertools.count(),
)
def test_a19_forged_messages_are_refused(forged):
    with pytest.raises(MalformedError):
        unpack(forged, resolve=refuse)


def test_a19_a_thousand_damaged_messages_raise_nothing_else():
    chance = random.Random(4)
    good = pack([MIXED, {"a": np.arange(5)}, "text", MIXED.set_index(["flag", "text"])], refuse)
    for _ in range(1_000):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            unpack(bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]), refuse)
        except MalformedError:
            continue


# names, calls and what cannot cross


def test_values_and_functions_of_the_learner_are_found():
    learner = dialogue(limit=3, grow=lambda x, by=1: x + by)
    assert learner.fetch("limit") == 3
    grow = learner.fetch("grow")
    assert grow(np.array([1, 2]), by=2).tolist() == [3, 4]
    assert grow(MIXED["bytes"]).name == "bytes"


def test_unknown_name_is_a_sentence():
    with pytest.raises(AnswerError, match="`answer` is not defined: keep the name"):
        dialogue().fetch("answer")


def test_untouched_exercise_says_what_it_says_in_a_notebook():
    def untouched():
        raise checks.NotAnswered()

    with pytest.raises(checks.NotAnswered, match="replace the line"):
        dialogue(f=untouched).fetch("f")()


def test_errors_of_the_learner_are_one_sentence_and_can_be_caught():
    def broken(x):
        raise ValueError("no\n\x1b[31mway" + "!" * 999)

    with pytest.raises(ValueError, match=r"^`f` raised ValueError: no ") as caught:
        dialogue(f=broken).fetch("f")(1)
    assert isinstance(caught.value, AnswerError)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), Exception])
def test_no_exception_of_the_learner_ends_the_grader(error):
    def broken():
        raise error

    with pytest.raises(AnswerError, match="`f` raised"):
        dialogue(f=broken).fetch("f")()


class Liar:
    """Says yes to everything, and that it is a dictionary."""

    __class__ = dict
    __hash__ = None

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def __len__(self):
        return 3


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x == 3, lambda x: x != 3, bool, len, list, float, lambda x: x.shape, str,
        lambda x: isinstance(x, dict), lambda x: x[0], lambda x: x + 1, lambda x: 1 - x,
        lambda x: 3 in x, np.asarray, np.shape, lambda x: np.array([1.0]) == x, lambda x: {x: 1},
        lambda x: checks.expect_type(x, dict, "it"), lambda x: checks.expect_close(x, 1, "no"),
        lambda x: checks.expect_shape(x, (3,), "no"), lambda x: checks.expect_columns(x, [], "no"),
        lambda x: checks.expect(x, "no"), lambda x: checks.expect_between(x, 0, 1, "no"),
    ],
)  # fmt: skip
def test_a06_a_strange_object_can_be_passed_on_and_nothing_else(use):
    learner = dialogue(make=Liar, know=lambda x: type(x).__name__)
    strange = learner.fetch("make")()
    assert type(strange) is Remote
    assert learner.fetch("know")(strange) == "Liar"
    with pytest.raises((checks.CheckFailed, TypeError)):
        use(strange)


def test_a_strange_object_is_told_by_its_type():
    with pytest.raises(AnswerError, match="what `f` returned is an object of type Liar; plain"):
        len(dialogue(f=Liar).fetch("f")())


def test_tensors_come_back_as_arrays():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return np.ones((2, 2), np.float32)

    back = dialogue(f=Tensor).fetch("f")()
    assert (type(back), back.dtype, back.shape) == (np.ndarray, np.float32, (2, 2))


def test_what_a_notebook_could_loop_over_comes_back_as_what_it_was():
    counts = {"a": 1, "b": 2}
    learner = dialogue(
        keys=counts.keys(), pairs=zip("ab", "cd", strict=True), odd=(n for n in (1, 3))
    )
    assert learner.fetch("keys") == {"a", "b"}
    assert list(learner.fetch("pairs")) == [("a", "c"), ("b", "d")]
    odd = learner.fetch("odd")
    assert (list(odd), list(odd)) == ([1, 3], [])
    assert dialogue(half=Fraction(1, 2)).fetch("half") == 0.5


def test_a_table_that_cannot_cross_says_why():
    monthly = pd.period_range("2024-01", periods=2, freq="M")
    with pytest.raises(AnswerError, match=r"type PeriodIndex \(a column of period\[M\]\)"):
        len(dialogue(monthly=monthly).fetch("monthly"))


def test_a_variable_is_fetched_once_for_a_check():
    (printed,) = outputs_of("found.append(4)\nprint(found)", found=[3])
    assert printed.text == "[3, 4]\n"


def test_too_large_an_answer_is_a_sentence():
    with pytest.raises(AnswerError, match="too large to be graded: 8 MB, and 1 MB"):
        dialogue(f=lambda: np.zeros(10**6)).fetch("f")()


@pytest.mark.parametrize(
    "answer",
    ["", "?", "AAAA", "QUJD" * 9]
    + [__import__("base64").b64encode(message(n)).decode() for n in (
        None, 3, ["list", []], ["tuple", ["value", 1]], ["tuple", [1, 2, 3]],
        ["tuple", ["error", 3, 4]], ["tuple", ["odd", None, "x\ny"]],
    )],
)  # fmt: skip
def test_a19_an_answer_that_is_none_is_a_sentence(answer):
    with pytest.raises(AnswerError):
        Dialogue(lambda question: answer).fetch("x")


def test_checks_cannot_send_what_is_not_plain():
    with pytest.raises(TypeError, match="a check can send plain data"):
        dialogue(f=print).fetch("f")(object())


def test_arguments_stay_as_they_are_and_a_check_can_ask_whether_they_were_changed():
    def spoil(table):
        table["new"] = 1
        return len(table)

    table, spoil = pd.DataFrame({"a": [1, 2]}), dialogue(f=spoil).fetch("f")
    assert spoil(table) == 2
    assert list(table.columns) == ["a"]
    hint = "your function changed the table"
    with pytest.raises(checks.CheckFailed, match=hint), checks.unchanged(table, hint):
        spoil(table)
    with checks.unchanged(table, "your function changed the table"):
        spoil(table.copy())


@pytest.mark.parametrize(
    "table",
    [
        MIXED, MIXED.set_index(["service", "flag"]), MIXED["count"], pd.Index(["a", None]),
        np.array([1.0, np.nan]), np.array([["a", None], [1, (2, 3)]], dtype=object),
        [3, [float("nan"), None], {"a": np.zeros(2)}], {"b", "a", "c"}, {1: {"x", "y", "z"}},
        Counter("aab"), range(3),
    ],
    ids=lambda table: type(table).__name__,
)  # fmt: skip
def test_who_changes_no_argument_is_never_said_to_have(table):
    with checks.unchanged([], ""), pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "is_watched", lambda value: value is table)
        patch.setattr(checks, "note_change", lambda value: pytest.fail("it was not changed"))
        dialogue(f=lambda table: 1).fetch("f")(table)


# checks


def test_check_passes_and_prints():
    (printed,) = outputs_of("checks.expect(f(2) == 4, 'no')\nchecks.passed('q')", f=lambda x: 2 * x)
    assert (printed.output_type, printed.text) == ("stream", "✓ q passed\n")


def test_check_fails_with_one_sentence():
    (error,) = outputs_of("checks.expect(f(2) == 4, 'two times two')", f=lambda x: x + 1)
    assert (error.ename, error.evalue) == ("CheckFailed", "two times two")
    assert error.traceback == ["✗ two times two"]


def test_a02_unexpected_data_fail_with_a_sentence_that_shows_no_code():
    source = "secret = f(1)['key'] + 1\n"
    (error,) = outputs_of(source, f=lambda x: [1, 2])
    assert "the check cannot use this answer: TypeError" in error.evalue
    assert "secret" not in str(error) and "Traceback" not in str(error)


@pytest.mark.parametrize(
    ("value", "shown"), [("1.5", "1.5"), ("9", "2.0"), ("-1.0", "0.0"), ("np.float32(1)", "1.0"),
                         ("float('nan')", "0.0")],
)  # fmt: skip
def test_a08_partial_credit_is_a_number_between_none_and_all(value, shown):
    (result,) = outputs_of(value)
    assert (result.output_type, result.data) == ("execute_result", {"text/plain": shown})


@pytest.mark.parametrize("value", ["True", "None", "'2.0'", "[1.0]"])
def test_a08_other_last_values_are_no_credit(value):
    assert outputs_of(value) == []


def test_a09_names_of_the_course_win_over_the_learner():
    mine = {"np": 1, "checks": 2, "len": 3, "rt": 4, "limit": 5, "free": 6}
    release = [
        new_code_cell("from anomaly_labs import runtime\nrt = runtime.prepare(seed=3)"),
        locked("limit = np.int64(10)\ndef over(x): return x > limit"),
    ]
    check = "print(np.int64(limit), over(11), len('ab'), rt.seed, rt.fast, free)"
    (printed,) = outputs_of(check, release=release, **mine)
    assert printed.text == "10 True 2 3 True 6\n"


def test_locked_cell_that_fails_is_nobodys_mistake_but_the_courses():
    with pytest.raises(CourseError, match="locked cell that begins with 'limit = 1 / 0'"):
        outputs_of("print(limit)", release=[locked("limit = 1 / 0")])


def test_locked_cells_and_data_come_before_the_kernel(monkeypatch):
    loaded = []
    monkeypatch.setattr("anomaly_labs.datasets.load", lambda *a, **k: loaded.append((a, k)))
    release = [
        new_code_cell(
            "from anomaly_labs import datasets\nd = datasets.load('kdd99', split='test')"
        ),
        locked("first = datasets.load('kdd99')"),
    ]
    Trusted(new_notebook(cells=release), fast=True).settle()
    assert loaded == [(("kdd99",), {}), (("kdd99",), {"split": "test"})]


def test_locked_cells_do_not_see_the_learner():
    with pytest.raises(CourseError, match="'mine' is not defined"):
        outputs_of("print(limit)", release=[locked("limit = mine")], mine=3)


def test_each_check_runs_by_itself():
    (error,) = [*outputs_of("kept = 1"), *outputs_of("print(kept)")]
    assert "`kept` is not defined" in error.evalue


def test_a09_no_module_is_taken_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "antigravity_lab.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    release = [new_code_cell("import antigravity_lab")]
    with pytest.raises(CourseError, match="`import antigravity_lab` does not work in the grader"):
        outputs_of("antigravity_lab", release=release)


def test_a_missing_file_of_the_course_costs_no_points():
    with pytest.raises(CourseError, match=r"a check does not run: .*nowhere\.csv"):
        outputs_of("open('/nowhere.csv')")


def test_a12_a_check_that_runs_too_long_on_an_answer_fails():
    trusted = Trusted(new_notebook(cells=[]), fast=True)
    namespace = Namespace(trusted, dialogue(n=10**15))
    (error,) = judge("for _ in range(n): pass", 2.0, namespace, seconds=0.2)
    assert error.evalue == "the check took too long with this answer"


def test_a12_a_check_that_catches_the_alarm_ends_too():
    trusted = Trusted(new_notebook(cells=[]), fast=True)
    namespace = Namespace(trusted, dialogue(n=10**15))
    swallowed = "try:\n    for _ in range(n): pass\nexcept AssertionError: pass\n"
    started = time.monotonic()
    (error,) = judge(f"{swallowed}for _ in range(n): pass", 2.0, namespace, seconds=0.1)
    assert error.evalue == "the check took too long with this answer"
    assert signal.getitimer(signal.ITIMER_REAL)[1] == 0.0  # and rings no more
    assert time.monotonic() - started < 10


# kernels, without the sandbox


@pytest.fixture
def kernel():
    running = Kernel(
        KernelManager(kernel_name="python3"), MessageLimits(answer=10**6, output=1_000)
    )
    running.start(timeout=60, arguments=QUIET_KERNEL)
    yield running
    running.stop()


def test_cells_run_and_answers_come(kernel):
    assert kernel.run("x = 6\nprint(x)\nx * 7", timeout=30).cells[1].data["text/plain"] == "42"
    learner = Dialogue(lambda question: kernel.ask(question, timeout=30))
    assert learner.fetch("x") == 6
    kernel.run("def double(frame):\n    print('!')\n    return frame * 2", timeout=30)
    pd.testing.assert_frame_equal(learner.fetch("double")(MIXED[["bytes"]]), MIXED[["bytes"]] * 2)


def test_errors_and_questions_to_the_keyboard_end(kernel):
    shown = kernel.run("input('name? ')", timeout=30).cells
    assert [o.ename for o in shown if o.output_type == "error"] == ["StdinNotImplementedError"]


def test_slow_cell_is_interrupted_and_the_kernel_lives_on(kernel):
    with pytest.raises(TooSlowError) as slow:
        kernel.run("print(1, flush=True)\nwhile True: pass", timeout=3)
    assert slow.value.outputs.cells[0].text == "1\n"
    assert kernel.run("2", timeout=30).cells[0].data["text/plain"] == "2"


def test_a12_kernel_that_ignores_interrupts_is_killed(kernel, monkeypatch):
    monkeypatch.setattr("anomaly_desk.checking.kernel.GRACE", 2.0)
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    with pytest.raises(KernelGoneError, match="could not be interrupted"):
        kernel.run(stubborn, timeout=3)
    assert not kernel.manager.is_alive()
    with pytest.raises(KernelGoneError, match="could not be interrupted"):
        kernel.ask("", timeout=3)


def test_a14_dead_kernel_is_noticed(kernel):
    with pytest.raises(KernelGoneError, match="it died"):
        kernel.run("import os\nos._exit(3)", timeout=30)


def test_a13_kernel_that_sends_without_an_end_is_killed(kernel, monkeypatch):
    monkeypatch.setattr("anomaly_desk.checking.kernel.resident_memory", lambda: 10**12)
    with pytest.raises(KernelGoneError, match="sent too much"):
        kernel.run("import time\ntime.sleep(60)", timeout=30)
    assert kernel.cause == "output"


def test_what_code_prints_while_it_answers_a_check_is_dropped(kernel):
    kernel.run("def loud():\n    print('loud')\n    display(3)\n    return 1", timeout=30)
    learner = Dialogue(lambda question: kernel.ask(question, timeout=30))
    assert learner.fetch("loud")() == 1
    assert kernel.run("pass", timeout=30).cells == []


# whole notebooks, without the sandbox


@pytest.fixture
def run_notebook(tmp_path):
    """Run cells through the step of nbgrader; pairs of answer and check, all with one release."""

    def _run(*pairs, **traits):
        first = new_code_cell("from anomaly_labs import checks")
        release = tmp_path / "release" / "quiz" / "quiz.ipynb"
        release.parent.mkdir(parents=True)
        nbformat.write(new_notebook(cells=[first]), release)
        cells = [first]
        for number, (answer, check) in enumerate(pairs):
            marks = {"grade_id": f"q{number}", "points": 2, "grade": True, "solution": False}
            cells += [new_code_cell(answer), new_code_cell(check, metadata={"nbgrader": marks})]
        step = SafeExecute(
            config=Config({"CourseDirectory": {"root": str(tmp_path)}}),
            extra_arguments=QUIET_KERNEL,
            unsafe=True,
            **traits,
        )
        place = {"assignment": "quiz", "notebook": "quiz", "student": "ada"}
        ran, _ = step.preprocess(new_notebook(cells=cells), {"nbgrader": place})
        return ran

    return _run


def marks(notebook):
    """The points that nbgrader gives to each check."""
    checked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return [determine_grade(cell)[0] for cell in checked]


SPOILS = """
def count(rows):
    rows.append(1)
    return len(rows) - 1
"""
WATCHES = """
rows = [3, 1, 2]
with checks.unchanged(rows, "your function changed the list"):
    n = count(rows)
checks.expect(n == 3, "count them")
"""
PATCH = "import sys\nfrom anomaly_labs.inside import agent, codec\n"
# A learner's code denies that an argument was changed.
DENIALS = {
    "no change told": "call = agent._call\n"
    "agent._call = lambda f, args, kwargs, watched: (*call(f, args, kwargs, [])[:2], [])",
    "the argument as it came": "def call(f, args, kwargs, watched):\n"
    "    kept = [list(args[i]) for i in watched]\n"
    "    return 'value', f(*args, **kwargs), kept\n"
    "agent._call = call",
    "a copy for the function": "call = agent._call\n"
    "agent._call = lambda f, args, kwargs, watched: ('value', f(list(*args)), list(args))",
    "equal bytes": "pack = agent.pack\n"
    "agent.pack = lambda value, refer: pack(value, refer) if type(value) is tuple else b''",
    "cut off while it is packed": "node = codec._Packer.node\n"
    "def cut(self, value, depth):\n"
    "    return node(self, value[:3] if type(value) is list else value, depth)\n"
    "codec._Packer.node = cut",
    "another answer": "answer = agent.answer\n"
    "def deny(question, max_bytes, namespace=None):\n"
    "    real = agent._call\n"
    "    agent._call = lambda f, args, kwargs, watched: ('value', f(*args), [])\n"
    "    return answer(question, max_bytes, namespace)\n"
    "agent.answer = deny",
    "another module": "import types\n"
    "other = types.ModuleType(agent.__name__)\n"
    "vars(other).update(vars(agent))\n"
    "exec('def _call(f, args, kwargs, watched): return \"value\", f(*args), []', vars(other))\n"
    "sys.modules[agent.__name__] = other",
}


@pytest.mark.parametrize("patch", ["", *DENIALS.values()], ids=["honest", *DENIALS])
def test_a07_a_patched_agent_cannot_deny_that_an_argument_was_changed(run_notebook, patch):
    ran = run_notebook((PATCH + patch + SPOILS, WATCHES), (SPOILS, WATCHES))
    assert marks(ran) == [0, 0]
    assert ran.cells[2].outputs[0].evalue == "your function changed the list"


def test_a_function_of_one_that_leaves_its_arguments_alone_keeps_its_points(run_notebook):
    fair = "def count(rows):\n    return len(list(rows))"
    helper = "def size(rows):\n    return len(rows)\ndef count(rows):\n    return size(rows)"
    assert marks(run_notebook((fair, WATCHES), (helper, WATCHES))) == [2, 2]


FINE = ("x = 1", "checks.expect(x == 1, 'one')\nchecks.passed('q')")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("import os; os._exit(1)", "kernel-died"),
        ("import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass", "limit-time"),
    ],
)
def test_earlier_marks_stay_when_the_kernel_ends(run_notebook, monkeypatch, answer, kind):
    monkeypatch.setattr("anomaly_desk.checking.kernel.GRACE", 2.0)
    ran = run_notebook(FINE, (answer, FINE[1]), FINE, timeout=3)
    assert marks(ran) == [2, 0, 0]
    kinds = [finding.kind for finding in findings.read(ran)]
    assert [one for one in kinds if one != "waited"] == [kind]  # on a busy machine it has
    assert "an earlier cell stopped the kernel" in ran.cells[-1].outputs[0].evalue


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
@pytest.mark.parametrize(
    ("endless", "kinds"),
    [
        ("import time\ntime.sleep(60)", ["limit-time"]),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-S', '-c', 'while 1: pass'])",
            ["limit-time", "waited"],
        ),
    ],
    ids=["sleeps", "its child computes"],
)
def test_who_waits_for_a_processor_is_told_from_who_wants_none(run_notebook, endless, kinds):
    free = os.sched_getaffinity(0)
    one = [sys.executable, "-S", "-c", "while True: pass"]
    os.sched_setaffinity(0, {min(free)})
    rivals = [subprocess.Popen(one, start_new_session=True) for _ in range(3)]
    try:
        ran = run_notebook((endless, FINE[1]), timeout=4)
    finally:
        os.sched_setaffinity(0, free)
        for rival in rivals:
            rival.kill()
            rival.wait()
    assert [finding.kind for finding in findings.read(ran)] == kinds


@pytest.mark.parametrize(
    ("threads", "cores", "missed"),
    [
        ([(10, 0)], 2, 0.0),  # a loop that has its processor
        ([(9, 1)], 2, 0.1),
        ([(5, 5)], 2, 0.5),
        ([(0, 0.1)], 2, 0.01),  # it sleeps
        ([(4, 6), (0, 0), (6, 4)], 2, 0.5),
        ([(2.5, 7.5)] * 8, 2, 0.0),  # eight threads that wait for each other
        ([(1, 9)] * 8, 2, 0.6),
    ],
)
def test_what_a_kernel_has_missed_is_what_it_would_have_had_alone(
    monkeypatch, threads, cores, missed
):
    told: dict[str, tuple[int, int]] = {}
    monkeypatch.setattr(waiting, "scheduled", lambda pid: dict(told))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(cores), raising=False)
    manager = SimpleNamespace(provisioner=SimpleNamespace(pid=1, cores=2))
    meter = waiting.Waiting(manager)
    clock = meter.begun.clock + 10
    monkeypatch.setattr(waiting.time, "monotonic", lambda: clock)
    for number, (ran, waited) in enumerate(threads):
        told[str(number)] = (int(ran * 1e9), int(waited * 1e9))
    assert meter.missed(meter.begun) == pytest.approx(missed)


def test_a_slow_cell_costs_only_its_own_points(run_notebook):
    ran = run_notebook(FINE, ("x = 2\nwhile True: pass", FINE[1]), FINE, timeout=3)
    assert marks(ran) == [2, 0, 2]
    assert "longer than 3 s" in str(ran.cells[3].outputs)


def test_a_slow_answer_costs_only_its_own_points(run_notebook):
    slow = "import time\ndef f(): time.sleep(60)"
    ran = run_notebook(FINE, (slow, "f()"), FINE, call_timeout=3)
    assert marks(ran) == [2, 0, 2]
    assert "longer than 3 s" in ran.cells[4].outputs[0].evalue


def test_the_whole_notebook_has_a_time_limit(run_notebook):
    ran = run_notebook(FINE, ("import time; time.sleep(60)", FINE[1]), FINE, total_timeout=4)
    assert marks(ran)[1:] == [0, 0]
    assert "limit-time" in {finding.kind for finding in findings.read(ran)}


def test_warnings_cost_nothing_and_printing_is_no_credit(run_notebook):
    warns = "import warnings, sys\nwarnings.warn('careful')\nprint('0', file=sys.stderr)\nx = 1"
    loud = "import warnings\nwarnings.warn('so')\nprint('0.5')"
    assert marks(run_notebook((warns, f"{FINE[1]}\n{loud}"))) == [2]


def test_what_a_cell_prints_is_limited(run_notebook):
    ran = run_notebook(("x = 1\nfor _ in range(99): print('y' * 999)", FINE[1]), max_output=5_000)
    assert marks(ran) == [2]
    assert len(str(ran.cells[1].outputs)) < 6_000
    assert [finding.kind for finding in findings.read(ran)] == ["limit-output"]


def test_a13_what_all_cells_print_is_limited(run_notebook):
    loud = ("x = 1\nprint('y' * 4_000)", FINE[1])
    ran = run_notebook(loud, loud, loud, total_output=5_000)
    assert marks(ran) == [2, 2, 2]
    first, *others = (str(cell.outputs) for cell in ran.cells[1::2])
    assert len(first) > 4_000
    assert all(len(shown) < 500 and "left out" in shown for shown in others)
    (finding,) = findings.read(ran)
    assert (finding.kind, finding.text[:29]) == ("limit-output", "the notebook printed too much")


def test_the_private_seed_is_not_in_the_kernel(run_notebook):
    look = "import os\nseen = [k for k in os.environ if 'SEED' in k]"
    check = "import os\nchecks.expect(seen == [] and 'ANOMALY_LABS_PRIVATE_SEED' in os.environ, '')"
    assert marks(run_notebook((look, check))) == [2]


# outputs


def test_outputs_are_collected_merged_and_cut():
    shown = Outputs(PER_OUTPUT + 100, {})
    for text in ("a", "b", 3, "c" * 200, "d"):
        shown.take("stream", {"name": "stdout", "text": text})
    first, note = shown.cells
    assert first.text == "ab"
    assert "the rest of the output is left out" in note.text
    assert shown.truncated
    assert shown.size == PER_OUTPUT + 2


def test_a13_empty_outputs_count_too():
    shown = Outputs(10 * PER_OUTPUT, {})
    for number in range(1_000):
        shown.take("stream", {"name": ("stdout", "stderr")[number % 2], "text": ""})
        shown.take("display_data", {"data": {"text/plain": ""}})
    assert shown.truncated
    assert len(shown.cells) == 11


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (None, {}), ("stream", None), ("stream", {"text": {}}), ("display_data", {"data": 3}),
        ("display_data", {"data": {"text/plain": ["x"], "application/x+json": {}}}),
        ("update_display_data", {"transient": {"display_id": "a"}, "data": {"text/plain": "x"}}),
        ("error", {"traceback": [1, None], "ename": []}), ("clear_output", {"wait": {}}),
        ("comm_open", {"data": 1}), ("execute_result", {"transient": 3}), ({}, {}),
    ],
)  # fmt: skip
def test_a07_messages_of_no_form_do_no_harm(kind, content):
    shown = Outputs(1_000, {})
    shown.take(kind, content)
    notebook = new_notebook(cells=[new_code_cell("x", outputs=shown.cells)])
    nbformat.validate(notebook)


def test_displays_are_updated_and_cleared():
    shown = Outputs(1_000, {})
    named = {"transient": {"display_id": "a"}}
    shown.take("display_data", {"data": {"text/plain": "old"}, **named})
    shown.take("update_display_data", {"data": {"text/plain": "new"}, **named})
    assert shown.cells[0].data == {"text/plain": "new"}
    shown.take("clear_output", {"wait": True})
    shown.take("stream", {"name": "stderr", "text": "x"})
    assert [output.name for output in shown.cells] == ["stderr"]


def test_references_are_told_apart_from_data():
    made = pack([print, 3], refer=lambda value, why: Reference(7, "builtin", True))
    assert unpack(made, resolve=lambda r: r) == [Reference(7, "builtin", True), 3]
