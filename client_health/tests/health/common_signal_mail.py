from datetime import date, datetime, time, timedelta

from .common_signal_cases import SignalCases
from .common_signal_times import DAY

# A Wednesday, and nine o'clock of the morning.
TODAY = date(2025, 5, 14)
NINE = datetime.combine(TODAY, time(9))
HOUR = timedelta(hours=1)

# What a message may be: whether it counts, and its values.
MESSAGES = {
    "an ordinary one": (True, {}),
    "from the future, says the sender's computer": (True, {"date": datetime(2999, 1, 1)}),
    "from the past, says the sender's computer": (True, {"date": datetime(1970, 1, 1)}),
    "nothing in it": (True, {"body": False, "subject": False}),
    "out of office": (False, {"message_type": "out_of_office"}),
    "automatic": (False, {"message_type": "auto_comment"}),
    "a notification": (False, {"message_type": "notification"}),
    "an internal note": (False, {"subtype_id": "mail.mt_note"}),
    "an answer to a note": (False, {"is_internal": True}),
    "by a robot": (False, {"author": "base.partner_root"}),
}
THEIRS = MESSAGES | {
    "by nobody we know": (True, {"author": None}),
    "by nobody we know, without address": (True, {"author": None, "email_from": False}),
    "by somebody archived": (True, {"author": "archived"}),
    "by another client": (False, {"author": "other"}),
    "by a colleague": (False, {"author": "base.partner_admin"}),
}
# An address besides the contact who met us; without one, nobody knows who it was.
BREADTH = {"by nobody we know": 2, "by nobody we know, without address": None}
OURS = MESSAGES | {"by who left": (True, {"author": "left"})}


class SignalMail(SignalCases):
    """Messages of all sorts, of clients and of ours, and people who left.

    ``MAIL_TRICKS``: {code: {what: (builder of the records of a client, what is read then)}}.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leaver = cls._create_user("leaver", "client_health.group_client_user")
        cls.leaver.active = False

    def _get_author(self, relationship, key):
        """Return the author of a message of ``MESSAGES``; an empty one is an unknown sender."""
        if key is None:
            return self.env["res.partner"]
        if key == "archived":
            return self._set(self._get_contact(relationship), active=False)
        if key == "left":
            return self.leaver.partner_id
        if key == "other":
            return self.other.partner_id
        return self.env.ref(key)

    def _prepare_message(self, relationship, vals):
        vals = dict(vals)
        if "author" in vals:
            vals["author"] = self._get_author(relationship, vals["author"])
        if "subtype_id" in vals:
            vals["subtype_id"] = self.env.ref(vals["subtype_id"]).id
        return vals

    def _talk(self, relationship, days, theirs=None, ours=None, after=HOUR):
        """They write, an hour later we; None: nobody does."""
        moment, task = NINE - days * DAY, self._start_task(relationship)
        self._get_contact(relationship)
        if theirs is not None:
            vals = self._prepare_message(relationship, theirs)
            self._hear(relationship, moment, task, **vals)
        if ours is not None:
            vals = self._prepare_message(relationship, ours)
            author = vals.pop("author", self.us)
            vals = {"message_type": "comment", "to": self._get_contact(relationship), **vals}
            self._say(author, task, moment + after, **vals)

    def _talk_on_three_days(self, relationship, theirs, ours):
        for days in (7, 2, 1):
            self._talk(relationship, days, theirs, ours)

    def _meet_twice_and_hear(self, relationship, theirs):
        for days in (20, 10):
            self._meet(relationship, NINE - days * DAY)
        self._talk(relationship, 1, theirs)

    MAIL_TRICKS = {
        "contact_gap": {
            **{
                f"theirs: {what}": (
                    lambda t, c, vals=vals: (
                        t._talk(c, 9, ours={}),
                        t._talk(c, 1, vals, ours={}),
                    ),
                    1 / 31 if counts else None,
                )
                for what, (counts, vals) in THEIRS.items()
            },
            **{
                f"ours: {what}": (
                    lambda t, c, vals=vals: t._talk(c, 1, {}, vals),
                    1 / 31 if counts else None,
                )
                for what, (counts, vals) in OURS.items()
            },
        },
        "unanswered_hours": {
            **{
                f"theirs: {what}": (
                    lambda t, c, vals=vals: t._talk(c, 1, vals),
                    15 if counts else None,
                )
                for what, (counts, vals) in THEIRS.items()
            },
            **{
                f"ours: {what}": (
                    lambda t, c, vals=vals: t._talk(c, 1, {}, vals),
                    0 if counts else 15,
                )
                for what, (counts, vals) in OURS.items()
            },
        },
        "reply_hours": {
            **{
                f"theirs: {what}": (
                    lambda t, c, vals=vals: t._talk_on_three_days(c, vals, {}),
                    1 / 8 if counts else None,
                )
                for what, (counts, vals) in THEIRS.items()
            },
            **{
                f"ours: {what}": (
                    lambda t, c, vals=vals: t._talk_on_three_days(c, {}, vals),
                    1 / 8 if counts else 23 / 8,
                )
                for what, (counts, vals) in OURS.items()
            },
        },
        "initiative": {
            f"theirs: {what}": (
                lambda t, c, vals=vals: t._meet_twice_and_hear(c, vals),
                66.67 if counts else None,
            )
            for what, (counts, vals) in THEIRS.items()
        },
        "contact_breadth": {
            f"theirs: {what}": (
                lambda t, c, vals=vals: t._meet_twice_and_hear(c, vals),
                BREADTH.get(what, 1) if counts else None,
            )
            for what, (counts, vals) in THEIRS.items()
        },
    }
