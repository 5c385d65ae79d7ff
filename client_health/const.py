"""Names that several features use: groups and activity types."""

USER_GROUP = "client_health.group_client_user"
ALL_GROUP = "client_health.group_client_user_all"
MONEY_GROUP = "client_health.group_client_profitability"
MANAGER_GROUP = "client_health.group_client_manager"

ACTIVITY_AGREEMENT_CONVERSATION = "client_health.mail_activity_type_agreement_conversation"
ACTIVITY_AGREEMENT_REVIEW = "client_health.mail_activity_type_agreement_review"
ACTIVITY_ASK_VALUE = "client_health.mail_activity_type_ask_value"
ACTIVITY_CLEAR_SCOPE = "client_health.mail_activity_type_clear_scope"
ACTIVITY_CLIENT_RETURNED = "client_health.mail_activity_type_client_returned"
ACTIVITY_CONFIRM_ANSWER = "client_health.mail_activity_type_confirm_answer"
ACTIVITY_FINDING = "client_health.mail_activity_type_finding"
ACTIVITY_FIT = "client_health.mail_activity_type_fit"
ACTIVITY_HEALTH = "client_health.mail_activity_type_health"
ACTIVITY_LOW_ANSWER = "client_health.mail_activity_type_low_answer"
ACTIVITY_OPINION = "client_health.mail_activity_type_opinion"
ACTIVITY_OUTSIDE_MAIL = "client_health.mail_activity_type_outside_mail"
ACTIVITY_OVERRIDE = "client_health.mail_activity_type_override"
ACTIVITY_PULSE = "client_health.mail_activity_type_pulse"
ACTIVITY_REBOOT = "client_health.mail_activity_type_reboot"
ACTIVITY_REVIEW_DECISION = "client_health.mail_activity_type_review_decision"
ACTIVITY_SEND_AGAIN = "client_health.mail_activity_type_send_again"
ACTIVITY_STATUS_UPDATE = "client_health.mail_activity_type_status_update"
ACTIVITY_TOUGH_CONVERSATION = "client_health.mail_activity_type_tough_conversation"

# How demanding a client is for a colleague, asked with the pulse and in team input
STRAINS = [
    ("1", "1 – gives me energy"),
    ("2", "2 – easy"),
    ("3", "3 – as any other"),
    ("4", "4 – demanding"),
    ("5", "5 – very demanding"),
]

# Header of a mail that leaves nothing but a note: the Message-Id of the note
HEADER_NOTE = "X-Client-Health-Note"
