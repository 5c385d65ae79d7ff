"""pins.py: fails when .pre-commit-config.yaml has other versions than script/lint works with."""

import json
import re
import sys
from pathlib import Path

CONFIG = ".pre-commit-config.yaml"
PYTHON = "script/requirements-lint.in"
NODE = "script/node/package.json"


def read_config():
    listed = re.findall(r"additional_dependencies: \[(.*)\]", Path(CONFIG).read_text())
    return set(re.findall(r'"([^"]+)"', ", ".join(listed)))


def read_lint():
    lines = Path(PYTHON).read_text().splitlines()
    python = {line.split()[0] for line in lines if re.match(r"\w", line)}
    packages = json.loads(Path(NODE).read_text())["dependencies"]
    return python | {f"{name}@{version}" for name, version in packages.items()}


def main():
    config, lint = read_config(), read_lint()
    for pin in sorted(config - lint):
        print(f"{CONFIG} has {pin}; {PYTHON} and {NODE} don't.")
    for pin in sorted(lint - config):
        print(f"{CONFIG} lacks {pin}, which {NODE if '@' in pin else PYTHON} has.")
    return config != lint


sys.exit(main())
