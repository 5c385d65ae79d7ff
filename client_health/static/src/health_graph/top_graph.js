import { registry } from "@web/core/registry";
import { GraphModel } from "@web/views/graph/graph_model";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { isMany, TOP, TopNotice } from "./top_notice";

/**
 * A chart of clients or projects opens on the ten with the largest figure, or the smallest where
 * these are sorted first; a notice above it shows all. A pie is a share of all, and stays whole.
 */
export class TopGraphModel extends GraphModel {
    isLowestFirst = false;

    /** A month without any row has a sum of 0; a figure that the server does not say is unknown. */
    async _loadDataPoints() {
        const result = await super._loadDataPoints(...arguments);
        for (const point of result[0]) {
            if (!point.count && this.isSum) {
                point.value = 0;
            }
        }
        return result;
    }

    get isSum() {
        const { fields, measure } = this.metaData;
        return measure === "__count" || fields[measure].aggregator === "sum";
    }

    _prepareData(forceUseAllDataPoints = false) {
        this.isShowingAll = forceUseAllDataPoints;
        super._prepareData(...arguments);
    }

    _getProcessedDataPoints() {
        const { groupBy, mode } = this.metaData;
        // what is not known is no bar of 0; in a line it is a gap
        const points = super
            ._getProcessedDataPoints()
            .filter(({ value }) => mode === "line" || value !== false);
        const index = groupBy.findIndex(({ fieldName }) => isMany(fieldName));
        this.topOf = 0;
        if (index < 0 || mode === "pie" || this.isShowingAll) {
            return points;
        }
        const groups = Map.groupBy(points, ({ labels }) => labels[index]);
        if (groups.size <= TOP) {
            return points;
        }
        this.topOf = groups.size;
        const shown = [...groups.entries()]
            .map(([label, group]) => [label, this._getRank(group)])
            .sort(([, left], [, right]) => left - right)
            .slice(0, TOP);
        const labels = new Set(shown.map(([label]) => label));
        return points.filter((point) => labels.has(point.labels[index]));
    }

    /**
     * A legend in the order of the choices, from the least to the most, and of what is known at
     * least once.
     */
    _getData() {
        const data = super._getData(...arguments);
        data.datasets = data.datasets.filter((one) => one.data.some((value) => value !== false));
        const { fields, groupBy, mode } = this.metaData;
        const field = fields[groupBy[1]?.fieldName];
        if (mode !== "pie" && groupBy.length === 2 && field.type === "selection") {
            const order = field.selection.map(([, label]) => label);
            data.datasets.sort(
                (one, other) => order.indexOf(one.label) - order.indexOf(other.label)
            );
        }
        return data;
    }

    get isLowest() {
        return this.isLowestFirst || this.metaData.order === "ASC";
    }

    /** The place of a group by its figure. */
    _getRank(group) {
        const values = group.map(({ value }) => value).filter(Number.isFinite);
        if (!values.length) {
            return Infinity;
        }
        const figure = this._getFigure(values);
        return this.isLowest ? figure : -figure;
    }

    /** A sum, or the mean of what is no sum. */
    _getFigure(values) {
        const sum = values.reduce((total, value) => total + value, 0);
        return this.isSum ? sum : sum / values.length;
    }
}

export class TopGraphRenderer extends GraphRenderer {
    static template = "client_health.TopGraphRenderer";
    static components = { ...GraphRenderer.components, TopNotice };

    /** What is not known is a gap in the line: neither a score nor a margin of 0. */
    getLineChartData() {
        const data = super.getLineChartData();
        for (const dataset of data.datasets) {
            dataset.spanGaps = true;
            dataset.data = dataset.data.map((value, index) =>
                this.isGap(value, dataset.domains[index]) ? null : value
            );
        }
        return data;
    }

    /** Whether the server said no value, or gave no group to a figure that is no sum. */
    isGap(value, domain) {
        return value === false || (!this.model.isSum && !domain?.length);
    }
}

registry.category("views").add("client_top_graph", {
    ...graphView,
    Model: TopGraphModel,
    Renderer: TopGraphRenderer,
});
