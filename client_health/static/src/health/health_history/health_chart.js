/* global Chart */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { getTheme } from "../chart_theme";
import { formatDay, formatMargin, getChartConfig, getLast, getShown } from "./health_chart_config";

/** Score and, for users who may see money, margin over time; see get_health_history(). */
export class HealthChart extends Component {
    static template = "client_health.HealthChart";
    static props = { history: Object, large: { type: Boolean, optional: true } };

    setup() {
        this.canvasRef = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (history) => {
                const theme = getTheme(this.canvasRef.el.parentElement);
                const config = getChartConfig(history, theme, !this.props.large);
                const chart = new Chart(this.canvasRef.el, config);
                return () => chart.destroy();
            },
            () => [this.props.history]
        );
    }

    get hasBackfilled() {
        return this.props.history.days.some((day) => day.backfilled);
    }

    get isMarginMissing() {
        const { days, sees_margin: seesMargin } = this.props.history;
        return seesMargin && !getLast(days, "margin");
    }

    /** The last values as text, for users of a screen reader. */
    get label() {
        const { name, days, sees_margin: seesMargin } = this.props.history;
        const score = getLast(days, "score");
        const margin = getLast(days, "margin");
        const told = [
            score
                ? _t("score %(score)s of 100 on %(date)s", {
                      score: getShown(score.score),
                      date: formatDay(score.date),
                  })
                : _t("not enough data for a score"),
        ];
        if (seesMargin) {
            told.push(
                margin
                    ? _t("margin %(margin)s on %(date)s", {
                          margin: formatMargin(margin.margin),
                          date: formatDay(margin.date),
                      })
                    : _t("margin unknown")
            );
        }
        return _t("%(name)s over time: %(figures)s", { name, figures: told.join(", ") });
    }
}
