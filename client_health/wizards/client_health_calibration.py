from odoo import api, fields, models

from ..engine.clock import get_today
from ..engine.health import calibration

DAYS = (30, 60, 90)


class ClientHealthCalibration(models.TransientModel):
    """Were the warnings of use? Compares them with the clients that left, before they left.

    Snapshots of that time count as they are; those filled in afterwards are computed by the same
    code from the records of that time.
    """

    _name = "client.health.calibration"
    _description = "Health Calibration"
    _inherit = ["client.readable.links.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    days = fields.Selection(
        [(str(days), f"{days} days") for days in DAYS],
        string="Warned Within",
        default="90",
        required=True,
        help="So many days before a client left, a warning should have counted.",
    )
    line_ids = fields.One2many("client.health.calibration.line", "calibration_id", readonly=True)
    cases = fields.Integer(
        string="Clients That Left", compute="_compute_figures", help="Offboarded or ended."
    )
    flagged = fields.Integer(
        string="Warned Of", compute="_compute_figures", help="Clients with a warning in that time."
    )
    missed = fields.Integer(compute="_compute_figures", help="Clients that left without a warning.")
    unknown = fields.Integer(
        string="Not Looked At", compute="_compute_figures", help="There was no snapshot of them."
    )
    hit_rate = fields.Float(
        string="Hits (%)", compute="_compute_figures", help="Warned of, of those looked at."
    )
    chance = fields.Float(
        string="By Chance (%)",
        compute="_compute_figures",
        help="Of the clients that stayed, the part with a warning in the same weeks. Warnings are "
        "worth what they find beyond that.",
    )
    lead = fields.Integer(
        string="Days Ahead",
        compute="_compute_figures",
        help="From the first warning to the end: half of the clients that were warned of had more.",
    )
    false_alarms = fields.Float(
        string="False Alarms per Client and Year",
        compute="_compute_false_alarms",
        help="Warnings that began with clients that are still here, per client and year.",
    )
    fit_cases = fields.Integer(
        string="Fit and Health Known",
        compute="_compute_fit",
        help="Clients whose fit was judged before signing, and that had a score a year later.",
    )
    fit_health = fields.Float(
        string="Health of Those That Fitted",
        compute="_compute_fit",
        help="Average health a year after they became clients, of those judged to be a fit.",
    )
    no_fit_health = fields.Float(
        string="Health of the Others",
        compute="_compute_fit",
        help="The same for clients judged not to be a fit, or with too little known about them.",
    )
    verdict = fields.Selection(
        [
            (calibration.TOO_FEW, "Too few to judge"),
            (calibration.WARNS, "It warned about most"),
            (calibration.HALF, "It warned about some"),
            (calibration.BLIND, "It warned about few"),
        ],
        compute="_compute_figures",
    )

    @api.depends("company_id")
    def _compute_display_name(self):
        self.display_name = self.env._("Calibration")

    @api.depends("days", "line_ids")
    def _compute_figures(self):
        for page in self:
            days, today = int(page.days), get_today(page.company_id)
            query = calibration.select_chance(page.company_id.id, today, days)
            [[chance]] = self.env.execute_query(query)
            result = calibration.judge([line._to_case(days) for line in page.line_ids], chance)
            known = result.hits + result.missed
            page.cases = result.cases
            page.flagged = result.hits
            page.missed = result.missed
            page.unknown = result.unknown
            page.hit_rate = 100 * result.hits / known if known else 0
            page.chance = 100 * (chance or 0)
            page.lead = result.lead or 0
            page.verdict = result.verdict

    @api.depends("company_id")
    def _compute_false_alarms(self):
        for page in self:
            query = calibration.select_stayed(page.company_id.id, get_today(page.company_id))
            [[alarms, days]] = self.env.execute_query(query)
            page.false_alarms = alarms / (days / 365) if days else 0

    @api.depends("company_id")
    def _compute_fit(self):
        for page in self:
            rows = self.env.execute_query(calibration.select_fit(page.company_id.id))
            fits = [score for state, score in rows if state == "fit"]
            others = [score for state, score in rows if state != "fit"]
            page.fit_cases = len(rows)
            page.fit_health = sum(fits) / len(fits) if fits else 0
            page.no_fit_health = sum(others) / len(others) if others else 0

    @api.model
    def action_open(self):
        """Open the page with what is known today."""
        page = self.create({})
        self.env.flush_all()
        company, today = page.company_id, get_today(page.company_id)
        rows = self.env.execute_query_dict(calibration.select_left(company.id, DAYS))
        warned = {
            row["relationship_id"]: row
            for row in self.env.execute_query_dict(
                calibration.select_warned(company.id, today, DAYS)
            )
        }
        self.env["client.health.calibration.line"].create(
            [
                {
                    "calibration_id": page.id,
                    **page._prepare_line(row, warned.get(row["relationship_id"])),
                }
                for row in rows
            ]
        )
        return page._get_records_action(name=self.env._("Calibration"))

    def _prepare_line(self, row, warned):
        line = {
            "relationship_id": row["relationship_id"],
            "date_left": row["date_left"],
            "known": bool(warned),
            "date_warned": warned and warned["since"],
        }
        for days in DAYS:
            line[f"warned_{days}"] = bool(warned and warned[f"warned_{days}"])
            line[f"score_{days}"] = row[f"score_{days}"] or 0
            line[f"band_{days}"] = row[f"band_{days}"] or ("none" if row[f"seen_{days}"] else False)
        return line
