"""What Lab 2 draws: networks, residuals and the latent space, what a threshold costs."""

from anomaly_labs.teaching.lab2_autoencoder.costs import cost_curves as cost_curves
from anomaly_labs.teaching.lab2_autoencoder.networks import autoencoder_scheme as autoencoder_scheme
from anomaly_labs.teaching.lab2_autoencoder.networks import network_map as network_map
from anomaly_labs.teaching.lab2_autoencoder.rows import contamination_curve as contamination_curve
from anomaly_labs.teaching.lab2_autoencoder.rows import latent_map as latent_map
from anomaly_labs.teaching.lab2_autoencoder.rows import residual_cloud as residual_cloud
from anomaly_labs.teaching.lab2_autoencoder.rows import window_errors as window_errors
