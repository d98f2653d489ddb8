# %% wrong="lab0-q1" hint="it keeps the rule of the cloud"
other_mechanism = "A"

# %% wrong="lab0-q1" hint="lies within the cloud"
other_mechanism = "C"

# %% wrong="lab0-q1" hint="give one of the four letters"
other_mechanism = "b, I think"


# %% wrong="lab0-q1" hint="should be of type str"
other_mechanism = ["B"]


# %% wrong="lab0-q2" hint="a limit for all hours cannot see it"
def odd_hours(load, limit):
    return np.abs(load - load.mean()) > 3 * load.std()


# %% wrong="lab0-q2" hint="ordinary hours are flagged too"
def odd_hours(load, limit):
    return np.abs(load - np.median(load, axis=1, keepdims=True)) > limit


# %% wrong="lab0-q2" hint="too low as well as too high"
def odd_hours(load, limit):
    return load - np.median(load, axis=0) > limit


# %% wrong="lab0-q2" hint="equal to the limit is not more than the limit"
def odd_hours(load, limit):
    return np.abs(load - np.median(load, axis=0)) >= limit


# %% wrong="lab0-q2" hint="take the median, not the mean"
def odd_hours(load, limit):
    return np.abs(load - np.mean(load, axis=0)) > limit


# %% wrong="lab0-q2" hint="not a single day"
def odd_hours(load, limit):
    return np.abs(load - load[0]) > limit


# %% wrong="lab0-q2" hint="one True or False per hour"
def odd_hours(load, limit):
    return np.argwhere(np.abs(load - np.median(load, axis=0)) > limit)


# %% right="lab0-q2"
def odd_hours(load, limit):
    table = pd.DataFrame(load)
    return (table - table.median()).abs() > limit


# %% wrong="lab0-q2" hint="has no attribute 'median'"
def odd_hours(load, limit):
    return (load - load.median(axis=0)).abs() > limit


# %% wrong="lab0-q3" hint="attacks cannot be false alarms"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    missed = events * attack_share * (1 - recall)
    return events * false_alarm_rate * alarm_cost + missed * miss_cost


# %% wrong="lab0-q3" hint="count those that are missed"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    attacks = events * attack_share
    false_alarms = (events - attacks) * false_alarm_rate
    return false_alarms * alarm_cost + attacks * recall * miss_cost


# %% wrong="lab0-q3" hint="each times its own cost"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    attacks = events * attack_share
    false_alarms = (events - attacks) * false_alarm_rate
    return max(false_alarms * alarm_cost, attacks * (1 - recall) * miss_cost)


# %% wrong="lab0-q3" hint="int() makes 1 of it"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    attacks = int(events * attack_share)
    false_alarms = int((events - attacks) * false_alarm_rate)
    return false_alarms * alarm_cost + int(attacks * (1 - recall)) * miss_cost


# %% wrong="lab0-q3" hint="not of the alerts"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    attacks = events * attack_share
    alerts = attacks * recall / (1 - false_alarm_rate)
    return alerts * false_alarm_rate * alarm_cost + attacks * (1 - recall) * miss_cost


# %% wrong="lab0-q3" hint="one number, the sum of both"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    attacks = events * attack_share
    false_alarms = (events - attacks) * false_alarm_rate
    return false_alarms * alarm_cost, attacks * (1 - recall) * miss_cost


# %% wrong="lab0-q3" hint="both costs (a number is expected, None came; a function without `return`"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    attacks = events * attack_share
    print((events - attacks) * false_alarm_rate * alarm_cost + attacks * (1 - recall) * miss_cost)


# %% wrong="lab0-q4" hint="do not overlap (None came; a function without `return` gives None)"
def window_means(series, width):
    full = len(series) // width
    series[: full * width].reshape(full, width).mean(axis=1)


# %% wrong="lab0-q4" hint="a sub-sample"
def window_means(series, width):
    return np.asarray(series)[: len(series) // width * width : width]


# %% wrong="lab0-q4" hint="windows do not overlap"
def window_means(series, width):
    return np.convolve(series, np.ones(width) / width, mode="valid")


# %% wrong="lab0-q4" hint="leave it out"
def window_means(series, width):
    return np.array([np.mean(series[i : i + width]) for i in range(0, len(series), width)])


# %% wrong="lab0-q4" hint="are 4 and 36"
def window_means(series, width):
    full = len(series) // width
    return np.median(np.reshape(series[: full * width], (full, width)), axis=1)


# %% wrong="lab0-q4" hint="take the mean along a row"
def window_means(series, width):
    full = len(series) // width
    return np.mean(series[: full * width].reshape(-1, width))


# %% wrong="lab0-q4" hint="the incomplete window at the end"
def window_means(series, width):
    series = np.asarray(series)
    full = len(series) // width
    means = series[: full * width].reshape(-1, width).mean(axis=1)
    means[-1] = series[(full - 1) * width :].mean()  # the rest goes into the last window
    return means


# %% wrong="lab0-q4" hint="cannot reshape array of size 5"
def window_means(series, width):
    return series.reshape(-1, width).mean(axis=1)


# %% wrong="lab0-q5" hint="include the label"
def count_copies(X, y):
    return int(X.duplicated().sum())


# %% wrong="lab0-q5" hint="the first of several equal rows is no copy"
def count_copies(X, y):
    return int(X.assign(label=y).duplicated(keep=False).sum())


# %% wrong="lab0-q5" hint="number of different rows"
def count_copies(X, y):
    return len(X.assign(label=y).drop_duplicates())


# %% wrong="lab0-q5" hint="count those that are True"
def count_copies(X, y):
    return X.assign(label=y).duplicated()


# %% wrong="lab0-q5" hint="changed the table"
def count_copies(X, y):
    X["label"] = y
    return int(X.duplicated().sum())


# %% wrong="lab0-q5" hint="number of all rows"
def count_copies(X, y):
    return len(X.assign(label=y).duplicated())


# %% right="lab0-q5"
def count_copies(X, y):
    table = pd.concat([X, y], axis=1)
    return len(table) - len(table.drop_duplicates())


# %% wrong="lab0-q6" hint="look up the rows of the full file"
corrected = dict(card)

# %% wrong="lab0-q6" hint="a 0/1 column is numeric"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 34,
    "categorical_features": 7,
    "share_of_normal_rows": 0.20,
    "every_row_is_different": False,
    "test_file_has_only_known_attacks": False,
}

# %% wrong="lab0-q6" hint="together are 41"
corrected = card | {"rows_of_full_file": 4_898_431, "categorical_features": 3}

# %% wrong="lab0-q6" hint="attacks are the majority"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
}

# %% wrong="lab0-q6" hint="read the known defects"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "share_of_normal_rows": 0.20,
}

# %% wrong="lab0-q6" hint="attack types that no training file has"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "share_of_normal_rows": 0.20,
    "every_row_is_different": False,
}

# %% wrong="lab0-q6" hint="keep the keys of the card"
corrected = {"rows": 4_898_431}


# %% wrong="lab0-q6" hint="not in per cent"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "share_of_normal_rows": 19.7,
    "every_row_is_different": False,
    "test_file_has_only_known_attacks": False,
}

# %% wrong="lab0-q6" hint="the claim on the classes was right"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "classes_in_10_percent_file": 22,
    "traffic": "real",
    "share_of_normal_rows": 0.20,
    "every_row_is_different": False,
    "test_file_has_only_known_attacks": False,
}

# %% wrong="lab0-q6" hint="the traffic is simulated"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "traffic": "real",
    "share_of_normal_rows": 0.20,
    "every_row_is_different": False,
    "test_file_has_only_known_attacks": False,
}

# %% wrong="lab0-q6" hint="to two decimals"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "share_of_normal_rows": 0.16,
    "every_row_is_different": False,
    "test_file_has_only_known_attacks": False,
}

# %% wrong="lab0-q6" hint="repeat an earlier row"
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "share_of_normal_rows": 0.20,
    "test_file_has_only_known_attacks": False,
}


# %% wrong="lab0-q6" hint="gives None"
corrected = card.update({"rows_of_full_file": 4_898_431})


# %% wrong="lab0-q7" hint="situation b: choose one of"
choice = {"a": "supervised", "b": ["normal only"], "c": "unlabelled", "d": "normal only"}

# %% wrong="lab0-q7" hint="situation c has no clean rows"
choice = {"a": "supervised", "b": "normal only", "c": "normal only", "d": "normal only"}

# %% wrong="lab0-q7" hint="situation b has no labels"
choice = dict.fromkeys("abcd", "supervised")

# %% wrong="lab0-q7" hint="and you want new ones"
choice = {"a": "supervised", "b": "normal only", "c": "unlabelled", "d": "supervised"}

# %% wrong="lab0-q7" hint="only a supervised method gives names"
choice = {"a": "normal only", "b": "normal only", "c": "unlabelled", "d": "normal only"}

# %% wrong="lab0-q7" hint="only a supervised method gives names"
choice = dict.fromkeys("abcd", "unlabelled")

# %% wrong="lab0-q7" hint="situation b: the rows are known to be clean"
choice = {"a": "supervised", "b": "unlabelled", "c": "unlabelled", "d": "normal only"}

# %% wrong="lab0-q7" hint="situation d: the rows are known to be clean"
choice = {"a": "supervised", "b": "normal only", "c": "unlabelled", "d": "unlabelled"}

# %% wrong="lab0-q7" hint="situation a: choose one of"
choice = {"a": "Supervised", "b": "normal only", "c": "unlabelled", "d": "normal only"}
