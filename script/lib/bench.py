"""bench.py prepare|run FILE DATABASE CLIENTS JSON: calls a benchmark inside an Odoo environment."""

import importlib.util
import json
import sys
from pathlib import Path

import odoo.tools
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(verb, path, database, clients, as_json):
    odoo.tools.config.parse_config(["--database", database, "--log-level", "warn"])
    benchmark = load(Path(path))
    with Registry(database).cursor() as cursor:
        env = Environment(cursor, SUPERUSER_ID, {})
        if verb == "prepare":
            benchmark.prepare(env, int(clients))
            cursor.commit()
            return
        figures = benchmark.run(env, int(clients))
        # What a benchmark writes is not for the next run to find.
        cursor.rollback()
    report(Path(path).stem, int(clients), figures, as_json)


def report(name, clients, figures, as_json):
    if as_json:
        print(json.dumps({"benchmark": name, "clients": clients, **figures}))
    else:
        for label, value in figures.items():
            print(f"{label:32} {value}")


main(*sys.argv[1:])
