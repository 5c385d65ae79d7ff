import { mailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, models } from "@web/../tests/web_test_helpers";

/** Every page asks it for the number in the top bar. */
class ClientWaiting extends models.Model {
    _name = "client.waiting";

    get_count() {
        return 0;
    }
}

/** Odoo's own models of a page, and ours; then come those of the test. */
export function defineClientHealthModels(...classes) {
    return defineModels([...Object.values(mailModels), ClientWaiting, ...classes]);
}
