from odoo import fields, models
from odoo.tools import formatLang


class ClientFigureFormatMixin(models.AbstractModel):
    """Turns figures into text, in the currency of the record and the language of the reader.

    ``None`` is unknown and becomes a word, never a number.
    """

    _name = "client.figure.format.mixin"
    _description = "Figures as Text"

    currency_id = fields.Many2one("res.currency")

    def _money(self, amount, **options):
        return self._format(amount, self.currency_id.format, **options)

    def _per_hour(self, amount, **options):
        return self._format(
            amount, lambda value: self.env._("%s/h", self.currency_id.format(value)), **options
        )

    def _percent(self, value, **options):
        return self._format(value, lambda part: f"{formatLang(self.env, part, 1)} %", **options)

    def _points(self, value, **options):
        return self._format(
            value, lambda part: self.env._("%s points", formatLang(self.env, part, 1)), **options
        )

    def _hours(self, value, **options):
        return self._format(value, lambda hours: f"{formatLang(self.env, hours, 1)} h", **options)

    def _format(self, value, form, sign=False, missing=None):
        if value is None:
            return missing or self.env._("unknown")
        text = form(value or 0.0)  # "-0" helps no reader
        return f"+{text}" if sign and value > 0 else text
