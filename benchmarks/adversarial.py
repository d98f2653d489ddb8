"""Attacks on detectors of NSL-KDD and what defends them: ``python benchmarks/adversarial.py``.

A number after it is the number of seeds. Trained on train_20, tested on KDDTest+. Detection is of
1,000 test attacks that the undefended model finds, so it starts at 1. "rules": the attacked rows
are raw rows that an attacker can make (`adversarial.RULES`), decoded, encoded again and then
scored; "any" are not. Steps are in standard deviations of the encoder (L-infinity, epsilon). Each
figure is a mean over the seeds (weights, rows, starts) with its standard deviation. CPU seconds
are of all threads.

The adaptive attacker knows the defence: against Defense-GAN it is BPDA through the projection at
full steps and restarts, against adversarial training `pgd` on the trained network. "blind" attacks
know the undefended network alone. Both are of 200 of the rows.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import keras
import numpy as np
import pandas as pd
from report import Claims, kind, spread, table

from anomaly_labs import boosting, datasets, features
from anomaly_labs.adversarial import DefenseGAN, TrafficConstraints, bpda, fgsm, pgd
from anomaly_labs.adversarial import substitute_attack as substitute
from anomaly_labs.features.encoder import FeatureEncoder
from anomaly_labs.gan import networks

SEEDS = 3
EPSILONS = (0.2, 0.5)
EPSILON = 0.2  # of defences and of the black box
ATTACKED, ADAPTIVE, JUDGED = 1000, 200, 4000  # rows; JUDGED are for the clean accuracy
DEFENDED, PROJECTION = "4. Defense-GAN (adaptive: BPDA)", "projection, CPU s per 1,000 rows"
LIMIT_CPU_S = 4.0  # for 1,000 rows with 200 steps and 10 restarts
Answer = Callable[[np.ndarray], np.ndarray]
Attack = Callable[[TrafficConstraints | None], np.ndarray]
Adaptive = Callable[[TrafficConstraints | None, float], np.ndarray]


@dataclass(frozen=True)
class Traffic:
    """Encoded rows of training and test, and what they were made of."""

    encoder: FeatureEncoder
    X: np.ndarray
    y: np.ndarray
    table: pd.DataFrame
    X_test: np.ndarray
    y_test: np.ndarray
    source: str


@dataclass(frozen=True)
class Targets:
    """Test attacks that a model finds, and the room in which they can move."""

    X: np.ndarray
    y: np.ndarray
    room: TrafficConstraints


def traffic() -> Traffic:
    train, test = (datasets.load("nsl_kdd", split=split) for split in ("train_20", "test"))
    encoder = features.make_encoder()
    return Traffic(
        encoder,
        encoder.fit_transform(train.X),
        datasets.is_attack(train.y),
        test.X,
        encoder.transform(test.X),
        datasets.is_attack(test.y),
        test.source,
    )


def classifier(width: int, *, seed: int) -> Any:
    model = networks.stack([width, 64, 32, 1], name="classifier", seeds=networks.seeds(seed))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False, steps_per_execution=32)
    return model


def learn(model: Any, X: np.ndarray, y: np.ndarray, *, epochs: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        model.fit(X[order], y[order], batch_size=256, shuffle=False, verbose=0)


def adversarially_trained(data: Traffic, *, seed: int) -> Any:
    """Return a network that learned from its own attacked training attacks, round by round."""
    model = classifier(data.X.shape[1], seed=seed)
    learn(model, data.X, data.y, epochs=rt.epochs(2), seed=seed)
    attacks, ones = data.X[data.y == 1], data.y[data.y == 1]
    for turn in range(rt.epochs(8)):
        moved = pgd(model, attacks, ones, epsilon=EPSILON, steps=7)
        rows, classes = np.concatenate([data.X, moved]), np.concatenate([data.y, ones])
        learn(model, rows, classes, epochs=1, seed=seed + turn)
    return model


def answers(model: Any) -> Answer:
    return lambda rows: np.asarray(model(rows))[:, 0] > 0


def targets(data: Traffic, answer: Answer, *, seed: int) -> Targets:
    found = np.flatnonzero((data.y_test == 1) & answer(data.X_test))
    chosen = np.random.default_rng(seed).choice(found, min(ATTACKED, len(found)), replace=False)
    table = data.table.iloc[chosen].reset_index(drop=True)
    return Targets(
        data.X_test[chosen], data.y_test[chosen], TrafficConstraints(data.encoder, table)
    )


def fewer(data: Traffic, aims: Targets) -> Targets:
    room = TrafficConstraints(data.encoder, aims.room.table[:ADAPTIVE])
    return Targets(aims.X[:ADAPTIVE], aims.y[:ADAPTIVE], room)


def both(attack: Attack, answer: Answer, aims: Targets, name: str) -> dict[str, float]:
    """Return the share detected after an attack, without rules and with them."""
    obeying = aims.room.encoder.transform(aims.room.rows(attack(aims.room)))
    return {
        f"{name}, any": float(answer(attack(None)).mean()),
        f"{name}, rules": float(answer(obeying).mean()),
    }


def attacks_on(model: Any, aims: Targets) -> dict[str, float]:
    figures: dict[str, float] = {}
    for epsilon in EPSILONS:
        for attack in (fgsm, pgd):

            def run(
                rules: TrafficConstraints | None, attack: Any = attack, epsilon: float = epsilon
            ) -> np.ndarray:
                return attack(model, aims.X, aims.y, epsilon=epsilon, constraints=rules)

            name = f"{attack.__name__} {epsilon}"
            figures |= both(run, answers(model), aims, name)
    return figures


def accuracy(data: Traffic, answer: Answer, *, seed: int) -> float:
    size = min(JUDGED, len(data.X_test))
    chosen = np.random.default_rng(seed).choice(len(data.X_test), size, replace=False)
    return float((answer(data.X_test[chosen]) == data.y_test[chosen]).mean())


def defended(
    data: Traffic, aims: Targets, model: Any, answer: Answer, adaptive: Adaptive, *, seed: int
) -> dict[str, float]:
    """Return what is left of the accuracy, and of detection under blind and adaptive attacks."""
    figures = {
        "clean accuracy": accuracy(data, answer, seed=seed),
        "detected, no attack": float(answer(aims.X).mean()),
    }
    few = fewer(data, aims)
    for epsilon in EPSILONS:

        def blind(rules: TrafficConstraints | None, epsilon: float = epsilon) -> np.ndarray:
            return pgd(model, few.X, few.y, epsilon=epsilon, constraints=rules)

        def knowing(rules: TrafficConstraints | None, epsilon: float = epsilon) -> np.ndarray:
            return adaptive(rules, epsilon)

        figures |= both(blind, answer, few, f"blind pgd {epsilon}")
        figures |= both(knowing, answer, few, f"adaptive {epsilon}")
    return figures


def black_box(data: Traffic, *, seed: int) -> dict[str, float]:
    booster = boosting.train(data.X, data.y, n_rounds=rt.rounds(100), seed=seed)

    def probability(rows: np.ndarray) -> np.ndarray:
        return boosting.predict(booster, rows)

    def answer(rows: np.ndarray) -> np.ndarray:
        return probability(rows) > 0.5

    aims = targets(data, answer, seed=seed)
    figures = {"clean accuracy": accuracy(data, answer, seed=seed)}
    half = np.random.default_rng(seed).choice(len(data.X), min(5000, len(data.X)), replace=False)
    for name, victim in {"probabilities": probability, "alerts": answer}.items():

        def attack(rules: TrafficConstraints | None, victim: Answer = victim) -> np.ndarray:
            return substitute(
                victim,
                aims.X,
                aims.y,
                probes=data.X[half],
                epsilon=EPSILON,
                constraints=rules,
                epochs=rt.epochs(20),
                seed=seed,
            )

        figures |= both(attack, answer, aims, f"asked for {name}")
    return figures


def one_seed(data: Traffic, seed: int) -> dict[str, dict[str, float]]:
    """Return the figures of all tables by title."""
    plain = classifier(data.X.shape[1], seed=seed)
    learn(plain, data.X, data.y, epochs=rt.epochs(10), seed=seed)
    aims = targets(data, answers(plain), seed=seed)
    trained = adversarially_trained(data, seed=seed)
    start = time.process_time()
    defense = DefenseGAN(seed=seed, epochs=rt.epochs(99) if rt.fast else None).fit(data.X)
    costs = {"training of the GAN, CPU s": time.process_time() - start}
    defense.project(aims.X[:50])  # the graph is made once
    start = time.process_time()
    defense.project(aims.X)
    costs[PROJECTION] = (time.process_time() - start) / len(aims.X) * 1000

    def purified(rows: np.ndarray) -> np.ndarray:
        return answers(plain)(defense.project(rows))

    X, y = aims.X[:ADAPTIVE], aims.y[:ADAPTIVE]

    def by_bpda(rules: TrafficConstraints | None, epsilon: float) -> np.ndarray:
        return bpda(plain, defense.project, X, y, epsilon=epsilon, constraints=rules)

    def by_pgd(model: Any) -> Adaptive:
        return lambda rules, epsilon: pgd(model, X, y, epsilon=epsilon, constraints=rules)

    return {
        "1. Attacks on the network, undefended": attacks_on(plain, aims),
        "2. Network undefended": defended(
            data, aims, plain, answers(plain), by_pgd(plain), seed=seed
        ),
        "3. Adversarial training": defended(
            data, aims, plain, answers(trained), by_pgd(trained), seed=seed
        ),
        DEFENDED: defended(data, aims, plain, purified, by_bpda, seed=seed) | costs,
        "5. XGBoost, black box with a substitute": black_box(data, seed=seed),
    }


def main(seeds: int) -> None:
    data = traffic()
    mode = "on" if rt.fast else "off"
    print(f"{kind(data.source).capitalize()}; device {rt.device}, fast mode {mode}.", flush=True)
    print(
        "Share of found attacks that are still detected, after any change or one under the rules "
        "of traffic; blind attacks know the undefended network, adaptive ones the defence."
    )
    runs = [one_seed(data, seed) for seed in range(seeds)]
    for title in runs[0]:
        rows = [
            {
                "": name,
                "mean": f"{np.mean(found):.3f}",
                "sd": f"{np.std(found):.3f}",
                "median (lowest to highest)": spread(found, ".3f"),
            }
            for name in runs[0][title]
            for found in [[run[title][name] for run in runs]]
        ]
        print(f"\n### {title}\n\n{table(rows)}", flush=True)
    projecting = [run[DEFENDED][PROJECTION] for run in runs]
    claims = Claims()
    print()
    claims.check(
        f"projection of 1,000 rows in at most {LIMIT_CPU_S:g} CPU s ({median(projecting):.2f})",
        median(projecting) <= LIMIT_CPU_S,
    )
    claims.end()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
