from collections.abc import Callable
from typing import NamedTuple

from odoo import api, fields, models

from ...engine.clock import get_closed_months, get_now, get_today
from ...engine.correspondence import waiting
from ...engine.profitability import margin

POINTS, PERCENT, HOURS, AMOUNT, COUNT = "points", "%", "hours", "amount", "count"


class Fact(NamedTuple):
    """One field of the client, and what a program needs to use it.

    ``known`` says of a client whether the field's number means anything: it is 0 where nothing is
    known. ``source`` returns (model, domain) of the records behind it, from the client and what
    was read for all clients at once.
    """

    field: str
    unit: str | None = None
    known: Callable = lambda client: True
    source: Callable = lambda client, read: ("client.relationship", [("id", "=", client.id)])


def _list(model, *where):
    """Return a source: the records of ``model`` that belong to the client."""
    return lambda client, read: (model, [("relationship_id", "=", client.id), *where])


def _list_ledger(client, read):
    start, end = get_closed_months(client.company_id, get_today(client.company_id))
    months = [("date", ">=", f"{start}"), ("date", "<", f"{end}")]
    return "client.profitability", [("relationship_id", "=", client.id), *months]


def _list_waiting(client, read):
    return "mail.message", [("id", "in", [line.message_id for line in read["waiting"][client.id]])]


def _has_score(client):
    return client.health_known


def _has_margin(client):
    return client.client_margin_state == margin.KNOWN


def _has_result(client):
    return client.client_margin_state in (margin.KNOWN, margin.NO_REVENUE)


SCORE = {"known": _has_score, "source": _list("client.health.snapshot")}
LEDGER = {"source": _list_ledger}
FACTS = (
    Fact("user_id"),
    Fact("phase"),
    Fact("date_last_stage_update"),
    Fact("health_proposed_stage_id"),
    Fact("health_score", POINTS, **SCORE),
    Fact("health_score_shared", POINTS, **SCORE),
    Fact("health_band_shared", **SCORE),
    Fact("health_trend_shared", POINTS, **SCORE),
    Fact("health_provisional", **SCORE),
    Fact("health_coverage", PERCENT, source=SCORE["source"]),
    Fact("client_waiting_count", COUNT, source=_list_waiting),
    Fact(
        "client_feedback_open_count",
        COUNT,
        source=_list("client.feedback", ("state", "=", "open")),
    ),
    Fact("client_issue_count", COUNT, source=_list("client.issue", ("state", "=", "open"))),
    Fact("client_live_goal_count", COUNT, source=_list("client.goal")),
    Fact("big_goal_date", source=_list("client.goal")),
    Fact("agreement_state", source=_list("client.agreement")),
    Fact("fit_state", source=_list("client.fit.round")),
    Fact("value_confirmed_date", source=_list("client.accomplishment")),
    Fact("client_revenue", AMOUNT, **LEDGER),
    Fact("client_cost", AMOUNT, known=_has_result, **LEDGER),
    Fact("client_margin", AMOUNT, known=_has_result, **LEDGER),
    Fact("client_margin_rate", PERCENT, known=_has_margin, **LEDGER),
    Fact("client_hours", HOURS, **LEDGER),
    Fact("client_uncosted_hours", HOURS, **LEDGER),
    Fact("client_assumed_hours", HOURS, **LEDGER),
    Fact("client_effective_rate", AMOUNT, known=lambda client: client.client_hours > 0, **LEDGER),
    Fact("client_loss_probability", PERCENT, known=_has_result, **LEDGER),
    Fact("client_overdue", AMOUNT),
    Fact("client_payment_habit", "days", known=lambda client: client.client_payment_habit_known),
    Fact("client_to_invoice", AMOUNT),
)


class ClientRelationship(models.Model):
    """Adds what was decided about the client in reviews, and what is known of it as plain data."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    review_decision_ids = fields.One2many(
        "client.review.decision", "relationship_id", string="Review Decisions"
    )

    @api.readonly
    def get_client_facts(self):
        """Return what is known of each client, for programs: a list of dictionaries.

        ``facts`` are those that the user may read: ``value`` as the API returns it (None where
        ``known`` is False, never 0), ``unit`` (an amount is in ``currency``), and ``source``, the
        model and domain of the records behind it. ``warnings`` are the open ones.
        """
        self.check_access("read")
        facts, read = self._get_facts(), self._read_for_facts()
        return [
            {
                "client_id": client.id,
                "partner_id": client.partner_id.id,
                "name": client.partner_id.display_name,
                "company_id": client.company_id.id,
                "currency": client.company_id.currency_id.name,
                "date": fields.Date.to_string(get_today(client.company_id)),
                "facts": [client._prepare_fact(fact, read) for fact in facts],
                "warnings": client._prepare_warning_facts(),
            }
            for client in self
        ]

    @api.model
    def _get_facts(self):
        """Return the facts whose fields the user may read; another addon adds its own."""
        return [fact for fact in FACTS if self._has_field_access(self._fields[fact.field], "read")]

    def _read_for_facts(self):
        """Return what the sources of facts need, read once for all clients."""
        return {"waiting": waiting.read_waiting(self.env, self, get_now())}

    def _prepare_fact(self, fact, read):
        field = self._fields[fact.field]
        value = field.convert_to_read(self[fact.field], self, use_display_name=False)
        known = fact.known(self) and (value is not False or field.type == "boolean")
        model, domain = fact.source(self, read)
        return {
            "name": fact.field,
            "label": field._description_string(self.env),
            "value": value if known else None,
            "known": known,
            "unit": fact.unit,
            "source": {"model": model, "domain": domain},
        }

    def queue_review(self):
        """Have the workbook of these clients made in the background: the id of its file."""
        self.check_access("read")
        return self.env["client.review.run"]._queue(self).id

    def _prepare_warning_facts(self):
        return [
            {
                "id": warning.id,
                "text": warning.text,
                "state": warning.state,
                "since": fields.Date.to_string(warning.date_start),
            }
            for warning in self.health_warning_ids
            if warning.state in ("warning", "severe")
        ]
