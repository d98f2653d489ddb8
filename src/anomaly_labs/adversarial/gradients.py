"""The loss of a model at given rows, and the direction in which it rises."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

CHUNK = 8192  # rows per call of the model


def logits_of(model: Any) -> Any:
    """Return the function from rows to logits of a Keras model; a function comes back as it is.

    Probabilities near 0 or 1 are flat in the rows, so a last sigmoid or softmax is left out.

    Parameters
    ----------
    model
        Keras model or function.

    Raises
    ------
    ValueError
        If the model's output is neither linear nor the sigmoid or softmax of a dense layer.

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    >>> model.set_weights([np.array([[30.0], [0.0]]), np.array([9.0])])
    >>> logits_of(model)(np.ones((1, 2))).numpy().tolist()
    [[39.0]]
    """
    if not isinstance(model, keras.Model):
        return model
    last = model.layers[-1]
    name = getattr(getattr(last, "activation", None), "__name__", type(last).__name__)
    if isinstance(last, keras.layers.Dense) and name in ("sigmoid", "softmax"):
        body = keras.Model(model.inputs[0], last.input)
        return lambda rows: keras.ops.matmul(body(rows), last.kernel) + last.bias
    if name == "linear":
        return model
    raise ValueError(
        f"the model ends in {name!r}; attacks need logits, so let it end in a Dense layer with"
        " a linear, sigmoid or softmax activation, or give a function that returns logits"
    )


def climb(logits: Any, X: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss of each row, shape (n_samples,), and its gradient, shape of `X`.

    With one logit the loss is the margin on the wrong side, which rises in the direction in which
    the cross-entropy does and never becomes flat; with more it is the cross-entropy.

    Parameters
    ----------
    logits
        Function from a tensor of rows to logits.
    X : shape (n_samples, n_features)
        Rows.
    classes : shape (n_samples,)
        True classes.

    Raises
    ------
    ValueError
        If the logits have another shape, do not depend on the rows, or `classes` has a class
        without a logit.
    """
    losses, slopes = np.empty(len(X)), np.empty(X.shape, np.float32)
    for start in range(0, len(X), CHUNK):
        part = slice(start, start + CHUNK)
        rows = tf.constant(np.asarray(X[part], np.float32))
        with tf.GradientTape() as tape:
            tape.watch(rows)
            loss = _loss(logits(rows), classes[part])
        slope = tape.gradient(loss, rows)
        if slope is None:
            raise ValueError(
                "the logits do not depend on the rows by operations of TensorFlow, so there is no"
                " gradient; use keras.ops in the function, or substitute_attack for a black box"
            )
        losses[part], slopes[part] = loss.numpy(), slope.numpy()
    return losses, slopes


def _loss(logits: Any, classes: np.ndarray) -> Any:
    logits = tf.convert_to_tensor(logits)
    if logits.shape.rank == 1:
        logits = logits[:, None]
    if logits.shape.rank != 2 or logits.shape[0] != len(classes):
        raise ValueError(
            f"the model gives logits of shape {tuple(logits.shape)} for {len(classes)} rows; it"
            " must be (n,), (n, 1) or (n, n_classes)"
        )
    width = logits.shape[1]
    if classes.max(initial=0) >= max(2, width):
        raise ValueError(
            f"y holds class {classes.max()}, but the model has {max(2, width)} classes"
        )
    if width == 1:
        return tf.constant(1.0 - 2.0 * classes, logits.dtype) * logits[:, 0]
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=logits)
