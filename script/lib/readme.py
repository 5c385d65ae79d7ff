"""readme.py ADDON…: writes each ADDON/README.rst from the fragments in ADDON/readme/*.md.

The community's convention for addons: one fragment per section, and a README.rst that Odoo shows
in its list of apps. With --check it writes nothing, and fails when a README.rst is not current.
"""

import ast
import difflib
import sys
from pathlib import Path

import mistune
from mistune.plugins.table import table
from mistune.renderers.rst import RSTRenderer

# {fragment: title of its section}, in the order of the sections.
SECTIONS = {
    "DESCRIPTION": None,
    "CONTEXT": "Use Cases / Context",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "DEVELOP": "Development",
    "ROADMAP": "Known issues / Roadmap",
    "HISTORY": "Changelog",
}
MARK = """\
..
   Made from the files in readme/ by script/lint --fix: change those, not this one.
"""
CONTENTS = "**Table of contents**\n\n.. contents::\n   :local:\n"


class Renderer(RSTRenderer):
    """Adds tables; and code without its language, which docutils needs Pygments for."""

    def block_code(self, token, state):
        return super().block_code({**token, "attrs": {"info": ""}}, state)

    def table(self, token, state):
        head, body = token["children"]
        rows = [head, *body["children"]]
        return (
            ".. list-table::\n   :header-rows: 1\n\n"
            + "".join(
                f"   {'* -' if number == 0 else '  -'} {self.render_children(cell, state)}\n"
                for row in rows
                for number, cell in enumerate(row["children"])
            )
            + "\n"
        )


def title(text, line):
    return f"{text}\n{line * len(text)}\n"


def make_readme(addon):
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    to_rst = mistune.create_markdown(renderer=Renderer(), plugins=[table])
    name = manifest["name"]
    parts = [f"{'=' * len(name)}\n{title(name, '=')}", MARK]
    for fragment, heading in SECTIONS.items():
        path = addon / "readme" / f"{fragment}.md"
        if path.exists():
            if heading:
                parts.append(title(heading, "="))
            parts.append(to_rst(path.read_text()).strip() + "\n")
        if fragment == "DESCRIPTION":
            parts.append(CONTENTS)
    parts += [title("Credits", "="), f"{manifest['author']}. Licence: {manifest['license']}.\n"]
    return "\n".join(parts)


def main(*arguments):
    failed = False
    for addon in map(Path, (name for name in arguments if name != "--check")):
        path = addon / "README.rst"
        old = path.read_text() if path.exists() else ""
        new = make_readme(addon)
        if old == new:
            continue
        if "--check" in arguments:
            failed = True
            changes = difflib.unified_diff(
                old.splitlines(), new.splitlines(), str(path), f"{addon}/readme", n=1, lineterm=""
            )
            print("\n".join(list(changes)[:30]))
        else:
            path.write_text(new)
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
