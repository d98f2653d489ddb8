# %% wrong="assessment-q1" hint="normal is no attack type"
def new_types(names_train, names_test):
    return sorted(set(names_test) - set(names_train))


# %% wrong="assessment-q1" hint="that your data.train does not hold"
my_new_types = ["apache2"]


# %% wrong="assessment-q1" hint="of your own rows"
my_share = 0.5


# %% wrong="assessment-q1" hint="apache2 and mscan are new"
def new_types(names_train, names_test):
    return sorted(set(names_train) - set(names_test))


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


# %% wrong="assessment-q3" hint="attacks get the low numbers"
def predict_attack(X):
    return 1 - detector.predict(xgb.DMatrix(row_encoder.transform(X)))


# %% wrong="assessment-q3" hint="decisions or a constant"
def predict_attack(X):
    return (detector.predict(xgb.DMatrix(row_encoder.transform(X))) > 0.5).astype(float)


# %% wrong="assessment-q3" hint="below the pass limit of 0.80"
def predict_attack(X):
    return np.random.default_rng(0).random(len(X))


# %% wrong="assessment-q3" hint="from the rows that it is given"
p_known = detector.predict(xgb.DMatrix(row_encoder.transform(data.test.X)))


def predict_attack(X):
    return p_known[: len(X)]


# %% wrong="assessment-q3" hint="did yours learn from test rows?"
labels_test = datasets.is_attack(data.test.y)
peeked = xgb.train(
    xgb_params, xgb.DMatrix(row_encoder.transform(data.test.X), label=labels_test), n_rounds
)


def predict_attack(X):
    return peeked.predict(xgb.DMatrix(row_encoder.transform(X)))


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


# %% wrong="assessment-q6" hint="has `latent` units"
def build_encoder(n_columns, hidden, latent):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden]
    return keras.Sequential([keras.Input((n_columns,)), *layers])


# %% wrong="assessment-q6" hint="does the input reach the output"
def build_encoder(n_columns, hidden, latent):
    last = keras.layers.Dense(latent, kernel_initializer="zeros")
    return keras.Sequential([keras.Input((n_columns,)), last])


# %% wrong="assessment-q6" hint="an encoder mixes the columns"
def encoded(rows, hidden, latent):
    return np.asarray(rows)[:, :latent]


# %% wrong="assessment-q7" hint="no value is negative"
def build_decoder(latent, hidden, n_columns):
    sizes = [*reversed(hidden), n_columns]
    layers = [keras.layers.Dense(units, activation="relu") for units in sizes]
    return keras.Sequential([keras.Input((latent,)), *layers])


# %% wrong="assessment-q7" hint="values stay between -1 and 1"
def build_decoder(latent, hidden, n_columns):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden[::-1]]
    last = keras.layers.Dense(n_columns, activation="tanh")
    return keras.Sequential([keras.Input((latent,)), *layers, last])


# %% wrong="assessment-q7" hint="n_columns units at the end"
def build_decoder(latent, hidden, n_columns):
    layers = [keras.layers.Dense(units, activation="relu") for units in hidden[::-1]]
    return keras.Sequential([keras.Input((latent,)), *layers])


# %% wrong="assessment-q8" hint="this is the input itself"
def reconstruct(X):
    return scaler.transform(X)


# %% wrong="assessment-q8" hint="too much of the spread"
def reconstruct(X):
    return np.tile(M.mean(axis=0), (len(X), 1))


# %% wrong="assessment-q8" hint="must have the same shape"
def reconstruct(X):
    return network.layers[0].predict(scaler.transform(X), verbose=0)


# %% wrong="assessment-q8" hint="this is the input itself"
def reconstruct(X):
    return 0.9 * scaler.transform(X)


# %% wrong="assessment-q8" hint="rebuilt as well as normal ones"
def reconstruct(X):
    rows = scaler.transform(X)
    return rows - 0.3 * np.sign(rows)


# %% wrong="assessment-q8" hint="history should be of type dict"
history = [0.5, 0.2, 0.1]


# %% wrong="assessment-q8" hint="while a network learns, it falls"
history = {"loss": [0.1, 0.1, 0.1]}


# %% wrong="assessment-q8" hint="held_out holds raw rows"
held_out = pd.DataFrame(M_held)


# %% wrong="assessment-q8" hint="other rows than normal ones of data.train"
held_out = data.test.X[(data.test.y == "normal").to_numpy()].head(2000)


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


# %% wrong="assessment-q10" hint="not what your rule gives"
my_limit = float(np.quantile(anomaly_score(held_out), 0.8))


# %% wrong="assessment-q10" hint="one of the names in the dictionary"
my_rule = "my favourite"


# %% wrong="assessment-q10" hint="compute it from scores_normal"
def thresholds_by_rule(scores_normal):
    return {"a": 5.0, "b": 6.0, "c": 7.0}


my_rule, my_limit = "a", 5.0


# %% wrong="assessment-q10" hint="at the upper end"
def thresholds_by_rule(scores_normal):
    return {f"{q}th percentile": np.percentile(scores_normal, q) for q in (1, 5, 10)}


# %% wrong="assessment-q10" hint="at least three rules"
def thresholds_by_rule(scores_normal):
    return {"p95": np.quantile(scores_normal, 0.95), "p99": np.quantile(scores_normal, 0.99)}


# %% wrong="assessment-q11" hint="yours do not belong to your detector"
my_results = {"supervised": (0.03, 0.80, 0.22), "normal rows only": (0.05, 0.80, 0.74)}


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
