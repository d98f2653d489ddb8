"""The GANs' figures: ``python benchmarks/gan.py``, or with names of its parts.

The parts are zenati and nsl, and, for comparison, plain (a BiGAN without reconstruction in its
loss) and others (the other GANs in Zenati's protocol). Each figure is a mean over five seeds with
its standard deviation, of every score that a detector has; seconds are medians. "sanity" is the
label-free check of that score, and "coverage" the generator's variety at the end. CPU seconds are
of the fit and of one score of the test rows, all threads, without imports and encoding. Encoders
come from training rows; test labels serve for the figures alone, and zenati's rule needs none.

PyOD's adversarial detectors run beside zenati and nsl where PYOD_PYTHON is set (see rivals.py).
ALAD takes 200 small batches by default, which is little, so it also runs with 4,000: those take
more CPU seconds than our detectors.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import time
from collections.abc import Callable
from typing import Any

import report
import rivals
from protocols import Figures, Task, alerted, flagged, heading, nsl, table, zenati

from anomaly_labs.gan import BiGANDetector, GANDetector, WGANDetector
from anomaly_labs.gan.detector import AdversarialDetector


def plain_bigan(**options: object) -> BiGANDetector:
    """Return a BiGAN without the reconstruction in its loss, as Zenati et al. have it."""
    return BiGANDetector(cycle=0.0, **options)


OTHERS = {"WGAN-GP": WGANDetector, "GAN": GANDetector}
Makers = dict[str, Callable[..., AdversarialDetector]]
ZENATI = "KDD99 10 %, Zenati's protocol, top 20 % flagged"
NSL = "NSL-KDD, normal rows of train_20, KDDTest+"
PARTS: dict[str, tuple[str, Callable[[int], Task], Figures, Makers]] = {
    "zenati": (f"1. {ZENATI}", zenati, flagged, {"BiGAN": BiGANDetector}),
    "nsl": (f"2. {NSL}", nsl, alerted, {"BiGAN": BiGANDetector} | OTHERS),
    "plain": (f"3. {ZENATI}", zenati, flagged, {"BiGAN, cycle=0": plain_bigan}),
    "others": (f"4. {ZENATI}", zenati, flagged, OTHERS),
}

ALAD: dict[str, tuple[str, dict[str, Any]]] = {
    "PyOD ALAD": ("alad.ALAD", {}),
    "PyOD ALAD, 4,000 batches": ("alad.ALAD", {"epochs": 4000}),
}
RIVALS = {"zenati": ALAD, "nsl": ALAD | {"PyOD MO_GAAL": ("mo_gaal.MO_GAAL", {})}}
LIMITS = {
    "zenati": (("f1", "BiGAN: combined (default)", 0.94),),
    "nsl": (
        ("auc", "BiGAN: combined (default)", 0.93),
        ("auc", "WGAN-GP: combined (default)", 0.93),
    ),
}


def measured(
    name: str, detector: AdversarialDetector, task: Task, figures: Figures
) -> list[dict[str, object]]:
    start = time.process_time()
    detector.fit(task.train)
    fitted = time.process_time()
    own = detector.anomaly_score(task.test)
    seconds = {"fit_s": fitted - start, "score_s": time.process_time() - fitted}
    coverage = detector.history_["coverage"][-1]
    rows = []
    for kind in detector.kinds:
        scores = own if kind == detector.kind else detector.anomaly_score(task.test, kind=kind)
        held = detector.anomaly_score(task.held, kind=kind)
        label = f"{name}: {kind}" + (" (default)" if kind == detector.kind else "")
        row = {"detector": label} | figures(task, scores, held)
        rows.append(row | {"sanity": detector.sanity_[kind], "coverage": coverage} | seconds)
    return rows


def measure(part: str, n_seeds: int, claims: report.Claims) -> None:
    title, task_of, figures, makers = PARTS[part]
    rows: list[dict[str, object]] = []
    for seed in range(n_seeds):
        task = task_of(seed)
        for name, maker in makers.items():
            detector = maker(seed=seed, epochs=rt.epochs(99) if rt.fast else None)
            rows += measured(name, detector, task, figures)
        if rivals.PYTHON and seed < rivals.SEEDS:
            rows += [
                rivals.pyod(model, task, seed, figures, label=label, **options)
                for label, (model, options) in RIVALS.get(part, {}).items()
            ]
    text, middle = table(rows)
    print(f"\n{heading(title, task)}\n\n{text}\n", flush=True)
    for figure, detector, limit in LIMITS.get(part, ()):
        value = middle[figure][detector]
        claims.check(f"{figure} of {detector} at least {limit} ({value:.4f})", value >= limit)
        for label in RIVALS.get(part, {}) if rivals.PYTHON else ():
            seconds = middle["fit_s"] + middle["score_s"]
            share, auc = seconds[detector] / seconds[label], middle["auc"]
            claims.check(
                f"AUC of {detector} at least that of {label} ({auc[detector]:.3f} and "
                f"{auc[label]:.3f}; {share:.2f} of its CPU seconds)",
                auc[detector] >= auc[label],
            )


def main(names: list[str], n_seeds: int) -> None:
    print(f"Device {rt.device}, fast mode {'on' if rt.fast else 'off'}. {rivals.release()}")
    claims = report.Claims()
    for name in names or PARTS:
        measure(name, n_seeds, claims)
    claims.end()


if __name__ == "__main__":
    main(*report.choice(__doc__, PARTS, seeds=5))
