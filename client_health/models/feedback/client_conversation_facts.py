from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount

from ...const import MONEY_GROUP
from ...tools import format_day

PRICE, DELIVERY, COOPERATION = "price", "delivery", "cooperation"
TOPICS = [(PRICE, "Price"), (DELIVERY, "Delivery"), (COOPERATION, "Cooperation")]


class ClientConversationFacts(models.AbstractModel):
    """The facts to know before a tough conversation, by its topic.

    All is read as the user, so only facts that they may read are shown. Nothing is stored: a
    conversation is an activity on a document that others may read as well.
    """

    _name = "client.conversation.facts"
    _description = "Facts for a Tough Conversation"

    @api.model
    def _get_relationships(self, records):
        """Return {record id: relationship} of any records that belong to clients."""
        if records._name == "client.relationship":
            return {record.id: record for record in records}
        if records._name == "project.task":
            return {
                task.id: task.project_id.client_relationship_id
                or task.partner_id.client_relationship_id
                for task in records
            }
        for fname in ("relationship_id", "client_relationship_id"):
            field = records._fields.get(fname)
            if field and field.comodel_name == "client.relationship":
                return {record.id: record[fname] for record in records}
        return {record.id: self.env["client.relationship"] for record in records}

    @api.model
    def _get_facts(self, relationship, topic):
        """Return the facts without money, one per line."""
        if not relationship or not relationship.has_access("read"):
            return False
        facts = {
            PRICE: self._get_price_facts,
            DELIVERY: self._get_delivery_facts,
            COOPERATION: self._get_cooperation_facts,
        }
        lines = facts[topic](relationship) if topic else []
        return "\n".join(lines or [self.env._("There are no records about it yet.")])

    @api.model
    def _get_price_facts(self, relationship):
        pressed = self.env["client.feedback"].search(
            relationship._get_price_pressure_domain()
            & Domain("relationship_id", "=", relationship.id)
        )
        hours = relationship.scope_hours
        own, unclear = relationship.unrequested_hours, relationship.unclear_hours
        agreed = relationship.agreement_id.hours_month
        return [
            line
            for known, line in (
                (
                    pressed,
                    self.env._(
                        "Asked for a lower price %(times)s times in 12 months, last on %(day)s.",
                        times=len(pressed),
                        day=format_day(self.env, max(pressed.mapped("date"), default=False)),
                    ),
                ),
                (agreed, self.env._("Agreed: %.0f hours a month.", agreed)),
                (
                    hours,
                    self.env._("Worked in the last 12 full months and since: %.0f hours.", hours),
                ),
                (own, self.env._("Of these, our own idea: %.0f hours.", own)),
                (unclear, self.env._("Of these, unclear: %.0f hours.", unclear)),
            )
            if known
        ]

    @api.model
    def _get_delivery_facts(self, relationship):
        issues = self.env["client.issue"].search(
            [("relationship_id", "=", relationship.id), ("state", "=", "open")]
        )
        return [
            line
            for known, line in (
                *self._get_late_work(relationship),
                (issues, self.env._("Open issues: %s.", ", ".join(issues.mapped("name")))),
            )
            if known
        ]

    @api.model
    def _get_late_work(self, relationship):
        """Yield (count, sentence) of what is late in the projects that the user may read."""
        if not self.env["project.task"].has_access("read"):
            return
        client = [
            ("project_id.partner_id.commercial_partner_id", "=", relationship.partner_id.id),
            ("project_id.company_id", "in", [relationship.company_id.id, False]),
            ("project_id.is_template", "=", False),
        ]
        tasks = self.env["project.task"].search_count(
            [
                *client,
                ("date_deadline", "<", "today"),
                ("is_closed", "=", False),
                ("has_template_ancestor", "=", False),
            ]
        )
        yield tasks, self.env._("Tasks past their date: %s.", tasks)
        milestones = self.env["project.milestone"].search(
            [*client, ("is_reached", "=", False), ("deadline", "<", "today")]
        )
        names = ", ".join(milestones.mapped("name"))
        yield milestones, self.env._("Milestones that are late: %s.", names)

    @api.model
    def _get_cooperation_facts(self, relationship):
        waiting = relationship.client_waiting_count
        to_answer = relationship.client_feedback_open_count
        said = relationship.value_date
        return [
            line
            for known, line in (
                (waiting, self.env._("Discussions waiting for our answer: %s.", waiting)),
                (to_answer, self.env._("Complaints and concerns to answer: %s.", to_answer)),
                (
                    relationship.agreement_state != "accepted",
                    self.env._("There is no agreement in force."),
                ),
                (
                    not relationship.has_mutual_goal,
                    self.env._("There is no live goal that benefits both sides."),
                ),
                (
                    not said,
                    self.env._("The client has not been asked yet what our work is worth to it."),
                ),
            )
            if known
        ]

    @api.model
    def _get_money_facts(self, relationship):
        """Return the facts that only the money group may see, one per line."""
        if not relationship or not self.env.user.has_group(MONEY_GROUP):
            return False
        if not relationship.has_access("read"):
            return False
        relationship = relationship.with_env(self.env)
        known = relationship.client_margin_state == "known"
        lines = [
            (
                relationship.client_revenue,
                self.env._("Revenue, 12 months: %s.", self._money(relationship, "client_revenue")),
            ),
            (known, self.env._("Margin: %.0f %%.", relationship.client_margin_rate)),
            (
                relationship.client_effective_rate,
                self.env._(
                    "Income per hour: %s.", self._money(relationship, "client_effective_rate")
                ),
            ),
            (
                relationship.client_loss_months,
                self.env._("Months at a loss, of 12: %s.", relationship.client_loss_months),
            ),
            (
                relationship.client_overdue > 0,
                self.env._("Overdue: %s.", self._money(relationship, "client_overdue")),
            ),
            (
                relationship.client_to_invoice > 0,
                self.env._("Not invoiced yet: %s.", self._money(relationship, "client_to_invoice")),
            ),
        ]
        return "\n".join(line for is_known, line in lines if is_known) or self.env._(
            "There are no figures about it yet."
        )

    @api.model
    def _money(self, relationship, fname):
        return format_amount(self.env, relationship[fname], relationship.company_id.currency_id)
