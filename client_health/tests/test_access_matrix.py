import csv

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_open

from .common_roles import ADDON, ROLES, RolesCommon

MATRIX = f"{ADDON}/tests/access_matrix.csv"
LETTERS = {"read": "r", "write": "w", "create": "c", "unlink": "d"}
# Whose client it is, for the user. Models without a client have one row, "any".
WHOSE = ("own", "followed", "other")


@tagged("post_install", "-at_install")
class TestAccessMatrix(RolesCommon):
    """Who may do what with every model of ours; ``access_matrix.csv`` says it for a person.

    r = read, w = write, c = create, d = delete. "own": clients of the user; "followed": clients
    of others that the user follows; "other": clients of others.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open(MATRIX) as file:
            cls.matrix = {(row["model"], row["client"]): row for row in csv.DictReader(file)}

    def _get_rights(self, role, model):
        records = self.samples[model].with_user(self.roles[role])
        return "".join(
            letter for operation, letter in LETTERS.items() if records.has_access(operation)
        )

    def _get_rows(self):
        """Return the rows that the matrix must have."""
        rows = []
        for name in self._get_our_models():
            has_client = self._get_client_path(self.env[name])
            rows += [(name, whose) for whose in (WHOSE if has_client else ("any",))]
        return rows

    def _assert_rights(self, whose, prepare=None):
        """Compare with the rows of ``whose``, after ``prepare(user)`` for each user."""
        differences = []
        models = [name for name, client in self._get_rows() if client == whose]
        for role, user in self.roles.items():
            with self.env.cr.savepoint() as savepoint:
                if prepare:
                    prepare(user)
                for model in models:
                    found = self._get_rights(role, model) or "-"
                    expected = self.matrix.get((model, whose), {}).get(role)
                    if found != expected:
                        differences.append(f"{model} {whose} {role}: {found}, not {expected}")
                    self.assertEqual(self._finds(role, model), "r" in found, (role, model))
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertFalse(differences, "\n".join(differences))

    def _finds(self, role, model):
        records = self.samples[model].with_user(self.roles[role])
        try:
            return bool(records.search([("id", "in", records.ids)]))
        except AccessError:
            return False

    def test_every_model_has_its_rows(self):
        self.assertFalse([name for name, records in self.samples.items() if not records])
        self.assertEqual(sorted(self.matrix), sorted(self._get_rows()))
        for row in self.matrix.values():
            self.assertEqual([*row][2:], [*ROLES])

    def test_own_client(self):
        self._assert_rights("own", self._let_own)

    def test_followed_client(self):
        self._assert_rights("followed", self._let_follow)

    def test_client_of_others(self):
        self._assert_rights("other")

    def test_settings_and_lists(self):
        self._assert_rights("any")

    def test_wizards_belong_to_their_author(self):
        """What one user types into a window, no other user reads."""
        for name in self._get_our_models(transient=True):
            rules = self.env["ir.rule"].sudo().search([("model_id.model", "=", name)])
            domains = rules.filtered(lambda rule: not rule.groups).mapped("domain_force")
            self.assertIn("[('create_uid', '=', user.id)]", domains, name)
