from datetime import timedelta

from odoo import api, models

from ...const import ACTIVITY_OVERRIDE, ACTIVITY_PULSE

PULSE_DAYS = 3
OVERRIDE_DAYS = 7


class ClientHealthReminder(models.AbstractModel):
    """Reminds users of a pulse or an override that is about to end, once, by an activity."""

    _name = "client.health.reminder"
    _description = "Health Reminder"

    @api.model
    def _remind(self, relationships, today):
        pulses = self._get_expiring("client.pulse", relationships, today, PULSE_DAYS)
        self._schedule(
            ACTIVITY_PULSE,
            {pulse: pulse.relationship_id.user_id or pulse.user_id for pulse in pulses},
        )
        overrides = self._get_expiring(
            "client.health.override", relationships, today, OVERRIDE_DAYS
        ).filtered(lambda override: not override.date_ended)
        self._schedule(
            ACTIVITY_OVERRIDE,
            {override: override.user_id for override in overrides},
        )

    @api.model
    def _get_expiring(self, model, relationships, today, days):
        """Return the latest record per client, of those that end within ``days`` from today."""
        soon = today + timedelta(days=days)
        # most end much later: of these, nothing else is read
        ending = self.env[model].search_fetch(
            [
                ("relationship_id", "in", relationships.ids),
                ("date_end", ">=", today),
            ],
            ["relationship_id", "date_end"],
        )
        latest = [records[:1] for records in ending.grouped("relationship_id").values()]
        return ending.browse().union(*latest).filtered(lambda record: record.date_end <= soon)

    @api.model
    def _schedule(self, type_xmlid, users):
        """Give each user one activity per client, due when the judgement ends; {record: user}."""
        relationships = self.env["client.relationship"].union(
            *(record.relationship_id for record in users)
        )
        asked = set(relationships.activity_search([type_xmlid]).mapped("res_id"))
        groups = {}
        for record, user in users.items():
            if record.relationship_id.id not in asked and user.active:
                groups.setdefault((user, record.date_end), []).append(record.relationship_id.id)
        for (user, date_end), ids in groups.items():
            relationships.browse(ids).with_context(
                mail_activity_quick_update=True
            ).activity_schedule(type_xmlid, date_deadline=date_end, user_id=user.id)
