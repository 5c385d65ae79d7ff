from odoo import api, models


class ClientFindingText(models.AbstractModel):
    """What the page says: the question behind each finding, and how a measure gets its records."""

    _name = "client.finding"
    _inherit = ["client.finding"]

    @api.model
    def _get_texts(self, code):
        """Return the title and the rule of a finding; another addon adds those of its own."""
        names = {
            "losing": self.env._("Cost more than they pay"),
            "silent": self.env._("Silent, but worked for"),
            "pays_later": self.env._("Pay later than usual"),
            "over_hours": self.env._("Over the agreed or usual hours"),
            "rate_fallen": self.env._("An hour brings in less"),
            "discounts": self.env._("Discounts in most months"),
            "gone": self.env._("Gone without a word"),
            "hours_without_cost": self.env._("People without a cost"),
            "projects_without_customer": self.env._("Projects without customer"),
            "without_salesperson": self.env._("Clients without salesperson"),
            "unknown_senders": self.env._("Senders without contact"),
        }
        rules = {
            "losing": self.env._(
                "Cost above revenue in the last 12 closed months, as booked and by the months that "
                "invoices pay for. Work that waits for its invoice is no loss; hours without cost "
                "count as free. Declared losses are left out."
            ),
            "silent": self.env._(
                "No message, call or meeting for twice the client's longest usual silence, with "
                "work in the last two weeks."
            ),
            "pays_later": self.env._(
                "Invoices due in the last four months are paid at least ten days later than those "
                "of two years before, or one is overdue beyond all habit. Who always pays late is "
                "not listed."
            ),
            "over_hours": self.env._(
                "Hours above those of the working agreement, or a third above those of the months "
                "before, while the revenue did not follow."
            ),
            "rate_fallen": self.env._(
                "Revenue per hour is at least 15 % lower in the last three or six months than in "
                "the months before, and by more than it usually varies."
            ),
            "discounts": self.env._(
                "More than half of the months with an invoice have a discount, three months at "
                "least, and the last four months as well."
            ),
            "gone": self.env._(
                "No hours, invoice, order, message or meeting for a quarter, and for much longer "
                "than ever within three years, or for nine months."
            ),
            "hours_without_cost": self.env._(
                "Employees with hours that had no hourly cost when they were entered, in 12 months."
            ),
            "projects_without_customer": self.env._(
                "Billable projects without a customer, with hours in the last 12 months."
            ),
            "without_salesperson": self.env._(
                "The salesperson left, has no access any more, or was never chosen."
            ),
            "unknown_senders": self.env._(
                "People who wrote in the last half year, and whose address no contact has."
            ),
        }
        return {"name": names.get(code, code), "rule": rules.get(code, "")}

    @api.model
    def _get_unfed(self):
        """Return the measures that nobody feeds, with the one step that feeds each.

        Empty until a first night has looked.
        """
        measures = self.env["client.health.measure"].search([("active", "=", True)])
        unfed = measures.filtered(lambda measure: not measure.is_fed)
        if unfed == measures:
            return []
        steps = self._get_steps()
        return [
            {"code": measure.code, "name": measure.name, "step": text, "action": action}
            for measure in unfed
            for text, action in [steps.get(measure.code, (measure.description, False))]
        ]

    @api.model
    def _get_steps(self):
        """Return {code of a measure: (the step that feeds it, action or False)}."""
        goals = (
            self.env._("Agree on a goal with one client."),
            "client_health.client_goal_action",
        )
        feedback = (
            self.env._("Log what a client said."),
            "client_health.client_feedback_action",
        )
        agreement = (
            self.env._("Write down what you agreed with one client."),
            "client_health.client_agreement_action",
        )
        mail = (
            self.env._("Let mails with clients run through Odoo: catch-all and aliases."),
            False,
        )
        clients = "client_health.client_relationship_action"
        return {
            "margin_rate": (
                self.env._("Enter timesheets on the clients' projects, at an hourly cost."),
                False,
            ),
            "rate_trend": (
                self.env._("Enter timesheets on the clients' projects for half a year."),
                False,
            ),
            "overdue_habit": (self.env._("Match payments with three invoices per client."), False),
            "goals_on_track": goals,
            "milestones_on_time": (
                self.env._("Give milestones of the clients' projects a deadline."),
                False,
            ),
            "overdue_work": (self.env._("Give tasks a deadline."), False),
            "contact_gap": mail,
            "unanswered_hours": mail,
            "reply_hours": mail,
            "initiative": mail,
            "voice_silence": feedback,
            "contact_breadth": mail,
            "promises_kept": (
                self.env._("Choose a weekday on which a client hears from you."),
                clients,
            ),
            "feedback_rating": feedback,
            "open_complaints": feedback,
            "value_age": (self.env._("Ask one client what your work was worth."), clients),
            "feedback_response": (
                self.env._("Ask the contacts of one client."),
                "client_health.client_feedback_request_action",
            ),
            "agreement_current": agreement,
            "hours_over": agreement,
            "unrequested_hours": (
                self.env._("Say on tasks whether the client asked for them."),
                False,
            ),
            "price_pressure": feedback,
            "client_input": (
                self.env._("Note what a client owes you, with its day."),
                "client_health.client_duty_action",
            ),
            "owner_pulse": (self.env._("Judge your clients, once a month."), clients),
            "team_pulse": (self.env._("Ask colleagues what they think of a client."), clients),
            "open_conversations": (
                self.env._("Plan the conversation that has to be had."),
                clients,
            ),
        }
