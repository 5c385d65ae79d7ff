from datetime import timedelta

from odoo import SUPERUSER_ID, fields

from ..feedback.test_issue import IssueCommon


class FeedbackRequestCommon(IssueCommon):
    """Blue Harbour with two contacts, Elena and Otis; ``_ask`` asks as the salesperson does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.email = "owner@agency.example.net"
        cls.requests = cls.env["client.feedback.request"]

    @classmethod
    def _ask(cls, contacts=None, user=None, relationship=None):
        asked, _left_out = (
            cls.requests.with_user(user or cls.owner)
            .sudo(False)
            ._ask({(relationship or cls.relationship).with_user(user or cls.owner):
                   contacts if contacts is not None else cls.elena})
        )  # fmt: skip
        return asked.sudo(False)

    @classmethod
    def _answer(cls, asked, grade, comment="", improvement=""):
        """Answer as the page does for the contact."""
        asked.with_user(SUPERUSER_ID)._answer(grade, comment, improvement)
        asked.invalidate_recordset()

    @classmethod
    def _age(cls, asked, days):
        """Let it have been asked so many days ago."""
        moment = fields.Datetime.now() - timedelta(days=days)
        asked.flush_recordset()
        cls.env.cr.execute(
            "UPDATE client_feedback_request SET sent_date = %s, create_date = %s WHERE id IN %s",
            (moment, moment, tuple(asked.ids)),
        )
        cls.env.cr.execute(
            "UPDATE client_personal_link SET sent_on = %s"
            " WHERE res_model = 'client.feedback.request' AND res_id IN %s",
            (moment, tuple(asked.ids)),
        )
        cls.env.invalidate_all()

    @classmethod
    def _get_key(cls, asked):
        links = cls.env["client.personal.link"].sudo()
        return links.search(
            [("res_model", "=", asked._name), ("res_id", "=", asked.id)], order="id desc", limit=1
        ).key
