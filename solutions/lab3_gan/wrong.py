# %% wrong="lab3-q1" hint="and wants both small"
def two_losses(on_real, on_made):
    real, made = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_made))
    return np.log(real).mean() + np.log(1 - made).mean(), -np.log(made).mean()


# %% wrong="lab3-q1" hint="the generator is glad when the judge says 1"
def two_losses(on_real, on_made):
    real, made = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_made))
    return -np.log(real).mean() - np.log(1 - made).mean(), -np.log(1 - made).mean()


# %% wrong="lab3-q1" hint="then add the two"
def two_losses(on_real, on_made):
    real, made = (np.clip(p, 1e-6, 1 - 1e-6) for p in (on_real, on_made))
    pieces = np.concatenate([-np.log(real), -np.log(1 - made)])
    return 2 * pieces.mean(), -np.log(made).mean()


# %% wrong="lab3-q1" hint="away from the logarithm"
def two_losses(on_real, on_made):
    with np.errstate(divide="ignore"):
        real, made = np.asarray(on_real), np.asarray(on_made)
        return -np.log(real).mean() - np.log(1 - made).mean(), -np.log(made).mean()


# %% wrong="lab3-q2" hint="one number of each row of latent numbers"
def build_generator():
    return stack(N_LATENT, 32, 32, N_LATENT)


# %% wrong="lab3-q2" hint="pass the logit through ops.sigmoid"
def build_generator():
    return stack(N_LATENT, 32, 32, 1)


def build_judge():
    return stack(1, 32, 32, 1)


def believe(judge, numbers):
    return judge(ops.convert_to_tensor(numbers, "float32"))


# %% wrong="lab3-q2" hint="free to make negative and positive numbers"
def build_generator():
    return keras.Sequential([stack(N_LATENT, 32, 1), keras.layers.ReLU()])


def build_judge():
    return stack(1, 32, 32, 1)


def believe(judge, numbers):
    return ops.sigmoid(judge(ops.convert_to_tensor(numbers, "float32")))


# %% wrong="lab3-q2" hint="says the same of -300 and of 300"
def build_generator():
    return stack(N_LATENT, 32, 32, 1)


def believe(judge, numbers):
    logits = judge(ops.convert_to_tensor(numbers, "float32"))
    return ops.softmax(logits)  # one class alone: always 1


# %% wrong="lab3-q3" hint="step 4 has to change the generator"
def one_round(real, latent, generator, judge, optimizers):
    made = generator(latent)
    descend(lambda: says(judge(real), 1.0) + says(judge(made), 0.0), judge, optimizers["judge"])


keras.utils.set_random_seed(rt.seed)
pair = {"generator": build_generator(), "judge": build_judge()}
rules = {name: optimizer_for(network, 1e-3) for name, network in pair.items()}
latent = draw(1000)[1]
moments = {"round 0": (np.asarray(pair["generator"](latent))[:, 0], grid)}
repeat(lambda: one_round(*draw(), **pair, optimizers=rules), 100)
moments["round 1,600"] = (np.asarray(pair["generator"](latent))[:, 0], grid)


# %% wrong="lab3-q3" hint="not around 4"
def one_round(real, latent, generator, judge, optimizers):
    made = generator(latent)
    descend(lambda: says(judge(real), 1.0) + says(judge(made), 0.0), judge, optimizers["judge"])
    descend(lambda: says(judge(generator(latent)), 0.0), generator, optimizers["generator"])


keras.utils.set_random_seed(rt.seed)
pair = {"generator": build_generator(), "judge": build_judge()}
rules = {name: optimizer_for(network, 1e-3) for name, network in pair.items()}
moments = {"round 0": (np.zeros(1000), grid)}
repeat(lambda: one_round(*draw(), **pair, optimizers=rules), 1600)
moments["round 1,600"] = (np.asarray(pair["generator"](draw(1000)[1]))[:, 0], grid)


# %% wrong="lab3-q4" hint="this is the slope of log(1 - D)"
def repaired_slope(probability):
    return probability


# %% wrong="lab3-q4" hint="this is the slope with respect to D"
def repaired_slope(probability):
    return 1 / np.maximum(probability, 1e-6)


# %% wrong="lab3-q4" hint="without a sign"
def repaired_slope(probability):
    return np.asarray(probability) - 1


# %% wrong="lab3-q4" hint="one slope for each probability"
def repaired_slope(probability):
    return np.mean(1 - probability)


# %% wrong="lab3-q5" hint="this is the step of both at once"
def look_ahead(x, y, rate):
    return x - rate * y, y + rate * x


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
def between(real, made, share):
    part = np.asarray(share)[:, None]
    return (1 - part) * np.asarray(real) + part * np.asarray(made)


# %% wrong="lab3-q7" hint="take the root, subtract 1"
def between(real, made, share):
    part = np.asarray(share)[:, None]
    return part * np.asarray(real) + (1 - part) * np.asarray(made)


def penalty(slopes):
    return float(((np.square(slopes).sum(axis=1) - 1) ** 2).mean())


# %% wrong="lab3-q7" hint="pulls from both sides"
def between(real, made, share):
    part = np.asarray(share)[:, None]
    return part * np.asarray(real) + (1 - part) * np.asarray(made)


def penalty(slopes):
    lengths = np.sqrt(np.square(slopes).sum(axis=1))
    return float((np.maximum(lengths - 1, 0) ** 2).mean())


# %% wrong="lab3-q7" hint="one number for all places"
def between(real, made, share):
    part = np.asarray(share)[:, None]
    return part * np.asarray(real) + (1 - part) * np.asarray(made)


def penalty(slopes):
    return (np.sqrt(np.square(slopes).sum(axis=1)) - 1) ** 2


# %% wrong="lab3-q8" hint="divide each part by its mean first"
def mix(new_reconstruction, new_judgement, held_reconstruction, held_judgement, weight):
    return (1 - weight) * np.asarray(new_reconstruction) + weight * np.asarray(new_judgement)


# %% wrong="lab3-q8" hint="weight belongs to the judgement"
def mix(new_reconstruction, new_judgement, held_reconstruction, held_judgement, weight):
    first = np.asarray(new_reconstruction) / np.mean(held_reconstruction)
    return weight * first + (1 - weight) * np.asarray(new_judgement) / np.mean(held_judgement)


# %% wrong="lab3-q8" hint="the scale must not depend on them"
def mix(new_reconstruction, new_judgement, held_reconstruction, held_judgement, weight):
    first = np.asarray(new_reconstruction) / np.mean(new_reconstruction)
    return (1 - weight) * first + weight * np.asarray(new_judgement) / np.mean(new_judgement)


# %% wrong="lab3-q9" hint="whole rows moved"
def shuffled(rows, seed):
    return np.random.default_rng(seed).permutation(rows)


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
