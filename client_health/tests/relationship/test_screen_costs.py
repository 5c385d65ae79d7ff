from lxml import etree

from odoo.tests import tagged

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestScreenCosts(ClientHealthCommon):
    """Board, list and form ask the database as often for many clients as for few."""

    def _get_spec(self, kind):
        """Return what the web client asks for: hidden optional columns too, as Odoo 19 does."""
        found = self.records.get_views([(False, kind)])
        arch = etree.fromstring(found["views"][kind]["arch"])
        spec = {}
        for node in arch.iter("field"):
            if any(parent.tag == "field" for parent in node.iterancestors()):
                continue  # of a list inside the view
            name = node.get("name")
            relational = self.records._fields[name].relational
            spec[name] = {"fields": {"display_name": {}}} if relational else {}
        return spec

    def _count(self, load, clients):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        load(clients)
        return self.cr.sql_log_count - before

    def _check(self, load, most):
        self._count(load, self.clients)  # what a registry keeps is there
        few, many = (self._count(load, self.clients[:count]) for count in (5, 50))
        self.assertEqual(few, many)
        self.assertLessEqual(many, most)

    def setUp(self):
        super().setUp()
        self.clients = self._create_clients(50)
        self.records = self.env["client.relationship"].with_user(self.manager)

    def test_board(self):
        spec = self._get_spec("kanban")
        self._check(
            lambda clients: self.records.with_context(read_group_expand=True).web_read_group(
                [("id", "in", clients.ids)],
                ["stage_id"],
                [],
                auto_unfold=True,
                unfold_read_specification=spec,
                unfold_read_default_limit=80,
            ),
            40,
        )

    def test_list(self):
        spec = self._get_spec("list")
        self._check(
            lambda clients: self.records.web_search_read([("id", "in", clients.ids)], spec), 32
        )

    def test_form(self):
        """A form is of one client; what it reads costs the same beside others."""
        spec = self._get_spec("form")
        self._check(lambda clients: self.records.browse(clients.ids).web_read(spec), 85)
