"""Attacks on detectors that obey the domain, and a defence."""

from anomaly_labs.adversarial.attacks import bpda, fgsm, pgd
from anomaly_labs.adversarial.constraints import TrafficConstraints
from anomaly_labs.adversarial.defense import DefenseGAN
from anomaly_labs.adversarial.hardening import harden
from anomaly_labs.adversarial.rules import RULES, Rule
from anomaly_labs.adversarial.substitute import substitute_attack, train_substitute

__all__ = [
    "RULES",
    "DefenseGAN",
    "Rule",
    "TrafficConstraints",
    "bpda",
    "fgsm",
    "harden",
    "pgd",
    "substitute_attack",
    "train_substitute",
]
