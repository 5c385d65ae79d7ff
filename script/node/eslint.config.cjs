// Odoo's own modules ("@web/…") are resolved by Odoo, so imports are not followed.
// CommonJS, because pre-commit keeps its packages where only require() looks.
const js = require("@eslint/js");

const browser = [
    "console",
    "document",
    "location",
    "navigator",
    "setTimeout",
    "clearTimeout",
    "URL",
    "window",
];

module.exports = [
    js.configs.recommended,
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: Object.fromEntries(
                [...browser, "luxon", "odoo", "owl"].map((name) => [name, "readonly"])
            ),
        },
        rules: {
            complexity: ["error", 10],
            curly: "error",
            eqeqeq: "error",
            "no-alert": "error",
            "no-console": "error",
            "no-else-return": "error",
            "no-eval": "error",
            "no-shadow": "error",
            "no-unused-expressions": "error",
            "no-use-before-define": ["error", { functions: false }],
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
