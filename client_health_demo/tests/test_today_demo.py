from odoo.tests import tagged

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestTodayDemo(DemoCommon):
    """The page *Today* of the people of the agency: a day with something to do, and for whom."""

    def _read(self, login, scope=None):
        """Return {client: {section: its button}} in the order of the page."""
        user = self.env["res.users"].search([("login", "=", login)])
        page = self.env["client.relationship"].with_user(user).get_today(scope)
        return {
            client["name"]: {one["key"]: one["button"]["label"] for one in client["reasons"]}
            for section in page["sections"]
            for client in section["clients"]
        }

    def test_ana(self):
        """Her red clients first, though they are at risk already; then what she put off."""
        page = self._read("ana")
        first, second, *others = page
        urgency = {
            client.display_name: client.health_attention_shared
            for client in map(self._get_client, ("marigold", "fernhill"))
        }
        self.assertEqual([first, second], sorted(urgency, key=urgency.get, reverse=True))
        self.assertEqual(page["Marigold & Moss Seeds"]["conversations"], "Record outcome")
        self.assertEqual([*page["Northlight Opera"]], ["complaints", "agreements"])
        self.assertFalse({"Kestrel Bay Ferries", "Granite Owl Outdoors"} & {*others})

    def test_the_reddest_client_of_the_firm(self):
        """Whatever its stage, the lowest client is there; who is parted with only for a promise."""
        current = self.relationships.filtered(
            lambda rel: rel.phase not in ("offboard", "ended") and rel.health_known
        )
        lowest = min(current, key=lambda rel: rel.health_score)
        page = self._read("mia")
        self.assertIn(lowest.display_name, page)
        self.assertIn("health", page[lowest.display_name])
        self.assertEqual(page["Kestrel Bay Ferries"]["waiting"], "Answer")
        self.assertEqual(page["Blue Harbour Hotels"]["proposals"], "Decide")
        self.assertEqual(page["Copperkettle Logistics"]["reboots"], "Decide")
        self.assertFalse(page.get("Quillfeather & Fox Attorneys", {}).keys() - {"promises"})
