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

    _prepareData(forceUseAllDataPoints = false) {
        this.isShowingAll = forceUseAllDataPoints;
        super._prepareData(...arguments);
    }

    _getProcessedDataPoints() {
        const points = super._getProcessedDataPoints();
        const { groupBy, mode } = this.metaData;
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
        const { fields, measure } = this.metaData;
        const isSum = measure === "__count" || fields[measure].aggregator === "sum";
        const sum = values.reduce((total, value) => total + value, 0);
        return isSum ? sum : sum / values.length;
    }
}

export class TopGraphRenderer extends GraphRenderer {
    static template = "client_health.TopGraphRenderer";
    static components = { ...GraphRenderer.components, TopNotice };
}

registry.category("views").add("client_top_graph", {
    ...graphView,
    Model: TopGraphModel,
    Renderer: TopGraphRenderer,
});
