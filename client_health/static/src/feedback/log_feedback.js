import { registerMessageAction } from "@mail/core/common/message_actions";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const NO_DOCUMENTS = ["discuss.channel", "mail.box"];

/**
 * "Log feedback" in the menu of a message, for users of Client Health. The server reads from the
 * message its author, date, text and project.
 */
registry.category("services").add("client_health.log_feedback", {
    async start() {
        if (!(await user.hasGroup("client_health.group_client_user"))) {
            return;
        }
        registerMessageAction("client-log-feedback", {
            condition: ({ message }) =>
                typeof message.id === "number" &&
                !message.isEmpty &&
                message.thread &&
                !NO_DOCUMENTS.includes(message.thread.model),
            icon: "fa fa-quote-left",
            name: _t("Log feedback"),
            onSelected: ({ message, owner }) =>
                owner.env.services.action.doAction("client_health.client_feedback_action_log", {
                    additionalContext: { default_message_id: message.id },
                }),
            sequence: 60,
        });
    },
});
