from odoo import api, fields, models

from ..engine.agreement import capacity

TIGHT = 0.9


class ClientAgreementCapacityMixin(models.AbstractModel):
    """Whether the team has the hours that are agreed with all clients of the company."""

    _name = "client.agreement.capacity.mixin"
    _description = "Capacity for Working Agreements"

    capacity_team_hours = fields.Float(
        string="Team Hours per Month",
        digits=(16, 0),
        compute="_compute_capacity",
        help="Working hours of all active employees of the company, from their working schedules: "
        "hours per week × 52 ÷ 12. Employees without a schedule are not counted. Holidays and "
        "other work are not deducted, so not all of these hours can be promised.",
    )
    capacity_agreed_hours = fields.Float(
        string="Agreed with All Clients",
        digits=(16, 0),
        compute="_compute_capacity",
        help="The hours per month of all agreements in force, this one included. One that is "
        "out of date counts until it is replaced.",
    )
    capacity_state = fields.Selection(
        [
            ("unknown", "Team hours unknown"),
            ("ok", "Enough hours"),
            ("tight", "More than 90 % agreed"),
            ("over", "More agreed than the team has"),
        ],
        string="Capacity",
        compute="_compute_capacity",
    )

    @api.depends("hours_month", "state", "company_id", "previous_id.hours_month")
    def _compute_capacity(self):
        companies = self.company_id
        # sudo: sums of hours only; the reader need not see every client, nor any employee
        team = capacity.get_team_hours(self.sudo().env, companies)
        agreed = capacity.get_agreed_hours(self.sudo().env, companies)
        for agreement in self:
            team_hours = team.get(agreement.company_id.id, 0)
            hours = agreed.get(agreement.company_id.id, 0) + agreement._get_added_hours()
            agreement.capacity_team_hours = team_hours
            agreement.capacity_agreed_hours = hours
            agreement.capacity_state = _get_capacity_state(hours, team_hours)

    def _get_added_hours(self):
        """Return what this version adds to the hours in force once it is accepted."""
        if self.state not in ("draft", "proposed"):
            return 0
        replaced = self.previous_id if self.previous_id.state in capacity.IN_FORCE else None
        return self.hours_month - (replaced.hours_month if replaced else 0)


def _get_capacity_state(agreed_hours, team_hours):
    if not team_hours:
        return "unknown"
    if agreed_hours > team_hours:
        return "over"
    return "tight" if agreed_hours > team_hours * TIGHT else "ok"
