import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Clients by band, now and with the settings on the screen; see client_health_preview_mixin.py. */
export class BandPreview extends Component {
    static template = "client_health.BandPreview";
    static props = { ...standardFieldProps, compact: { type: Boolean, optional: true } };

    get preview() {
        return this.props.record.data[this.props.name] || {};
    }

    get bands() {
        const { now, new: edited } = this.preview;
        if (!now) {
            return [];
        }
        return [
            { code: "healthy", name: _t("Green"), tone: "success" },
            { code: "watch", name: _t("Yellow"), tone: "warning" },
            { code: "risk", name: _t("Red"), tone: "danger" },
            { code: "none", name: _t("Not enough data"), tone: "secondary" },
        ].map((band) => ({
            ...band,
            now: now[band.code],
            new: edited ? edited[band.code] : now[band.code],
        }));
    }

    get summary() {
        const { new: edited, changing } = this.preview;
        if (!edited) {
            return _t("The saved settings. Edit a figure to see what it would change.");
        }
        if (!changing) {
            return _t("No client would be in another band.");
        }
        return changing === 1
            ? _t("1 client would be in another band. No client is moved.")
            : _t("%s clients would be in another band. No client is moved.", changing);
    }

    get companies() {
        return (this.preview.companies || []).join(", ");
    }
}

registry.category("fields").add("client_health_band_preview", {
    component: BandPreview,
    displayName: _t("Clients by band"),
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ compact: Boolean(options.compact) }),
});
