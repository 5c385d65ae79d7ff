from odoo import api, models
from odoo.tools import formatLang

from ..engine.health import scoring, sentences
from ..engine.health.sentences import get_changes

STRONGEST = 2


class ClientHealthSentenceMixin(models.AbstractModel):
    """Puts readings, and what changed from one day to another, into words."""

    _name = "client.health.sentence.mixin"
    _inherit = ["client.health.day.mixin"]
    _description = "Sentences about the Score"

    @api.model
    def _get_reasons(self, relationships, hidden=None):
        """Return {relationship id: the words of what costs most points, the strongest first}."""
        days = self._read_days(relationships, None)
        measures = self.env["client.health.measure"]._get_measures()
        records = self._get_records()
        hidden = self._get_hidden() if hidden is None else hidden
        return {
            relationship_id: self._get_day_reasons(day, measures, records, hidden)
            for relationship_id, day in days.items()
        }

    def _get_day_reasons(self, day, measures, records, hidden):
        costs = {}
        result = scoring.get_score(measures, day.readings or {})
        weights = scoring.get_weights(measures, result.points)
        for measure in measures:
            cost = weights[measure.code] * (100 - result.points.get(measure.code, 100))
            hide = measure.dimension in hidden
            name = (measure.dimension, None) if hide else (measure.dimension, measure.code)
            costs[name] = costs.get(name, 0) + cost
        worst = sorted(costs.items(), key=lambda item: -item[1])[:STRONGEST]
        return [
            self._get_value_text(records[code], day.readings[code].value, named=True)
            if code
            else self._get_dimension_names()[dimension]
            for (dimension, code), cost in worst
            if cost >= 0.5
        ]

    @api.model
    def _get_value_text(self, measure, value, named=False):
        """Return a reading in words: "45 days", or "Last contact: 45 days"."""
        number = formatLang(self.env, value, digits=0 if abs(value) >= 10 else 1)
        if float(value).is_integer():
            number = formatLang(self.env, value, digits=0)
        text = " ".join(filter(None, (number, measure.unit)))
        if not named:
            return text
        return self.env._("%(name)s: %(value)s", name=measure.name, value=text)

    @api.model
    def _get_changes(self, relationships, days, hidden=None):
        """Return {relationship id: [{"text", "points"}]}: what changed since then."""
        old, new = self._read_days(relationships, days), self._read_days(relationships, None)
        measures = self.env["client.health.measure"]._get_measures()
        words = self._get_records(), self._get_dimension_names()
        hidden = self._get_hidden() if hidden is None else hidden
        return {
            relationship_id: self._get_sentences(old[relationship_id], day, measures, words, hidden)
            for relationship_id, day in new.items()
            if relationship_id in old
        }

    def _get_sentences(self, old, new, measures, words, hidden):
        """Return the sentences from one day to another; None: nobody can tell."""
        if None in (old.score, new.score, old.readings, new.readings):
            return None
        changes = get_changes(measures, old.readings, new.readings)
        told = sentences.get_sentences(changes, old.score, new.score, hidden)
        return [
            {"text": self._get_sentence_text(sentence, *words), "points": sentence.points}
            for sentence in told
        ]

    @api.model
    def _get_sentence_text(self, sentence, records, dimensions):
        if sentence.kind == sentences.HIDDEN:
            return dimensions[sentence.dimension]
        if sentence.kind == sentences.SMALL:
            return self.env._("Smaller changes")
        if sentence.kind == sentences.SETTINGS:
            return self.env._("The settings of the score were changed")
        measure = records[sentence.code]
        old, new = (
            value is not None and self._get_value_text(measure, value)
            for value in (sentence.old, sentence.new)
        )
        if sentence.kind == sentences.KNOWN:
            return self.env._("%(name)s: %(new)s, known now", name=measure.name, new=new)
        if sentence.kind == sentences.LOST:
            return self.env._("%(name)s: no longer known, was %(old)s", name=measure.name, old=old)
        return self.env._("%(name)s: from %(old)s to %(new)s", name=measure.name, old=old, new=new)
