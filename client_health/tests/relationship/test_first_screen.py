from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..overview.test_today import TodayCommon


@tagged("post_install", "-at_install")
class TestFirstScreen(TodayCommon, HttpCase):
    """A client of which there is something to say everywhere, in a window of 1366×768."""

    browser_size = "1366x768"

    def test_first_screen(self):
        client = self.relationship
        self.manager.odoobot_state = "disabled"
        self._receive("Could you call me?", days=2)
        client.write({"cadence": "weekly", "cadence_weekday": "2"})
        self._plan_talk(client)
        self.env["client.feedback"].create(
            {"relationship_id": client.id, "kind": "complaint", "text": "Nobody called"}
        )
        self.env["calendar.event"].create(
            {
                "name": "Weekly call",
                "start": fields.Datetime.now() - timedelta(days=1, hours=1),
                "stop": fields.Datetime.now() - timedelta(days=1),
                "user_id": self.owner.id,
                "client_relationship_id": client.id,
                "partner_ids": (self.owner.partner_id | self.elena).ids,
            }
        )
        client.action_take_snapshot()
        self._warn(client)
        self._propose(client)
        self._set_health(
            client,
            client_revenue=9000,
            client_margin=-900,
            client_margin_rate=-10,
            client_margin_state="known",
            client_margin_band="loss",
            client_hours=120,
            client_effective_rate=75,
            stage_reason="Renewed: a new agreement, and no bottleneck worth the name",
        )
        self.start_tour(
            f"/odoo/clients/{client.id}",
            "client_health_first_screen",
            login=self.manager.login,
            timeout=120,
        )
