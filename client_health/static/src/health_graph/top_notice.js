import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

export const TOP = 10;
// Of these a firm has hundreds.
const MANY = ["partner_id", "project_id", "relationship_id"];

export const isMany = (fieldName) => MANY.includes(fieldName);

/** Says that ten of many are shown, and shows all. */
export class TopNotice extends Component {
    static template = "client_health.TopNotice";
    static props = { of: Number, isLowest: { type: Boolean, optional: true }, showAll: Function };

    get text() {
        const values = { shown: TOP, of: this.props.of };
        return this.props.isLowest
            ? _t("The %(shown)s lowest of %(of)s", values)
            : _t("The %(shown)s largest of %(of)s", values);
    }
}
