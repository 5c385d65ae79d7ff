from datetime import timedelta

from odoo import fields

from ..agreement.common_agreement import ClientAgreementCommon

POINTS = ("goals", "future", "bottleneck", "scope", "value")


class RebootCommon(ClientAgreementCommon):
    """Blue Harbour with a project; ``_start`` begins a reboot ten days ago, ``_do_…`` do points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.env["project.project"].create(
            {"name": "Site", "partner_id": cls.client_partner.id, "user_id": cls.owner.id}
        )
        cls.start = cls.today - timedelta(days=10)

    @classmethod
    def _start(cls, relationships=None, days=10):
        """Move clients to Reboot, and date it back; returns their reboots."""
        relationships = relationships or cls.relationship
        if relationships.stage_id.phase == "healthy":
            cls._move(relationships, "at_risk")
        cls._move(relationships, "reboot")
        reboots = relationships.reboot_ids.filtered(lambda reboot: not reboot.date_end)
        reboots.date_start = cls.today - timedelta(days=days)
        reboots.date_deadline = reboots[:1].date_start + timedelta(days=30)
        return reboots

    @classmethod
    def _create_goal(cls, relationship=None, **vals):
        return cls.env["client.goal"].create(
            {
                "relationship_id": (relationship or cls.relationship).id,
                "name": "More bookings",
                "benefit_client": "Full house",
                "benefit_us": "A fee for each",
                **vals,
            }
        )

    @classmethod
    def _do_goals(cls, relationship=None):
        goal = cls._create_goal(relationship)
        goal._agree()
        # agreed in a meeting of the calendar; the tests of the window hold one
        goal.sudo().write(
            {"word_trace": "The meeting of that day", "word_partner_id": goal.partner_id.id}
        )
        return goal

    @classmethod
    def _meet(cls, relationship=None, days=2):
        """Hold a meeting of an hour with the client, ``days`` ago."""
        partner = (relationship or cls.relationship).partner_id
        stop = fields.Datetime.now() - timedelta(days=days)
        return cls.env["calendar.event"].create(
            {
                "name": "Session",
                "start": stop - timedelta(hours=1),
                "stop": stop,
                "user_id": cls.owner.id,
                "partner_ids": (cls.owner.partner_id | partner).ids,
            }
        )

    @classmethod
    def _do_future(cls, relationship=None):
        cls._meet(relationship)
        return cls._create_goal(
            relationship,
            name="Ten hotels",
            horizon="big",
            date_discussed=cls.today - timedelta(days=2),
        )

    @classmethod
    def _do_bottleneck(cls, relationship=None):
        relationship = relationship or cls.relationship
        project = cls.project
        if project.partner_id != relationship.partner_id:
            project = project.create({"name": "Work", "partner_id": relationship.partner_id.id})
        issue = cls.env["client.issue"].create(
            {"relationship_id": relationship.id, "name": "Slow yes", "kind": "bottleneck"}
        )
        hypothesis = cls.env["client.hypothesis"].create(
            {
                "issue_id": issue.id,
                "name": "one person decides",
                "effect": "faster yes",
                "project_id": project.id,
                "user_id": cls.owner.id,
                "date_deadline": cls.today + timedelta(days=7),
            }
        )
        hypothesis.action_create_task()
        hypothesis.task_id.requested_by = "client"
        return hypothesis

    @classmethod
    def _do_scope(cls, relationship=None):
        signatory = cls.signatory
        relationship = relationship or cls.relationship
        if signatory.commercial_partner_id != relationship.partner_id:
            signatory = signatory.create(
                {
                    "name": "Signatory",
                    "parent_id": relationship.partner_id.id,
                    "email": "signs@example.com",
                }
            )
        return cls._create_accepted(relationship, signatory_id=signatory.id)

    @classmethod
    def _do_value(cls, relationship=None):
        relationship = relationship or cls.relationship
        contact = relationship.partner_id.child_ids[:1] or relationship.partner_id
        return cls.env["client.value"]._record(
            relationship, contact, "meeting", words="We sleep well since you do it"
        )

    @classmethod
    def _do_all(cls, relationship=None):
        for point in POINTS:
            getattr(cls, f"_do_{point}")(relationship)
