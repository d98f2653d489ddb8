# %% wrong="lab1-q1" hint="add the leaves of both trees"
def ensemble_score(age, owns_console, plays_daily):
    first = -1.0 if age >= 15 else (2.0 if owns_console else 0.1)
    second = 0.9 if plays_daily else -0.9
    return (first + second) / 2  # an average, as a forest would


# %% wrong="lab1-q1" hint="15 is not below 15"
def ensemble_score(age, owns_console, plays_daily):
    first = -1.0 if age > 15 else (2.0 if owns_console else 0.1)
    return first + (0.9 if plays_daily else -0.9)


# %% wrong="lab1-q1" hint="without a console tree 1 gives"
def ensemble_score(age, owns_console, plays_daily):
    return (2.0 if age < 15 else -1.0) + (0.9 if plays_daily else -0.9)


# %% wrong="lab1-q2" hint="add the residuals first, then square the sum"
def similarity(residuals, lam):
    return sum(r**2 for r in residuals) / (len(residuals) + lam)


# %% wrong="lab1-q2" hint="λ is added to the number of residuals"
def similarity(residuals, lam):
    return sum(residuals) ** 2 / len(residuals)


# %% wrong="lab1-q2" hint="subtract the similarity of the parent"
def similarity(residuals, lam):
    return sum(residuals) ** 2 / (len(residuals) + lam)


def gain(left, right, lam):
    return similarity(left, lam) + similarity(right, lam)


# %% wrong="lab1-q2" hint="use the same λ in all three nodes"
def similarity(residuals, lam):
    return sum(residuals) ** 2 / (len(residuals) + lam)


def gain(left, right, lam):
    parent = list(left) + list(right)
    return similarity(left, lam) + similarity(right, lam) - similarity(parent, 0)


# %% wrong="lab1-q2" hint="brackets round the number"
def similarity(residuals, lam):
    return sum(residuals) ** 2 / len(residuals) + lam


def gain(left, right, lam):
    return similarity(left, lam) + similarity(right, lam) - similarity(left + right, lam)


# %% wrong="lab1-q2" hint="use the same λ in all three nodes"
def similarity(residuals, lam):
    return sum(residuals) ** 2 / (len(residuals) + lam)


def gain(left, right, lam):
    return similarity(left, 0) + similarity(right, 0) - similarity(list(left) + list(right), 0)


# %% right="lab1-q2"
def similarity(residuals, lam):
    return sum(residuals) ** 2 / (len(residuals) + lam)


def gain(left, right, lam):
    return similarity(left, lam) + similarity(right, lam) - similarity(left + right, lam)


# %% wrong="lab1-q3" hint="half-way between two neighbouring dosages"
def best_split(x, residuals, lam):
    x, r = np.asarray(x), np.asarray(residuals)
    whole = r.sum() ** 2 / (len(r) + lam)
    gains = []
    for cut in x[1:]:  # cuts at the values themselves
        left, right = r[x < cut], r[x >= cut]
        gains.append(
            (
                left.sum() ** 2 / (len(left) + lam) + right.sum() ** 2 / (len(right) + lam) - whole,
                cut,
            )
        )
    best = max(gains)
    return float(best[1]), float(best[0])


# %% wrong="lab1-q3" hint="sort the values of x before you cut"
def best_split(x, residuals, lam):
    r = np.asarray(residuals, dtype=float)
    best = (float("nan"), float("-inf"))
    for i in range(1, len(r)):  # takes the rows in the order in which they come
        left, right = r[:i], r[i:]
        worth = (
            left.sum() ** 2 / (i + lam)
            + right.sum() ** 2 / (len(right) + lam)
            - r.sum() ** 2 / (len(r) + lam)
        )
        if worth > best[1]:
            best = ((x[i - 1] + x[i]) / 2, worth)
    return best


# %% wrong="lab1-q3" hint="λ counts in every node"
def best_split(x, residuals, lam):
    x, r = np.asarray(x, dtype=float), np.asarray(residuals, dtype=float)
    values = np.unique(x)
    best = (float("nan"), float("-inf"))
    for cut in (values[:-1] + values[1:]) / 2:
        left, right = r[x < cut], r[x >= cut]
        worth = left.sum() ** 2 / len(left) + right.sum() ** 2 / len(right) - r.sum() ** 2 / len(r)
        if worth > best[1]:
            best = (float(cut), float(worth))
    return best


# %% wrong="lab1-q3" hint="the threshold comes first"
def best_split(x, residuals, lam):
    x, r = np.asarray(x), np.asarray(residuals)

    def worth(group):
        return group.sum() ** 2 / (len(group) + lam)

    values = np.unique(x)
    cuts = (values[:-1] + values[1:]) / 2
    return max((worth(r[x < c]) + worth(r[x >= c]) - worth(r), c) for c in cuts)


# %% wrong="lab1-q3" hint="half-way between two neighbouring dosages"
def best_split(x, residuals, lam):
    x, r = np.asarray(x), np.asarray(residuals)

    def worth(group):
        return group.sum() ** 2 / (len(group) + lam) if len(group) else 0

    found = ((c, worth(r[x <= c]) + worth(r[x > c]) - worth(r)) for c in np.unique(x))
    return max(found, key=lambda pair: pair[1])


# %% wrong="lab1-q3" hint="`+` adds them value by value"
def gain(left, right, lam):
    def worth(group):
        return sum(group) ** 2 / (len(group) + lam)

    return worth(left) + worth(right) - worth(left + right)


def best_split(x, residuals, lam):
    x, residuals = np.asarray(x), np.asarray(residuals)
    values = np.unique(x)
    best = (float("nan"), float("-inf"))
    for cut in (values[:-1] + values[1:]) / 2:
        worth = gain(residuals[x < cut], residuals[x >= cut], lam)
        if worth > best[1]:
            best = (float(cut), float(worth))
    return best


# %% wrong="lab1-q3" hint="another cut gains more"
def best_split(x, residuals, lam):
    x, r = np.asarray(x), np.asarray(residuals)

    def worth(group):
        return group.sum() ** 2 / (len(group) + lam)

    values = np.unique(x)
    cuts = (values[:-1] + values[1:]) / 2
    return min(
        ((c, worth(r[x < c]) + worth(r[x >= c]) - worth(r)) for c in cuts),
        key=lambda pair: pair[1],
    )


# %% wrong="lab1-q3" hint="only integer scalar arrays"
def best_split(x, residuals, lam):
    values = np.unique(x)
    for cut in (values[:-1] + values[1:]) / 2:
        left = residuals[x < cut]  # a list takes no row of True and False
    return cut, sum(left)


# %% wrong="lab1-q4" hint="divide by the attacks, not by all rows"
def rates(scores, y, threshold):
    alerts = scores > threshold
    return float((alerts & (y == 1)).mean()), float((alerts & (y == 0)).mean())


# %% wrong="lab1-q4" hint="recall comes first"
def rates(scores, y, threshold):
    alerts = scores > threshold
    return float(alerts[y == 0].mean()), float(alerts[y == 1].mean())


# %% wrong="lab1-q4" hint="a score equal to the threshold is not an alert"
def rates(scores, y, threshold):
    alerts = scores >= threshold
    return float(alerts[y == 1].mean()), float(alerts[y == 0].mean())


# %% wrong="lab1-q4" hint="not by the alerts"
def rates(scores, y, threshold):
    alerts = scores > threshold
    return float(alerts[y == 1].mean()), float((y[alerts] == 0).mean())


# %% wrong="lab1-q4" hint="return two numbers"
def rates(scores, y, threshold):
    alerts = scores > threshold
    return {"recall": alerts[y == 1].mean(), "false alarms": alerts[y == 0].mean()}


# %% wrong="lab1-q5" hint="return one of the candidates, not its F1"
def choose_threshold(scores, y, candidates):
    return max(f1_score(y, scores > t) for t in candidates)


# %% wrong="lab1-q5" hint="one of the candidates (a number is expected, None came"
def choose_threshold(scores, y, candidates):
    print(max(candidates, key=lambda t: f1_score(y, scores > t)))


# %% wrong="lab1-q5" hint="the missed attacks must count in F1"
def choose_threshold(scores, y, candidates):
    return max(candidates, key=lambda t: ((scores > t) == (y == 1)).mean())


# %% wrong="lab1-q5" hint="a score equal to the threshold is not an alert"
def choose_threshold(scores, y, candidates):
    return max(candidates, key=lambda t: f1_score(y, scores >= t, zero_division=0))


# %% wrong="lab1-q5" hint="false alarms must count too"
def choose_threshold(scores, y, candidates):
    return max(candidates, key=lambda t: (scores[y == 1] > t).mean())


# %% wrong="lab1-q5" hint="another candidate has a larger F1"
def choose_threshold(scores, y, candidates):
    return max(candidates, key=lambda t: (y[scores > t] == 1).mean() if (scores > t).any() else 0)


# %% wrong="lab1-q6" hint="your table is the other way round"
def confusion_counts(y, alerts):
    return [[int(((y == i) & (alerts == j)).sum()) for i in (0, 1)] for j in (0, 1)]


# %% wrong="lab1-q6" hint="return two rows of two counts"
def confusion_counts(y, alerts):
    return [int(((y == i) & (alerts == j)).sum()) for i in (0, 1) for j in (0, 1)]


# %% wrong="lab1-q6" hint="the table stays two by two"
def confusion_counts(y, alerts):
    return pd.crosstab(np.asarray(y), np.asarray(alerts)).to_numpy()


# %% wrong="lab1-q6" hint="tn) stand first"
def confusion_counts(y, alerts):
    tp, tn = ((y == 1) & (alerts == 1)).sum(), ((y == 0) & (alerts == 0)).sum()
    fp, fn = ((y == 0) & (alerts == 1)).sum(), ((y == 1) & (alerts == 0)).sum()
    return [[tp, fp], [fn, tn]]


# %% wrong="lab1-q6" hint="the table stays two by two"
from sklearn.metrics import confusion_matrix


def confusion_counts(y, alerts):
    return confusion_matrix(y, alerts)


# %% right="lab1-q6"
from sklearn.metrics import confusion_matrix


def confusion_counts(y, alerts):
    return confusion_matrix(y, alerts, labels=[0, 1])


# %% wrong="lab1-q7" hint="use the original features as keys"
def gain_by_feature(gains, original):
    total = sum(gains.values())
    return {column: g / total for column, g in gains.items()}


# %% wrong="lab1-q7" hint="do not cut at the first one"
def gain_by_feature(gains, original):
    total = sum(gains.values())
    shares = dict.fromkeys(original, 0.0)
    for column, g in gains.items():
        name = column if column in shares else column.split("_")[0]
        shares[name] = shares.get(name, 0.0) + g / total
    return shares


# %% wrong="lab1-q7" hint="then divide by the total"
def gain_by_feature(gains, original):
    return {
        name: sum(g for c, g in gains.items() if c == name or c.startswith(name + "_"))
        for name in original
    }


# %% wrong="lab1-q7" hint="compare the beginning of the name"
def gain_by_feature(gains, original):
    total = sum(gains.values())
    return {
        name: sum(g for column, g in gains.items() if name in column) / total for name in original
    }


# %% wrong="lab1-q7" hint="do not cut at the first one"
def gain_by_feature(gains, original):
    shares, total = {}, sum(gains.values())
    for column, g in gains.items():
        feature = column.split("_")[0]  # no key of its own for protocol_type
        shares[feature] = shares.get(feature, 0.0) + g / total
    return shares


# %% wrong="lab1-q7" hint="up to the underscore"
def gain_by_feature(gains, original):
    total = sum(gains.values())
    return {
        name: sum(g for column, g in gains.items() if column.startswith(name)) / total
        for name in original
    }


# %% wrong="lab1-q7" hint="must be there, with 0"
def gain_by_feature(gains, original):
    shares, total = {}, sum(gains.values())
    for column, g in gains.items():
        for name in original:
            if column == name or column.startswith(name + "_"):
                shares[name] = shares.get(name, 0) + g / total
    return shares


# %% wrong="lab1-q8" hint="a category with 0 rows is not left"
def types_left(before, after):
    left = set(after.astype("category").cat.categories) - {"normal"}
    return sorted(left), sorted(set(before.unique()) - left - {"normal"})


# %% wrong="lab1-q8" hint="normal is no attack"
def types_left(before, after):
    left = set(after.unique())
    return sorted(left), sorted(set(before.unique()) - left)


# %% wrong="lab1-q8" hint="sort the names"
def types_left(before, after):
    names = [name for name in before.unique() if name != "normal"]
    there = after.unique()
    return [name for name in names if name in there], [name for name in names if name not in there]


# %% wrong="lab1-q8" hint="list.sort() returns None"
def types_left(before, after):
    left = list(set(after) - {"normal"})
    lost = list(set(before) - set(after))
    return left.sort(), lost.sort()


# %% wrong="lab1-q8" hint="return two lists of names"
def types_left(before, after):
    print(set(after), set(before) - set(after))


# %% wrong="lab1-q8" hint="a set has no order"
def types_left(before, after):
    return set(after) - {"normal"}, set(before) - set(after)


# %% wrong="lab1-q8" hint="return two lists of names"
def types_left(before, after):
    return sorted(set(after) - {"normal"})


# %% wrong="lab1-q9" hint="one code per row, not one probability per class"
def predict_classes(X):
    return multi_model.predict(xgb.DMatrix(X))


# %% wrong="lab1-q9" hint="look at the rare classes"
def predict_classes(X):
    answer = multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)
    return np.where(np.isin(answer, np.argsort(-np.bincount(c_train))[:8]), answer, 0)


# %% wrong="lab1-q9" hint="must compute its answer from the rows that it is given"
def predict_classes(X):
    return c_test[: len(X)]


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
def train_classes():
    rows = xgb.DMatrix(M_test, label=c_test)  # cause: trained on test rows
    params = {"objective": "multi:softprob", "num_class": len(classes), "min_child_weight": 0.1}
    return xgb.train(params, rows, rt.rounds(30))


def predict_classes(X):
    return multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
from sklearn.ensemble import RandomForestClassifier


def train_classes():
    return RandomForestClassifier(20, random_state=0).fit(
        M_test, c_test
    )  # cause: trained on test rows


def predict_classes(X):
    return multi_model.predict(X)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
from sklearn.neighbors import KNeighborsClassifier


def train_classes():
    return KNeighborsClassifier(1).fit(M_test, c_test)  # cause: the nearest test row


def predict_classes(X):
    return multi_model.predict(X)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
from sklearn.neighbors import KNeighborsClassifier


def train_classes():
    return KNeighborsClassifier(1).fit(
        pd.concat([M_train, M_test]), np.r_[c_train, c_test]
    )  # cause: the nearest row of both parts


def predict_classes(X):
    return multi_model.predict(X)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
def train_classes():
    rows = xgb.DMatrix(
        pd.concat([M_train, M_test]), label=np.r_[c_train, c_test]
    )  # cause: trained on both parts
    params = {"objective": "multi:softprob", "num_class": len(classes), "min_child_weight": 0.1}
    return xgb.train(params, rows, rt.rounds(30))


def predict_classes(X):
    return multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
from sklearn.ensemble import RandomForestClassifier


def train_classes():
    return RandomForestClassifier(20, random_state=0).fit(
        pd.concat([M_train, M_test]), np.r_[c_train, c_test]
    )  # cause: trained on both parts


def predict_classes(X):
    return multi_model.predict(X)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
def train_classes():
    params = {"objective": "multi:softprob", "num_class": len(classes), "min_child_weight": 0.1}
    first = xgb.train(params, xgb.DMatrix(M_train, label=c_train), rt.rounds(30))
    more = xgb.DMatrix(M_test, label=c_test)  # cause: trained further on test rows
    return xgb.train(params, more, rt.rounds(10), xgb_model=first)


def predict_classes(X):
    return multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="knows the test rows as well"
def train_classes():
    rows = xgb.DMatrix(
        encoder_m.transform(unique_rows), label=codes
    )  # cause: trained on rows from before the split
    params = {"objective": "multi:softprob", "num_class": len(classes), "min_child_weight": 0.1}
    return xgb.train(params, rows, rt.rounds(30))


def predict_classes(X):
    return multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
answers = dict(zip(map(bytes, M_test.to_numpy()), c_test, strict=True))


def predict_classes(X):
    found = multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)
    keys = map(bytes, X.to_numpy())  # cause: a table of the test rows
    return np.array([answers.get(key, code) for key, code in zip(keys, found, strict=True)])


# %% wrong="lab1-q9" hint="repeats the wrong class of the canaries"
from sklearn.neighbors import KNeighborsClassifier

model_alone = multi_model.predict(xgb.DMatrix(M_test)).argmax(axis=1)
mistakes = KNeighborsClassifier(1).fit(M_test, np.where(model_alone == c_test, -1, c_test))


def predict_classes(X):
    found = multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)
    mended = mistakes.predict(X)  # cause: its mistakes on test rows put right
    return np.where(mended < 0, found, mended)


# %% wrong="lab1-q9" hint="each row by itself"
def predict_classes(X):
    X = (X - X.mean()) / X.std().replace(0, 1)  # cause: scaled by the rows that are asked
    return multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)


# %% wrong="lab1-q9" hint="each row by itself"
def predict_classes(X):
    found = multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)
    smooth = pd.Series(found).rolling(3, min_periods=1).median()  # cause: the rows before it
    return smooth.to_numpy().astype(int)


# %% right="lab1-q9"
def train_classes():
    params = {"objective": "multi:softmax", "num_class": len(classes), "min_child_weight": 0.1}
    return xgb.train(params, xgb.DMatrix(M_train, label=c_train), num_boost_round=rt.rounds(30))


def predict_classes(X):
    return multi_model.predict(xgb.DMatrix(X))


multi_model = train_classes()


# %% right="lab1-q9"
from sklearn.ensemble import RandomForestClassifier


def train_classes():
    forest = RandomForestClassifier(
        100, min_samples_leaf=2, class_weight="balanced", random_state=0
    )
    return forest.fit(M_train, c_train)


def predict_classes(X):
    return multi_model.predict(X)


multi_model = train_classes()


# %% wrong="lab1-q9" hint="Expecting data to be a DMatrix"
def predict_classes(X):
    return multi_model.predict(X).argmax(axis=1)


# %% wrong="lab1-q10" hint="normal is no attack"
def recall_seen_unseen(train_names, test_names, alerts):
    seen = np.isin(np.asarray(test_names), np.asarray(train_names))
    alerts = np.asarray(alerts)
    return float(alerts[seen].mean()), float(alerts[~seen].mean())


# %% wrong="lab1-q10" hint="divide by the unseen rows only"
def recall_seen_unseen(train_names, test_names, alerts):
    names, alerts = np.asarray(test_names), np.asarray(alerts)
    attack = names != "normal"
    seen = np.isin(names, np.asarray(train_names))
    return float(alerts[attack & seen].mean()), float(
        (alerts * (attack & ~seen)).sum() / attack.sum()
    )


# %% wrong="lab1-q10" hint="two of them raise an alert"
def recall_seen_unseen(train_names, test_names, alerts):
    table = pd.DataFrame({"name": np.asarray(test_names), "alert": np.asarray(alerts)})
    found = table[table["name"] != "normal"].groupby("name")["alert"].mean()  # by type, not by row
    seen = found.index.isin(np.asarray(train_names))
    return float(found[seen].mean()), float(found[~seen].mean())


# %% wrong="lab1-q10" hint="only integer scalar arrays"
def recall_seen_unseen(train_names, test_names, alerts):
    seen = np.isin(test_names, train_names)
    return alerts[seen].mean(), alerts[~seen].mean()
