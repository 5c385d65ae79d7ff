import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { Record } from "@web/model/relational_model/record";

/** On records of this addon the message names what is missing, beside the red marks. */
patch(Record.prototype, {
    _displayInvalidFieldNotification() {
        const names = [...this._invalidFields].filter((name) => name in this.fields);
        if (!this.resModel.startsWith("client.") || !names.length) {
            return super._displayInvalidFieldNotification();
        }
        const labels = names.map((name) => this.fields[name].string);
        return this.model.notification.add(_t("Please fill in: %s", labels.join(", ")), {
            type: "danger",
        });
    },
});
