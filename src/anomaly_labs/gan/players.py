"""Games between networks: what one step of each training is."""

from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from anomaly_labs.gan.losses import gradient_penalty as gradient_penalty
from anomaly_labs.gan.losses import says as says
from anomaly_labs.training import Step

BETA_1 = 0.5  # of Adam: momentum of .9 makes two players chase each other (Radford et al. 2016)


@dataclass(frozen=True)
class Schedule:
    """How the players learn.

    Parameters
    ----------
    learning_rate, judge_rate
        Rates of the builders and of the judge, at the start; both fall to 0 along a cosine.
    averaging
        Share of the average that a step keeps; fewer at the start, where the weights move most.
    steps
        How many steps the whole training has.
    seed
        Seed of the latent numbers.
    """

    learning_rate: float
    judge_rate: float
    averaging: float
    steps: int
    seed: int

    def rule(self, rate: float) -> Any:
        """Return the optimiser of one side.

        Parameters
        ----------
        rate
            Learning rate at the start.
        """
        falling = keras.optimizers.schedules.CosineDecay(rate, self.steps)
        return keras.optimizers.Adam(falling, beta_1=BETA_1)


class Players:
    """Two sides that learn against each other, and a slow average of their weights.

    The weights of a game circle around where they should be; their exponential moving average
    stays near it and is what scores.

    Parameters
    ----------
    builders, judge
        Keras models by name whose weights one side learns, and the model of the other side.
    schedule
        How they learn.

    References
    ----------
    Yazici et al. (2019), The unusual effectiveness of averaging in GAN training.
    https://doi.org/10.48550/arXiv.1806.04498
    """

    def __init__(self, builders: dict[str, Any], judge: Any, schedule: Schedule) -> None:
        self.builders, self.judge = builders, judge
        self.latent = builders["generator"].input_shape[-1]
        self.averages = {
            name: _copy(network) for name, network in (builders | {"judge": judge}).items()
        }
        self.averaging = schedule.averaging
        self.noise = keras.random.SeedGenerator(schedule.seed)
        self.builder_weights = [
            weight for network in builders.values() for weight in network.trainable_variables
        ]
        self.builder_rule = schedule.rule(schedule.learning_rate)
        self.judge_rule = schedule.rule(schedule.judge_rate)
        self.builder_rule.build(self.builder_weights)
        self.judge_rule.build(judge.trainable_variables)

    def learner(self, batch_size: int, n_features: int) -> Step:
        """Return the step of `training.run`: one graph, however many batches a block has.

        Parameters
        ----------
        batch_size, n_features
            Shape of each batch.
        """
        learn = self.learn.get_concrete_function(tf.TensorSpec((None, batch_size, n_features)))
        return lambda noisy, rows: learn(tf.constant(rows)).numpy()

    @tf.function(autograph=False, jit_compile=False)  # type: ignore[untyped-decorator]
    def learn(self, batches: Any) -> Any:
        """Take a step for each batch; return the sums of the builders' and of the judge's losses.

        Parameters
        ----------
        batches : shape (n_batches, batch_size, n_features)
            Training rows.
        """
        n_batches = tf.shape(batches)[0]

        def step(place: Any, total: Any) -> tuple[Any, Any]:
            return place + 1, total + self._step(batches[place])

        return tf.while_loop(lambda place, _: place < n_batches, step, (0, tf.zeros(2)))[1]

    def _step(self, rows: Any) -> Any:
        """Let both sides take one step from the same weights and return their losses."""
        with tf.GradientTape(persistent=True) as tape:
            builder_loss, judge_loss = self.losses_of(rows, self.draw(ops.shape(rows)[0]))
        judge_weights = self.judge.trainable_variables
        gradients = tape.gradient(builder_loss, self.builder_weights)
        judge_gradients = tape.gradient(judge_loss, judge_weights)
        self.builder_rule.apply(gradients, self.builder_weights)
        self.judge_rule.apply(judge_gradients, judge_weights)
        self._average()
        return tf.stack([builder_loss, judge_loss])

    def losses_of(self, rows: Any, latent: Any) -> tuple[Any, Any]:
        """Return what the builders and what the judge make smaller; each game has its own.

        Parameters
        ----------
        rows
            Training rows of a batch.
        latent
            As many rows of latent numbers.
        """
        raise NotImplementedError

    def draw(self, n: Any) -> Any:
        """Return `n` rows of latent numbers, independent standard normal.

        Parameters
        ----------
        n
            How many rows are drawn.
        """
        return keras.random.normal((n, self.latent), seed=self.noise)

    def _average(self) -> None:
        step = ops.cast(self.builder_rule.iterations, "float32")
        keep = ops.minimum(self.averaging, (1 + step) / (10 + step))
        for name, network in (self.builders | {"judge": self.judge}).items():
            for mean, weight in zip(self.averages[name].weights, network.weights, strict=True):
                mean.assign(keep * mean + (1 - keep) * weight)


class GANPlayers(Players):
    """Generator against discriminator (Goodfellow et al. 2014), non-saturating loss."""

    def __init__(
        self, builders: dict[str, Any], judge: Any, schedule: Schedule, *, smoothing: float
    ) -> None:
        super().__init__(builders, judge, schedule)
        self.smoothing = smoothing

    def losses_of(self, rows: Any, latent: Any) -> tuple[Any, Any]:
        """Return the loss of the generator and of the discriminator."""
        real, _ = self.judge([rows], training=True)
        fake, _ = self.judge([self.builders["generator"](latent)], training=True)
        return says(fake, 1.0), says(real, 1 - self.smoothing) + says(fake, 0.0)


class BiGANPlayers(Players):
    """Encoder and generator against a judge of pairs (Donahue et al. 2017)."""

    def __init__(
        self,
        builders: dict[str, Any],
        judge: Any,
        schedule: Schedule,
        *,
        smoothing: float,
        cycle: float,
    ) -> None:
        super().__init__(builders, judge, schedule)
        self.smoothing, self.cycle = smoothing, cycle

    def losses_of(self, rows: Any, latent: Any) -> tuple[Any, Any]:
        """Return the loss of encoder and generator together, and of the discriminator."""
        encoded = self.builders["encoder"](rows)
        real, _ = self.judge([rows, encoded], training=True)
        fake, _ = self.judge([self.builders["generator"](latent), latent], training=True)
        builders = says(fake, 1.0) + says(real, 0.0)
        if self.cycle:
            back = self.builders["generator"](encoded)
            builders += self.cycle * ops.mean(ops.square(rows - back))
        return builders, says(real, 1 - self.smoothing) + says(fake, 0.0)


class WGANPlayers(Players):
    """Generator and encoder against a critic with a gradient penalty (Gulrajani et al. 2017)."""

    def __init__(
        self,
        builders: dict[str, Any],
        judge: Any,
        schedule: Schedule,
        *,
        penalty: float,
        cycle: float,
    ) -> None:
        super().__init__(builders, judge, schedule)
        self.penalty, self.cycle = penalty, cycle

    def losses_of(self, rows: Any, latent: Any) -> tuple[Any, Any]:
        """Return the loss of generator and encoder together, and of the critic."""
        made = self.builders["generator"](latent)
        gap = ops.mean(self.judge([rows])[0]) - ops.mean(self.judge([made])[0])
        back = self.builders["generator"](self.builders["encoder"](rows))
        builders = gap + self.cycle * ops.mean(ops.square(rows - back))
        steep = gradient_penalty(lambda x: self.judge([x])[0], rows, made, seed=self.noise)
        return builders, self.penalty * steep - gap


def _copy(network: Any) -> Any:
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy
