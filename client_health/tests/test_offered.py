from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_clicks import ADVICE
from .common_roles import RolesCommon

OFF = ("0", "false", "False")


@tagged("post_install", "-at_install", "slow")
class TestOffered(RolesCommon):
    """*Delete* and *Duplicate* stand in a menu only where they may work, for each role.

    Where that depends on the record, the refusal says what to do instead.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fresh = {name: cls._create_fresh(name) for name in cls.samples}

    @classmethod
    def _create_fresh(cls, name):
        """Return a record of the client that has nothing yet, or none where the system makes it."""
        model = cls.env[name]
        if not model._auto:
            return model
        try:
            with cls.env.cr.savepoint():
                if name == "client.relationship":
                    return cls._create_clients(1)
                if name == "client.agreement":
                    return cls._create_agreement()
                record = model.create(cls._prepare_required(name))
                cls.env.flush_all()
                return record
        except Exception:  # pylint: disable=broad-except
            return model  # its other records are tried

    def _get_menus(self, model):
        """Return {entry: [views that offer it]} of what the user finds in the menu *Actions*."""
        offered = {"unlink": [], "copy": []}
        views = (
            self.env["ir.ui.view"]
            .sudo()
            .search(
                [
                    ("model", "=", model._name),
                    ("mode", "=", "primary"),
                    ("type", "in", ("form", "list")),
                ]
            )
        )
        for view in views.filtered(lambda view: not view.group_ids & self._get_others(model)):
            arch = etree.fromstring(model.get_view(view.id, view.type)["arch"])
            label = view.xml_id
            if arch.get("delete") not in OFF:
                offered["unlink"].append(label)
            if arch.get("create") not in OFF and arch.get("duplicate") not in OFF:
                offered["copy"].append(label)
        return offered

    def _get_others(self, model):
        return self.env["res.groups"].sudo().search([]) - model.env.user.all_group_ids

    def _try(self, record, method):
        """Return True, or how it is refused; nothing stays."""
        self.env.invalidate_all()
        result = True
        try:
            with self.cr.savepoint() as savepoint:
                getattr(record, method)()
                self.env.flush_all()
                savepoint.rollback()
        except AccessError:
            result = "AccessError"
        except UserError as error:
            result = str(error)
        except Exception as error:  # pylint: disable=broad-except
            result = repr(error)
        self.env.invalidate_all()
        return result

    def _check(self, role):
        user = self.roles[role]
        self._let_own(user)
        faults = []
        for name in self.samples:
            model = self.env[name].with_user(user)
            if not model.has_access("read"):
                continue
            records = (self.samples[name][:4] | self.fresh[name]).with_user(user)
            for method, views in self._get_menus(model).items():
                if not views or not records:
                    continue
                results = [self._try(record, method) for record in records]
                if True not in results:
                    faults.append(f"{method} in {', '.join(views)}: {results[0]}")
                faults += [
                    f"{method} on {name}: {result}"
                    for result in set(results) - {True, "AccessError"}
                    if not ADVICE.search(result)
                ]
        self.assertFalse(faults, "\n".join(faults))

    def _check_quietly(self, role):
        names = (
            "odoo.addons.base.models.ir_rule",
            "odoo.addons.base.models.ir_model",
            "odoo.sql_db",
        )
        with mute_logger(*names):
            self._check(role)

    def test_own_clients(self):
        self._check_quietly("own")

    def test_all_clients(self):
        self._check_quietly("all")

    def test_money(self):
        self._check_quietly("money")

    def test_manager(self):
        self._check_quietly("manager")
