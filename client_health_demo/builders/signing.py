"""Says who made the records: whose client it is, not who installed the demo."""

from odoo.tools import SQL


def sign(scene):
    """Give what was made of a client to its owner, and messages to who wrote them."""
    scene.env.flush_all()
    ids = tuple(relationship.id for relationship in scene.relationships.values())
    for name, model in scene.env.registry.items():
        column = "id" if name == "client.relationship" else "relationship_id"
        field = model._fields.get(column)
        is_table = model._auto and model._log_access and not model._transient
        if name.startswith("client.") and is_table and field and field.store:
            scene.env.cr.execute(_own(model._table, column, ids, scene.env.uid))
    scene.env.cr.execute(
        """
        UPDATE mail_message m SET create_uid = u.id, write_uid = u.id
          FROM res_users u
         WHERE u.partner_id = m.author_id AND NOT u.share AND m.create_uid = %s
        """,
        [scene.env.uid],
    )
    scene.env.invalidate_all()


def _own(table, column, ids, maker):
    return SQL(
        """
        UPDATE %s t SET create_uid = r.user_id, write_uid = r.user_id
          FROM client_relationship r
         WHERE r.id = t.%s AND r.id IN %s AND t.create_uid = %s
        """,
        SQL.identifier(table),
        SQL.identifier(column),
        ids,
        maker,
    )
