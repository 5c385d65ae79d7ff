import { registerMessageAction } from "@mail/core/common/message_actions";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const NO_DOCUMENTS = ["discuss.channel", "mail.box"];

/**
 * "Close without answer" in the menu of a message, for users of Client Health: one click, and a
 * reason if they like.
 */
registry.category("services").add("client_health.no_answer", {
    dependencies: ["action", "notification", "orm"],
    async start(env, { action, notification, orm }) {
        if (!(await user.hasGroup("client_health.group_client_user"))) {
            return;
        }
        const call = (method, id) => orm.call("mail.message", method, [[id]]);
        registerMessageAction("client-no-answer", {
            condition: ({ message }) =>
                typeof message.id === "number" &&
                !message.isEmpty &&
                !message.isSelfAuthored &&
                message.thread &&
                !NO_DOCUMENTS.includes(message.thread.model),
            icon: "fa fa-check-circle-o",
            name: _t("Close without answer"),
            onSelected: async ({ message }) => {
                await call("client_set_no_answer", message.id);
                const close = notification.add(_t("This message waits for no answer."), {
                    type: "success",
                    buttons: [
                        {
                            name: _t("Add a reason"),
                            onClick: () => {
                                close();
                                action.doAction("client_health.client_no_answer_action", {
                                    additionalContext: { default_message_id: message.id },
                                });
                            },
                        },
                        {
                            name: _t("Undo"),
                            onClick: async () => {
                                close();
                                await call("client_set_asks", message.id);
                            },
                        },
                    ],
                });
            },
            sequence: 61,
        });
    },
});
