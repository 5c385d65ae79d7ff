import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

export const MOVE_QUESTION = "odoo.addons.client_health.exceptions.MoveQuestion";

/**
 * A move that lacks something is no error: the card goes back, and the question, or the record
 * where it is answered, opens at once; a warning would only be in the way.
 */
function moveQuestionHandler(env, error, originalError) {
    if (!(originalError instanceof RPCError) || originalError.exceptionName !== MOVE_QUESTION) {
        return false;
    }
    error.unhandledRejectionEvent?.preventDefault();
    const { action, action_context: additionalContext, notify } = originalError.data.context;
    if (notify) {
        const text = notify === true ? originalError.data.message : notify;
        env.services.notification.add(text, { type: "warning" });
    }
    env.services.action.doAction(action, { additionalContext });
    return true;
}

registry
    .category("error_handlers")
    .add("client_health.move_question", moveQuestionHandler, { sequence: 90 });
