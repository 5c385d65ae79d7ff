from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import float_repr

from ...const import MANAGER_GROUP
from ...engine.clock import get_today
from ...engine.health import scoring, signals
from ...engine.health.preview import Settings, count_bands, get_bands, get_clients, select_latest
from ...engine.health.signals import agreement, contact, money, pulse, results, voice

# So long, what was known once is expected to be known: a year, because some things happen once a
# year. How old it is, is written once a week.
FED = timedelta(days=365)
WEEK = timedelta(days=7)


class ClientHealthPreviewMixin(models.AbstractModel):
    """Shows how many clients would be in each band while a user edits the settings of the score.

    The clients are scored from their latest readings, now and with the settings on the screen.
    Nothing is written, and no client moves.
    """

    _name = "client.health.preview.mixin"
    _description = "Preview of a Change of the Score"

    # for managers only: by trying out limits, one could read the money of a client off it
    band_preview = fields.Json(
        string="Clients by Band",
        compute="_compute_band_preview",
        groups=MANAGER_GROUP,
        help="Number of clients in each band with these settings, scored from their latest "
        "readings. Nothing is stored, and no client is moved.",
    )

    def _compute_band_preview(self):
        """Fill ``band_preview`` with ``_preview_bands`` of what is on the screen: to override."""
        self.band_preview = False

    @api.model
    def _preview_bands(self, companies, measures=None, limits=None):
        """Return how many clients are in each band, as saved and with what was edited.

        ``measures``: as ``scoring.Measure``; ``limits``: (healthy, risk) of all companies. None:
        as saved; both None: nothing was edited.
        """
        saved = Settings(
            self.env["client.health.measure"]._get_measures(),
            {
                company.id: (company.client_health_healthy, company.client_health_risk)
                for company in companies
            },
            {company.id: self._get_fed(company) for company in companies},
        )
        clients = self._read_clients(companies)
        caps = self._get_caps(companies, clients)
        now = get_bands(clients, saved, caps)
        preview = {
            "companies": companies.mapped("name") if len(companies) > 1 else [],
            "now": count_bands(now),
        }
        if measures is None and limits is None:
            return preview
        edited = Settings(
            saved.measures if measures is None else measures,
            saved.limits if limits is None else dict.fromkeys(companies.ids, limits),
            saved.fed,
        )
        self._read_unread(clients, [measure.code for measure in edited.measures])
        new = get_bands(clients, edited, caps)
        changing = sum(old != band for old, band in zip(now, new, strict=True))
        return preview | {"new": count_bands(new), "changing": changing}

    @api.model
    def _get_caps(self, companies, clients):
        """Return {company id: ``Caps``}: what a mean hides, as tonight."""
        # sudo: what warns caps the number of clients per band; nothing else leaves
        Warnings = self.env["client.health.warning"].sudo()
        caps = {}
        for company in companies:
            ids = [client.id for client in clients if client.company_id == company.id]
            relationships = self.env["client.relationship"].sudo().browse(ids)
            today = get_today(company)
            lives = Warnings._get_lives(relationships, today)
            caps[company.id] = Warnings._get_caps(relationships, today, lives)
        return caps

    @api.model
    def _get_fed(self, company):
        """Return the codes that the company has records of."""
        measures = self.env["client.health.measure"].with_company(company)
        return {measure.code for measure in measures._get_measures() if measure.fed}

    @api.model
    def _read_clients(self, companies):
        self.env["client.health.snapshot"].flush_model()
        self.env["client.relationship"].flush_model()
        rows = self.env.execute_query(select_latest(companies.ids))
        return get_clients(rows)

    @api.model
    def _read_unread(self, clients, codes):
        """Read what no night has read yet: a measure that is being switched on."""
        known = {code for client in clients for code in client.readings}
        readable = self.env["client.health.measure"]._get_signals()
        missing = [code for code in codes if code not in known and code in readable]
        by_id = {client.id: client for client in clients}
        relationships = self.env["client.relationship"].browse(by_id)
        if not missing:
            return
        # sudo: signals read records of all kinds; only the number of clients per band leaves
        for group in relationships.sudo().grouped("company_id").values():
            readings, _errors = signals.read(group.env, group, get_today(group.company_id), missing)
            for relationship_id, found in readings.items():
                by_id[relationship_id].readings.update(found)


class ClientHealthDimension(models.Model):
    """One side of a relationship that the score looks at, and how much it counts."""

    _name = "client.health.dimension"
    _description = "Health Dimension"
    _inherit = ["client.protected.mixin", "client.health.preview.mixin", "client.deletion.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        [
            ("money", "Money"),
            ("results", "Results"),
            ("contact", "Contact"),
            ("voice", "Client's voice"),
            ("agreement", "Agreement & scope"),
            ("pulse", "Our own pulse"),
        ],
        required=True,
        readonly=True,
        protected=True,
    )
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    weight = fields.Float(
        default=1,
        required=True,
        aggregator=None,
        help="Weight of this dimension compared with the others. Only the proportions matter: 1 "
        "for all is the same as 5 for all. 0 leaves it out of the score.",
    )
    measure_ids = fields.One2many("client.health.measure", "dimension_id", string="Measures")

    _code_uniq = models.Constraint("UNIQUE(code)", "There can be only one dimension of each kind.")
    _weight_check = models.Constraint(
        "CHECK(weight >= 0 AND weight <= 1000)", "A weight must be between 0 and 1000."
    )

    @api.depends("weight")
    @api.depends_context("allowed_company_ids")
    def _compute_band_preview(self):
        """Of one dimension, and while it is edited; a list that is only read needs no preview."""
        self.band_preview = False
        for dimension in self if len(self) == 1 else self.browse():
            dimension.band_preview = dimension._get_band_preview()

    def _get_band_preview(self):
        if self.weight == self._origin.weight:
            return self._preview_bands(self.env.companies)
        if self.weight < 0:
            return {"error": self.env._("A weight cannot be negative.")}
        measures = [
            replace(measure, dimension_weight=self.weight)
            if measure.dimension == self.code
            else measure
            for measure in self.env["client.health.measure"]._get_measures()
        ]
        return self._preview_bands(self.env.companies, measures)


class ClientHealthMeasure(models.Model):
    """What is measured of every client, and how it counts.

    How a measure is read is code, see ``_get_signals``. How it counts is data that a firm edits:
    ``floor`` and ``target`` give the points, the weights say what matters more.
    """

    _name = "client.health.measure"
    _description = "Health Measure"
    _inherit = ["client.protected.mixin", "client.health.preview.mixin"]
    _order = "dimension_sequence, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        readonly=True,
        help="Technical name of the signal that reads it.",
        protected=True,
    )
    active = fields.Boolean(default=True, help="Measures that are switched off do not count.")
    sequence = fields.Integer(default=10)
    dimension_id = fields.Many2one(
        "client.health.dimension",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
        protected=True,
    )
    dimension = fields.Selection(
        related="dimension_id.code", store=True, string="Kind of Dimension"
    )
    dimension_sequence = fields.Integer(
        related="dimension_id.sequence", store=True, string="Order of the Dimension"
    )
    dimension_weight = fields.Float(
        related="dimension_id.weight",
        readonly=False,
        string="Weight of the Dimension",
        aggregator=None,
        help="Weight of the dimension compared with the other dimensions. It is the same for all "
        "measures of the dimension.",
    )
    weight = fields.Float(
        default=1,
        required=True,
        aggregator=None,
        help="Weight compared with the other measures of the same dimension. Only the proportions "
        "matter. 0 shows the measure, but leaves it out of the score.",
    )
    floor = fields.Float(
        string="0 Points At",
        required=True,
        aggregator=None,
        help="The reading that gives no points. Points rise on a straight line between this and "
        "the target, and stay the same beyond.",
    )
    target = fields.Float(
        string="100 Points At",
        required=True,
        aggregator=None,
        help="The reading that gives all points. It can be lower than the reading for 0 points: "
        "fewer days of silence are better.",
    )
    is_cause = fields.Boolean(
        string="Names a Cause",
        default=True,
        help="Causes are named as reasons before signs, such as judgements or late work.",
    )
    is_key = fields.Boolean(
        string="Key Measure",
        help="At no points, a client is not green, whatever else is good; with two such measures, "
        "it is red.",
    )
    unit = fields.Char(translate=True, readonly=True, protected=True)
    description = fields.Text(translate=True, help="What is measured, and when it is unknown.")
    source = fields.Text(
        string="Source of the Figures",
        translate=True,
        help="Source of the default readings for 0 and 100 points. Please adjust a rule of thumb "
        "to your firm.",
    )
    line = fields.Char(compute="_compute_line")
    date_known = fields.Date(
        string="Last Known On",
        company_dependent=True,
        readonly=True,
        copy=False,
        protected=True,
        help="Day on which it was last known of any client of the company, to the week. A measure "
        "that was known of none for a year is left out of the coverage, until there are records.",
    )
    is_fed = fields.Boolean(
        string="Recorded Here",
        compute="_compute_is_fed",
        help="Whether your company has records of it. What nobody records lowers no coverage.",
    )
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last reading failed. Until it works again, the measure keeps what was read "
        "before for 7 days, marked as stale. Then it is unknown for every client.",
        protected=True,
    )
    error_date = fields.Datetime(string="Broken Since", readonly=True, copy=False, protected=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "There can be only one measure for each signal.")
    _weight_check = models.Constraint(
        "CHECK(weight >= 0 AND weight <= 1000)", "A weight must be between 0 and 1000."
    )
    _ends_check = models.Constraint(
        "CHECK(floor <> target AND abs(floor) <= 1e9 AND abs(target) <= 1e9)",
        "The readings for 0 and for 100 points have to differ.",
    )

    @api.depends("floor", "target", "unit")
    def _compute_line(self):
        for measure in self:
            measure.line = self.env._(
                "%(floor)s → %(target)s %(unit)s",
                floor=float_repr(measure.floor, 2).rstrip("0").rstrip("."),
                target=float_repr(measure.target, 2).rstrip("0").rstrip("."),
                unit=measure.unit or "",
            )

    @api.depends("date_known")
    @api.depends_context("company")
    def _compute_is_fed(self):
        oldest = get_today(self.env.company) - FED
        for measure in self:
            measure.is_fed = bool(measure.date_known and measure.date_known >= oldest)

    @api.depends("weight", "floor", "target", "active", "dimension_weight")
    @api.depends_context("allowed_company_ids")
    def _compute_band_preview(self):
        """Of one measure, and while it is edited; a list that is only read needs no preview."""
        self.band_preview = False
        for measure in self if len(self) == 1 else self.browse():
            measure.band_preview = measure._get_band_preview()

    def _get_band_preview(self):
        edited = self._get_edited()
        if edited == self._origin._get_edited():
            return self._preview_bands(self.env.companies)
        if self.floor == self.target:
            return {"error": self.env._("The readings for 0 and for 100 points have to differ.")}
        if min(self.weight, self.dimension_weight) < 0:
            return {"error": self.env._("A weight cannot be negative.")}
        saved = self.search([("active", "=", True)])
        measures = [
            replace(measure, dimension_weight=self.dimension_weight)
            if measure.dimension == self.dimension
            else measure
            for measure in saved.filtered(lambda m: m != self._origin)._to_scoring()
        ]
        return self._preview_bands(
            self.env.companies, measures + (self._to_scoring() if self.active else [])
        )

    def _get_edited(self):
        return (self.weight, self.floor, self.target, self.active, self.dimension_weight)

    @api.model
    def _get_signals(self):
        """Return {code: ``Signal``}: the code that reads each measure.

        Another addon brings a measure as data, and what reads it by an override::

            def _get_signals(self):
                return super()._get_signals() | {"survey_answers": Signal(read_survey_answers)}
        """
        dimensions = (money, results, contact, voice, agreement, pulse)
        return {code: signal for module in dimensions for code, signal in module.SIGNALS.items()}

    @api.model
    def _get_measures(self):
        """Return the active measures as ``scoring.Measure``, in the order of the list.

        They are ``fed`` as far as the current company has records of them.
        """
        # sudo: users without access to money may not read its measures, and are shown none of them:
        # what is computed for these users is a shared score
        return self.sudo().search_fetch([("active", "=", True)])._to_scoring()

    @api.model
    def _get_key_measures(self):
        """Return {code: dimension} of the measures that cap the band at no points."""
        key = self.search([("active", "=", True), ("is_key", "=", True)])
        return {measure.code: measure.dimension for measure in key}

    def _to_scoring(self):
        return [
            scoring.Measure(
                measure.code,
                measure.dimension_id.code,
                measure.weight,
                measure.floor,
                measure.target,
                measure.dimension_weight,
                measure.is_fed,
            )
            for measure in self
        ]

    @api.model
    def _set_known(self, codes, today):
        """Remember which measures are known of any client of the current company, to the week."""
        stale = self.with_context(active_test=False).search([("code", "in", list(codes))])
        stale = stale.filtered(lambda m: not m.date_known or m.date_known + WEEK <= today)
        # sudo: protected; what the nightly run found, whoever starts it
        stale.sudo().write({"date_known": today})

    @api.model
    def _set_errors(self, errors, codes=None):
        """Keep why measures could not be read, and forget what works again; {code: text}.

        ``codes``: those that were tried, all by default. Nothing is written where nothing changed.
        """
        tried = self.with_context(active_test=False).search(
            [("code", "in", list(codes))] if codes is not None else []
        )
        for measure in tried:
            error = errors.get(measure.code) or False
            if measure.error != error:
                since = measure.error_date or fields.Datetime.now()
                # sudo: protected; what the nightly run found, whoever starts it
                measure.sudo().write({"error": error, "error_date": since if error else False})
