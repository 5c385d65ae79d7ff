import ast
from pathlib import Path

from odoo.tests import BaseCase, tagged

from .common_clicks import ADVICE

ADDON = Path(__file__).parents[1]
REFUSALS = {"UserError", "ValidationError"}
# Only a part of the message; the rest is put together beside it, or around it.
PARTS = {
    "%(contact)s %(reason)s.",
    "Nobody can be asked:",
    "there is no client %s",
    "several clients have the name %s: give the client no.",
    "no user, or more than one, has the name or e-mail %s",
    "%s is no client no.",
    "%s is no date: write 2026-12-31",
}


@tagged("post_install", "-at_install")
class TestRefusals(BaseCase):
    """A refusal says what to do, not only what is impossible."""

    def _get_refusals(self):
        """Return [(place, text)] of the refusals whose text stands where they are raised."""
        found = []
        for path in sorted(ADDON.rglob("*.py")):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                name = isinstance(node, ast.Call) and getattr(node.func, "id", "")
                if name not in REFUSALS:
                    continue
                texts = [
                    part.value
                    for part in ast.walk(node)
                    if isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and " " in part.value.strip()
                ]
                if texts:
                    found.append((f"{path.relative_to(ADDON)}:{node.lineno}", " ".join(texts)))
        return found

    def test_they_say_what_to_do(self):
        refusals = self._get_refusals()
        self.assertGreater(len(refusals), 120)
        silent = [
            f"{place} {text}"
            for place, text in refusals
            if text not in PARTS and not ADVICE.search(text)
        ]
        self.assertFalse(silent, "\n".join(silent))
