from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import DemoCommon

# What has a day on which it should be done: {model: (domain of what is open, the day, whose)}.
# Not the updates that were promised: the product asks for the next one week by week.
PLANNED = {
    "mail.activity": ([("res_model", "=", "client.relationship")], "date_deadline", "res_id"),
    "client.duty": ([("state", "=", "open")], "date_deadline", "relationship_id"),
    "client.goal": ([("state", "in", ("draft", "agreed"))], "date_end", "relationship_id"),
    "client.hypothesis": ([("verdict", "=", "open")], "date_deadline", "issue_id.relationship_id"),
    "client.agreement": ([("state", "=", "proposed")], "proposal_end", "relationship_id"),
    "client.reboot": ([("date_end", "=", False)], "date_deadline", "relationship_id"),
    "client.offboarding": ([("state", "=", "open")], "last_day", "relationship_id"),
    "calendar.event": ([("client_recorded_on", "=", False)], "stop", "client_relationship_id"),
    "project.milestone": ([("is_reached", "=", False)], "deadline", "project_id.partner_id"),
    "project.task": ([("is_closed", "=", False)], "date_deadline", "project_id.partner_id"),
    "project.project": ([], "date", "partner_id"),
    "account.move": (
        [("state", "=", "posted"), ("payment_state", "=", "not_paid"),
         ("move_type", "=", "out_invoice")],
        "invoice_date_due", "commercial_partner_id",
    ),
}  # fmt: skip
NIGHT = (
    "ir_cron_client_health",
    "ir_cron_client_reboot",
    "ir_cron_client_status_draft",
    "ir_cron_client_agreement_review",
    "ir_cron_client_feedback_silence",
)


@tagged("post_install", "-at_install")
class TestTimeDemo(DemoCommon):
    """What is open is late already, on purpose, or far ahead: a demo stays as it was told."""

    def _get_planned(self, *before):
        """Return {model: what is open}, or of it what should have been done ``before`` a day."""
        planned = {}
        for model, (domain, day, whose) in PLANNED.items():
            clients = self.all_relationships
            owners = clients.partner_id if whose.endswith("partner_id") else clients
            late = [(day, "<", date) for date in before]
            planned[model] = self.env[model].search([*domain, (whose, "in", owners.ids), *late])
        return planned

    def _run_nights(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            for cron in NIGHT:
                self.env.ref(f"client_health.{cron}").method_direct_trigger()
        self.env.invalidate_all()

    def test_nothing_turns_late_by_itself(self):
        # what the nightly jobs ask for later on is the product's doing, not the demo's
        told, late = self._get_planned(), self._get_planned(fields.Date.today())
        for model in ("mail.activity", "client.duty", "project.milestone", "account.move"):
            self.assertTrue(late[model], f"{model}: some are late on purpose")
        for days in (7, 30, 60):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)):
                self._run_nights()
                for model, records in self._get_planned(fields.Date.today()).items():
                    new = (records & told[model]) - late[model]
                    self.assertFalse(new, f"{days} days: {new.mapped('display_name')}")
