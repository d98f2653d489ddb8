"""Figures of Lab 3; its toy problems are in `failures`."""

from anomaly_labs.teaching.lab3_gan.games import game_moments as game_moments
from anomaly_labs.teaching.lab3_gan.games import made_points as made_points
from anomaly_labs.teaching.lab3_gan.games import player_paths as player_paths
from anomaly_labs.teaching.lab3_gan.games import rarity_curves as rarity_curves
