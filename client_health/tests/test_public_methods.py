import csv
import inspect

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .common_roles import ADDON, RolesCommon

TABLE = f"{ADDON}/tests/public_methods.csv"
# Users that are refused on the sample client, by "who" of the table
STRANGERS = ("portal", "employee", "own", "money", "elsewhere")
DENIED = {
    "read": STRANGERS,
    "write": STRANGERS,
    "money": (*STRANGERS, "all"),
    "manager": (*STRANGERS, "all"),
    "author": (*STRANGERS, "all", "manager"),
    # what they get is looked through
    "anyone": STRANGERS,
    "user": (),
}
# Users that are refused, or told nothing, on records of Odoo's own models
OUTSIDERS = ("portal", "employee")


@tagged("post_install", "-at_install")
class TestPublicMethods(RolesCommon):
    """Who may call what by RPC; ``public_methods.csv`` says it for a person, with the reason.

    ``odoo``: a method of Odoo that we extend, with Odoo's own checks. ``read``, ``write``: users
    who may do that with the record. ``user``: users of Client Health. ``money``, ``manager``: users
    of that group, on clients that they may read. ``author``: the user who opened the window.
    ``anyone``: only opens a window, and reads nothing.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open(TABLE) as file:
            cls.table = {(row["model"], row["method"]): row for row in csv.DictReader(file)}
        cls.methods = cls._get_methods()

    @classmethod
    def _get_methods(cls):
        """Return {(model, method): [models that have it]}: what our classes offer by RPC.

        A method stands where it is defined first in our addon: at a mixin once, for all its users.
        """
        found = {}
        for name, model in cls.env.registry.items():
            if model._abstract:
                continue
            ours = [base for base in model.mro() if base.__dict__.get("_module") == ADDON]
            for base in reversed(ours):
                for method in cls._get_public(base):
                    if cls._is_callable_by_rpc(model, method):
                        users = found.setdefault((base._name, method), [])
                        users += [name] if name not in users else []
        return found

    @classmethod
    def _get_public(cls, base):
        return [
            name
            for name, value in vars(base).items()
            if inspect.isfunction(value) and not name.startswith("_")
        ]

    @classmethod
    def _is_callable_by_rpc(cls, model, method):
        return not any(
            getattr(vars(base).get(method), "_api_private", False) for base in model.mro()
        )

    def test_every_method_has_its_row(self):
        self.maxDiff = None
        self.assertEqual(sorted(self.methods), sorted(self.table))
        for key, row in self.table.items():
            self.assertIn(row["who"], {"odoo", *DENIED}, key)
            self.assertTrue(row["why"], key)

    def test_odoo_has_the_methods_of_odoo(self):
        """Only what Odoo's own models offer may be left to Odoo's checks."""
        for (model, method), row in self.table.items():
            known = any(
                method in vars(base)
                for base in self.env.registry[model].mro()
                if vars(base).get("_module") != ADDON
            )
            # a mixin of ours extends what its users have from Odoo
            known = known or hasattr(self.env.registry["mail.thread"], method)
            self.assertEqual(row["who"] == "odoo", known, (model, method))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_users_without_the_right_are_refused(self):
        faults, count = [], 0
        for model, method, who in self._get_calls():
            for role in DENIED[who] if model in self._get_our_names() else OUTSIDERS:
                record = self.windows.get(model, self._get_sample(model))
                if not record or (role == "elsewhere" and self._is_for_model(model, method)):
                    continue
                # who may read a client is told in words what only a manager may do
                told = who == "manager" and role == "all"
                refusal = UserError if told else AccessError
                count += 1
                if answer := self._call(record, method, role, refusal, who == "anyone"):
                    faults.append(f"{model}.{method} {role}: {answer}")
        self.assertFalse(faults, "\n".join(faults))
        self.assertGreater(count, 600)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_followers_change_nothing(self):
        """They read the client, so a refusal may come in words."""
        self._let_follow(self.roles["own"])
        faults = []
        for model, method, who in self._get_calls():
            record = self.samples.get(model)
            if not record or who not in ("write", "money", "manager"):
                continue
            if answer := self._call(record[:1], method, "own", UserError):
                faults.append(f"{model}.{method}: {answer}")
        self.assertFalse(faults, "\n".join(faults))

    def _get_calls(self):
        return [
            (model, method, self.table[name, method]["who"])
            for (name, method), models in self.methods.items()
            for model in models
            if self.table[name, method]["who"] != "odoo"
        ]

    def _is_for_model(self, model, method):
        return getattr(getattr(self.env.registry[model], method), "_api_model", False)

    def _get_our_names(self):
        return {*self._get_our_models(), *self._get_our_models(transient=True)}

    def _call(self, record, method, role, refusal, answers=False):
        """Return what came back instead of the refusal, or None.

        :param answers: there may be an answer, without a word about the client
        """
        self.env.invalidate_all()
        model = self.env[record._name].with_user(self.roles[role])
        args = [] if self._is_for_model(model._name, method) else [record.ids]
        try:
            with self.env.cr.savepoint():
                answer = str(call_kw(model, method, args, {}))
        except refusal:
            return None
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        told = [word for word in self._get_secrets() if word in answer]
        return None if answers and not told else f"returned {answer}"

    def _get_secrets(self):
        client = self.client_partner
        return [client.name, *client.child_ids.mapped("name"), self.owner.name]
