from lxml import etree

from odoo.tests import tagged

from .common_roles import ADDON, RolesCommon
from .common_screens import Screens

MAX_TABS = 6
MAX_FIELDS = 6
# What a button may begin with: it says what happens, not what is
VERBS = """
    Add Agree Answer Ask Assign Cancel Clarify Close Compare Confirm Continue Create Decide Declare
    Discard Discuss Dismiss Download Draft Drop End Give Hand Hide Import Keep Leave List Log Look
    Mark Move Offboard Open Override Plan Prepare Preview Propose Rebuild Record Refresh Reject
    Renew Reopen Revoke Rule Save Say Score Search Send Set Show Simulate Start Talk Try Update Wait
    Welcome Win Withdraw Write
"""


@tagged("post_install", "-at_install")
class TestForms(RolesCommon):
    """Each form is taken in at a glance, with a record of which everything is known."""

    def _get_forms(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        ours = {*self._get_our_models(), *self._get_our_models(transient=True)}
        return views.filtered(
            lambda view: view.type == "form" and view.mode == "primary" and view.model in ours
        )

    def _get_row(self, model, arch, screens):
        records = self.samples.get(model._name, self.windows.get(model._name))
        if not records:
            return {}
        # windows are their user's own
        records = records[:1].with_env(model.sudo().env)
        return records.web_read(screens.get_spec(model, arch))[0]

    def test_six_tabs_and_six_fields(self):
        """Six tabs, and six fields below one heading: of those that this record shows."""
        forms = self._get_forms()
        self.assertGreater(len(forms), 50)
        user = self.roles["manager"]
        screens = Screens(self.env(user=user), set())
        for view in forms:
            model = self.env[view.model].with_user(user)
            arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
            row = self._get_row(model, arch, screens)
            with self.subTest(view=view.xml_id):
                tabs = [page for page in arch.iter("page") if screens.is_visible(page, row)]
                self.assertLessEqual(len(tabs), MAX_TABS)
                for group in arch.iter("group"):
                    shown = [
                        node
                        for node in group.xpath("./field | ./label")
                        if screens.is_visible(node, row)
                    ]
                    self.assertLessEqual(
                        len(shown), MAX_FIELDS, [node.attrib.values()[0] for node in shown]
                    )

    def test_what_is_missing_is_named_as_on_the_form(self):
        """“Please fill in …” of the web client takes the field's own words, not the form's."""
        found = 0
        for view in self._get_forms():
            model = self.env[view.model]
            arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
            for node in arch.xpath("//field[not(ancestor::field)][not(@readonly='1')]"):
                name = node.get("name")
                field = model._fields.get(name)
                if not field or not (node.get("required") or field.required):
                    continue
                found += 1
                words = [node.get("string"), *arch.xpath(f"//label[@for='{name}']/@string")]
                self.assertLessEqual({*words} - {None}, {field.string}, f"{view.xml_id}: {name}")
        self.assertGreater(found, 50)

    def test_buttons_are_verbs(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.ui.view")]
        )
        found = 0
        for view in self.env["ir.ui.view"].browse(data.mapped("res_id")):
            for button in etree.fromstring(view.arch).iter("button"):
                words = button.get("string")
                if words and "oe_stat_button" not in button.get("class", ""):
                    found += 1
                    self.assertIn(
                        words.split()[0].strip(","), VERBS.split(), f"{view.xml_id}: {words}"
                    )
        self.assertGreater(found, 200)
