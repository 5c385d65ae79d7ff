from lxml import etree

from odoo.tests import tagged

from .common import ClientHealthCommon

# Dialogs in which a person types words that colleagues without access to money read
DIALOGS = (
    "client_stage_move_view_form",
    "client_lead_win_view_form",
    "client_health_declaration_view_form",
    "client_health_override_view_form",
    "client_pulse_view_form",
    "client_decision_view_form",
    "client_offboarding_end_view_form",
    "client_issue_confirm_view_form",
    "client_issue_give_up_view_form",
    "client_no_answer_view_form",
    "client_agreement_change_view_form",
    "client_agreement_overbook_view_form",
    "client_feedback_view_form_log",
    "client_feedback_answer_view_form",
    "client_opinion_ask_view_form",
    "client_opinion_answer_view_form",
    "client_conversation_plan_view_form",
    "client_conversation_outcome_view_form",
    "client_meeting_outcome_view_form",
)
# Dialogs whose words stay with colleagues who see money, are the client's own, or a name
OTHERS = (
    "client_agreement_acceptance_view_form",
    "client_meeting_plan_view_form",
    "client_scenario_simulation_view_form",
    "client_sender_assign_view_form",
    "client_value_note_view_form",
)
WORDS = ("char", "text", "html")


@tagged("post_install", "-at_install")
class TestSharedWords(ClientHealthCommon):
    """Whoever sees money is told, where a reason is typed, that others will read it."""

    def _get_arch(self, xmlid, user):
        view = self.env.ref(f"client_health.{xmlid}")
        model = self.env[view.model].with_user(user)
        return etree.fromstring(model.get_view(view.id, "form")["arch"])

    def test_every_dialog_says_so(self):
        for xmlid in DIALOGS:
            with self.subTest(view=xmlid):
                arch = self._get_arch(xmlid, self.manager)
                (hint,) = arch.xpath("//p[contains(@class, 'o_client_shared_words')]")
                self.assertIn("no figures", " ".join(hint.text.split()))

    def test_no_dialog_is_forgotten(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "client_health"), ("model", "=", "ir.ui.view")]
        )
        names = {line.res_id: line.name for line in data}
        views = self.env["ir.ui.view"].browse(names).filtered(lambda view: view.type == "form")
        ours = views.filtered(lambda view: view.model.startswith("client."))
        for view in ours.filtered(lambda view: self.env[view.model]._transient):
            with self.subTest(view=names[view.id]):
                if self._has_typed_words(names[view.id]):
                    self.assertIn(names[view.id], DIALOGS + OTHERS)

    def _has_typed_words(self, xmlid):
        view = self.env.ref(f"client_health.{xmlid}")
        fields = self.env[view.model]._fields
        arch = self._get_arch(xmlid, self.manager)
        for node in arch.xpath("//field[not(ancestor::field)]"):
            field = fields[node.get("name")]
            shown = node.get("invisible") not in ("1", "True") and node.get("readonly") != "1"
            if field.type in WORDS and not field.readonly and shown:
                return True
        return False
