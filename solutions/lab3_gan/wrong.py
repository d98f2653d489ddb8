# %% wrong="lab3-q1" hint="and wants both small"
def two_losses(on_real, on_generated):
    real, generated = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_generated))
    return np.log(real).mean() + np.log(1 - generated).mean(), -np.log(generated).mean()


# %% wrong="lab3-q1" hint="the labels are swapped"
def two_losses(on_real, on_generated):
    real, generated = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_generated))
    return -np.log(1 - real).mean() - np.log(generated).mean(), -np.log(generated).mean()


# %% wrong="lab3-q1" hint="which is flat where the discriminator is sure"
def two_losses(on_real, on_generated):
    real, generated = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_generated))
    return -np.log(real).mean() - np.log(1 - generated).mean(), np.log(1 - generated).mean()


# %% wrong="lab3-q1" hint="this is one mean over all rows"
def two_losses(on_real, on_generated):
    real, generated = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_generated))
    pieces = np.concatenate([np.log(real), np.log(1 - generated)])
    return -pieces.mean(), -np.log(generated).mean()


# %% wrong="lab3-q1" hint="the generator is glad when the discriminator says 1"
def two_losses(on_real, on_generated):
    real, generated = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_generated))
    return -np.log(real).mean() - np.log(1 - generated).mean(), -np.log(1 - generated).mean()


# %% wrong="lab3-q1" hint="then add the two"
def two_losses(on_real, on_generated):
    real, generated = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_generated))
    pieces = np.concatenate([-np.log(real), -np.log(1 - generated)])
    return 2 * pieces.mean(), -np.log(generated).mean()


# %% wrong="lab3-q1" hint="away from the logarithm"
def two_losses(on_real, on_generated):
    with np.errstate(divide="ignore"):
        real, generated = np.asarray(on_real), np.asarray(on_generated)
        return -np.log(real).mean() - np.log(1 - generated).mean(), -np.log(generated).mean()


# %% wrong="lab3-q2" hint="one number of each row of latent numbers"
def build_generator():
    return stack(N_LATENT, 32, 32, N_LATENT)


# %% wrong="lab3-q2" hint="pass the logit through ops.sigmoid"
def build_generator():
    return stack(N_LATENT, 32, 32, 1)


def build_discriminator():
    return stack(1, 32, 32, 1)


def believe(discriminator, numbers):
    return discriminator(ops.convert_to_tensor(numbers, "float32"))


# %% wrong="lab3-q2" hint="free to make negative and positive numbers"
def build_generator():
    return keras.Sequential([stack(N_LATENT, 32, 1), keras.layers.ReLU()])


def build_discriminator():
    return stack(1, 32, 32, 1)


def believe(discriminator, numbers):
    return ops.sigmoid(discriminator(ops.convert_to_tensor(numbers, "float32")))


# %% wrong="lab3-q2" hint="says the same of -300 and of 300"
def build_generator():
    return stack(N_LATENT, 32, 32, 1)


def believe(discriminator, numbers):
    logits = discriminator(ops.convert_to_tensor(numbers, "float32"))
    return ops.softmax(logits)  # one class alone: always 1


# %% wrong="lab3-q3" hint="step 4 is missing"
def one_round(real, latent, generator, discriminator, optimizers):
    generated = generator(latent)
    descend(
        lambda: says(discriminator(real), 1.0) + says(discriminator(generated), 0.0),
        discriminator,
        optimizers["discriminator"],
    )


# %% wrong="lab3-q3" hint="it stands inside its own loss, as discriminator(generator(latent))"
def one_round(real, latent, generator, discriminator, optimizers):
    generated = generator(latent)
    descend(
        lambda: says(discriminator(real), 1.0) + says(discriminator(generated), 0.0),
        discriminator,
        optimizers["discriminator"],
    )
    descend(lambda: says(discriminator(generated), 1.0), generator, optimizers["generator"])


# %% wrong="lab3-q3" hint="step 3 is missing"
def one_round(real, latent, generator, discriminator, optimizers):
    descend(lambda: says(discriminator(generator(latent)), 1.0), generator, optimizers["generator"])


# %% wrong="lab3-q3" hint="the training did not end"
def one_round(real, latent, generator, discriminator, optimizers):
    generated = generator(latent)
    descend(
        lambda: says(discriminator(real), 1.0) + says(discriminator(generated), 0.0),
        discriminator,
        optimizers["discriminator"],
    )
    descend(lambda: says(discriminator(generator(latent)), 1.0), generator, optimizers["generator"])


moments = None


# %% wrong="lab3-q3" hint="not around 4"
def one_round(real, latent, generator, discriminator, optimizers):
    generated = generator(latent)
    descend(
        lambda: says(discriminator(real), 1.0) + says(discriminator(generated), 0.0),
        discriminator,
        optimizers["discriminator"],
    )
    descend(lambda: says(discriminator(generator(latent)), 0.0), generator, optimizers["generator"])


keras.utils.set_random_seed(rt.seed)
pair = {"generator": build_generator(), "discriminator": build_discriminator()}
rules = {name: optimizer_for(network, 1e-3) for name, network in pair.items()}
moments = {"round 0": (np.zeros(1000), grid)}
repeat(lambda: one_round(*draw(), **pair, optimizers=rules), 1600)
moments["round 1,600"] = (np.asarray(pair["generator"](draw(1000)[1]))[:, 0], grid)


# %% wrong="lab3-q4" hint="this is the gradient of log(1 - D)"
def repaired_gradient(probability):
    return probability


# %% wrong="lab3-q4" hint="this is the gradient with respect to D"
def repaired_gradient(probability):
    return 1 / np.maximum(probability, 1e-6)


# %% wrong="lab3-q4" hint="this is the gradient with respect to D"
def repaired_gradient(p):
    return 1 / np.asarray(p)


# %% wrong="lab3-q4" hint="a single probability must work"
def repaired_gradient(probability):
    return np.array([1 - p for p in np.atleast_1d(probability)])


# %% wrong="lab3-q4" hint="without a sign"
def repaired_gradient(probability):
    return np.asarray(probability) - 1


# %% wrong="lab3-q4" hint="one gradient for each probability"
def repaired_gradient(probability):
    return np.mean(1 - probability)


# %% wrong="lab3-q5" hint="this is the step of both at once"
def look_ahead(x, y, rate):
    return x - rate * y, y + rate * x


# %% wrong="lab3-q5" hint="these are steps in turn"
def look_ahead(x, y, rate):
    x = x - rate * y
    return x, y + rate * x


# %% wrong="lab3-q5" hint="these are steps in turn"
def look_ahead(x, y, rate):
    y = y + rate * x
    return x - rate * y, y


# %% wrong="lab3-q5" hint="starts from the old place"
def look_ahead(x, y, rate):
    x, y = x - rate * y, y + rate * x
    return x - rate * y, y + rate * x


# %% wrong="lab3-q5" hint="both use the trial place"
def look_ahead(x, y, rate):
    x = x - rate * (y + rate * x)
    return x, y + rate * x


# %% wrong="lab3-q5" hint="use the argument rate"
def look_ahead(x, y, rate):
    return x - 0.2 * (y + 0.2 * x), y + 0.2 * (x - 0.2 * y)


# %% wrong="lab3-q6" hint="down each column"
def with_spread(points):
    points = ops.convert_to_tensor(points, "float32")
    spread = ops.std(points, axis=1, keepdims=True) * ops.ones_like(points)
    return ops.concatenate([points, spread], axis=1)


# %% wrong="lab3-q6" hint="twice as many columns"
def with_spread(points):
    return ops.std(ops.convert_to_tensor(points, "float32"), axis=0, keepdims=True)


# %% wrong="lab3-q6" hint="the first columns are the points"
def with_spread(points):
    points = ops.convert_to_tensor(points, "float32")
    spread = ops.std(points, axis=0, keepdims=True) * ops.ones_like(points)
    return ops.concatenate([spread, points], axis=1)


# %% wrong="lab3-q7" hint="a quarter of the first real row"
def between(real, generated, share):
    part = np.asarray(share)[:, None]
    return (1 - part) * np.asarray(real) + part * np.asarray(generated)


# %% wrong="lab3-q7" hint="share went along the columns"
def between(real, generated, share):
    real, generated, share = map(np.asarray, (real, generated, share))
    return share * real + (1 - share) * generated


# %% wrong="lab3-q7" hint="each row has a length of its own"
def between(real, generated, share):
    part = np.asarray(share)[:, None]
    return part * np.asarray(real) + (1 - part) * np.asarray(generated)


def penalty(gradients):
    return (np.linalg.norm(gradients) - 1) ** 2


# %% wrong="lab3-q7" hint="take the root, subtract 1"
def between(real, generated, share):
    part = np.asarray(share)[:, None]
    return part * np.asarray(real) + (1 - part) * np.asarray(generated)


def penalty(gradients):
    return float(((np.square(gradients).sum(axis=1) - 1) ** 2).mean())


# %% wrong="lab3-q7" hint="pulls from both sides"
def between(real, generated, share):
    part = np.asarray(share)[:, None]
    return part * np.asarray(real) + (1 - part) * np.asarray(generated)


def penalty(gradients):
    lengths = np.sqrt(np.square(gradients).sum(axis=1))
    return float((np.maximum(lengths - 1, 0) ** 2).mean())


# %% wrong="lab3-q7" hint="one number for all places"
def between(real, generated, share):
    part = np.asarray(share)[:, None]
    return part * np.asarray(real) + (1 - part) * np.asarray(generated)


def penalty(gradients):
    return (np.sqrt(np.square(gradients).sum(axis=1)) - 1) ** 2


# Causes: no scale (1), a scale of the new rows (2 to 7), new and held-out rows pooled (8), the place in
# the batch (9), a scale kept from another call (10), another scale than the mean (11, 12), one scale for
# both parts (13), weights swapped (14). Below them the players.


# %% wrong="lab3-q8" hint="divide each part by its mean first"
# 1: no scale
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    _c, _d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return (1 - weight) * a + weight * b


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 2: the mean of the new rows
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    _c, _d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return (1 - weight) * a / a.mean() + weight * b / b.mean()


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 3: the maximum of the new rows
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    _c, _d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return (1 - weight) * a / a.max() + weight * b / b.max()


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 4: new rows standardised by themselves
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    _c, _d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    a, b = ((p - p.mean()) / p.std() for p in (a, b))
    return (1 - weight) * a + weight * b


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 5: new rows between 0 and 1
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    _c, _d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    a, b = ((p - p.min()) / np.ptp(p) for p in (a, b))
    return (1 - weight) * a + weight * b


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 6: the median of the new rows
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    _c, _d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return (1 - weight) * a / np.median(a) + weight * b / np.median(b)


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 7: centred by the new rows, scaled by the held-out ones
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    c, d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return (1 - weight) * (a - a.mean()) / c.mean() + weight * (b - b.mean()) / d.mean()


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 8: pooled
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    c, d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    c, d = np.concatenate([a, c]), np.concatenate([b, d])
    return (1 - weight) * a / c.mean() + weight * b / d.mean()


# %% wrong="lab3-q8" hint="the score of a row changed when another row came along"
# 9: ranks within the batch
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    _c, _d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    a, b = ((p[:, None] >= p).mean(axis=1) for p in (a, b))
    return (1 - weight) * a + weight * b


# %% wrong="lab3-q8" hint="take the scale from the held-out rows of this call"
# 10: the scale of the first call, kept
kept = []


def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    c, d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    kept.append((c.mean(), d.mean()))
    return (1 - weight) * a / kept[0][0] + weight * b / kept[0][1]


# %% wrong="lab3-q8" hint="scale by the means 2 and 200"
# 11: the maximum of the held-out rows
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    c, d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return (1 - weight) * a / c.max() + weight * b / d.max()


# %% wrong="lab3-q8" hint="scale by the means 2 and 200"
# 12: standardised by the held-out rows
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    c, d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return (1 - weight) * (a - c.mean()) / c.std() + weight * (b - d.mean()) / d.std()


# %% wrong="lab3-q8" hint="scale by the means 2 and 200"
# 13: one scale for both parts
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    c, d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    both = np.concatenate([c, d]).mean()
    return (1 - weight) * a / both + weight * b / both


# %% wrong="lab3-q8" hint="weight belongs to the discrimination"
# 14: weights swapped
def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    a, b = np.asarray(new_reconstruction), np.asarray(new_discrimination)
    c, d = np.asarray(held_reconstruction), np.asarray(held_discrimination)
    return weight * a / c.mean() + (1 - weight) * b / d.mean()


# %% wrong="lab3-q8" hint="the encoder makes latent numbers, here 4"
def build_encoder(width, n_latent):
    return stack(width, 64, 64, width)


# %% wrong="lab3-q8" hint="of equal rows with other latent numbers it says the same"
def build_encoder(width, n_latent):
    return stack(width, 64, 64, n_latent)


def build_pair_discriminator(width, n_latent):
    return stack(width, 64, 64, 1)


def pair_logits(discriminator, rows, latent):
    return discriminator(rows)


# %% wrong="lab3-q8" hint="of other rows with equal latent numbers it says the same"
def build_pair_discriminator(width, n_latent):
    return stack(n_latent, 64, 64, 1)


def pair_logits(discriminator, rows, latent):
    return discriminator(latent)


# %% wrong="lab3-q8" hint="says one logit of each pair"
def build_pair_discriminator(width, n_latent):
    return stack(width + n_latent, 64, 64, n_latent)


def pair_logits(discriminator, rows, latent):
    return discriminator(ops.concatenate([rows, latent], axis=1))


# %% wrong="lab3-q8" hint="a logit lies on both sides of 0"
def build_pair_discriminator(width, n_latent):
    return stack(width + n_latent, 64, 64, 1)


def pair_logits(discriminator, rows, latent):
    return ops.sigmoid(discriminator(ops.concatenate([rows, latent], axis=1)))


# %% right="lab3-q8"
def build_encoder(width, n_latent):
    return keras.Sequential(
        [
            keras.Input((width,)),
            keras.layers.Dense(32, activation="tanh"),
            keras.layers.Dense(n_latent),
        ]
    )


def build_pair_discriminator(width, n_latent):
    return stack(n_latent + width, 32, 1)


def pair_logits(discriminator, rows, latent):
    return discriminator(tf.concat([latent, rows], 1))


def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    first, second = np.mean(held_reconstruction), np.mean(held_discrimination)
    pairs = zip(new_reconstruction, new_discrimination, strict=False)
    return [(1 - weight) * a / first + weight * b / second for a, b in pairs]


# %% wrong="lab3-q9" hint="whole rows moved"
def shuffled(rows, seed):
    return np.random.default_rng(seed).permutation(rows)


# %% wrong="lab3-q9" hint="some columns got the same order"
def shuffled(rows, seed):
    first, *others = np.asarray(rows).T
    together = np.random.default_rng(seed).permutation(np.column_stack(others))
    return np.column_stack([first, together])


# %% wrong="lab3-q9" hint="whole rows moved"
def shuffled(rows, seed):
    columns = [np.random.default_rng(seed).permutation(column) for column in rows.T]
    return np.column_stack(columns)


# %% wrong="lab3-q9" hint="0.4 and 0.6 are still useless"
def shuffled(rows, seed):
    return np.random.default_rng(seed).permuted(rows, axis=0)


def sanity(u, o):
    return evaluation.ranking(np.r_[np.zeros(len(u)), np.ones(len(o))], np.r_[u, o])["auc"]


def verdict(a):
    return "inverted" if a < 0.5 else "useless" if a <= 0.6 else "passed"


# %% right="lab3-q9"
def shuffled(rows, seed):
    rng = np.random.default_rng(seed)
    return [
        list(row)
        for row in zip(*(rng.permutation(column) for column in np.transpose(rows)), strict=False)
    ]


def sanity(u, o):
    return evaluation.ranking(np.r_[np.zeros(len(u)), np.ones(len(o))], np.r_[u, o])["auc"]


def verdict(auc):
    if auc > 0.6:
        return "passed"
    return "useless" if auc >= 0.4 else "inverted"


# %% wrong="lab3-q9" hint="shuffle a copy"
def shuffled(rows, seed):
    rng = np.random.default_rng(seed)
    for column in range(rows.shape[1]):
        rng.shuffle(rows[:, column])
    return rows


# %% wrong="lab3-q9" hint="higher scores are the odd ones"
def shuffled(rows, seed):
    return np.random.default_rng(seed).permuted(rows, axis=0)


def sanity(usual_scores, odd_scores):
    return float(np.mean(np.asarray(usual_scores)[:, None] > np.asarray(odd_scores)[None, :]))


# %% wrong="lab3-q9" hint="0.1 is inverted"
def shuffled(rows, seed):
    return np.random.default_rng(seed).permuted(rows, axis=0)


def sanity(usual_scores, odd_scores):
    usual, odd = np.asarray(usual_scores)[:, None], np.asarray(odd_scores)[None, :]
    return float(((odd > usual) + 0.5 * (odd == usual)).mean())


def verdict(auc):
    return "passed" if auc > 0.6 or auc < 0.4 else "useless"


# %% wrong="lab3-q9" hint="use the argument seed"
def shuffled(rows, seed):
    return np.random.default_rng().permuted(rows, axis=0)


def verdict(auc):
    return "inverted" if auc < 0.4 else "useless" if auc <= 0.6 else "passed"


# %% wrong="lab3-q10" hint="so many are flagged: round"
def flag_top(scores, flagged):
    alerts = np.zeros(len(scores), dtype=int)
    alerts[np.argsort(-np.asarray(scores, float))[: int(flagged * len(scores))]] = 1
    return alerts


# %% right="lab3-q10"
def flag_top(scores, flagged):
    places = sorted(range(len(scores)), key=lambda place: scores[place], reverse=True)
    highest = set(places[: round(flagged * len(scores))])
    return [int(place in highest) for place in range(len(scores))]


def best_f1(anomalies, flagged):
    recall, precision = min(1, flagged / anomalies), min(1, anomalies / flagged)
    return 2 * precision * recall / (precision + recall)


# %% wrong="lab3-q10" hint="these are the lowest scores"
def flag_top(scores, flagged):
    return (np.asarray(scores) <= np.quantile(scores, flagged)).astype(int)


# %% wrong="lab3-q10" hint="equal scores must not raise"
def flag_top(scores, flagged):
    threshold = np.sort(scores)[::-1][round(flagged * len(scores)) - 1]
    return (np.asarray(scores) >= threshold).astype(int)


# %% wrong="lab3-q10" hint="half of the flagged rows are anomalies"
def flag_top(scores, flagged):
    alerts = np.zeros(len(scores), dtype=int)
    alerts[np.argsort(-np.asarray(scores, float))[: round(flagged * len(scores))]] = 1
    return alerts


def best_f1(anomalies, flagged):
    return anomalies / flagged  # the precision


# %% wrong="lab3-q10" hint="the precision is 1 and the recall is below 1"
def best_f1(anomalies, flagged):
    precision = anomalies / flagged
    return 2 * precision / (precision + 1)
