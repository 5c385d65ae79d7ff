from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestCoreFields(ClientHealthCommon):
    """What we add to Odoo's own models is for our users: those are read by many others."""

    # Wizards and settings are read by their user alone.
    NOT_SECRET = {
        # of the task that it is about; says nothing of a client
        ("mail.activity", "client_conversation_days"),
        # which figures a digest has, for who sets it up; the figures themselves have groups
        ("digest.digest", "kpi_client_red"),
        ("digest.digest", "kpi_client_waiting"),
        ("digest.digest", "kpi_client_promise_kept"),
        ("digest.digest", "kpi_client_promise_late"),
        ("digest.digest", "kpi_client_margin"),
        # of the type; whoever plans an activity needs it
        ("mail.activity.type", "client_is_automatic"),
    }

    def _each_field(self):
        """Yield (model, field) of all fields that the addon adds to models of others."""
        for name, model in self.env.registry.items():
            if name.startswith("client.") or model._abstract or model._transient:
                continue
            for field in model._fields.values():
                if field._modules and field._modules[0] == "client_health":
                    yield name, field

    def test_every_field_has_groups(self):
        for name, field in self._each_field():
            if (name, field.name) not in self.NOT_SECRET:
                with self.subTest(model=name, field=field.name):
                    self.assertTrue(field.groups)

    def test_nothing_is_read_without_our_groups(self):
        plain = self._create_user("plain", "base.group_user")
        for name, field in self._each_field():
            if (name, field.name) in self.NOT_SECRET:
                continue
            for user in (plain, self.portal):
                with self.subTest(model=name, field=field.name, user=user.login):
                    records = self.env[name].with_user(user)
                    self.assertFalse(records._has_field_access(field, "read"))

    def test_a_user_whose_group_is_taken_reads_no_more(self):
        """Who may read a field is kept between requests, and forgotten with the group."""
        group = self.env.ref("client_health.group_client_profitability")
        user = self._create_user("reader", "client_health.group_client_user")
        client = self.env["client.relationship"].with_user(user)
        field = client._fields["client_margin"]
        for has_group in (False, True, False):
            user.group_ids = user.group_ids | group if has_group else user.group_ids - group
            with self.subTest(has_group=has_group):
                self.assertEqual(client._has_field_access(field, "read"), has_group)
                self.assertFalse(client._has_field_access(field, "write"))
                self.assertTrue(client.sudo()._has_field_access(field, "read"))

    def test_settings_of_the_company(self):
        names = [field.name for model, field in self._each_field() if model == "res.company"]
        for user in (self.portal, self._create_user("plain", "base.group_user")):
            for name in names:
                with self.subTest(field=name, user=user.login), self.assertRaises(AccessError):
                    self.company.with_user(user).read([name])
        self.assertEqual(self.company.with_user(self.owner).client_reboot_days, 30)
        with self.assertRaises(AccessError):
            self.company.with_user(self.owner).read(["client_fit_required"])

    def test_an_administrator_without_our_groups_saves_the_settings(self):
        admin = self._create_user("admin", "base.group_system")
        before = self.company.client_reboot_days
        settings = self.env["res.config.settings"].with_user(admin)
        ours = {
            name for name, field in settings._fields.items() if field._modules == ("client_health",)
        }
        self.assertTrue(ours)
        self.assertFalse(ours & settings.fields_get().keys())
        settings.create({}).execute()
        self.assertEqual(self.company.client_reboot_days, before)
