import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const TONES = { for: "success", even: "secondary", against: "danger" };
const BANDS = {
    loss: "text-danger fw-bold",
    break_even: "text-danger",
    below_target: "text-warning",
    profit: "text-success",
};
const ICONS = { for: "fa-plus-circle", even: "fa-minus-circle", against: "fa-exclamation-circle" };

/** Opens the records behind a figure; `method` is a button of the record that opens them itself. */
class Sources extends Component {
    static template = "client_health.DecisionSources";
    static props = { sources: Array };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    async onOpen(source) {
        if (source.method) {
            return this.action.doAction(
                await this.orm.call(source.model, source.method, [source.ids])
            );
        }
        const one = source.ids.length === 1;
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: source.label,
            res_model: source.model,
            domain: [["id", "in", source.ids]],
            context: { active_test: false },
            views: one
                ? [[false, "form"]]
                : [
                      [false, "list"],
                      [false, "form"],
                  ],
            ...(one ? { res_id: source.ids[0] } : {}),
        });
    }
}

/** The decision sheet; its texts come from client_decision_sheet.py. */
export class DecisionSheet extends Component {
    static template = "client_health.DecisionSheet";
    static components = { Sources };
    static props = { ...standardFieldProps };

    get sheet() {
        return this.props.record.data[this.props.name];
    }

    get isKnown() {
        return this.sheet.quadrant.code !== "unknown";
    }

    /** Where the client is on the map: to the right what they get, upwards what we get. */
    get place() {
        const { us, them } = this.sheet.quadrant;
        return `left: ${them}%; bottom: ${us}%;`;
    }

    getTone(tone) {
        return TONES[tone];
    }

    getIcon(tone) {
        return ICONS[tone];
    }

    getBandClass(band) {
        return BANDS[band] || "";
    }

    getToneTitle(tone) {
        const titles = { for: _t("Speaks for it"), against: _t("Speaks against it") };
        return titles[tone] || _t("Neither for nor against");
    }
}

registry.category("fields").add("client_decision_sheet", {
    component: DecisionSheet,
    displayName: _t("Decision sheet"),
    supportedTypes: ["json"],
});
