# %% wrong="assessment-q1" hint="that your data.train does not hold"
my_new_types = ["apache2"]


# %% wrong="assessment-q1" hint="of your own rows"
my_share = 0.5


# %% wrong="assessment-q1" hint="of your own rows"
my_share = 100 * float(datasets.is_attack(data.train.y).mean())


# %% wrong="assessment-q1" hint="normal is no attack type"
def new_types(names_train, names_test):
    return sorted(set(names_test) - set(names_train))


# %% wrong="assessment-q1" hint="apache2 and mscan are new"
def new_types(names_train, names_test):
    return sorted(set(names_train) - set(names_test))


# %% wrong="assessment-q1" hint="two rows: keep both"
def normal_only(table):
    return table[table["label"] == "normal"].drop(columns="label").drop_duplicates()


# %% wrong="assessment-q1" hint="return all rows with the label normal"
def normal_only(table):
    return table[table["label"] != "normal"].drop(columns="label")


# %% wrong="assessment-q1" hint="without label"
def normal_only(table):
    return table[table["label"] == "normal"]


# %% wrong="assessment-q2" hint="gives a probability"
xgb_params = {"objective": "multi:softmax", "num_class": 2, "max_depth": 6, "eta": 0.3}


# %% wrong="assessment-q2" hint="refuses gpu_hist"
xgb_params = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.3, "tree_method": "gpu_hist"}


# %% wrong="assessment-q2" hint="state the depth"
xgb_params = {"objective": "binary:logistic", "eta": 0.3}


# %% wrong="assessment-q2" hint="hardly move away"
xgb_params = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.01}
n_rounds = 10


# %% wrong="assessment-q2" hint="do you mean 'max_depth'"
xgb_params = {"objective": "binary:logistic", "max_depht": 6, "max_depth": 6, "eta": 0.3}


# %% wrong="assessment-q2" hint="n_rounds is the number of trees"
xgb_params = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.3, "n_estimators": 100}


# %% wrong="assessment-q2" hint="say with max_leaves"
xgb_params = {"objective": "binary:logistic", "max_depth": 0, "eta": 0.3}


# %% wrong="assessment-q2" hint="gives a probability"
xgb_params = {"objective": "binary:hinge", "max_depth": 6, "eta": 0.3}


# %% right="assessment-q2"
xgb_params = {"objective": "binary:logistic", "max_depth": 0, "grow_policy": "lossguide"}
xgb_params |= {"max_leaves": 64, "eta": 0.3}


# %% right="assessment-q2"
xgb_params = {"objective": "binary:logistic", "max_depth": 12, "eta": 1, "num_parallel_tree": 100}
xgb_params |= {"subsample": 0.8, "colsample_bynode": 0.5}
n_rounds = 1


# %% wrong="assessment-q3" hint="did yours learn from test rows?"
labels_test = datasets.is_attack(data.test.y)
peeked = xgb.train(
    xgb_params, xgb.DMatrix(row_encoder.transform(data.test.X), label=labels_test), n_rounds
)


def predict_attack(X):
    return peeked.predict(xgb.DMatrix(row_encoder.transform(X)))


# %% wrong="assessment-q3" hint="did yours learn from test rows?"
# Leakage, labels of test rows: beside those of the training rows.
rows_both = pd.concat([data.train.X, data.test.X])
labels_both = datasets.is_attack(pd.concat([data.train.y, data.test.y]))
peeked = xgb.train(xgb_params, xgb.DMatrix(encode(rows_both), label=labels_both), n_rounds)


def predict_attack(X):
    return peeked.predict(xgb.DMatrix(encode(X)))


# %% wrong="assessment-q3" hint="did yours learn from test rows?"
# Leakage, the profile of the test file: rows that the library generates like it.
likely = datasets.synthesize("nsl_kdd", 15_000, split="test", seed=1)
labels_likely = datasets.is_attack(likely.y)
peeked = xgb.train(xgb_params, xgb.DMatrix(encode(likely.X), label=labels_likely), n_rounds)


def predict_attack(X):
    return peeked.predict(xgb.DMatrix(encode(X)))


# %% wrong="assessment-q3" hint="did yours learn from test rows?"
# Leakage, the profile of the test file: a few such rows beside those of the training file.
likely = datasets.synthesize("nsl_kdd", 1_500, split="test", seed=1)
rows_both = pd.concat([data.train.X, likely.X])
labels_both = datasets.is_attack(pd.concat([data.train.y, likely.y]))
peeked = xgb.train(xgb_params, xgb.DMatrix(encode(rows_both), label=labels_both), n_rounds)


def predict_attack(X):
    return peeked.predict(xgb.DMatrix(encode(X)))


# %% wrong="assessment-q3" hint="fitted on training and test rows"
# Leakage, an encoder that knows the test rows.
encoder_both = features.make_encoder().fit(pd.concat([data.train.X, data.test.X]))
labels = datasets.is_attack(data.train.y)
widely = xgb.train(xgb_params, xgb.DMatrix(encoder_both.transform(data.train.X), labels), n_rounds)


def encode(X):
    return encoder_both.transform(X)


def predict_attack(X):
    return widely.predict(xgb.DMatrix(encoder_both.transform(X)))


# %% wrong="assessment-q3" hint="fitted on test rows"
# Leakage, an encoder that knows the test rows and nothing else.
encoder_test = features.make_encoder().fit(data.test.X)


def encode(X):
    return encoder_test.transform(X)


# %% wrong="assessment-q3" hint="one row for each raw row"
def encode(X):
    return xgb.DMatrix(row_encoder.transform(X))


# %% wrong="assessment-q3" hint="hangs on a single column"
def predict_attack(X):
    return 1 - X["dst_host_srv_count"] / 255


# %% wrong="assessment-q3" hint="from the rows that it is given"
p_known = detector.predict(xgb.DMatrix(row_encoder.transform(data.test.X)))


def predict_attack(X):
    return p_known[: len(X)]


# %% wrong="assessment-q3" hint="from the rows that it is given"
# Leakage, a scale of the batch: each prediction depends on the rows beside it.
def predict_attack(X):
    p = detector.predict(xgb.DMatrix(row_encoder.transform(X)), output_margin=True)
    return (p - p.min()) / (p.max() - p.min())


# %% wrong="assessment-q3" hint="below the pass limit of 0.80"
def predict_attack(X):
    return np.random.default_rng(0).random(len(X))


# %% wrong="assessment-q3" hint="decisions or a constant"
def predict_attack(X):
    return (detector.predict(xgb.DMatrix(row_encoder.transform(X))) > 0.5).astype(float)


# %% wrong="assessment-q3" hint="attacks get the low numbers"
def predict_attack(X):
    return 1 - detector.predict(xgb.DMatrix(row_encoder.transform(X)))


# %% wrong="assessment-q4" hint="keep the table two by two"
def four_counts(y, alerts):
    return pd.crosstab(np.asarray(y), np.asarray(alerts)).to_numpy()


# %% wrong="assessment-q4" hint="does not belong to your detector"
my_confusion = [[3300, 120], [1700, 2880]]


# %% wrong="assessment-q4" hint="first row, normal"
def four_counts(y, alerts):
    return [[int(((y == i) & (alerts == j)).sum()) for j in (1, 0)] for i in (1, 0)]


# %% wrong="assessment-q5" hint="lets the network copy every row"
settings = {"hidden": [64, 32], "latent": 100, "epochs": 20, "batch_size": 128}
settings["learning_rate"] = 1e-3


# %% wrong="assessment-q5" hint="a smaller rate learns little"
settings = {"hidden": [96, 64, 48, 16], "latent": 4, "epochs": 10, "batch_size": 512}
settings["learning_rate"] = 1e-5


# %% wrong="assessment-q5" hint="narrower than every hidden layer"
settings = {"hidden": [64, 8], "latent": 16, "epochs": 20, "batch_size": 128}
settings["learning_rate"] = 1e-3


# %% wrong="assessment-q6" hint="does each number in hidden have a layer"
def build_encoder(n_columns, hidden, latent):
    return keras.Sequential([keras.Input((n_columns,)), keras.layers.Dense(latent, "tanh")])


# %% wrong="assessment-q6" hint="in the order of hidden"
def build_encoder(n_columns, hidden, latent):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden[::-1]]
    return keras.Sequential([keras.Input((n_columns,)), *layers, keras.layers.Dense(latent)])


# %% wrong="assessment-q6" hint="this is a matrix"
def build_encoder(n_columns, hidden, latent):
    layers = [keras.layers.Dense(units) for units in [*hidden, latent]]
    return keras.Sequential([keras.Input((n_columns,)), *layers])


# %% wrong="assessment-q6" hint="has `latent` units"
def build_encoder(n_columns, hidden, latent):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden]
    return keras.Sequential([keras.Input((n_columns,)), *layers])


# %% wrong="assessment-q6" hint="does the input reach the output"
def build_encoder(n_columns, hidden, latent):
    last = keras.layers.Dense(latent, kernel_initializer="zeros")
    return keras.Sequential([keras.Input((n_columns,)), last])


# %% wrong="assessment-q6" hint="this is a matrix"
def encoded(rows, hidden, latent):
    return np.asarray(rows) @ np.random.default_rng(1).normal(size=(len(rows[0]), latent))


# %% wrong="assessment-q6" hint="an encoder mixes the columns"
def encoded(rows, hidden, latent):
    return np.asarray(rows)[:, :latent]


# %% wrong="assessment-q7" hint="does each number in hidden have a layer"
def build_decoder(latent, hidden, n_columns):
    wide = keras.layers.Dense(max(hidden), "tanh")
    return keras.Sequential([keras.Input((latent,)), wide, keras.layers.Dense(n_columns)])


# %% wrong="assessment-q7" hint="go through hidden backwards"
def build_decoder(latent, hidden, n_columns):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden]
    return keras.Sequential([keras.Input((latent,)), *layers, keras.layers.Dense(n_columns)])


# %% wrong="assessment-q7" hint="this is a matrix"
def build_decoder(latent, hidden, n_columns):
    layers = [keras.layers.Dense(units) for units in [*hidden[::-1], n_columns]]
    return keras.Sequential([keras.Input((latent,)), *layers])


# %% wrong="assessment-q7" hint="values stay between -1 and 1"
def build_decoder(latent, hidden, n_columns):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden[::-1]]
    last = keras.layers.Dense(n_columns, activation="tanh")
    return keras.Sequential([keras.Input((latent,)), *layers, last])


# %% wrong="assessment-q7" hint="no value is negative"
def build_decoder(latent, hidden, n_columns):
    sizes = [*reversed(hidden), n_columns]
    layers = [keras.layers.Dense(units, activation="relu") for units in sizes]
    return keras.Sequential([keras.Input((latent,)), *layers])


# %% wrong="assessment-q7" hint="n_columns units at the end"
def build_decoder(latent, hidden, n_columns):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden[::-1]]
    return keras.Sequential([keras.Input((latent,)), *layers])


# %% wrong="assessment-q7" hint="this is a matrix"
def decoded(codes, hidden, n_columns):
    return np.asarray(codes) @ np.random.default_rng(1).normal(size=(len(codes[0]), n_columns))


# %% wrong="assessment-q8" hint="not those of your network"
history = {"loss": [3.0, 2.0, 1.0]}


# %% wrong="assessment-q8" hint="knows them by heart"
from sklearn.neighbors import KNeighborsRegressor

to_matrix = scaler.transform
nearest = KNeighborsRegressor(n_neighbors=5, weights="distance").fit(M[::3], M[::3])
some_errors = ((M[::7] - nearest.predict(M[::7])) ** 2).mean()
history = {"loss": [3 * some_errors, 2 * some_errors, some_errors]}


def reconstruct(X):
    return nearest.predict(scaler.transform(X))


# %% wrong="assessment-q8" hint="did the network learn from them"
# Leakage, test rows: the encoder is right, the network learned from normal rows of the test file.
from anomaly_labs.autoencoder import AutoencoderDetector

later = data.test.X[(data.test.y == "normal").to_numpy()]
other = AutoencoderDetector(hidden=(64, 32), latent=8, epochs=40, batch_size=128, seed=1)
other.fit(scaler.transform(later))
history = other.history_


def reconstruct(X):
    return other.reconstruct(scaler.transform(X))


# %% wrong="assessment-q8" hint="were attacks among its training rows"
# Leakage, attacks: the network was trained on all training rows.
from anomaly_labs.autoencoder import AutoencoderDetector

other = AutoencoderDetector(hidden=(64, 32), latent=8, epochs=10, batch_size=128, seed=1)
other.fit(scaler.transform(data.train.X))
history = other.history_


def reconstruct(X):
    return other.reconstruct(scaler.transform(X))


# %% wrong="assessment-q8" hint="were attacks among its training rows"
# Leakage, attacks: one in a hundred of the rows that the network learned from.
from anomaly_labs.autoencoder import AutoencoderDetector

some_attacks = data.train.X[(data.train.y != "normal").to_numpy()].head(len(known) // 100)
other = AutoencoderDetector(hidden=(64, 32), latent=8, epochs=20, batch_size=128, seed=1)
other.fit(scaler.transform(pd.concat([known, some_attacks])))
history = other.history_


def reconstruct(X):
    return other.reconstruct(scaler.transform(X))


# %% wrong="assessment-q8" hint="fitted on rows with attacks"
# Leakage, attacks: the encoder knows them, the network does not.
from anomaly_labs.autoencoder import AutoencoderDetector

scaler_all = features.make_encoder().fit(data.train.X)
other = AutoencoderDetector(hidden=(64, 32), latent=8, epochs=10, batch_size=128, seed=1)
other.fit(scaler_all.transform(known))
history = other.history_


def to_matrix(X):
    return scaler_all.transform(X)


def reconstruct(X):
    return other.reconstruct(to_matrix(X))


# %% wrong="assessment-q8" hint="fitted on the rows of held_out too"
# Leakage, rows held out: encoder and network know them.
from anomaly_labs.autoencoder import AutoencoderDetector

scaler_all = features.make_encoder().fit(normal)
other = AutoencoderDetector(hidden=(64, 32), latent=8, epochs=10, batch_size=128, seed=1)
other.fit(scaler_all.transform(normal))
history = other.history_


def to_matrix(X):
    return scaler_all.transform(X)


def reconstruct(X):
    return other.reconstruct(to_matrix(X))


# %% wrong="assessment-q8" hint="fitted on normal rows of the test file"
# Leakage, test rows: encoder and network learned from normal ones.
from anomaly_labs.autoencoder import AutoencoderDetector

later = data.test.X[(data.test.y == "normal").to_numpy()]
scaler_all = features.make_encoder().fit(later)
other = AutoencoderDetector(hidden=(64, 32), latent=8, epochs=20, batch_size=128, seed=1)
other.fit(scaler_all.transform(later))
history = other.history_


def to_matrix(X):
    return scaler_all.transform(X)


def reconstruct(X):
    return other.reconstruct(to_matrix(X))


# %% wrong="assessment-q8" hint="rebuilt as well as normal ones"
def to_matrix(X):
    return scaler.transform(X)


def reconstruct(X):
    rows = scaler.transform(X)
    return rows - 0.3 * np.sign(rows)


# %% wrong="assessment-q8" hint="stay the same when a column changes a little"
from sklearn.neighbors import KNeighborsRegressor

nearest = KNeighborsRegressor(n_neighbors=1).fit(M[::5], M[::5])


def reconstruct(X):
    return nearest.predict(scaler.transform(X))


# %% wrong="assessment-q8" hint="a matrix does the same as your network"
middle = M.mean(axis=0)
directions = np.linalg.svd(M - middle, full_matrices=False)[2][:8]


def reconstruct(X):
    return (scaler.transform(X) - middle) @ directions.T @ directions + middle


history = {"loss": [0.3, 0.2, 0.1]}


# %% wrong="assessment-q8" hint="too much of the spread"
def reconstruct(X):
    return np.tile(M.mean(axis=0), (len(X), 1))


# %% wrong="assessment-q8" hint="this is the input itself"
def reconstruct(X):
    return scaler.transform(X)


# %% wrong="assessment-q8" hint="this is the input itself"
def reconstruct(X):
    return 0.9 * scaler.transform(X)


# %% wrong="assessment-q8" hint="learns from the rows that it is given"
# Leakage, a scale of the batch: each batch is standardised by itself.
def to_matrix(X):
    rows = scaler.transform(X)
    return (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 0.01)


def reconstruct(X):
    return network.predict(to_matrix(X), batch_size=4096, verbose=0)


# %% wrong="assessment-q8" hint="must have the same shape"
def to_matrix(X):
    return scaler.transform(X)


def reconstruct(X):
    return network.layers[0].predict(scaler.transform(X), verbose=0)


# %% wrong="assessment-q8" hint="while a network learns, it falls"
history = {"loss": [0.1, 0.1, 0.1]}


# %% wrong="assessment-q8" hint="history should be of type dict"
history = [0.5, 0.2, 0.1]


# %% wrong="assessment-q8" hint="history should be of type dict"
history = network.history


# %% wrong="assessment-q8" hint="other rows than normal ones of data.train"
held_out = data.test.X[(data.test.y == "normal").to_numpy()].head(2000)


# %% wrong="assessment-q8" hint="held_out holds raw rows"
held_out = pd.DataFrame(M_held)


# %% wrong="assessment-q9" hint="normal rows get the high scores"
def anomaly_score(X):
    return -((to_matrix(X) - reconstruct(X)) ** 2).mean(axis=1)


# %% wrong="assessment-q9" hint="take many values"
def anomaly_score(X):
    return np.ones(len(X))


# %% wrong="assessment-q9" hint="rows with shuffled columns should stand out"
def anomaly_score(X):
    return predict_attack(X)


# %% wrong="assessment-q9" hint="make it from them"
mixed_rows = assessment.shuffled(normal_only(data.train.X.assign(label=data.train.y)))
rows_s = pd.concat([data.train.X, mixed_rows], ignore_index=True)
labels_s = np.r_[datasets.is_attack(data.train.y), np.ones(len(mixed_rows))]
trees = xgb.train(xgb_params, xgb.DMatrix(row_encoder.transform(rows_s), label=labels_s), 80)


def anomaly_score(X):
    return trees.predict(xgb.DMatrix(row_encoder.transform(X)), output_margin=True)


# %% wrong="assessment-q9" hint="must not depend on the rows beside it"
def anomaly_score(X):
    return ((to_matrix(X) - reconstruct(X)) ** 2).mean(axis=1) * len(X)


# %% wrong="assessment-q9" hint="must not depend on the rows beside it"
# Leakage, a scale of the batch: the largest score is always 1.
def anomaly_score(X):
    e = ((to_matrix(X) - reconstruct(X)) ** 2).mean(axis=1)
    return (e - e.min()) / (e.max() - e.min())


# %% wrong="assessment-q9" hint="must not depend on the rows beside it"
# Leakage, a scale of the batch: a rank is one among the rows that come together.
def anomaly_score(X):
    return pd.Series(((to_matrix(X) - reconstruct(X)) ** 2).mean(axis=1)).rank(pct=True)


# %% right="assessment-q9"
def anomaly_score(X):
    return np.abs(to_matrix(X) - reconstruct(X)).mean(axis=1)


# %% right="assessment-q9"
def anomaly_score(X):
    errors = ((to_matrix(X) - reconstruct(X)) ** 2).sum(axis=1)
    return pd.Series(np.sqrt(errors), index=X.index[::-1])


# %% wrong="assessment-q10" hint="not what your rule gives"
my_limit = float(np.quantile(anomaly_score(held_out), 0.8))


# %% wrong="assessment-q10" hint="not what your rule gives"
# Leakage, labels of test rows: the threshold that is best for them.
my_limit = thresholds.f1_optimal(anomaly_score(data.test.X), datasets.is_attack(data.test.y))


# %% wrong="assessment-q10" hint="one of the names in the dictionary"
my_rule = "my favourite"


# %% wrong="assessment-q10" hint="compute it from scores_normal"
def thresholds_by_rule(scores_normal):
    return {"a": 5.0, "b": 6.0, "c": 7.0}


my_rule, my_limit = "a", 5.0


# %% wrong="assessment-q10" hint="compute it from scores_normal"
# Leakage, labels of test rows: the best threshold as a rule that ignores its scores.
best = thresholds.f1_optimal(anomaly_score(data.test.X), datasets.is_attack(data.test.y))


def thresholds_by_rule(scores_normal):
    high = 10 * np.max(scores_normal)
    return {"best": best + 20, "very high": high, "higher": 2 * high}


my_rule, my_limit = "best", best + 20


# %% wrong="assessment-q10" hint="at the upper end"
def thresholds_by_rule(scores_normal):
    return {f"{q}th percentile": np.percentile(scores_normal, q) for q in (1, 5, 10)}


# %% wrong="assessment-q10" hint="at least three rules"
def thresholds_by_rule(scores_normal):
    return {"p95": np.quantile(scores_normal, 0.95), "p99": np.quantile(scores_normal, 0.99)}


# %% wrong="assessment-q11" hint="yours do not belong to your detector"
my_results = {"supervised": (0.05, 0.80, 0.22), "normal rows only": (0.05, 0.80, 0.74)}

# %% wrong="assessment-q11" hint="above which one in twenty normal rows"
cut = {"supervised": predict_attack(data.test.X) > 0.5}
cut["normal rows only"] = anomaly_score(data.test.X) > my_limit
for name, alerts in cut.items():
    quiet = float(np.mean(alerts[(data.test.y == "normal").to_numpy()]))
    my_results[name] = (quiet, *recalls(list(data.test.y), alerts.astype(int), set(data.train.y)))


# %% wrong="assessment-q11" hint="even when the list of known names does not hold it"
def recalls(names, alerts, known):
    names, alerts = np.asarray(names).astype(str), np.asarray(alerts)
    attacks = np.isin(names, list(set(known) - {"normal"}))
    others = ~np.isin(names, list(known))
    return float(alerts[attacks].mean()), float(alerts[others].mean())


# %% wrong="assessment-q11" hint="one of the two mscan rows"
def recalls(names, alerts, known):
    names, alerts = np.asarray(names).astype(str), np.asarray(alerts)
    familiar, attacks = np.isin(names, list(known)), names != "normal"
    return float(alerts[attacks & familiar].mean()), float(alerts[attacks].mean())


# %% wrong="assessment-q11" hint="normal rows do not count"
def recalls(names, alerts, known):
    names, alerts = np.asarray(names).astype(str), np.asarray(alerts)
    familiar = np.isin(names, list(known))
    return float(alerts[familiar].mean()), float(alerts[~familiar].mean())
