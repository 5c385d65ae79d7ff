import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const MOVE_QUESTION = "odoo.addons.client_health.exceptions.MoveQuestion";

/**
 * A move that lacks a reason is no error: the card goes back, and the question opens at once
 * instead of a warning with a button that would open it.
 */
function moveQuestionHandler(env, error, originalError) {
    if (!(originalError instanceof RPCError) || originalError.exceptionName !== MOVE_QUESTION) {
        return false;
    }
    error.unhandledRejectionEvent?.preventDefault();
    const [, action, , additionalContext] = originalError.data.arguments;
    env.services.action.doAction(action, { additionalContext });
    return true;
}

registry
    .category("error_handlers")
    .add("client_health.move_question", moveQuestionHandler, { sequence: 90 });
