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
        clients = pulses.relationship_id._get_responsible()
        self._schedule(ACTIVITY_PULSE, {pulse: clients[pulse.relationship_id] for pulse in pulses})
        overrides = self._get_expiring(
            "client.health.override", relationships, today, OVERRIDE_DAYS
        ).filtered(lambda override: not override.date_ended)
        self._schedule(ACTIVITY_OVERRIDE, overrides._get_responsible())

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
        by_day = {}
        for record, user in users.items():
            by_day.setdefault(record.date_end, {})[record.relationship_id] = user
        for date_end, by_client in by_day.items():
            relationships = self.env["client.relationship"].union(*by_client)
            relationships._schedule_activities(
                by_client, type_xmlid, once=True, date_deadline=date_end
            )
