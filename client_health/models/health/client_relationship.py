from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...const import ACTIVITY_HEALTH, ACTIVITY_OVERRIDE, ACTIVITY_PULSE, MONEY_GROUP, STRAINS
from ...engine.clock import get_today
from ...engine.health import history, snapshots
from ...engine.health.scoring import MONEY
from ...engine.health.warnings import gone
from ...tools import format_day, tell
from .client_health_snapshot import BANDS

FIGURES = frozenset(
    (
        *snapshots.FIGURES,
        "health_decided_on",
        "health_proposed_stage_id",
        "health_proposal_reason",
    )
)
ENDED = "ended"
ATTENTION, ATTENTION_SHARED = "health_attention", "health_attention_shared"
MOST_REASONS = 2
HISTORY_FIGURES = ("date", "backfilled")


class ClientRelationship(models.Model):
    """Adds to the client its health as the last night saw it, and its chart over time.

    The fields are stored, because clients are sorted, filtered and grouped by them. The nightly run
    alone writes them: who disagrees with a score creates an override. An unknown score is NULL;
    ``health_known`` distinguishes it from 0.
    """

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    health_score = fields.Float(
        string="Health",
        readonly=True,
        copy=False,
        index=True,
        aggregator="avg",
        help="From 0 to 100, computed from what is known about the client. Click on it for "
        "details. Empty when too little is known.",
        protected=True,
        groups=MONEY_GROUP,
    )
    health_score_shared = fields.Float(
        string="Health without Money Figures",
        readonly=True,
        copy=False,
        index=True,
        aggregator="avg",
        help="From 0 to 100, as users without access to profitability see it: of money, the middle "
        "of its band counts, so that no figure of money can be computed from it.",
        protected=True,
    )
    health_known = fields.Boolean(readonly=True, copy=False, protected=True)
    health_provisional = fields.Boolean(
        string="Provisional",
        readonly=True,
        copy=False,
        help="The score is a first look: between 25 and 40 % of what your company can know is "
        "known of this client, or all of it is of one kind.",
        protected=True,
    )
    health_band = fields.Selection(
        BANDS,
        readonly=True,
        copy=False,
        index=True,
        falsy_value_label="Not enough data",
        help="Band of the score, or of a manager's override. Ended clients have none.",
        protected=True,
        groups=MONEY_GROUP,
    )
    health_band_shared = fields.Selection(
        BANDS,
        string="Health Band without Money Figures",
        readonly=True,
        copy=False,
        index=True,
        falsy_value_label="Not enough data",
        help="Band of the score without money figures, or of a manager's override.",
        protected=True,
    )
    health_coverage = fields.Float(
        string="Coverage (%)",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Share of what your company can know that is known of this client, by weight. Below "
        "40 % the score is provisional, below 25 % there is none. What nobody in your company "
        "records is left out.",
        protected=True,
    )
    health_trend = fields.Float(
        string="Trend",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Change in points compared with 30 days ago, of the scores as they are shown. Empty "
        "when there was no score then.",
        protected=True,
        groups=MONEY_GROUP,
    )
    health_trend_shared = fields.Float(
        string="Trend without Money Figures",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Change of the score without money figures, compared with 30 days ago.",
        protected=True,
    )
    health_direction = fields.Selection(
        [("up", "Rising"), ("same", "Steady"), ("down", "Falling")],
        string="Direction",
        readonly=True,
        copy=False,
        help="Whether the score rose or fell by a point or more within 30 days.",
        protected=True,
        groups=MONEY_GROUP,
    )
    health_direction_shared = fields.Selection(
        [("up", "Rising"), ("same", "Steady"), ("down", "Falling")],
        string="Direction without Money Figures",
        readonly=True,
        copy=False,
        help="Whether the score without money figures rose or fell by a point or more.",
        protected=True,
    )
    health_coverage_lost = fields.Float(
        string="Coverage Lost",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Points of coverage lost within 30 days, if more than 10: the trend is less reliable.",
        protected=True,
    )
    health_overridden = fields.Boolean(
        string="Overridden",
        readonly=True,
        copy=False,
        help="A manager has set the band of this client for a limited time.",
        protected=True,
    )
    health_attention = fields.Float(
        string="Attention",
        readonly=True,
        copy=False,
        aggregator=None,
        help="In this order, clients need a person: severe warnings first, then those that count, "
        "then those to be seen; among these, whoever fell most below its own score of a year, "
        "or is nearest to a warning. "
        "Nothing that a person has decided about.",
        protected=True,
        groups=MONEY_GROUP,
    )
    health_attention_shared = fields.Float(
        string="Attention without Money Figures",
        readonly=True,
        copy=False,
        aggregator=None,
        help="The order in which clients need a person, without what is known of money.",
        protected=True,
    )
    # as boards and lists are sorted: a page is read without sorting all clients
    _health_attention_idx = models.Index("(health_attention DESC NULLS LAST, id DESC)")
    _health_attention_shared_idx = models.Index(
        "(health_attention_shared DESC NULLS LAST, id DESC)"
    )
    health_reasons = fields.Char(
        string="Main Reasons",
        compute="_compute_health_reasons",
        help="What warns, and what loses the most points; two at most.",
    )
    health_band_reason = fields.Char(
        string="Reason of the Band",
        compute="_compute_health_band_reason",
        help="Why the colour is not that of the score: a warning or a key measure stands against "
        "it. Empty where the colour is that of the score.",
    )
    health_override_id = fields.Many2one(
        "client.health.override", string="Override", compute="_compute_health_override_id"
    )
    pulse_ids = fields.One2many("client.pulse", "relationship_id", string="Pulses")
    owner_strain = fields.Selection(
        STRAINS,
        string="How Demanding",
        compute="_compute_owner_strain",
        store=True,
        help="How demanding the client was for whoever gave the last pulse that says so.",
    )
    health_override_ids = fields.One2many(
        "client.health.override", "relationship_id", string="Overrides"
    )
    health_warning_ids = fields.One2many(
        "client.health.warning", "relationship_id", string="Warnings"
    )
    health_warning_count = fields.Integer(
        string="Open Warnings",
        compute="_compute_health_warning_count",
        help="Warnings that ask for a person.",
    )
    health_declaration_ids = fields.One2many(
        "client.health.declaration", "relationship_id", string="Declarations"
    )
    health_declaration_id = fields.Many2one(
        "client.health.declaration",
        string="Declared",
        compute="_compute_health_declaration_id",
    )
    health_decided_on = fields.Datetime(readonly=True, copy=False, protected=True)
    health_proposed_stage_id = fields.Many2one(
        "client.relationship.stage",
        string="Proposed Stage",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Stage proposed from the latest scores. A person decides.",
        protected=True,
    )
    health_proposal_reason = fields.Char(
        string="Reason for the Proposal",
        readonly=True,
        copy=False,
        protected=True,
    )

    # Who needs attention comes first

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.user.has_group(MONEY_GROUP))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Sort by what the user may read: with money, its warnings count."""
        arch, view = super()._get_view(view_id, view_type, **options)
        order = arch.get("default_order", "")
        if ATTENTION_SHARED in order and self.env.user.has_group(MONEY_GROUP):
            arch.set("default_order", order.replace(ATTENTION_SHARED, ATTENTION))
        return arch, view

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Clients of which nothing is known come last."""
        if field_name in (ATTENTION, ATTENTION_SHARED) and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    # Explanation of the score

    @api.depends_context("uid", "lang")
    def _compute_health_reasons(self):
        """Say what warns first, then what pulls the score down; two at most."""
        warned = self.env["client.health.warning"]._get_sentences(self._origin)
        reasons = self._origin._get_health_reasons(warned)
        for relationship in self:
            relationship.health_reasons = reasons.get(relationship._origin.id, "")

    def _get_health_reasons(self, warned):
        """Return {client id: reasons}; ``warned``: the sentences of the warnings that stand."""
        explanation = self.env["client.health.explanation"]
        unclear = self.filtered(lambda one: len(warned.get(one.id, ())) < MOST_REASONS)
        pulled = explanation._get_reasons(unclear)
        worse = self.env["client.health.warning.rule"]._get_money_sentence()
        twice = explanation._get_hidden_reason(MONEY)  # says it again, with less
        found = {}
        for key in self._ids:
            first = warned.get(key, [])
            then = [one for one in pulled.get(key) or () if one != twice or worse not in first]
            found[key] = " · ".join([*first, *then][:MOST_REASONS])
        return found

    @api.depends_context("uid", "lang")
    def _compute_health_band_reason(self):
        reasons = self.env["client.health.explanation"]._get_band_reasons(self._origin)
        for relationship in self:
            relationship.health_band_reason = reasons.get(relationship._origin.id, False)

    @api.depends("pulse_ids.strain")
    def _compute_owner_strain(self):
        for relationship in self:
            said = relationship.pulse_ids.filtered("strain")
            relationship.owner_strain = said.sorted(lambda p: (p.date, p.id))[-1:].strain

    @api.depends("health_declaration_ids.date_ended", "health_declaration_ids.date_end")
    def _compute_health_declaration_id(self):
        for relationship in self:
            current = relationship.health_declaration_ids.filtered("is_current")
            relationship.health_declaration_id = current[:1]

    @api.depends("health_override_ids.date_ended", "health_override_ids.date_end")
    def _compute_health_override_id(self):
        for relationship in self:
            current = relationship.health_override_ids.filtered("is_current")
            relationship.health_override_id = current[:1]

    def get_health_explanation(self):
        """Return what the score is made of and why it changed, for the popover."""
        self.ensure_one()
        self.check_access("read")
        return self.env["client.health.explanation"]._get_explanation(self)

    # Pulse and override

    @api.depends("health_warning_ids.state")
    def _compute_health_warning_count(self):
        for relationship in self:
            states = relationship.health_warning_ids.mapped("state")
            relationship.health_warning_count = states.count("severe") + states.count("warning")

    def action_give_pulse(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_pulse_action_give"
        )
        return dict(action, context={"default_relationship_id": self.id})

    def action_override_health(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_health_override_action_give"
        )
        return dict(action, context={"default_relationship_id": self.id})

    def action_declare_health(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_health_declaration_action_give"
        )
        return dict(action, context={"default_relationship_id": self.id})

    def action_end_override(self):
        self.health_override_id.action_end()

    def _close_pulse_reminders(self):
        self.activity_unlink([ACTIVITY_PULSE])

    def _close_override_reminders(self):
        self.activity_unlink([ACTIVITY_OVERRIDE])

    # Stages

    def _move_stage(self, stage, reason):
        """Who moves a client knows its warnings. Ended clients have no band, and those that come
        back have that of their last score.
        """
        moved = super()._move_stage(stage, reason)
        self.env["client.health.warning"]._decide(moved)
        if moved:
            moved._refresh_health()
        return moved

    # Proposed move

    def action_accept_proposal(self):
        """Move each client to the stage that is proposed for it, for the reason given there."""
        self.check_access("write")
        for relationship in self.filtered("health_proposed_stage_id"):
            relationship.write(
                {
                    "stage_id": relationship.health_proposed_stage_id.id,
                    "stage_reason": relationship.health_proposal_reason,
                }
            )
        self._clear_proposal()

    def action_dismiss_proposal(self):
        """Leave the clients where they are: what is known today is no reason again."""
        self.check_access("write")
        # sudo: users can't write these fields; those who may move the client may decline to
        self.sudo().health_decided_on = fields.Datetime.now()
        self.env["client.health.warning"]._decide(self)
        self._clear_proposal()
        self._refresh_health()

    def _clear_proposal(self):
        proposed = self.filtered("health_proposed_stage_id")
        # sudo: users can't write these fields; the callers move the clients, or may
        proposed.sudo().write({"health_proposed_stage_id": False, "health_proposal_reason": False})
        proposed.activity_unlink([ACTIVITY_HEALTH])

    # Clients that are gone

    def _check_gone(self, old_stage, stage):
        """Without an offboarding, only those end with which nothing happened for long."""
        present = self - self.browse(self._get_gone())
        if present:
            raise UserError(
                self.env._(
                    "%(client)s is not gone: there were hours, an invoice, an order or a message "
                    "within 9 months. From %(old)s, clients that are still there leave by an "
                    "offboarding, not directly to %(new)s. Please move it to At risk first.",
                    client=present[:1].display_name,
                    old=old_stage.name,
                    new=stage.name,
                )
            )

    def _get_gone(self):
        """Return {relationship id: {kind: last day}} of those with which nothing happens."""
        # sudo: only when something last happened; no record is read, and the move was allowed
        return {
            key: days
            for company, clients in self.sudo().grouped("company_id").items()
            for key, days in gone.read_gone(self.sudo().env, clients, get_today(company)).items()
        }

    def _log_gone(self):
        """Keep the evidence, as it was: what is read later may have changed."""
        labels = {
            gone.HOURS: self.env._("Hours"),
            gone.INVOICE: self.env._("Invoice"),
            gone.ORDER: self.env._("Order"),
            gone.MESSAGE: self.env._("Message"),
        }
        self._message_log_batch(
            {
                key: self.env._(
                    "Last seen: %s",
                    ", ".join(
                        f"{labels[kind]} {format_day(self.env, day) if day else '–'}"
                        for kind, day in days.items()
                    ),
                )
                for key, days in self._get_gone().items()
            }
        )

    # Snapshots of today

    def action_take_snapshot(self):
        """Score these clients now instead of tonight."""
        self.check_access("write")
        # sudo: the readings come from records of all kinds; what is written are figures of these
        # clients, and users read of them what their groups allow
        self.sudo()._take_snapshots()
        return tell(self.env._("The score is that of the records of this moment."))

    def _take_snapshots(self):
        for company, relationships in self.grouped("company_id").items():
            run = self.env["client.health.run"].with_company(company)
            run._take(company, relationships.ids, get_today(company))
            relationships._refresh_health()

    def _refresh_health(self, today=None):
        """Write onto the clients what their latest snapshots say, where it differs.

        ``today``: the day that it is for all of them; by default, where each of them is.
        """
        if not self:
            return
        self.env.flush_all()
        groups = [(today, self)] if today else [
            (get_today(company), relationships)
            for company, relationships in self.grouped("company_id").items()
        ]  # fmt: skip
        for day, relationships in groups:
            self.env.cr.execute(snapshots.refresh(relationships.ids, day))
        self.invalidate_recordset(FIGURES)

    # Score and margin over time

    def action_view_health_history(self):
        """Open the snapshots of these clients: the figures behind the chart."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_health_snapshot_action"
        )
        return dict(
            action,
            views=[(False, "list"), (False, "graph"), (False, "pivot")],
            domain=[("relationship_id", "in", self.ids)],
            context={},  # ended ones as well
        )

    def get_health_history(self):
        """Return what the chart draws of the last 24 months, as the user may read it.

        ``days`` are {"date", "score", "backfilled", "margin"}; a figure that was unknown is None,
        a day without any breaks the lines. Users without access to money get no ``margin`` at all.
        """
        self.ensure_one()
        self.check_access("read")
        company = self.company_id
        return {
            "name": self.display_name,
            "limits": {
                "healthy": company.client_health_healthy,
                "risk": company.client_health_risk,
            },
            "sees_margin": self.env.user.has_group(MONEY_GROUP),
            "days": [
                dict(day, date=fields.Date.to_string(day["date"]))
                for day in history.with_gaps(self._read_health_history())
            ],
        }

    def _read_health_history(self):
        """Read the snapshots in one query: by SQL, because the ORM takes NULL for 0."""
        snapshots = self.env["client.health.snapshot"]
        names = {name: name for name in HISTORY_FIGURES}
        if self.env.user.has_group(MONEY_GROUP):
            names |= {"score": "score", "margin": "margin_rate"}
        else:
            names["score"] = "score_shared"
        start = history.get_start(get_today(self.env.company))
        # the rules are in the query; _field_to_sql() checks the groups of each field
        query = snapshots._search(
            [("relationship_id", "=", self.id), ("date", ">=", start)], order="date"
        )
        columns = [
            SQL(
                "%s AS %s",
                snapshots._field_to_sql(query.table, fname, query),
                SQL.identifier(name),
            )
            for name, fname in names.items()
        ]
        return self.env.execute_query_dict(query.select(*columns))
