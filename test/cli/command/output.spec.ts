import assert from "node:assert/strict";
import { load } from "js-yaml";
import { render } from "../../../cli/command/output.ts";
import type { Format } from "../../../cli/command/output.ts";

const same = { yes: "yes", at: "2026-01-02T03:04:05Z", none: null, left: undefined };
const data = { text: "a: b\nc", same, again: same, list: [1.5, -0] };

const print = (format: Format): Promise<string> =>
  render(format, { data: () => data, text: ({ table }) => table(["a", "b"], [["1", "2|3"]]) });

describe("a result", () => {
  it("is a table for people", async () => {
    assert.equal(await print("table"), "a  b\n-  ---\n1  2|3\n");
    assert.equal(await print("markdown"), "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |\n");
  });

  it("is JSON for programs", async () => {
    assert.equal(await print("json"), `${JSON.stringify(data, undefined, 2)}\n`);
  });

  it("is the same as YAML, with nothing that another reader takes for something else", async () => {
    const yaml = await print("yaml");
    assert.deepEqual(load(yaml), JSON.parse(JSON.stringify(data)));
    assert.equal(
      yaml,
      "text: |-\n  a: b\n  c\nsame:\n  'yes': 'yes'\n  at: '2026-01-02T03:04:05Z'\n  none: null\n" +
        "again:\n  'yes': 'yes'\n  at: '2026-01-02T03:04:05Z'\n  none: null\nlist:\n  - 1.5\n  - 0\n",
    );
  });
});
