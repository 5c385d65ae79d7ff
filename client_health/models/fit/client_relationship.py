from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import clean_context

from ...const import ACTIVITY_CLIENT_RETURNED, ACTIVITY_FIT, USER_GROUP
from ...engine import fit, stage_rules
from ...tools import format_day
from .client_fit_round import BEFORE_SIGNING

# More rounds than this do not fit side by side.
COLUMNS = 4
FIT_STATES = ("fit_signed_state", "fit_waiver", "fit_state", "fit_date", "fit_flag_count")


class ClientRelationship(models.Model):
    """Adds to the client how well we fit: before signing, and each time we asked again.

    The reasons for a good match may no longer hold: ``_start_fit_round`` asks again.
    """

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    fit_round_ids = fields.One2many(
        "client.fit.round", "relationship_id", string="Fit Rounds", groups=USER_GROUP
    )
    fit_history = fields.Json(
        string="Fit over Time",
        compute="_compute_fit_history",
        exportable=False,
        groups=USER_GROUP,
    )
    fit_signed_state = fields.Selection(
        selection=lambda self: self._get_fit_states(),
        string="Fit Before Signing",
        compute="_compute_fit_states",
        search="_search_fit_signed_state",
        groups=USER_GROUP,
        help="Result of the fit questions when this client signed. Empty without answers.",
    )
    fit_state = fields.Selection(
        selection=lambda self: self._get_fit_states(),
        string="Fit Today",
        compute="_compute_fit_states",
        search="_search_fit_state",
        groups=USER_GROUP,
        help="Result of the last answered fit round. Empty without answers.",
    )
    fit_date = fields.Date(
        string="Last Fit Round", compute="_compute_fit_states", groups=USER_GROUP
    )
    fit_waiver = fields.Text(
        string="Won All the Same Because",
        compute="_compute_fit_states",
        groups=USER_GROUP,
        help="Reason for which the opportunity was won without a fit.",
    )
    fit_flag_count = fields.Integer(
        string="Red Flags", compute="_compute_fit_states", groups=USER_GROUP
    )
    fit_flags = fields.Text(
        string="Red Flags Seen",
        compute="_compute_fit_seen",
        groups=USER_GROUP,
        help="Red flags of the answers before signing and of the last ones, and which came true.",
    )
    fit_seen = fields.Text(
        string="What We Saw",
        compute="_compute_fit_seen",
        groups=USER_GROUP,
        help="Observations behind the answers, before signing and since.",
    )
    fit_mark = fields.Selection(
        [(fit.NOT_FIT, "Not a fit"), (fit.DEAL_BREAKER, "Deal breaker")],
        string="Not a Fit",
        compute="_compute_fit_mark",
        store=True,
        groups=USER_GROUP,
        help="The last answers to the fit questions say that they are none for us.",
    )
    referred_names = fields.Char(
        string="Came Through Them",
        compute="_compute_referred_names",
        help="Clients whom this client or its people referred, as far as you may read them.",
        groups=USER_GROUP,
    )

    @api.depends_context("uid")
    def _compute_referred_names(self):
        partners = self.partner_id.ids
        found = self.search([("referred_by_id.commercial_partner_id", "in", partners)])
        by_key = found.grouped(lambda r: (r.company_id, r.referred_by_id.commercial_partner_id))
        for relationship in self:
            key = relationship.company_id, relationship.partner_id
            names = (by_key.get(key) or found.browse()).mapped("partner_id.name")
            relationship.referred_names = ", ".join(names)

    @api.model
    def _get_fit_states(self):
        return self.env["client.fit.round"]._fields["fit_state"]._description_selection(self.env)

    @api.depends("fit_round_ids.fit_state", "fit_round_ids.reason", "fit_round_ids.date")
    def _compute_fit_states(self):
        asked = self.filtered("fit_round_ids")
        for name in FIT_STATES:
            (self - asked)[name] = False  # most clients of a list, all at once
        for record in asked:
            rounds = record._get_fit_rounds()
            signed = rounds.filtered(lambda one: one.reason == BEFORE_SIGNING)[:1]
            told = rounds.filtered(lambda one: one.fit_state != fit.UNKNOWN)[-1:] or rounds[-1:]
            record.fit_signed_state = signed.fit_state
            record.fit_waiver = signed.fit_waiver
            record.fit_state = told.fit_state
            record.fit_date = told.date
            record.fit_flag_count = told.fit_red_flags

    @api.depends("fit_round_ids.fit_state", "fit_round_ids.date")
    def _compute_fit_mark(self):
        for record in self:
            rounds = record._get_fit_rounds()
            state = rounds.filtered(lambda one: one.fit_state != fit.UNKNOWN)[-1:].fit_state
            record.fit_mark = state if state in (fit.NOT_FIT, fit.DEAL_BREAKER) else False

    @api.depends(
        "fit_round_ids.fit_note",
        "fit_round_ids.fit_answer_ids.flagged",
        "fit_round_ids.fit_answer_ids.date_came_true",
    )
    @api.depends_context("lang")
    def _compute_fit_seen(self):
        for record in self:
            rounds = record._get_fit_rounds()
            signed = rounds.filtered(lambda one: one.reason == BEFORE_SIGNING)[:1]
            told = rounds.filtered(lambda one: one.fit_state != fit.UNKNOWN)[-1:]
            flags = (signed | told).fit_answer_ids.filtered("flagged")
            lines = {}
            for flag in flags:
                lines[flag.criterion_id] = flag.date_came_true or lines.get(flag.criterion_id)
            record.fit_flags = "\n".join(
                self.env._(
                    "%(flag)s (came true on %(day)s)", flag=one.name, day=format_day(self.env, day)
                )
                if day
                else one.name
                for one, day in lines.items()
            )
            noted = rounds.filtered(lambda one: (one.fit_note or "").strip())
            record.fit_seen = "\n\n".join(
                f"{one.display_name}: {one.fit_note.strip()}" for one in noted[-COLUMNS:]
            )

    @api.depends("fit_round_ids.fit_state", "fit_round_ids.fit_answer_ids.answer")
    @api.depends_context("lang")
    def _compute_fit_history(self):
        self.fit_history = False
        told = self.filtered("fit_round_ids")
        asked = told and self.env["client.fit.criterion"]._get_asked()
        for record in told:
            rounds = record._get_fit_rounds()
            columns = rounds[:1] | rounds[1:][1 - COLUMNS :]
            empty = self.env["client.fit.round"].new()
            criteria = (asked | rounds.fit_answer_ids.criterion_id)._in_sections()
            record.fit_history = empty._prepare_fit_sheet(criteria, columns)

    @api.model
    def _search_fit_signed_state(self, operator, value):
        return self._search_fit_rounds("fit_signed_state", operator, value)

    @api.model
    def _search_fit_state(self, operator, value):
        return self._search_fit_rounds("fit_state", operator, value)

    @api.model
    def _search_fit_rounds(self, fname, operator, value):
        """Clients that were asked are few against all clients: look at those, in two queries."""
        if operator != "in":
            return NotImplemented
        asked = self.search_fetch(
            [("fit_round_ids", "!=", False), ("active", "in", [True, False])], []
        )
        found = Domain("id", "in", asked.filtered(lambda record: record[fname] in value).ids)
        return found | Domain("id", "not in", asked.ids) if False in value else found

    def _get_fit_rounds(self):
        """Return the rounds, the oldest first."""
        return self.fit_round_ids.sorted(lambda one: (one.date, one.id or one._origin.id or 0))

    def _start_fit_round(self, reason, remind=True):
        """Ask the fit questions again; return one open round per client.

        :param reason: see ``client.fit.round``; never *before signing*, which winning makes
        :param remind: give the responsible an activity
        A round that is open is used, not doubled, whatever it was started for.
        """
        # a default that comes with a button is not for these: it would name their protected fields
        Round = self.env["client.fit.round"].with_context(clean_context(self.env.context))  # pylint: disable=context-overridden
        open_rounds = Round.search(
            [
                ("relationship_id", "in", self.ids),
                ("fit_state", "=", fit.UNKNOWN),
                ("reason", "!=", BEFORE_SIGNING),
            ]
        )
        missing = self - open_rounds.relationship_id
        new = Round.create([{"relationship_id": rel.id, "reason": reason} for rel in missing])
        if remind:
            missing._remind_fit_round(reason)
        latest = (new | open_rounds).grouped("relationship_id")
        return Round.union(*(latest[rel][:1] for rel in self))

    def _on_expectation_changed(self):
        """An agreement got out of date: what made us a good match may have gone as well."""
        result = super()._on_expectation_changed()
        self._start_fit_round("expectation")
        return result

    def _move_stage(self, stage, reason):
        """A client that comes back: the reasons for a good match may have gone when it left."""
        ended = self.filtered(lambda record: record.phase == stage_rules.ENDED)
        moved = super()._move_stage(stage, reason)
        back = (moved & ended).filtered(lambda rel: rel.phase == stage_rules.AT_RISK)
        back.activity_unlink([ACTIVITY_CLIENT_RETURNED])
        back._start_fit_round("returned")
        return moved

    def _remind_fit_round(self, reason):
        reasons = dict(
            self.env["client.fit.round"]._fields["reason"]._description_selection(self.env)
        )
        self._schedule_activities(self._get_responsible(), ACTIVITY_FIT, note=reasons[reason])

    def action_start_fit_round(self):
        """Ask again, now: open the sheet beside the answers given before."""
        self.ensure_one()
        fit_round = self._start_fit_round(self.env.context.get("fit_reason", "check"), remind=False)
        return fit_round._get_records_action(name=self.env._("Do we still fit?"))

    def action_view_fit_rounds(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_fit_round_action"
        )
        return dict(
            action,
            domain=[("relationship_id", "=", self.id)],
            context={"default_relationship_id": self.id},
        )
