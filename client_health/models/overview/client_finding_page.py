from odoo import api, models
from odoo.exceptions import AccessError

from ...const import ACTIVITY_FINDING, MANAGER_GROUP
from ...engine.clock import get_today
from ...engine.figures import format_number
from ...tools import format_day
from ..common.client_job_failure import JobRun

CLIENT = "client.relationship"
CALL_DAYS = 5
TOP = 3
# Snapshots that are kept, and records that each names of one line.
WEEKS = 8
MOST_IDS = 1000


class ClientFinding(models.AbstractModel):
    """The page of the findings: what comes first, week by week, and what feeds the measures."""

    _name = "client.finding"
    _inherit = ["client.finding"]

    @api.model
    def get_page(self, is_section=False):
        """Return what the page shows: its lines, or what comes first where there are none yet.

        Keys: ``state`` (empty, waiting, ready), ``first`` (text and action of the first step),
        ``lines``, ``top`` (codes of the three that matter most), ``unfed`` (measures that nobody
        feeds, with the step that feeds them), ``is_dismissed``, ``can_dismiss``, ``company``.

        :param is_section: of another page, where nothing is read once they are dismissed
        """
        self._check_user()
        is_manager = self.env.user.has_group(MANAGER_GROUP)
        company = self.env.company.sudo()  # two dates of the set-up; they have a group
        page = {
            "state": "ready",
            "company": company.name if len(self.env.companies) > 1 else False,
            "is_dismissed": bool(company.client_findings_dismissed),
            "can_dismiss": is_manager,
            "lines": [],
            "top": [],
            "unfed": [],
        }
        if is_section and page["is_dismissed"]:
            return page
        if first := self._get_first_step(company, is_manager):
            return page | first
        lines = self.get_findings()
        found = sorted((line for line in lines if line["count"]), key=lambda line: -line["weight"])
        return page | {
            "lines": lines,
            "top": [line["code"] for line in found[:TOP]],
            "unfed": self._get_unfed(),
        }

    @api.model
    def set_dismissed(self, is_dismissed=True):
        """Take the findings off the first page of the current company, or put them back."""
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only an administrator of Client Health can do that."))
        # sudo: protected; who may do it was just checked
        self.env.company.sudo().client_findings_dismissed = (
            get_today(self.env.company) if is_dismissed else False
        )

    @api.model
    def plan_calls(self, code, ids):
        """Plan a call with each of these clients, for its salesperson; return what was done.

        Of those that the user may write, and on which no such call is open. Spread over a week,
        without a mail.
        """
        self._check_user()
        clients = self.env[CLIENT].browse(ids).exists()._filtered_access("write")
        responsible = clients._get_responsible()
        users = {client: user for client, user in responsible.items() if user}
        clients = clients.browse([client.id for client in users])
        planned = clients._schedule_activities(
            users,
            ACTIVITY_FINDING,
            once=True,
            get_summary=lambda records: self.with_env(records.env)._get_summary(code),
            dates=clients._spread_days(users, days=CALL_DAYS),
        )
        return self.env._(
            "%(calls)s calls are planned, for %(people)s people.",
            calls=format_number(self.env, len(planned)),
            people=format_number(self.env, len(planned.user_id)),
        )

    @api.model
    def _get_summary(self, code):
        """Return what the calls are about; whoever makes them may have no access to money."""
        return {
            "silent": self.env._("Call: silent for longer than usual"),
            "discounts": self.env._("Call: a discount in most months"),
            "over_hours": self.env._("Call: more hours than agreed or usual"),
            "gone": self.env._("Call: nothing happened for long"),
        }.get(code, self.env["client.health.warning.rule"]._get_money_sentence())

    @api.model
    def _get_first_step(self, company, is_manager):
        here = [("company_id", "=", company.id)]
        # sudo: only whether there is any
        if not self.env[CLIENT].sudo().search_count(here, limit=1):
            return {
                "state": "empty",
                "first": {
                    "text": self.env._(
                        "There are no clients yet. The first set-up proposes them from your "
                        "invoices, projects and won opportunities."
                    )
                    if is_manager
                    else self.env._(
                        "There are no clients yet. An administrator of Client Health starts with "
                        "the first set-up."
                    ),
                    "label": self.env._("Find our clients"),
                    "action": "client_health.client_setup_action" if is_manager else False,
                },
            }
        if not company.client_profitability_date:
            return {
                "state": "waiting",
                "first": {
                    "text": self.env._(
                        "Revenue and cost of your clients are being computed. This takes a minute "
                        "after the set-up, and is done every night."
                    ),
                    "label": self.env._("Look again"),
                    "action": False,
                },
            }
        return None

    # Week by week

    @api.model
    def _cron_remember(self):
        """Store the number of each finding of every company that has a ledger."""
        run = JobRun(self.env, "ir_cron_client_finding")
        companies = self.env["res.company"].search([("client_profitability_date", "!=", False)])
        run.do_all(companies, lambda company: self._remember(company), size=1)

    @api.model
    def _remember(self, company):
        """Store what is found today, and forget what was found months ago."""
        found = self.with_company(company).get_findings()
        weeks = dict(company.client_finding_weeks or {})
        weeks[self._get_day(company).isoformat()] = {
            line["code"]: {"count": line["count"], "ids": line["ids"][:MOST_IDS]} for line in found
        }
        company.client_finding_weeks = {day: weeks[day] for day in sorted(weeks)[-WEEKS:]}

    @api.model
    def _get_day(self, company):
        return get_today(company)

    @api.model
    def _add_changes(self, lines):
        """Say what is different from the last week that was stored, to who may see all of it."""
        if not self.env.user.has_group(MANAGER_GROUP):
            return
        company = self.env.company.sudo()  # what the weekly run found; it has a group
        weeks = company.client_finding_weeks or {}
        today = get_today(company).isoformat()
        if not (day := max((day for day in weeks if day < today), default=None)):
            return
        for line in lines:
            if before := weeks[day].get(line["code"]):
                line["change"] = self._get_change(line, before, format_day(self.env, day))
                line["new_ids"] = [key for key in line["ids"] if key not in {*before["ids"]}]

    @api.model
    def _get_change(self, line, before, day):
        more = line["count"] - before["count"]
        texts = {"count": format_number(self.env, abs(more)), "day": day}
        if more > 0:
            return self.env._("%(count)s more than on %(day)s", **texts)
        if more < 0:
            return self.env._("%(count)s fewer than on %(day)s", **texts)
        return self.env._("as many as on %(day)s", **texts)

    # In words

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
                "The last four invoices are paid at least ten days later than those "
                "of two years before, or one is overdue beyond all habit. Who always pays late is "
                "not listed."
            ),
            "over_hours": self.env._(
                "Hours above those of the working agreement, or a third above those of the months "
                "before or those billed by the hour, while the revenue did not follow."
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
                "Employees with hours that had no hourly cost when they were entered, in 12 "
                "months. An assumed cost counts for these hours, and the figures say so; the "
                "hourly cost of an employee counts for the hours that are entered from then on."
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
