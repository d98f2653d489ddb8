import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import dask.dataframe as dd
import numpy as np
import pandas as pd
import psutil
import pytest
from sklearn.metrics import roc_auc_score

from anomaly_labs import boosting, datasets, errors, features, runtime, scale
from anomaly_labs.scale import local, recovery


@pytest.fixture(scope="module")
def client():
    with scale.local_cluster(2) as client:
        yield client


@pytest.fixture(scope="module")
def flows():
    """30,000 generated connections; 2 % of the labels are turned, so that no model is perfect."""
    data = datasets.synthesize("kdd99", 30_000, seed=3)
    wrong = np.random.default_rng(0).random(len(data.y)) < 0.02
    return data.X, np.where(wrong, 1 - datasets.is_attack(data.y), datasets.is_attack(data.y))


@pytest.mark.quick
def test_two_workers_reach_the_auc_of_one_process(client, flows):
    X, attack = flows
    train, test = slice(0, 20_000), slice(20_000, None)
    alone = boosting.train(X[train], attack[train], n_rounds=20)
    spread = boosting.train(X[train], attack[train], n_rounds=20, client=client)
    expected = roc_auc_score(attack[test], boosting.predict(alone, X[test]))
    found = roc_auc_score(attack[test], boosting.predict(spread, X[test], client=client))
    assert 0.9 < expected < 0.9999
    assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("how", ["standard", "minmax"])
def test_encoder_learns_the_same_on_workers(client, flows, how):
    X = flows[0]
    alone = features.make_encoder(scale=how).fit(X)
    spread = features.make_encoder(scale=how).fit(X, client=client)
    assert spread.heavy_tailed_ == alone.heavy_tailed_
    assert spread.get_feature_names_out().tolist() == alone.get_feature_names_out().tolist()
    np.testing.assert_allclose(spread.offset_, alone.offset_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(spread.spread_, alone.spread_, rtol=1e-9)


def test_encoder_returns_the_same_matrix_from_workers(client, flows):
    X = flows[0]
    encoder = features.make_encoder().fit(X)
    expected = encoder.transform(X)
    np.testing.assert_array_equal(encoder.transform(X, client=client), expected)
    frames = encoder.set_output(transform="pandas").transform(X[:0], client=client)
    assert frames.shape == (0, expected.shape[1])


def test_dask_frames_stay_on_the_workers_from_encoder_to_model(client, flows):
    X, attack = flows
    parts, labels = dd.from_pandas(X, npartitions=3), scale.spread(attack, client)
    encoder = features.make_encoder().fit(scale.spread(X, client), client=client)
    matrix = encoder.transform(parts, client=client)
    np.testing.assert_array_equal(matrix.compute(), encoder.transform(X))
    matrix = encoder.transform(scale.spread(X, client), client=client)
    booster = boosting.train(matrix, labels, n_rounds=5, client=client)
    assert boosting.predict(booster, matrix, client=client).shape == (30_000,)
    with pytest.raises(ValueError, match="leave it out where X is a Dask DataFrame"):
        encoder.set_output(transform="pandas").transform(parts, client=client)


def test_encoder_names_the_fault_that_a_worker_found(client):
    with pytest.raises(ValueError, match="'count' has inf"):
        features.make_encoder().fit(pd.DataFrame({"count": [1.0, 2.0, np.inf]}), client=client)


def test_stream_is_read_by_the_workers(client, tmp_path, monkeypatch):
    monkeypatch.setenv(runtime.CACHE, str(tmp_path))
    stream = datasets.batches("kdd99", n_rows=5_000)
    stream = stream.map(lambda X, y: (X, datasets.is_attack(y)))
    X, attack = scale.read(stream, client)
    (expected, labels), *_ = stream
    pd.testing.assert_frame_equal(X.compute(), expected)
    np.testing.assert_array_equal(attack.compute(), labels)
    booster = boosting.train(X, attack, n_rounds=2, client=client)
    assert boosting.predict(booster, X, client=client).shape == (5_000,)
    with pytest.raises(ValueError, match="gives no rows"):
        scale.read(stream.map(lambda X, y: (X[:0], y[:0])), client)


def test_fewer_rows_than_workers(client):
    table = scale.spread(pd.DataFrame({"count": [7]}), client)
    assert table.compute()["count"].tolist() == [7]
    with pytest.raises(ValueError, match="no rows"):
        scale.spread([], client)


def test_error_of_a_task_comes_through_as_it_is(client, flows):
    X, attack = flows
    with warnings.catch_warnings(), pytest.raises(Exception, match="learning_rate") as caught:
        warnings.simplefilter("error")
        boosting.train(X, attack, params={"eta": "x"}, client=client)
    assert "workers lost" not in str(caught.value)


def kill_in_training(client):
    """Kill a worker's process in mid-training, as the kernel does when memory runs out."""
    victim = sorted(client.run(os.getpid).items())[0][1]

    def kill():
        while not all(any("fn-" in str(key) for key in w) for w in client.processing().values()):
            time.sleep(0.05)
        time.sleep(1)
        os.kill(victim, signal.SIGKILL)

    threading.Thread(target=kill).start()


def test_training_survives_a_killed_worker(client, flows):
    X, attack = flows
    kill_in_training(client)
    with pytest.warns(RuntimeWarning, match=r"training: . of 2 workers lost .* starts again on"):
        booster = boosting.train(X, attack, n_rounds=1_000, client=client)
    assert booster.num_boosted_rounds() == 1_000
    assert boosting.predict(booster, X, client=client).shape == (30_000,)


def test_without_a_worker_left_the_error_says_so(monkeypatch):
    monkeypatch.setattr(recovery, "_renew", lambda before, client: 0)
    with scale.local_cluster(1) as client:

        def task():
            os.kill(client.run(os.getpid).popitem()[1], signal.SIGKILL)
            time.sleep(0.5)
            raise OSError("connection closed")

        with pytest.raises(RuntimeError, match=r"1 of 1 workers lost .*none is left"):
            scale.survive(task, client, "training")


def test_a_second_failure_says_what_may_be_gone(client, monkeypatch):
    monkeypatch.setattr(recovery, "_lost", lambda before, client: before[:1])
    monkeypatch.setattr(recovery, "_renew", lambda before, client: 2)
    with (
        pytest.warns(RuntimeWarning, match="starts again on 2"),
        pytest.raises(RuntimeError, match=r"second try on 2 failed .*make the collections again"),
    ):
        scale.survive(lambda: 1 / 0, client, "training")


def test_local_cluster_shows_its_dashboard_and_leaves_nothing_behind(tmp_path):
    """In a process of its own, whose standard error is looked at."""
    script = """
import json, tempfile, psutil, urllib.request
from anomaly_labs import scale
with scale.local_cluster(2) as client:
    children = psutil.Process().children(recursive=True)
    print(json.dumps(urllib.request.urlopen(client.dashboard_link).status))
    print(json.dumps([client.nthreads() != {}, len(children) >= 3]))
left = psutil.wait_procs(children, timeout=20)[1]
print(json.dumps([process.pid for process in left]))
"""
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert found.stderr == ""
    assert [json.loads(line) for line in found.stdout.splitlines()] == [200, [True, True], []]
    assert list(tmp_path.iterdir()) == []


def test_local_cluster_ends_with_the_process_that_started_it(tmp_path):
    script = """
import json, os, signal, psutil
from anomaly_labs import scale
with scale.local_cluster(1):
    print(json.dumps([p.pid for p in psutil.Process().children(recursive=True)]), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    found = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        timeout=300,
    )
    children = [psutil.Process(pid) for pid in json.loads(found.stdout) if psutil.pid_exists(pid)]
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_unusable_wishes_are_explained():
    with pytest.raises(ValueError, match="n_workers=0"), scale.local_cluster(0):
        pass
    with (
        pytest.raises(RuntimeError, match=r"did not start: .*many"),
        scale.local_cluster(1, memory_limit="many"),
    ):
        pass


def test_workers_that_cannot_start_are_not_waited_for_without_end(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(local, "START_S", 8.0)
    with pytest.raises(RuntimeError, match="did not start"), scale.local_cluster(1):
        pass


def test_missing_dask_is_told_in_one_sentence_with_the_command(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "distributed" else found(name)
    )
    with pytest.raises(errors.MissingExtra) as told, scale.local_cluster(2):
        pass
    (sentence,) = told.value._render_traceback_()
    assert "`pip install 'anomaly-labs[scale]'`" in sentence
    assert "\n" not in sentence


def test_the_library_is_imported_without_dask():
    script = "import sys; from anomaly_labs import boosting, features, scale, cluster;"
    script += "print(sorted({'dask', 'distributed'} & sys.modules.keys()))"
    command = [sys.executable, "-W", "error", "-c", script]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "[]\n"


def test_the_name_of_the_edition_before_is_the_same_package():
    from anomaly_labs import cluster

    assert all(getattr(cluster, name) is getattr(scale, name) for name in scale.__all__)
