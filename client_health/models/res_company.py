from odoo import fields, models

from ..const import MANAGER_GROUP, MONEY_GROUP, USER_GROUP
from ..engine.profitability import margin
from .relationship.client_relationship import CHANNELS, RHYTHMS, WEEKDAYS


class ResCompany(models.Model):
    """What a firm decides about its clients.

    Every field has groups: all users, portal users too, read their company.
    """

    _name = "res.company"
    _inherit = ["res.company", "client.protected.mixin", "client.deletion.mixin"]
    _protect_derived = False

    client_setup_date = fields.Date(
        string="Clients Set Up On",
        readonly=True,
        groups=MANAGER_GROUP,
        protected=True,
        help="Day of the first set-up. From then on new clients are added every night.",
    )
    client_setup_months = fields.Integer(
        string="Client Look-back (months)",
        default=12,
        groups=MANAGER_GROUP,
        help="A partner counts as a client when it has a posted invoice, a running project or a "
        "won opportunity within this many months.",
    )
    client_profitability_date = fields.Datetime(
        string="Profitability Rebuilt On",
        readonly=True,
        copy=False,
        groups=MANAGER_GROUP,
        help="Date of the last update of the profitability of all clients.",
        protected=True,
    )
    client_profitability_error = fields.Text(
        string="Profitability Error",
        readonly=True,
        copy=False,
        groups=MANAGER_GROUP,
        help="Why the last nightly rebuild of the profitability failed. Empty when it did not.",
        protected=True,
    )
    client_closing_lag = fields.Integer(
        string="Days to Close a Month",
        default=10,
        groups=MANAGER_GROUP,
        help="A month counts among the last 12 when this many days of the next one have passed, "
        "so that its invoices are posted. Until then, the 12 months before it count.",
    )
    client_pass_through_account_ids = fields.Many2many(
        "account.account",
        "client_pass_through_account_rel",
        string="Pass-Through Accounts",
        groups=MONEY_GROUP,
        help="Accounts of what is bought for a client and charged at cost, such as media budgets "
        "or resold licences. They count neither as revenue nor as cost, but in columns of their "
        "own. Branches pass through what their company does.",
    )
    client_fit_required = fields.Boolean(
        string="Fit Before Winning",
        groups=MANAGER_GROUP,
        help="An opportunity can be won only when the answers on its Fit tab show a fit, or by a "
        "manager with a reason.",
    )
    client_agreement_required = fields.Boolean(
        string="Agreement Before Winning",
        groups=MANAGER_GROUP,
        help="An opportunity can be won only when the client has accepted its working agreement.",
    )
    client_target_margin = fields.Float(
        string="Target Margin (%)",
        default=margin.TARGET_RATE,
        digits=(5, 2),
        groups=MONEY_GROUP,
        help="The margin, in percent of revenue, that every client should reach. Agencies that "
        "price each client for 60 to 70 % keep 50 to 60 % as a whole (Parakeeto, Delivery Margin "
        "and Agency Fee Calculator; they measure it after costs that are passed on).",
    )
    client_break_even_margin = fields.Float(
        string="Break-even Margin (%)",
        default=margin.BREAK_EVEN_RATE,
        digits=(5, 2),
        groups=MONEY_GROUP,
        help="Up to this margin, in percent of revenue, a client only breaks even.",
    )
    client_health_healthy = fields.Float(
        string="Green From",
        default=75,
        groups=USER_GROUP,
        help="From this score, a client is green. Between the two limits it is yellow.",
    )
    client_health_risk = fields.Float(
        string="Red Below",
        default=50,
        groups=USER_GROUP,
        help="Below this score, a client is red.",
    )
    client_health_move = fields.Selection(
        [("propose", "Propose the move"), ("move", "Move the client")],
        string="When Health Changes",
        default="propose",
        required=True,
        groups=USER_GROUP,
        help="Between Healthy and At risk, clients can be moved by their warnings, or a person "
        "decides. All other moves are made by a person.",
    )
    client_reboot_days = fields.Integer(
        string="Days for a Reboot",
        default=30,
        groups=USER_GROUP,
        help="Default duration of a reboot. Another deadline can be chosen for each one.",
    )
    client_cadence = fields.Selection(
        RHYTHMS,
        string="Rhythm of Updates",
        default="monthly",
        groups=USER_GROUP,
        help="How often new clients hear from us, unless their tags say otherwise.",
    )
    client_cadence_weekday = fields.Selection(
        WEEKDAYS,
        string="Weekday of Updates",
        groups=USER_GROUP,
        help="Weekday on which new clients hear from us. Empty: no day is promised until one is "
        "chosen at the client.",
    )
    client_cadence_hour = fields.Float(
        string="Hour of Updates",
        default=9,
        groups=USER_GROUP,
        help="Hour, in the client's time zone, at which updates go out by themselves.",
    )
    client_channel = fields.Selection(
        CHANNELS,
        string="Channel of Updates",
        default="mail",
        groups=USER_GROUP,
        help="How new clients hear from us, unless their tags say otherwise.",
    )
    client_update_auto = fields.Boolean(
        string="Send Unchanged Drafts",
        groups=USER_GROUP,
        help="Status updates that no one has changed go out by themselves, on the promised day at "
        "the client's hour. Others wait for a click.",
    )
    client_hide_hours = fields.Boolean(
        string="Hide Hours from Clients",
        groups=USER_GROUP,
        help="On the portal, clients see no timesheets and no planned or remaining time on tasks. "
        "What is invoiced by time stays visible with its invoice.",
    )
    client_feedback_scale = fields.Selection(
        [
            ("numbers", "Would you recommend us? 0 to 10"),
            ("faces", "How happy are you? Five faces"),
        ],
        string="Question to Clients",
        default="numbers",
        required=True,
        groups=USER_GROUP,
        help="What contacts of clients are asked by mail.",
    )
    client_feedback_pause = fields.Integer(
        string="Days between Questions",
        default=90,
        groups=USER_GROUP,
        help="No contact is asked again within so many days, whoever asks.",
    )
    client_feedback_wait = fields.Integer(
        string="Days until No Answer",
        default=14,
        groups=USER_GROUP,
        help="After so many days a question counts as not answered. The contact can still answer "
        "until the link ends.",
    )
    client_feedback_low_number = fields.Integer(
        string="Low up to (0 to 10)",
        default=6,
        groups=USER_GROUP,
        help="Up to this answer, the salesperson is to call at once. 6 is the highest answer of "
        "those who would not recommend you.",
    )
    client_feedback_low_face = fields.Integer(
        string="Low up to (five faces)",
        default=2,
        groups=USER_GROUP,
        help="Up to this face, of 1 to 5, the salesperson is to call at once.",
    )
    client_feedback_months = fields.Integer(
        string="Ask Every (months)",
        default=0,
        groups=USER_GROUP,
        help="The contacts of each client who were asked before, or signed the agreement, are "
        "asked at this rhythm. 0: only people ask.",
    )
    client_health_backfill_date = fields.Date(
        readonly=True, copy=False, groups=MANAGER_GROUP, protected=True
    )
    client_health_backfill_id = fields.Integer(
        readonly=True, copy=False, groups=MANAGER_GROUP, protected=True
    )
    client_finding_weeks = fields.Json(
        string="Findings Week by Week",
        readonly=True,
        copy=False,
        prefetch=False,
        groups=MANAGER_GROUP,
        protected=True,
        help="How many of each finding there were, and which; of the last eight weeks.",
    )
    client_findings_dismissed = fields.Date(
        string="Findings Dismissed On",
        readonly=True,
        copy=False,
        groups=MANAGER_GROUP,
        protected=True,
        help="Since then, what the records say is found under Reporting alone.",
    )

    _client_target_margin_range = models.Constraint(
        "CHECK (client_target_margin > 0 AND client_target_margin < 100)",
        "The target margin of clients must be more than 0 % and less than 100 %.",
    )
    _client_break_even_margin_range = models.Constraint(
        "CHECK (client_break_even_margin >= 0 AND client_break_even_margin < client_target_margin)",
        "The break-even margin of clients must be at least 0 % and less than the target margin.",
    )
    _client_closing_lag_range = models.Constraint(
        "CHECK (client_closing_lag >= 0 AND client_closing_lag <= 31)",
        "Please close a month after 0 to 31 days.",
    )
    _client_health_bands = models.Constraint(
        "CHECK(client_health_risk >= 0 AND client_health_healthy <= 100"
        " AND client_health_risk < client_health_healthy)",
        "Red must be lower than green, both between 0 and 100.",
    )
    _client_cadence_hour_range = models.Constraint(
        "CHECK(client_cadence_hour >= 0 AND client_cadence_hour < 24)",
        "Please choose an hour from 0:00 to 23:59.",
    )
    _client_reboot_days_positive = models.Constraint(
        "CHECK(client_reboot_days > 0)", "A reboot must last at least one day."
    )

    _client_feedback_days = models.Constraint(
        "CHECK(client_feedback_pause BETWEEN 1 AND 3650 AND client_feedback_wait BETWEEN 1 AND 90)",
        "Please leave at least one day between two questions, and wait 1 to 90 days for an answer.",
    )
    _client_feedback_low = models.Constraint(
        "CHECK(client_feedback_low_number BETWEEN 0 AND 9"
        " AND client_feedback_low_face BETWEEN 1 AND 4)",
        "A low answer is at most 9 of 10, and one of the faces 1 to 4.",
    )
    _client_feedback_months = models.Constraint(
        "CHECK(client_feedback_months BETWEEN 0 AND 24)",
        "Please ask clients every 1 to 24 months, or enter 0 to ask only by hand.",
    )

    def write(self, vals):
        result = super().write(vals)
        if not {"client_target_margin", "client_break_even_margin"}.isdisjoint(vals):
            # sudo: the figures of clients are written by our own methods alone
            ledger = self.env["client.profitability"].sudo()
            for company in self:
                ledger._refresh_figures(company)
        return result

    def _get_margin_limits(self):
        """Return the two limits by which every margin is coloured."""
        # sudo: two settings, for what is shown to users who may see money
        company = self.sudo()
        return margin.Limits(company.client_break_even_margin, company.client_target_margin)
