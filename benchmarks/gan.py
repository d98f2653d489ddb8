"""The GANs' figures: ``python benchmarks/gan.py``, or with names of its parts.

The parts are zenati and nsl, and, for comparison, plain (a BiGAN without reconstruction in its
loss) and others (the other GANs in Zenati's protocol). Each figure is a mean over five seeds with
its standard deviation, of every score that a detector has. "sanity" is the label-free check of
that score, and "coverage" the generator's variety at the end. CPU seconds are of the fit and of one
score of the test rows, all threads, without imports and encoding. Encoders come from training rows;
test labels serve for the figures alone, and zenati's rule needs none.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import sys
import time
from collections.abc import Callable

from protocols import Figures, Task, alerted, flagged, heading, nsl, table, zenati

from anomaly_labs.gan import BiGANDetector, GANDetector, WGANDetector
from anomaly_labs.gan.detector import AdversarialDetector

SEEDS = range(5)


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


def measure(title: str, task_of: Callable[[int], Task], figures: Figures, makers: Makers) -> None:
    rows: list[dict[str, object]] = []
    for seed in SEEDS:
        task = task_of(seed)
        for name, maker in makers.items():
            detector = maker(seed=seed, epochs=rt.epochs(99) if rt.fast else None)
            rows += measured(name, detector, task, figures)
    print(f"\n{heading(title, task)}")
    print(table(rows)[0].to_string(), flush=True)


def main(names: list[str]) -> None:
    strange = set(names) - set(PARTS)
    if strange:
        raise SystemExit(f"unknown: {', '.join(sorted(strange))}; choose from {', '.join(PARTS)}")
    print(f"device: {rt.device}, fast mode: {rt.fast}")
    for name in names or PARTS:
        measure(*PARTS[name])


if __name__ == "__main__":
    main(sys.argv[1:])
