from datetime import timedelta

from odoo import api, fields, models

from ..engine.clock import get_today
from ..engine.health import calibration

DAYS = (30, 60, 90)


class ClientHealthCalibration(models.TransientModel):
    """Was the score of use? Compares it with the clients that left, before they left.

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
        string="Warned Before",
        default="90",
        required=True,
        help="How long before a client left the score should have warned.",
    )
    line_ids = fields.One2many("client.health.calibration.line", "calibration_id", readonly=True)
    cases = fields.Integer(
        string="Clients That Left", compute="_compute_figures", help="Offboarded or ended."
    )
    flagged = fields.Integer(
        compute="_compute_figures", help="Clients whose score was in the red band at that time."
    )
    missed = fields.Integer(
        string="Not Flagged",
        compute="_compute_figures",
        help="Clients with a score that was not in the red band.",
    )
    unknown = fields.Integer(
        string="Without a Score",
        compute="_compute_figures",
        help="Too little was known about them, or there was no snapshot.",
    )
    false_flags = fields.Integer(
        compute="_compute_false_flags",
        help="Clients that were red at least that long ago, and are neither offboarded nor ended.",
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
            result = calibration.judge([line._get_band(page.days) for line in page.line_ids])
            page.cases = result.cases
            page.flagged = result.flagged
            page.missed = result.missed
            page.unknown = result.unknown
            page.verdict = result.verdict

    @api.depends("days")
    def _compute_false_flags(self):
        for page in self:
            before = get_today(page.company_id) - timedelta(days=int(page.days))
            red = self.env["client.health.snapshot"]._read_group(
                [
                    ("company_id", "=", page.company_id.id),
                    ("band", "=", "risk"),
                    ("date", "<=", before),
                    ("relationship_id.phase", "not in", ("offboard", "ended")),
                ],
                [],
                ["relationship_id:count_distinct"],
            )
            page.false_flags = red[0][0]

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
        rows = self.env.execute_query_dict(calibration.select_left(page.company_id.id, DAYS))
        self.env["client.health.calibration.line"].create(
            [{"calibration_id": page.id, **page._prepare_line(row)} for row in rows]
        )
        return page._get_records_action(name=self.env._("Calibration"))

    def _prepare_line(self, row):
        line = {"relationship_id": row["relationship_id"], "date_left": row["date_left"]}
        for days in DAYS:
            line[f"score_{days}"] = row[f"score_{days}"] or 0
            line[f"band_{days}"] = row[f"band_{days}"] or ("none" if row[f"seen_{days}"] else False)
        return line
