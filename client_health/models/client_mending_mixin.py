from odoo import api, fields, models

from ..engine.correspondence import waiting
from ..engine.feedback import repair

STEP_FIELDS = {step: f"is_{step}" for step in repair.STEPS}


class ClientMendingMixin(models.AbstractModel):
    """How far the repair of an issue is: computed from the records, never ticked.

    Recognised: the cause is written, and on whose side it lies. Apologised: an apology was sent.
    Answered: no message of the client waits. Fixed: a hypothesis proved true, and its task is
    done. Acknowledged: we acknowledged our part to the client. Confirmed: by the client.
    """

    _name = "client.mending.mixin"
    _description = "Steps of a Repair"

    is_recognised = fields.Boolean(string="Recognised", compute="_compute_steps")
    is_apologised = fields.Boolean(string="Apologised", compute="_compute_steps")
    is_answered = fields.Boolean(string="Answered", compute="_compute_steps")
    is_fixed = fields.Boolean(string="Cause Fixed", compute="_compute_steps")
    is_acknowledged = fields.Boolean(string="Acknowledged", compute="_compute_steps")
    is_confirmed = fields.Boolean(string="Confirmed by the Client", compute="_compute_steps")
    progress = fields.Float(
        string="Repair", compute="_compute_steps", help="Steps of the repair that are done."
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Repaired"), ("dropped", "Given up")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    closed_date = fields.Datetime(string="Closed On", readonly=True, copy=False)
    apology_date = fields.Datetime(string="Apologised On", compute="_compute_apology_date")
    apology_days = fields.Integer(
        string="Days until We Apologised",
        compute="_compute_apology_date",
        help="From the first complaint to the first apology, or to today if there is none.",
    )

    @api.depends(
        "side",
        "root_cause",
        "confirmed_date",
        "update_ids.state",
        "update_ids.kind",
        "update_ids.acknowledgement",
        "hypothesis_ids.verdict",
        "hypothesis_ids.task_state",
    )
    def _compute_steps(self):
        by_client = waiting.read_waiting(self.env, self.relationship_id._origin, waiting.get_now())
        for issue in self:
            done = issue._get_done_steps(by_client.get(issue.relationship_id._origin.id))
            needed = repair.get_needed(issue.side)
            issue.progress = 100 * len([step for step in needed if step in done]) / len(needed)
            for step, fname in STEP_FIELDS.items():
                issue[fname] = step in done

    def _get_done_steps(self, open_discussions):
        """Return the set of steps that the records show as done."""
        sent = self.update_ids.filtered(lambda update: update.state == "sent")
        shown = {
            repair.RECOGNISED: bool((self.root_cause or "").strip() and self.side),
            repair.APOLOGISED: any(update.kind == "apology" for update in sent),
            repair.ANSWERED: not open_discussions,
            repair.FIXED: any(
                hypothesis.verdict == "confirmed" and hypothesis.task_state == "1_done"
                for hypothesis in self.hypothesis_ids
            ),
            repair.ACKNOWLEDGED: any(update.acknowledgement for update in sent),
            repair.CONFIRMED: bool(self.confirmed_date),
        }
        return {step for step, done in shown.items() if done}

    @api.depends("date", "feedback_ids.date", "update_ids.state", "update_ids.sent_date")
    def _compute_apology_date(self):
        for issue in self:
            sent = issue.update_ids.filtered(
                lambda update: update.kind == "apology" and update.state == "sent"
            )
            issue.apology_date = min(sent.mapped("sent_date"), default=False)
            last = issue.apology_date or fields.Datetime.now()
            first = min(issue.feedback_ids.mapped("date"), default=False)
            first = min(first.date(), issue.date) if first and issue.date else issue.date
            issue.apology_days = (last.date() - first).days if first else 0

    def _get_missing_steps(self):
        """Return what the repair still lacks, in plain words, in the order of the steps."""
        self.ensure_one()
        done = {step for step, fname in STEP_FIELDS.items() if self[fname]}
        labels = self._get_step_labels()
        return [labels[step] for step in repair.get_missing(self.side, done)]

    @api.model
    def _get_step_labels(self):
        return {
            repair.RECOGNISED: self.env._("Recognised: record the cause and the responsible side."),
            repair.APOLOGISED: self.env._("Apologised: send the client an apology."),
            repair.ANSWERED: self.env._(
                "Answered: messages of the client are waiting for an answer."
            ),
            repair.FIXED: self.env._("Cause fixed: no hypothesis is confirmed with its task done."),
            repair.ACKNOWLEDGED: self.env._("Acknowledged: acknowledge our part to the client."),
            repair.CONFIRMED: self.env._("Confirmed: ask the client whether it is repaired."),
        }
