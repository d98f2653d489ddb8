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


# %% right="lab2-q2"
def most_anomalous(X, X_hat, how):
    power = {"mae": 1, "mse": 2}[how]
    errors = [
        sum(abs(a - b) ** power for a, b in zip(*pair, strict=True))
        for pair in zip(X, X_hat, strict=True)
    ]
    return sorted(range(len(errors)), key=lambda row: -errors[row])


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


# %% wrong="lab2-q3" hint="take log1p first"
def squash(train, new):
    train, new = np.log(train), np.log(new)
    return np.clip((new - train.mean()) / train.std(), -10, 10)


# %% wrong="lab2-q3" hint="one number for each value of new"
def squash(train, new):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(np.log1p(np.asarray(train))[:, None])
    return np.clip(scaler.transform(np.log1p(np.asarray(new))[:, None]), -10, 10)


# %% right="lab2-q3"
def squash(train, new):
    train, new = (pd.Series(np.log1p(np.asarray(part, float))) for part in (train, new))
    return ((new - train.mean()) / train.std()).clip(-10, 10)


# Cause: no network at all.
# %% wrong="lab2-q4" hint="one row with all columns"
def reconstruct(X):
    return my_network.layers[0].predict(X, verbose=0)  # the latent space


# %% wrong="lab2-q4" hint="did not pass through the bottleneck"
def reconstruct(X):
    return np.asarray(X)


# %% wrong="lab2-q4" hint="that is a matrix"
def reconstruct(X):
    return 0.9 * X


# %% wrong="lab2-q4" hint="that is a matrix"
flat = PCA(30).fit(M_train)


def reconstruct(X):
    return flat.inverse_transform(flat.transform(np.asarray(X)))


# Cause: it looks rows up.
# %% wrong="lab2-q4" hint="change nothing in what is rebuilt"
def reconstruct(X):
    from sklearn.neighbors import NearestNeighbors

    known = M_train.to_numpy()
    return known[NearestNeighbors(n_neighbors=1).fit(known).kneighbors(X.to_numpy())[1][:, 0]]


# Cause: it depends on the rows beside a row.
# %% wrong="lab2-q4" hint="each row by itself"
def reconstruct(X):
    return np.random.default_rng(0).permutation(np.asarray(X))  # rows, but not these


# %% wrong="lab2-q4" hint="each row by itself"
def reconstruct(X):
    return my_network.predict(M_calibration[: len(X)], verbose=0)


# %% wrong="lab2-q4" hint="each row by itself"
def reconstruct(X):  # scaled by its own batch
    middle, spread = X.mean(), X.std() + 1e-9
    return my_network.predict((X - middle) / spread, verbose=0) * spread.to_numpy()


# Cause: a way round the bottleneck.
# %% wrong="lab2-q4" hint="more than 8 numbers of a row pass through"
def reconstruct(X):
    return 0.5 * np.asarray(X) + 0.5 * my_network.predict(X, verbose=0)


# %% wrong="lab2-q4" hint="more than 8 numbers of a row pass through"
my_network = keras.Sequential([build_encoder(n_columns, 40), build_decoder(40, n_columns)])
my_network.compile("adam", "mse")
my_network.fit(M_train, M_train, epochs=n_epochs, batch_size=256, verbose=0)


def reconstruct(X):
    return my_network.predict(X, verbose=0)


# Cause: the last layer.
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


# Cause: what training gives back.
# %% wrong="lab2-q4" hint="'History' object has no attribute 'predict'"
def build_decoder(n_latent, n_columns):
    back = [keras.layers.Dense(units, activation="relu") for units in (32, 64)]
    return keras.Sequential([keras.Input((n_latent,)), *back, keras.layers.Dense(n_columns)])


def train_on(*tables, epochs=n_epochs):
    network = keras.Sequential(
        [build_encoder(n_columns, n_latent), build_decoder(n_latent, n_columns)]
    )
    network.compile("adam", "mse", jit_compile=False, steps_per_execution=8)
    rows = pd.concat(tables)
    return network, network.fit(rows, rows, epochs=epochs, batch_size=256, verbose=0)


my_network = train_on(M_train, epochs=1)[1]


# Cause: not trained.
# %% wrong="lab2-q4" hint="should be left unexplained"
my_network = keras.Sequential(
    [
        build_encoder(n_columns, n_latent),
        build_decoder(n_latent, n_columns),
        keras.layers.Rescaling(9),
    ]
)


# Cause: attacks among the training rows.
# %% wrong="lab2-q4" hint="the network has seen attacks"
my_network = train_on(M_train, encoder.transform(X.iloc[reserve[:2_000]]))[0]


# %% wrong="lab2-q4" hint="the network has seen attacks"
my_network = train_on(M_train, encoder.transform(X.iloc[test_attacks[: len(M_train) // 50]]))[0]


# Cause: normal test rows among the training rows; so often, because once or thrice cannot be told.
# %% wrong="lab2-q4" hint="rebuilt better than rows"
later = encoder.transform(X.iloc[test_normal])
my_network = train_on(M_train, *[later] * 6)[0]


# %% wrong="lab2-q4" hint="rows of the test are rebuilt"
my_network = train_on(M_train, *[later] * 10)[0]


# Cause: the rows that are kept for the threshold instead of the training rows.
# %% wrong="lab2-q4" hint="rows of M_calibration are rebuilt"
my_network = train_on(*[M_calibration] * 4)[0]


# %% right="lab2-q4"
def build_decoder(n_latent, n_columns):  # not the mirror
    back = [keras.layers.Dense(units, activation="relu") for units in (64, 32)]
    return keras.Sequential([keras.Input((n_latent,)), *back, keras.layers.Dense(n_columns)])


my_network = train_on(M_train)[0]


# %% right="lab2-q4"
def build_decoder(n_latent, n_columns):  # wider than the encoder
    back = [keras.layers.Dense(128, activation="relu") for _ in range(2)]
    return keras.Sequential([keras.Input((n_latent,)), *back, keras.layers.Dense(n_columns)])


my_network = train_on(M_train)[0]


# %% right="lab2-q4"
def build_decoder(n_latent, n_columns):  # bends that learn slowly
    back = [keras.layers.Dense(units, activation="sigmoid") for units in (32, 64)]
    return keras.Sequential([keras.Input((n_latent,)), *back, keras.layers.Dense(n_columns)])


my_network = train_on(M_train)[0]


# %% right="lab2-q4"
def reconstruct(X):  # a table, not an array
    return pd.DataFrame(my_network.predict(X, verbose=0), columns=X.columns, index=X.index)


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


# %% wrong="lab2-q5" hint="rowvar=False"
def whitened_score(normal, new):
    away = new - normal.mean(axis=0)
    C = np.cov(normal) + 0.001 * np.eye(len(normal))
    return np.sqrt((away * np.linalg.solve(C, away.T).T).sum(axis=1))


# %% wrong="lab2-q5" hint="take mean and covariance of normal, not of new"
def whitened_score(normal, new):
    away = new - normal.mean(axis=0) if len(new) > 1 else 0 * new  # the mean of its own batch
    C = np.cov(normal, rowvar=False) + 0.001 * np.eye(away.shape[1])
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


# %% wrong="lab2-q6" hint="must lie above the threshold"
def threshold_for(scores_normal, rate):
    return np.mean(scores_normal) + 1.645 * np.std(scores_normal)


# %% wrong="lab2-q6" hint="the threshold (a number is expected, None came"
def threshold_for(scores_normal, rate):
    print(np.quantile(scores_normal, 1 - rate))


# %% wrong="lab2-q6" hint="the fifth largest score itself is none"
def threshold_for(scores_normal, rate):
    return sorted(scores_normal)[-int(len(scores_normal) * rate)]


# %% wrong="lab2-q6" hint="use the argument rate"
def threshold_for(scores_normal, rate):
    return np.quantile(scores_normal, 0.95)


# %% right="lab2-q6"
def threshold_for(scores_normal, rate):
    return sorted(scores_normal)[-round(len(scores_normal) * rate) - 1]


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


# %% wrong="lab2-q7" hint="keep the decimals"
def day_of_alerts(n, share, recall, false_alarm_rate):
    hits, wrong = int(n * share * recall), int(n * (1 - share) * false_alarm_rate)
    return hits, wrong, hits / (hits + wrong) if hits + wrong else 0


# %% right="lab2-q7"
def day_of_alerts(n, share, recall, false_alarm_rate):
    found = np.array([share * recall, (1 - share) * false_alarm_rate]) * n
    return [*found, found[0] / max(found.sum(), 1e-300)]


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


# %% wrong="lab2-q8" hint="answer in the order given"
def benjamini_hochberg(p_values, fdr):
    p = np.asarray(p_values)
    return (p <= fdr / p.size).astype(int)  # Bonferroni


# %% wrong="lab2-q8" hint="the largest k counts"
def benjamini_hochberg(p_values, fdr):
    p = np.asarray(p_values)
    rank = np.argsort(np.argsort(p)) + 1  # each by its own limit only
    return (p <= rank * fdr / p.size).astype(int)


# %% wrong="lab2-q8" hint="equal p-values are selected together"
def benjamini_hochberg(p_values, fdr):
    p = np.asarray(p_values)
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= np.arange(1, p.size + 1) * fdr / p.size)
    limit = ordered[passing[-1]] if passing.size else -1
    return ((p < limit) | (p == limit) & (np.unique(p, return_counts=True)[1].max() == 1)) + 0


# %% right="lab2-q8"
def benjamini_hochberg(p_values, fdr):
    from scipy.stats import false_discovery_control

    return false_discovery_control(p_values) <= fdr + 1e-12


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


# %% wrong="lab2-q9" hint="is no name of the list"
def name_groups(clusters, names):
    from collections import Counter

    return {c: Counter(names[clusters == c]).most_common(1)[0][0] for c in set(clusters)}


# %% wrong="lab2-q9" hint="each group got the first name of all"
def name_groups(clusters, names):
    return {c: str(pd.Series(names[clusters == c]).mode()[0]) for c in set(clusters)}


# %% right="lab2-q9"
def name_groups(clusters, names):
    table = pd.DataFrame({"group": clusters, "name": np.asarray(names)})
    return pd.crosstab(table["group"], table["name"]).idxmax(axis=1).to_dict()


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
