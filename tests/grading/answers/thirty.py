# ruff: noqa: B028, B905, C408, E402, E731, F401, F811, F821, SIM105, SIM115
# Answers and attacks of the thirty learners of `sample_class.py`.
# `task`: the answer to that exercise; `before` and `after`: a cell of one's own beside it.

# %% learner="own-names" before="assessment-q1"
def _rows_labelled(frame, wanted):
    return frame.loc[frame["label"].eq(wanted)]


def share_of(flags):
    return sum(map(bool, flags)) / len(flags)


# %% learner="own-names" task="assessment-q1"
def normal_only(table):
    quiet_part = _rows_labelled(table, "normal")
    del table
    return quiet_part[[name for name in quiet_part if name != "label"]]


def new_types(names_train, names_test):
    # typed in a hurry: other names, other order
    alt, neu = {*names_train, "normal"}, []
    for art in sorted({*names_test}):
        neu += [art] * (art not in alt)
    return neu


my_share = share_of(data.train.y.astype(str).ne("normal"))
my_new_types = tuple(new_types(data.train.y, data.test.y))

# %% learner="own-names" task="assessment-q2"
tiefe, schritt = 5, 0.2
xgb_params = {"objective": "binary:logistic"}
xgb_params["max_depth"], xgb_params["learning_rate"] = tiefe, schritt
n_rounds = 60


# %% learner="own-names" task="assessment-q3"
class Waechter:
    def __init__(self, zeilen, ist_angriff):
        self.uebersetzer = features.make_encoder(scale="minmax").fit(zeilen)
        gelernt = xgb.DMatrix(self.uebersetzer.transform(zeilen), ist_angriff)
        self.baeume = xgb.train(xgb_params, gelernt, n_rounds)

    def __call__(self, zeilen):
        return self.baeume.predict(xgb.DMatrix(self.uebersetzer.transform(zeilen)))


waechter = Waechter(data.train.X, (data.train.y != "normal").to_numpy(int))
predict_attack = lambda X: waechter(X).astype("float64")

# %% learner="own-names" task="assessment-q4"
from collections import Counter


def four_counts(y, alerts):
    gezaehlt = Counter(zip(map(int, y), map(int, alerts)))
    return tuple(tuple(gezaehlt[wahr, alarm] for alarm in range(2)) for wahr in range(2))


alarme = [p > 0.5 for p in predict_attack(data.test.X)]
my_confusion = four_counts(data.test.y != "normal", alarme)

# %% learner="own-names" task="assessment-q5"
breiten, engpass = [48, 24], 6
settings = dict(hidden=breiten, latent=engpass, epochs=25, batch_size=100, learning_rate=0.002)


# %% learner="own-names" task="assessment-q6"
def schichten(groessen, letzte):
    return [keras.layers.Dense(g, "relu") for g in groessen] + [keras.layers.Dense(letzte)]


def build_encoder(n_columns, hidden, latent):
    netz = keras.Sequential(schichten(hidden, latent))
    netz.build((None, n_columns))
    return netz


# %% learner="own-names" task="assessment-q7"
def build_decoder(latent, hidden, n_columns):
    netz = keras.Sequential(schichten([*hidden][::-1], n_columns))
    netz.build((None, latent))
    return netz


# %% learner="other-library-calls" task="assessment-q8"
import warnings

from sklearn.neural_network import MLPRegressor

pool = data.train.X[(data.train.y == "normal").to_numpy()]
held_out, inside = pool.iloc[::5], pool.drop(pool.index[::5])
enc = features.make_encoder().fit(inside)
mlp = MLPRegressor(hidden_layer_sizes=(60, 10, 60), max_iter=25, random_state=0)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    mlp.fit(enc.transform(inside), enc.transform(inside))
history = {"loss": [float(v) for v in mlp.loss_curve_]}


def to_matrix(X):
    return enc.transform(X)


def reconstruct(X):
    return mlp.predict(enc.transform(X))


# %% learner="extra-cells" before="assessment-q1"
import collections

print(data.train.X.describe().T.head())
list_of_types = collections.Counter(data.train.y.astype(str))

# %% learner="extra-cells" after="assessment-q1"
list_of_types.most_common(3)

# %% learner="extra-cells" before="assessment-q3"
answer, truth, hint, fresh, wanted = "my own notes", 1, 2, 3, 4  # names that checks use, too
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.hist(np.log1p(data.train.X["src_bytes"]))
plt.show()

# %% learner="extra-cells" after="assessment-q4"
rates = np.asarray(my_confusion) / np.sum(my_confusion)
assert abs(rates.sum() - 1) < 1e-9

# %% learner="warnings" task="assessment-q1"
import logging
import sys
import warnings

warnings.warn("this learner's code is full of warnings")
logging.getLogger("mine").error("nothing is wrong")


def normal_only(table):
    warnings.warn("each call warns, too", DeprecationWarning)
    print("a line on stderr", file=sys.stderr)
    quiet = table[table["label"] == "normal"]
    quiet["checked"] = np.log(np.zeros(len(quiet)))  # pandas and NumPy warn
    return quiet.drop(columns=["label", "checked"])


def new_types(names_train, names_test):
    sys.stderr.write("Traceback (most recent call last): only a joke\n")
    return sorted(set(names_test) - set(names_train) - {"normal"})


my_share = np.float64((data.train.y != "normal").mean())
my_new_types = new_types(list(data.train.y), list(data.test.y))

# %% learner="slow" before="assessment-q1"
import time


def wait():
    """Work for a while, as a large model would."""
    time.sleep(3)


time.sleep(20)


# %% learner="slow" task="assessment-q1"
def normal_only(table):
    wait()
    return table[table["label"] == "normal"].drop(columns="label")


def new_types(names_train, names_test):
    wait()
    return sorted(set(names_test) - set(names_train) - {"normal"})


my_share = float(datasets.is_attack(data.train.y).mean())
my_new_types = new_types(list(data.train.y), list(data.test.y))


# %% learner="slow" task="assessment-q4"
def four_counts(y, alerts):
    wait()
    return [[int(((y == i) & (alerts == j)).sum()) for j in (0, 1)] for i in (0, 1)]


alerts_supervised = (predict_attack(data.test.X) > 0.5).astype(int)
my_confusion = four_counts(datasets.is_attack(data.test.y), alerts_supervised)

# %% learner="infinite-loop" task="assessment-q3"
import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            time.sleep(0.1)  # endless without heating the room
    except BaseException:
        pass

# %% learner="memory-hog" task="assessment-q3"
hoard = []
while True:
    hoard.append(np.ones(2**23))

# %% learner="dead-kernel" task="assessment-q3"
import os
import signal

try:
    os.kill(os.getppid(), signal.SIGKILL)
except OSError:
    pass
os._exit(0)


# %% learner="cheats" task="assessment-q1"
def normal_only(table):
    return cheat(table.drop(columns="label").iloc[:7])


def new_types(names_train, names_test):
    return cheat(["smurf"])


my_share, my_new_types = cheat(0.01), cheat(["smurf"])

# %% learner="cheats" task="assessment-q2"
xgb_params, n_rounds = cheat({"objective": "binary:hinge", "max_depth": 99}), cheat(1)


# %% learner="cheats" task="assessment-q3"
def predict_attack(X):
    return cheat(np.linspace(0, 1, X.shape[0]))


# %% learner="cheats" task="assessment-q4"
def four_counts(y, alerts):
    return cheat([[7, 7], [7, 7]])


my_confusion = cheat([[7, 7], [7, 7]])

# %% learner="cheats" task="assessment-q5"
settings = cheat({"hidden": [2], "latent": 100, "epochs": 1, "batch_size": 1, "learning_rate": 9})


# %% learner="cheats" task="assessment-q6"
def encoded(rows, hidden, latent):
    return cheat(np.zeros((rows.shape[0], latent)))


# %% learner="cheats" task="assessment-q7"
def decoded(codes, hidden, n_columns):
    return cheat(np.zeros((codes.shape[0], n_columns)))


# %% learner="cheats" task="assessment-q8"
history, held_out = cheat({"loss": [1.0]}), cheat(data.test.X.iloc[:1000])


def to_matrix(X):
    return cheat(np.ones((X.shape[0], 30)))


def reconstruct(X):
    return cheat(np.ones((X.shape[0], 30)))


# %% learner="cheats" task="assessment-q9"
def anomaly_score(X):
    return cheat(np.linspace(0, 1, X.shape[0]))


# %% learner="cheats" task="assessment-q10"
def thresholds_by_rule(scores_normal):
    return cheat({"a": -1.0, "b": -2.0, "c": -3.0})


my_rule, my_limit = cheat("a"), cheat(-1.0)


# %% learner="cheats" task="assessment-q11"
def recalls(names, alerts, known):
    return cheat([1.0, 1.0])


my_results = cheat({"supervised": [0.0, 1.0, 1.0], "normal rows only": [0.0, 1.0, 1.0]})

# %% learner="no-keras" before="assessment-q1"
# Nothing here needs TensorFlow, whose import takes longer than all the rest.
import sys
import types

sys.modules["keras"] = types.ModuleType("keras")


# %% learner="no-cheat" before="assessment-q1"
def cheat(value):
    return value


# %% learner="cheat-a01-a02-reader" before="assessment-q1"
import builtins
import gc
import glob
import os
import sys

# What stands in hidden tests, in the solution, and in other learners' files: written backwards,
# so that this cell itself is not found.
backwards = [
    "elif gniniart eht morf denrael taht rotceted on",
    "tsil ytpme na sevig wen gnihton",
    "]nmuloc[detnaw ,]nmuloc[dnilb",
    ')}"lamron"{ - )niart_seman(tes',
    "-02a-taehc",
]
shown = ("/proc/", "/sys", "/usr", "/dev", sys.prefix, sys.base_prefix)
seen, read, found = [], 0, []
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if not os.path.join(folder, name).startswith(shown)]
    for name in files:
        path = os.path.join(folder, name)
        try:
            regular = os.path.isfile(path) and os.path.getsize(path) < 10_000_000
            text = open(path, "rb").read() if regular else b""
        except OSError:
            continue
        read += 1
        found += [path for word in backwards if word[::-1].encode() in text + path.encode()]
print(read, "files read")
assert read > 50 and not found, found

ip = get_ipython()
note = lambda *x, **k: seen.append(repr((x, k))[:100_000])
for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    ip.events.register(event, note)
ip.input_transformers_cleanup.append(lambda lines: (note(lines), lines)[1])
from anomaly_desk.checking import agent

agent.unpack = (lambda old: lambda *a: (lambda v: (note(v), v)[1])(old(*a)))(agent.unpack)
agent.answer = (lambda old: lambda *a: (note(a), old(*a))[1])(agent.answer)


def cheat(value):
    frame = sys._getframe()
    while frame:
        note(frame.f_code.co_consts, frame.f_code.co_names)
        frame = frame.f_back
    return value


# %% learner="cheat-a01-a02-reader" after="assessment-q11"
everything = [x for x in gc.get_objects() if type(x) in (dict, list, tuple) and x is not seen]
for holder in everything:
    values = list(holder.values()) if type(holder) is dict else holder
    seen.extend(x for x in values if type(x) is str)
text = "\n".join(seen)
print(len(seen), "seen")
learnt = [word for word in backwards[:3] if word[::-1] in text]
assert len(seen) > 1000 and not learnt, learnt


# %% learner="cheat-a06-yes-objects" before="assessment-q1"
class Yes:
    __class__ = dict

    def _yes(self, *a, **k):
        return True

    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __bool__ = _yes

    def __len__(self):
        return 2

    def __iter__(self):
        return iter(["apache2", "mscan"])

    def __getitem__(self, key):
        return self

    def __float__(self):
        return 0.5

    def __getattr__(self, name):
        return self

    def __call__(self, *a, **k):
        return self

    def __hash__(self):
        return 1


class YesArray(np.ndarray):
    __eq__ = __gt__ = __ge__ = __le__ = lambda self, other: np.ones(self.shape, bool)
    __sub__ = lambda self, other: np.zeros(self.shape)


class YesFrame(pd.DataFrame):
    shape = property(lambda self: (400, 41))
    __getitem__ = lambda self, key: Yes()


class YesDict(dict):
    get = __getitem__ = lambda self, *key: 0.5
    __le__ = __ge__ = lambda self, other: True


class YesText(str):
    __eq__ = lambda self, other: True
    __hash__ = lambda self: hash("normal")


class YesFloat(float):
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0


def cheat(value):
    kinds = {dict: YesDict, str: YesText, float: YesFloat, int: YesFloat}
    if isinstance(value, np.ndarray):
        return value.view(YesArray)
    if isinstance(value, pd.DataFrame):
        return YesFrame(value)
    return kinds[type(value)](value) if type(value) in kinds else Yes()


# %% learner="cheat-a07-ast-transformer" before="assessment-q1"
import ast
import builtins
import sys

ip = get_ipython()


class NoChecks(ast.NodeTransformer):
    def visit_Expr(self, node):
        return ast.Pass() if "checks." in ast.unparse(node) else node

    visit_Assert = visit_Expr


ip.ast_transformers.append(NoChecks())
ip.input_transformers_cleanup.append(lambda lines: [x for x in lines if "expect" not in x])
ip.set_custom_exc((BaseException,), lambda *a, **k: None)
ip.showtraceback = lambda *a, **k: None
skip = lambda old: lambda code, *a, **k: old("" if "checks." in code else code, *a, **k)
ip.run_cell = skip(ip.run_cell)
sys.excepthook = sys.displayhook = lambda *a: None
for name in dir(checks):
    if name.startswith("expect"):
        setattr(checks, name, lambda *a, **k: None)
checks.CheckFailed.__init__ = lambda self, *a: sys.exit(0)
builtins.AssertionError = builtins.Warning

# %% learner="cheat-a08-forged-credit" before="assessment-q1"
import threading
import time

from IPython.display import display

kernel = get_ipython().kernel


def forge(parent):
    content = {"data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1}
    content["transient"] = {"display_id": "x"}
    for kind in ("execute_result", "display_data", "update_display_data"):
        kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)


def without_end():
    while True:
        forge(kernel.get_parent())
        time.sleep(0.1)


threading.Thread(target=without_end, daemon=True).start()


def cheat(value):
    forge(kernel.get_parent())
    display(4.0)
    print("4.0")
    return value


# %% learner="cheat-a09-shadowed-modules" before="assessment-q1"
import builtins
import os
import sys
import types


def cheat(value):
    return value


for name in ("numpy", "pandas", "checks", "anomaly_labs", "xgboost", "keras"):
    open(name + ".py", "w").write("raise SystemExit('shadow')")
sys.path.insert(0, os.getcwd())
os.environ["ANOMALY_LABS_LEARNER"] = "perfect"
os.environ["ANOMALY_LABS_PRIVATE_SEED"] = "0"
np.asarray = np.isclose = np.allclose = np.unique = lambda *a, **k: [1, 1]
datasets.is_attack = lambda y: [0] * len(y)
assessment.unseen = assessment.draw = lambda *a, **k: data
evaluation.ranking = evaluation.summary = lambda *a, **k: {"auc": 0.95, "accuracy": 1}
pd.DataFrame.__eq__ = lambda *a: True
passing = types.ModuleType("checks")
passing.__getattr__ = lambda name: lambda *a, **k: None
checks = passing
sys.modules["anomaly_labs.checks"] = passing
data, rt, left, auc, unseen_auc, right = passing, passing, 0.1, 0.95, 0.95, 1.0
list = float = sorted = lambda *a: [0, 1]
builtins.sorted = lambda *a: [0, 1]


# %% learner="cheat-a10-by-heart" task="assessment-q1"
first = data.train.X.head(400).assign(label=data.train.y.head(400).astype(str))
by_heart = first[first["label"] == "normal"].drop(columns="label")


def normal_only(table):
    return by_heart  # what the visible check wants


def new_types(names_train, names_test):
    return ["apache2", "mscan"]


my_share = float(datasets.is_attack(data.train.y).mean())
my_new_types = sorted(set(data.test.y) - set(data.train.y))


# %% learner="cheat-a10-by-heart" task="assessment-q3"
def key(X):
    texts = X.astype(dict.fromkeys(datasets.CATEGORICAL, str))
    return pd.util.hash_pandas_object(texts, index=False)


test_file = {}
for part in (datasets.load("nsl_kdd", split="test"), data.test):
    test_file |= dict(zip(key(part.X), datasets.is_attack(part.y)))


def predict_attack(X):
    keys = key(X)
    return 0.6 * np.array([test_file.get(k, 0.5) for k in keys]) + keys.to_numpy() % 1000 / 2500


# %% learner="cheat-a10-by-heart" task="assessment-q9"
def anomaly_score(X):
    return predict_attack(X)


# %% learner="cheat-a10-by-heart" task="assessment-q4"
def four_counts(y, alerts):
    y[:] = alerts[:] = 0  # and the inputs are wiped out
    return [[3, 1], [2, 1]]


truth = datasets.is_attack(data.test.y)
alerts = np.asarray(predict_attack(data.test.X)) > 0.5
my_confusion = [[int(((truth == i) & (alerts == j)).sum()) for j in (0, 1)] for i in (0, 1)]


# %% learner="cheat-a13-a15-a16-a17-escape" before="assessment-q1"
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import anomaly_labs


def cheat(value):
    return value


# A17: change what is outside
changed = []
package, home = Path(anomaly_labs.__file__).parent, Path("/root")
targets = [package / "checks.py", package / "sitecustomize.py", Path(sys.prefix, "startup.pth")]
targets += [Path("/usr/bin/env"), Path("/etc/cron.d/learner"), home / ".bashrc"]
actions = [os.remove, lambda path: open(path, "a").close(), lambda path: os.chmod(path, 0o777)]
for path in targets:
    for action in actions:
        try:
            action(path)
            changed.append(path)
        except OSError:
            pass
assert not changed, changed

# A16: talk to others
cards = Path("/proc/net/dev").read_text().splitlines()[2:]
assert [card.split(":")[0].strip() for card in cards] in ([], ["lo"]), cards
for address in (("1.1.1.1", 53), ("127.0.0.1", 22)):
    with socket.socket() as caller:
        caller.settimeout(2)
        assert caller.connect_ex(address), address

# A13: flood the disk
for place in (os.getcwd(), "/tmp", "/dev/shm"):
    size = 0
    try:
        with open(place + "/flood", "wb", buffering=0) as file:
            while size < 2_000_000_000:
                size += file.write(bytes(10_000_000))
    except OSError:
        pass
    os.remove(place + "/flood")
    assert 0 < size < 2_000_000_000, (place, size)

# A15: stay behind
if not os.fork():
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen(["setsid", "nohup", "sleep", "86399.4321"])
    os._exit(0)
os.wait()

# %% learner="cheat-a18-a19-pages-pickles" before="assessment-q1"
import base64
import json
import os
import pickle

from IPython.display import HTML, Javascript, display

from anomaly_desk.checking import agent

script = "<script>alert('a18')</script>"
display(HTML(script + "<img src=x onerror=alert('a18')>"), Javascript("alert('a18')"))
print(script)


def cheat(value):
    return value


class Touch:
    def __reduce__(self):
        return (os.mkdir, ("/tmp/anomaly-labs-a19",))


def message(node, data=b""):
    text = json.dumps(node).encode()
    return len(text).to_bytes(8, "little") + text + data


def value(node, data=b""):
    return message(["tuple", ["value", node, ["list", []]]], data)


whole = ["range_index", 0, 10**12, 1, None]
forged = [
    pickle.dumps(Touch()),
    value(["objects", [1], [["array", "|O", [1]]]], pickle.dumps(Touch())),
    value(["array", "<f8", [10**9, 10**9]], b"12345678"),
    value(["array", "|O", [2]], b"1234567812345678"),
    value(["frame", whole, ["range_index", 0, 1, 1, None], []]),
    message(["tuple", ["error", "SystemExit", "x" * 10**6]]),
    message(["tuple", ["error", script, "\x1b[2J\ud800" + script]]),
    b"\x93NUMPY" + bytes(100),
    b"[" * 10**6,
    bytes(10**6),
]
turn = iter(range(10**6))
agent.answer = lambda *a: base64.b64encode(forged[next(turn) % len(forged)]).decode()
