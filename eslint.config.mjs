import eslint from "@eslint/js";
import prettier from "eslint-config-prettier/flat";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const TOP = ["index", "components", "report", "model", "app", "cli", "lab", "test"];

/**
 * Rooms from the top floor down, and what each may import beside itself. docs/architecture.md says why.
 * Rooms of one folder are listed under it in the same way: `cli/sidecar` may ask `cli/cluster`, not the reverse.
 */
const ROOMS = {
  index: { files: ["index.ts"], uses: ["components", "report", "model"], pulumi: true },
  components: { uses: ["report", "model", "app"], pulumi: true },
  report: { uses: ["model", "app"], pure: true },
  model: { uses: ["app"], pure: true },
  app: { uses: [] },
  cli: { uses: ["report", "model", "app"] },
  lab: { uses: ["cli", "report", "model", "app"] },
  "lab/plugins": { uses: [], pulumi: true },
};

/** Floors within a folder, the lowest first: a room may import those before it in its list. */
const FLOORS = {
  components: ["common", "settings", "mesh", "middleware", "pods", "runs"],
  cli: ["command", "cluster", "sidecar", "doctor", "measure"],
  lab: ["plugins", "base", "build", "machine", "node", "commands", "use"],
};

/** Modules of Node.js that only compute: what rooms without input and output may import. */
const COMPUTING = ["assert", "buffer", "crypto", "net", "util", "zlib"];

/** Every relative import ends in the file's own extension, as Node.js wants it. */
const WHOLE_NAMES = {
  regex: "^\\.{1,2}/(?!.*\\.(ts|mjs|cjs|json)$)",
  message: "Write the extension: ./name.ts.",
};

const upward = (rooms) => ({
  regex: `^(\\.\\./)+(${rooms.join("|")})(/|\\.ts$)`,
  message: "Imports run down only: see docs/architecture.md.",
});

function restrictions(room, { uses, pulumi = false, pure = false }, above = []) {
  const own = room.split("/")[0];
  const patterns = [
    WHOLE_NAMES,
    upward(TOP.filter((name) => name !== own && !uses.includes(name))),
  ];
  if (above.length > 0) {
    patterns.push(upward(above));
  }
  if (!pulumi) {
    patterns.push({
      regex: "^@pulumi/",
      message: "Only index.ts, components and lab/plugins know Pulumi.",
    });
  }
  if (pure) {
    patterns.push({
      regex: `^node:(?!(${COMPUTING.join("|")})$)`,
      message: "model and report compute: they neither read nor write.",
    });
  }
  return { rules: { "no-restricted-imports": ["error", { patterns }] } };
}

const roomRules = Object.entries(ROOMS).flatMap(([room, rule]) => [
  { files: rule.files ?? [`${room}/**/*.ts`], ...restrictions(room, rule) },
  ...(FLOORS[room] ?? [])
    .filter((floor) => !(`${room}/${floor}` in ROOMS))
    .map((floor) => ({
      files: [`${room}/${floor}/**/*.ts`],
      ...restrictions(room, rule, FLOORS[room].slice(FLOORS[room].indexOf(floor) + 1)),
    })),
]);

export default defineConfig(
  globalIgnores(["node_modules/", "dist/", "**/*.mjs", "**/*.cjs"]),
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
  {
    rules: {
      curly: "error",
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/no-import-type-side-effects": "error",
      "no-restricted-imports": ["error", { patterns: [WHOLE_NAMES] }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "Literal[raw=/^\\d{5,}$/]",
          message: "Group the digits: 10_000.",
        },
      ],
      // Numbers read well in messages; an Output or an object in a template literal is still reported.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  ...roomRules,
  {
    // Mock inputs and parsed command output are `any`; the assertions are what checks them.
    files: ["test/**"],
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  prettier,
  // Braces never conflict with Prettier when every branch has them.
  { rules: { curly: "error" } },
);
