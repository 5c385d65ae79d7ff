"""Letters to a client: what sending them would have left, without a mail."""

from datetime import timedelta

from markupsafe import Markup

from odoo.fields import Command
from odoo.tools import email_normalize

from .past import set_created


def write_letter(scene, client, kind, name, sentences, contacts, **values):
    """Return the draft of a letter to contacts; each of the sentences is a paragraph."""
    names = " and ".join(contact.name.split()[0] for contact in contacts)
    body = Markup("<p>Dear {},</p>").format(names)
    return scene.env["client.update"].create(
        {
            "relationship_id": scene.relationships[client.key].id,
            "kind": kind,
            "name": name,
            "recipient_ids": [Command.set(contacts.ids)],
            "body": body + Markup("").join(Markup("<p>{}</p>").format(one) for one in sentences),
            "user_id": scene.user(client.owner).id,
            **values,
        }
    )


def set_sent(update, owner, moment):
    """Leave what sending the letter would have left; no mail goes out."""
    env = update.env
    message = env["mail.message"].create(
        {
            "model": update._name,
            "res_id": update.id,
            "author_id": owner.partner_id.id,
            "email_from": owner.email_formatted,
            "reply_to": email_normalize(owner.email),
            "message_type": "comment",
            "subtype_id": env.ref("mail.mt_comment").id,
            "subject": update.name,
            "date": moment,
            "body": env["ir.qweb"]._render(
                "client_health.client_update_message", {"update": update}
            ),
            "partner_ids": [Command.set(update.recipient_ids.ids)],
        }
    )
    update.write(
        {
            "state": "sent",
            "sent_date": moment,
            "sent_by_id": owner.id,
            "sent_message_id": message.id,
        }
    )
    set_created(message, moment, create_uid=owner.id)
    set_created(update, moment - timedelta(hours=1))
