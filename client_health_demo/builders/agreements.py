"""The working agreements: proposed, accepted, out of date and replaced, each on its day."""

from base64 import b64encode
from datetime import timedelta
from io import BytesIO

from dateutil.relativedelta import relativedelta
from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont

from odoo.tools.misc import file_open

from .meetings import finish_activity
from .past import set_created
from .scene import AHEAD

TALK = "client_health.mail_activity_type_agreement_conversation"
FONT = "web/static/fonts/sign/LaBelleAurore-Regular.ttf"


def build_agreements(scene):
    """Take every agreement through the same methods as a person does, but for the mails."""
    made = scene.env["client.agreement"]
    for client in scene.stories:
        previous = made.browse()
        for story in client.agreements:
            previous = _build(scene, client, story, previous)
            made |= previous
    # As the nightly job does: those whose review is due.
    due = made.filtered_domain(made._get_review_domain())
    due._remind_review()


def _build(scene, client, story, previous):
    values = _prepare_agreement(scene, client, story)
    if previous and not story.deal:
        # sudo: the past is told, so are days that are over
        agreement = previous._create_successor().sudo()
        agreement.write(values)
    else:
        agreement = previous.create({**values, **_prepare_holder(scene, client, story)})
    agreement._set_proposed()
    if story.accepted is not None:
        agreement._write_acceptance(_prepare_acceptance(scene, client, story, agreement))
    if story.outdated is not None:
        _mark_outdated(scene, client, story, agreement)
    _set_days(scene, story, agreement)
    return agreement


def _prepare_agreement(scene, client, story):
    proposed = scene.day(story.proposed)
    return {
        "name": story.name,
        "signatory_id": scene.contact(client.key, story.signatory).id,
        "outcome": _get_html(story.outcome),
        "process": _get_html(story.process),
        "scope_in": _get_html(*story.scope),
        "scope_out": _get_html(*story.not_scope),
        "our_duties": _get_html(*story.ours),
        "client_duties": _get_html(*story.theirs),
        "hours_month": story.hours,
        "date_review": proposed + relativedelta(months=story.review),
        "proposal_end": _get_end(scene, story),
    }


def _get_end(scene, story):
    """Return until when a proposal holds: it ended long ago, or does not do so by itself."""
    is_open = story.accepted is None and story.proposed < 30
    return scene.day(story.proposed) + timedelta(days=30 + AHEAD * is_open)


def _get_html(*sentences):
    if len(sentences) < 2:
        return Markup("<p>%s</p>") % sentences if sentences else False
    items = Markup("").join(Markup("<li>%s</li>") % sentence for sentence in sentences)
    return Markup("<ul>%s</ul>") % items


def _prepare_holder(scene, client, story):
    """A proposal begins on its opportunity; one that was won belongs to the client as well."""
    relationship = scene.relationships[client.key]
    leads = scene.env["crm.lead"].search(
        [
            ("name", "=", story.deal),
            ("partner_id.commercial_partner_id", "=", relationship.partner_id.id),
        ]
    )
    won = not story.deal or story.accepted is not None
    return {
        "relationship_id": relationship.id if won else False,
        "lead_id": leads[:1].id if story.deal else False,
    }


def _prepare_acceptance(scene, client, story, agreement):
    name = agreement.signatory_id.name
    values = {
        "acceptance_channel": story.channel,
        "accepted_by": name,
        "accepted_on": scene.at(story.accepted, 11, 40),
    }
    if story.channel == "online":
        return {**values, "signature": _sign(name)}
    return {
        **values,
        "acceptance_proof": b64encode(f"{name}: yes, agreed.\n".encode()),
        "acceptance_proof_name": f"{client.key}-{story.channel}.txt",
        "acceptance_user_id": scene.user(client.owner).id,
    }


def _sign(name):
    """Return a picture of the name, written as Odoo's signature form does it."""
    image = Image.new("RGB", (420, 120), "white")
    ImageDraw.Draw(image).text((24, 24), name, fill="black", font=_get_font())
    stream = BytesIO()
    image.save(stream, "PNG")
    return b64encode(stream.getvalue())


def _get_font():
    with file_open(FONT, "rb") as font:
        return ImageFont.truetype(BytesIO(font.read()), 56)


def _mark_outdated(scene, client, story, agreement):
    who = scene.partner(client, story.changed_by)
    agreement._mark_outdated(who, story.change, scene.day(story.outdated), scene.planned(-6))
    if story.talked:
        kind = scene.env.ref(TALK)
        talk = scene.relationships[client.key].activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )
        finish_activity(scene, talk, story.talked, max(1, story.outdated - 3))


def _set_days(scene, story, agreement):
    proposed = scene.at(story.proposed, 11, 40)
    replaced = agreement.previous_id.filtered("replaced_on")
    set_created(agreement, proposed - timedelta(days=2), proposed_on=proposed)
    set_created(replaced, replaced.mapped("create_date"), replaced_on=agreement.accepted_on)
