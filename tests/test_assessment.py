"""Each learner's rows are the learner's own and stay so; unseen rows hang on the private seed."""

import os

import pytest

from anomaly_labs import assessment, datasets


@pytest.fixture(autouse=True)
def nobody_is_graded(monkeypatch):
    for name in (assessment.ROSTER, assessment.PRIVATE_SEED, assessment.SIGNED_IN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(datasets, "load", generated(datasets.load))


def generated(load):
    return lambda name, split: load(name, split=split, source="synthetic")


def test_a_learner_gets_the_same_rows_each_time_and_others_get_others():
    first, again, other = (assessment.draw(name) for name in ("Ada", " ada ", "Grace"))
    for part in ("train", "test"):
        mine, same, theirs = (getattr(drawn, part) for drawn in (first, again, other))
        assert mine.X.equals(same.X)
        assert mine.y.equals(same.y)
        assert not mine.X.equals(theirs.X)


def test_draw_has_rows_of_both_files_with_whole_types():
    drawn = assessment.draw("Ada")
    assert (drawn.train.split, drawn.test.split) == ("train", "test")
    assert len(drawn.train.X) == len(drawn.train.y) == assessment.TRAIN_ROWS
    assert len(drawn.test.X) == len(drawn.test.y) == assessment.TEST_ROWS
    assert tuple(drawn.train.X.columns) == datasets.FEATURES
    assert drawn.train.X.index.equals(drawn.train.y.index)
    assert drawn.source == "synthetic"
    assert set(drawn.test.y) - set(drawn.train.y)


def test_fast_mode_gives_the_same_rows(monkeypatch):
    whole = assessment.draw("Ada")
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    fast = assessment.draw("Ada")
    assert whole.train.X.equals(fast.train.X)
    assert whole.test.X.equals(fast.test.X)
    assert os.environ["ANOMALY_LABS_FAST"] == "1"


def test_name_of_the_roster_wins(monkeypatch):
    ada = assessment.draw("Ada")
    monkeypatch.setenv(assessment.ROSTER, "ada")
    assessment.sign_in("Grace")
    for drawn in (assessment.draw(), assessment.draw("Grace")):
        assert drawn.learner == "ada"
        assert drawn.train.X.equals(ada.train.X)


def test_who_signed_in_gets_the_rows_of_the_name(monkeypatch):
    monkeypatch.setenv(assessment.SIGNED_IN, "")  # so that it is taken back after the test
    assert assessment.draw().learner == ""
    assert "nobody yet" in str(assessment.draw())
    assessment.sign_in("Ada  Lovelace")
    assert assessment.draw().train.X.equals(assessment.draw("ada lovelace").train.X)


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match="between quotes"):
        assessment.sign_in(7)
    with pytest.raises(TypeError, match="between quotes"):
        assessment.draw(7)


def test_unseen_rows_hang_on_private_seed_learner_and_split(monkeypatch):
    kinds = [assessment.unseen(300)]
    monkeypatch.setenv(assessment.PRIVATE_SEED, "secret")
    kinds.append(assessment.unseen(300))
    assert kinds[-1].X.equals(assessment.unseen(300).X)
    monkeypatch.setenv(assessment.ROSTER, "ada")
    kinds += [assessment.unseen(300), assessment.unseen(300, split="train")]
    for number, kind in enumerate(kinds):
        assert not any(kind.X.equals(other.X) for other in kinds[:number])


def test_unseen_rows_hold_attacks_that_training_does_not():
    fresh = assessment.unseen()
    assert len(fresh.X) == assessment.UNSEEN_ROWS
    assert set(fresh.y) & set(datasets.TEST_ONLY)
    assert not set(assessment.unseen(2000, split="train").y) & set(datasets.TEST_ONLY)
