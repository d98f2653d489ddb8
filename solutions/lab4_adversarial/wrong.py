# %% wrong="lab4-q1" hint="an attacker goes up the slope"
def one_step(rows, labels, weights, epsilon):
    rows, weights = np.asarray(rows, float), np.asarray(weights, float)
    p = 1 / (1 + np.exp(-rows @ weights))
    return rows - epsilon * np.sign((p - np.asarray(labels))[:, None] * weights)


# %% wrong="lab4-q1" hint="both rows moved the same way"
def one_step(rows, labels, weights, epsilon):
    return np.asarray(rows, float) - epsilon * np.sign(weights)


# %% wrong="lab4-q1" hint="this is the slope of the weights"
def one_step(rows, labels, weights, epsilon):
    rows = np.asarray(rows, float)
    p = 1 / (1 + np.exp(-rows @ np.asarray(weights)))
    return rows + epsilon * np.sign((p - np.asarray(labels))[:, None] * rows)


# %% wrong="lab4-q1" hint="take the sign of the slope"
def one_step(rows, labels, weights, epsilon):
    rows, weights = np.asarray(rows, float), np.asarray(weights, float)
    p = 1 / (1 + np.exp(-rows @ weights))
    return rows + epsilon * (p - np.asarray(labels))[:, None] * weights


# %% wrong="lab4-q1" hint="a column of weight 0 must stay"
def one_step(rows, labels, weights, epsilon):
    up = np.where(np.asarray(weights) >= 0, 1, -1)
    return np.asarray(rows, float) + epsilon * np.where(np.asarray(labels)[:, None] == 1, -up, up)


# %% wrong="lab4-q2" hint="0.18 + 0.05 leaves the box"
def small_step(place, start, slopes, length, epsilon):
    moved = place + length * np.sign(slopes)
    return np.clip(moved, place - epsilon, place + epsilon)


# %% wrong="lab4-q2" hint="you went down the slope"
def small_step(place, start, slopes, length, epsilon):
    return np.clip(place - length * np.sign(slopes), start - epsilon, start + epsilon)


# %% wrong="lab4-q2" hint="each step begins at place"
def small_step(place, start, slopes, length, epsilon):
    return np.clip(start + length * np.sign(slopes), start - epsilon, start + epsilon)


# %% wrong="lab4-q2" hint="however small or large the slope"
def small_step(place, start, slopes, length, epsilon):
    return np.clip(place + length * slopes, start - epsilon, start + epsilon)


# %% wrong="lab4-q2" hint="then back into the box around start"
def small_step(place, start, slopes, length, epsilon):
    return np.clip(place + length * np.sign(slopes), -epsilon, epsilon)  # a box around 0


# %% wrong="lab4-q3" hint="the list of wishes must stay as it is"
def obey(wanted, original, move, grid, highest):
    wanted[wanted > highest] = highest
    return wanted


# %% wrong="lab4-q3" hint="no value falls below its original"
def obey(wanted, original, move, grid, highest):
    if move == "fixed":
        return original
    return np.clip(np.round(np.asarray(wanted) * grid) / grid, 0, highest)


# %% wrong="lab4-q3" hint="above the highest value of the format"
def obey(wanted, original, move, grid, highest):
    if move == "fixed":
        return original
    lowest = original if move == "grow" else 0
    return np.maximum(np.round(np.asarray(wanted) * grid) / grid, lowest)


# %% wrong="lab4-q3" hint="a count is a whole number, the nearest"
def obey(wanted, original, move, grid, highest):
    return np.clip(wanted, original, highest)


# %% wrong="lab4-q3" hint="a fixed column keeps its original values"
def obey(wanted, original, move, grid, highest):
    lowest = original if move == "grow" else 0
    return np.clip(np.round(np.asarray(wanted) * grid) / grid, lowest, highest)


# %% wrong="lab4-q3" hint="multiply by grid, round, divide by grid"
def obey(wanted, original, move, grid, highest):
    if move == "fixed":
        return original
    return np.clip(np.round(wanted), original if move == "grow" else 0, highest)


# %% wrong="lab4-q3" hint="also when it is free"
def obey(wanted, original, move, grid, highest):
    if move == "fixed":
        return original
    nearest = np.round(np.asarray(wanted) * grid) / grid
    return np.clip(nearest, original, highest) if move == "grow" else nearest


# %% wrong="lab4-q3" hint="round, do not cut off"
def obey(wanted, original, move, grid, highest):
    if move == "fixed":
        return original
    lowest = original if move == "grow" else 0
    return np.clip(np.floor(np.asarray(wanted) * grid) / grid, lowest, highest)


# %% wrong="lab4-q3" hint="round, do not cut off"
def obey(wanted, original, move, grid, highest):
    w, o = np.asarray(wanted, float), np.asarray(original, float)
    if move == "fixed":
        return o
    low = o if move == "grow" else 0
    return np.clip(np.floor(w * grid) / grid, low, highest)


# %% wrong="lab4-q3" hint="a fixed column keeps its original values"
def obey(wanted, original, move, grid, highest):
    w, o = np.asarray(wanted, float), np.asarray(original, float)
    if move == "fix":
        return o
    low = o if move == "grow" else 0
    return np.clip(np.round(w * grid) / grid, low, highest)


# %% wrong="lab4-q3" hint="a free column may fall below its original"
def obey(wanted, original, move, grid, highest):
    w, o = np.asarray(wanted, float), np.asarray(original, float)
    if move == "fixed":
        return o
    low = 0 if np.any(w < 0) else o
    return np.clip(np.round(w * grid) / grid, low, highest)


# The limits lie on the grid: it is the same to round before or after.
# %% right="lab4-q3"
def obey(wanted, original, move, grid, highest):
    w, o = np.asarray(wanted, float), np.asarray(original, float)
    if move == "fixed":
        return o
    low = o if move == "grow" else 0
    return np.round(np.clip(w, low, highest) * grid) / grid


# %% right="lab4-q3"
def obey(wanted, original, move, grid, highest):
    found = []
    for wish, start in zip(wanted, original, strict=True):
        value = min(max(round(wish * grid) / grid, start if move == "grow" else 0), highest)
        found.append(start if move == "fixed" else value)
    return found


# %% wrong="lab4-q4" hint="was asked about already"
def next_questions(logits, asked, n):
    return np.argsort(np.abs(logits))[:n]


# %% wrong="lab4-q4" hint="the lowest logits, of which it is sure"
def next_questions(logits, asked, n):
    return [int(p) for p in np.argsort(logits) if p not in asked][:n]


# %% wrong="lab4-q4" hint="of which it is surest"
def next_questions(logits, asked, n):
    places = np.argsort(-np.abs(np.asarray(logits)))
    return [int(p) for p in places if p not in asked][:n]


# %% wrong="lab4-q4" hint="return places in `logits`"
def next_questions(logits, asked, n):
    left = [value for place, value in enumerate(logits) if place not in asked]
    return sorted(left, key=abs)[:n]


# %% wrong="lab4-q4" hint="as many places as there are questions left"
def next_questions(logits, asked, n):
    return [p for p in np.argsort(np.abs(logits)) if p not in asked]


# %% wrong="lab4-q4" hint="however sure it is"
def next_questions(logits, asked, n):
    sure = np.abs(np.asarray(logits)) > 4
    order = np.argsort(np.where(sure, 1e9, np.abs(logits)))
    left = [int(p) for p in order if p not in asked and not sure[p]]
    return [*left, int(order[0])][:n]


# %% right="lab4-q4"
def next_questions(logits, asked, n):
    left = set(range(len(logits))) - set(asked)
    return np.array(sorted(left, key=lambda place: abs(logits[place]))[:n])


def evasion_rate(before, after):
    hidden = [not b for a, b in zip(before, after, strict=True) if a]
    return sum(hidden) / len(hidden) if hidden else 0


# %% wrong="lab4-q4" hint="do not subtract one sum from the other"
def next_questions(logits, asked, n):
    return [int(p) for p in np.argsort(np.abs(logits)) if p not in asked][:n]


def evasion_rate(before, after):
    return (np.sum(before) - np.sum(after)) / np.sum(before)


# %% wrong="lab4-q4" hint="not by all eight"
def evasion_rate(before, after):
    before, after = np.asarray(before), np.asarray(after)
    return float(np.mean((before == 1) & (after == 0)))


# %% wrong="lab4-q4" hint="look at the detected ones only"
def evasion_rate(before, after):
    return float(np.mean(np.asarray(after) == 0))


# %% wrong="lab4-q4" hint="do not subtract one sum from the other"
def evasion_rate(before, after):
    return (sum(before) - sum(after)) / max(sum(before), 1)


# %% wrong="lab4-q4" hint="nothing was detected, so nothing was hidden"
def evasion_rate(before, after):
    before, after = np.asarray(before) == 1, np.asarray(after) == 1
    return float((~after[before]).mean()) if before.any() else 1.0


# %% wrong="lab4-q4" hint="this is the share still detected"
def evasion_rate(before, after):
    before, after = np.asarray(before) == 1, np.asarray(after) == 1
    return float(after[before].mean()) if before.any() else 0.0


# %% wrong="lab4-q5" hint="its label is 1, whatever"
def one_lesson(rows, labels, moved, seed):
    order = np.random.default_rng(seed).permutation(len(rows) + len(moved))
    labels = np.concatenate([labels, np.zeros(len(moved))])
    return np.concatenate([rows, moved])[order], labels[order]


# %% wrong="lab4-q5" hint="make 40: keep both"
def one_lesson(rows, labels, moved, seed):
    clean = np.asarray(rows)[np.asarray(labels) == 0]  # the moved ones instead of the attacks
    order = np.random.default_rng(seed).permutation(len(clean) + len(moved))
    labels = np.repeat([0, 1], [len(clean), len(moved)])
    return np.concatenate([clean, moved])[order], labels[order]


# %% wrong="lab4-q5" hint="rows and labels got different orders"
def one_lesson(rows, labels, moved, seed):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([labels, np.ones(len(moved))])
    return rng.permutation(np.concatenate([rows, moved])), rng.permutation(labels)


# %% wrong="lab4-q5" hint="a network forgets what it saw first"
def one_lesson(rows, labels, moved, seed):
    return np.concatenate([rows, moved]), np.concatenate([labels, np.ones(len(moved))])


# %% wrong="lab4-q5" hint="another seed must give another order"
def one_lesson(rows, labels, moved, seed):
    order = np.random.default_rng(0).permutation(len(rows) + len(moved))
    labels = np.concatenate([labels, np.ones(len(moved))])
    return np.concatenate([rows, moved])[order], labels[order]


# %% wrong="lab4-q6" hint="these are the farthest candidates"
def nearest(rows, candidates):
    rows, candidates = np.asarray(rows), np.asarray(candidates)
    worst = ((candidates - rows[:, None]) ** 2).sum(axis=2).argmax(axis=1)
    return candidates[np.arange(len(rows)), worst]


# %% wrong="lab4-q6" hint="this is the mean of the candidates"
def nearest(rows, candidates):
    return np.mean(candidates, axis=1)


# %% wrong="lab4-q6" hint="each row has its own candidates"
def nearest(rows, candidates):
    every = np.concatenate(candidates)
    away = ((np.asarray(rows)[:, None] - every) ** 2).sum(axis=2)
    return every[away.argmin(axis=1)]


# %% wrong="lab4-q6" hint="square the differences"
def nearest(rows, candidates):
    rows, candidates = np.asarray(rows), np.asarray(candidates)
    best = np.abs(candidates - rows[:, None]).sum(axis=2).argmin(axis=1)
    return candidates[np.arange(len(rows)), best]


# %% wrong="lab4-q6" hint="one candidate for each row"
def nearest(rows, candidates):
    rows, candidates = np.asarray(rows), np.asarray(candidates)
    return candidates[:, ((candidates - rows[:, None]) ** 2).sum(axis=2).argmin(axis=1)]


# %% wrong="lab4-q7" hint="take the slopes at purify(place), not at place"
def adaptive(start, epsilon, steps, purify=put_on_line, slopes=world_slopes):
    place = np.asarray(start)
    for _ in range(steps):
        moved = place + 2.5 * epsilon / steps * np.sign(slopes(place))
        place = np.clip(moved, start - epsilon, start + epsilon)
    return place


# %% wrong="lab4-q7" hint="a row left the box"
def adaptive(start, epsilon, steps, purify=put_on_line, slopes=world_slopes):
    place = np.asarray(start)
    for _ in range(steps):
        place = place + 2.5 * epsilon / steps * np.sign(slopes(purify(place)))
    return place


# %% wrong="lab4-q7" hint="these have been put on the line"
def adaptive(start, epsilon, steps, purify=put_on_line, slopes=world_slopes):
    place = np.asarray(start)
    for _ in range(steps):
        moved = place + 2.5 * epsilon / steps * np.sign(slopes(purify(place)))
        place = np.clip(moved, start - epsilon, start + epsilon)
    return purify(place)


# %% wrong="lab4-q7" hint="behind the defence the loss fell"
def adaptive(start, epsilon, steps, purify=put_on_line, slopes=world_slopes):
    place = np.asarray(start)
    for _ in range(steps):
        moved = place - 2.5 * epsilon / steps * np.sign(slopes(purify(place)))
        place = np.clip(moved, start - epsilon, start + epsilon)
    return place


# %% wrong="lab4-q7" hint="take all the steps"
def adaptive(start, epsilon, steps, purify=put_on_line, slopes=world_slopes):
    moved = start + 2.5 * epsilon / steps * np.sign(slopes(purify(start)))
    return np.clip(moved, start - epsilon, start + epsilon)


# %% wrong="lab4-q7" hint="small steps are lost"
def adaptive(start, epsilon, steps, purify=put_on_line, slopes=world_slopes):
    place = np.asarray(start)
    for _ in range(steps):
        place = purify(place)
        moved = place + 2.5 * epsilon / steps * np.sign(slopes(place))
        place = np.clip(moved, start - epsilon, start + epsilon)
    return place
