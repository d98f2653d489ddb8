# %% wrong="quiz-q1" hint="check the direction of your comparison"
def flag(scores, threshold):
    return (np.asarray(scores) < threshold).astype(int)


# %% wrong="quiz-q1" hint="a score equal to the threshold is no alert"
def flag(scores, threshold):
    return (np.asarray(scores) >= threshold).astype(int)


# %% wrong="quiz-q2" hint="add the price of the missed attacks"
cost = 3 * 50

# %% wrong="quiz-q2" hint="the cost"
cost = "230"


# %% wrong="quiz-q3" hint="the columns are service and bytes"
def busiest(connections):
    return connections.groupby("service")["bytes"].sum().to_frame()


# %% wrong="quiz-q3" hint="the largest sum comes first"
def busiest(connections):
    total = connections.groupby("service", as_index=False)["bytes"].sum()
    return total.sort_values("bytes", ignore_index=True)


# %% wrong="quiz-q4" hint="one value per row"
def detect(rows):
    return 1


# %% wrong="quiz-q4" hint="fewer than seven of ten"
def detect(rows):
    return 1 - (rows["failed"] > 3).astype(int)


# %% wrong="quiz-q5" hint="what summary returns"
def summary(numbers):
    return sum(numbers) / len(numbers), max(numbers)


# %% wrong="quiz-q5" hint="the mean is the sum over the count"
def summary(numbers):
    return {"mean": sum(numbers) / 3, "largest": max(numbers)}
