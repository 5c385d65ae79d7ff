from odoo import api, fields, models

from ..engine.feedback import team


class ClientOpinionMixin(models.AbstractModel):
    """Asks colleagues about a client: some for a second opinion, or all who work for it.

    A question is an activity of the colleague asked. It makes them a follower, who reads the
    client and writes nothing; the answer becomes a line of the feedback log.
    """

    _name = "client.opinion.mixin"
    _description = "Opinions about a Client"

    client_question_id = fields.Many2one(
        "mail.activity",
        string="A Question to You",
        compute="_compute_client_question_id",
        help="Question of a colleague to you about this client.",
    )
    client_question = fields.Char(string="Question", compute="_compute_client_question_id")

    @api.depends_context("uid")
    def _compute_client_question_id(self):
        questions = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self._origin.ids),
                ("user_id", "=", self.env.uid),
                ("activity_type_id.category", "=", "client_opinion"),
            ],
            order="date_deadline desc, id desc",
        )
        by_client = {question.res_id: question for question in questions}
        for relationship in self:
            question = by_client.get(relationship._origin.id, questions.browse())
            relationship.client_question_id = question
            relationship.client_question = question.summary

    def action_ask_opinion(self):
        """Ask colleagues what they think; the context says whether one chooses them."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_opinion_ask_action"
        )
        context = {"default_relationship_ids": self.ids}
        if self.env.context.get("client_round"):
            context["default_scope"] = "team"
        return dict(action, context=context)

    def action_answer_opinion(self):
        self.ensure_one()
        return self.client_question_id.action_answer_opinion()

    def _ask_opinion(self, users, question, deadline):
        """Give every user one activity per client, in one batch and without a mail per head.

        Users with an open question about a client are not asked the same again.
        """
        self.check_access("write")
        opinion = self.env.ref("client_health.mail_activity_type_opinion")
        open_questions = self._get_open_questions(question)
        model_id = self.env["ir.model"]._get_id(self._name)
        for relationship in self:
            relationship.message_subscribe(users.partner_id.ids)
        return (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {
                        "res_model_id": model_id,
                        "res_id": relationship.id,
                        "activity_type_id": opinion.id,
                        "summary": question,
                        "date_deadline": deadline,
                        "user_id": user.id,
                    }
                    for relationship in self
                    for user in users
                    if (relationship.id, user.id) not in open_questions
                ]
            )
        )

    def _get_open_questions(self, question):
        """Return {(relationship id, user id)} of users who were asked this and have not
        answered."""
        activities = self.env["mail.activity"].search_fetch(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id.category", "=", "client_opinion"),
                ("summary", "=", question),
            ],
            ["res_id", "user_id"],
        )
        return {(activity.res_id, activity.user_id.id) for activity in activities}

    def _get_team_users(self):
        """Return {relationship id: users who work for the client}, in one query."""
        today = fields.Date.context_today(self)
        rows = team.read_team(self.env, self.ids, today)
        return {
            relationship_id: self.env["res.users"].browse(user_ids)
            for relationship_id, user_ids in rows.items()
        }
