"""Figures of Lab 3; its toy problems are in `failures`."""

from anomaly_labs.teaching.lab3_gan.games import collapse_looks as collapse_looks
from anomaly_labs.teaching.lab3_gan.games import game_moments as game_moments
from anomaly_labs.teaching.lab3_gan.games import generated_points as generated_points
from anomaly_labs.teaching.lab3_gan.games import player_paths as player_paths
from anomaly_labs.teaching.lab3_gan.games import rarity_curves as rarity_curves
