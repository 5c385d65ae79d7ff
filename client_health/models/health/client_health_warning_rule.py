from odoo import api, fields, models

from ...const import MONEY_GROUP
from ...engine.clock import get_today
from ...engine.figures import format_number
from ...engine.health import warnings
from ...engine.health.warnings import contact, life, money, voice, work

NUMBERS = frozenset(("limit", "severe", "least", "grace", "active"))
MONEY = "money"
RED = "red"
# The evidence that makes a rule say something else
VARIANTS = {
    "supporter": ("left", "supports", "gone"),
    "complaints": ("issues",),
    "over_agreed": ("usual",),
}


class ClientHealthWarningRule(models.Model):
    """When something is a warning: numbers that a firm edits; what is read is code.

    A warning needs a person, whatever the score. It asks to move the client to At risk once it is
    severe, stands beside one of another dimension, or for the days of grace.
    """

    _name = "client.health.warning.rule"
    _description = "Rule of a Health Warning"
    _inherit = ["client.protected.mixin", "client.readable.links.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        readonly=True,
        help="Technical name of the code that reads it.",
        protected=True,
    )
    active = fields.Boolean(default=True, help="Rules that are switched off warn of nothing.")
    sequence = fields.Integer(
        default=10, help="The causes come first, what follows from them last."
    )
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
    limit = fields.Float(
        string="Warns At",
        required=True,
        aggregator=None,
        groups=MONEY_GROUP,
        help="The reading from which on it is a warning.",
    )
    severe = fields.Float(
        string="Severe At",
        required=True,
        aggregator=None,
        groups=MONEY_GROUP,
        help="The reading from which on it is severe: it counts at once, and makes the client red.",
    )
    unit = fields.Char(translate=True, readonly=True, protected=True)
    least = fields.Float(
        string="At Least",
        aggregator=None,
        help="How much has to be known before it is judged. One small thing is no warning.",
    )
    least_unit = fields.Char(string="Of", translate=True, readonly=True, protected=True)
    grace = fields.Integer(
        string="Days of Grace",
        default=7,
        help="So long it has to last while it is the only warning and not severe.",
    )
    proposes = fields.Boolean(
        string="Asks for At Risk",
        default=True,
        help="Whether it proposes to move the client to At risk. Otherwise, it is shown, and the "
        "client is not green.",
    )
    description = fields.Text(translate=True, help="What is read, and when nothing is.")
    date_edited = fields.Date(
        readonly=True,
        copy=False,
        help="What this rule finds for the first time the night after was there before: it is "
        "shown, and moves no client.",
        protected=True,
    )
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why it could not be read the last time. Until it works again, it warns of nothing.",
        protected=True,
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "There can be only one rule for each warning.")
    _numbers_check = models.Constraint(
        'CHECK("limit" <> severe AND abs("limit") <= 1e9 AND abs(severe) <= 1e9'
        " AND least >= 0 AND grace >= 0)",
        "A warning and a severe one have to differ; what has to be known, and the days of grace, "
        "cannot be negative.",
    )

    def write(self, vals):
        if NUMBERS & vals.keys():
            # sudo: protected; who may edit the numbers has them dated
            super(ClientHealthWarningRule, self.sudo()).write(
                {"date_edited": get_today(self.env.company)}
            )
        return super().write(vals)

    @api.model
    def _get_warnings(self):
        """Return {code: ``Signal``}: the code that reads each rule.

        Another addon brings a rule as data, and what reads it by an override::

            def _get_warnings(self):
                return super()._get_warnings() | {"orders": Signal(read_orders)}

        ``read(env, relationships, as_of, rule, *source)`` returns ``{relationship id: Reading}``;
        the value is compared with the numbers of the rule, the date is since when.
        """
        modules = (contact, voice, money, work)
        return {code: signal for module in modules for code, signal in module.WARNINGS.items()}

    @api.model
    def _get_rules(self):
        """Return the rules in use by code, in their order."""
        # sudo: the night compares with them; users without access to money don't read the numbers
        return {rule.code: rule for rule in self.sudo().search([("active", "=", True)])}

    def _to_engine(self):
        self.ensure_one()
        return warnings.Rule(self.code, self.limit, self.severe, self.least)

    def _to_patience(self, last_night):
        """Return the ``life.Patience``; ``last_night``: the one before, None without any."""
        self.ensure_one()
        edited = self.date_edited
        return life.Patience(
            self.grace,
            self.dimension,
            known=bool(edited and last_night and last_night <= edited),
        )

    def _set_errors(self, errors):
        for rule in self:
            error = errors.get(rule.code) or False
            if rule.error != error:
                # sudo: protected; what the nightly run found, whoever starts it
                rule.sudo().error = error

    # In words

    def _get_shared_name(self):
        """Return the name as everybody may read it, also in notes: of money, that it is money."""
        self.ensure_one()
        return self._get_money_sentence() if self.dimension == MONEY else self.name

    @api.model
    def _get_money_sentence(self):
        return self.env._("Money got worse")

    def _get_text(self, value, detail, texts=None):
        """Return the sentence of a warning: what is, and what would be usual.

        ``texts``: those of ``_get_texts``, where there are many warnings.
        """
        self.ensure_one()
        detail = detail or {}
        texts = self._get_texts() if texts is None else texts
        variants = (name for name in VARIANTS.get(self.code, ()) if detail.get(name))
        text = texts.get(next(variants, self.code))
        facts = {
            name: format_number(self.env, fact) if isinstance(fact, int | float) else fact
            for name, fact in detail.items()
        }
        facts["value"] = format_number(self.env, abs(value))
        try:
            return text % facts
        except (KeyError, TypeError):  # a rule of another addon, or evidence of another version
            return self.env._(
                "%(name)s: %(value)s %(unit)s",
                name=self.name,
                value=format_number(self.env, value),
                unit=self.unit or "",
            )

    def _get_texts(self):
        """Return {code or VARIANTS: sentence}, with the facts of the evidence by name."""
        return {
            "silent": self.env._("No word for %(days)s days, usually every %(usual)s"),
            "fading": self.env._(
                "Heard of them on %(now)s days in %(weeks)s weeks, usually on %(usual)s"
            ),
            "supporter": self.env._("The contact who wrote most has been silent for %(days)s days"),
            "supports": self.env._("A supporter of ours has been silent for %(days)s days"),
            "left": self.env._("A supporter of ours has left"),
            "gone": self.env._("The contact who wrote most has left"),
            "complaints": self.env._("%(complaints)s complaints or concerns, not settled"),
            "issues": self.env._("A severe issue is open"),
            "price": self.env._("Price pressure in %(months)s of four months"),
            "loss": self.env._("A loss of %(value)s %% within three months"),
            "loss_year": self.env._("A loss of %(value)s %% within twelve months"),
            "margin_falling": self.env._(
                "Margin of three months is %(now)s %%, of twelve %(year)s %%"
            ),
            "revenue_falling": self.env._(
                "Revenue fell by %(value)s %%: three months against nine before"
            ),
            "payment": self.env._("An invoice is %(late)s days late, usually %(habit)s"),
            "late_work": self.env._("%(tasks)s tasks late, with %(hours)s hours of work"),
            "over_agreed": self.env._("%(value)s %% more hours than agreed"),
            "client_input": self.env._("We wait for their part: overdue for %(days)s days"),
            "usual": self.env._("%(worked)s hours in three months, usually %(usual)s"),
            RED: self.env._("Red for %(nights)s nights"),
        }
