# %% wrong="lab2-q1" hint="take them without sign"
def three_errors(x, x_hat):
    gap = np.asarray(x) - np.asarray(x_hat)
    return gap.mean(), (gap**2).mean(), np.sqrt((gap**2).mean())


# %% wrong="lab2-q1" hint="square each difference, then take the mean"
def three_errors(x, x_hat):
    gap = np.abs(np.asarray(x) - np.asarray(x_hat))
    return gap.mean(), gap.mean() ** 2, gap.mean()


# %% wrong="lab2-q1" hint="the square root of the MSE"
def three_errors(x, x_hat):
    gap = np.abs(np.asarray(x) - np.asarray(x_hat))
    return gap.mean(), (gap**2).mean(), np.sqrt(gap).mean()


# %% wrong="lab2-q1" hint="return three numbers"
def three_errors(x, x_hat):
    print(np.abs(np.asarray(x) - np.asarray(x_hat)).mean())


# %% wrong="lab2-q2" hint="one row number per row, not one per column"
def most_anomalous(X, X_hat, how):
    gap = np.abs(np.asarray(X) - np.asarray(X_hat))
    return np.argsort(-(gap if how == "mae" else gap**2).mean(axis=0))


# %% wrong="lab2-q2" hint="the largest comes first"
def most_anomalous(X, X_hat, how):
    gap = np.abs(np.asarray(X) - np.asarray(X_hat))
    return np.argsort((gap if how == "mae" else gap**2).mean(axis=1))


# %% wrong="lab2-q2" hint="by MSE row 2 leads"
def most_anomalous(X, X_hat, how):
    return np.argsort(-np.abs(np.asarray(X) - np.asarray(X_hat)).mean(axis=1))


# %% wrong="lab2-q2" hint="return the numbers of the rows, not their errors"
def most_anomalous(X, X_hat, how):
    gap = np.abs(np.asarray(X) - np.asarray(X_hat))
    return np.sort((gap if how == "mae" else gap**2).mean(axis=1))[::-1]


# %% wrong="lab2-q2" hint="drop the sign of each difference"
def most_anomalous(X, X_hat, how):
    gap = np.asarray(X) - np.asarray(X_hat)
    return np.argsort(-(gap if how == "mae" else gap**2).mean(axis=1))


# %% wrong="lab2-q3" hint="use those of train"
def squash(train, new):
    new = np.log1p(new)
    return np.clip((new - new.mean()) / new.std(), -10, 10)


# %% wrong="lab2-q3" hint="cut off at -10 as well"
def squash(train, new):
    train, new = np.log1p(train), np.log1p(new)
    return np.minimum((new - train.mean()) / train.std(), 10)


# %% wrong="lab2-q3" hint="take log1p first"
def squash(train, new):
    train = np.asarray(train)
    return np.clip((np.asarray(new) - train.mean()) / train.std(), -10, 10)


# %% wrong="lab2-q3" hint="must be cut off at 10"
def squash(train, new):
    train, new = np.log1p(train), np.log1p(new)
    return (new - train.mean()) / train.std()


# %% wrong="lab2-q3" hint="one number for each value of new"
def squash(train, new):
    np.log1p(train)


# %% wrong="lab2-q4" hint="one row with all columns"
def reconstruct(X):
    return my_network.layers[0].predict(X, verbose=0)  # the latent space


# %% wrong="lab2-q4" hint="should be left unexplained"
def reconstruct(X):
    return np.random.default_rng(0).permutation(np.asarray(X))  # rows, but not these


# %% wrong="lab2-q4" hint="did not pass through the bottleneck"
def reconstruct(X):
    return np.asarray(X)


# %% wrong="lab2-q4" hint="from the rows that it is given"
def reconstruct(X):
    return my_network.predict(M_calibration[: len(X)], verbose=0)


# %% wrong="lab2-q4" hint="so no activation there"
def build_decoder(n_latent, n_columns):
    sizes = [keras.layers.Dense(units, activation="relu") for units in (32, 64, n_columns)]
    return keras.Sequential([keras.Input((n_latent,)), *sizes])


def train_network():
    network = keras.Sequential(
        [build_encoder(n_columns, n_latent), build_decoder(n_latent, n_columns)]
    )
    network.compile("adam", "mse")
    network.fit(M_train, M_train, epochs=2, batch_size=256, verbose=0)
    return network


def reconstruct(X):
    return my_network.predict(X, verbose=0)


my_network = train_network()


# %% wrong="lab2-q5" hint="use the whole covariance"
def whitened_score(normal, new):
    variance = normal.var(axis=0, ddof=1) + 0.001
    return np.sqrt(((new - normal.mean(axis=0)) ** 2 / variance).sum(axis=1))


# %% wrong="lab2-q5" hint="this is the square of the distance"
def whitened_score(normal, new):
    away = new - normal.mean(axis=0)
    C = np.cov(normal, rowvar=False) + 0.001 * np.eye(away.shape[1])
    return np.einsum("ij,jk,ik->i", away, np.linalg.inv(C), away)


# %% wrong="lab2-q5" hint="subtract their mean"
def whitened_score(normal, new):
    C = np.cov(normal, rowvar=False) + 0.001 * np.eye(new.shape[1])
    return np.sqrt(np.einsum("ij,jk,ik->i", new, np.linalg.inv(C), new))


# %% wrong="lab2-q5" hint="plus 0.001 on its diagonal"
def whitened_score(normal, new):
    away = new - normal.mean(axis=0)
    C = np.cov(normal, rowvar=False) + 0.1 * np.eye(away.shape[1])
    return np.sqrt(np.einsum("ij,jk,ik->i", away, np.linalg.inv(C), away))


# %% wrong="lab2-q6" hint="the other end of the scores"
def threshold_for(scores_normal, rate):
    return np.quantile(scores_normal, rate)


# %% wrong="lab2-q6" hint="quantile takes shares, percentile takes per cent"
def threshold_for(scores_normal, rate):
    return np.percentile(scores_normal, 1 - rate)


# %% wrong="lab2-q6" hint="must lie above the threshold"
def threshold_for(scores_normal, rate):
    return np.mean(scores_normal) + 3 * np.std(scores_normal)


# %% wrong="lab2-q6" hint="return one number, the threshold"
def threshold_for(scores_normal, rate):
    scores_normal = np.asarray(scores_normal)
    return scores_normal > np.quantile(scores_normal, 1 - rate)


# %% wrong="lab2-q7" hint="of the 9,900 normal connections"
def day_of_alerts(n, share, recall, false_alarm_rate):
    hits, wrong = n * share * recall, n * false_alarm_rate
    return hits, wrong, hits / (hits + wrong)


# %% wrong="lab2-q7" hint="the precision is 1"
def day_of_alerts(n, share, recall, false_alarm_rate):
    hits, wrong = n * share * recall, n * (1 - share) * false_alarm_rate
    return hits, wrong, hits / (hits + wrong) if wrong else 0.0


# %% wrong="lab2-q7" hint="divided by all alerts"
def day_of_alerts(n, share, recall, false_alarm_rate):
    hits, wrong = n * share * recall, n * (1 - share) * false_alarm_rate
    return hits, wrong, hits / wrong


# %% wrong="lab2-q7" hint="without any alert the precision is 0"
def day_of_alerts(n, share, recall, false_alarm_rate):
    hits, wrong = n * share * recall, n * (1 - share) * false_alarm_rate
    return hits, wrong, np.nan if hits + wrong == 0 else hits / (hits + wrong)


# %% wrong="lab2-q7" hint="do not divide by zero"
def day_of_alerts(n, share, recall, false_alarm_rate):
    hits, wrong = n * share * recall, n * (1 - share) * false_alarm_rate
    return hits, wrong, hits / (hits + wrong)


# %% wrong="lab2-q8" hint="the limit gets smaller with more rows"
def benjamini_hochberg(p_values, fdr):
    return (np.asarray(p_values) <= fdr).astype(int)


# %% wrong="lab2-q8" hint="answer in the order given"
def benjamini_hochberg(p_values, fdr):
    p = np.sort(p_values)
    return (p <= np.arange(1, p.size + 1) * fdr / p.size).astype(int)


# %% wrong="lab2-q8" hint="the largest k counts"
def benjamini_hochberg(p_values, fdr):
    p = np.asarray(p_values)
    chosen = np.zeros(p.size, dtype=int)
    for k, row in enumerate(np.argsort(p), 1):
        if p[row] > k * fdr / p.size:
            break  # stops at the first that fails
        chosen[row] = 1
    return chosen


# %% wrong="lab2-q8" hint="return one 0 or 1 for each p-value"
def benjamini_hochberg(p_values, fdr):
    p = np.asarray(p_values)
    ordered = np.sort(p)
    return ordered[ordered <= np.arange(1, p.size + 1) * fdr / p.size]


# %% wrong="lab2-q9" hint="the keys are the group numbers"
def name_groups(clusters, names):
    return {name: cluster for cluster, name in zip(clusters, names, strict=True)}


# %% wrong="lab2-q9" hint="not the first or the last"
def name_groups(clusters, names):
    return dict(zip(clusters, names, strict=True))


# %% wrong="lab2-q9" hint="count inside each group"
def name_groups(clusters, names):
    return dict.fromkeys(clusters, "dos")


# %% wrong="lab2-q9" hint="single names, not lists"
def name_groups(clusters, names):
    pairs = list(zip(clusters, names, strict=True))
    return {c: [n for group, n in pairs if group == c] for c in clusters}


# %% wrong="lab2-q10" hint="rows and columns are exchanged"
def confusion_table(true, predicted, order):
    true, predicted = np.asarray(true), np.asarray(predicted)
    return [[int(((true == a) & (predicted == b)).sum()) for a in order] for b in order]


# %% wrong="lab2-q10" hint="return counts"
def confusion_table(true, predicted, order):
    true, predicted = np.asarray(true), np.asarray(predicted)
    counts = np.array([[((true == a) & (predicted == b)).sum() for b in order] for a in order])
    return counts / counts.sum(axis=1, keepdims=True)


# %% wrong="lab2-q10" hint="keep the order of `order`"
def confusion_table(true, predicted, order):
    true, predicted = np.asarray(true), np.asarray(predicted)
    names = sorted(order)
    return [[((true == a) & (predicted == b)).sum() for b in names] for a in names]


# %% wrong="lab2-q10" hint="leave out the rows"
def confusion_table(true, predicted, order):
    places = {name: place for place, name in enumerate(order)}
    counts = np.zeros((len(order), len(order)))
    for a, b in zip(true, predicted, strict=True):
        counts[places.get(a, -1), places.get(b, -1)] += 1
    return counts


# %% wrong="lab2-q10" hint="three rows of three counts"
def confusion_table(true, predicted, order):
    return [sum(t == p == name for t, p in zip(true, predicted, strict=True)) for name in order]


# %% right="lab2-q5"
def whitened_score(normal, new):
    away = new - normal.mean(0)
    C = np.cov(normal, rowvar=False) + 0.001 * np.eye(normal.shape[1])
    return np.sqrt(np.einsum("ij,jk,ik->i", away, np.linalg.inv(C), away))
