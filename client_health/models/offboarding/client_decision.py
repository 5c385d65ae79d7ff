from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

from ...const import ACTIVITY_TOUGH_CONVERSATION, MONEY_GROUP
from ...engine import stage_rules
from ...engine.clock import get_today

KEEP, RAISE, LEAVE = CHOICES = ("keep", "raise", "leave")
# The decision, which cannot be changed afterwards
FROZEN = frozenset(("choice", "reason"))
# A sheet that was seen longer ago shows another year.
SEEN_DAYS = 30


class ClientDecision(models.Model):
    """The decision about a client: keep the terms, raise the rate or end the relationship.

    Until then its sheet is live, see ``client_decision_sheet.py``; with the decision, the figures
    of that day are stored. For users who may see money; without discussion and activities, so that
    no figure gets into a mail.
    """

    _name = "client.decision"
    _description = "Decision about a Client"
    _inherit = ["client.record.mixin", "client.protected.mixin", "client.deletion.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    # A decision stays with its client.
    relationship_id = fields.Many2one(protected=True)
    state = fields.Selection(
        [("open", "Open"), ("decided", "Decided")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        protected=True,
    )
    date = fields.Date(
        string="As Of",
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        help="The figures are those of the 12 full months before this day.",
        protected=True,
    )
    choice = fields.Selection(
        [
            (KEEP, "Keep the terms"),
            (RAISE, "Raise the rate"),
            (LEAVE, "End the relationship"),
        ],
        string="Decision",
        copy=False,
    )
    reason = fields.Text(copy=False, help="Your reasons, for later reference.")
    seen_by_ids = fields.Many2many("res.users", readonly=True, copy=False, protected=True)
    seen_date = fields.Datetime(string="Last Seen On", readonly=True, copy=False, protected=True)
    decided_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict", protected=True
    )
    decided_date = fields.Datetime(string="Decided On", readonly=True, copy=False, protected=True)
    # Behind no field access: it names clients that a reader of this one may not see.
    figures = fields.Json(groups=NO_ACCESS, copy=False, protected=True)

    @api.depends("relationship_id")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = self.env._(
                "Decision about %s", decision.relationship_id.display_name or ""
            )

    def write(self, vals):
        if not FROZEN.isdisjoint(vals) and any(decision.state == "decided" for decision in self):
            raise UserError(
                self.env._("A decision cannot be changed. Please open a new sheet instead.")
            )
        return super().write(vals)

    def _get_figures(self):
        """Return the figures of each sheet: stored ones, or those of today."""
        # sudo: no group may read the field; the sheet shows what the reader may see of it
        kept = {sheet.id: sheet.sudo().figures for sheet in self if sheet.state == "decided"}
        live = self.filtered(lambda sheet: sheet.state == "open").relationship_id
        found = self._read_figures(live, get_today(self.env.company))
        return {
            sheet.id: kept[sheet.id] if sheet.id in kept else found[sheet.relationship_id.id]
            for sheet in self
        }

    @api.model
    def _open_sheet(self, relationship):
        """Return the sheet of a client that is not decided yet, marked as seen by the user."""
        if not self.env.user.has_group(MONEY_GROUP):
            raise AccessError(
                self.env._(
                    "Only users who may see the profitability of clients can open this sheet."
                )
            )
        relationship.check_access("read")
        # sudo: evidence; that the user may see the client and its money was just checked
        sheets = self.sudo().search(
            [("relationship_id", "=", relationship.id), ("state", "=", "open")], limit=1
        ) or self.sudo().create({"relationship_id": relationship.id})
        sheets.write({"seen_by_ids": [(4, self.env.user.id)], "seen_date": fields.Datetime.now()})
        return sheets.sudo(False)

    @api.model
    def _get_unseen(self, relationships):
        """Return the clients whose sheet the user has not looked at lately.

        The superuser has no eyes: what it moves was decided elsewhere.
        """
        if self.env.su:
            return relationships.browse()
        since = fields.Datetime.now() - timedelta(days=SEEN_DAYS)
        seen = self.search(
            [
                ("relationship_id", "in", relationships.ids),
                ("seen_by_ids", "in", self.env.user.ids),
                ("seen_date", ">=", since),
            ]
        )
        return relationships - seen.relationship_id

    def action_decide(self):
        """Freeze the sheet with the decision, and do what follows from it."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready()
        relationship = self.relationship_id
        if self.choice == LEAVE and relationship.stage_id.phase != stage_rules.OFFBOARD:
            stage = relationship.stage_id._get_first_stage(stage_rules.OFFBOARD)
            # the move freezes this sheet, as every sheet of a leaving client
            relationship.write({"stage_id": stage.id, "stage_reason": self.reason})
            return relationship.action_view_offboarding()
        self._freeze({relationship.id: self})
        self._tell()
        return True

    def _check_ready(self):
        if self.state == "decided":
            raise UserError(self.env._("This has already been decided."))
        if not self.choice:
            raise UserError(self.env._("Please choose one of the three decisions."))
        if not (self.reason or "").strip():
            raise UserError(
                self.env._("Please enter a reason: your colleagues will want to know it in a year.")
            )

    def _tell(self):
        """Post in the client's internal discussion that it was decided; no figure, no reason."""
        choices = dict(self._fields["choice"]._description_selection(self.env))
        relationship = self.relationship_id
        relationship._message_log(body=self.env._("Decision: %s.", choices[self.choice]))
        if self.choice == RAISE:
            relationship._schedule_activities(
                relationship._get_responsible(),
                ACTIVITY_TOUGH_CONVERSATION,
                summary=self.env._("Discuss the rate"),
            )

    @api.model
    def _freeze_for_leaving(self, relationships, reason):
        """Freeze a sheet of each client with the decision to leave; return {relationship id:
        it}."""
        # sudo: evidence; the right to offboard these clients was checked by the move
        sheets = self.sudo().search(
            [("relationship_id", "in", relationships.ids), ("state", "=", "open")]
        )
        by_client = {sheet.relationship_id.id: sheet for sheet in sheets}
        missing = [rel.id for rel in relationships if rel.id not in by_client]
        new = self.sudo().create([{"relationship_id": rel_id} for rel_id in missing])
        by_client.update(zip(missing, new, strict=True))
        for sheet in by_client.values():
            sheet.write({"choice": LEAVE, "reason": sheet.reason or reason})
        self._freeze(by_client)
        return by_client

    @api.model
    def _freeze(self, by_client):
        relationships = self.env["client.relationship"].browse(by_client)
        today = get_today(relationships.company_id[:1])
        figures = self._read_figures(relationships, today)
        for relationship_id, sheet in by_client.items():
            # sudo: evidence; the caller has checked that the user may decide
            sheet.sudo().write(
                {
                    "state": "decided",
                    "date": today,
                    "figures": figures[relationship_id],
                    "decided_by_id": self.env.user.id,
                    "decided_date": fields.Datetime.now(),
                }
            )
