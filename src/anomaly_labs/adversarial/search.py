"""The search for the latent numbers whose row is nearest: all rows and restarts in one tensor."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

BETA_1, BETA_2, TINY = 0.9, 0.999, 1e-8  # of Adam


class Search:
    """Gradient descent on half of ‖G(z) - x‖² with a generator that ends in a linear layer.

    With G(z) = h(z) W + b the gradient for h is h W Wᵀ + (b - x) Wᵀ. The second term does not
    change from step to step and W Wᵀ is as small as the last hidden layer, so that the wide last
    layer is not computed on the way: the same steps for less.

    Parameters
    ----------
    generator
        Keras model whose last layer is dense and linear.
    steps
        Gradient steps.
    step_size
        Step size of Adam at the start; it falls to 0 along a cosine.
    """

    def __init__(self, generator: Any, *, steps: int, step_size: float) -> None:
        last = generator.layers[-1]
        self.body = keras.Model(generator.inputs[0], last.input)
        self.kernel, self.bias = (weight.numpy() for weight in (last.kernel, last.bias))
        self.gram = tf.constant(self.kernel @ self.kernel.T)
        turn = np.pi * np.arange(steps) / steps
        self.rates = tf.constant(step_size * (1 + np.cos(turn)) / 2, tf.float32)

    def nearest(self, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Return for each row the best G(z) of all starts, shape of `rows`.

        Parameters
        ----------
        rows : shape (n_samples, n_features)
            What is to be approached.
        starts : shape (restarts, latent)
            First latent numbers, the same for each row.
        """
        restarts = len(starts)
        latent = tf.constant(np.tile(starts, (len(rows), 1)))
        pull = np.repeat((self.bias - rows) @ self.kernel.T, restarts, axis=0)
        made = self._descend(latent, tf.constant(pull)).numpy() @ self.kernel + self.bias
        made = made.reshape(len(rows), restarts, -1)
        best = np.square(made - rows[:, None]).sum(axis=2).argmin(axis=1)
        return np.asarray(made[np.arange(len(rows)), best])

    @tf.function(autograph=False, jit_compile=False, reduce_retracing=True)  # type: ignore[untyped-decorator]
    def _descend(self, latent: Any, pull: Any) -> Any:
        """Return the last hidden layer at the end of the steps."""

        def adam(step: Any, latent: Any, slow: Any, square: Any) -> tuple[Any, Any, Any, Any]:
            with tf.GradientTape() as tape:
                tape.watch(latent)
                hidden = self.body(latent)
            slope = tape.gradient(hidden, latent, output_gradients=hidden @ self.gram + pull)
            slow = BETA_1 * slow + (1 - BETA_1) * slope
            square = BETA_2 * square + (1 - BETA_2) * slope * slope
            taken = tf.cast(step + 1, tf.float32)
            mean, power = slow / (1 - BETA_1**taken), square / (1 - BETA_2**taken)
            latent -= self.rates[step] * mean / (tf.sqrt(power) + TINY)
            return step + 1, latent, slow, square

        start = (0, latent, tf.zeros_like(latent), tf.zeros_like(latent))
        _, latent, _, _ = tf.while_loop(lambda step, *_: step < len(self.rates), adam, start)
        return self.body(latent)
