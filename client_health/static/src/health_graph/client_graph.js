import { registry } from "@web/core/registry";
import { SearchModel } from "@web/search/search_model";
import "./top_graph";
import "./top_pivot";

const views = registry.category("views");

/**
 * A chart or a table of clients opens without those that ended, by a filter that one can take off.
 * It does so once, and not where one looks for stages already.
 */
export class CurrentClientsSearchModel extends SearchModel {
    async load(config) {
        await super.load(config);
        if (config.state?.isCurrentChosen) {
            return;
        }
        this.isCurrentChosen = true;
        const items = Object.values(this.searchItems);
        const current = items.find(({ name }) => name === "current");
        const active = this.query.map(({ searchItemId }) => this.searchItems[searchItemId]);
        const isChosen = active.some(
            ({ domain, fieldName, groupId, type }) =>
                groupId === current?.groupId ||
                (type === "field" && fieldName === "stage_id") ||
                /phase|stage_id/.test(domain || "")
        );
        if (current && !isChosen) {
            this.toggleSearchItem(current.id);
        }
    }

    exportState() {
        return { ...super.exportState(), isCurrentChosen: true };
    }
}

for (const name of ["graph", "pivot"]) {
    views.add(`client_current_${name}`, {
        ...views.get(`client_top_${name}`),
        SearchModel: CurrentClientsSearchModel,
    });
}
