/* global Chart */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { getTheme } from "../health/chart_theme";
import { formatPercent, getChartConfig } from "./pareto_config";

const ROWS = 50;
const BANDS = {
    loss: "text-danger fw-bold",
    break_even: "text-danger",
    below_target: "text-warning",
    profit: "text-success",
};

/** Which clients earn the margin, and with how many of the hours; see get_pareto(). */
export class Pareto extends Component {
    static template = "client_health.Pareto";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.canvasRef = useRef("canvas");
        this.display = { controlPanel: {} };
        onWillStart(async () => {
            const [pareto] = await Promise.all([
                this.orm.call("client.relationship", "get_pareto", []),
                loadBundle("web.chartjs_lib"),
            ]);
            this.pareto = pareto;
        });
        useEffect(
            (canvas) => {
                if (!canvas) {
                    return;
                }
                const config = getChartConfig(
                    this.pareto,
                    getTheme(canvas.parentElement),
                    (client) => this.onClient(client)
                );
                const chart = new Chart(canvas, config);
                return () => chart.destroy();
            },
            () => [this.canvasRef.el]
        );
    }

    get rows() {
        return this.pareto.clients.slice(0, ROWS);
    }

    get sentences() {
        const { summary, unknown } = this.pareto;
        const sentences = [];
        if (summary.most) {
            sentences.push(
                _t(
                    "%(most)s of %(clients)s clients make 80 % of the margin, with %(hours)s of the hours.",
                    {
                        most: summary.most,
                        clients: summary.clients,
                        hours: formatPercent(summary.most_hours),
                    }
                )
            );
        }
        if (summary.losing) {
            sentences.push(
                _t("Clients at a loss: %(losing)s, costing %(lost)s and %(hours)s of the hours.", {
                    losing: summary.losing,
                    lost: this.money(summary.lost),
                    hours: formatPercent(summary.lost_hours),
                })
            );
        }
        if (unknown) {
            sentences.push(
                _t("Left out, their margin unknown for hours without cost: %s.", unknown)
            );
        }
        return sentences;
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.pareto.currency_id, digits: [16, 0] });
    }

    hours(value) {
        return formatFloat(value, { digits: [16, 0] });
    }

    perHour({ margin, hours }) {
        return hours > 0 ? this.money(margin / hours) : "–";
    }

    percent(value) {
        return formatPercent(value);
    }

    getBandClass({ band }) {
        return BANDS[band];
    }

    onClient({ id }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "client.relationship",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    onEarners() {
        return this.action.doAction("client_health.client_relationship_action_earners");
    }
}

registry.category("actions").add("client_health.pareto", Pareto);
