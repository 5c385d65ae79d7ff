# Run by "odoo shell" on a new demo database: no chat window of OdooBot over every first page, and
# no mail of Odoo's own demo data among those that a newcomer sends.
env["res.users"].search([]).odoobot_state = "disabled"
env["mail.mail"].search([("state", "=", "outgoing")]).write({"state": "cancel"})
env.cr.commit()
