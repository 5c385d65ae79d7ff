import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/** A list of which one line opens its own form, to be worked on: not a window to be read only. */
export class ClientOpenLines extends X2ManyField {
    setup() {
        super.setup();
        this.action = useService("action");
    }

    async openRecord(record) {
        // what was typed on the form of the client is not lost, and what cannot be saved is shown
        if (await this.props.record.save()) {
            await this.action.doAction({
                type: "ir.actions.act_window",
                res_model: record.resModel,
                res_id: record.resId,
                views: [[false, "form"]],
            });
        }
    }
}

export const clientOpenLines = {
    ...x2ManyField,
    component: ClientOpenLines,
    displayName: _t("Lines that open their own form"),
};

registry.category("fields").add("client_open_lines", clientOpenLines);
