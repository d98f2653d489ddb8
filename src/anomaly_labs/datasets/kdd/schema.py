"""The columns, values and class names that KDD99 and NSL-KDD share: plain constants.

Names and order of the features are those of the contest's ``kddcup.names``; the families of the
attacks are those of its scoring script ``tabulate.awk``, which also covers the test-only attacks.
"""

from typing import Final

from ..contract import NORMAL as NORMAL
from ..contract import Schema

FEATURE_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "basic": (
        "duration",
        "protocol_type",
        "service",
        "flag",
        "src_bytes",
        "dst_bytes",
        "land",
        "wrong_fragment",
        "urgent",
    ),
    "content": (
        "hot",
        "num_failed_logins",
        "logged_in",
        "num_compromised",
        "root_shell",
        "su_attempted",
        "num_root",
        "num_file_creations",
        "num_shells",
        "num_access_files",
        "num_outbound_cmds",
        "is_host_login",
        "is_guest_login",
    ),
    "time traffic": (
        "count",
        "srv_count",
        "serror_rate",
        "srv_serror_rate",
        "rerror_rate",
        "srv_rerror_rate",
        "same_srv_rate",
        "diff_srv_rate",
        "srv_diff_host_rate",
    ),
    "host traffic": (
        "dst_host_count",
        "dst_host_srv_count",
        "dst_host_same_srv_rate",
        "dst_host_diff_srv_rate",
        "dst_host_same_src_port_rate",
        "dst_host_srv_diff_host_rate",
        "dst_host_serror_rate",
        "dst_host_srv_serror_rate",
        "dst_host_rerror_rate",
        "dst_host_srv_rerror_rate",
    ),
}

FEATURES: Final[tuple[str, ...]] = tuple(
    feature for group in FEATURE_GROUPS.values() for feature in group
)

CATEGORICAL: Final = ("protocol_type", "service", "flag")

# su_attempted is meant to be 0 or 1, but 2 occurs in the official files: an integer column here.
BINARY: Final = ("land", "logged_in", "root_shell", "is_host_login", "is_guest_login")

# Shares between 0 and 1, written with two decimals.
RATES: Final[tuple[str, ...]] = tuple(name for name in FEATURES if name.endswith("_rate"))

# Whole numbers from 0 on.
INTEGER: Final[tuple[str, ...]] = tuple(
    name for name in FEATURES if name not in {*CATEGORICAL, *BINARY, *RATES}
)

# The smallest NumPy type that holds every value of every official file.
DTYPES: Final[dict[str, str]] = {
    **dict.fromkeys(CATEGORICAL, "category"),
    **dict.fromkeys((*BINARY, *INTEGER), "int8"),
    **dict.fromkeys(("duration", "src_bytes", "dst_bytes"), "int32"),
    **dict.fromkeys(("num_compromised", "num_root", "count", "srv_count"), "int16"),
    **dict.fromkeys(("dst_host_count", "dst_host_srv_count"), "int16"),
    **dict.fromkeys(RATES, "float32"),
}

# The 70 services of kddcup.names and "icmp", which only the official KDD99 test file has.
# fmt: off
_SERVICES: Final = (
    "IRC", "X11", "Z39_50", "aol", "auth", "bgp", "courier", "csnet_ns", "ctf", "daytime",
    "discard", "domain", "domain_u", "echo", "eco_i", "ecr_i", "efs", "exec", "finger", "ftp",
    "ftp_data", "gopher", "harvest", "hostnames", "http", "http_2784", "http_443", "http_8001",
    "icmp", "imap4", "iso_tsap", "klogin", "kshell", "ldap", "link", "login", "mtp", "name",
    "netbios_dgm", "netbios_ns", "netbios_ssn", "netstat", "nnsp", "nntp", "ntp_u", "other",
    "pm_dump", "pop_2", "pop_3", "printer", "private", "red_i", "remote_job", "rje", "shell",
    "smtp", "sql_net", "ssh", "sunrpc", "supdup", "systat", "telnet", "tftp_u", "tim_i", "time",
    "urh_i", "urp_i", "uucp", "uucp_path", "vmnet", "whois",
)
# fmt: on

# One vocabulary for all splits of both sets, so that codes mean the same everywhere.
VOCABULARY: Final[dict[str, tuple[str, ...]]] = {
    "protocol_type": ("icmp", "tcp", "udp"),
    "service": _SERVICES,
    "flag": ("OTH", "REJ", "RSTO", "RSTOS0", "RSTR", "S0", "S1", "S2", "S3", "SF", "SH"),
}

# The attacks of the training files, then those that only the test files have.
_TRAINING: Final[dict[str, tuple[str, ...]]] = {
    "dos": ("back", "land", "neptune", "pod", "smurf", "teardrop"),
    "probe": ("ipsweep", "nmap", "portsweep", "satan"),
    "r2l": (
        "ftp_write",
        "guess_passwd",
        "imap",
        "multihop",
        "phf",
        "spy",
        "warezclient",
        "warezmaster",
    ),
    "u2r": ("buffer_overflow", "loadmodule", "perl", "rootkit"),
}
_TEST_ONLY: Final[dict[str, tuple[str, ...]]] = {
    "dos": ("apache2", "mailbomb", "processtable", "udpstorm"),
    "probe": ("mscan", "saint"),
    "r2l": ("named", "sendmail", "snmpgetattack", "snmpguess", "worm", "xlock", "xsnoop"),
    "u2r": ("httptunnel", "ps", "sqlattack", "xterm"),
}

# The 17 attack types that no training file has.
TEST_ONLY: Final[tuple[str, ...]] = tuple(
    sorted(attack for attacks in _TEST_ONLY.values() for attack in attacks)
)

# Attack name to family, all 22 + 17 attacks of both sets.
FAMILY: Final[dict[str, str]] = {
    attack: family
    for part in (_TRAINING, _TEST_ONLY)
    for family, attacks in part.items()
    for attack in attacks
}
FAMILIES: Final = (NORMAL, "dos", "probe", "r2l", "u2r")

# "normal", the 22 attacks of the training files, the 17 of the test files only: so the codes of a
# training split run from 0 to 22 without a gap. Both sets have the same names.
_CLASSES: Final = (NORMAL, *sorted(set(FAMILY) - set(TEST_ONLY)), *TEST_ONLY)
CLASSES: Final[dict[str, tuple[str, ...]]] = {"kdd99": _CLASSES, "nsl_kdd": _CLASSES}

SCHEMA: Final = Schema(
    columns={feature: DTYPES[feature] for feature in FEATURES},
    vocabulary=VOCABULARY,
    classes=_CLASSES,
    family=FAMILY,
)
