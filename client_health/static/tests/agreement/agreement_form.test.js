import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { fields, models, mountView, toggleActionMenu } from "@web/../tests/web_test_helpers";
import { defineClientHealthModels } from "../client_health_test_helpers";

class Agreement extends models.Model {
    _name = "test.agreement";
    state = fields.Selection({
        selection: [
            ["draft", "Draft"],
            ["accepted", "Accepted"],
        ],
    });
    proposed_on = fields.Datetime();
    _records = [
        { id: 1, state: "draft" },
        { id: 2, state: "draft", proposed_on: "2026-01-05 10:00:00" },
        { id: 3, state: "accepted" },
    ];
}

const getMenu = async (resId) => {
    await mountView({
        type: "form",
        resModel: "test.agreement",
        resId,
        actionMenus: {},
        arch: `<form js_class="client_agreement_form">
                 <field name="state"/><field name="proposed_on"/>
               </form>`,
    });
    await toggleActionMenu();
    return queryAllTexts(".o-dropdown--menu .o_menu_item");
};

describe("@client_health menu of an agreement", () => {
    beforeEach(() => defineClientHealthModels(Agreement));

    test("a draft can be deleted", async () => {
        expect(await getMenu(1)).toEqual(["Duplicate", "Delete"]);
    });

    test("what was proposed, and taken back, cannot", async () => {
        expect(await getMenu(2)).toEqual(["Duplicate"]);
    });

    test("what was accepted cannot", async () => {
        expect(await getMenu(3)).toEqual(["Duplicate"]);
    });
});
